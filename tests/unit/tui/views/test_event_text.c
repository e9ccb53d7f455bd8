/* Events in words: what is said of each action, and which fields are others now. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"

#include "tui/views/timeline/event_text.h"

static struct event make(int action, const char *object, const char *before, const char *after)
{
	return (struct event){
		.seq = 1,
		.actor = (char *)(uintptr_t) "dev1",
		.action = action,
		.object = (char *)(uintptr_t)object,
		.before = (char *)(uintptr_t)before,
		.after = (char *)(uintptr_t)after,
	};
}

static const struct diff_field *field(const struct event_diff *diff, const char *name)
{
	for (size_t i = 0; i < diff->count; i++)
		if (strcmp(diff_text(diff, diff->fields[i].name), name) == 0)
			return &diff->fields[i];
	fail_msg("no field %s", name);
	return NULL;
}

static void test_every_action_has_words(void **state)
{
	(void)state;
	for (int action = 0; action < EVENT_ACTION_COUNT; action++) {
		struct event event = make(action, "cart", NULL, NULL);
		const struct event_words *words = event_words(&event);

		assert_non_null(words->before);
		assert_non_null(words->after);
		assert_true(words->before[0] != '\0' || words->after[0] != '\0');
	}
	{
		struct event event = make(EVENT_ACTION_COUNT, "cart", NULL, NULL);

		assert_string_equal(event_words(&event)->after, " changed");
	}
}

static void test_pins(void **state)
{
	struct event event =
		make(EVENT_SESSION_PINNED, "checkout", "{\"pins\":{\"cart\":\"pr-1\"}}",
			"{\"pins\":{\"cart\":\"pr-2\",\"search\":\"pr-2\"},\"expires_at\":\"2026-"
			"11-22T18:42:"
			"07.113Z\"}");
	struct event_diff diff;

	(void)state;
	diff_init(&diff);
	diff_read(&diff, &event);
	assert_int_equal(diff.count, 3);
	assert_string_equal(diff_text(&diff, field(&diff, "cart")->before), "pr-1");
	assert_string_equal(diff_text(&diff, field(&diff, "cart")->after), "pr-2");
	assert_false(field(&diff, "search")->had);
	assert_true(field(&diff, "search")->telling);
	assert_string_equal(diff_text(&diff, field(&diff, "expires")->after), "22 Nov 18:42:07");
	assert_false(field(&diff, "expires")->telling);
	diff_finish(&diff);
}

/* What a session pins stands before whose it is, in the order of the record otherwise. */
static void test_what_leads(void **state)
{
	struct event event = make(EVENT_SESSION_CREATED, "checkout", NULL,
		"{\"owner\":\"dev1\",\"ttl\":\"8h\",\"pins\":{\"cart\":\"pr-1\",\"search\":\"pr-"
		"2\"}}");
	static const char *const names[] = {"cart", "search", "owner", "lifetime"};
	struct event_diff diff;

	(void)state;
	diff_init(&diff);
	diff_read(&diff, &event);
	assert_int_equal(diff.count, ARRAY_LEN(names));
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_string_equal(diff_text(&diff, diff.fields[i].name), names[i]);
	assert_int_equal(diff_leading(&diff), 2); /* the pins */
	diff_finish(&diff);
}

static void test_by_whom(void **state)
{
	struct event event = make(EVENT_SERVICE_CHANGED, "cart", NULL, NULL);

	(void)state;
	assert_true(event_by_person(&event));
	event.actor = (char *)(uintptr_t) "umbra";
	assert_false(event_by_person(&event));
	event.actor = NULL;
	assert_false(event_by_person(&event));
}

static void test_beginning(void **state)
{
	struct event event = make(EVENT_VERSION_REGISTERED, "cart@pr-1", NULL,
		"{\"kind\":\"ephemeral\",\"endpoints\":[\"a:1\",\"b:2\"],\"pr\":{\"number\":1,"
		"\"author\":\"dev1\",\"title\":\"\"},\"labels\":{\"team\":\"money\"},\"build\":7,"
		"\"hosts\":[],\"new_field\":true,\"nothing\":null}");
	struct event_diff diff;

	(void)state;
	diff_init(&diff);
	diff_read(&diff, &event);
	assert_string_equal(diff_text(&diff, field(&diff, "endpoints")->after), "a:1, b:2");
	assert_string_equal(diff_text(&diff, field(&diff, "pull request")->after), "1");
	assert_string_equal(diff_text(&diff, field(&diff, "label team")->after), "money");
	assert_string_equal(diff_text(&diff, field(&diff, "new_field")->after), "yes");
	assert_true(field(&diff, "by")->telling);
	assert_false(field(&diff, "kind")->telling); /* one line says what is not so of all */
	assert_false(field(&diff, "new_field")->telling);
	assert_int_equal(diff.count, 7); /* and none for what is empty */

	/* What it keeps is made anew. */
	event = make(EVENT_VERSION_CHANGED, "cart@pr-1", "{\"kind\":\"ephemeral\"}",
		"{\"kind\":\"stable\"}");
	diff_read(&diff, &event);
	assert_int_equal(diff.count, 1);
	assert_true(field(&diff, "kind")->telling);
	diff_finish(&diff);
}

static void test_detail(void **state)
{
	struct event event = make(EVENT_VERSION_UNHEALTHY, "cart@pr-1", NULL,
		"{\"state_detail\":\"connection refused\"}");
	struct event_diff diff;

	(void)state;
	diff_init(&diff);
	diff_read(&diff, &event);
	assert_string_equal(diff_detail(&diff), "connection refused");
	event = make(EVENT_VERSION_READY, "cart@pr-1", NULL, NULL);
	diff_read(&diff, &event);
	assert_string_equal(diff_detail(&diff), "");
	diff_finish(&diff);
}

/* What no control plane of ours sends must not end the program either. */
static void test_hostile(void **state)
{
	static const char *const bodies[] = {"", "[]", "{", "7", "{\"\":{\"\":{}}}",
		"{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":1}}}}}}", "{\"a\":[[1],{\"b\":2}]}"};
	struct event_diff diff;

	(void)state;
	diff_init(&diff);
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct event event = make(EVENT_SERVICE_CHANGED, "cart", bodies[i], bodies[i]);

		diff_read(&diff, &event);
		assert_true(diff.count <= 1);
	}
	diff_finish(&diff);
}

static void test_many_fields(void **state)
{
	struct strbuf body;
	struct event event;
	struct event_diff diff;

	(void)state;
	strbuf_init(&body, (size_t)64 * 1024);
	strbuf_add_c(&body, "{\"pins\":{");
	for (int i = 0; i < 2 * DIFF_FIELDS; i++)
		strbuf_addf(&body, "%s\"s%d\":\"pr-%d\"", i > 0 ? "," : "", i, i);
	strbuf_add_c(&body, "}}");
	event = make(EVENT_SESSION_CREATED, "checkout", NULL, body.data);
	diff_init(&diff);
	diff_read(&diff, &event);
	assert_int_equal(diff.count, DIFF_FIELDS);
	diff_finish(&diff);
	strbuf_finish(&body);
}

static void test_days(void **state)
{
	int64_t now, yesterday;
	char day[DAY_SIZE];

	(void)state;
	assert_true(time_parse(STR_LIT("2026-11-22T18:42:07Z"), &now));
	assert_true(time_parse(STR_LIT("2026-11-21T23:59:59Z"), &yesterday));
	event_day(now, now, day);
	assert_string_equal(day, "Today, Sunday 22 November");
	event_day(yesterday, now, day);
	assert_string_equal(day, "Yesterday, Saturday 21 November");
	event_day(yesterday - 86400000LL, now, day);
	assert_string_equal(day, "Friday 20 November");
	assert_false(event_same_day(now, yesterday));
	assert_true(event_same_day(now, now - 3600000));
}

static void test_objects(void **state)
{
	struct event_object object;
	struct event event = make(EVENT_VERSION_READY, "cart@pr-1", NULL, NULL);

	(void)state;
	event_object(&event, &object);
	assert_true(str_eq_c(object.service, "cart"));
	assert_true(str_eq_c(object.version, "pr-1"));
	event = make(EVENT_SESSION_ENDED, "checkout", NULL, NULL);
	event_object(&event, &object);
	assert_true(str_eq_c(object.session, "checkout"));
	assert_int_equal(object.service.n, 0);
	event = make(EVENT_PROXY_LOST, "proxy", NULL, NULL);
	event_object(&event, &object);
	assert_int_equal(object.service.n + object.session.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_action_has_words),
		cmocka_unit_test(test_pins),
		cmocka_unit_test(test_what_leads),
		cmocka_unit_test(test_by_whom),
		cmocka_unit_test(test_beginning),
		cmocka_unit_test(test_detail),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_many_fields),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_objects),
	};

	(void)setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
