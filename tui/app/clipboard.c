/*
 * y: offers every form of what is selected. The one that is chosen goes to whatever takes text here (copy_tools.h,
 * and the terminal's own clipboard), and is shown whole, so that it can also be selected; or it is shown as a QR code.
 * What is said of it is what is known: a terminal does not tell whether it took it.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/strbuf.h"

#include "tui/app/internal.h"
#include "tui/ui/copy_formats.h"
#include "tui/app/copy_tools.h"

static const char qr_form[] = "QR code";

static void offer(void *arg, const char *name, struct str text)
{
	struct picker *picker = arg;
	char *note = str_dup(text);

	picker_add(picker, name, note);
	free(note);
	if (strcmp(name, "link") == 0)
		picker_add(picker, qr_form, "the link, for a phone to scan from the screen");
}

void clipboard_offer(struct app *app)
{
	struct selection what = app_selection(app);
	struct picker *picker = &app->ui.prompt.picker;

	ui_ask_pick(&app->ui, QUESTION_COPY, "copy");
	copy_forms(&app->model, &what, app->ui.session, offer, picker);
	picker_ready(picker, 10);
}

static void say_done(void *arg, const char *took, const char *failed)
{
	struct app *app = arg;
	bool any = took[0] != '\0';

	ui_say(&app->ui, any ? ROLE_DONE : ROLE_FAILED, "%s%s%s%s",
		any ? "copied to " : "not copied", took,
		failed[0] == '\0' ? ""
		: any             ? "; "
				  : ": ",
		failed);
	app_touch(app, REDRAW_ALL);
}

/* In a multiplexer the terminal is that one, which by default lets no program at the clipboard. */
static bool is_multiplexed(void)
{
	const char *tmux = getenv("TMUX"), *screen = getenv("STY");

	return (tmux && *tmux) || (screen && *screen);
}

static void copy_text(struct app *app, struct strbuf *text)
{
	struct strbuf sequence;
	bool sent;

	strbuf_init(&sequence, (size_t)COPY_TEXT_MAX * 2);
	copy_osc52(&sequence, strbuf_str(text));
	sent = terminal_send(app->screen, strbuf_str(&sequence)) && !is_multiplexed();
	strbuf_finish(&sequence);
	app_open(app, &view_copied, text->data);
	if (!app->copy_tools)
		app->copy_tools = copy_tools_create(app->base, say_done, app);
	if (copy_tools_start(app->copy_tools, strbuf_str(text)))
		return;
	if (sent)
		ui_say(&app->ui, ROLE_DONE,
			"sent to the terminal's clipboard (OSC 52); it does not say if it took it");
	else
		ui_say(&app->ui, ROLE_WARNING,
			"not copied: no tmux, wl-copy, xclip, xsel or pbcopy here; select the "
			"text");
}

/* What is selected is asked again: it may have gone meanwhile. */
void clipboard_take(struct app *app, const char *form)
{
	struct selection what = app_selection(app);
	bool qr = strcmp(form, qr_form) == 0;
	struct strbuf text;

	strbuf_init(&text, COPY_TEXT_MAX);
	if (!copy_find(&text, &app->model, &what, app->ui.session, qr ? "link" : form))
		ui_say(&app->ui, ROLE_WARNING, "gone meanwhile: nothing was copied");
	else if (qr)
		ui_open(&app->ui, &view_qr, text.data);
	else if (!strbuf_ok(&text))
		ui_say(&app->ui, ROLE_FAILED, "not copied: it is longer than %d bytes",
			COPY_TEXT_MAX);
	else
		copy_text(app, &text);
	if (strbuf_ok(&text) && text.len > 0 && strcmp(form, "curl") == 0)
		tour_bar_done(app, TOUR_COPY);
	strbuf_finish(&text);
}
