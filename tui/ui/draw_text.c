/* Sentences with keys and shell lines, for the views. Pure drawing on top of widgets/format.h. */
#include "tui/ui/draw_text.h"

#include "core/base/strbuf.h"

#include "tui/ui/keymap.h"
#include "tui/widgets/format.h"

int draw_text_keys(const struct canvas *canvas, int y, int x, enum role role, const char *text)
{
	char keyed[512];

	keymap_text(keyed, sizeof(keyed), text);
	return format_sentence(canvas, y, x, role, str_of(keyed));
}

void draw_text_command(const struct canvas *canvas, int y, const char *command)
{
	int x = 1;

	canvas_clear(canvas, y, 0);
	if (!command)
		return;
	x += canvas_run_c(canvas, y, x, 2, ROLE_COMMAND, "$ ");
	canvas_c(canvas, y, x, canvas->cols - x - 1, ROLE_COMMAND, command);
}

int draw_text_shell_line(
	const struct canvas *canvas, int y, int x, const struct model *model, const char *words)
{
	struct strbuf line;

	strbuf_init(&line, 4096);
	strbuf_addf(&line, "$ %s %s", model->program, words);
	if (!model_url_is_default(model))
		strbuf_addf(&line, " --url %s", model->url);
	y = format_sentence(canvas, y, x, ROLE_COMMAND, strbuf_str(&line));
	strbuf_finish(&line);
	return y;
}
