/* Every view at three sizes and two themes, cell by cell, with a clock that stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"

#include "tests/support/dash.h"

struct picture {
	const char *name;
	const char *keys; /* pressed one after the other; each is painted before the next */
	const char *waits; /* for this text, after the last; NULL: none */
};

static const struct picture pictures[] = {
	{"services", "jj", "3h ago"},
	{"services-service", "jjjjjj", "Cards and refunds"},
	{"services-marked", "jj jjjjj mp", "pin them to which session?"},
	{"columns", "Cj jJJ", "PINNED BY"},
	{"pulls", "2\r", "Half hours"},
	{"pull", "2\rjjjjjj\rj", "seat holds"},
	{"sessions", "3", "qa-seats"},
	{"pins", "3\r", "NOW"},
	{"pins-staged", "3\rjjjj\r482\rgg-", "2 changes staged"},
	{"requests", "4", "/find?q=yoga"},
	{"request", "4\r", "upstream_ms"},
	{"version", "jj\r", "pinned by"},
	{"help", "?", "in every list"},
	{"filter", "/state:unhealthy", "pr-551"},
	{"mistake", "/staet:ready", "^"},
	{"confirm", "jjR", "Retire booking@pr-482?"},
	{"picker", "jjp", "which session?"},
	{"sort", "s", "sort by"},
};

static void take(const struct picture *picture, int cols, int rows, const char *theme)
{
	struct dash_options options = {.rows = rows, .cols = cols, .theme = theme};
	char name[96];

	dash_open(options);
	dash_press(picture->keys);
	if (picture->waits && rows > 30)
		pty_wait_text(&pty, picture->waits);
	pty_quiet(&pty, 150);
	(void)snprintf(name, sizeof(name), "%s-%dx%d-%s", picture->name, cols, rows, theme);
	pty_check_golden(&pty, name);
}

static const struct picture *picture_of(const char *name)
{
	const struct picture *picture = pictures;

	while (strcmp(picture->name, name) != 0)
		picture++;
	return picture;
}

static void test_services_sizes(void **state)
{
	(void)state;
	take(&pictures[0], 80, 24, "dark");
	take(&pictures[0], 120, 40, "dark");
	take(&pictures[0], 200, 60, "dark");
	take(&pictures[0], 60, 15, "dark");
	take(picture_of("pulls"), 200, 60, "dark");
}

static void test_all_views(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pictures); i++) {
		take(&pictures[i], 120, 40, "light");
		if (i > 0)
			take(&pictures[i], 80, 24, "dark");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_services_sizes),
		cmocka_unit_test(test_all_views),
	};

	return cmocka_run_group_tests(tests, dash_setup, dash_teardown);
}
