/*
 * y: offers every form of what is selected, and hands the one that is chosen to the terminal's clipboard, or
 * shows it as a QR code. What exactly was copied is said, for a terminal may have its clipboard off.
 */
#include <string.h>

#include "core/base/strbuf.h"

#include "tui/app_internal.h"
#include "tui/copy.h"

static const char qr_form[] = "QR code";

static void offer(void *arg, const char *name, struct str text)
{
	struct picker *picker = arg;
	char note[COMMAND_MAX];

	str_copy(note, sizeof(note), text);
	picker_add(picker, name, note);
	if (strcmp(name, "link") == 0)
		picker_add(picker, qr_form, "the link, for a telephone to read off the screen");
}

void clipboard_offer(struct app *app)
{
	struct selection what = app_selection(app);
	struct picker *picker = &app->ui.prompt.picker;

	ui_ask_pick(&app->ui, QUESTION_COPY, "copy");
	copy_forms(&app->model, &what, app->ui.session, offer, picker);
	picker_ready(picker, 10);
}

/* What is selected is asked again: it may have gone meanwhile. */
void clipboard_take(struct app *app, const char *form)
{
	struct selection what = app_selection(app);
	bool qr = strcmp(form, qr_form) == 0;
	struct strbuf text;

	strbuf_init(&text, CLIPBOARD_MAX);
	if (!copy_find(&text, &app->model, &what, app->ui.session, qr ? "link" : form))
		ui_say(&app->ui, ROLE_WARNING, "gone meanwhile: nothing was copied");
	else if (qr)
		ui_open(&app->ui, &view_qr, text.data);
	else if (screen_copy(app->screen, strbuf_str(&text)))
		ui_say(&app->ui, ROLE_DONE, "copied, if the terminal allows it (OSC 52): %s",
			text.data);
	else
		ui_say(&app->ui, ROLE_WARNING, "this terminal has no clipboard; select it: %s",
			text.data);
	if (strbuf_ok(&text) && text.len > 0 && strcmp(form, "curl") == 0)
		guide_done(app, TOUR_COPY);
	strbuf_finish(&text);
}
