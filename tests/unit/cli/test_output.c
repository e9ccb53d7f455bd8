/*
 * Results as text and JSON: columns line up by cells, values are shown as their column says, and nothing
 * that came from outside reaches the terminal as more than text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/base/time.h"
#include "core/cli/format.h"
#include "core/command/commands.h"

static struct text_style plain_style(void)
{
	struct text_style style = {0};

	assert_true(time_parse(STR_LIT("2026-11-22T18:00:00Z"), &style.now_ms));
	return style;
}

static cJSON *parse(const char *text)
{
	cJSON *json = cJSON_Parse(text);

	assert_non_null(json);
	return json;
}

/* ---- lists ---- */

static const char versions[] =
	"{\"versions\":[{\"service\":\"booking\",\"version\":\"2026.11.20\",\"kind\":\"stable\","
	"\"state\":\"ready\",\"commit\":\"9c1e0d2\",\"deployed_at\":\"2026-11-20T18:00:00Z\","
	"\"endpoints\":[\"h:1\",\"h:2\"]},{\"service\":\"cart\",\"version\":\"pr-482\",\"kind\":"
	"\"ephemeral\",\"state\":\"unhealthy\",\"pr\":{\"number\":482,\"author\":\"\xe6\xbc\xa2\"},"
	"\"deployed_at\":\"2026-11-22T15:00:00Z\",\"expires_at\":\"2026-11-22T18:04:00Z\","
	"\"endpoints\":[\"h:3\"],\"state_detail\":\"connection refused\"}]}";

static void columns_line_up(void **state)
{
	struct text_style style = plain_style();
	cJSON *body = parse(versions);
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 65536);
	text_write_list(
		&out, &style, &command_version_list, body, (size_t[TABLE_COLUMNS_MAX]){0}, true);
	assert_string_equal(out.data, "SERVICE   VERSION     KIND       STATE          PR  AUTHOR  "
				      "COMMIT   AGE  EXPIRES  "
				      "ENDPOINTS  DETAIL\n"
				      "booking   2026.11.20  stable     ● ready         -  -       "
				      "9c1e0d2   2d        -  "
				      "h:1, h:2   -\n"
				      "cart      pr-482      ephemeral  ✗ unhealthy  #482  漢      "
				      "-         3h     4m !  "
				      "h:3        connection refused\n");
	strbuf_reset(&out);
	style.ascii = true;
	text_write_list(
		&out, &style, &command_version_list, body, (size_t[TABLE_COLUMNS_MAX]){0}, true);
	for (size_t i = 0; i < out.len; i++)
		assert_true(out.data[i] == '\n' || (out.data[i] >= ' ' && out.data[i] <= '~'));
	strbuf_finish(&out);
	cJSON_Delete(body);
}

static void a_pull_request_is_a_line(void **state)
{
	struct text_style style = plain_style();
	cJSON *body = parse(
		"{\"pulls\":[{\"number\":482,\"title\":\"Holds\",\"author\":\"dev1\",\"state\":"
		"\"unhealthy\",\"services\":2,\"ready\":1,\"deployed_at\":\"2026-11-22T15:00:00Z\","
		"\"expires_at\":null,\"rate\":1.25,\"share_5xx\":0.104,\"versions\":[{\"service\":"
		"\"cart\",\"version\":\"pr-482\",\"state\":\"ready\"},{\"service\":\"pay\","
		"\"version\":\"b9\",\"state\":\"unhealthy\"}]}]}");
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 65536);
	text_write_list(&out, &style, &command_pr_list, body, (size_t[TABLE_COLUMNS_MAX]){0}, true);
	assert_non_null(strstr(out.data,
		"#482  dev1    ✗ unhealthy      1         2   3h        -    1.2  10.4  Holds  "
		"cart@pr-482, pay@b9 (unhealthy)\n"));
	strbuf_finish(&out);
	cJSON_Delete(body);
}

static void an_empty_list_says_so(void **state)
{
	struct text_style style = plain_style();
	cJSON *body = parse("{\"versions\":[]}");
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 65536);
	text_write_list(
		&out, &style, &command_version_list, body, (size_t[TABLE_COLUMNS_MAX]){0}, true);
	assert_string_equal(out.data, "no versions\n");
	strbuf_finish(&out);
	cJSON_Delete(body);
}

/* ---- streams ---- */

static const struct {
	const char *json;
	const char *text; /* after the time */
} lines[] = {
	{"{\"time\":\"2026-11-22T18:42:07.113Z\",\"service\":\"booking\",\"version\":\"pr-482\","
	 "\"kind\":\"ephemeral\",\"reason\":\"pinned\",\"status\":200,\"total_ms\":44.25,"
	 "\"method\":"
	 "\"POST\",\"path\":\"/seats/hold\",\"session\":\"dev-4f2k\",\"caller\":\"gateway@1\"}",
		"  booking    pr-482        pinned           200     44.2  POST    /seats/hold     "
		"      "
		"    dev-4f2k      gateway@1\n"},
	{"{\"time\":\"2026-11-22T18:42:07.113Z\",\"service\":\"gateway\",\"version\":\"2026.11."
	 "20\","
	 "\"kind\":\"stable\",\"reason\":\"no-pin\",\"status\":0,\"total_ms\":6,\"method\":\"GET\","
	 "\"path\":\"/\",\"caller\":null}",
		"  gateway    stable        no-pin             -      6.0  GET     /               "
		"      "
		"    -             -\n"},
};

static void requests_have_one_line_each(void **state)
{
	struct text_style style = plain_style();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		cJSON *line = parse(lines[i].json);
		struct strbuf out;

		strbuf_init(&out, 65536);
		text_write_line(&out, &style, &command_logs, line);
		assert_string_equal(out.data + strlen("2026-11-22T18:42:07.113Z"), lines[i].text);
		assert_memory_equal(out.data, "2026-11-22T18:42:07.113Z", 24);
		strbuf_reset(&out);
		style.local = true;
		setenv("TZ", "Asia/Kathmandu", 1);
		tzset();
		text_write_line(&out, &style, &command_logs, line);
		assert_memory_equal(out.data, "2026-11-23T00:27:07.113+05:45  ", 31);
		style.local = false;
		unsetenv("TZ");
		tzset();
		strbuf_finish(&out);
		cJSON_Delete(line);
	}
}

static const struct {
	const char *json, *text;
} losses[] = {
	{"{\"dropped\":12,\"why\":\"ring\"}", "--- 12 lost here: ring\n"},
	{"{\"dropped\":null,\"why\":\"a\\u001b[2Jb\"}",
		"--- some lost here, unknown how many: a\\x1b[2Jb\n"},
};

static void loss_is_shown_where_it_was(void **state)
{
	struct text_style style = plain_style();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(losses); i++) {
		cJSON *line = parse(losses[i].json);
		struct strbuf out;

		strbuf_init(&out, 65536);
		text_write_line(&out, &style, &command_logs, line);
		assert_string_equal(out.data, losses[i].text);
		strbuf_finish(&out);
		cJSON_Delete(line);
	}
}

static const struct {
	const char *json, *change;
} changes[] = {
	{"{\"before\":null,\"after\":{\"ttl\":\"8h\",\"labels\":{},\"pins\":{\"a\":\"1\"},"
	 "\"created_at\":"
	 "\"2026-11-22T18:00:00Z\"}}",
		"ttl 8h, pins a=1"},
	{"{\"before\":{\"ttl\":\"8h\"},\"after\":{\"ttl\":\"72h\",\"owner\":\"x\"}}",
		"ttl 8h -> 72h, owner - -> x"},
	{"{\"before\":{\"pins\":{\"a\":\"1\"}},\"after\":{\"pins\":{}}}", "pins a=1 -> -"},
	{"{\"before\":{\"kind\":\"stable\"},\"after\":null}", "-"},
};

static void events_say_what_was_and_what_is(void **state)
{
	struct text_style style = plain_style();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		cJSON *event = parse(changes[i].json);
		struct strbuf out;

		cJSON_AddStringToObject(event, "action", "session-changed");
		strbuf_init(&out, 65536);
		text_write_line(&out, &style, &command_events, event);
		if (!str_ends(str_trim((struct str){out.data, out.len - 1}),
			    str_of(changes[i].change)))
			fail_msg("%s", out.data);
		strbuf_finish(&out);
		cJSON_Delete(event);
	}
}

static void facts_are_named_by_their_columns(void **state)
{
	struct text_style style = plain_style();
	cJSON *status = parse("{\"name\":\"studio\",\"uptime_ms\":7200000,\"proxy\":{\"state\":"
			      "\"running\"},\"traffic\":{\"history_bytes\":12500000}}");
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 65536);
	text_write_facts(&out, &style, &command_status, status);
	assert_non_null(strstr(out.data, "environment       studio\n"));
	assert_non_null(strstr(out.data, "up for            2h\n"));
	assert_non_null(strstr(out.data, "proxy             running\n"));
	assert_non_null(strstr(out.data, "history           12.5 MB\n"));
	strbuf_finish(&out);
	cJSON_Delete(status);
}

/* ---- objects ---- */

static void objects_are_flattened(void **state)
{
	struct text_style style = plain_style();
	cJSON *object =
		parse("{\"key\":\"dev\",\"pins\":{\"a\":\"1\",\"b\":\"2\"},\"strict\":false,"
		      "\"labels\":{},\"n\":1041,\"x\":0.125,\"hosts\":[\"p\",\"q\"],"
		      "\"expires_at\":\"2026-11-23T18:00:00.000Z\"}");
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 65536);
	text_write_object(&out, &style, object);
	assert_string_equal(out.data, "key         dev\n"
				      "pins.a      1\n"
				      "pins.b      2\n"
				      "strict      no\n"
				      "labels      -\n"
				      "n           1041\n"
				      "x           0.125\n"
				      "hosts       p, q\n"
				      "expires_at  2026-11-23T18:00:00.000Z (in 24h)\n");
	strbuf_finish(&out);
	cJSON_Delete(object);
}

/* The number of a pull request leads to it; the cells it takes stay those of the number. */
static void numbers_of_pull_requests_are_links(void **state)
{
	struct text_style style = plain_style();
	cJSON *body = parse("{\"versions\":[{\"service\":\"cart\",\"version\":\"pr-482\",\"pr\":{"
			    "\"number\":482,\"url\":\"https://forge.example/482\"}}]}");
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 65536);
	text_write_list(
		&out, &style, &command_version_list, body, (size_t[TABLE_COLUMNS_MAX]){0}, true);
	assert_null(strstr(out.data, "\x1b"));
	style.links = true;
	strbuf_reset(&out);
	text_write_list(
		&out, &style, &command_version_list, body, (size_t[TABLE_COLUMNS_MAX]){0}, true);
	assert_non_null(strstr(
		out.data, "  \x1b]8;;https://forge.example/482\x1b\\#482\x1b]8;;\x1b\\  -  "));
	strbuf_finish(&out);
	cJSON_Delete(body);
}

static void links_are_links_only_when_harmless(void **state)
{
	struct text_style style = plain_style();
	cJSON *good = parse("{\"url\":\"https://forge.example/1\"}");
	cJSON *bad = parse("{\"url\":\"https://x\\u001b\\\\evil\"}");
	struct strbuf out;

	(void)state;
	style.links = true;
	strbuf_init(&out, 65536);
	text_write_object(&out, &style, good);
	assert_string_equal(out.data,
		"url  \x1b]8;;https://forge.example/1\x1b\\https://forge.example/1"
		"\x1b]8;;\x1b\\\n");
	strbuf_reset(&out);
	text_write_object(&out, &style, bad);
	assert_string_equal(out.data, "url  https://x\\x1b\\evil\n");
	strbuf_finish(&out);
	cJSON_Delete(good);
	cJSON_Delete(bad);
}

/* ---- what comes from outside ---- */

static const char hostile[] = "a\x1b[31m\x1b]0;t\x07\r\b\xc2\x9b"
			      "31m\xe2\x80\xae\xe2\x80\x8b\xf3\xa0\x80\x81\xff\xc0\x80z";

static void assert_harmless(const struct strbuf *out)
{
	struct str rest = strbuf_str(out);
	struct text_glyph glyph;

	while (text_next(&rest, false, &glyph))
		assert_true(!glyph.escaped || glyph.bytes[0] == '\n' ||
			    !memcmp(glyph.bytes, "\\x0a", 4));
}

static void hostile_text_is_shown_not_obeyed(void **state)
{
	struct text_style style = plain_style();
	cJSON *line = cJSON_CreateObject();
	cJSON *body = cJSON_CreateObject();
	struct errbuf eb = {.err = ERR_FAILED};
	struct strbuf out;

	(void)state;
	for (size_t i = 0; i < command_logs.column_count; i++)
		cJSON_AddStringToObject(line, command_logs.columns[i].path, hostile);
	cJSON_AddStringToObject(line, hostile, hostile);
	cJSON_AddItemToArray(cJSON_AddArrayToObject(body, "versions"), cJSON_Duplicate(line, true));
	str_copy(eb.text, sizeof(eb.text), str_of(hostile));
	str_copy(eb.expected, sizeof(eb.expected), str_of(hostile));
	strbuf_init(&out, 65536);
	text_write_line(&out, &style, &command_logs, line);
	text_write_object(&out, &style, line);
	text_write_list(
		&out, &style, &command_version_list, body, (size_t[TABLE_COLUMNS_MAX]){0}, true);
	text_write_error(&out, &style, &eb);
	text_write_accepted(&out, &style, &eb);
	text_write_message(&out, &style, str_of(hostile));
	assert_true(out.len > 0);
	assert_harmless(&out);
	strbuf_finish(&out);
	cJSON_Delete(line);
	cJSON_Delete(body);
}

static void a_long_value_is_bounded(void **state)
{
	struct text_style style = plain_style();
	char *big = xmalloc(100001);
	cJSON *line = cJSON_CreateObject();
	struct strbuf out;

	(void)state;
	memset(big, 'y', 100000);
	big[100000] = '\0';
	cJSON_AddStringToObject(line, "path", big);
	strbuf_init(&out, 1 << 20);
	text_write_line(&out, &style, &command_logs, line);
	assert_true(out.len < 400);
	assert_non_null(strstr(out.data, "yyy..."));
	strbuf_finish(&out);
	cJSON_Delete(line);
	free(big);
}

/* ---- JSON ---- */

static const struct {
	const char *json, *safe;
} jsons[] = {
	{"{\"a\": \"b\\n\"}", "{\"a\": \"b\\n\"}"},
	{"\"caf\xc3\xa9 \xe6\xbc\xa2\"", "\"caf\xc3\xa9 \xe6\xbc\xa2\""},
	{"\"\xc2\x9b"
	 "31m\"",
		"\"\\u009b31m\""},
	{"\"\xe2\x80\xae\"", "\"\\u202e\""},
	{"\"\xf3\xa0\x80\x81\"", "\"\\udb40\\udc01\""},
	{"\"\xff\"", "\"\\ufffd\""},
};

static void json_stays_json_and_is_harmless(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(jsons); i++) {
		struct strbuf out;

		strbuf_init(&out, 4096);
		json_write_safe(&out, str_of(jsons[i].json));
		assert_string_equal(out.data, jsons[i].safe);
		strbuf_finish(&out);
	}
}

static void items_are_a_line_each(void **state)
{
	cJSON *body = parse("{\"sessions\":[{\"key\":\"a\"},{\"key\":\"b\"}]}");
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 4096);
	json_write_items(&out, "sessions", body);
	assert_string_equal(out.data, "{\"key\":\"a\"}\n{\"key\":\"b\"}\n");
	strbuf_finish(&out);
	cJSON_Delete(body);
}

/* ---- QR code ---- */

static void a_qr_code_is_square(void **state)
{
	struct text_style style = plain_style();
	struct strbuf out;
	size_t rows = 0;
	size_t first;

	(void)state;
	strbuf_init(&out, 65536);
	assert_true(text_write_qr(&out, &style, "http://k--cart.env.localhost:8080/"));
	first = text_cells((struct str){out.data, strcspn(out.data, "\n")});
	for (size_t i = 0; i < out.len; i++)
		rows += out.data[i] == '\n';
	assert_int_equal(rows, (first + 1) / 2);
	strbuf_reset(&out);
	style.ascii = true;
	assert_true(text_write_qr(&out, &style, "http://k--cart.env.localhost:8080/"));
	assert_int_equal(strcspn(out.data, "\n"), 2 * first);
	strbuf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_line_up),
		cmocka_unit_test(a_pull_request_is_a_line),
		cmocka_unit_test(an_empty_list_says_so),
		cmocka_unit_test(requests_have_one_line_each),
		cmocka_unit_test(loss_is_shown_where_it_was),
		cmocka_unit_test(events_say_what_was_and_what_is),
		cmocka_unit_test(facts_are_named_by_their_columns),
		cmocka_unit_test(objects_are_flattened),
		cmocka_unit_test(numbers_of_pull_requests_are_links),
		cmocka_unit_test(links_are_links_only_when_harmless),
		cmocka_unit_test(hostile_text_is_shown_not_obeyed),
		cmocka_unit_test(a_long_value_is_bounded),
		cmocka_unit_test(json_stays_json_and_is_harmless),
		cmocka_unit_test(items_are_a_line_each),
		cmocka_unit_test(a_qr_code_is_square),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
