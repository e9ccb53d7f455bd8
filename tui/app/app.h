/*
 * The dashboard as a whole: one call that runs until it is left. UMBRA_NOW_MS in the environment stops its wall clock,
 * for tests.
 */
#ifndef UMBRA_TUI_APP_APP_H
#define UMBRA_TUI_APP_APP_H

#include <stdbool.h>

#include "core/base/err.h"

struct dashboard_options {
	const char *url; /* of the control plane; need not answer (yet) */
	const char *session; /* yours, NULL without one */
	const char *theme; /* a name or a path; NULL: by the terminal's ground */
	const char *
		colour; /* of the environment's name, as colour_parse() takes it; NULL: the theme's */
	const char *actor; /* sent with writes; NULL: nobody's name */
	bool theme_fixed; /* it was said for this run: one chosen in an earlier run gives way */
	const char *state_file; /* where what is kept from run to run is; NULL: nowhere */
	bool no_mouse; /* it stays the terminal's, until a key takes it */
	bool no_sync; /* frames without the marks of synchronized output */
	bool read_only; /* refuses every command that writes */
	const char *
		ends; /* what ends when it is left, as a sentence: it asks first; NULL: nothing does */
};

/*
 * Takes the terminal, shows the dashboard, and returns when it is left, the terminal as it was. Returns the
 * exit code: 0 when left with q, 128 + N after signal N, ERR_USAGE's code with a sentence in `eb` when
 * there is no terminal, no such theme, or the URL is none.
 */
int dashboard_run(const struct dashboard_options *options, struct errbuf *eb);

#endif
