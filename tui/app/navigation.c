/*
 * Opens and leaves places, see navigation.h. Called for keys, for what views request, and for the `:` line.
 *
 * Invariant: place_count >= 1 and `current` is one of them. A view without a tab lives while a place has it in its
 * stack, so that going back finds it as it was left, with what was staged there. Tabs are shared by all places: when one
 * comes back, what was selected is looked for again.
 */
#include "tui/app/navigation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"

#include "tui/app/sync.h"
#include "tui/data/model.h"
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

void navigation_init(struct navigation *nav, struct model *model, struct ui *ui, struct sync *sync)
{
	nav->model = model;
	nav->ui = ui;
	nav->sync = sync;
	nav->place_count = 1;
	for (size_t i = 0; view_list[i]; i++) {
		struct view_instance *tab = &nav->tabs[nav->tab_count];

		if (view_list[i]->key == '\0' || nav->tab_count == TABS_MAX)
			continue;
		*tab = make_instance(view_list[i]);
		nav->tab_count++;
		if (tab->view == &view_learn)
			ui->tour = learn_tour(tab->state);
	}
}

void navigation_finish(struct navigation *nav)
{
	while (nav->place_count > 0)
		empty(&nav->places[--nav->place_count]);
	for (size_t i = 0; i < nav->tab_count; i++)
		close_instance(&nav->tabs[i]);
}

static struct place *current(struct navigation *nav)
{
	return &nav->places[nav->current];
}

struct view_instance *navigation_tab(struct navigation *nav)
{
	return &nav->tabs[current(nav)->tab];
}

struct view_instance *navigation_top(struct navigation *nav)
{
	struct place *place = current(nav);

	return place->depth > 0 ? place->stack[place->depth - 1] : &nav->tabs[place->tab];
}

bool navigation_can_show(struct navigation *nav)
{
	return nav->model->known || (navigation_top(nav)->view->flags & VIEW_ALWAYS);
}

struct selection navigation_selection(struct navigation *nav)
{
	const struct view_instance *top = navigation_top(nav);
	struct selection selection;

	memset(&selection, 0, sizeof(selection));
	if (top->view->selected && nav->model->known)
		top->view->selected(top->state, nav->model, &selection);
	return selection;
}

void navigation_changed(struct navigation *nav, unsigned parts)
{
	struct place *place = current(nav);

	for (size_t i = 0; i < nav->tab_count; i++)
		nav->tabs[i].parts |= parts;
	for (size_t i = 0; i < place->depth; i++)
		place->stack[i]->parts |= parts;
}

void navigation_prepare(struct navigation *nav, int rows, int cols)
{
	struct view_instance *top = navigation_top(nav);

	nav->rows = rows;
	nav->cols = cols;
	if (!navigation_can_show(nav))
		return;
	if (top->view->prepare)
		top->view->prepare(top->state, nav->model, nav->ui, top->parts, rows, cols);
	top->parts = 0;
}

/* ---- going ---- */

/* The tail runs below a detail or the help, too: one reads on where one was. */
static void ask_as_needed(struct navigation *nav)
{
	const struct view *top = navigation_top(nav)->view;
	bool tails = (navigation_tab(nav)->view->flags & VIEW_TAILS) != 0;

	if (!(top->flags & VIEW_TAILS) && top != &view_detail && top != &view_help)
		sync_tail_stop(nav->sync);
	else if (tails)
		sync_tail(nav->sync, nav->model->scope);
	sync_need(nav->sync, top->flags);
}

static void open_with(struct navigation *nav, struct view_instance *instance, const char *argument)
{
	instance->parts = MODEL_ALL;
	if (argument[0] != '\0') {
		free(instance->argument);
		instance->argument = xstrdup(argument);
	}
	if (instance->view->flags & VIEW_SESSION_EDGES)
		polling_session(&nav->sync->polling, instance->argument);
	if (instance->view->flags & VIEW_TAILS)
		sync_tail(
			nav->sync, strcmp(instance->argument, "*") == 0 ? "" : instance->argument);
	if (instance->view->open)
		instance->view->open(instance->state, nav->model, nav->ui, argument);
}

void navigation_begin(struct navigation *nav)
{
	open_with(nav, navigation_tab(nav), "");
	ask_as_needed(nav);
}

/* What is to be found again when one comes back. */
static void leave(struct navigation *nav)
{
	struct place *place = current(nav);
	const struct view_instance *top = navigation_top(nav);

	str_copy(place->scope, sizeof(place->scope), str_of(nav->model->scope));
	place->selection = navigation_selection(nav);
	place->has_saved_state = true;
	str_copy(place->filter, sizeof(place->filter),
		str_of(top->view->filter ? top->view->filter(top->state) : ""));
}

/* A tab's filter is the one it has; here it is the one it had, when one was here. */
static void filter_as_it_was(struct navigation *nav, const struct place *place)
{
	struct view_instance *top = navigation_top(nav);
	size_t column = 0;
	struct errbuf eb;

	errbuf_clear(&eb);
	if (place->has_saved_state && top->view->set_filter &&
		strcmp(top->view->filter(top->state), place->filter) != 0)
		(void)top->view->set_filter(top->state, nav->model, place->filter, &column, &eb);
}

static void enter(struct navigation *nav)
{
	struct place *place = current(nav);
	struct view_instance *top = navigation_top(nav);

	navigation_tab(nav)->parts = MODEL_ALL;
	for (size_t i = 0; i < place->depth; i++)
		place->stack[i]->parts = MODEL_ALL;
	if ((navigation_tab(nav)->view->flags | top->view->flags) & VIEW_TAILS)
		sync_tail(nav->sync, place->scope);
	if (place->depth == 0 && top->view->flags & VIEW_TAILS) {
		free(top->argument);
		top->argument = xstrdup(place->scope);
	}
	filter_as_it_was(nav, place);
	if (top->view->flags & VIEW_SESSION_EDGES)
		polling_session(&nav->sync->polling, top->argument);
	if (top->view->reveal && nav->model->known && place->selection.kind != SELECTED_NONE) {
		navigation_prepare(nav, nav->rows, nav->cols);
		(void)top->view->reveal(top->state, nav->model, &place->selection);
	}
	ask_as_needed(nav);
}

/* The place after this one; what was ahead is forgotten, and the oldest when there are too many. */
static struct place *append(struct navigation *nav, bool opened_from_previous)
{
	struct place *place;

	leave(nav);
	while (nav->place_count > nav->current + 1)
		empty(&nav->places[--nav->place_count]);
	if (nav->place_count == NAVIGATION_MAX) {
		empty(&nav->places[0]);
		memmove(nav->places, nav->places + 1, --nav->place_count * sizeof(*place));
		nav->places[0].opened_from_previous = false;
	}
	nav->current = nav->place_count++;
	place = current(nav);
	memset(place, 0, sizeof(*place));
	place->opened_from_previous = opened_from_previous;
	return place;
}

void navigation_open(struct navigation *nav, const struct view *view, const char *argument)
{
	const struct place *before = current(nav);
	struct place *place;
	struct view_instance *instance;

	if (nav->cols < view->min_cols) {
		ui_say(nav->ui, ROLE_WARNING, "%s needs %d columns; this terminal has %d",
			view->title, view->min_cols, nav->cols);
		return;
	}
	for (size_t i = 0; i < nav->tab_count; i++) {
		if (nav->tabs[i].view == view) {
			append(nav, true)->tab = i;
			open_with(nav, navigation_tab(nav), argument);
			ask_as_needed(nav);
			return;
		}
	}
	if (before->depth == STACK_MAX)
		return;
	instance = xmalloc(sizeof(*instance));
	*instance = make_instance(view);
	place = append(nav, true);
	before = place - 1;
	place->tab = before->tab;
	for (size_t i = 0; i < before->depth; i++)
		push(place, before->stack[i]);
	push(place, instance);
	open_with(nav, instance, argument);
	ask_as_needed(nav);
}

void navigation_open_help(struct navigation *nav)
{
	struct selection what = navigation_selection(nav);
	enum area object = keymap_object(&what);
	char areas[128];

	(void)snprintf(areas, sizeof(areas), "%s\n%s", area_titles[navigation_top(nav)->view->area],
		object == AREA_COUNT ? "" : area_titles[object]);
	navigation_open(nav, &view_help, areas);
}

bool navigation_open_tab(struct navigation *nav, char key)
{
	for (size_t i = 0; i < nav->tab_count; i++) {
		if (nav->tabs[i].view->key != key)
			continue;
		if (current(nav)->tab != i || current(nav)->depth > 0)
			append(nav, false)->tab = i;
		open_with(nav, navigation_tab(nav), "");
		ask_as_needed(nav);
		return true;
	}
	return false;
}

bool navigation_step(struct navigation *nav, int by)
{
	if (by < 0 ? nav->current == 0 : nav->current + 1 == nav->place_count)
		return false;
	leave(nav);
	nav->current = by < 0 ? nav->current - 1 : nav->current + 1;
	enter(nav);
	return true;
}

/* Whether the place before is this one without what is on top. */
static bool is_below(const struct place *before, const struct place *place)
{
	return before->tab == place->tab && before->depth + 1 == place->depth &&
	       memcmp(before->stack, place->stack, before->depth * sizeof(place->stack[0])) == 0;
}

bool navigation_has_up(const struct navigation *nav)
{
	const struct place *place = &nav->places[nav->current];

	return place->depth > 0 || (place->opened_from_previous && nav->current > 0);
}

bool navigation_up(struct navigation *nav)
{
	struct place *place = current(nav);
	struct place *next;

	if (!navigation_has_up(nav))
		return false;
	if (place->depth == 0 || (nav->current > 0 && is_below(place - 1, place)))
		return navigation_step(nav, -1);
	next = append(nav, false);
	place = next - 1;
	next->tab = place->tab;
	str_copy(next->scope, sizeof(next->scope), str_of(place->scope));
	for (size_t i = 0; i + 1 < place->depth; i++)
		push(next, place->stack[i]);
	enter(nav);
	return true;
}
