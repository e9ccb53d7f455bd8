/* The feed's lines, the problem form and the stats: written, read back, and refused when they are not so. */
#include "core/wire/changes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "core/base/xalloc.h"
#include "core/wire/problem.h"
#include "core/wire/tail.h"
#include "core/wire/traffic.h"

static struct feed_line read_ok(struct str text)
{
	struct feed_line line;
	struct errbuf eb;
	if (wire_read_feed_line(text, &line, &eb) != ERR_NONE)
		fail_msg("%s: %s", text.p, eb.text);
	return line;
}

static void lines_come_back(void **state)
{
	(void)state;
	struct strbuf out;
	struct change change;
	struct session *session = record_create(&session_type);
	strbuf_init(&out, 10000);

	wire_write_feed_first(&out, &(struct feed_line){.epoch = "e1", .since = 7, .full = true});
	assert_string_equal(out.data, "{\"epoch\":\"e1\",\"since\":7,\"full\":true}\n");
	struct feed_line line = read_ok(strbuf_str(&out));
	assert_int_equal(line.kind, FEED_FIRST);
	assert_string_equal(line.epoch, "e1");
	assert_true(line.since == 7 && line.full && !line.tombstones);
	strbuf_reset(&out);
	wire_write_feed_first(&out, &(struct feed_line){.epoch = "e1", .tombstones = true});
	assert_string_equal(
		out.data, "{\"epoch\":\"e1\",\"since\":0,\"full\":false,\"tombstones\":true}\n");
	assert_true(read_ok(strbuf_str(&out)).tombstones);
	strbuf_reset(&out);

	text_set(&session->key, "dev-1");
	dict_set(&session->pins, STR_LIT("cart"), "pr-1");
	session->revision = 42;
	change_init(&change, OBJECT_SESSION, session, 42);
	strbuf_reset(&out);
	wire_write_feed_change(&out, &change);
	assert_int_equal(strncmp(out.data, "{\"session\":{\"key\":\"dev-1\"", 25), 0);
	line = read_ok(strbuf_str(&out));
	assert_int_equal(line.kind, FEED_CHANGE);
	assert_int_equal(line.change.kind, OBJECT_SESSION);
	assert_int_equal(line.change.revision, 42);
	assert_string_equal(line.change.id, "dev-1");
	assert_true(record_equal(&session_type, session, line.change.record, 0));
	change_finish(&line.change);
	change_finish(&change);
	record_unref(&session_type, session);

	change_init_removed(&change, OBJECT_VERSION, "cart@pr-1", 43);
	strbuf_reset(&out);
	wire_write_feed_change(&out, &change);
	assert_string_equal(
		out.data, "{\"removed\":{\"kind\":\"version\",\"id\":\"cart@pr-1\"}}\n");
	line = read_ok(strbuf_str(&out));
	assert_true(line.kind == FEED_CHANGE && line.change.record == NULL);
	assert_int_equal(line.change.kind, OBJECT_VERSION);
	assert_string_equal(line.change.id, "cart@pr-1");
	change_finish(&line.change);
	change_finish(&change);

	strbuf_reset(&out);
	wire_write_feed_last(&out, 1041);
	line = read_ok(strbuf_str(&out));
	assert_true(line.kind == FEED_LAST && line.revision == 1041);

	strbuf_finish(&out);
}

/* A tombstone comes as it is, and its end when it is remembered no longer. */
static void tombstones_come_back(void **state)
{
	(void)state;
	struct strbuf out;
	struct change change;
	struct feed_line line;
	struct tombstone *tombstone = record_create(&tombstone_type);
	strbuf_init(&out, 10000);

	tombstone->kind = GONE_VERSION;
	text_set(&tombstone->id, "cart@pr-1");
	tombstone->why = WHY_RETIRED;
	tombstone->gone_at = 1795372927113;
	text_set(&tombstone->actor, "dev1");
	change_init(&change, OBJECT_TOMBSTONE, tombstone, 44);
	wire_write_feed_change(&out, &change);
	assert_string_equal(out.data,
		"{\"tombstone\":{\"kind\":\"version\",\"id\":\"cart@pr-1\",\"why\":\"retired\","
		"\"gone_at\":\"2026-11-22T18:42:07.113Z\",\"actor\":\"dev1\"}}\n");
	line = read_ok(strbuf_str(&out));
	assert_int_equal(line.change.kind, OBJECT_TOMBSTONE);
	assert_string_equal(line.change.id, "version:cart@pr-1");
	assert_true(record_equal(&tombstone_type, tombstone, line.change.record, 0));
	change_finish(&line.change);
	change_finish(&change);
	record_unref(&tombstone_type, tombstone);

	change_init_removed(&change, OBJECT_TOMBSTONE, "session:x", 45);
	strbuf_reset(&out);
	wire_write_feed_change(&out, &change);
	assert_string_equal(
		out.data, "{\"removed\":{\"kind\":\"tombstone\",\"id\":\"session:x\"}}\n");
	line = read_ok(strbuf_str(&out));
	assert_true(line.change.kind == OBJECT_TOMBSTONE && line.change.record == NULL);
	assert_string_equal(line.change.id, "session:x");
	change_finish(&line.change);
	change_finish(&change);
	strbuf_finish(&out);
}

static void refuses_other_lines(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "{", "[]", "7", "{}",
		"{\"epoch\":\"\",\"since\":0,\"full\":true}",
		"{\"epoch\":\"e\",\"since\":-1,\"full\":true}", "{\"epoch\":\"e\",\"since\":0}",
		"{\"epoch\":\"123456789012345678901234567890123\",\"since\":0,\"full\":true}",
		"{\"revision\":\"7\"}", "{\"service\":7}", "{\"service\":{}}",
		"{\"version\":{\"service\":\"a\"}}", "{\"service\":{\"name\":\"Bad Name\"}}",
		"{\"removed\":{}}", "{\"removed\":{\"kind\":\"request\",\"id\":\"x\"}}",
		"{\"tombstone\":{\"kind\":\"version\"}}",
		"{\"tombstone\":{\"kind\":\"service\",\"id\":\"x\"}}", "{\"error\":\"x\"}"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct feed_line line;
		struct errbuf eb = {.err = ERR_NONE};
		enum err err = wire_read_feed_line(str_of(bad[i]), &line, &eb);
		if (err == ERR_NONE || eb.err != err || eb.text[0] == '\0')
			fail_msg("%s: %s", bad[i], err_code(err));
	}
}

static void problems_come_back(void **state)
{
	(void)state;
	struct strbuf out;
	struct json_writer w;
	struct errbuf eb, back;
	strbuf_init(&out, 10000);
	err_set_field(&eb, ERR_UNKNOWN_FIELD, "endpoint", "endpoints",
		"A version has no field \"%s\"", "endpoint");
	json_start(&w, &out);
	json_object(&w, NULL);
	wire_write_problem(&w, &eb);
	json_object_end(&w);
	assert_string_equal(out.data,
		"{\"type\":\"urn:umbra:problem:unknown-field\",\"title\":\"A field that is not "
		"known\",\"status\":400,"
		"\"code\":\"unknown-field\",\"detail\":\"A version has no field \\\"endpoint\\\"\","
		"\"field\":\"endpoint\",\"expected\":\"endpoints\"}");
	wire_read_problem(strbuf_str(&out), 400, &back);
	assert_int_equal(back.err, ERR_UNKNOWN_FIELD);
	assert_string_equal(back.text, eb.text);
	assert_string_equal(back.field, "endpoint");
	assert_string_equal(back.expected, "endpoints");
	strbuf_finish(&out);

	static const struct {
		const char *body;
		int status;
		enum err err;
	} cases[] = {
		{"<html>bad gateway</html>", 502, ERR_FAILED},
		{"", 500, ERR_FAILED},
		{"{\"code\":7}", 404, ERR_FAILED},
		{"{\"code\":\"of-tomorrow\",\"detail\":\"d\"}", 404, ERR_NOT_FOUND},
		{"{\"code\":\"of-tomorrow\"}", 418, ERR_FAILED},
		{"{\"code\":\"ok\"}", 500, ERR_FAILED},
		{"{\"code\":\"gone\",\"detail\":7}", 410, ERR_GONE},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		wire_read_problem(str_of(cases[i].body), cases[i].status, &back);
		assert_int_equal(back.err, cases[i].err);
		assert_true(back.text[0] != '\0');
	}
}

static void stats_come_back(void **state)
{
	(void)state;
	struct stats stats = {.rate = 12.125,
		.share_5xx = 0.25,
		.p50_ms = 3,
		.p99_ms = 99.5,
		.count = 726,
		.bytes_in = 1,
		.bytes_out = 1ULL << 40,
		.last_seen = 1795372927113,
		.history = {[0] = 5, [59] = 7}};
	struct stats back;
	struct strbuf out, key;
	struct json_writer w;
	struct errbuf eb;
	static const struct {
		const char *head, *key;
	} cases[] = {
		{"\"service\":\"cart\",\"version\":\"pr-482\"", "cart@pr-482"},
		{"\"service\":\"cart\",\"version\":null", "cart"},
		{"\"caller\":\"gateway@1.2\",\"service\":\"cart\",\"version\":\"1\"",
			"gateway@1.2 cart@1"},
		{"\"session\":\"dev-4f2k\"", "dev-4f2k"},
	};
	strbuf_init(&out, 10000);
	strbuf_init(&key, 1000);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		strbuf_reset(&out);
		strbuf_reset(&key);
		json_start(&w, &out);
		strbuf_addf(&out, "{%s,", cases[i].head);
		wire_write_stats(&w, &stats);
		strbuf_add_char(&out, '}');
		cJSON *tree = json_parse(strbuf_str(&out), NULL);
		assert_int_equal(wire_read_stats(tree, &key, &back, &eb), ERR_NONE);
		assert_string_equal(key.data, cases[i].key);
		assert_memory_equal(&stats, &back, sizeof(stats));
		cJSON_Delete(tree);
	}
	/* An edge's. */
	cJSON *edge = json_parse(strbuf_str(&out), NULL);
	cJSON_AddNumberToObject(edge, "lost", 3);
	assert_int_equal(wire_read_stats(edge, &key, &back, &eb), ERR_NONE);
	assert_int_equal(back.lost, 3);
	cJSON_Delete(edge);
	static const char *const members[] = {
		"rate", "p95_ms", "count", "last_seen", "history", "session"};
	cJSON *tree = json_parse(strbuf_str(&out), NULL);
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		cJSON *taken = cJSON_DetachItemFromObject(tree, members[i]);
		assert_int_equal(wire_read_stats(tree, &key, &back, &eb), ERR_BAD_JSON);
		cJSON_AddItemToObject(tree, members[i], taken);
	}
	cJSON_Delete(tree);
	strbuf_finish(&out);
	strbuf_finish(&key);
}

static void tail_lines_come_back(void **state)
{
	(void)state;
	struct request request = {.seq = 7,
		.service = STR_LIT("cart"),
		.kind = KIND_COUNT,
		.carrier = CARRIER_COUNT,
		.reason = REASON_NO_SESSION,
		.intended = REASON_COUNT};
	struct tail_line line;
	struct strbuf out;
	strbuf_init(&out, 10000);
	wire_write_tail_record(&out, &request);
	assert_int_equal(wire_read_tail_line(strbuf_str(&out), &line, NULL), ERR_NONE);
	assert_true(line.kind == TAIL_RECORD && line.seq == 7);
	assert_true(str_eq_c(line.request.service, "cart"));
	cJSON_Delete(line.tree);
	strbuf_reset(&out);
	wire_write_tail_lost(&out, 12, "slow");
	assert_string_equal(out.data, "{\"dropped\":12,\"why\":\"slow\"}\n");
	assert_int_equal(wire_read_tail_line(strbuf_str(&out), &line, NULL), ERR_NONE);
	assert_true(line.kind == TAIL_LOST && line.lost == 12 && str_eq_c(line.why, "slow"));
	cJSON_Delete(line.tree);
	strbuf_reset(&out);
	wire_write_tail_lost(&out, -1, "unknown");
	assert_int_equal(wire_read_tail_line(strbuf_str(&out), &line, NULL), ERR_NONE);
	assert_true(line.kind == TAIL_LOST && line.lost == -1);
	cJSON_Delete(line.tree);
	strbuf_reset(&out);
	wire_write_tail_heartbeat(&out, 1795372927113, 90210);
	assert_string_equal(
		out.data, "{\"heartbeat\":\"2026-11-22T18:42:07.113Z\",\"seq\":90210}\n");
	assert_int_equal(wire_read_tail_line(strbuf_str(&out), &line, NULL), ERR_NONE);
	assert_true(line.kind == TAIL_HEARTBEAT && line.seq == 90210);
	cJSON_Delete(line.tree);
	strbuf_finish(&out);
	assert_int_equal(
		wire_read_tail_line(STR_LIT("{\"service\":\"x\"}"), &line, NULL), ERR_BAD_JSON);
	assert_int_equal(wire_read_tail_line(STR_LIT("{"), &line, NULL), ERR_BAD_JSON);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_back),
		cmocka_unit_test(tombstones_come_back),
		cmocka_unit_test(refuses_other_lines),
		cmocka_unit_test(problems_come_back),
		cmocka_unit_test(stats_come_back),
		cmocka_unit_test(tail_lines_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
