/*
 * The tour outside of Learn: what it sees of the screen, and the line with its next step at the bottom of every
 * other view. Called with each frame.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/term_text.h"

#include "tui/app/internal.h"
#include "tui/ui/tour.h"
#include "tui/widgets/format.h"

enum { NEXT_ROWS_MAX = 3, DONE_ROWS_MAX = 2, TOUR_BAR_TEXT_SIZE = TOUR_TEXT_SIZE + 256 };
/* Of the whole screen: with fewer there is one row for each text. */
enum { LOW_ROWS = 20 };

static bool is_shown(struct app *app)
{
	return app->ui.tour && app->ui.tour->on && app->model.known &&
	       tour_next(app->ui.tour) < TOUR_STEPS && app_top(app)->view != &view_learn;
}

void tour_bar_watch(struct app *app)
{
	const struct view_instance *top = app_top(app);
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
			"That was the whole tour: {global.view-learn} shows what you have "
			"learned.");
	app_touch(app, REDRAW_ALL); /* the line is another one now */
}

void tour_bar_done(struct app *app, enum tour_step step)
{
	if (app->ui.tour)
		tour_note(app->ui.tour, step, app->model.now_ms);
}

/* What was done last and what it teaches: said beside the next step, so that no step passes unread. */
static void done_text(const struct tour *tour, char dst[TOUR_BAR_TEXT_SIZE])
{
	enum tour_step step = (enum tour_step)tour->told;
	char lesson[TOUR_TEXT_SIZE];

	tour_lesson(step, lesson);
	(void)snprintf(dst, TOUR_BAR_TEXT_SIZE, "Step %d done: %s.  %s", (int)step + 1,
		tour_title(step), lesson);
}

static void next_text(struct app *app, char dst[TOUR_BAR_TEXT_SIZE])
{
	enum tour_step step = tour_next(app->ui.tour);
	char text[TOUR_TEXT_SIZE];

	tour_text(step, &app->model, text);
	(void)snprintf(dst, TOUR_BAR_TEXT_SIZE, "Tour %d of %d: %s.  %s", (int)step + 1, TOUR_STEPS,
		tour_title(step), text);
}

/* Rows of the text, at most `max`. */
static int rows_of(const char *text, int cols, int max)
{
	int rows = format_sentence_rows(str_of(text), cols - 2);

	return rows < max ? rows : max;
}

static int done_rows(struct app *app, int rows, int cols)
{
	char text[TOUR_BAR_TEXT_SIZE];

	if (!tour_tells(app->ui.tour, app->model.now_ms))
		return 0;
	done_text(app->ui.tour, text);
	return rows_of(text, cols, rows < LOW_ROWS ? 1 : DONE_ROWS_MAX);
}

int tour_bar_rows(struct app *app, int rows, int cols)
{
	char text[TOUR_BAR_TEXT_SIZE];

	if (!is_shown(app))
		return 0;
	next_text(app, text);
	return done_rows(app, rows, cols) +
	       rows_of(text, cols, rows < LOW_ROWS ? 1 : NEXT_ROWS_MAX);
}

void tour_bar_draw(struct app *app, const struct canvas *canvas, int rows)
{
	const struct tour *tour = app->ui.tour;
	int done = done_rows(app, rows, canvas->cols);
	struct canvas part = canvas_part(canvas, 0, 0, done, canvas->cols);
	char text[TOUR_BAR_TEXT_SIZE];

	canvas_clear_rows(canvas, 0, canvas->rows);
	if (done > 0) {
		done_text(tour, text);
		(void)format_sentence(&part, 0, 1, ROLE_DONE, str_of(text));
		canvas_changes_at(canvas, tour->told_ms + TOUR_TOLD_MS);
	}
	next_text(app, text);
	part = canvas_part(canvas, done, 0, canvas->rows - done, canvas->cols);
	(void)format_sentence(&part, 0, 1, ROLE_STAGED, str_of(text));
}
