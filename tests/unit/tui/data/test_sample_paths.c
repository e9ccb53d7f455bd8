/* Paths that services were seen answering: which count, which wins, and what is left when the lines are gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tui/data/request_log.h"
#include "tui/data/sample_paths.h"

static struct environment env;
static struct request_log *lines;
static struct sample_paths paths;

static int setup(void **state)
{
	(void)state;
	environment_init(&env);
	lines = request_log_create(0, 0);
	memset(&paths, 0, sizeof(paths));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	request_log_destroy(lines);
	environment_finish(&env);
	return 0;
}

static void add(const char *service, const char *method, const char *path, int status)
{
	static int64_t seq;
	struct request request;

	memset(&request, 0, sizeof(request));
	request.seq = ++seq;
	request.service = str_of(service);
	request.method = str_of(method);
	request.path = str_of(path);
	request.status = status;
	request_log_add(lines, &request, &env, 1);
}

static void assert_path(const char *service, const char *expected)
{
	struct str path = sample_paths_find(&paths, lines, str_of(service));

	assert_true(str_eq_c(path, expected));
}

static void test_which_counts(void **state)
{
	char longer[SEEN_PATH_SIZE + 8];

	(void)state;
	assert_path("booking", "/");
	add("booking", "GET", "/bookings", 200);
	assert_path("booking", "/bookings");
	add("booking", "POST", "/seats/hold", 200);
	add("booking", "GET", "/gone", 404);
	add("booking", "GET", "/broken", 503);
	add("booking", "GET", "/cut", 0);
	add("booking", "GET", "/me?routing-session=checkout", 200);
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	longer[0] = '/';
	add("booking", "GET", longer, 200);
	request_log_add_loss(lines, 3, "too many");
	assert_path("booking", "/bookings");
	add("booking", "GET", "/moved", 302);
	assert_path("booking", "/moved"); /* the newest */
	assert_path("pricing", "/");
}

static void test_kept_when_the_lines_go(void **state)
{
	(void)state;
	add("booking", "GET", "/old", 200);
	add("booking", "GET", "/bookings", 200);
	sample_paths_learn(&paths, lines);
	request_log_clear(lines, 0);
	assert_path("booking", "/bookings");
	add("booking", "GET", "/newer", 200);
	sample_paths_learn(&paths, lines);
	request_log_clear(lines, 0);
	assert_path("booking", "/newer");
	assert_int_equal(paths.count, 1);
}

static void test_bounded(void **state)
{
	(void)state;
	for (int i = 0; i < SAMPLE_PATHS_MAX + 9; i++) {
		char service[16];

		(void)snprintf(service, sizeof(service), "s%d", i);
		add(service, "GET", "/x", 200);
	}
	sample_paths_learn(&paths, lines);
	request_log_clear(lines, 0);
	assert_int_equal(paths.count, SAMPLE_PATHS_MAX);
	assert_path("s0", "/x");
	assert_path("s70", "/");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_which_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kept_when_the_lines_go, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bounded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
