/*
 * What the mouse does: it presses what is drawn as a key (tabs, hints), moves in lists, and hands the rest to the view.
 * Called by input.c for each event. Invariant: after a view has grabbed a press, the drags and the release go to it and
 * to nothing else.
 */
#include "tui/app/internal.h"
#include "tui/term/keys.h"
#include "tui/term/terminal.h"

enum { WHEEL_ROWS = 3 };

static bool press_area(struct app *app, const struct pointer *at)
{
	for (size_t i = 0; i < app->layout.area_count; i++) {
		const struct click_area *area = &app->layout.areas[i];

		if (at->y != area->y || at->x < area->x || at->x >= area->x + area->cols)
			continue;
		if (area->key < 0)
			(void)navigation_open_tab(&app->nav, (char)-area->key);
		else
			input_key(app, area->key);
		return true;
	}
	return false;
}

/* ---- prompts ---- */

static void in_picker(struct app *app, const struct pointer *at)
{
	struct picker *picker = &app->ui.prompt.picker;
	int row = at->y - app->layout.prompt_y;

	if (at->kind == POINTER_WHEEL_UP || at->kind == POINTER_WHEEL_DOWN)
		input_key(app, at->kind == POINTER_WHEEL_UP ? KEYS_UP : KEYS_DOWN);
	else if (at->kind == POINTER_PRESS && picker_press(picker, row) == MOUSE_AGAIN)
		input_key(app, KEYS_ENTER);
}

/* ---- the view ---- */

static void wheel(struct app *app, bool up)
{
	struct view_instance *top = navigation_top(&app->nav);

	for (int i = 0; i < WHEEL_ROWS && top->view->act; i++)
		(void)top->view->act(
			top->state, &app->model, &app->ui, up ? ACTION_UP : ACTION_DOWN);
}

static void view_mouse(struct app *app, const struct pointer *at, enum mouse_kind kind)
{
	struct view_instance *top = navigation_top(&app->nav);
	struct mouse_event mouse = {
		kind, at->y - HEAD_ROWS, at->x, app->layout.body_rows, app->layout.body_cols};

	if (kind == MOUSE_PRESS && (mouse.y < 0 || mouse.y >= mouse.rows || mouse.x >= mouse.cols))
		return;
	if (!top->view->mouse || !navigation_can_show(&app->nav))
		return;
	switch (top->view->mouse(top->state, &app->model, &app->ui, &mouse)) {
	case MOUSE_AGAIN:
		if (top->view->act)
			(void)top->view->act(top->state, &app->model, &app->ui, ACTION_OPEN);
		break;
	case MOUSE_GRABBED:
		app->input.grabbed = top;
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
		if (navigation_can_show(&app->nav))
			wheel(app, at->kind == POINTER_WHEEL_UP);
		break;
	case POINTER_PRESS:
		app->ui.message[0] = '\0';
		if (!press_area(app, at))
			view_mouse(app, at, MOUSE_PRESS);
		break;
	default:
		break;
	}
}

void input_mouse(struct app *app)
{
	const struct pointer *at = terminal_pointer(app->screen);

	if (app->input.grabbed == navigation_top(&app->nav) &&
		(at->kind == POINTER_DRAG || at->kind == POINTER_RELEASE)) {
		view_mouse(app, at, at->kind == POINTER_DRAG ? MOUSE_DRAG : MOUSE_RELEASE);
		if (at->kind == POINTER_RELEASE)
			app->input.grabbed = NULL;
	} else if (app->ui.prompt.kind == PROMPT_PICK) {
		app->input.grabbed = NULL;
		in_picker(app, at);
	} else if (app->ui.prompt.kind == PROMPT_NONE) {
		app->input.grabbed = NULL;
		in_view(app, at);
	} else if (at->kind == POINTER_PRESS) {
		(void)press_area(app, at); /* the hints of a question */
	}
	frames_touch(&app->frames, REDRAW_ALL);
}
