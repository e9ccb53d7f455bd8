/* Times and durations as text, both ways, with the calendar's edges. */
#include "core/base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/xalloc.h"
#include "core/base/random.h"

static void parses_times(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} cases[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"2026-11-22T18:42:07.113Z", 1795372927113},
		{"2026-11-22t18:42:07.113987z", 1795372927113},
		{"2026-11-22 20:42:07.1+02:00", 1795372927100},
		{"2026-11-22T13:12:07.11-05:30", 1795372927110},
		{"2024-02-29T00:00:00Z", 1709164800000},
		{"2000-02-29T00:00:00Z", 951782400000},
		{"2016-12-31T23:59:60Z", 1483228800000},
		{"9999-12-31T23:59:59.999Z", 253402300799999},
		{"2023-02-29T00:00:00Z", -1},
		{"2100-02-29T00:00:00Z", -1},
		{"2026-13-01T00:00:00Z", -1},
		{"2026-00-01T00:00:00Z", -1},
		{"2026-04-31T00:00:00Z", -1},
		{"2026-04-00T00:00:00Z", -1},
		{"2026-04-01T24:00:00Z", -1},
		{"2026-04-01T23:60:00Z", -1},
		{"2026-04-01T23:00:61Z", -1},
		{"2026-04-01T23:00:00", -1},
		{"2026-04-01T23:00:00.Z", -1},
		{"2026-04-01T23:00:00Zx", -1},
		{"2026-04-01T23:00:00+0200", -1},
		{"2026-04-01T23:00:00+24:00", -1},
		{"2026-4-1T23:00:00Z", -1},
		{"26-04-01T23:00:00Z", -1},
		{"2026-04-01", -1},
		{"1969-12-31T23:59:59Z", -1},
		{"1970-01-01T00:00:00+01:00", -1},
		{"+026-04-01T23:00:00Z", -1},
		{"", -1},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t ms = 42;
		bool ok = time_parse(str_of(cases[i].text), &ms);
		if (ok != (cases[i].ms >= 0) || ms != (ok ? cases[i].ms : 42))
			fail_msg("%s: %d %lld", cases[i].text, ok, (long long)ms);
	}
}

static void formats_and_parses_back(void **state)
{
	(void)state;
	char text[TIME_TEXT_SIZE];
	int64_t back;
	for (int i = 0; i < 2000; i++) {
		int64_t ms = (int64_t)(random_u64() % 253402300800000);
		time_format(ms, text);
		assert_true(time_parse(str_of(text), &back));
		assert_int_equal(back, ms);
	}
	time_format(1795372927113, text);
	assert_string_equal(text, "2026-11-22T18:42:07.113Z");
	time_format(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59.999Z");
	time_format(INT64_MIN, text);
	assert_string_equal(text, "1970-01-01T00:00:00.000Z");
	setenv("TZ", "UTC-2", 1);
	tzset();
	time_format_clock(1795372927113, text);
	assert_string_equal(text, "20:42:07.113");
	time_format_local(1795372927113, text);
	assert_string_equal(text, "2026-11-22T20:42:07.113+02:00");
	setenv("TZ", "<-0330>3:30", 1);
	tzset();
	time_format_local(1795372927113, text);
	assert_string_equal(text, "2026-11-22T15:12:07.113-03:30");
	time_format_local(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T20:29:59.999-03:30");
}

static void formats_durations(void **state)
{
	(void)state;
	static const struct {
		int64_t ms;
		const char *exact, *brief;
	} cases[] = {
		{0, "0s", "0s"},
		{1, "1ms", "0s"},
		{250, "250ms", "0s"},
		{1500, "1500ms", "1s"},
		{4000, "4s", "4s"},
		{59999, "59999ms", "59s"},
		{60000, "1m", "1m"},
		{90000, "90s", "1m"},
		{3600000, "1h", "1h"},
		{5400000, "90m", "1h"},
		{86399000, "86399s", "23h"},
		{86400000, "24h", "1d"},
		{259200000, "72h", "3d"},
		{6 * 86400000LL, "144h", "6d"},
		{7 * 86400000LL, "7d", "7d"},
		{7 * 86400000LL + 3600000, "169h", "7d"},
		{99 * 86400000LL, "99d", "99d"},
		{100 * 86400000LL, "100d", "14w"},
		{800 * 86400000LL, "800d", "2y"},
		{-1500, "-1500ms", "0s"},
		{INT64_MAX, "9223372036854775807ms", "99y"},
		{INT64_MIN, "-9223372036854775808ms", "0s"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[DURATION_TEXT_SIZE];
		int64_t back;
		duration_format(cases[i].ms, text);
		assert_string_equal(text, cases[i].exact);
		assert_int_equal(duration_parse(str_of(text), &back), cases[i].ms >= 0);
		if (cases[i].ms >= 0)
			assert_int_equal(back, cases[i].ms);
		duration_format_short(cases[i].ms, text);
		assert_string_equal(text, cases[i].brief);
	}
}

static void says_what_is_left(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
		{-5, "0s"},
		{0, "0s"},
		{499, "0s"},
		{500, "1s"},
		{59499, "59s"},
		{59500, "1m"},
		{29 * 60000LL + 30000, "30m"},
		{59 * 60000LL + 29999, "59m"},
		{59 * 60000LL + 30000, "1h"},
		{7 * 3600000LL + 59 * 60000LL, "8h"},
		{7 * 3600000LL + 29 * 60000LL, "7h"},
		{36 * 3600000LL, "36h"},
		{47 * 3600000LL + 30 * 60000LL, "2d"},
		{72 * 3600000LL - 1, "3d"},
		{INT64_MAX, "99y"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[DURATION_TEXT_SIZE];

		(void)duration_format_left(cases[i].ms, text);
		assert_string_equal(text, cases[i].text);
	}
}

/* The text stays until the moment that was told, and is another from then on. */
static void knows_when_it_changes(void **state)
{
	(void)state;
	for (int64_t ms = 1; ms < 120LL * 365 * 86400000; ms += 1 + ms / 37) {
		char text[DURATION_TEXT_SIZE], later[DURATION_TEXT_SIZE];
		int64_t wait = duration_format_left(ms, text);

		if (wait == 0)
			continue;
		(void)duration_format_left(ms - wait + 1, later);
		assert_string_equal(text, later);
		(void)duration_format_left(ms - wait, later);
		if (strcmp(text, later) == 0)
			fail_msg("%lld ms: %s also after %lld", (long long)ms, text,
				(long long)wait);
	}
}

static void parses_durations(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "s", "10", "10 s", "-1s", "+1s", "1h30m", "1.5h",
		"1w", "1S", "9223372036854775808ms", "106751991168d", "10sec"};
	int64_t ms = 42;
	assert_true(duration_parse(STR_LIT("3d"), &ms));
	assert_int_equal(ms, 259200000);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (duration_parse(str_of(bad[i]), &ms))
			fail_msg("%s passed", bad[i]);
	assert_int_equal(ms, 259200000);
}

static void clocks_go_on(void **state)
{
	(void)state;
	assert_true(time_now_ms() > 1700000000000);
	int64_t before = time_monotonic_ns();
	assert_true(time_monotonic_ns() >= before);
	assert_true(time_monotonic_ms() >= before / 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_times),
		cmocka_unit_test(formats_and_parses_back),
		cmocka_unit_test(formats_durations),
		cmocka_unit_test(says_what_is_left),
		cmocka_unit_test(knows_when_it_changes),
		cmocka_unit_test(parses_durations),
		cmocka_unit_test(clocks_go_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
