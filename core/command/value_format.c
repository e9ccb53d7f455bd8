/*
 * Values to cells: each form of a column as a function, and the allow-list with its bound. Whatever came from
 * outside becomes terminal text here and nowhere else in the command line.
 */
#include "core/command/value_format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/base/time.h"
#include "core/model/decision.h"
#include "core/model/version.h"

enum { STRING_MAX = 16384, DEPTH_MAX = 8, VALUE_TEXT_MAX = 4096 };
#define EXPIRES_SOON_MS (10LL * 60 * 1000)

static const char *const tone_sgr[TONE_COUNT] = {[TONE_PLAIN] = "",
	[TONE_QUIET] = "\x1b[2m",
	[TONE_WARN] = "\x1b[33m",
	[TONE_BAD] = "\x1b[31m"};

struct form_args {
	const struct text_style *style;
	const cJSON *item; /* the object the value is of */
	const cJSON *value; /* NULL when absent */
	const cJSON *beside; /* the object the value is a member of */
	struct strbuf *out; /* raw; made safe afterwards */
	enum tone tone;
	const char *link;
};

/* ---- safe and bounded ---- */

size_t value_add_safe(
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

void value_tone_begin(struct strbuf *out, const struct text_style *style, enum tone tone)
{
	if (style->color)
		strbuf_add_c(out, tone_sgr[tone]);
}

void value_tone_end(struct strbuf *out, const struct text_style *style, enum tone tone)
{
	if (style->color && tone != TONE_PLAIN)
		strbuf_add_c(out, "\x1b[0m");
}

/* Only what cannot end the sequence early or mean anything else inside it. */
static bool is_link(const char *url)
{
	if (!url || (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0))
		return false;
	for (; *url; url++)
		if (*url <= ' ' || *url > '~')
			return false;
	return true;
}

void value_link_begin(struct strbuf *out, const struct text_style *style, const char *url)
{
	if (style->links && is_link(url))
		strbuf_addf(out, "\x1b]8;;%s\x1b\\", url);
}

void value_link_end(struct strbuf *out, const struct text_style *style, const char *url)
{
	if (style->links && is_link(url))
		strbuf_add_c(out, "\x1b]8;;\x1b\\");
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

void value_add_raw(struct strbuf *out, const cJSON *value)
{
	write_plain(out, value, 0);
}

static bool is_empty(const cJSON *value)
{
	return !value || cJSON_IsNull(value) ||
	       ((cJSON_IsObject(value) || cJSON_IsArray(value)) && !value->child) ||
	       (cJSON_IsString(value) && !*value->valuestring);
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
	int64_t left;

	if (!time_parse(str_of(text_of(f->value)), &time_ms))
		return;
	left = time_ms > f->style->now_ms ? time_ms - f->style->now_ms : 0;
	(void)duration_format_left(left, text);
	strbuf_add_c(f->out, text);
	if (time_ms - f->style->now_ms >= EXPIRES_SOON_MS)
		return;
	strbuf_add_c(f->out, " !");
	f->tone = TONE_WARN;
}

bool value_add_time(struct strbuf *out, const struct text_style *style, struct str text)
{
	char moment[TIME_TEXT_SIZE];
	int64_t time_ms;

	if (!time_parse(text, &time_ms))
		return false;
	if (style->local)
		time_format_local(time_ms, moment);
	else
		time_format(time_ms, moment);
	strbuf_add_c(out, moment);
	return true;
}

int value_time_width(const struct text_style *style)
{
	return (int)strlen(
		style->local ? "2026-11-22T19:42:07.113+01:00" : "2026-11-22T18:42:07.113Z");
}

static void form_time(struct form_args *f)
{
	(void)value_add_time(f->out, f->style, str_of(text_of(f->value)));
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

	const cJSON *pinned = cJSON_GetObjectItemCaseSensitive(f->item, "pinned");

	if (!strcmp(kind, version_kind_names[KIND_STABLE]))
		strbuf_add_c(f->out, kind);
	else if (!cJSON_IsString(f->value) && cJSON_IsString(pinned))
		write_plain(f->out, pinned, 0);
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
	f->link = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(f->beside, "url"));
}

static void form_percent(struct form_args *f)
{
	double share = cJSON_IsNumber(f->value) ? f->value->valuedouble : 0;

	strbuf_addf(f->out, "%.1f", share * 100);
	if (share > 0)
		f->tone = TONE_BAD;
}

static void form_versions(struct form_args *f)
{
	const cJSON *version;

	cJSON_ArrayForEach(version, f->value)
	{
		const char *state = text_of(cJSON_GetObjectItemCaseSensitive(version, "state"));

		strbuf_addf(f->out, "%s%s@%s", f->out->len ? ", " : "",
			text_of(cJSON_GetObjectItemCaseSensitive(version, "service")),
			text_of(cJSON_GetObjectItemCaseSensitive(version, "version")));
		if (strcmp(state, version_state_names[STATE_READY]) != 0)
			strbuf_addf(f->out, " (%s)", state);
	}
}

/* The pins of a session; of those whose version cannot serve (the member not_ready), why. */
static void form_pins(struct form_args *f)
{
	const cJSON *not_ready = cJSON_GetObjectItemCaseSensitive(f->beside, "not_ready");
	const cJSON *pin;

	cJSON_ArrayForEach(pin, f->value)
	{
		const char *why = text_of(cJSON_GetObjectItemCaseSensitive(not_ready, pin->string));

		strbuf_addf(f->out, "%s%s=%s", f->out->len ? ", " : "", pin->string, text_of(pin));
		if (!*why)
			continue;
		strbuf_addf(f->out, " (%s)", why);
		f->tone = TONE_WARN;
	}
}

static void form_ms(struct form_args *f)
{
	char text[DURATION_TEXT_SIZE];

	if (!cJSON_IsNumber(f->value))
		return;
	duration_format_short((int64_t)f->value->valuedouble, text);
	strbuf_add_c(f->out, text);
}

static void form_bytes(struct form_args *f)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	double bytes = cJSON_IsNumber(f->value) ? f->value->valuedouble : 0;
	size_t unit = 0;

	for (; bytes >= 1000 && unit + 1 < ARRAY_LEN(units); unit++)
		bytes /= 1000;
	strbuf_addf(f->out, "%.*f %s", unit ? 1 : 0, bytes, units[unit]);
}

static bool is_time(const cJSON *value)
{
	int64_t time_ms;

	return time_parse(str_of(text_of(value)), &time_ms);
}

static void write_half(struct strbuf *out, const cJSON *value)
{
	if (is_empty(value))
		strbuf_add_char(out, '-');
	else
		write_plain(out, value, 0);
}

/* "ttl 8h -> 72h, owner - -> dev1"; of a thing that is new what it is, without the times it got. */
static void form_change(struct form_args *f)
{
	const cJSON *before = cJSON_GetObjectItemCaseSensitive(f->item, "before");
	const cJSON *after = cJSON_GetObjectItemCaseSensitive(f->item, "after");
	const cJSON *member;

	cJSON_ArrayForEach(member, after)
	{
		if (cJSON_IsNull(before) && (is_empty(member) || is_time(member)))
			continue;
		strbuf_addf(f->out, "%s%s ", f->out->len ? ", " : "", member->string);
		if (!cJSON_IsNull(before)) {
			write_half(
				f->out, cJSON_GetObjectItemCaseSensitive(before, member->string));
			strbuf_add_c(f->out, " -> ");
		}
		write_half(f->out, member);
	}
}

static void (*const forms[])(struct form_args *f) = {
	[FORM_PLAIN] = form_plain,
	[FORM_AGE] = form_age,
	[FORM_LEFT] = form_left,
	[FORM_TIME] = form_time,
	[FORM_STATE] = form_state,
	[FORM_SERVED] = form_served,
	[FORM_REASON] = form_reason,
	[FORM_STATUS] = form_status,
	[FORM_DECIMAL] = form_decimal,
	[FORM_NUMBER_SIGN] = form_number_sign,
	[FORM_PERCENT] = form_percent,
	[FORM_VERSIONS] = form_versions,
	[FORM_PINS] = form_pins,
	[FORM_MS] = form_ms,
	[FORM_BYTES] = form_bytes,
	[FORM_CHANGE] = form_change,
};
_Static_assert(ARRAY_LEN(forms) == FORM_COUNT, "each form has its function");

/* "pr.number" in an item, NULL when absent; and the object it is a member of. */
static const cJSON *value_at(const cJSON *item, const char *path, const cJSON **ret_beside)
{
	struct str rest = str_of(path);
	char name[64];

	while (rest.p != NULL && item) {
		str_copy(name, sizeof(name), str_cut(&rest, '.'));
		*ret_beside = item;
		item = cJSON_GetObjectItemCaseSensitive(item, name);
	}
	return item;
}

void value_add_name(struct strbuf *out, const char *id, const cJSON *item)
{
	struct str rest = str_of(id);
	char member[32];

	for (size_t start = out->len; rest.p;) {
		str_copy(member, sizeof(member), str_cut(&rest, '@'));
		if (out->len > start)
			strbuf_add_char(out, '@');
		value_add_raw(out, cJSON_GetObjectItemCaseSensitive(item, member));
	}
}

struct value_text value_make(
	const struct text_style *style, const struct column *column, const cJSON *item)
{
	struct value_text cell = {0};
	struct strbuf raw;
	struct strbuf safe;
	struct form_args f = {.style = style, .item = item, .out = &raw};

	f.value = value_at(item, column->path, &f.beside);
	strbuf_init(&raw, VALUE_MAX);
	strbuf_init(&safe, VALUE_TEXT_MAX);
	if (f.value && !cJSON_IsNull(f.value))
		forms[column->form](&f);
	if (!raw.len)
		strbuf_add_char(&raw, '-');
	cell.tone = f.tone;
	cell.link = f.link;
	cell.cells = value_add_safe(&safe, style, strbuf_str(&raw), VALUE_CELLS_MAX);
	cell.text = strbuf_detach(&safe);
	strbuf_finish(&raw);
	return cell;
}
