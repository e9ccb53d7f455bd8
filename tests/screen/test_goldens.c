/*
 * Every view and what opens over them, cell by cell and colour by colour, at three sizes and in two themes; and
 * one view in every theme. The clock stands. The pictures of a size are taken side by side.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tests/support/dashboard_pool.h"
#include "tui/theme/theme.h"

enum { ALL, TWO, WIDE }; /* sizes: all of them, not the largest, or not the smallest */

static const struct size {
	int rows, cols;
	const char *theme;
} sizes[] = {{24, 80, "dark"}, {40, 120, "light"}, {60, 200, "dark"}};

/* clang-format off */
static const struct picture {
	const char *name;
	int sizes;
	struct place place;
} pictures[] = {
	{"services", ALL, {"", {{"jj", "booking@pr-482", false}}, false, NULL}},
	{"services-service", TWO, {"", {{"jjjjjj", "Services › ", false}}, false, NULL}},
	{"services-marked", TWO, {"", {{"jj jjjjj Mp", "pin them to which session?", false}}, false, NULL}},
	{"columns", TWO, {"", {{"Cj jJJ", "Services › Columns", false}}, false, NULL}},
	{"pulls", ALL, {"", {{"2\r", "Half hours", false}}, false, NULL}},
	{"pull", TWO, {"", {{"2\rjjjjjj\rj", "seat holds", false}}, false, NULL}},
	{"sessions", ALL, {"", {{"3", "qa-seats", false}}, false, NULL}},
	{"pins", ALL, {"", {{"3\r", "NOW", false}}, false, NULL}},
	{"pins-staged", ALL, {"", {{"3\rjjjj\r482\rgg-", "2 changes staged", false}}, false, NULL}},
	{"requests", ALL, {"", {{"4", "/find?q=yoga", false}}, false, NULL}},
	{"request", ALL, {"", {{"4", "/find?q=yoga", false}, {"\r", "18:42:", false}}, false, NULL}},
	{"side", WIDE, {"", {{"4", "/find?q=yoga", false}, {"v", "payments", false}}, false, NULL}},
	{"timeline", ALL, {"", {{"5", "became unhealthy", false}, {"fcheckout\r", "checkout-4f2k", false}}, false, NULL}},
	{"timeline-version", TWO, {"", {{"5", "became unhealthy", false}, {"fregistered profile\r", "pr-551", false}}, false, NULL}},
	{"map", ALL, {"", {{"6", " outside ", false}, {"fpayments\r", "payments", false}}, false, NULL}},
	{"map-service", ALL, {"", {{"6", " outside ", false}, {"fbooking\r\r", "CALLED BY", false}}, false, NULL}},
	{"map-session", ALL, {"", {{"6", " outside ", false}, {"mcheckout\r", "pr-482 pinned", false}, {"b", "lost the session on", false}}, false, NULL}},
	{"map-why", TWO, {"", {{"6", " outside ", false}, {"fprofile\rx", "received the session", false}}, false, NULL}},
	{"learn-tour", ALL, {"", {{"7\r", "Learn", false}}, false, NULL}},
	{"learn-rules", ALL, {"", {{"7\t\r\rj\r\r", "reason: ", false}}, false, NULL}},
	{"learn-words", ALL, {"", {{"7\t\t", "The whole: ", false}}, false, NULL}},
	{"learn-guide", ALL, {"", {{"7\r1j", "Tour 1 of ", false}}, false, NULL}},
	{"version", ALL, {"", {{"jj\r", "pinned by", false}}, false, NULL}},
	{"explain", ALL, {"", {{"jjx", "because", false}}, false, NULL}},
	{"explain-request", TWO, {"", {{"4", "/find?q=yoga", false}, {"x", "Why", false}}, false, NULL}},
	{"answer", ALL, {"", {{":version list\r", "Services › Answer › ", false}}, false, NULL}},
	{"qr", ALL, {"", {{"3yqr", "QR", false}, {"\r", "QR code", false}}, false, NULL}},
	{"help", ALL, {"", {{"?", "Services › Help", false}}, false, NULL}},
	{"palette", ALL, {"", {{":ver", "Tab complete", false}}, false, NULL}},
	{"filter", TWO, {"", {{"/state:unhealthy", "pr-551", false}}, false, NULL}},
	{"mistake", TWO, {"", {{"/staet:ready", "^", false}}, false, NULL}},
	{"confirm", TWO, {"", {{"jjR", "Retire booking@pr-482?", false}}, false, NULL}},
	{"picker", TWO, {"", {{"jjp", "which session?", false}}, false, NULL}},
	{"sort", TWO, {"", {{"s", "sort by", false}}, false, NULL}},
};
/* clang-format on */

static void take_all(const struct size *size, int without)
{
	const struct dashboard_options options = {
		.rows = size->rows, .cols = size->cols, .theme = size->theme};
	struct place places[ARRAY_LEN(pictures)];
	size_t count = 0;
	char name[96];

	for (size_t i = 0; i < ARRAY_LEN(pictures); i++) {
		if (pictures[i].sizes == without)
			continue;
		places[count] = pictures[i].place;
		places[count++].name = pictures[i].name;
	}
	dashboard_pool_sit(places, count, &options, NULL);
	dashboard_pool_go("the start");
	for (size_t i = 0; i < seat_count; i++) {
		(void)snprintf(name, sizeof(name), "%s-%dx%d-%s", seats[i].place->name, size->cols,
			size->rows, size->theme);
		pty_check_golden(&seats[i].pty, name);
	}
}

static void test_80x24(void **state)
{
	(void)state;
	take_all(&sizes[0], WIDE);
}

static void test_120x40(void **state)
{
	(void)state;
	take_all(&sizes[1], -1);
}

static void test_200x60(void **state)
{
	(void)state;
	take_all(&sizes[2], TWO);
}

static void test_the_least(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.rows = 15, .cols = 60, .theme = "dark"});
	pty_keys(&pty, "jj");
	pty_check_golden(&pty, "services-60x15-dark");
}

/* Every role that a list has: ready, failed, starting, about to expire, pinned, selected, a warning. */
static void test_themes(void **state)
{
	char name[96];

	(void)state;
	for (size_t i = 0; i < theme_text_count; i++) {
		dashboard_open((struct dashboard_options){
			.rows = 24, .cols = 80, .theme = theme_texts[i].name});
		pty_keys(&pty, "jjR");
		(void)snprintf(name, sizeof(name), "theme-%s", theme_texts[i].name);
		pty_check_golden(&pty, name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASHBOARD_POOL_TEST(test_80x24),
		DASHBOARD_POOL_TEST(test_120x40),
		DASHBOARD_POOL_TEST(test_200x60),
		DASHBOARD_TEST(test_the_least),
		DASHBOARD_TEST(test_themes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
