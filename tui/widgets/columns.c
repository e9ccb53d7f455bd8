/*
 * Placing columns, drawing their titles, and the order a person gave them. Called by the views and by the
 * chooser; all but the drawing is pure. Invariant: a choice's order names every column of its set once.
 */
#include "tui/widgets/columns.h"

#include <assert.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/limits.h"

#include "tui/term/canvas.h"

static int width_of(const struct column_spec *specs, size_t count, const struct placed *placed)
{
	int width = 0;

	for (size_t i = 0; i < count; i++)
		if (placed[i].width > 0)
			width += specs[i].gap + placed[i].width;
	return width;
}

/* The shown column that goes next; count when none may. */
static size_t next_to_drop(
	const struct column_spec *specs, size_t count, const struct placed *placed)
{
	size_t worst = count;

	for (size_t i = 0; i < count; i++)
		if (placed[i].width > 0 && specs[i].drop > 0 &&
			(worst == count || specs[i].drop > specs[worst].drop))
			worst = i;
	return worst;
}

/* One cell more for each that may have it; returns how many were given out. */
static int grow(const struct column_spec *specs, size_t count, struct placed *placed, int spare)
{
	int given = 0;

	for (size_t i = 0; i < count && given < spare; i++) {
		if (placed[i].width == 0 || placed[i].width >= specs[i].max)
			continue;
		placed[i].width++;
		given++;
	}
	return given;
}

/* Until they fit; columns that go no earlier than `least` stay. */
static void drop_columns(
	const struct column_spec *specs, size_t count, int width, int least, struct placed *placed)
{
	while (width_of(specs, count, placed) > width) {
		size_t drop = next_to_drop(specs, count, placed);

		if (drop == count || specs[drop].drop < least)
			return;
		placed[drop].width = 0;
	}
}

/* Columns come with their least width, 0 for those that are not to be shown. `order` NULL: as they stand. */
static int place(const struct column_spec *specs, size_t count, const unsigned char *order,
	int width, struct placed *placed)
{
	int x = 0;
	int spare, grown;

	assert(count <= COLUMNS_MAX);
	drop_columns(specs, count, width, 0, placed);
	spare = width - width_of(specs, count, placed);
	while (spare > 0 && (grown = grow(specs, count, placed, spare)) > 0)
		spare -= grown;
	for (size_t i = 0; i < count; i++) {
		size_t at = order ? order[i] : i;

		if (placed[at].width == 0)
			continue;
		x += specs[at].gap;
		placed[at].x = x;
		x += placed[at].width;
	}
	return x;
}

int columns_place(const struct column_spec *specs, size_t count, int width, struct placed *placed)
{
	for (size_t i = 0; i < count; i++)
		placed[i].width = specs[i].min;
	return place(specs, count, NULL, width, placed);
}

void columns_need(struct column_choice *choice, size_t index, int cells)
{
	if (cells > choice->needs[index])
		choice->needs[index] = cells;
}

/* The title can always be read. */
static void fit(struct column_spec *spec, int need)
{
	int title;

	if (spec->max == 0 || need == 0)
		return;
	title = (int)strlen(spec->title);
	if (need < title)
		need = title;
	if (need < spec->max)
		spec->max = need;
	if (need < spec->min)
		spec->min = need;
}

int columns_place_chosen(const struct column_set *set, const struct column_choice *choice,
	int width, struct placed *placed)
{
	struct column_spec specs[COLUMNS_MAX] = {0};
	int spare;

	for (size_t i = 0; i < set->count; i++) {
		specs[i] = set->specs[i];
		fit(&specs[i], choice->needs[i]);
		placed[i].width = choice->hidden[i] ? 0 : specs[i].min;
	}
	if (choice->needs[0] > 0) {
		placed[0].width = specs[0].max;
		drop_columns(specs, set->count, width, COLUMN_DROP_EARLY, placed);
		placed[0].width = specs[0].min;
		drop_columns(specs, set->count, width, 0, placed);
		spare = width - width_of(specs, set->count, placed);
		for (; spare > 0 && placed[0].width < specs[0].max; spare--)
			placed[0].width++;
		if (spare < 0 && placed[0].width > -spare)
			placed[0].width += spare; /* no other may go: it is cut */
	}
	return place(specs, set->count, choice->order, width, placed);
}

char columns_sort_letter(
	const struct column_spec *specs, size_t count, const struct placed *placed, int x)
{
	for (size_t i = 0; i < count; i++)
		if (x >= placed[i].x && x < placed[i].x + placed[i].width)
			return specs[i].sort;
	return 0;
}

void columns_draw_titles(const struct canvas *canvas, int y, const struct column_spec *specs,
	size_t count, const struct placed *placed)
{
	canvas_clear(canvas, y, 0);
	for (size_t i = 0; i < count; i++) {
		if (placed[i].width == 0)
			continue;
		(specs[i].right ? canvas_right : canvas_c)(
			canvas, y, placed[i].x, placed[i].width, ROLE_HEADING, specs[i].title);
	}
}

/* ---- the choice ---- */

void columns_choose_all(struct column_choice *choice, const struct column_set *set)
{
	assert(set->count <= COLUMNS_MAX);
	for (size_t i = 0; i < set->count; i++) {
		choice->order[i] = (unsigned char)i;
		choice->hidden[i] = set->about && set->about[i].hidden;
	}
}

bool columns_toggle(struct column_choice *choice, const struct column_set *set, size_t at)
{
	if (at == 0 || at >= set->count)
		return false;
	choice->hidden[choice->order[at]] = !choice->hidden[choice->order[at]];
	return true;
}

bool columns_move(struct column_choice *choice, const struct column_set *set, size_t at, bool on)
{
	size_t other = on ? at + 1 : at - 1;
	unsigned char moved;

	if (at == 0 || at >= set->count || other == 0 || other >= set->count)
		return false;
	moved = choice->order[at];
	choice->order[at] = choice->order[other];
	choice->order[other] = moved;
	return true;
}

void columns_write(
	struct strbuf *out, const struct column_choice *choice, const struct column_set *set)
{
	for (size_t i = 1; i < set->count; i++) {
		size_t at = choice->order[i];

		strbuf_addf(out, "%s%s%s", i > 1 ? " " : "", choice->hidden[at] ? "-" : "",
			set->about[at].id);
	}
}

static size_t column_called(const struct column_set *set, struct str id)
{
	size_t at = 1;

	while (at < set->count && !str_eq_c(id, set->about[at].id))
		at++;
	return at;
}

void columns_read(struct column_choice *choice, const struct column_set *set, struct str text)
{
	bool seen[COLUMNS_MAX] = {true};
	size_t count = 1;

	columns_choose_all(choice, set);
	while (text.n > 0) {
		struct str word = str_cut(&text, ' ');
		bool hidden = word.n > 0 && word.p[0] == '-';
		size_t at =
			column_called(set, hidden ? (struct str){word.p + 1, word.n - 1} : word);

		if (at == set->count || seen[at])
			continue;
		seen[at] = true;
		choice->hidden[at] = hidden;
		choice->order[count++] = (unsigned char)at;
	}
	for (size_t i = 1; i < set->count; i++)
		if (!seen[i])
			choice->order[count++] = (unsigned char)i;
}

void columns_keep(const struct column_choice *choice, const struct column_set *set, cJSON *object)
{
	struct strbuf text;

	strbuf_init(&text, LIMIT_FILTER);
	columns_write(&text, choice, set);
	(void)cJSON_AddStringToObject(object, "columns", text.data);
	strbuf_finish(&text);
}

void columns_restore(
	struct column_choice *choice, const struct column_set *set, const cJSON *object)
{
	struct str text;

	if (json_get_str(object, "columns", &text))
		columns_read(choice, set, text);
}
