/*
 * Intake, tails, searches and stats without a restart; what lasts is in test_history.c. The ring
 * is small in most of these, so that its edge is reached.
 */
#include "core/traffic/traffic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/model/environment.h"
#include "tests/support/traffic_fixture.h"

static const struct traffic_options small = {.ring_items = 50};

static void numbers_rise_by_one(void **state)
{
	struct traffic_fixture bench;
	struct traffic_counters counters;
	(void)state;

	traffic_fixture_init(&bench, false, &small);
	for (int64_t i = 1; i <= 200; i++)
		assert_int_equal(traffic_fixture_take(&bench, i, 1), i);
	traffic_count_malformed(bench.traffic);
	traffic_counters(bench.traffic, &counters);
	assert_int_equal(counters.taken, 200);
	assert_int_equal(counters.malformed, 1);
	assert_int_equal(counters.oldest, 151);
	assert_int_equal(counters.next, 201);
	traffic_fixture_finish(&bench);
}

/* ---- tails ---- */

static void a_tail_hears_what_comes(void **state)
{
	struct traffic_fixture bench;
	struct heard all, some;
	(void)state;

	traffic_fixture_init(&bench, false, NULL);
	traffic_fixture_take(&bench, 1, 10);
	heard_start(&bench, &all, "", TAIL_FROM_NOW);
	heard_start(&bench, &some, "service:cart status:5xx", TAIL_FROM_NOW);
	traffic_fixture_take(&bench, 11, 1000);
	heard_wait(&bench, &all, 1000);
	heard_assert_run(&all, 11, 1010);
	heard_wait(&bench, &some, 100);
	assert_int_equal(some.seqs[0], 20);
	assert_int_equal(some.seqs[99], 1010);
	assert_int_equal(all.losses + some.losses, 0);
	heard_finish(&all);
	heard_finish(&some);
	traffic_fixture_finish(&bench);
}

/* What it says of itself would make it match for seconds: the path is long, and the expression branches. */
#define NASTY "/((a|b|c)*(b|c|d)*(c|d|e)*(d|e|a)*){1,9}(x|y|z){9}q$/"

static struct request long_path_request(void)
{
	static char path[1000];
	struct request request = traffic_fixture_request(1);

	for (size_t i = 0; i < sizeof(path); i++)
		path[i] = "abcde"[i * i % 5];
	request.path = (struct str){path, sizeof(path)};
	return request;
}

static void no_wait(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

/*
 * Thirty such tails with plenty to match leave the loop its time: between two turns they match a few records, and
 * they take less than half of the CPU that the loop could have. A loaded machine only makes both less.
 */
static void costly_tails_leave_the_loop_its_time(void **state)
{
	enum { TAILS = 30, RECORDS = 5000, TURN_MOST = 1000 };
	static const struct timeval every_ms = {0, 1000};
	struct traffic_fixture bench;
	struct heard heard[TAILS];
	struct heard plain;
	struct event *timer;
	struct request request = long_path_request();
	int64_t told = 0;
	int64_t before = 0;
	int64_t most = 0;
	int64_t begun_ns;
	int64_t passed_ns;
	int64_t cpu_ns;
	clock_t begun_cpu;
	(void)state;

	traffic_fixture_init(&bench, false, NULL);
	timer = event_new(bench.base, -1, EV_PERSIST, no_wait, NULL);
	event_add(timer, &every_ms);
	for (size_t i = 0; i < TAILS; i++)
		heard_start(&bench, &heard[i], NASTY, TAIL_FROM_NOW);
	heard_start(&bench, &plain, "", TAIL_FROM_NOW);
	for (int i = 0; i < RECORDS; i++)
		(void)traffic_take(bench.traffic, &request);
	begun_ns = time_monotonic_ns();
	begun_cpu = clock();
	while (told == 0) {
		int64_t passed = 0;

		(void)event_base_loop(bench.base, EVLOOP_ONCE);
		for (size_t i = 0; i < TAILS; i++) {
			told += heard[i].lost;
			passed += tail_seq(heard[i].tail);
		}
		if (told == 0 && before > 0 && passed - before > most)
			most = passed - before;
		before = passed;
		if (passed == (int64_t)TAILS * RECORDS)
			fail_msg("all was matched, and no tail was told that it costs too much");
	}
	cpu_ns = (int64_t)(clock() - begun_cpu) * (1000000000 / CLOCKS_PER_SEC);
	passed_ns = time_monotonic_ns() - begun_ns;
	print_message("at most %lld records a turn; %lld ms of CPU in %lld ms\n", (long long)most,
		(long long)(cpu_ns / 1000000), (long long)(passed_ns / 1000000));
	for (size_t i = 0; i < TAILS; i++) {
		if (heard[i].lost > 0)
			assert_non_null(strstr(heard[i].why, "the filter takes more time"));
	}
	assert_in_range(most, 1, TURN_MOST);
	assert_true(cpu_ns < passed_ns / 2);
	heard_wait(&bench, &plain, RECORDS);
	assert_int_equal(plain.losses, 0);
	for (size_t i = 0; i < TAILS; i++)
		heard_finish(&heard[i]);
	heard_finish(&plain);
	event_free(timer);
	traffic_fixture_finish(&bench);
}

/* One that is cheap enough misses nothing, however many come at once. */
static void a_costly_tail_that_keeps_up_misses_nothing(void **state)
{
	struct traffic_fixture bench;
	struct heard some;
	(void)state;

	traffic_fixture_init(&bench, false, NULL);
	heard_start(&bench, &some, "/cart/", TAIL_FROM_NOW);
	traffic_fixture_take(&bench, 1, 20000);
	heard_wait(&bench, &some, 20000);
	assert_int_equal(some.losses, 0);
	heard_finish(&some);
	traffic_fixture_finish(&bench);
}

static void a_tail_goes_on_where_it_was(void **state)
{
	struct traffic_fixture bench;
	struct heard heard;
	(void)state;

	traffic_fixture_init(&bench, false, NULL);
	traffic_fixture_take(&bench, 1, 100);
	heard_start(&bench, &heard, "", 40);
	traffic_fixture_take(&bench, 101, 100);
	heard_wait(&bench, &heard, 160);
	heard_assert_run(&heard, 41, 200);
	assert_int_equal(heard.losses, 0);
	heard_finish(&heard);
	/* the newest, and one that is not there yet: from now on */
	for (int64_t since = 200; since <= 1000000; since += 999800) {
		heard_start(&bench, &heard, "", since);
		int64_t seq = traffic_fixture_take(&bench, 1, 1);
		heard_wait(&bench, &heard, 1);
		assert_int_equal(heard.seqs[0], seq);
		assert_int_equal(heard.losses, 0);
		heard_finish(&heard);
	}
	traffic_fixture_finish(&bench);
}

static void what_left_the_ring_is_lost_without_a_history(void **state)
{
	struct traffic_fixture bench;
	struct heard heard;
	(void)state;

	traffic_fixture_init(&bench, false, &small);
	traffic_fixture_take(&bench, 1, 100);
	heard_start(&bench, &heard, "", 10);
	heard_wait(&bench, &heard, 50);
	heard_assert_run(&heard, 51, 100);
	assert_int_equal(heard.losses, 1);
	assert_int_equal(heard.lost, 40);
	heard_finish(&heard);
	traffic_fixture_finish(&bench);
}

static void what_left_the_ring_comes_from_the_history(void **state)
{
	struct traffic_fixture bench;
	struct heard all, some;
	(void)state;

	traffic_fixture_init(&bench, true, &small);
	traffic_fixture_take(&bench, 1, 3000);
	heard_start(&bench, &all, "", 10);
	heard_start(&bench, &some, "status:500", 10);
	heard_wait(&bench, &all, 2990);
	heard_assert_run(&all, 11, 3000);
	heard_wait(&bench, &some, 299);
	traffic_fixture_take(&bench, 3001, 50);
	heard_wait(&bench, &all, 3040);
	heard_assert_run(&all, 11, 3050);
	heard_wait(&bench, &some, 304);
	assert_int_equal(all.losses + some.losses, 0);
	heard_finish(&all);
	heard_finish(&some);
	traffic_fixture_finish(&bench);
}

static void a_paused_tail_is_told_what_it_missed(void **state)
{
	struct traffic_fixture bench;
	struct heard heard;
	(void)state;

	traffic_fixture_init(&bench, false, &small);
	heard_start(&bench, &heard, "", TAIL_FROM_NOW);
	heard.pause_at = 20;
	traffic_fixture_take(&bench, 1, 30);
	heard_wait(&bench, &heard, 20);
	traffic_fixture_take(&bench, 31, 10);
	tail_pause(heard.tail, false);
	heard_wait(&bench, &heard, 40);
	heard_assert_run(&heard, 1, 40);
	assert_int_equal(heard.losses, 0);

	tail_pause(heard.tail, true);
	traffic_fixture_take(&bench, 41, 80);
	tail_pause(heard.tail, false);
	heard_wait(&bench, &heard, 90);
	assert_int_equal(heard.seqs[40], 71);
	assert_int_equal(heard.losses, 1);
	assert_int_equal(heard.lost, 30);
	assert_int_equal(heard.lost_after, 40);
	heard_finish(&heard);
	traffic_fixture_finish(&bench);
}

static void pausing_while_it_catches_up(void **state)
{
	struct traffic_fixture bench;
	struct heard heard;
	(void)state;

	traffic_fixture_init(&bench, true, &small);
	traffic_fixture_take(&bench, 1, 2000);
	heard_start(&bench, &heard, "", 1);
	heard.pause_at = 700;
	heard_wait(&bench, &heard, 700);
	tail_pause(heard.tail, false);
	heard_wait(&bench, &heard, 1999);
	heard_assert_run(&heard, 2, 2000);
	assert_int_equal(heard.losses, 0);
	heard_finish(&heard);
	traffic_fixture_finish(&bench);
}

static void loss_is_told_where_it_happened(void **state)
{
	struct traffic_fixture bench;
	struct traffic_counters counters;
	struct heard heard, late;
	(void)state;

	traffic_fixture_init(&bench, false, NULL);
	heard_start(&bench, &heard, "service:cart", TAIL_FROM_NOW);
	traffic_fixture_take(&bench, 1, 10);
	traffic_report_loss(bench.traffic, 3, "the log socket was full");
	traffic_report_loss(bench.traffic, 4, "the log socket was full");
	traffic_report_loss(bench.traffic, 0, "nothing");
	traffic_fixture_take(&bench, 11, 10);
	heard_wait(&bench, &heard, 10);
	assert_int_equal(heard.losses, 1);
	assert_int_equal(heard.lost, 7);
	assert_int_equal(heard.lost_after, 10);
	assert_string_equal(heard.why, "the log socket was full");
	traffic_report_loss(bench.traffic, -1, "the proxy ended");
	traffic_fixture_take(&bench, 21, 2);
	heard_wait(&bench, &heard, 11);
	assert_int_equal(heard.unknown, 1);
	assert_int_equal(heard.lost, 7);

	/* who comes back before it is told too, who comes back after it is not */
	heard_start(&bench, &late, "", 9);
	heard_wait(&bench, &late, 13);
	assert_int_equal(late.lost, 7);
	assert_int_equal(late.unknown, 1);
	heard_finish(&late);
	heard_start(&bench, &late, "", 11);
	heard_wait(&bench, &late, 11);
	assert_int_equal(late.lost, 0);
	assert_int_equal(late.unknown, 1);
	heard_finish(&late);

	/* more places than are kept: the newest are */
	for (int i = 0; i < 200; i++) {
		traffic_report_loss(bench.traffic, 1, "again");
		traffic_fixture_take(&bench, 23 + i, 1);
	}
	heard_wait(&bench, &heard, 111);
	traffic_counters(bench.traffic, &counters);
	assert_int_equal(counters.lost, 207);
	heard_finish(&heard);
	traffic_fixture_finish(&bench);
}

static void callbacks_may_cancel(void **state)
{
	struct traffic_fixture bench;
	struct heard self, other, third;
	(void)state;

	traffic_fixture_init(&bench, false, NULL);
	heard_start(&bench, &other, "", TAIL_FROM_NOW);
	heard_start(&bench, &self, "", TAIL_FROM_NOW);
	heard_start(&bench, &third, "", TAIL_FROM_NOW);
	self.cancel_at = 5;
	self.cancel_other = other.tail;
	other.tail = NULL;
	traffic_fixture_take(&bench, 1, 2000);
	heard_wait(&bench, &third, 2000);
	assert_int_equal(self.count, 5);
	assert_true(other.count <= 256);
	heard_finish(&self);
	heard_finish(&other);
	heard_finish(&third);
	traffic_fixture_finish(&bench);
}

/* Cancelled, or ended with everything, while the thread reads for it. */
static void cancelling_while_the_thread_reads(void **state)
{
	struct traffic_fixture bench;
	struct heard heard;
	struct found found;
	struct search *search;
	(void)state;

	traffic_fixture_init(&bench, true, &small);
	traffic_fixture_take(&bench, 1, 3000);
	for (int i = 0; i < 2; i++) {
		heard_start(&bench, &heard, "", 1);
		event_base_loop(bench.base, EVLOOP_NONBLOCK);
		heard_finish(&heard);
		struct filter *filter = filter_parse(STR_LIT("id:none"), NULL, NULL);
		search = traffic_search(bench.traffic, filter, 0, 10, NULL, NULL);
		event_base_loop(bench.base, EVLOOP_NONBLOCK);
		search_cancel(search);
	}
	search_cancel(NULL);
	tail_cancel(NULL);
	heard_start(&bench, &heard, "", 1);
	found_start(&bench, &found, "id:none", 0, 10);
	event_base_loop(bench.base, EVLOOP_NONBLOCK);
	traffic_fixture_finish(&bench);
	assert_false(found.done);
	heard.tail = NULL;
	heard_finish(&heard);
}

/* ---- searches ---- */

/*
 * Pages through; fails unless the seqs are exactly those that `expects`, from last down to first.
 */
static void check_pages(struct traffic_fixture *bench, const char *filter, size_t limit,
	int64_t first, int64_t last, bool (*expects)(int64_t seq))
{
	int64_t before = 0, expected = last;
	struct found found;

	do {
		found_get(bench, &found, filter, before, limit);
		assert_int_equal(found.err, ERR_NONE);
		assert_true(found.count <= limit);
		for (size_t i = 0; i < found.count; i++) {
			while (expected >= first && !expects(expected))
				expected--;
			assert_int_equal(found.seqs[i], expected);
			expected--;
		}
		before = found.next;
		found_finish(&found);
	} while (before != 0);
	while (expected >= first && !expects(expected))
		expected--;
	assert_int_equal(expected, first - 1);
}

static bool any(int64_t seq)
{
	(void)seq;
	return true;
}

static bool is_cart(int64_t seq)
{
	return seq % 2 == 0;
}

static bool is_cart_pr1(int64_t seq)
{
	return seq % 2 == 0 && seq % 3 == 1;
}

static bool is_error(int64_t seq)
{
	return seq % 10 == 0;
}

static bool is_session(int64_t seq)
{
	return seq % 7 == 3;
}

static bool is_trace(int64_t seq)
{
	return seq / 4 == 250;
}

static bool is_one(int64_t seq)
{
	return seq == 1234;
}

static void searches_page_through_ring_and_history(void **state)
{
	static const struct {
		const char *filter;
		size_t limit;
		bool (*expects)(int64_t seq);
	} rows[] = {
		{"", 1000, any},
		{"", 333, any},
		{"service:cart", 100, is_cart},
		{"service:cart version:pr-1", 100, is_cart_pr1},
		{"status:5xx", 7, is_error},
		{"session:s-3", 50, is_session},
		{"trace:000000000000000000000000000000fa", 2, is_trace},
		{"id:00000000000004d2", 1, is_one},
		{"/items.1234$/", 10, is_one},
		{"\"/items/1234\"", 10, is_one},
		{"since:1h id:00000000000004d2", 10, is_one},
	};
	struct traffic_fixture bench;
	(void)state;

	for (int history = 0; history < 2; history++) {
		traffic_fixture_init(&bench, history, history ? &small : NULL);
		traffic_fixture_take(&bench, 1, 5000);
		for (size_t i = 0; i < ARRAY_LEN(rows); i++)
			check_pages(
				&bench, rows[i].filter, rows[i].limit, 1, 5000, rows[i].expects);
		traffic_fixture_finish(&bench);
	}
}

static void searches_see_only_what_is_before(void **state)
{
	struct traffic_fixture bench;
	struct found found;
	(void)state;

	traffic_fixture_init(&bench, true, &small);
	traffic_fixture_take(&bench, 1, 200);
	found_get(&bench, &found, "", 100, 10);
	assert_int_equal(found.count, 10);
	assert_int_equal(found.seqs[0], 99);
	assert_int_equal(found.next, 90);
	assert_int_equal(found.oldest, 1);
	found_finish(&found);
	found_get(&bench, &found, "", 5, 10);
	assert_int_equal(found.count, 4);
	assert_int_equal(found.next, 0);
	found_finish(&found);
	found_get(&bench, &found, "", 1, 10);
	assert_int_equal(found.count, 0);
	found_finish(&found);
	found_get(&bench, &found, "", 1000000, 1);
	assert_int_equal(found.seqs[0], 200);
	found_finish(&found);
	traffic_fixture_finish(&bench);
}

static void every_field_comes_back(void **state)
{
	struct traffic_fixture bench;
	struct found found;
	struct request want = traffic_fixture_request(77);
	(void)state;

	traffic_fixture_init(&bench, true, &small);
	want.error = STR_LIT("connection refused");
	want.intended = REASON_NO_PIN;
	want.conflict = true;
	want.malformed = true;
	want.retries = 2;
	traffic_take(bench.traffic, &want);
	traffic_fixture_take(&bench, 1, 100);
	found_get(&bench, &found, "id:000000000000004d \"connection refused\" method:get", 0, 10);
	assert_int_equal(found.count, 1);
	want.seq = 1;
	for (size_t i = 0; i < request_type.field_count; i++) {
		const struct field *field = &request_type.fields[i];
		const char *a = (const char *)&want + field->offset;
		const char *b = (const char *)&found.first + field->offset;
		if (field->type == FIELD_VIEW)
			assert_int_equal(((const struct str *)a)->n, ((const struct str *)b)->n);
		else if (field->type == FIELD_BOOL)
			assert_int_equal(*(const bool *)a, *(const bool *)b);
		else if (field->type == FIELD_CHOICE)
			assert_int_equal(*(const int *)a, *(const int *)b);
		else
			assert_memory_equal(a, b, 8);
	}
	assert_int_equal(found.first.carriers, want.carriers);
	found_finish(&found);
	traffic_fixture_finish(&bench);
}

static const struct environment *give_environment(void *arg)
{
	return arg;
}

static void the_environment_is_asked(void **state)
{
	struct environment env;
	struct traffic_options options = small;
	struct traffic_fixture bench;
	struct change change;
	(void)state;

	environment_init(&env);
	struct service *service = record_create(&service_type);
	text_set(&service->name, "cart");
	change_init(&change, OBJECT_SERVICE, service, 1);
	environment_apply(&env, &change);
	change_finish(&change);
	record_unref(&service_type, service);
	struct version *version = record_create(&version_type);
	text_set(&version->service, "cart");
	text_set(&version->name, "pr-1");
	version->pr_number = 482;
	change_init(&change, OBJECT_VERSION, version, 2);
	environment_apply(&env, &change);
	change_finish(&change);
	record_unref(&version_type, version);

	options.environment = give_environment;
	options.environment_arg = &env;
	traffic_fixture_init(&bench, true, &options);
	traffic_fixture_take(&bench, 1, 3000);
	check_pages(&bench, "pr:482", 100, 1, 3000, is_cart_pr1);
	struct heard heard;
	heard_start(&bench, &heard, "pr:482", 1);
	heard_wait(&bench, &heard, 500);
	heard_finish(&heard);
	traffic_fixture_finish(&bench);
	environment_finish(&env);
}

/* ---- stats ---- */

static void note(void *arg, const char *key, const struct stats *stats)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 512 - len, "%s=%d ", key, (int)stats->count);
}

static void check_stats(struct traffic_fixture *bench, enum stats_by by, const char *want)
{
	char text[512] = "";

	assert_int_equal(
		traffic_stats(bench->traffic, by, 60, 0, note, text), traffic_fixture_now_ms);
	assert_string_equal(text, want);
}

static void stats_by_what_is_a_name(void **state)
{
	static const struct request rows[] = {
		{.service = {"cart", 4}, .version = {"pr-1", 4}, .session = {"dev", 3}},
		{.service = {"cart", 4}, .version = {"pr-1", 4}, .caller = {"gateway@1.2", 11}},
		/* nobody served */
		{.service = {"cart", 4}, .status = 503, .caller = {"gateway@1.2", 11}},
		/* nobody was asked for */
		{.host = {"nope", 4}, .status = 404, .session = {"dev", 3}},
		/* what a client may claim */
		{.service = {"cart", 4}, .version = {"pr-1", 4}, .caller = {"a b@c d", 7}},
		{.service = {"cart", 4}, .version = {"pr-1", 4}, .caller = {"gateway", 7}},
		{.service = {"cart", 4}, .version = {"pr-1", 4}, .session = {"Not A Key", 9}},
		{.service = {"cart", 4},
			.version = {"pr-1", 4},
			.session = {"made-up", 7},
			.reason = REASON_SESSION_UNKNOWN},
	};
	struct traffic_fixture bench;
	(void)state;

	traffic_fixture_init(&bench, false, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		traffic_take(bench.traffic, &rows[i]);
	check_stats(&bench, STATS_BY_VERSION, "cart@pr-1=6 cart=1 ");
	check_stats(
		&bench, STATS_BY_EDGE, " cart@pr-1=3 gateway@1.2 cart=1 gateway@1.2 cart@pr-1=1 ");
	check_stats(&bench, STATS_BY_SESSION, "dev=1 ");
	traffic_fixture_finish(&bench);
}

/* A reader that was paused takes what happened meanwhile at once: it counts where it happened. */
static void stats_by_when_it_happened(void **state)
{
	struct request row = {.service = {"cart", 4}, .version = {"pr-1", 4}, .total_ms = 500};
	struct traffic_fixture bench;
	struct stats f;

	(void)state;
	traffic_fixture_init(&bench, false, NULL);
	for (int second = 70; second >= 0; second--) {
		row.time = traffic_fixture_now_ms - (int64_t)second * 1000 - 500;
		for (int i = 0; i < 4; i++)
			(void)traffic_take(bench.traffic, &row);
	}
	assert_true(
		traffic_stats_of(bench.traffic, STATS_BY_VERSION, STR_LIT("cart@pr-1"), 60, &f));
	for (int i = 0; i < WINDOW_SLOTS; i++)
		assert_int_equal(f.history[i], 4);
	assert_int_equal(f.count, 240);
	assert_true(f.rate == 4);
	/* One that lasted for an hour is of now; one that says it will end is, too. */
	row.time = traffic_fixture_now_ms - INT64_C(3600) * 1000;
	row.total_ms = 3600 * 1000;
	(void)traffic_take(bench.traffic, &row);
	row.time = traffic_fixture_now_ms + 5000;
	(void)traffic_take(bench.traffic, &row);
	assert_true(
		traffic_stats_of(bench.traffic, STATS_BY_VERSION, STR_LIT("cart@pr-1"), 60, &f));
	assert_int_equal(f.history[WINDOW_SLOTS - 1], 6);
	traffic_fixture_finish(&bench);
}

static void rates_over_what_was_seen(void **state)
{
	struct request row = {.service = {"cart", 4}, .version = {"pr-1", 4}, .total_ms = 0};
	struct traffic_fixture bench;
	struct stats f;

	(void)state;
	traffic_fixture_init(&bench, false, NULL);
	traffic_fixture_now_ms += 30000; /* nobody came */
	for (int second = 2; second >= 0; second--) {
		row.time = traffic_fixture_now_ms - (int64_t)second * 1000;
		for (int i = 0; i < 90; i++)
			(void)traffic_take(bench.traffic, &row);
	}
	traffic_fixture_now_ms += 1000;
	assert_true(
		traffic_stats_of(bench.traffic, STATS_BY_VERSION, STR_LIT("cart@pr-1"), 60, &f));
	assert_int_equal(f.count, 270);
	assert_true(f.rate == 90);
	traffic_fixture_finish(&bench);
}

/* ---- sessions lost on the way ---- */

#define TEXT(literal)                        \
	{                                    \
		literal, sizeof(literal) - 1 \
	}
#define HOP(service_, version_, caller_, session_, at, took)                                \
	{                                                                                   \
		.trace = TEXT("t1"), .service = TEXT(service_), .version = TEXT(version_),  \
		.caller = TEXT(caller_), .session = TEXT(session_), .time = 1000000 + (at), \
		.total_ms = (took)                                                          \
	}

static const struct request gateway = HOP("gateway", "1", "", "qa", 0, 90);
static const struct request schedule = HOP("schedule", "pr-540", "gateway@1", "qa", 10, 50);
static const struct request profile = HOP("profile", "2", "", "", 20, 10);

static void note_lost(void *arg, const char *key, const struct stats *stats)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 512 - len, "%s=%d/%d ", key, (int)stats->lost, (int)stats->count);
}

static void check_lost(struct traffic_fixture *bench, const char *want)
{
	char text[512] = "";

	traffic_stats(bench->traffic, STATS_BY_EDGE, 60, 0, note_lost, text);
	assert_string_equal(text, want);
}

static void a_lost_session_counts_for_who_lost_it(void **state)
{
	struct traffic_fixture bench;
	(void)state;

	traffic_fixture_init(&bench, false, NULL);
	traffic_take(bench.traffic, &profile);
	traffic_take(bench.traffic, &schedule);
	traffic_take(bench.traffic, &gateway);
	traffic_fixture_now_ms += 999;
	check_lost(&bench, " gateway@1=0/1 gateway@1 schedule@pr-540=0/1  profile@2=0/1 ");
	traffic_fixture_now_ms += 1;
	check_lost(&bench, "schedule@pr-540 profile@2=1/1  gateway@1=0/1 "
			   "gateway@1 schedule@pr-540=0/1  profile@2=0/0 ");
	/* Once only, also when another first hop of the trace comes. */
	traffic_take(bench.traffic, &gateway);
	traffic_fixture_now_ms += 1000;
	check_lost(&bench, " gateway@1=0/2 schedule@pr-540 profile@2=1/1 "
			   "gateway@1 schedule@pr-540=0/1  profile@2=0/0 ");
	traffic_fixture_finish(&bench);
}

/* The proxy's threads write when they come to it. */
static void a_record_may_be_overtaken(void **state)
{
	struct traffic_fixture bench;
	(void)state;

	traffic_fixture_init(&bench, false, NULL);
	traffic_take(bench.traffic, &gateway);
	traffic_take(bench.traffic, &profile);
	traffic_fixture_now_ms += 20;
	traffic_take(bench.traffic, &schedule);
	traffic_fixture_now_ms += 1000;
	check_lost(&bench, "schedule@pr-540 profile@2=1/1 gateway@1 schedule@pr-540=0/1 "
			   " profile@2=0/0  gateway@1=0/1 ");
	traffic_fixture_finish(&bench);
}

/* Its caller is in the baggage, the session is not: it is on that edge already. */
static void one_that_names_its_caller_is_not_counted_twice(void **state)
{
	static const struct request named = HOP("profile", "2", "schedule@pr-540", "", 20, 10);
	struct traffic_fixture bench;
	(void)state;

	traffic_fixture_init(&bench, false, NULL);
	traffic_take(bench.traffic, &named);
	traffic_take(bench.traffic, &schedule);
	traffic_take(bench.traffic, &gateway);
	traffic_fixture_now_ms += 1000;
	check_lost(&bench, " gateway@1=0/1 gateway@1 schedule@pr-540=0/1 "
			   "schedule@pr-540 profile@2=1/1 ");
	traffic_fixture_finish(&bench);
}

/* The caller's record is among those that were lost: it looks as if the next one up had lost the session. */
static void nobody_is_blamed_while_records_are_missing(void **state)
{
	struct traffic_fixture bench;
	(void)state;

	traffic_fixture_init(&bench, false, NULL);
	traffic_fixture_now_ms = gateway.time + 100;
	traffic_take(bench.traffic, &profile);
	traffic_report_loss(bench.traffic, 1, "a gap in the log");
	traffic_take(bench.traffic, &gateway);
	traffic_fixture_now_ms += 1000;
	check_lost(&bench, " gateway@1=0/1  profile@2=0/1 ");
	traffic_fixture_finish(&bench);
}

static void what_nobody_lost_is_not_counted(void **state)
{
	static const struct request free_gateway = HOP("gateway", "1", "", "", 0, 90);
	struct traffic_fixture bench;
	(void)state;

	traffic_fixture_init(&bench, false, NULL);
	traffic_take(bench.traffic, &profile);
	traffic_take(bench.traffic, &free_gateway);
	traffic_fixture_now_ms += 1000;
	check_lost(&bench, " gateway@1=0/1  profile@2=0/1 ");
	traffic_fixture_finish(&bench);
}

/* ---- the edges of one session ---- */

enum { CALLS_TEXT_SIZE = 65536 };

static void note_calls(void *arg, const char *key, const struct stats *stats)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, (size_t)CALLS_TEXT_SIZE - len, "%s=%d pinned %d without %d lost %d/",
		key, (int)stats->count, (int)stats->pinned, (int)stats->without, (int)stats->lost);
}

/* Whether `want`, "an edge=N pinned N ...", is said of `session`; NULL: there is none. */
static void check_calls(struct traffic_fixture *bench, const char *session, int edges,
	bool complete, const char *want)
{
	struct session_edges calls;
	static char text[CALLS_TEXT_SIZE];
	int found = 0;

	text[0] = '\0';

	traffic_session_edges(bench->traffic, str_of(session), 60, note_calls, text, &calls);
	for (const char *p = text; *p != '\0'; p++)
		found += *p == '/';
	if (found != edges || (want != NULL && strstr(text, want) == NULL))
		print_message("of %s: %s\n", session, text);
	assert_int_equal(found, edges);
	assert_true(want == NULL || strstr(text, want) != NULL);
	assert_int_equal(calls.complete, complete);
}

static void requests_come_in_where_most_have_no_caller(void **state)
{
	struct request busy = HOP("search", "2", "gateway@1", "", 20, 10);
	struct request in = HOP("gateway", "1", "", "", 20, 10);
	struct request other = HOP("profile", "1", "", "", 20, 10);
	struct traffic_fixture bench;
	(void)state;

	traffic_fixture_init(&bench, false, NULL);
	traffic_fixture_now_ms = busy.time + 100;
	for (int i = 0; i < 9; i++)
		traffic_take(bench.traffic, &busy);
	assert_string_equal(traffic_entrance(bench.traffic), "");
	traffic_take(bench.traffic, &other);
	for (int i = 0; i < 2; i++)
		traffic_take(bench.traffic, &in);
	traffic_fixture_now_ms += 1000;
	assert_string_equal(traffic_entrance(bench.traffic), "gateway");
	/* Another one is busier now; it is found ten seconds after the last look, and stays when all is quiet. */
	for (int i = 0; i < 3; i++)
		traffic_take(bench.traffic, &other);
	assert_string_equal(traffic_entrance(bench.traffic), "gateway");
	traffic_fixture_now_ms += 10000;
	assert_string_equal(traffic_entrance(bench.traffic), "profile");
	traffic_fixture_now_ms += 300000;
	assert_string_equal(traffic_entrance(bench.traffic), "profile");
	traffic_fixture_finish(&bench);
}

static void a_session_has_edges_of_its_own(void **state)
{
	struct request other = HOP("search", "2", "gateway@1", "other", 20, 10);
	struct request pinned = schedule;
	struct traffic_fixture bench;
	(void)state;

	traffic_fixture_init(&bench, false, NULL);
	traffic_fixture_now_ms = gateway.time + 100;
	pinned.reason = REASON_PINNED;
	other.trace = STR_LIT("t2");
	traffic_take(bench.traffic, &other);
	check_calls(&bench, "qa", 0, true, NULL);
	traffic_take(bench.traffic, &profile);
	traffic_take(bench.traffic, &pinned);
	check_calls(
		&bench, "qa", 1, true, "gateway@1 schedule@pr-540=1 pinned 1 without 0 lost 0/");
	traffic_take(bench.traffic, &gateway);
	/* Who lost it is not certain yet: another hop may still come. */
	check_calls(&bench, "qa", 2, true, NULL);
	traffic_fixture_now_ms += 1000;
	check_calls(&bench, "qa", 3, true, " gateway@1=1 pinned 0 without 0 lost 0/");
	check_calls(
		&bench, "qa", 3, true, "schedule@pr-540 profile@2=1 pinned 0 without 1 lost 1/");
	check_calls(&bench, "other", 1, true, "gateway@1 search@2=1 pinned 0 without 0 lost 0/");
	check_calls(&bench, "nobody", 0, true, NULL);
	traffic_fixture_now_ms += 58000;
	check_calls(&bench, "qa", 3, true, NULL);
	traffic_fixture_now_ms += 1000;
	check_calls(&bench, "qa", 0, true, NULL);
	traffic_fixture_finish(&bench);
}

/* ---- lost in all likelihood ---- */

/* An environment with schedule@1 and schedule@pr-540. */
static const struct environment *schedule_environment(void *arg)
{
	return arg;
}

static void put_object(
	struct environment *env, enum object_kind kind, int64_t revision, const char *name)
{
	const struct record_type *type = object_type(kind);
	void *record = record_create(type);
	struct change change;

	if (kind == OBJECT_SERVICE) {
		text_set(&((struct service *)record)->name, "schedule");
	} else {
		text_set(&((struct version *)record)->service, "schedule");
		text_set(&((struct version *)record)->name, name);
	}
	change_init(&change, kind, record, revision);
	assert_true(environment_apply(env, &change));
	change_finish(&change);
	record_unref(type, record);
}

static struct request away(struct request hop, const char *trace, int64_t later_ms)
{
	hop.trace = str_of(trace);
	hop.time += later_ms;
	return hop;
}

static void note_likely(void *arg, const char *key, const struct stats *stats)
{
	char *text = arg;
	size_t len = strlen(text);

	if (stats->likely > 0)
		snprintf(text + len, (size_t)CALLS_TEXT_SIZE - len, "%s=%d likely %d usual %d", key,
			(int)stats->count, (int)stats->likely, (int)stats->likely_usual);
}

static void check_likely(struct traffic_fixture *bench, int unclear, const char *want)
{
	struct session_edges calls;
	static char text[CALLS_TEXT_SIZE];

	text[0] = '\0';
	traffic_session_edges(bench->traffic, STR_LIT("qa"), 60, note_likely, text, &calls);
	assert_string_equal(text, want);
	assert_int_equal(calls.unclear, unclear);
	assert_true(calls.complete);
}

/* One request of the session: through schedule@pr-540, which calls profile in a trace of its own, or in none. */
static void take_silent(struct traffic_fixture *bench, const char *trace, int64_t later_ms)
{
	struct request in = away(gateway, "a", later_ms), at = away(schedule, "a", later_ms),
		       out = away(profile, trace, later_ms);
	char own[16];

	snprintf(own, sizeof(own), "t%d", (int)later_ms);
	in.trace = at.trace = str_of(own);
	traffic_take(bench->traffic, &out);
	traffic_take(bench->traffic, &at);
	traffic_take(bench->traffic, &in);
}

enum { KNOWN = 1, OVERLAPPED = 2, OTHER_SESSION = 4, SAME_AGAIN = 8, LATE = 16, LOSS = 32 };

static void likely_losses(void **state)
{
	static const struct {
		int times; /* requests of the session */
		const char *trace; /* of what schedule calls */
		unsigned how;
		int unclear;
		const char *want;
	} rows[] = {
		{1, "own", KNOWN, 0, "schedule@pr-540 profile@2=1 likely 1 usual 1"},
		{1, "", KNOWN, 0, "schedule@pr-540 profile@2=1 likely 1 usual 1"},
		{2, "own", KNOWN, 0, "schedule@pr-540 profile@2=2 likely 2 usual 2"},
		/* It is not known to call it, and once or twice is chance. */
		{1, "own", 0, 0, ""},
		{2, "own", 0, 0, ""},
		{3, "own", 0, 0, "schedule@pr-540 profile@2=3 likely 3 usual 0"},
		/* What came at another time, too, comes from elsewhere. */
		{3, "own", SAME_AGAIN, 0, ""},
		{3, "own", SAME_AGAIN | KNOWN, 0, "schedule@pr-540 profile@2=3 likely 3 usual 3"},
		/* Other traffic explains it as well. */
		{1, "own", KNOWN | OVERLAPPED, 1, ""},
		{1, "own", OVERLAPPED, 0, ""},
		{1, "own", KNOWN | OTHER_SESSION, 1, ""},
		/* Too early, or with records missing, nothing is said. */
		{1, "own", KNOWN | LATE, 0, ""},
		{1, "own", KNOWN | LOSS, 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct environment env;
		struct traffic_options options = {
			.environment = schedule_environment, .environment_arg = &env};
		struct request known = HOP("profile", "2", "schedule@1", "", -3000, 5);
		struct request other = HOP("search", "1", "", "", 5, 60);
		struct request again = HOP("profile", "2", "", "", 150, 5);
		struct traffic_fixture bench;

		environment_init(&env);
		put_object(&env, OBJECT_SERVICE, 1, NULL);
		put_object(&env, OBJECT_VERSION, 2, "1");
		put_object(&env, OBJECT_VERSION, 3, "pr-540");
		traffic_fixture_init(&bench, false, &options);
		traffic_fixture_now_ms = gateway.time + 1000;
		known.trace = other.trace = again.trace = STR_LIT("x");
		if (rows[i].how & OTHER_SESSION)
			other.session = STR_LIT("else");
		if (rows[i].how & KNOWN)
			traffic_take(bench.traffic, &known);
		for (int k = 0; k < rows[i].times; k++)
			take_silent(&bench, rows[i].trace, (int64_t)k * 200);
		if (rows[i].how & (OVERLAPPED | OTHER_SESSION))
			traffic_take(bench.traffic, &other);
		if (rows[i].how & SAME_AGAIN)
			traffic_take(bench.traffic, &again);
		if (rows[i].how & LOSS)
			traffic_report_loss(bench.traffic, 1, "a gap in the log");
		traffic_fixture_now_ms = gateway.time + (rows[i].how & LATE ? 900 : 3000);
		print_message("row %zu\n", i);
		check_likely(&bench, rows[i].unclear, rows[i].want);
		traffic_fixture_finish(&bench);
		environment_finish(&env);
	}
}

/* A trace that is passed on says it for certain, and only once. */
static void what_is_certain_is_not_likely(void **state)
{
	struct traffic_fixture bench;

	(void)state;
	traffic_fixture_init(&bench, false, NULL);
	traffic_fixture_now_ms = gateway.time + 3000;
	traffic_take(bench.traffic, &profile);
	traffic_take(bench.traffic, &schedule);
	traffic_take(bench.traffic, &gateway);
	traffic_fixture_now_ms += 2000;
	check_likely(&bench, 0, "");
	check_calls(
		&bench, "qa", 3, true, "schedule@pr-540 profile@2=1 pinned 0 without 1 lost 1/");
	traffic_fixture_finish(&bench);
}

static void the_newest_requests_of_a_session_count(void **state)
{
	static const struct traffic_options options = {.ring_items = 64};
	struct request hop = gateway;
	char name[32];
	struct traffic_fixture bench;
	(void)state;

	traffic_fixture_init(&bench, false, &options);
	traffic_fixture_now_ms = gateway.time + 100;
	for (int i = 0; i < 64; i++)
		traffic_take(bench.traffic, &hop);
	check_calls(&bench, "qa", 1, true, " gateway@1=64 pinned");
	traffic_take(bench.traffic, &hop); /* the ring has lost one of the window's */
	check_calls(&bench, "qa", 1, false, " gateway@1=64 pinned");
	traffic_fixture_finish(&bench);

	traffic_fixture_init(&bench, false, NULL);
	for (int i = 0; i <= SESSION_CALLS_RECORDS; i++) {
		snprintf(name, sizeof(name), "%d", i % (SESSION_CALLS_EDGES + 1));
		hop.version = str_of(name);
		hop.trace = (struct str){0};
		traffic_take(bench.traffic, &hop);
		if (i == SESSION_CALLS_EDGES - 1)
			check_calls(&bench, "qa", SESSION_CALLS_EDGES, true, NULL);
	}
	check_calls(&bench, "qa", SESSION_CALLS_EDGES, false, NULL);
	traffic_fixture_finish(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_come_in_where_most_have_no_caller),
		cmocka_unit_test(a_session_has_edges_of_its_own),
		cmocka_unit_test(the_newest_requests_of_a_session_count),
		cmocka_unit_test(a_lost_session_counts_for_who_lost_it),
		cmocka_unit_test(a_record_may_be_overtaken),
		cmocka_unit_test(one_that_names_its_caller_is_not_counted_twice),
		cmocka_unit_test(nobody_is_blamed_while_records_are_missing),
		cmocka_unit_test(what_nobody_lost_is_not_counted),
		cmocka_unit_test(likely_losses),
		cmocka_unit_test(what_is_certain_is_not_likely),
		cmocka_unit_test(numbers_rise_by_one),
		cmocka_unit_test(a_tail_hears_what_comes),
		cmocka_unit_test(costly_tails_leave_the_loop_its_time),
		cmocka_unit_test(a_costly_tail_that_keeps_up_misses_nothing),
		cmocka_unit_test(a_tail_goes_on_where_it_was),
		cmocka_unit_test(what_left_the_ring_is_lost_without_a_history),
		cmocka_unit_test(what_left_the_ring_comes_from_the_history),
		cmocka_unit_test(a_paused_tail_is_told_what_it_missed),
		cmocka_unit_test(pausing_while_it_catches_up),
		cmocka_unit_test(loss_is_told_where_it_happened),
		cmocka_unit_test(callbacks_may_cancel),
		cmocka_unit_test(cancelling_while_the_thread_reads),
		cmocka_unit_test(searches_page_through_ring_and_history),
		cmocka_unit_test(searches_see_only_what_is_before),
		cmocka_unit_test(every_field_comes_back),
		cmocka_unit_test(the_environment_is_asked),
		cmocka_unit_test(stats_by_what_is_a_name),
		cmocka_unit_test(stats_by_when_it_happened),
		cmocka_unit_test(rates_over_what_was_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
