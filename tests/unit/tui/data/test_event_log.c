/* The newest events: in order, none twice, bounded, and dropped when the control plane is another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/strbuf.h"

#include "tui/data/event_log.h"

/* An answer with the events from `newest` down to `oldest`; `last` is 0 for the newest. */
static bool take(struct event_log *events, int newest, int oldest, int last, int64_t *since)
{
	struct strbuf body;
	bool changed = false;

	strbuf_init(&body, 4096);
	strbuf_addf(&body, "{\"events\":[");
	for (int seq = newest; seq >= oldest; seq--)
		strbuf_addf(&body,
			"%s{\"seq\":%d,\"time\":\"2026-11-20T10:00:00.000Z\",\"actor\":\"dev1\","
			"\"action\":\"session-created\",\"object\":\"s-%d\",\"before\":null,"
			"\"after\":{\"owner\":\"dev1\"},\"revision\":%d}",
			seq < newest ? "," : "", seq, seq, seq);
	strbuf_addf(&body, "],\"last\":%d}", last > 0 ? last : newest);
	assert_true(event_log_read(events, strbuf_str(&body), since, &changed, NULL));
	strbuf_finish(&body);
	return changed;
}

static void test_order_and_doubles(void **state)
{
	struct event_log *events = event_log_create();
	int64_t since = 0;

	(void)state;
	assert_true(take(events, 3, 1, 0, &since));
	assert_int_equal(since, 3);
	assert_true(take(events, 5, 2, 0, &since));
	assert_false(take(events, 5, 4, 0, &since));
	assert_int_equal(event_log_count(events), 5);
	assert_int_equal(event_log_at(events, 0)->seq, 5);
	assert_int_equal(event_log_at(events, 4)->seq, 1);
	assert_null(event_log_at(events, 5));
	assert_string_equal(event_log_find(events, 2)->object, "s-2");
	assert_string_equal(event_log_find(events, 2)->after, "{\"owner\":\"dev1\"}");
	assert_null(event_log_find(events, 9));
	event_log_destroy(events);
}

static void test_another_control_plane(void **state)
{
	struct event_log *events = event_log_create();
	int64_t since = 0;

	(void)state;
	(void)take(events, 9, 1, 0, &since);
	assert_true(take(events, 4, 5, 4, &since)); /* nothing after 9: its newest is 4 */
	assert_int_equal(event_log_count(events), 0);
	assert_int_equal(since, 0);
	event_log_destroy(events);
}

static void test_bounded(void **state)
{
	struct event_log *events = event_log_create();
	int64_t since = 0;

	(void)state;
	for (int seq = 1; seq <= EVENT_LOG_KEPT + 1; seq += 500)
		(void)take(events, seq + 499, seq, 0, &since);
	assert_true(event_log_count(events) <= EVENT_LOG_KEPT);
	assert_int_equal(event_log_at(events, 0)->seq, since);
	event_log_destroy(events);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_doubles),
		cmocka_unit_test(test_another_control_plane),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
