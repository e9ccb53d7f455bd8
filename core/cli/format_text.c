/*
 * Results as text for a person: tables laid out over cells, streams by the least widths of their columns,
 * objects as name and value. command/value_format.c turns values into cells; nothing raw is written here.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/cli/format.h"

enum { NAME_MAX_BYTES = 4096, DEPTH_MAX = 8 };

static const char *member_text(const cJSON *value)
{
	return cJSON_IsString(value) ? value->valuestring : "";
}

/* ---- rows ---- */

static void add_blanks(struct strbuf *out, size_t count)
{
	while (count-- > 0)
		strbuf_add_char(out, ' ');
}

/* One cell padded to `width`; the last of a line is not padded on its right. */
static void add_cell(struct strbuf *out, const struct text_style *style,
	const struct value_text *cell, size_t width, bool right, bool last)
{
	size_t pad = cell->cells < width ? width - cell->cells : 0;

	if (right)
		add_blanks(out, pad);
	value_tone_begin(out, style, cell->tone);
	value_link_begin(out, style, cell->link);
	strbuf_add_c(out, cell->text);
	value_link_end(out, style, cell->link);
	value_tone_end(out, style, cell->tone);
	if (!right && !last)
		add_blanks(out, pad);
	strbuf_add_c(out, last ? "\n" : "  ");
}

static void add_titles(struct strbuf *out, const struct text_style *style,
	const struct command *command, const size_t *widths)
{
	value_tone_begin(out, style, TONE_QUIET);
	for (size_t i = 0; i < command->column_count; i++) {
		const struct column *column = &command->columns[i];
		bool last = i + 1 == command->column_count;

		if (column->right)
			strbuf_addf(out, "%*s", (int)widths[i], column->title);
		else
			strbuf_addf(out, "%-*s", last ? 0 : (int)widths[i], column->title);
		if (!last)
			strbuf_add_c(out, "  ");
	}
	value_tone_end(out, style, TONE_QUIET);
	strbuf_add_char(out, '\n');
}

static void least_widths(
	const struct text_style *style, const struct command *command, size_t *widths)
{
	for (size_t i = 0; i < command->column_count; i++) {
		const struct column *column = &command->columns[i];
		int width = column->form == FORM_TIME ? value_time_width(style) : column->width;

		if (strlen(column->title) > widths[i])
			widths[i] = strlen(column->title);
		if ((size_t)width > widths[i])
			widths[i] = (size_t)width;
	}
}

void text_write_list(struct strbuf *out, const struct text_style *style,
	const struct command *command, const cJSON *body, size_t *widths, bool titles)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(body, command->list_path);
	size_t columns = command->column_count;
	size_t rows = (size_t)cJSON_GetArraySize(list);
	struct value_text *cells;
	const cJSON *item;
	size_t at = 0;

	if (!rows) {
		if (titles)
			strbuf_addf(out, "no %s\n", command->list_path);
		return;
	}
	assert(columns <= TABLE_COLUMNS_MAX);
	cells = xcalloc(rows * columns, sizeof(*cells));
	least_widths(style, command, widths);
	cJSON_ArrayForEach(item, list)
	{
		for (size_t i = 0; i < columns; i++, at++) {
			cells[at] = value_make(style, &command->columns[i], item);
			if (cells[at].cells > widths[i])
				widths[i] = cells[at].cells;
		}
	}
	if (titles)
		add_titles(out, style, command, widths);
	for (at = 0; at < rows * columns; at++) {
		size_t i = at % columns;

		add_cell(out, style, &cells[at], widths[i], command->columns[i].right,
			i + 1 == columns);
		free(cells[at].text);
	}
	free(cells);
}

void text_write_name(struct strbuf *out, const struct text_style *style,
	const struct command *command, const cJSON *item)
{
	struct strbuf name;

	strbuf_init(&name, VALUE_MAX);
	value_add_name(&name, command->id, item);
	text_write_message(out, style, strbuf_str(&name));
	strbuf_finish(&name);
}

/* ---- streams ---- */

void text_write_header(
	struct strbuf *out, const struct text_style *style, const struct command *command)
{
	size_t *widths = xcalloc(command->column_count, sizeof(*widths));

	least_widths(style, command, widths);
	add_titles(out, style, command, widths);
	free(widths);
}

static void write_dropped(
	struct strbuf *out, const struct text_style *style, const cJSON *count, const cJSON *line)
{
	const char *why = member_text(cJSON_GetObjectItemCaseSensitive(line, "why"));

	value_tone_begin(out, style, TONE_BAD);
	if (cJSON_IsNumber(count))
		strbuf_addf(out, "--- %.0f lost here", count->valuedouble);
	else
		strbuf_add_c(out, "--- some lost here, unknown how many");
	if (*why)
		strbuf_add_c(out, ": ");
	value_add_safe(out, style, str_of(why), VALUE_CELLS_MAX);
	value_tone_end(out, style, TONE_BAD);
	strbuf_add_char(out, '\n');
}

void text_write_line(struct strbuf *out, const struct text_style *style,
	const struct command *command, const cJSON *line)
{
	const cJSON *dropped = cJSON_GetObjectItemCaseSensitive(line, "dropped");
	size_t *widths;

	if (dropped) {
		write_dropped(out, style, dropped, line);
		return;
	}
	widths = xcalloc(command->column_count, sizeof(*widths));
	least_widths(style, command, widths);
	for (size_t i = 0; i < command->column_count; i++) {
		struct value_text cell = value_make(style, &command->columns[i], line);

		add_cell(out, style, &cell, widths[i], command->columns[i].right,
			i + 1 == command->column_count);
		free(cell.text);
	}
	free(widths);
}

/* ---- objects ---- */

struct flat {
	char *name;
	const cJSON *value;
};

struct flats {
	struct flat *items;
	size_t count;
	size_t cap;
};

static void flats_add(struct flats *flats, const char *prefix, const cJSON *object, int depth)
{
	const cJSON *member;

	cJSON_ArrayForEach(member, object)
	{
		struct strbuf name;

		strbuf_init(&name, 1024);
		strbuf_addf(&name, "%s%s%s", prefix, *prefix ? "." : "",
			member->string ? member->string : "");
		if (cJSON_IsObject(member) && member->child && depth < DEPTH_MAX) {
			flats_add(flats, name.data, member, depth + 1);
		} else {
			array_reserve(&flats->items, &flats->cap, flats->count + 1,
				sizeof(*flats->items));
			flats->items[flats->count++] =
				(struct flat){.name = xstrdup(name.data), .value = member};
		}
		strbuf_finish(&name);
	}
}

/* "2026-...Z (3h ago)". */
static void add_relative(struct strbuf *out, const struct text_style *style, const char *text)
{
	char ago[DURATION_TEXT_SIZE];
	int64_t time_ms;

	if (!time_parse(str_of(text), &time_ms))
		return;
	if (time_ms > style->now_ms) {
		(void)duration_format_left(time_ms - style->now_ms, ago);
		strbuf_addf(out, " (in %s)", ago);
	} else {
		duration_format_short(style->now_ms - time_ms, ago);
		strbuf_addf(out, " (%s ago)", ago);
	}
}

static void write_flat(
	struct strbuf *out, const struct text_style *style, const struct flat *flat, size_t width)
{
	struct strbuf raw;
	const char *text = member_text(flat->value);
	size_t cells;

	strbuf_init(&raw, VALUE_MAX);
	cells = value_add_safe(out, style, str_of(flat->name), VALUE_CELLS_MAX);
	add_blanks(out, width - cells + 2);
	if (!value_add_time(&raw, style, str_of(text)))
		value_add_raw(&raw, flat->value);
	if (!raw.len)
		strbuf_add_char(&raw, '-');
	value_link_begin(out, style, text);
	value_add_safe(out, style, strbuf_str(&raw), VALUE_MAX);
	value_link_end(out, style, text);
	add_relative(out, style, text);
	strbuf_add_char(out, '\n');
	strbuf_finish(&raw);
}

void text_write_object(struct strbuf *out, const struct text_style *style, const cJSON *object)
{
	struct flats flats = {0};
	size_t width = 0;

	flats_add(&flats, "", object, 0);
	for (size_t i = 0; i < flats.count; i++) {
		struct strbuf none;
		size_t cells;

		strbuf_init(&none, NAME_MAX_BYTES);
		cells = value_add_safe(&none, style, str_of(flats.items[i].name), VALUE_CELLS_MAX);
		width = cells > width ? cells : width;
		strbuf_finish(&none);
	}
	for (size_t i = 0; i < flats.count; i++) {
		write_flat(out, style, &flats.items[i], width);
		free(flats.items[i].name);
	}
	free(flats.items);
}

void text_write_facts(struct strbuf *out, const struct text_style *style,
	const struct command *command, const cJSON *object)
{
	size_t width = 0;

	for (size_t i = 0; i < command->column_count; i++)
		if (strlen(command->columns[i].title) > width)
			width = strlen(command->columns[i].title);
	for (size_t i = 0; i < command->column_count; i++) {
		struct value_text cell = value_make(style, &command->columns[i], object);

		strbuf_addf(out, "%-*s  ", (int)width, command->columns[i].title);
		add_cell(out, style, &cell, 0, false, true);
		free(cell.text);
	}
}

/* ---- messages ---- */

void text_write_message(struct strbuf *out, const struct text_style *style, struct str message)
{
	value_add_safe(out, style, message, VALUE_MAX);
	strbuf_add_char(out, '\n');
}

void text_write_error(struct strbuf *out, const struct text_style *style, const struct errbuf *eb)
{
	strbuf_add_c(out, "umbra: ");
	text_write_message(out, style, str_of(*eb->text ? eb->text : err_title(eb->err)));
}

void text_write_accepted(
	struct strbuf *out, const struct text_style *style, const struct errbuf *eb)
{
	strbuf_add_c(out, "accepted: ");
	text_write_message(out, style, str_of(eb->expected));
}
