/*
 * Reading a tail: from error to error, the lines around what matches, and a reader who is not moved. The
 * lines come from the control plane of the stage.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/xalloc.h"

#include "tests/support/dashboard_fixture.h"

static void open_requests(int rows, int cols)
{
	struct dashboard_options options = {.rows = rows, .cols = cols};

	dashboard_open(options);
	pty_keys(&pty, "4");
	pty_wait_text(&pty, "/find?q=yoga");
	pty_quiet(&pty, 100);
}

static void test_from_error_to_error(void **state)
{
	(void)state;
	open_requests(40, 120);
	pty_wait_text(&pty, "errors ");
	pty_keys(&pty, "b"); /* the newest is one: while following, the one above it */
	pty_wait_text(&pty, "the last error so far; G follows again");
	pty_wait_text(&pty, "┃  18:42:05.078  payments");
	pty_wait_text(&pty, " above, 1 below");
	pty_keys(&pty, "B");
	pty_wait_text(&pty, "┃  18:42:04.078  payments");
	pty_keys(&pty, "bb");
	pty_wait_text(&pty, "┃  18:42:06.078  payments");
	pty_keys(&pty, "b");
	pty_wait_text(&pty, "no error below this one");
	pty_keys(&pty, "/service:search\rG");
	pty_wait_text(&pty, "following");
	pty_keys(&pty, "b"); /* it looks above, and there is nothing below the newest */
	pty_wait_text(&pty, "no error above or below this one");
	pty_keys(&pty, "jkB");
	pty_wait_text(&pty, "no error above this one");
	pty_keys(&pty, "b");
	pty_wait_text(&pty, "no error below this one");
}

static void test_lines_around(void **state)
{
	(void)state;
	open_requests(40, 120);
	pty_keys(&pty, "+");
	pty_wait_text(&pty, "/ filters");
	pty_keys(&pty, "-/status:503\r");
	pty_wait_gone(&pty, "schedule ");
	pty_keys(&pty, "+");
	pty_wait_text(&pty, "status:503 +-1 (");
	pty_wait_text(&pty, " hidden ────────");
	assert_true(pty_shows(&pty, "schedule@pr-540 lost"));
	pty_keys(&pty, "kk"); /* over the row between, which is no line */
	pty_wait_text(&pty, "┃  18:42:05.063  search");
	pty_keys(&pty, "j");
	pty_wait_text(&pty, "┃  18:42:06.042  profile");
	pty_keys(&pty, "-");
	pty_wait_gone(&pty, "hidden ──");
	pty_keys(&pty, "\033");
	pty_wait_gone(&pty, "filter status:503");
}

/* Where one is while not following; rows between groups are no lines. */
static void test_position(void **state)
{
	char row[PTY_ROW_SIZE];
	const char *of;

	(void)state;
	open_requests(24, 80);
	pty_row(&pty, 2, row);
	assert_null(strstr(row, " of "));
	pty_keys(&pty, "gj");
	pty_wait_text(&pty, " below  2 of ");
	pty_keys(&pty, "/status:503\r+GF");
	pty_wait_text(&pty, " hidden ────────");
	pty_wait_text(&pty, "paused");
	pty_row(&pty, 2, row);
	of = strstr(row, " of ");
	assert_non_null(of);
	assert_true(strtoul(of - 3, NULL, 10) > 0);
	assert_int_equal(strtoul(of - 3, NULL, 10), strtoul(of + 4, NULL, 10));
	pty_keys(&pty, "G");
	pty_wait_text(&pty, "following");
	pty_row(&pty, 2, row);
	assert_null(strstr(row, " of "));
}

static void test_trace_from_the_details(void **state)
{
	(void)state;
	open_requests(40, 120);
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "upstream_ms");
	pty_keys(&pty, "o");
	pty_wait_text(&pty, "Requests › trace:4bf92f3577b34da6a3ce929d0e0e4736");
	pty_wait_text(&pty, "/class/19");
	pty_wait_gone(&pty, "/find?q=yoga");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "upstream_ms");
}

static void test_back_from_a_trace(void **state)
{
	(void)state;
	open_requests(40, 120);
	pty_keys(&pty, "bB");
	pty_wait_text(&pty, "┃  18:42:04.078  payments");
	pty_keys(&pty, "o");
	pty_wait_text(&pty, "Requests › trace:");
	pty_wait_gone(&pty, "/find?q=yoga");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "/find?q=yoga");
	pty_wait_text(&pty, "┃  18:42:04.078  payments");
	pty_wait_text(&pty, "paused");
	pty_keys(&pty, "Go"); /* who follows goes on following */
	pty_wait_text(&pty, "Requests › trace:");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "/find?q=yoga");
	pty_wait_text(&pty, "following");
}

static size_t read_file(const char *path, char *dst, size_t size)
{
	FILE *file = fopen(path, "r");
	size_t n;

	assert_non_null(file);
	n = fread(dst, 1, size - 1, file);
	dst[n] = '\0';
	(void)fclose(file);
	return n;
}

static void test_save(void **state)
{
	char dir[] = "/tmp/umbra-save-XXXXXX";
	char path[64];
	char keys[128];
	static char text[1 << 20];

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/errors.ndjson", dir);
	open_requests(40, 120);
	pty_keys(&pty, "/status:503\r");
	pty_wait_gone(&pty, "schedule ");
	pty_keys(&pty, "w");
	pty_wait_text(&pty, "requests-20261122T184207Z.txt");
	(void)snprintf(keys, sizeof(keys), "\025%s\r", path);
	pty_keys(&pty, keys);
	pty_wait_text(&pty, " lines saved to /tmp/umbra-save-");
	pty_wait_text(&pty, "hidden by the filter");
	assert_true(read_file(path, text, sizeof(text)) > 0);
	assert_int_equal(text[0], '{');
	assert_non_null(strstr(text, "\"path\":\"/pay\""));
	assert_non_null(strstr(text, "\"why\":\"hidden by the filter\""));
	assert_null(strstr(text, "/class/19"));
	pty_keys(&pty, "w");
	pty_keys(&pty, keys); /* there already: it is asked again, and the file stays */
	pty_wait_text(&pty, "is there already; nothing was written");
	(void)unlink(path);
	pty_keys(&pty, "\033/\025\rw");
	(void)snprintf(path, sizeof(path), "%s/all.txt", dir);
	(void)snprintf(keys, sizeof(keys), "\025%s\r", path);
	pty_keys(&pty, keys);
	pty_wait_text(&pty, "all.txt");
	pty_wait_text(&pty, " lines saved to ");
	assert_true(read_file(path, text, sizeof(text)) > 0);
	assert_non_null(
		strstr(text, "profile@2026.11.02  no-session  GET /me  caller=schedule@pr-540"));
	(void)unlink(path);
	(void)rmdir(dir);
}

static void test_side_by_side(void **state)
{
	(void)state;
	open_requests(40, 120);
	pty_keys(&pty, "v"); /* a request of payments@pr-533 */
	pty_wait_text(&pty, "stable 2026.11.18");
	pty_wait_text(&pty, "pr-533");
	pty_wait_text(&pty, "no match in stable");
	pty_wait_text(&pty, "┃  18:42:06  POST   /pay");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "upstream_ms");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "DIFFERENCE");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "CALLER");
	pty_wait_text(&pty, "/find?q=yoga"); /* the tail of before */
	pty_keys(&pty, "1gv"); /* booking has several */
	pty_wait_text(&pty, "which version beside stable?");
	pty_keys(&pty, "482\r");
	pty_wait_text(&pty, "Side by side › booking");
	pty_wait_text(&pty, "/seats/hold");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "SERVICE / VERSION");
}

/* Narrowed, it says to what and how to see all again; the tab's key alone does not widen it. */
static void test_all_again(void **state)
{
	(void)state;
	open_requests(24, 80);
	pty_wait_text(&pty, "› all requests");
	pty_keys(&pty, "3");
	pty_wait_text(&pty, "OWNER");
	pty_keys(&pty, "fcheckout\r");
	pty_quiet(&pty, 80);
	pty_keys(&pty, "l");
	pty_wait_text(&pty, "› session:checkout-4f2k   A shows all");
	pty_keys(&pty, "1");
	pty_wait_text(&pty, "SERVICE / VERSION");
	pty_keys(&pty, "4");
	pty_wait_text(&pty, "› session:checkout-4f2k   A shows all");
	pty_keys(&pty, "A");
	pty_wait_text(&pty, "› all requests");
	pty_keys(&pty, "t");
	pty_wait_text(&pty, "show which requests");
	pty_keys(&pty, "session:nobody-9999\r");
	pty_wait_text(&pty, "No request of these yet");
	pty_wait_text(&pty, "A shows all requests");
	pty_keys(&pty, "1");
	pty_wait_text(&pty, "SERVICE / VERSION");
	pty_keys(&pty, "4");
	pty_wait_text(&pty, "No request of these yet");
	pty_keys(&pty, "\033"); /* nowhere to go back to */
	pty_wait_text(&pty, "› all requests");
}

/* A line that sends a request is one that can be run as it stands. */
static void test_empty(void **state)
{
	(void)state;
	open_requests(24, 200); /* the line names the program by its path */
	pty_keys(&pty, "t");
	pty_wait_text(&pty, "show which requests");
	pty_keys(&pty, "session:qa-seats status:418\r");
	pty_wait_text(&pty, "This sends one:");
	pty_wait_text(&pty, " booking/"); /* broken at a blank, wherever the program stands */
	pty_keys(&pty, "y");
	pty_wait_text(&pty, "Routing-Session: qa-seats");
}

/* Empty because of the reader's own filter, and because nothing reaches the version: each says so, and no more. */
static void test_empty_says_why(void **state)
{
	(void)state;
	open_requests(24, 80);
	pty_keys(&pty, "/status:418\r");
	pty_wait_text(&pty, " requests here; none matches status:418.");
	assert_true(pty_shows(&pty, "Esc drops the filter"));
	assert_false(pty_shows(&pty, "This sends one"));
	assert_true(pty_shows(&pty, "Requests › all requests"));
	assert_true(pty_shows(&pty, "t looks for older ones"));
	pty_keys(&pty, "t"); /* what was filtered here is proposed */
	pty_wait_text(&pty, "show which requests status:418");
	pty_keys(&pty, "\033\033t");
	pty_wait_text(&pty, "show which requests");
	pty_keys(&pty, "service:profile version:pr-551\r");
	pty_wait_text(&pty, "profile@pr-551 is unhealthy: connection refused.");
	assert_true(pty_shows(&pty, "reason:version-unhealthy service:profile"));
	assert_false(pty_shows(&pty, "This sends one"));
}

static void test_side_wants_room(void **state)
{
	(void)state;
	open_requests(24, 80);
	pty_keys(&pty, "v");
	pty_wait_text(&pty, "Side by side needs 100 columns; this terminal has 80");
	assert_true(pty_shows(&pty, "following"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASHBOARD_TEST(test_from_error_to_error),
		DASHBOARD_TEST(test_lines_around),
		DASHBOARD_TEST(test_position),
		DASHBOARD_TEST(test_trace_from_the_details),
		DASHBOARD_TEST(test_back_from_a_trace),
		DASHBOARD_TEST(test_save),
		DASHBOARD_TEST(test_side_by_side),
		DASHBOARD_TEST(test_side_wants_room),
		DASHBOARD_TEST(test_all_again),
		DASHBOARD_TEST(test_empty),
		DASHBOARD_TEST(test_empty_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
