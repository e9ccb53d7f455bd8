/* The strict parser over texts that are and are not JSON, and the writer against the parser. */
#include "core/base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/random.h"

static void parses_what_is_json(void **state)
{
	(void)state;
	static const char *const good[] = {
		"{}", " [ ] \n", "0", "-0", "-0.5e-3", "1E+2", "\"\"", "null", "true",
		"\"\\u00e4\\ud83d\\ude00\\n\\/\"", "\"\xc3\xa4\xf0\x9f\x98\x80\"",
		"{\"a\":[1,{\"b\":null}],\"c\":\"\\\"\"}",
		"[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", /* 16 deep */
	};
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct errbuf eb;
		cJSON *tree = json_parse(str_of(good[i]), &eb);
		if (tree == NULL)
			fail_msg("%s: %s", good[i], eb.text);
		cJSON_Delete(tree);
	}
}

static void refuses_what_is_not(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t len; /* 0: strlen */
		const char *says;
	} bad[] = {
		{"", 0, "there is nothing, at byte 1"},
		{" ", 0, "at byte"},
		{"{", 0, "not valid JSON"},
		{"{}x", 0, "not JSON, at byte 3"},
		{"{} {}", 0, "something follows the value, at byte 4"},
		{"[1,]", 0, "not valid JSON"},
		{"{\"a\":1,}", 0, "not valid JSON"},
		{"{a:1}", 0, "not valid JSON"},
		{"{'a':1}", 0, "not JSON, at byte 2"},
		{"nul", 0, "not valid JSON"},
		{"01", 0, "not a number, at byte 3"},
		{"+1", 0, "not JSON, at byte 1"},
		{"-", 0, "not a number"},
		{"1.", 0, "digits must follow the point, at byte 3"},
		{"1e", 0, "an exponent needs digits"},
		{"NaN", 0, "not JSON"},
		{"\"a", 0, "a text has no end"},
		{"\"a\nb\"", 0, "control byte in a text must be escaped, at byte 3"},
		{"\"\x1b\"", 0, "control byte"},
		{"\"\\x41\"", 0, "an escape that JSON does not have, at byte 3"},
		{"\"\\u12g4\"", 0, "\\u needs four"},
		{"\"\\u12\"", 0, "\\u needs four"},
		{"\"\\u12", 0, "\\u needs four"},
		{"\"\\", 0, "an escape"},
		{"\"\\u0000\"", 0, "U+0000"},
		{"\"\\ud800\"", 0, "not valid JSON"},
		{"\"\\udc00x\"", 0, "not valid JSON"},
		{"\"a\0b\"", 5, "control byte"},
		{"{}\0", 3, "not JSON, at byte 3"},
		{"\"\xff\"", 0, "a text must be UTF-8, at byte 2"},
		{"\"\xc0\xaf\"", 0, "UTF-8"},
		{"\"\xed\xa0\x80\"", 0, "UTF-8"},
		{"\"\xf4\x90\x80\x80\"", 0, "UTF-8"},
		{"\xef\xbb\xbf{}", 0, "not JSON, at byte 1"},
		{"[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", 0, "nested too deeply, at byte 17"},
		{"{}//", 0, "not JSON"},
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct errbuf eb;
		size_t len = bad[i].len > 0 ? bad[i].len : strlen(bad[i].text);
		/* A copy without a terminator, so that reading on is seen by ASan. */
		char *text = xmalloc(len);
		memcpy(text, bad[i].text, len);
		cJSON *tree = json_parse((struct str){text, len}, &eb);
		if (tree != NULL || eb.err != ERR_BAD_JSON || strstr(eb.text, bad[i].says) == NULL)
			fail_msg("%s: %s", bad[i].text, tree != NULL ? "passed" : eb.text);
		free(text);
	}
	assert_null(json_parse(STR_LIT("{"), NULL));
}

static void survives_a_deep_bomb(void **state)
{
	(void)state;
	enum { DEEP = 1 << 20 };
	char *text = xmalloc(DEEP);
	struct errbuf eb;
	memset(text, '[', DEEP);
	assert_null(json_parse((struct str){text, DEEP}, &eb));
	free(text);
}

static void writes(void **state)
{
	(void)state;
	struct strbuf out;
	struct json_writer w;
	strbuf_init(&out, 10000);
	json_start(&w, &out);
	json_object(&w, NULL);
	json_c(&w, "s", "a\"\\\b\f\n\r\t\x01\x7f/");
	json_c(&w, "n", NULL);
	json_array(&w, "list");
	json_array_end(&w);
	json_array(&w, "mixed");
	json_int(&w, NULL, INT64_MIN);
	json_uint(&w, NULL, UINT64_MAX);
	json_bool(&w, NULL, true);
	json_object(&w, NULL);
	json_object_end(&w);
	json_raw(&w, NULL, STR_LIT("[7]"));
	json_array_end(&w);
	json_time(&w, "t", 1795372927113);
	json_time(&w, "t0", 0);
	json_duration(&w, "d", 259200000);
	json_null(&w, "z");
	json_object_end(&w);
	assert_string_equal(out.data,
		"{\"s\":\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u007f/\",\"n\":null,\"list\":[],"
		"\"mixed\":[-9223372036854775808,18446744073709551615,true,{},[7]],"
		"\"t\":\"2026-11-22T18:42:07.113Z\",\"t0\":null,\"d\":\"72h\",\"z\":null}");
	strbuf_finish(&out);
}

static void writes_doubles(void **state)
{
	(void)state;
	static const struct {
		double value;
		const char *text;
	} cases[] = {{0, "0"}, {-0.0, "0"}, {-0.0004, "0"}, {12.1, "12.1"}, {12.125, "12.125"},
		{0.05, "0.05"}, {0.0005, "0.001"}, {-3.5, "-3.5"}, {0.9999, "1"}, {100, "100"},
		{1e15, "1000000000000000"}, {1e20, "100000000000000000000"}, {NAN, "null"},
		{INFINITY, "null"}, {-INFINITY, "null"}};
	struct strbuf out;
	struct json_writer w;
	strbuf_init(&out, 1000);
	setlocale(LC_ALL, "de_DE.UTF-8");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		strbuf_reset(&out);
		json_start(&w, &out);
		json_double(&w, NULL, cases[i].value);
		assert_string_equal(out.data, cases[i].text);
	}
	setlocale(LC_ALL, "C");
	strbuf_finish(&out);
}

static void escapes_for_a_terminal(void **state)
{
	(void)state;
	static const struct {
		const char *text, *json;
	} cases[] = {
		{"\xc3\xa4\xe6\xbc\xa2\xf0\x9f\x98\x80",
			"\"\xc3\xa4\xe6\xbc\xa2\xf0\x9f\x98\x80\""},
		{"a\xff\xc3", "\"a\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xc2\x9b", "\"\\u009b\""},
		{"\xe2\x80\xae", "\"\\u202e\""},
		{"\xe2\x80\x8b", "\"\\u200b\""},
		{"\xf3\xa0\x81\x81", "\"\\udb40\\udc41\""},
		{"\x1b[2J", "\"\\u001b[2J\""},
	};
	struct strbuf out;
	strbuf_init(&out, 1000);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		strbuf_reset(&out);
		json_escape(&out, str_of(cases[i].text));
		assert_string_equal(out.data, cases[i].json);
	}
	strbuf_finish(&out);
}

/* Any bytes at all, written and parsed, come back; invalid UTF-8 becomes U+FFFD. */
static void survives_random_bytes(void **state)
{
	(void)state;
	struct strbuf out;
	strbuf_init(&out, 10000);
	for (int round = 0; round < 5000; round++) {
		char bytes[24];
		random_bytes(bytes, sizeof(bytes));
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = bytes[i] == '\0' ? 'x' : bytes[i];
		strbuf_reset(&out);
		json_escape(&out, (struct str){bytes, sizeof(bytes)});
		cJSON *tree = json_parse(strbuf_str(&out), NULL);
		assert_non_null(tree);
		struct strbuf again;
		strbuf_init(&again, 10000);
		json_escape(&again, str_of(tree->valuestring));
		assert_string_equal(again.data, out.data);
		strbuf_finish(&again);
		cJSON_Delete(tree);
	}
	strbuf_finish(&out);
}

static void gets_members(void **state)
{
	(void)state;
	cJSON *tree = json_parse(
		STR_LIT("{\"s\":\"x\",\"u\":7,\"n\":-1,\"h\":1.5,\"b\":true,\"big\":1e300,"
			"\"max\":9007199254740992}"),
		NULL);
	struct str s;
	uint64_t u = 99;
	bool b = false;
	double d;
	assert_true(json_get_str(tree, "s", &s) && str_eq_c(s, "x"));
	assert_false(json_get_str(tree, "u", &s));
	assert_false(json_get_str(tree, "S", &s));
	assert_true(json_get_u64(tree, "u", &u) && u == 7);
	assert_false(json_get_u64(tree, "n", &u));
	assert_false(json_get_u64(tree, "h", &u));
	assert_false(json_get_u64(tree, "big", &u));
	assert_true(json_get_u64(tree, "max", &u) && u == 9007199254740992);
	assert_true(json_get_bool(tree, "b", &b) && b);
	assert_false(json_get_bool(tree, "u", &b));
	assert_true(json_get_double(tree, "h", &d) && d == 1.5);
	assert_false(json_get_double(NULL, "h", &d));
	cJSON_Delete(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_what_is_json),
		cmocka_unit_test(refuses_what_is_not),
		cmocka_unit_test(survives_a_deep_bomb),
		cmocka_unit_test(writes),
		cmocka_unit_test(writes_doubles),
		cmocka_unit_test(escapes_for_a_terminal),
		cmocka_unit_test(survives_random_bytes),
		cmocka_unit_test(gets_members),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
