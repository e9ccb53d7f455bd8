/*
 * The README's pictures: the real dashboard on the real demo after a minute of traffic, as text on standard
 * output, and with its colours as SVG into the file of the second argument. `make picture` puts them into the
 * README and .github/.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/base/time.h"

#include "tests/support/pty.h"

enum { ROWS = 33, COLS = 117, TRAFFIC_MS = 62000 };

/* Starts the demo; its first line that begins with "ready" has the URL. Returns its pid, 0 without one. */
static pid_t start_demo(const char *umbra, char *url, size_t size)
{
	char line[512];
	int ends[2];
	FILE *out;
	pid_t pid;

	if (pipe(ends) != 0)
		return 0;
	pid = fork();
	if (pid == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)close(ends[0]);
		execl(umbra, umbra, "demo", "--headless", "--seed", "482", (char *)NULL);
		_exit(127);
	}
	(void)close(ends[1]);
	out = fdopen(ends[0], "r");
	while (out && fgets(line, sizeof(line), out)) {
		struct str rest = str_of(line);
		size_t at = str_find(rest, STR_LIT("api="));

		if (!str_starts(rest, STR_LIT("ready ")) || at == rest.n)
			continue;
		rest = (struct str){rest.p + at + 4, rest.n - at - 4};
		return str_copy(url, size, str_cut(&rest, ' ')) ? pid : 0;
	}
	return 0;
}

static void print_screen(const struct pty *pty)
{
	char row[PTY_ROW_SIZE];
	int last = 0;

	for (int y = 0; y < pty->rows; y++) {
		pty_row(pty, y, row);
		last = row[0] != '\0' ? y : last;
	}
	for (int y = 0; y <= last; y++) {
		pty_row(pty, y, row);
		puts(row);
	}
}

/* ---- as SVG ---- */

/* Of a monospace font of 14 px; textLength makes whatever font the reader has as wide. */
enum { CELL_WIDTH = 9, CELL_HEIGHT = 19, CELL_BASE = 14, MARGIN = 10 };

struct look {
	uint32_t text, ground; /* 0xrrggbb */
	bool bold, underline;
};

/* What a dark terminal shows where the program leaves a colour to it. */
static const struct look plain = {.text = 0xd8d8d8, .ground = 0x16181d};

static uint32_t colour_of(const struct pty *pty, VTermColor colour, bool is_default, uint32_t own)
{
	if (is_default)
		return own;
	vterm_screen_convert_color_to_rgb(pty->screen, &colour);
	return (uint32_t)colour.rgb.red << 16 | (uint32_t)colour.rgb.green << 8 | colour.rgb.blue;
}

static struct look look_of(const struct pty *pty, const VTermScreenCell *cell)
{
	struct look look = {
		.text = colour_of(pty, cell->fg, VTERM_COLOR_IS_DEFAULT_FG(&cell->fg), plain.text),
		.ground = colour_of(
			pty, cell->bg, VTERM_COLOR_IS_DEFAULT_BG(&cell->bg), plain.ground),
		.bold = cell->attrs.bold,
		.underline = cell->attrs.underline != 0,
	};
	uint32_t text = look.text;

	if (cell->attrs.reverse) {
		look.text = look.ground;
		look.ground = text;
	}
	return look;
}

static bool same_look(const struct look *a, const struct look *b)
{
	return a->text == b->text && a->ground == b->ground && a->bold == b->bold &&
	       a->underline == b->underline;
}

/* Cells that look alike are one text on one ground; the last of them are blank. */
static void write_run(FILE *svg, const struct look *look, int y, int x, int cells, int blanks,
	struct strbuf *text)
{
	int left = MARGIN + x * CELL_WIDTH, top = MARGIN + y * CELL_HEIGHT;

	if (look->ground != plain.ground)
		(void)fprintf(svg,
			"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n",
			left, top, cells * CELL_WIDTH, CELL_HEIGHT, look->ground);
	if (text->len > 0)
		(void)fprintf(svg,
			"<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"#%06x\"%s%s>%s</text>\n",
			left, top + CELL_BASE, (cells - blanks) * CELL_WIDTH, look->text,
			look->bold ? " font-weight=\"bold\"" : "",
			look->underline ? " text-decoration=\"underline\"" : "", text->data);
	strbuf_reset(text);
}

static void write_row(FILE *svg, const struct pty *pty, int y)
{
	struct look run = plain;
	struct strbuf text;
	int start = 0, blanks = 0;

	strbuf_init(&text, (size_t)COLS * 64);
	for (int x = 0; x < pty->cols;) {
		VTermScreenCell cell;
		struct look look;

		(void)vterm_screen_get_cell(pty->screen, (VTermPos){.row = y, .col = x}, &cell);
		look = look_of(pty, &cell);
		if (x > start && !same_look(&look, &run)) {
			write_run(svg, &run, y, start, x - start, blanks, &text);
			start = x;
			blanks = 0;
		}
		run = look;
		if (cell.chars[0] == 0 || cell.chars[0] == ' ') {
			blanks++;
		} else {
			for (; blanks > 0; blanks--)
				strbuf_add_c(&text, "&#160;");
			for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0; i++)
				strbuf_addf(&text, "&#%u;", (unsigned)cell.chars[i]);
		}
		x += cell.width > 0 ? cell.width : 1;
	}
	write_run(svg, &run, y, start, pty->cols - start, blanks, &text);
	strbuf_finish(&text);
}

static bool write_svg(const struct pty *pty, const char *path)
{
	int width = pty->cols * CELL_WIDTH + 2 * MARGIN;
	int height = pty->rows * CELL_HEIGHT + 2 * MARGIN;
	FILE *svg = fopen(path, "w");

	if (!svg)
		return false;
	(void)fprintf(svg,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		"font-family=\"ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace\" "
		"font-size=\"14\">\n<title>The dashboard of Umbra</title>\n"
		"<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#%06x\"/>\n",
		width, height, width, height, plain.ground);
	for (int y = 0; y < pty->rows; y++)
		write_row(svg, pty, y);
	(void)fputs("</svg>\n", svg);
	return fclose(svg) == 0;
}

int main(int argc, char **argv)
{
	static const char *const env[] = {"LC_ALL=C.UTF-8", "XDG_CONFIG_HOME=/dev/null/nowhere",
		"XDG_STATE_HOME=/dev/null/nowhere", "UMBRA_USER=dev1", "TERM=xterm-256color",
		"COLORFGBG=15;0", NULL};
	const char *umbra = argc > 1 ? argv[1] : "build/umbra";
	char url[256];
	pid_t demo = start_demo(umbra, url, sizeof(url));
	const char *const command[] = {umbra, "--url", url, NULL};
	int64_t until = time_monotonic_ms() + TRAFFIC_MS;
	struct pty pty;

	if (demo == 0) {
		fputs("the demo did not start\n", stderr);
		return 1;
	}
	pty_start(&pty, ROWS, COLS, command, env);
	pty_wait_text(&pty, "booking");
	while (time_monotonic_ms() < until)
		(void)pty_read(&pty, 200);
	pty_keys(&pty, "fpr-482\r");
	pty_quiet(&pty, 150);
	print_screen(&pty);
	if (argc > 2 && !write_svg(&pty, argv[2]))
		perror(argv[2]);
	pty_finish(&pty);
	(void)kill(demo, SIGTERM);
	(void)waitpid(demo, NULL, 0);
	return 0;
}
