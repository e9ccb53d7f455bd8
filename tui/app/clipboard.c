/*
 * y: offers every form of what is selected. The one that is chosen goes to whatever takes text here (copy_tools.h,
 * and the terminal's own clipboard), and is shown whole, so that it can also be selected; or it is shown as a QR code.
 * What is said of it is what is known: a terminal does not tell whether it took it.
 */
#include "tui/app/clipboard.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/strbuf.h"

#include "tui/app/copy_tools.h"
#include "tui/app/frames.h"
#include "tui/app/navigation.h"
#include "tui/data/model.h"
#include "tui/term/terminal.h"
#include "tui/ui/copy_formats.h"
#include "tui/ui/tour.h"

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

void clipboard_offer(struct clipboard *clipboard)
{
	struct selection what = navigation_selection(clipboard->nav);
	struct picker *picker = &clipboard->ui->prompt.picker;

	ui_ask_pick(clipboard->ui, QUESTION_COPY, "copy");
	copy_forms(clipboard->model, &what, clipboard->ui->session, offer, picker);
	picker_ready(picker, 10);
}

static void say_done(void *arg, const char *took, const char *failed)
{
	struct clipboard *clipboard = arg;
	bool any = took[0] != '\0';

	ui_say(clipboard->ui, any ? ROLE_DONE : ROLE_FAILED, "%s%s%s%s",
		any ? "copied to " : "not copied", took,
		failed[0] == '\0' ? ""
		: any             ? "; "
				  : ": ",
		failed);
	frames_touch(clipboard->frames, REDRAW_ALL);
}

/* In a multiplexer the terminal is that one, which by default lets no program at the clipboard. */
static bool is_multiplexed(void)
{
	const char *tmux = getenv("TMUX"), *screen = getenv("STY");

	return (tmux && *tmux) || (screen && *screen);
}

static void copy_text(struct clipboard *clipboard, struct strbuf *text)
{
	struct strbuf sequence;
	bool sent;

	strbuf_init(&sequence, (size_t)COPY_TEXT_MAX * 2);
	copy_osc52(&sequence, strbuf_str(text));
	sent = terminal_send(clipboard->screen, strbuf_str(&sequence)) && !is_multiplexed();
	strbuf_finish(&sequence);
	navigation_open(clipboard->nav, &view_copied, text->data);
	if (!clipboard->tools)
		clipboard->tools = copy_tools_create(clipboard->base, say_done, clipboard);
	if (copy_tools_start(clipboard->tools, strbuf_str(text)))
		return;
	if (sent)
		ui_say(clipboard->ui, ROLE_DONE,
			"sent to the terminal's clipboard (OSC 52); it does not say if it took it");
	else
		ui_say(clipboard->ui, ROLE_WARNING,
			"not copied: no tmux, wl-copy, xclip, xsel or pbcopy here; select the "
			"text");
}

/* What is selected is asked again: it may have gone meanwhile. */
void clipboard_take(struct clipboard *clipboard, const char *form)
{
	struct selection what = navigation_selection(clipboard->nav);
	bool qr = strcmp(form, qr_form) == 0;
	struct strbuf text;

	strbuf_init(&text, COPY_TEXT_MAX);
	if (!copy_find(&text, clipboard->model, &what, clipboard->ui->session, qr ? "link" : form))
		ui_say(clipboard->ui, ROLE_WARNING, "gone meanwhile: nothing was copied");
	else if (qr)
		ui_open(clipboard->ui, &view_qr, text.data);
	else if (!strbuf_ok(&text))
		ui_say(clipboard->ui, ROLE_FAILED, "not copied: it is longer than %d bytes",
			COPY_TEXT_MAX);
	else
		copy_text(clipboard, &text);
	if (strbuf_ok(&text) && text.len > 0 && strcmp(form, "curl") == 0 && clipboard->ui->tour)
		tour_note(clipboard->ui->tour, TOUR_COPY, clipboard->model->now_ms);
	strbuf_finish(&text);
}
