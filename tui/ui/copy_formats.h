/*
 * What there is to copy of what is selected: each form a name and a text. Pure; the lines people paste
 * come from core/model/howto, so that the dashboard, the command line and the API say the same.
 */
#ifndef UMBRA_TUI_UI_COPY_FORMATS_H
#define UMBRA_TUI_UI_COPY_FORMATS_H

#include <stdbool.h>

#include "core/base/str.h"
#include "core/base/strbuf.h"

#include "tui/data/model.h"
#include "tui/data/selection.h"

/* `name` is one word or two, each once; both are valid for the call. */
typedef void (*copy_form_fn)(void *arg, const char *name, struct str text);

/*
 * Every form of `what`, what is wanted most first. `mine` is the user's session ("" without one): a
 * service is reached with it. Texts have no control characters, whatever was logged.
 */
void copy_forms(const struct model *model, const struct selection *what, const char *mine,
	copy_form_fn each, void *arg);
/*
 * Appends the form of that name; false when there is none. A line for the shell begins with what
 * the shell calls the program by, which need not be "umbra", and names the control plane where that is not
 * where the program would look.
 */
bool copy_find(struct strbuf *out, const struct model *model, const struct selection *what,
	const char *mine, const char *name);

#endif
