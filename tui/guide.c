/*
 * The tour outside of Learn: what it sees of the screen, and the line with its next step at the bottom of every
 * other view. Called with each frame.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"

#include "tui/app_internal.h"
#include "tui/tour.h"
#include "tui/views/cells.h"

enum { GUIDE_ROWS_MAX = 3, GUIDE_TEXT_SIZE = TOUR_TEXT_SIZE + 256 };

static bool is_shown(struct app *app)
{
	return app->ui.tour && app->ui.tour->on && app->model.known &&
	       tour_next(app->ui.tour) < TOUR_STEPS && app_top(app)->view != &view_learn;
}

void guide_watch(struct app *app)
{
	const struct opened *top = app_top(app);
	struct tour_sight sight = {.view = top->view->name,
		.argument = top->argument,
		.filter = top->view->filter ? top->view->filter(top->state) : "",
		.session = app->ui.session,
		.read_only = app->ui.read_only,
		.model = &app->model};

	if (!app->ui.tour || !app->ui.tour->on || !app->model.known)
		return;
	if (top->view->selected)
		top->view->selected(top->state, &app->model, &sight.selected);
	if (!tour_watch(app->ui.tour, &sight))
		return;
	if (tour_next(app->ui.tour) == TOUR_STEPS)
		ui_say(&app->ui, ROLE_DONE,
			"that was the whole tour: 7 shows what you have learned");
	app_touch(app, REDRAW_ALL); /* the line is another one now */
}

void guide_done(struct app *app, enum tour_step step)
{
	if (app->ui.tour)
		tour_note(app->ui.tour, step);
}

static void guide_text(struct app *app, char dst[GUIDE_TEXT_SIZE])
{
	enum tour_step step = tour_next(app->ui.tour);
	char text[TOUR_TEXT_SIZE];

	tour_text(step, &app->model, text);
	(void)snprintf(dst, GUIDE_TEXT_SIZE, "Tour %d of %d: %s.  %s", (int)step + 1, TOUR_STEPS,
		tour_title(step), text);
}

int guide_rows(struct app *app, int rows, int cols)
{
	char text[GUIDE_TEXT_SIZE];
	struct str rest;
	int count = 0;

	if (!is_shown(app))
		return 0;
	guide_text(app, text);
	for (rest = str_of(text); rest.n > 0 && count < GUIDE_ROWS_MAX; count++) {
		size_t take = cell_line(rest, cols - 2);

		rest = str_trim((struct str){rest.p + take, rest.n - take});
	}
	return rows < 20 ? 1 : count;
}

void guide_draw(struct app *app, const struct canvas *canvas)
{
	char text[GUIDE_TEXT_SIZE];
	struct str rest;

	guide_text(app, text);
	rest = str_of(text);
	for (int y = 0; y < canvas->rows; y++) {
		size_t take = y + 1 < canvas->rows ? cell_line(rest, canvas->cols - 2) : rest.n;

		canvas_clear(canvas, y, 0);
		canvas_text(
			canvas, y, 1, canvas->cols - 2, ROLE_STAGED, (struct str){rest.p, take});
		rest = str_trim((struct str){rest.p + take, rest.n - take});
	}
}
