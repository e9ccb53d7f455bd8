/*
 * Pages of text. Called by the views that are such pages, by the pane beside Services, and by the app for what stands
 * in their `struct view`. Invariant: every line is a piece of its paragraph, at most as wide as its column.
 */
#include "tui/ui/text_page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/wrap.h"
#include "core/base/xalloc.h"

enum {
	TEXT_MAX = 256 * 1024,
	LEAST_COLS = 16,
	COMMAND_COLS = 100 /* with fewer there is no room for commands */
};

void text_page_init(struct text_page *page, int left, int name_cols, bool selects)
{
	*page = (struct text_page){.left = left, .name_cols = name_cols, .selects = selects};
	strbuf_init(&page->text, TEXT_MAX);
}

void text_page_finish(struct text_page *page)
{
	strbuf_finish(&page->text);
	free(page->paragraphs);
	free(page->lines);
}

/* ---- paragraphs ---- */

void text_page_begin(struct text_page *page)
{
	strbuf_reset(&page->text);
	page->count = 0;
	page->stale = true;
}

static void add(struct text_page *page, struct paragraph paragraph)
{
	array_reserve(&page->paragraphs, &page->cap, page->count + 1, sizeof(paragraph));
	page->paragraphs[page->count++] = paragraph;
	page->stale = true;
}

void text_page_take(struct text_page *page, const char *name, enum role role, size_t from)
{
	if (page->text.len > from)
		add(page, (struct paragraph){.name = name,
				  .name_role = ROLE_QUIET,
				  .role = role,
				  .from = from,
				  .len = page->text.len - from});
}

void text_page_add(struct text_page *page, const char *name, enum role role, const char *text)
{
	size_t from = page->text.len;

	strbuf_add_c(&page->text, text ? text : "");
	text_page_take(page, name, role, from);
}

void text_page_addf(
	struct text_page *page, const char *name, enum role role, const char *format, ...)
{
	size_t from = page->text.len;
	va_list ap;

	va_start(ap, format);
	strbuf_vaddf(&page->text, format, ap);
	va_end(ap);
	text_page_take(page, name, role, from);
}

void text_page_add_entry(
	struct text_page *page, struct paragraph entry, const char *text, const char *command)
{
	entry.from = page->text.len;
	strbuf_add_c(&page->text, text);
	entry.len = page->text.len - entry.from;
	strbuf_add_c(&page->text, command ? command : "");
	entry.command_len = page->text.len - entry.from - entry.len;
	add(page, entry);
}

void text_page_add_word(
	struct text_page *page, const char *word, enum role role, const char *meaning)
{
	text_page_add_entry(
		page, (struct paragraph){.name = word, .name_role = role}, meaning, NULL);
}

void text_page_blank(struct text_page *page)
{
	if (page->count > 0)
		text_page_add_entry(page, (struct paragraph){0}, "", NULL);
}

void text_page_heading(struct text_page *page, const char *text)
{
	text_page_blank(page);
	text_page_add_entry(
		page, (struct paragraph){.role = ROLE_HEADING, .is_heading = true}, text, NULL);
}

/* ---- lines ---- */

/* Where the text of the paragraph begins, and the cells it has; without those of a command. */
static int text_x(const struct text_page *page, const struct paragraph *paragraph)
{
	return paragraph->is_heading                 ? page->left - 2
	       : paragraph->name || paragraph->glyph ? page->left + page->name_cols + 1
						     : page->left;
}

static int text_cols(const struct text_page *page, const struct paragraph *paragraph)
{
	int cols = paragraph->command_len > 0 && page->cols >= COMMAND_COLS
			   ? page->cols / 2 - 8
			   : page->cols - text_x(page, paragraph) - 1;

	return cols > LEAST_COLS ? cols : LEAST_COLS;
}

static int command_x(const struct text_page *page, const struct paragraph *paragraph)
{
	return text_x(page, paragraph) + text_cols(page, paragraph) + 1;
}

static struct str text_of(const struct text_page *page, const struct paragraph *paragraph)
{
	return (struct str){page->text.data + paragraph->from, paragraph->len};
}

static struct str command_of(const struct text_page *page, const struct paragraph *paragraph)
{
	return (struct str){page->text.data + paragraph->from + paragraph->len,
		page->cols >= COMMAND_COLS ? paragraph->command_len : 0};
}

/* What goes into a line: something, while there is something left. */
static size_t take(struct str text, size_t from, int cols)
{
	size_t len = wrap_take((struct str){text.p + from, text.n - from}, cols);

	return len > 0 ? len : text.n - from;
}

static void lay_out(struct text_page *page)
{
	page->cursor.count = 0;
	for (size_t i = 0; i < page->count; i++) {
		const struct paragraph *paragraph = &page->paragraphs[i];
		struct str text = text_of(page, paragraph);
		struct str command = command_of(page, paragraph);
		struct text_line line = {.paragraph = i};

		do {
			line.len = take(text, line.from, text_cols(page, paragraph));
			line.command_len = take(
				command, line.command, page->cols - command_x(page, paragraph) - 1);
			array_reserve(&page->lines, &page->line_cap, page->cursor.count + 1,
				sizeof(line));
			page->lines[page->cursor.count++] = line;
			line.from += line.len;
			line.command += line.command_len;
		} while (line.from < text.n || line.command < command.n);
	}
}

/* Whether the line begins at the place or before it. */
static bool begins_up_to(const struct text_line *line, const struct text_line *place)
{
	return line->paragraph < place->paragraph ||
	       (line->paragraph == place->paragraph && line->from <= place->from &&
		       line->command <= place->command);
}

void text_page_resize(struct text_page *page, int rows, int cols)
{
	struct list_cursor *cursor = &page->cursor;
	struct text_line place = {0};
	size_t row = cursor->selected;

	cursor->height = rows > 0 ? (size_t)rows : 1;
	if (page->stale || page->cols != cols) {
		if (row < cursor->count)
			place = page->lines[row];
		page->cols = cols;
		page->stale = false;
		lay_out(page);
		for (row = 0;
			row + 1 < cursor->count && begins_up_to(&page->lines[row + 1], &place);)
			row++;
	}
	list_cursor_follow(cursor, row);
}

/* ---- moving and finding ---- */

bool text_page_move(struct text_page *page, enum action action)
{
	struct list_cursor *cursor = &page->cursor;
	enum list_motion motion = keymap_motion(action);
	bool down =
		motion == MOTION_DOWN || motion == MOTION_PAGE_DOWN || motion == MOTION_HALF_DOWN;

	if (motion == MOTION_NONE)
		return false;
	/* To scroll, the selected line is moved from the edge of the screen. */
	if (!page->selects)
		cursor->selected = down ? cursor->top + cursor->height - 1 : cursor->top;
	(void)list_cursor_move(cursor, motion);
	if (!page->selects)
		cursor->selected = cursor->top;
	return true;
}

enum redraw text_page_act(void *state, const struct model *model, struct ui *ui, enum action action)
{
	(void)model;
	if (action == ACTION_BACK)
		ui_back(ui);
	else if (!text_page_move(state, action))
		return REDRAW_NONE;
	return REDRAW_ALL;
}

static bool is_first(const struct text_line *line)
{
	return line->from == 0 && line->command == 0;
}

/* Whether the text is found in `whole` beginning among the `len` bytes from `from`. */
static bool begins_in(struct str whole, size_t from, size_t len, struct str text)
{
	return text_find_nocase((struct str){whole.p + from, whole.n - from}, text) < len;
}

static bool has_text(const struct text_page *page, size_t row, struct str text)
{
	const struct text_line *line = &page->lines[row];
	const struct paragraph *paragraph = &page->paragraphs[line->paragraph];
	struct str name = str_of(is_first(line) ? paragraph->name : NULL);

	return text_find_nocase(name, text) < name.n ||
	       begins_in(text_of(page, paragraph), line->from, line->len, text) ||
	       begins_in(command_of(page, paragraph), line->command, line->command_len, text);
}

bool text_page_find(void *state, const struct model *model, struct str text, bool back, bool stay)
{
	struct text_page *page = state;
	struct list_cursor *cursor = &page->cursor;

	(void)model;
	for (size_t i = 0; i < cursor->count; i++) {
		size_t row = list_cursor_around(cursor, i, back, stay);

		if (!has_text(page, row, text))
			continue;
		/* Out of sight, it comes with more of what stands below it than above. */
		if (row < cursor->top || row >= cursor->top + cursor->height)
			cursor->top = row > cursor->height / 3 ? row - cursor->height / 3 : 0;
		list_cursor_select(cursor, row);
		return true;
	}
	return false;
}

void text_page_position(const void *state, char *dst, size_t size)
{
	const struct text_page *page = state;
	const struct list_cursor *cursor = &page->cursor;
	size_t end = cursor->top + cursor->height;

	dst[0] = '\0';
	if (!page->selects)
		(void)snprintf(dst, size, "%zu to %zu of %zu", cursor->top + 1,
			end < cursor->count ? end : cursor->count, cursor->count);
	else if (cursor->count > cursor->height)
		(void)snprintf(dst, size, "%zu of %zu", cursor->selected + 1, cursor->count);
}

/* ---- drawing ---- */

/* The blanks at which it was broken take no cells. */
static void draw_piece(const struct canvas *canvas, int y, int x, enum role role, struct str whole,
	size_t from, size_t len, struct str find)
{
	while (len > 0 && whole.p[from + len - 1] == ' ')
		len--;
	if (len > 0)
		canvas_text_found(canvas, y, x, canvas->cols - x, role,
			(struct str){whole.p + from, len}, find);
}

/* On a page that begins at the edge there is no room for the mark. */
static bool is_marked(const struct text_page *page, size_t row, struct str find)
{
	return row == page->cursor.selected &&
	       (page->selects || (page->left >= TEXT_PAGE_LEFT && has_text(page, row, find)));
}

static void draw_line(const struct text_page *page, const struct canvas *canvas, int y, size_t row,
	struct str find)
{
	const struct text_line *line = &page->lines[row];
	const struct paragraph *paragraph = &page->paragraphs[line->paragraph];

	if (is_first(line) && paragraph->glyph)
		(void)canvas_glyph(canvas, y, page->left, paragraph->name_role, paragraph->glyph);
	else if (is_first(line) && paragraph->name)
		canvas_text_found(canvas, y, page->left, page->name_cols, paragraph->name_role,
			str_of(paragraph->name), find);
	draw_piece(canvas, y, text_x(page, paragraph), paragraph->role, text_of(page, paragraph),
		line->from, line->len, find);
	draw_piece(canvas, y, command_x(page, paragraph), ROLE_COMMAND, command_of(page, paragraph),
		line->command, line->command_len, find);
}

void text_page_draw(const struct text_page *page, const struct canvas *canvas, struct str find)
{
	for (int y = 0; y < canvas->rows; y++) {
		size_t row = page->cursor.top + (size_t)y;
		bool is_line = (size_t)y < page->cursor.height && row < page->cursor.count;
		struct canvas part =
			canvas_list_row(canvas, y, is_line && is_marked(page, row, find));

		if (is_line)
			draw_line(page, &part, y, row, find);
	}
}
