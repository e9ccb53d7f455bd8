/*
 * What the mouse does: it presses what is drawn as a key (tabs, hints), moves in lists, and hands the rest to
 * the view. Called by input.c for each event. Invariant: a view that grabbed a press hears of the drags
 * and the release, and nobody else does.
 */
#include <string.h>

#include "tui/app/internal.h"
#include "tui/term/keys.h"

enum { WHEEL_ROWS = 3 };

void click_areas_add(
	struct app *app, const struct canvas *canvas, int y, int x, int cols, int32_t key)
{
	struct click_areas *click_areas = &app->click_areas;

	if (click_areas->count < CLICK_AREAS_MAX)
		click_areas->all[click_areas->count++] =
			(struct click_area){canvas->y + y, canvas->x + x, cols, key};
}

static bool press_spot(struct app *app, const struct pointer *at)
{
	for (size_t i = 0; i < app->click_areas.count; i++) {
		const struct click_area *area = &app->click_areas.all[i];

		if (at->y != area->y || at->x < area->x || at->x >= area->x + area->cols)
			continue;
		if (area->key < 0)
			(void)app_open_tab(app, (char)-area->key);
		else
			press(app, area->key);
		return true;
	}
	return false;
}

/* ---- prompts ---- */

static void in_picker(struct app *app, const struct pointer *at)
{
	struct picker *picker = &app->ui.prompt.picker;
	int row = at->y - app->click_areas.prompt_y;

	if (at->kind == POINTER_WHEEL_UP || at->kind == POINTER_WHEEL_DOWN)
		press(app, at->kind == POINTER_WHEEL_UP ? KEYS_UP : KEYS_DOWN);
	else if (at->kind == POINTER_PRESS && picker_press(picker, row) == MOUSE_AGAIN)
		press(app, KEYS_ENTER);
}

/* ---- the view ---- */

static void wheel(struct app *app, bool up)
{
	struct view_instance *top = app_top(app);

	for (int i = 0; i < WHEEL_ROWS && top->view->act; i++)
		(void)top->view->act(
			top->state, &app->model, &app->ui, up ? ACTION_UP : ACTION_DOWN);
}

static void tell_view(struct app *app, const struct pointer *at, enum mouse_kind kind)
{
	struct view_instance *top = app_top(app);
	const struct click_areas *click_areas = &app->click_areas;
	struct mouse_event mouse = {kind, at->y - click_areas->body_y, at->x,
		click_areas->body_rows, click_areas->body_cols};

	if (kind == MOUSE_PRESS && (mouse.y < 0 || mouse.y >= mouse.rows || mouse.x >= mouse.cols))
		return;
	if (!top->view->mouse || (!app->model.known && !(top->view->flags & VIEW_ALWAYS)))
		return;
	switch (top->view->mouse(top->state, &app->model, &app->ui, &mouse)) {
	case MOUSE_AGAIN:
		if (top->view->act)
			(void)top->view->act(top->state, &app->model, &app->ui, ACTION_OPEN);
		break;
	case MOUSE_GRABBED:
		app->grabbed = top;
		break;
	default:
		break;
	}
}

static void in_view(struct app *app, const struct pointer *at)
{
	switch (at->kind) {
	case POINTER_WHEEL_UP:
	case POINTER_WHEEL_DOWN:
		if (app->model.known || app_top(app)->view->flags & VIEW_ALWAYS)
			wheel(app, at->kind == POINTER_WHEEL_UP);
		break;
	case POINTER_PRESS:
		app->ui.message[0] = '\0';
		if (!press_spot(app, at))
			tell_view(app, at, MOUSE_PRESS);
		break;
	default:
		break;
	}
}

void point(struct app *app, const struct pointer *at)
{
	if (app->grabbed == app_top(app) &&
		(at->kind == POINTER_DRAG || at->kind == POINTER_RELEASE)) {
		tell_view(app, at, at->kind == POINTER_DRAG ? MOUSE_DRAG : MOUSE_RELEASE);
		if (at->kind == POINTER_RELEASE)
			app->grabbed = NULL;
	} else if (app->ui.prompt.kind == PROMPT_PICK) {
		app->grabbed = NULL;
		in_picker(app, at);
	} else if (app->ui.prompt.kind == PROMPT_NONE) {
		app->grabbed = NULL;
		in_view(app, at);
	} else if (at->kind == POINTER_PRESS) {
		(void)press_spot(app, at); /* the hints of a question */
	}
	app_touch(app, REDRAW_ALL);
}
