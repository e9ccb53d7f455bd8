/*
 * What the mouse does: it presses what is drawn as a key (tabs, hints), moves in lists, and hands the rest to
 * the view. Called by press.c for each event. Invariant: a view that grabbed a press hears of the drags
 * and the release, and nobody else does.
 */
#include <string.h>

#include "tui/app_internal.h"
#include "tui/keys.h"

enum { WHEEL_ROWS = 3 };

void spots_add(struct app *app, const struct canvas *canvas, int y, int x, int cols, int32_t key)
{
	struct spots *spots = &app->spots;

	if (spots->count < SPOTS_MAX)
		spots->all[spots->count++] = (struct spot){canvas->y + y, canvas->x + x, cols, key};
}

static bool press_spot(struct app *app, const struct pointer *at)
{
	for (size_t i = 0; i < app->spots.count; i++) {
		const struct spot *spot = &app->spots.all[i];

		if (at->y != spot->y || at->x < spot->x || at->x >= spot->x + spot->cols)
			continue;
		if (spot->key < 0)
			(void)app_open_tab(app, (char)-spot->key);
		else
			press(app, spot->key);
		return true;
	}
	return false;
}

/* ---- prompts ---- */

static void in_picker(struct app *app, const struct pointer *at)
{
	struct picker *picker = &app->ui.prompt.picker;
	int row = at->y - app->spots.prompt_y;

	if (at->kind == POINTER_WHEEL_UP || at->kind == POINTER_WHEEL_DOWN)
		press(app, at->kind == POINTER_WHEEL_UP ? KEYS_UP : KEYS_DOWN);
	else if (at->kind == POINTER_PRESS && picker_press(picker, row) == MOUSE_AGAIN)
		press(app, KEYS_ENTER);
}

/* ---- the view ---- */

static void wheel(struct app *app, bool up)
{
	struct opened *top = app_top(app);

	for (int i = 0; i < WHEEL_ROWS && top->view->act; i++)
		(void)top->view->act(
			top->state, &app->model, &app->ui, up ? ACTION_UP : ACTION_DOWN);
}

static void tell_view(struct app *app, const struct pointer *at, enum mouse_kind kind)
{
	struct opened *top = app_top(app);
	const struct spots *spots = &app->spots;
	struct mouse mouse = {
		kind, at->y - spots->body_y, at->x, spots->body_rows, spots->body_cols};

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
