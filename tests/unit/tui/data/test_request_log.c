/* The tail's lines: numbers that stay, the sieve, losses, and the bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tui/data/request_log.h"

/* None of the kinds that 0 would be. */
static struct request blank(int64_t seq)
{
	return (struct request){
		.seq = seq, .kind = KIND_COUNT, .carrier = CARRIER_COUNT, .intended = REASON_COUNT};
}

static void add(struct request_log *lines, int64_t seq, const char *service, int64_t status)
{
	struct request request = blank(seq);

	request.service = str_of(service);
	request.status = status;
	request_log_add(lines, &request, NULL, 1000);
}

struct traced {
	int64_t seq;
	const char *trace, *service, *caller, *session;
	int64_t from_ms;
	double total_ms;
};

static void add_hop(struct request_log *lines, const struct traced *hop)
{
	struct request request = blank(hop->seq);

	request.time = hop->from_ms;
	request.total_ms = hop->total_ms;
	request.trace = str_of(hop->trace);
	request.service = str_of(hop->service);
	request.version = STR_LIT("1");
	request.caller = str_of(hop->caller);
	request.session = str_of(hop->session);
	request_log_add(lines, &request, NULL, 1000);
}

/* profile was called by schedule, which has it; that booking's hop is nearer in the log says nothing. */
static void test_lost_session(void **state)
{
	static const struct traced hops[] = {
		{1, "aa", "profile", "", "", 30, 5},
		{2, "bb", "profile", "", "", 30, 5},
		{3, "aa", "booking", "gateway@1", "dev-1", 60, 5},
		{4, "aa", "schedule", "gateway@1", "dev-1", 25, 20},
		{5, "", "search", "", "", 20, 60},
	};
	static const struct traced outer = {6, "aa", "gateway", "", "dev-1", 20, 80};
	struct request_log *lines = request_log_create(100, 0);
	const struct request *by;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hops); i++)
		add_hop(lines, &hops[i]);
	assert_null(request_log_lost_session(
		lines, request_log_number(lines, 0))); /* its outer hop lasts */
	add_hop(lines, &outer);
	by = request_log_lost_session(lines, request_log_number(lines, 0));
	assert_non_null(by);
	assert_true(str_eq_c(by->service, "schedule"));
	for (size_t row = 1; row < 6; row++)
		assert_null(request_log_lost_session(lines, request_log_number(lines, row)));
	request_log_clear(lines, 0);
	add_hop(lines, &outer);
	add_hop(lines, &hops[0]);
	by = request_log_lost_session(lines, request_log_number(lines, 1));
	assert_non_null(by); /* what was cleared away is no longer part of it */
	assert_true(str_eq_c(by->service, "gateway"));
	request_log_destroy(lines);
}

static struct filter *filter_of(const char *text)
{
	struct filter *filter = filter_parse(str_of(text), NULL, NULL);

	assert_non_null(filter);
	return filter;
}

static void test_sieve(void **state)
{
	struct request_log *lines = request_log_create(100, 0);
	struct request_log_counts counts;
	int64_t lost;
	struct str why;

	(void)state;
	add(lines, 1, "cart", 200);
	add(lines, 2, "search", 503);
	request_log_add_loss(lines, 7, "too slow");
	add(lines, 3, "cart", 500);
	assert_int_equal(request_log_shown(lines), 4);
	request_log_filter(lines, filter_of("status:5xx"), NULL, 1000);
	assert_int_equal(request_log_shown(lines), 3); /* two requests and the loss */
	add(lines, 4, "cart", 200);
	add(lines, 5, "cart", 504);
	assert_int_equal(request_log_shown(lines), 4);
	request_log_count(lines, 1000, &counts);
	assert_int_equal(counts.kept, 6);
	assert_int_equal(counts.hidden, 2);
	assert_int_equal(counts.lost, 7);
	assert_int_equal(counts.last_seq, 5);
	assert_true(
		line_is_loss(request_log_get(lines, request_log_number(lines, 1)), &lost, &why));
	assert_int_equal(lost, 7);
	assert_true(str_eq_c(why, "too slow"));
	assert_false(
		line_is_loss(request_log_get(lines, request_log_number(lines, 0)), &lost, &why));
	request_log_filter(lines, NULL, NULL, 1000);
	assert_int_equal(request_log_shown(lines), 6);
	request_log_destroy(lines);
}

static void check_rows(const struct request_log *lines, const char *want)
{
	char got[64];
	size_t used = 0;

	for (size_t row = 0; row < request_log_shown(lines) && used + 4 < sizeof(got); row++) {
		int64_t number = request_log_number(lines, row);
		enum line_part part = request_log_part(lines, row);

		if (part == LINE_GAP) {
			got[used++] = '~';
			continue;
		}
		if (part == LINE_CONTEXT)
			got[used++] = '(';
		got[used++] = (char)('0' + number % 10);
		assert_int_equal(request_log_row(lines, number), row);
	}
	got[used] = '\0';
	assert_string_equal(got, want);
}

/* One digit for each line, after '(' when it is there for its neighbour; '~' where lines are left out. */
static void test_context(void **state)
{
	struct request_log *lines = request_log_create(12, 0);
	struct request_log_counts counts;

	(void)state;
	for (int i = 1; i <= 9; i++)
		add(lines, i, i == 2 || i == 7 ? "cart" : "search", 200);
	request_log_filter(lines, filter_of("service:cart"), NULL, 1000);
	check_rows(lines, "27");
	request_log_set_context(lines, 1, NULL, 1000);
	check_rows(lines, "(12(3~(67(8");
	request_log_count(lines, 1000, &counts);
	assert_int_equal(counts.hidden, 3); /* 4, 5 and 9: the row between them is no line */
	request_log_set_context(lines, 3, NULL, 1000);
	check_rows(lines, "(12(3(4(5(67(8(9");
	request_log_set_context(lines, 1, NULL, 1000);
	request_log_add_loss(lines, 1, "too slow"); /* always shown; nothing is shown around it */
	check_rows(lines, "(12(3~(67(8~0");
	add(lines, 11, "search", 200);
	add(lines, 12, "cart", 200);
	add(lines, 13, "search", 200);
	check_rows(lines, "2(3~(67(8~0(12(3");
	add(lines, 14, "search", 200);
	add(lines, 15, "search", 200); /* 3 goes, and what stood behind it */
	check_rows(lines, "(67(8~0(12(3");
	request_log_count(lines, 1000, &counts);
	assert_int_equal(counts.trimmed, 3);
	request_log_set_context(lines, 0, NULL, 1000);
	check_rows(lines, "702");
	request_log_destroy(lines);
}

static void add_answer(struct request_log *lines, int64_t seq, int64_t status, int reason, int by)
{
	struct request request = blank(seq);

	request.status = status;
	request.reason = reason;
	request.answered_by = by;
	request_log_add(lines, &request, NULL, 1000);
}

static void test_errors(void **state)
{
	struct request_log *lines = request_log_create(100, 0);
	size_t row, before, behind;

	(void)state;
	add_answer(lines, 1, 200, REASON_VERSION_GONE, ANSWERED_BY_VERSION);
	add_answer(lines, 2, 404, REASON_PINNED, ANSWERED_BY_VERSION);
	add_answer(lines, 3, 404, REASON_NO_SESSION, ANSWERED_BY_PROXY);
	add_answer(lines, 4, 200, REASON_NO_PIN, ANSWERED_BY_VERSION);
	add_answer(lines, 5, 500, REASON_PINNED, ANSWERED_BY_VERSION);
	request_log_add_loss(lines, 1, "too slow");
	assert_true(request_log_find_error(lines, 0, false, &row));
	assert_int_equal(row, 2);
	assert_true(request_log_find_error(lines, row, false, &row));
	assert_int_equal(row, 4);
	assert_false(request_log_find_error(lines, row, false, &row));
	assert_true(request_log_find_error(lines, 2, true, &row));
	assert_int_equal(row, 0);
	assert_false(request_log_find_error(lines, 0, true, &row));
	request_log_count_errors(lines, 2, &before, &behind);
	assert_int_equal(before, 1);
	assert_int_equal(behind, 1);
	request_log_destroy(lines);
}

static void test_numbers_stay(void **state)
{
	struct request_log *lines = request_log_create(10, 0);
	int64_t number;

	(void)state;
	for (int i = 1; i <= 10; i++)
		add(lines, i, i % 2 ? "cart" : "search", 200);
	request_log_filter(lines, filter_of("service:cart"), NULL, 1000);
	number = request_log_number(lines, 2);
	assert_int_equal(request_log_get(lines, number)->seq, 5);
	for (int i = 11; i <= 13; i++)
		add(lines, i, i % 2 ? "cart" : "search", 200);
	/* 1, 2 and 3 have gone; 5 is one row higher and has its number. */
	assert_int_equal(request_log_row(lines, number), 0);
	assert_int_equal(request_log_get(lines, number)->seq, 5);
	for (int i = 14; i <= 5000; i++)
		add(lines, i, "cart", 200);
	assert_null(request_log_get(lines, number));
	assert_int_equal(request_log_shown(lines), 10);
	assert_int_equal(request_log_row(lines, number), 0); /* what is next to what is gone */
	request_log_destroy(lines);
}

static void test_a_clear_starts_over(void **state)
{
	struct request_log *lines = request_log_create(10, 0);
	struct request_log_counts counts;

	(void)state;
	add(lines, 1, "cart", 200);
	request_log_add_loss(lines, -1, "gone");
	request_log_clear(lines, 0);
	request_log_count(lines, 1000, &counts);
	assert_int_equal(counts.kept + counts.hidden, 0);
	assert_int_equal(counts.lost, 0);
	assert_false(counts.lost_unknown);
	assert_int_equal(request_log_shown(lines), 0);
	add(lines, 2, "cart", 200);
	assert_int_equal(request_log_shown(lines), 1);
	request_log_destroy(lines);
}

static void test_a_limit_lets_the_oldest_go(void **state)
{
	struct request_log *lines = request_log_create(10, 0);
	size_t before, behind, each;

	(void)state;
	add(lines, 1, "cart", 503);
	each = request_log_bytes(lines);
	for (int64_t seq = 2; seq <= 6; seq++)
		add(lines, seq, "cart", seq % 2 == 0 ? 503 : 200);
	request_log_limit(lines, 3 * each);
	assert_int_equal(request_log_shown(lines), 3);
	assert_int_equal(request_log_get(lines, request_log_number(lines, 0))->seq, 4);
	request_log_count_errors(lines, 1, &before, &behind);
	assert_int_equal(before, 1);
	assert_int_equal(behind, 1);
	request_log_count_errors(lines, 2, &before, &behind);
	assert_int_equal(before, 1);
	assert_int_equal(behind, 0);
	add(lines, 7, "cart", 200);
	assert_int_equal(request_log_shown(lines), 3);
	request_log_destroy(lines);
}

static void add_at(struct request_log *lines, int64_t seq, int64_t from_ms, int64_t now_ms)
{
	struct request request = blank(seq);

	request.time = from_ms;
	request_log_add(lines, &request, NULL, now_ms);
}

/* What was there when the tail began is no part of the rate, however young, nor is the second it began in. */
static void test_rate_without_the_backlog(void **state)
{
	struct request_log *lines = request_log_create(100, 0);
	struct request_log_counts counts;
	int64_t seq = 1;

	(void)state;
	for (int i = 0; i < 40; i++)
		add_at(lines, seq++, 10200 - i * 40, 10250);
	for (int i = 0; i < 3; i++)
		add_at(lines, seq++, 10300 + i, 10400);
	request_log_count(lines, 11100, &counts);
	assert_int_equal(counts.per_second, 0);
	for (int i = 0; i < 7; i++)
		add_at(lines, seq++, 11000 + i, 11200);
	request_log_count(lines, 12100, &counts);
	assert_int_equal(counts.per_second, 7);
	request_log_destroy(lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sieve),
		cmocka_unit_test(test_context),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_lost_session),
		cmocka_unit_test(test_rate_without_the_backlog),
		cmocka_unit_test(test_numbers_stay),
		cmocka_unit_test(test_a_clear_starts_over),
		cmocka_unit_test(test_a_limit_lets_the_oldest_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
