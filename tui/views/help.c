/*
 * Help: the keys, from the keymap; the signs; what the columns and the reasons mean; the words of filters.
 * Everything that has a table is read from it, so the help cannot be older than the program.
 */
#include "tui/ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/model/filter.h"

#include "tui/ui/text_page.h"
#include "tui/views/describe.h"
#include "tui/widgets/format.h"

enum { TEXT_MAX = 512, NAME_COLS = 17, WIDE_NAME_COLS = 20, WIDE_COLS = 100 };

/* With the keys that are in force, and the names in commands in capitals. */
static void add_keys(struct text_page *page, enum area area)
{
	char text[TEXT_MAX];

	text_page_heading(page, area_titles[area]);
	for (size_t i = 0; i < binding_count; i++) {
		if (bindings[i].area != area)
			continue;
		keymap_text(text, sizeof(text), bindings[i].help);
		text_page_add_entry(page,
			(struct paragraph){
				.name = keymap_keys(&bindings[i]), .name_role = ROLE_KEY},
			text, bindings[i].command ? bindings[i].command : "");
	}
}

static void add_signs(struct text_page *page)
{
	static const char *const meanings[STATE_COUNT] = {
		[STATE_STARTING] = "starting: no check has passed yet",
		[STATE_READY] = "ready: its checks pass",
		[STATE_UNHEALTHY] = "unhealthy: its checks fail",
		[STATE_DRAINING] =
			"draining: it gets no new request and goes when the last has ended",
	};

	text_page_heading(page, "signs");
	for (int i = 0; i < STATE_COUNT; i++)
		text_page_add_entry(page,
			(struct paragraph){
				.glyph = format_state_glyph(i), .name_role = format_state_role(i)},
			meanings[i], NULL);
	text_page_add_entry(page,
		(struct paragraph){.glyph = GLYPH_WARNING, .name_role = ROLE_WARNING},
		"the session, or its pins, got lost on the way; or two carriers differ", NULL);
}

static void add_meanings(struct text_page *page)
{
	add_signs(page);
	describe_glossary(page);
	text_page_heading(page, "why a request went where it went");
	for (int i = 0; i < REASON_COUNT; i++)
		text_page_add_word(
			page, reason_names[i], format_reason_role(i), reason_sentences[i]);
	text_page_heading(page, "filters: all terms must hold; a,b is a or b; !term is not");
	for (size_t i = 0; i < filter_term_count; i++)
		text_page_add_word(
			page, filter_terms[i].example, ROLE_COMMAND, filter_terms[i].help);
}

/* A demo is on ports of its own: how to reach it from elsewhere. */
static void add_place(struct text_page *page, const struct model *model)
{
	char text[TEXT_MAX];

	if (!model->demo)
		return;
	text_page_heading(page, "this demo");
	(void)snprintf(text, sizeof(text), "%s --url %s", model->program, model->url);
	text_page_add_word(page, "second terminal", ROLE_STRONG, text);
	text_page_add_word(page, "control plane", ROLE_STRONG, model->url);
	text_page_add_word(page, "requests enter at", ROLE_STRONG, model->proxy_url);
}

static bool has_keys(enum area area)
{
	for (size_t i = 0; i < binding_count; i++)
		if (bindings[i].area == area)
			return true;
	return false;
}

/* What holds where one comes from, the nearest first; then the other views. */
static void build(
	struct text_page *page, const struct model *model, enum area from, enum area object)
{
	bool added[AREA_COUNT] = {false};

	add_place(page, model);
	for (enum area area = from; area != AREA_COUNT; area = keymap_next(from, object, area)) {
		added[area] = true;
		if (has_keys(area))
			add_keys(page, area);
	}
	for (int area = 0; area < AREA_COUNT; area++)
		if (has_keys((enum area)area) && !added[area])
			add_keys(page, (enum area)area);
	add_meanings(page);
}

static void *help_create(void)
{
	struct text_page *page = xcalloc(1, sizeof(*page));

	text_page_init(page, TEXT_PAGE_LEFT, NAME_COLS, false);
	return page;
}

static void help_destroy(void *arg)
{
	text_page_finish(arg);
	free(arg);
}

static enum area area_titled(struct str title, enum area otherwise)
{
	for (int area = 0; area < AREA_COUNT; area++)
		if (str_eq_c(title, area_titles[area]))
			return (enum area)area;
	return otherwise;
}

/* Opens with the keys of the view one comes from and of the thing that is selected there: two titles of areas. */
static void help_open(void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct text_page *page = arg;
	struct str thing = str_of(argument);
	enum area from = area_titled(str_cut(&thing, '\n'), AREA_GLOBAL);

	(void)ui;
	text_page_begin(page);
	build(page, model, from, area_titled(thing, AREA_COUNT));
}

static void help_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct text_page *page = arg;

	(void)model;
	(void)ui;
	(void)parts;
	page->name_cols = cols < WIDE_COLS ? NAME_COLS : WIDE_NAME_COLS;
	text_page_resize(page, rows, cols);
}

static void help_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	(void)model;
	text_page_draw(arg, canvas, str_of(ui->find));
}

static void help_position(const void *arg, char *dst, size_t size)
{
	size_t used;

	text_page_position(arg, dst, size);
	used = strlen(dst);
	keymap_text(dst + used, size - used,
		"   {global.down} {global.up} {global.page-down} {global.page-up}   {global.back} "
		"back");
}

const struct view view_help = {
	.name = "help",
	.title = "Help",
	.area = AREA_HELP,
	.flags = VIEW_ALWAYS,
	.create = help_create,
	.destroy = help_destroy,
	.open = help_open,
	.prepare = help_prepare,
	.position = help_position,
	.draw = help_draw,
	.act = text_page_act,
	.find = text_page_find,
};
