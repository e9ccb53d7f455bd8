/*
 * Where one is: a tab and what is instance over it; and where one was, as a browser keeps it. The app and
 * the keys call it; the views know nothing of it.
 *
 * Invariant: place_count >= 1 and `at` is one of them. A view without a tab lives while a place has it in its
 * stack, so that going back finds it as it was left, with what was staged there. Tabs are shared by all
 * places: there, what was selected is looked for again.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"

#include "tui/app/internal.h"
#include "tui/views/learn/learn.h"

static struct view_instance make_instance(const struct view *view)
{
	return (struct view_instance){.view = view,
		.state = view->create ? view->create() : NULL,
		.argument = xstrdup(""),
		.parts = MODEL_ALL};
}

static void close_instance(struct view_instance *instance)
{
	if (instance->view->destroy)
		instance->view->destroy(instance->state);
	free(instance->argument);
}

static void instance_unref(struct view_instance *instance)
{
	if (--instance->refs > 0)
		return;
	close_instance(instance);
	free(instance);
}

static void push(struct place *place, struct view_instance *instance)
{
	instance->refs++;
	place->stack[place->depth++] = instance;
}

static void empty(struct place *place)
{
	while (place->depth > 0)
		instance_unref(place->stack[--place->depth]);
}

void navigation_init(struct app *app)
{
	for (size_t i = 0; view_list[i]; i++)
		if (view_list[i]->key != '\0' && app->tab_count < TABS_MAX)
			app->tabs[app->tab_count++] = make_instance(view_list[i]);
	for (size_t i = 0; i < app->tab_count; i++)
		if (app->tabs[i].view == &view_learn)
			app->ui.tour = learn_tour(app->tabs[i].state);
	app->place_count = 1;
}

void navigation_finish(struct app *app)
{
	while (app->place_count > 0)
		empty(&app->places[--app->place_count]);
	for (size_t i = 0; i < app->tab_count; i++)
		close_instance(&app->tabs[i]);
}

struct place *place_now(struct app *app)
{
	return &app->places[app->at];
}

struct view_instance *app_tab(struct app *app)
{
	return &app->tabs[place_now(app)->tab];
}

struct view_instance *app_top(struct app *app)
{
	struct place *place = place_now(app);

	return place->depth > 0 ? place->stack[place->depth - 1] : &app->tabs[place->tab];
}

void navigation_changed(struct app *app, unsigned parts)
{
	struct place *place = place_now(app);

	for (size_t i = 0; i < app->tab_count; i++)
		app->tabs[i].parts |= parts;
	for (size_t i = 0; i < place->depth; i++)
		place->stack[i]->parts |= parts;
}

/* ---- going ---- */

/* The tail runs below a detail or the help, too: one reads on where one was. */
static void ask_as_needed(struct app *app)
{
	const struct view *top = app_top(app)->view;
	bool tails = (app_tab(app)->view->flags & VIEW_TAILS) != 0;

	if (!(top->flags & VIEW_TAILS) && top != &view_detail && top != &view_help)
		sync_tail_stop(app);
	else if (tails)
		sync_tail(app, app->model.scope);
	sync_need(app);
}

static void open_with(struct app *app, struct view_instance *instance, const char *argument)
{
	instance->parts = MODEL_ALL;
	if (argument[0] != '\0') {
		free(instance->argument);
		instance->argument = xstrdup(argument);
	}
	if (instance->view->flags & VIEW_SESSION_EDGES)
		polling_session(app, instance->argument);
	if (instance->view->flags & VIEW_TAILS && argument[0] != '\0')
		sync_tail(app, strcmp(argument, "*") == 0 ? "" : argument);
	if (instance->view->open)
		instance->view->open(instance->state, &app->model, &app->ui, argument);
}

void navigation_begin(struct app *app)
{
	open_with(app, app_tab(app), "");
	ask_as_needed(app);
}

/* What is to be found again when one comes back. */
static void leave(struct app *app)
{
	struct place *place = place_now(app);
	const struct view_instance *top = app_top(app);

	str_copy(place->scope, sizeof(place->scope), str_of(app->model.scope));
	memset(&place->selection, 0, sizeof(place->selection));
	if (top->view->selected && app->model.known)
		top->view->selected(top->state, &app->model, &place->selection);
	place->has_saved_state = true;
	str_copy(place->filter, sizeof(place->filter),
		str_of(top->view->filter ? top->view->filter(top->state) : ""));
}

/* A tab's filter is the one it has; here it is the one it had, when one was here. */
static void filter_as_it_was(struct app *app, const struct place *place)
{
	struct view_instance *top = app_top(app);
	size_t column = 0;
	struct errbuf eb;

	errbuf_clear(&eb);
	if (place->has_saved_state && top->view->set_filter &&
		strcmp(top->view->filter(top->state), place->filter) != 0)
		(void)top->view->set_filter(top->state, &app->model, place->filter, &column, &eb);
}

static void enter(struct app *app)
{
	struct place *place = place_now(app);
	struct view_instance *top = app_top(app);

	app_tab(app)->parts = MODEL_ALL;
	for (size_t i = 0; i < place->depth; i++)
		place->stack[i]->parts = MODEL_ALL;
	if ((app_tab(app)->view->flags | top->view->flags) & VIEW_TAILS)
		sync_tail(app, place->scope);
	filter_as_it_was(app, place);
	if (top->view->flags & VIEW_SESSION_EDGES)
		polling_session(app, top->argument);
	if (top->view->reveal && app->model.known && place->selection.kind != SELECTED_NONE) {
		app_prepare(app);
		(void)top->view->reveal(top->state, &app->model, &place->selection);
	}
	ask_as_needed(app);
}

/* The place after this one; what was ahead is forgotten, and the oldest when there are too many. */
static struct place *append(struct app *app, bool opened_from_previous)
{
	struct place *place;

	leave(app);
	while (app->place_count > app->at + 1)
		empty(&app->places[--app->place_count]);
	if (app->place_count == NAVIGATION_MAX) {
		empty(&app->places[0]);
		memmove(app->places, app->places + 1, --app->place_count * sizeof(*place));
		app->places[0].opened_from_previous = false;
	}
	app->at = app->place_count++;
	place = place_now(app);
	memset(place, 0, sizeof(*place));
	place->opened_from_previous = opened_from_previous;
	return place;
}

void app_open(struct app *app, const struct view *view, const char *argument)
{
	const struct place *before = place_now(app);
	struct place *place;
	struct view_instance *instance;

	if (app->click_areas.body_cols < view->min_cols) {
		ui_say(&app->ui, ROLE_WARNING, "%s needs %d columns; this terminal has %d",
			view->title, view->min_cols, app->click_areas.body_cols);
		return;
	}
	for (size_t i = 0; i < app->tab_count; i++) {
		if (app->tabs[i].view == view) {
			append(app, true)->tab = i;
			open_with(app, app_tab(app), argument);
			ask_as_needed(app);
			return;
		}
	}
	if (before->depth == STACK_MAX)
		return;
	instance = xmalloc(sizeof(*instance));
	*instance = make_instance(view);
	place = append(app, true);
	before = place - 1;
	place->tab = before->tab;
	for (size_t i = 0; i < before->depth; i++)
		push(place, before->stack[i]);
	push(place, instance);
	open_with(app, instance, argument);
	ask_as_needed(app);
}

bool app_open_tab(struct app *app, char key)
{
	for (size_t i = 0; i < app->tab_count; i++) {
		if (app->tabs[i].view->key != key)
			continue;
		if (place_now(app)->tab != i || place_now(app)->depth > 0)
			append(app, false)->tab = i;
		open_with(app, app_tab(app), "");
		ask_as_needed(app);
		return true;
	}
	return false;
}

bool navigation_step(struct app *app, int by)
{
	if (by < 0 ? app->at == 0 : app->at + 1 == app->place_count)
		return false;
	leave(app);
	app->at = by < 0 ? app->at - 1 : app->at + 1;
	enter(app);
	return true;
}

/* Whether the place before is this one without what is on top. */
static bool is_below(const struct place *before, const struct place *place)
{
	return before->tab == place->tab && before->depth + 1 == place->depth &&
	       memcmp(before->stack, place->stack, before->depth * sizeof(place->stack[0])) == 0;
}

bool navigation_has_up(struct app *app)
{
	return place_now(app)->depth > 0 || (place_now(app)->opened_from_previous && app->at > 0);
}

bool navigation_up(struct app *app)
{
	struct place *place = place_now(app);
	struct place *next;

	if (!navigation_has_up(app))
		return false;
	if (place->depth == 0 || (app->at > 0 && is_below(place - 1, place)))
		return navigation_step(app, -1);
	next = append(app, false);
	place = next - 1;
	next->tab = place->tab;
	str_copy(next->scope, sizeof(next->scope), str_of(place->scope));
	for (size_t i = 0; i + 1 < place->depth; i++)
		push(next, place->stack[i]);
	enter(app);
	return true;
}
