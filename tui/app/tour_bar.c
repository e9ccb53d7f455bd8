/*
 * Watches the screen for the tour and draws its next step, see tour_bar.h. Called by layout.c with each frame.
 */
#include "tui/app/tour_bar.h"

#include <stdio.h>
#include <string.h>

#include "core/base/term_text.h"

#include "tui/app/navigation.h"
#include "tui/data/model.h"
#include "tui/ui/tour.h"
#include "tui/widgets/format.h"

enum { NEXT_ROWS_MAX = 3, DONE_ROWS_MAX = 2, TOUR_BAR_TEXT_SIZE = TOUR_TEXT_SIZE + 256 };
/* Of the whole screen: with fewer there is one row for each text. */
enum { LOW_ROWS = 20 };

bool tour_bar_watch(struct ui *ui, const struct model *model, const struct view_instance *top)
{
	struct tour_sight sight = {.view = top->view->name,
		.argument = top->argument,
		.filter = top->view->filter ? top->view->filter(top->state) : "",
		.session = ui->session,
		.read_only = ui->read_only,
		.model = model};

	if (!ui->tour || !ui->tour->on || !model->known)
		return false;
	if (top->view->selected)
		top->view->selected(top->state, model, &sight.selected);
	if (!tour_watch(ui->tour, &sight))
		return false;
	if (tour_next(ui->tour) == TOUR_STEPS)
		ui_say(ui, ROLE_DONE,
			"That was the whole tour: {global.view-learn} shows what you have "
			"learned.");
	return true;
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

static void next_title(const struct tour *tour, char dst[TOUR_BAR_TEXT_SIZE])
{
	enum tour_step step = tour_next(tour);

	(void)snprintf(dst, TOUR_BAR_TEXT_SIZE, "Tour %d of %d: %s", (int)step + 1, TOUR_STEPS,
		tour_title(step));
}

/* Rows of the text, at most `max`. */
static int rows_of(const char *text, int cols, int max)
{
	int rows = format_sentence_rows(str_of(text), cols - 2);

	return rows < max ? rows : max;
}

static int done_rows(const struct tour *tour, const struct model *model, int rows, int cols)
{
	char text[TOUR_BAR_TEXT_SIZE];

	if (!tour_tells(tour, model->now_ms))
		return 0;
	done_text(tour, text);
	return rows_of(text, cols, rows < LOW_ROWS ? 1 : DONE_ROWS_MAX);
}

int tour_bar_rows(const struct ui *ui, const struct model *model, const struct view_instance *top,
	int rows, int cols)
{
	const struct tour *tour = ui->tour;
	char text[TOUR_TEXT_SIZE];

	if (!tour || !tour->on || !model->known || tour_next(tour) == TOUR_STEPS ||
		top->view == &view_learn)
		return 0;
	tour_text(tour_next(tour), model, text);
	return done_rows(tour, model, rows, cols) +
	       (rows < LOW_ROWS ? 1 : 1 + rows_of(text, cols, NEXT_ROWS_MAX));
}

/* Title and text in one row where there are few; else the title is in a rule, which ends what is above. */
static void draw_next(const struct tour *tour, const struct model *model,
	const struct canvas *canvas, bool is_low)
{
	char title[TOUR_BAR_TEXT_SIZE], text[TOUR_TEXT_SIZE];
	int x = is_low ? 1 : 3;

	next_title(tour, title);
	tour_text(tour_next(tour), model, text);
	if (!is_low) {
		canvas_rule(canvas, 0);
		x += canvas_run_c(canvas, 0, x - 1, 1, ROLE_BASE, " ") - 1;
	}
	x += canvas_run_c(canvas, 0, x, canvas->cols - x - 1, ROLE_STAGED, title);
	(void)canvas_run_c(canvas, 0, x, canvas->cols - x - 1, ROLE_BASE, is_low ? ".  " : " ");
	if (is_low)
		(void)canvas_run_c(canvas, 0, x + 3, canvas->cols - x - 4, ROLE_BASE, text);
	else
		(void)format_sentence(canvas, 1, 1, ROLE_BASE, str_of(text));
}

void tour_bar_draw(
	const struct ui *ui, const struct model *model, const struct canvas *canvas, int rows)
{
	const struct tour *tour = ui->tour;
	int done = done_rows(tour, model, rows, canvas->cols);
	struct canvas part = canvas_part(canvas, 0, 0, canvas->rows - done, canvas->cols);
	char text[TOUR_BAR_TEXT_SIZE];

	canvas_clear_rows(canvas, 0, canvas->rows);
	draw_next(tour, model, &part, rows < LOW_ROWS);
	if (done == 0)
		return;
	part = canvas_part(canvas, canvas->rows - done, 0, done, canvas->cols);
	done_text(tour, text);
	(void)format_sentence(&part, 0, 1, ROLE_QUIET, str_of(text));
	(void)canvas_run(&part, 0, 1, part.cols - 2, ROLE_DONE,
		(struct str){text, (size_t)(strchr(text, ':') - text)});
	canvas_changes_at(canvas, tour->told_ms + TOUR_TOLD_MS);
}
