/*
 * A link as a QR code over the whole body, for a telephone to read off the terminal. Opened with the link as
 * its argument by the copy menu.
 *
 * Drawn dark on light in a role of its own, whatever the theme, for readers take the inverse badly
 * (ISO/IEC 18004). Two modules stand in one cell, one above the other; in ASCII one module takes two cells.
 */
#include "tui/ui/view.h"

#include <stdio.h>
#include <stdlib.h>

#include <qrencode.h>

#include "core/base/xalloc.h"
#include "core/model/access_forms.h"

#include "tui/widgets/format.h"

enum { QUIET_BEST = 4, QUIET_LEAST = 2 };
/* The note beside the code where there is room for both, else below it. */
enum { BESIDE_COLS = 76, NOTE_COLS = 32 };

struct qr {
	QRcode *code; /* NULL: the text is too long for one */
	char *link;
};

static void *qr_create(void)
{
	return xcalloc(1, sizeof(struct qr));
}

static void qr_destroy(void *arg)
{
	struct qr *state = arg;

	QRcode_free(state->code);
	free(state->link);
	free(state);
}

static void qr_open(void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct qr *state = arg;

	(void)model;
	(void)ui;
	state->link = xstrdup(argument);
	state->code = QRcode_encodeString8bit(argument, 0, QR_ECLEVEL_L);
}

static bool is_dark(const QRcode *code, int x, int y)
{
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return false;
	return code->data[y * code->width + x] & 1;
}

static void draw_halves(const struct canvas *canvas, int y, int x, const QRcode *code, int quiet)
{
	static const char *const cells[4] = {" ", "▀", "▄", "█"}; /* dark above 1, dark below 2 */

	for (int row = 0; row * 2 < code->width + 2 * quiet; row++)
		for (int column = -quiet; column < code->width + quiet; column++) {
			int module = row * 2 - quiet;
			int which = (is_dark(code, column, module) ? 1 : 0) +
				    (is_dark(code, column, module + 1) ? 2 : 0);

			(void)canvas_run_c(
				canvas, y + row, x + column + quiet, 1, ROLE_QR, cells[which]);
		}
}

static void draw_blanks(const struct canvas *canvas, int y, int x, const QRcode *code, int quiet)
{
	for (int row = -quiet; row < code->width + quiet; row++)
		for (int column = -quiet; column < code->width + quiet; column++)
			(void)canvas_run_c(canvas, y + row + quiet, x + (column + quiet) * 2, 2,
				ROLE_QR, is_dark(code, column, row) ? "##" : "  ");
}

/* "http://KEY--cart.env.localhost:8080/": what stands before the two dashes. */
static struct str key_of(const char *link)
{
	struct str rest = str_of(link);
	size_t at = str_find(rest, STR_LIT("://"));

	if (at < rest.n)
		rest = (struct str){rest.p + at + 3, rest.n - at - 3};
	return (struct str){rest.p, str_find(rest, STR_LIT("--"))};
}

/* Draws what is to be known of the link, and returns what is left for the code. */
static struct canvas draw_note(const struct qr *state, const struct canvas *canvas)
{
	struct str key = key_of(state->link);
	struct canvas part;
	char app[256];
	int rows = 0;

	if (canvas->cols >= BESIDE_COLS) {
		part = canvas_part(
			canvas, 1, canvas->cols - NOTE_COLS, canvas->rows - 1, NOTE_COLS);
		if (access_link_is_local(str_of(state->link)))
			rows = 1 + format_sentence(
					   &part, 0, 1, ROLE_WARNING, str_of(access_local_note));
		(void)snprintf(app, sizeof(app),
			"A browser that opens it stays in the session. A native app does not: it "
			"sends the header Routing-Session: %.*s, or baggage: routing-session=%.*s, "
			"with each request.",
			STR_ARG(key), STR_ARG(key));
		if (key.n <= LIMIT_SESSION_KEY)
			(void)format_sentence(&part, rows, 1, ROLE_BASE, str_of(app));
		return canvas_part(canvas, 0, 0, canvas->rows, canvas->cols - NOTE_COLS);
	}
	if (!access_link_is_local(str_of(state->link)))
		return *canvas;
	rows = format_sentence_rows(str_of(access_local_note), canvas->cols - 3);
	part = canvas_part(canvas, canvas->rows - rows, 0, rows, canvas->cols);
	(void)format_sentence(&part, 0, 2, ROLE_WARNING, str_of(access_local_note));
	return canvas_part(canvas, 0, 0, canvas->rows - rows, canvas->cols);
}

static void qr_draw(
	const void *arg, const struct model *model, const struct ui *ui, const struct canvas *whole)
{
	const struct qr *state = arg;
	struct canvas above;
	const struct canvas *canvas = &above;
	char line[128];
	int side;

	(void)model;
	(void)ui;
	canvas_clear_rows(whole, 0, whole->rows);
	above = draw_note(state, whole);
	if (!state->code) {
		canvas_c(canvas, 1, 1, canvas->cols - 2, ROLE_FAILED,
			"This link is too long for a QR code.");
		return;
	}
	for (int quiet = QUIET_BEST; quiet >= QUIET_LEAST; quiet--) {
		int rows, cols;

		side = state->code->width + 2 * quiet;
		rows = canvas->ascii ? side : (side + 1) / 2;
		cols = canvas->ascii ? side * 2 : side;

		if (rows > canvas->rows || cols > canvas->cols)
			continue;
		(canvas->ascii ? draw_blanks : draw_halves)(canvas, (canvas->rows - rows) / 2,
			(canvas->cols - cols) / 2, state->code, quiet);
		return;
	}
	side = state->code->width + 2 * QUIET_LEAST;
	(void)snprintf(line, sizeof(line),
		"The code needs %dx%d cells, and there are %dx%d: a larger window shows it.",
		canvas->ascii ? side * 2 : side, canvas->ascii ? side : (side + 1) / 2,
		canvas->cols, canvas->rows);
	canvas_c(canvas, 1, 1, canvas->cols - 2, ROLE_WARNING, line);
	(void)snprintf(
		line, sizeof(line), "$ umbra session link %.*s --qr", STR_ARG(key_of(state->link)));
	canvas_c(canvas, 2, 1, canvas->cols - 2, ROLE_COMMAND, line);
}

static void qr_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct qr *state = arg;

	(void)model;
	(void)ui;
	canvas_c(canvas, 0, 2, canvas->cols - 2, ROLE_COMMAND, state->link);
}

static enum redraw qr_act(void *arg, const struct model *model, struct ui *ui, enum action action)
{
	(void)arg;
	(void)model;
	if (action != ACTION_BACK)
		return REDRAW_NONE;
	ui_back(ui);
	return REDRAW_ALL;
}

const struct view view_qr = {
	.name = "qr",
	.title = "QR code",
	.area = AREA_DETAIL,
	.flags = VIEW_ALWAYS,
	.create = qr_create,
	.destroy = qr_destroy,
	.open = qr_open,
	.draw = qr_draw,
	.draw_title = qr_draw_title,
	.act = qr_act,
};
