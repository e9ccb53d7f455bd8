/*
 * A request record read straight from the line our own writer made of it: no tree, no allocation, the
 * views point into the line. Called for each line of a tail, thousands a second, before the general reader.
 *
 * Invariant: what it accepts, wire_read_request() reads the same way. Anything it does not know (other
 * order, white space, escapes, bytes beyond ASCII, exponents) is left to that one, and so is every refusal.
 */
#include "core/wire/request_fast.h"

#include <string.h>

#include "core/base/term_text.h"
#include "core/base/time.h"
#include "core/model/version.h"

enum { DIGITS_MAX = 14, DECIMALS_MAX = 3 };
#define EXACT_MAX INT64_C(999999999999999) /* a double holds all whole numbers up to it */

struct scan {
	const char *at, *end;
};

static bool take(struct scan *scan, const char *text, size_t len)
{
	if ((size_t)(scan->end - scan->at) < len || memcmp(scan->at, text, len) != 0)
		return false;
	scan->at += len;
	return true;
}

#define TAKE(scan, literal) take(scan, literal, sizeof(literal) - 1)

/* How far `text` stands at `at`: all of it, or 0. */
static size_t match(const char *at, const char *end, const char *text)
{
	size_t n = 0;

	while (text[n] != '\0' && at + n < end && at[n] == text[n])
		n++;
	return text[n] == '\0' ? n : 0;
}

/* `"name":`. Most fields of most lines are absent, so the first letter decides first. */
static bool take_key(struct scan *scan, const char *name)
{
	const char *at = scan->at;
	size_t left = (size_t)(scan->end - at);
	size_t len;

	if (left < 4 || at[0] != '"' || at[1] != name[0] || at[2] != name[1])
		return false;
	len = strlen(name);
	if (left < len + 3 || memcmp(at + 1, name, len) != 0 || at[1 + len] != '"' ||
		at[2 + len] != ':')
		return false;
	scan->at += len + 3;
	return true;
}

/* A text of printable ASCII without escapes. */
static bool take_text(struct scan *scan, struct str *ret_text)
{
	const char *begin = scan->at + 1;
	const char *end;

	if (scan->at == scan->end || *scan->at != '"')
		return false;
	end = memchr(begin, '"', (size_t)(scan->end - begin));
	if (end == NULL)
		return false;
	*ret_text = (struct str){begin, (size_t)(end - begin)};
	scan->at = end + 1;
	return text_is_plain(*ret_text) && memchr(begin, '\\', ret_text->n) == NULL;
}

/* Puts 1 to `most` digits behind those of `value`. */
static bool take_digits(struct scan *scan, size_t most, int64_t *value, size_t *ret_digits)
{
	size_t digits = 0;

	while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9' && digits <= most) {
		*value = *value * 10 + (*scan->at++ - '0');
		digits++;
	}
	*ret_digits = digits;
	return digits > 0 && digits <= most;
}

static bool take_int(struct scan *scan, int64_t *ret_value)
{
	bool zero = scan->at < scan->end && *scan->at == '0';
	int64_t value = 0;
	size_t digits;

	if (!take_digits(scan, DIGITS_MAX, &value, &digits) || (zero && digits > 1))
		return false;
	*ret_value = value;
	return true;
}

/* A whole number over a power of ten is rounded once, as strtod() does. */
static bool take_number(struct scan *scan, double *ret_value)
{
	static const double scales[DECIMALS_MAX + 1] = {1, 10, 100, 1000};
	size_t decimals = 0;
	int64_t value;

	if (!take_int(scan, &value) ||
		(TAKE(scan, ".") && !take_digits(scan, DECIMALS_MAX, &value, &decimals)) ||
		value > EXACT_MAX)
		return false;
	*ret_value = (double)value / scales[decimals];
	return true;
}

static bool take_bool(struct scan *scan, bool *ret_value)
{
	*ret_value = TAKE(scan, "true");
	return *ret_value || TAKE(scan, "false");
}

static bool take_choice(struct scan *scan, const char *const *choices, unsigned *ret_choice)
{
	unsigned i = 0;
	size_t len = 0;

	if (!TAKE(scan, "\""))
		return false;
	while (choices[i] != NULL && ((len = match(scan->at, scan->end, choices[i])) == 0 ||
					     scan->at + len == scan->end || scan->at[len] != '"'))
		i++;
	if (choices[i] == NULL)
		return false;
	*ret_choice = i;
	scan->at += len + 1;
	return true;
}

static bool take_view(struct scan *scan, const struct field *field, struct str *slot)
{
	struct str text;

	if (!take_text(scan, &text) || text.n > field->max)
		return false;
	if (text.n > 0)
		*slot = text;
	return true;
}

static bool take_time(struct scan *scan, int64_t *ret_time)
{
	struct str text;

	return take_text(scan, &text) && time_parse(text, ret_time);
}

static bool take_value(struct scan *scan, const struct field *field, void *slot)
{
	unsigned choice;

	switch (field->type) {
	case FIELD_VIEW:
		return take_view(scan, field, slot);
	case FIELD_INT:
		return field->max == 0 && take_int(scan, slot);
	case FIELD_NUMBER:
		return take_number(scan, slot);
	case FIELD_BOOL:
		return take_bool(scan, slot);
	case FIELD_TIME:
		return take_time(scan, slot);
	case FIELD_CHOICE:
		if (!take_choice(scan, field->choices, &choice))
			return false;
		*(int *)slot = (int)choice;
		return true;
	default:
		return false;
	}
}

static bool take_carriers(struct scan *scan, unsigned *ret_carriers)
{
	unsigned carriers = 0, carrier;

	if (!TAKE(scan, "["))
		return false;
	while (!TAKE(scan, "]")) {
		if ((carriers != 0 && !TAKE(scan, ",")) ||
			!take_choice(scan, carrier_names, &carrier))
			return false;
		carriers |= 1u << carrier;
	}
	*ret_carriers = carriers;
	return true;
}

/* The fields that are there, in the table's order, each with a comma behind it. */
static bool take_fields(struct scan *scan, struct request *request)
{
	for (size_t i = 0; i < request_type.field_count; i++) {
		const struct field *field = &request_type.fields[i];
		void *slot = (char *)request + field->offset;

		if (!take_key(scan, field->name))
			continue;
		/* The request is made of what null means. */
		if ((field->flags & FIELD_ALWAYS) != 0 && TAKE(scan, "null,"))
			continue;
		if (!take_value(scan, field, slot) || !TAKE(scan, ","))
			return false;
	}
	return true;
}

bool wire_read_request_fast(struct str line, struct request *ret_request)
{
	struct scan scan = {line.p, line.p + line.n};
	struct request request = {.kind = KIND_COUNT,
		.carrier = CARRIER_COUNT,
		.reason = REASON_COUNT,
		.intended = REASON_COUNT};

	if (!TAKE(&scan, "{") || !take_fields(&scan, &request) || !take_key(&scan, "carriers") ||
		!take_carriers(&scan, &request.carriers) || !TAKE(&scan, "}") ||
		scan.at != scan.end)
		return false;
	*ret_request = request;
	return true;
}
