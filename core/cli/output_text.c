/*
 * Results as text for a person. A value becomes a cell: text that has passed the allow-list and is bounded,
 * its width in terminal cells, and what colour it asks for. Tables are laid out over cells, streams by the
 * least widths of the columns.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qrencode.h>

#include "core/base/limits.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/time.h"
#include "core/cli/output.h"
#include "core/model/decision.h"
#include "core/model/version.h"

enum {
	CELL_TEXT_MAX = 4096,
	CELL_CELLS_MAX = 200,
	VALUE_MAX = 65536,
	STRING_MAX = 16384,
	DEPTH_MAX = 8
};
#define EXPIRES_SOON_MS (10LL * 60 * 1000)

enum tone { TONE_PLAIN, TONE_QUIET, TONE_WARN, TONE_BAD, TONE_COUNT };
static const char *const tone_sgr[TONE_COUNT] = {[TONE_PLAIN] = "",
	[TONE_QUIET] = "\x1b[2m",
	[TONE_WARN] = "\x1b[33m",
	[TONE_BAD] = "\x1b[31m"};

struct cell {
	char *text;
	size_t cells;
	enum tone tone;
};

struct form_args {
	const struct text_style *style;
	const cJSON *item; /* the object the value is of */
	const cJSON *value; /* NULL when absent */
	struct strbuf *out; /* raw; made safe afterwards */
	enum tone tone;
};

/* ---- safe and bounded ---- */

/* Appends `raw` made safe, cut at `max` cells with "..."; returns its cells. */
static size_t add_safe(
	struct strbuf *out, const struct text_style *style, struct str raw, size_t max)
{
	struct text_glyph glyph;
	size_t cells = 0;

	while (text_next(&raw, style->ascii, &glyph)) {
		if (cells + (size_t)glyph.cells + 3 > max && raw.n > 0) {
			strbuf_add_c(out, "...");
			return cells + 3;
		}
		strbuf_add(out, glyph.bytes, glyph.len);
		cells += (size_t)glyph.cells;
	}
	return cells;
}

static void tone_on(struct strbuf *out, const struct text_style *style, enum tone tone)
{
	if (style->color)
		strbuf_add_c(out, tone_sgr[tone]);
}

static void tone_off(struct strbuf *out, const struct text_style *style, enum tone tone)
{
	if (style->color && tone != TONE_PLAIN)
		strbuf_add_c(out, "\x1b[0m");
}

/* ---- values ---- */

static void write_plain(struct strbuf *out, const cJSON *value, int depth)
{
	const cJSON *member;
	const char *between = "";

	if (cJSON_IsString(value)) {
		strbuf_add(out, value->valuestring, strnlen(value->valuestring, STRING_MAX));
	} else if (cJSON_IsBool(value)) {
		strbuf_add_c(out, cJSON_IsTrue(value) ? "yes" : "no");
	} else if (cJSON_IsNumber(value)) {
		if (fabs(value->valuedouble) < 1e15 &&
			floor(value->valuedouble) == value->valuedouble)
			strbuf_addf(out, "%.0f", value->valuedouble);
		else
			strbuf_addf(out, "%.3g", value->valuedouble);
	} else if (depth < DEPTH_MAX) {
		cJSON_ArrayForEach(member, value)
		{
			strbuf_add_c(out, between);
			if (member->string)
				strbuf_addf(out, "%s=", member->string);
			write_plain(out, member, depth + 1);
			between = ", ";
		}
	}
}

static const char *text_of(const cJSON *value)
{
	return cJSON_IsString(value) ? value->valuestring : "";
}

static int choice_of(const char *const *names, const char *name)
{
	int i = 0;

	while (names[i] && strcmp(names[i], name) != 0)
		i++;
	return i;
}

static void form_plain(struct form_args *f)
{
	write_plain(f->out, f->value, 0);
}

static void form_age(struct form_args *f)
{
	char text[DURATION_TEXT_SIZE];
	int64_t time_ms;

	if (!time_parse(str_of(text_of(f->value)), &time_ms))
		return;
	duration_format_short(time_ms < f->style->now_ms ? f->style->now_ms - time_ms : 0, text);
	strbuf_add_c(f->out, text);
}

static void form_left(struct form_args *f)
{
	char text[DURATION_TEXT_SIZE];
	int64_t time_ms;

	if (!time_parse(str_of(text_of(f->value)), &time_ms))
		return;
	duration_format_short(time_ms > f->style->now_ms ? time_ms - f->style->now_ms : 0, text);
	strbuf_add_c(f->out, text);
	if (time_ms - f->style->now_ms >= EXPIRES_SOON_MS)
		return;
	strbuf_add_c(f->out, " !");
	f->tone = TONE_WARN;
}

static void form_clock(struct form_args *f)
{
	char text[TIME_TEXT_SIZE];
	int64_t time_ms;

	if (!time_parse(str_of(text_of(f->value)), &time_ms))
		return;
	time_format_clock(time_ms, text);
	strbuf_add_c(f->out, text);
}

static void form_state(struct form_args *f)
{
	static const struct {
		const char *mark, *ascii;
		enum tone tone;
	} marks[STATE_COUNT + 1] = {
		[STATE_STARTING] = {"◐", "~", TONE_WARN},
		[STATE_READY] = {"●", "*", TONE_PLAIN},
		[STATE_UNHEALTHY] = {"✗", "x", TONE_BAD},
		[STATE_DRAINING] = {"○", "o", TONE_QUIET},
		[STATE_COUNT] = {"?", "?", TONE_PLAIN},
	};
	int state = choice_of(version_state_names, text_of(f->value));

	strbuf_addf(f->out, "%s %s", f->style->ascii ? marks[state].ascii : marks[state].mark,
		text_of(f->value));
	f->tone = marks[state].tone;
}

static void form_served(struct form_args *f)
{
	const char *kind = text_of(cJSON_GetObjectItemCaseSensitive(f->item, "kind"));

	if (!strcmp(kind, version_kind_names[KIND_STABLE]))
		strbuf_add_c(f->out, kind);
	else
		write_plain(f->out, f->value, 0);
}

static void form_reason(struct form_args *f)
{
	static const enum tone tones[REASON_COUNT + 1] = {
		[REASON_SESSION_UNKNOWN] = TONE_WARN,
		[REASON_SESSION_EXPIRED] = TONE_WARN,
		[REASON_VERSION_GONE] = TONE_WARN,
		[REASON_VERSION_UNHEALTHY] = TONE_WARN,
		[REASON_STABLE_DOWN] = TONE_BAD,
	};

	strbuf_add_c(f->out, text_of(f->value));
	f->tone = tones[choice_of(reason_names, text_of(f->value))];
}

static void form_status(struct form_args *f)
{
	double status = cJSON_IsNumber(f->value) ? f->value->valuedouble : 0;

	if (status < 100)
		return;
	strbuf_addf(f->out, "%.0f", status);
	f->tone = status >= 500 ? TONE_BAD : status >= 400 ? TONE_WARN : TONE_PLAIN;
}

static void form_decimal(struct form_args *f)
{
	if (cJSON_IsNumber(f->value))
		strbuf_addf(f->out, "%.1f", f->value->valuedouble);
}

static void form_number_sign(struct form_args *f)
{
	if (!cJSON_IsNumber(f->value) || f->value->valuedouble <= 0)
		return;
	strbuf_add_char(f->out, '#');
	write_plain(f->out, f->value, 0);
}

static void (*const forms[])(struct form_args *f) = {
	[FORM_PLAIN] = form_plain,
	[FORM_AGE] = form_age,
	[FORM_LEFT] = form_left,
	[FORM_CLOCK] = form_clock,
	[FORM_STATE] = form_state,
	[FORM_SERVED] = form_served,
	[FORM_REASON] = form_reason,
	[FORM_STATUS] = form_status,
	[FORM_DECIMAL] = form_decimal,
	[FORM_NUMBER_SIGN] = form_number_sign,
};
_Static_assert(ARRAY_LEN(forms) == FORM_COUNT, "each form has its function");

/* "pr.number" in an item, NULL when absent. */
static const cJSON *value_at(const cJSON *item, const char *path)
{
	struct str rest = str_of(path);
	char name[64];

	while (rest.p != NULL && item) {
		str_copy(name, sizeof(name), str_cut(&rest, '.'));
		item = cJSON_GetObjectItemCaseSensitive(item, name);
	}
	return item;
}

static struct cell cell_make(
	const struct text_style *style, const struct column *column, const cJSON *item)
{
	struct cell cell = {0};
	struct strbuf raw;
	struct strbuf safe;
	struct form_args f = {
		.style = style, .item = item, .value = value_at(item, column->path), .out = &raw};

	strbuf_init(&raw, VALUE_MAX);
	strbuf_init(&safe, CELL_TEXT_MAX);
	if (f.value && !cJSON_IsNull(f.value))
		forms[column->form](&f);
	if (!raw.len)
		strbuf_add_char(&raw, '-');
	cell.tone = f.tone;
	cell.cells = add_safe(&safe, style, strbuf_str(&raw), CELL_CELLS_MAX);
	cell.text = strbuf_detach(&safe);
	strbuf_finish(&raw);
	return cell;
}

/* ---- rows ---- */

static void add_blanks(struct strbuf *out, size_t count)
{
	while (count-- > 0)
		strbuf_add_char(out, ' ');
}

/* One cell padded to `width`; the last of a line is not padded on its right. */
static void add_cell(struct strbuf *out, const struct text_style *style, const struct cell *cell,
	size_t width, bool right, bool last)
{
	size_t pad = cell->cells < width ? width - cell->cells : 0;

	if (right)
		add_blanks(out, pad);
	tone_on(out, style, cell->tone);
	strbuf_add_c(out, cell->text);
	tone_off(out, style, cell->tone);
	if (!right && !last)
		add_blanks(out, pad);
	strbuf_add_c(out, last ? "\n" : "  ");
}

static void add_titles(struct strbuf *out, const struct text_style *style,
	const struct command *command, const size_t *widths)
{
	tone_on(out, style, TONE_QUIET);
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
	tone_off(out, style, TONE_QUIET);
	strbuf_add_char(out, '\n');
}

static void least_widths(const struct command *command, size_t *widths)
{
	for (size_t i = 0; i < command->column_count; i++) {
		widths[i] = strlen(command->columns[i].title);
		if ((size_t)command->columns[i].width > widths[i])
			widths[i] = (size_t)command->columns[i].width;
	}
}

void text_write_list(struct strbuf *out, const struct text_style *style,
	const struct command *command, const cJSON *body)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(body, command->list_path);
	size_t columns = command->column_count;
	size_t rows = (size_t)cJSON_GetArraySize(list);
	size_t *widths = xcalloc(columns, sizeof(*widths));
	struct cell *cells;
	const cJSON *item;
	size_t at = 0;

	if (!rows) {
		strbuf_addf(out, "no %s\n", command->list_path);
		free(widths);
		return;
	}
	cells = xcalloc(rows * columns, sizeof(*cells));
	least_widths(command, widths);
	cJSON_ArrayForEach(item, list)
	{
		for (size_t i = 0; i < columns; i++, at++) {
			cells[at] = cell_make(style, &command->columns[i], item);
			if (cells[at].cells > widths[i])
				widths[i] = cells[at].cells;
		}
	}
	add_titles(out, style, command, widths);
	for (at = 0; at < rows * columns; at++) {
		size_t i = at % columns;

		add_cell(out, style, &cells[at], widths[i], command->columns[i].right,
			i + 1 == columns);
		free(cells[at].text);
	}
	free(cells);
	free(widths);
}

/* ---- streams ---- */

void text_write_header(
	struct strbuf *out, const struct text_style *style, const struct command *command)
{
	size_t *widths = xcalloc(command->column_count, sizeof(*widths));

	least_widths(command, widths);
	add_titles(out, style, command, widths);
	free(widths);
}

static void write_dropped(
	struct strbuf *out, const struct text_style *style, const cJSON *count, const cJSON *line)
{
	const char *why = text_of(cJSON_GetObjectItemCaseSensitive(line, "why"));

	tone_on(out, style, TONE_BAD);
	if (cJSON_IsNumber(count))
		strbuf_addf(out, "--- %.0f lost here", count->valuedouble);
	else
		strbuf_add_c(out, "--- some lost here, unknown how many");
	if (*why)
		strbuf_add_c(out, ": ");
	add_safe(out, style, str_of(why), CELL_CELLS_MAX);
	tone_off(out, style, TONE_BAD);
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
	least_widths(command, widths);
	for (size_t i = 0; i < command->column_count; i++) {
		struct cell cell = cell_make(style, &command->columns[i], line);

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

/* Only what cannot end the sequence early or mean anything else inside it. */
static bool is_link(const char *text)
{
	if (strncmp(text, "http://", 7) != 0 && strncmp(text, "https://", 8) != 0)
		return false;
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

/* "2026-...Z (3h ago)". */
static void add_relative(struct strbuf *out, const struct text_style *style, const char *text)
{
	char ago[DURATION_TEXT_SIZE];
	int64_t time_ms;

	if (!time_parse(str_of(text), &time_ms))
		return;
	if (time_ms > style->now_ms) {
		duration_format_short(time_ms - style->now_ms, ago);
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
	const char *text = text_of(flat->value);
	bool link = style->links && is_link(text);
	size_t cells;

	strbuf_init(&raw, VALUE_MAX);
	cells = add_safe(out, style, str_of(flat->name), CELL_CELLS_MAX);
	add_blanks(out, width - cells + 2);
	write_plain(&raw, flat->value, 0);
	if (!raw.len)
		strbuf_add_char(&raw, '-');
	if (link)
		strbuf_addf(out, "\x1b]8;;%s\x1b\\", text);
	add_safe(out, style, strbuf_str(&raw), VALUE_MAX);
	if (link)
		strbuf_add_c(out, "\x1b]8;;\x1b\\");
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

		strbuf_init(&none, CELL_TEXT_MAX);
		cells = add_safe(&none, style, str_of(flats.items[i].name), CELL_CELLS_MAX);
		width = cells > width ? cells : width;
		strbuf_finish(&none);
	}
	for (size_t i = 0; i < flats.count; i++) {
		write_flat(out, style, &flats.items[i], width);
		free(flats.items[i].name);
	}
	free(flats.items);
}

/* ---- messages ---- */

void text_write_message(struct strbuf *out, const struct text_style *style, struct str message)
{
	add_safe(out, style, message, VALUE_MAX);
	strbuf_add_char(out, '\n');
}

void text_write_error(struct strbuf *out, const struct text_style *style, const struct errbuf *eb)
{
	strbuf_add_c(out, "umbra: ");
	text_write_message(out, style, str_of(*eb->text ? eb->text : err_title(eb->err)));
	if (!*eb->expected)
		return;
	strbuf_add_c(out, "accepted: ");
	text_write_message(out, style, str_of(eb->expected));
}

/* ---- QR code ---- */

enum { QR_QUIET = 4 }; /* light modules around it, section 5.3.8 */

static bool qr_dark(const QRcode *code, int x, int y)
{
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return false;
	return code->data[y * code->width + x] & 1;
}

/* Light modules are drawn, dark ones left out: most terminals are dark, and readers take the inverse badly. */
static void qr_row(struct strbuf *out, const struct text_style *style, const QRcode *code, int y)
{
	static const char *const halves[4] = {"█", "▀", "▄", " "}; /* by dark below, dark above */

	for (int x = -QR_QUIET; x < code->width + QR_QUIET; x++) {
		if (style->ascii)
			strbuf_add_c(out, qr_dark(code, x, y) ? "  " : "##");
		else
			strbuf_add_c(out, halves[(qr_dark(code, x, y) ? 2 : 0) +
						  (qr_dark(code, x, y + 1) ? 1 : 0)]);
	}
	strbuf_add_char(out, '\n');
}

bool text_write_qr(struct strbuf *out, const struct text_style *style, const char *text)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);

	if (!code)
		return false;
	for (int y = -QR_QUIET; y < code->width + QR_QUIET; y += style->ascii ? 1 : 2)
		qr_row(out, style, code, y);
	QRcode_free(code);
	return true;
}
