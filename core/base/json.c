/*
 * The JSON writer, and the strict front of the parser. cJSON builds the tree; what it is lenient about
 * (numbers, control bytes, encoding, what follows the value, depth) is refused here first, so the tree
 * of a text from outside is always that of an RFC 8259 text within our bounds.
 */
#include "core/base/json.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/term_text.h"
#include "core/base/time.h"

/* ---- reading ---- */

struct scan {
	struct str text;
	size_t at;
	const char *wrong; /* what is wrong at `at`; NULL while nothing is */
};

static bool scan_fail(struct scan *scan, const char *wrong)
{
	scan->wrong = wrong;
	return false;
}

static bool scan_more(const struct scan *scan)
{
	return scan->at < scan->text.n;
}

static char scan_char(const struct scan *scan)
{
	return scan_more(scan) ? scan->text.p[scan->at] : '\0';
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool scan_escape(struct scan *scan)
{
	scan->at++;
	char c = scan_char(scan);
	if (c == '\0' || strchr("\"\\/bfnrtu", c) == NULL)
		return scan_fail(scan, "an escape that JSON does not have");
	scan->at++;
	if (c != 'u')
		return true;
	struct str hex = {scan->text.p + scan->at, scan->text.n - scan->at};
	for (size_t i = 0; i < 4; i++)
		if (i >= hex.n || !is_hex(hex.p[i]))
			return scan_fail(scan, "\\u needs four hexadecimal digits");
	if (memcmp(hex.p, "0000", 4) == 0)
		return scan_fail(scan, "U+0000 is not accepted in a text");
	scan->at += 4;
	return true;
}

/* What may stand in a text as it is, without a further look. */
static bool is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static bool scan_string(struct scan *scan)
{
	scan->at++;
	while (scan_more(scan)) {
		unsigned char c = (unsigned char)scan->text.p[scan->at];
		if (is_plain((char)c)) {
			scan->at++;
			continue;
		}
		if (c == '"') {
			scan->at++;
			return true;
		}
		if (c < 0x20)
			return scan_fail(scan, "a control byte in a text must be escaped");
		if (c == '\\') {
			if (!scan_escape(scan))
				return false;
			continue;
		}
		uint32_t code_point;
		struct str rest = {scan->text.p + scan->at, scan->text.n - scan->at};
		size_t len = utf8_decode(rest, &code_point);
		if (len == 0)
			return scan_fail(scan, "a text must be UTF-8");
		scan->at += len;
	}
	return scan_fail(scan, "a text has no end");
}

static size_t scan_digits(struct scan *scan)
{
	size_t start = scan->at;
	while (scan_char(scan) >= '0' && scan_char(scan) <= '9')
		scan->at++;
	return scan->at - start;
}

static bool scan_number(struct scan *scan)
{
	if (scan_char(scan) == '-')
		scan->at++;
	bool zero = scan_char(scan) == '0';
	size_t digits = scan_digits(scan);
	if (digits == 0 || (zero && digits > 1))
		return scan_fail(scan, "not a number");
	if (scan_char(scan) == '.') {
		scan->at++;
		if (scan_digits(scan) == 0)
			return scan_fail(scan, "digits must follow the point");
	}
	if (scan_char(scan) == 'e' || scan_char(scan) == 'E') {
		scan->at++;
		if (scan_char(scan) == '+' || scan_char(scan) == '-')
			scan->at++;
		if (scan_digits(scan) == 0)
			return scan_fail(scan, "an exponent needs digits");
	}
	return true;
}

/* What stands outside of texts and numbers: white space, the structure, and true, false, null. */
static const bool structural[256] = {
	[' '] = true,
	['\t'] = true,
	['\r'] = true,
	['\n'] = true,
	['{'] = true,
	['}'] = true,
	['['] = true,
	[']'] = true,
	[':'] = true,
	[','] = true,
	['t'] = true,
	['r'] = true,
	['u'] = true,
	['e'] = true,
	['f'] = true,
	['a'] = true,
	['l'] = true,
	['s'] = true,
	['n'] = true,
};

/* Tokens and depth; that they stand in the right order is left to cJSON. */
static bool scan_all(struct scan *scan)
{
	int depth = 0;

	while (scan_more(scan)) {
		char c = scan_char(scan);
		bool ok = true;
		if (c == '"') {
			ok = scan_string(scan);
		} else if (structural[(unsigned char)c]) {
			depth += (c == '{' || c == '[') - (c == '}' || c == ']');
			if (depth > LIMIT_JSON_DEPTH)
				return scan_fail(scan, "nested too deeply");
			scan->at++;
		} else if (c == '-' || (c >= '0' && c <= '9')) {
			ok = scan_number(scan);
		} else {
			ok = scan_fail(scan, "not JSON");
		}
		if (!ok)
			return false;
	}
	return true;
}

static cJSON *bad_json(struct errbuf *eb, size_t at, const char *wrong)
{
	err_set(eb, ERR_BAD_JSON, "%s, at byte %zu", wrong, at + 1);
	return NULL;
}

cJSON *json_parse(struct str text, struct errbuf *eb)
{
	struct scan scan = {.text = text};
	if (!scan_all(&scan))
		return bad_json(eb, scan.at, scan.wrong);
	if (text.n == 0)
		return bad_json(eb, 0, "there is nothing");
	const char *end = text.p;
	cJSON *tree = cJSON_ParseWithLengthOpts(text.p, text.n, &end, false);
	size_t at = end >= text.p ? (size_t)(end - text.p) : 0;
	if (tree == NULL)
		return bad_json(eb, at, "not valid JSON");
	while (at < text.n && strchr(" \t\r\n", text.p[at]) != NULL)
		at++;
	if (at == text.n)
		return tree;
	cJSON_Delete(tree);
	return bad_json(eb, at, "something follows the value");
}

bool json_get_str(const cJSON *object, const char *key, struct str *ret_value)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
	if (!cJSON_IsString(item))
		return false;
	*ret_value = str_of(item->valuestring);
	return true;
}

bool json_get_double(const cJSON *object, const char *key, double *ret_value)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
	if (!cJSON_IsNumber(item) || !isfinite(item->valuedouble))
		return false;
	*ret_value = item->valuedouble;
	return true;
}

bool json_get_u64(const cJSON *object, const char *key, uint64_t *ret_value)
{
	double value;
	/* Beyond 2^53 a double no longer tells neighbours apart. */
	if (!json_get_double(object, key, &value) || value < 0 || value > 9007199254740992.0 ||
		value != floor(value))
		return false;
	*ret_value = (uint64_t)value;
	return true;
}

bool json_get_bool(const cJSON *object, const char *key, bool *ret_value)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
	if (!cJSON_IsBool(item))
		return false;
	*ret_value = cJSON_IsTrue(item);
	return true;
}

/* ---- writing ---- */

/* \u escapes for what is no character to show; beyond the BMP as a surrogate pair (RFC 8259 section 7). */
static void add_escaped(struct strbuf *out, uint32_t code_point)
{
	if (code_point >= 0x10000) {
		uint32_t offset = code_point - 0x10000;
		strbuf_addf(out, "\\u%04x\\u%04x", 0xd800u + (offset >> 10),
			0xdc00u + (offset & 0x3ff));
		return;
	}
	static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	for (size_t i = 0; i + 1 < sizeof(shorts); i += 2) {
		if (code_point == (unsigned char)shorts[i]) {
			strbuf_add(out, (char[]){'\\', shorts[i + 1]}, 2);
			return;
		}
	}
	strbuf_addf(out, "\\u%04x", code_point);
}

void json_escape(struct strbuf *out, struct str text)
{
	strbuf_add_char(out, '"');
	size_t i = 0;
	while (i < text.n) {
		size_t start = i;
		while (i < text.n && is_plain(text.p[i]))
			i++;
		strbuf_add(out, text.p + start, i - start);
		if (i == text.n)
			break;
		uint32_t code_point;
		size_t len = utf8_decode((struct str){text.p + i, text.n - i}, &code_point);
		if (len == 0)
			strbuf_add_c(out, "\xef\xbf\xbd");
		else if (code_point < 0x80 || text_code_point_cells(code_point) < 0)
			add_escaped(out, code_point);
		else
			strbuf_add(out, text.p + i, len);
		i += len > 0 ? len : 1;
	}
	strbuf_add_char(out, '"');
}

/* What stands before a value: the comma and the key. */
static void begin(struct json_writer *w, const char *key)
{
	if (w->comma)
		strbuf_add_char(w->out, ',');
	w->comma = true;
	if (key != NULL) {
		json_escape(w->out, str_of(key));
		strbuf_add_char(w->out, ':');
	}
}

void json_start(struct json_writer *w, struct strbuf *out)
{
	*w = (struct json_writer){.out = out};
}

static void open_value(struct json_writer *w, const char *key, char bracket)
{
	begin(w, key);
	strbuf_add_char(w->out, bracket);
	w->depth++;
	w->comma = false;
}

static void close_value(struct json_writer *w, char bracket)
{
	assert(w->depth > 0);
	strbuf_add_char(w->out, bracket);
	w->depth--;
	w->comma = true;
}

void json_object(struct json_writer *w, const char *key)
{
	open_value(w, key, '{');
}

void json_object_end(struct json_writer *w)
{
	close_value(w, '}');
}

void json_array(struct json_writer *w, const char *key)
{
	open_value(w, key, '[');
}

void json_array_end(struct json_writer *w)
{
	close_value(w, ']');
}

void json_str(struct json_writer *w, const char *key, struct str value)
{
	begin(w, key);
	json_escape(w->out, value);
}

void json_c(struct json_writer *w, const char *key, const char *value)
{
	if (value == NULL)
		json_null(w, key);
	else
		json_str(w, key, str_of(value));
}

void json_int(struct json_writer *w, const char *key, int64_t value)
{
	begin(w, key);
	if (value < 0)
		strbuf_add_char(w->out, '-');
	strbuf_add_u64(w->out, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void json_uint(struct json_writer *w, const char *key, uint64_t value)
{
	begin(w, key);
	strbuf_add_u64(w->out, value);
}

/* By hand: printf would write the decimal comma of the user's locale. */
void json_double(struct json_writer *w, const char *key, double value)
{
	if (!isfinite(value)) {
		json_null(w, key);
		return;
	}
	if (fabs(value) >= 9e15) {
		begin(w, key);
		strbuf_addf(w->out, "%.0f", value);
		return;
	}
	double rounded = round(fabs(value) * 1000);
	uint64_t thousandths = (uint64_t)rounded;
	begin(w, key);
	if (value < 0 && thousandths > 0)
		strbuf_add_char(w->out, '-');
	strbuf_add_u64(w->out, thousandths / 1000);
	unsigned fraction = (unsigned)(thousandths % 1000);
	if (fraction == 0)
		return;
	char digits[4] = {'.', (char)('0' + fraction / 100), (char)('0' + fraction / 10 % 10),
		(char)('0' + fraction % 10)};
	strbuf_add(w->out, digits, fraction % 10 != 0 ? 4 : fraction % 100 != 0 ? 3 : 2);
}

void json_bool(struct json_writer *w, const char *key, bool value)
{
	begin(w, key);
	strbuf_add_c(w->out, value ? "true" : "false");
}

void json_null(struct json_writer *w, const char *key)
{
	begin(w, key);
	strbuf_add_c(w->out, "null");
}

void json_time(struct json_writer *w, const char *key, int64_t time_ms)
{
	char text[TIME_TEXT_SIZE];
	time_format(time_ms, text);
	json_c(w, key, time_ms != 0 ? text : NULL);
}

void json_duration(struct json_writer *w, const char *key, int64_t duration_ms)
{
	char text[DURATION_TEXT_SIZE];
	duration_format(duration_ms, text);
	json_c(w, key, text);
}

void json_raw(struct json_writer *w, const char *key, struct str json)
{
	begin(w, key);
	strbuf_add_str(w->out, json);
}
