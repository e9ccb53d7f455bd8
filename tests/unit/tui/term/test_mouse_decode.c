/* Reports of the mouse: whole, in the old form, of what is not ours, and broken off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tui/term/mouse_decode.h"

static const struct {
	bool sgr;
	const char *text; /* after the introducer */
	enum mouse_decode_state state; /* after its last character; REPORT_MORE before that */
	struct pointer at;
} cases[] = {
	{true, "0;12;6M", REPORT_DONE, {POINTER_PRESS, 5, 11}},
	{true, "0;12;6m", REPORT_DONE, {POINTER_RELEASE, 5, 11}},
	{true, "32;1;1M", REPORT_DONE, {POINTER_DRAG, 0, 0}},
	{true, "64;300;100M", REPORT_DONE, {POINTER_WHEEL_UP, 99, 299}},
	{true, "65;1;2M", REPORT_DONE, {POINTER_WHEEL_DOWN, 1, 0}},
	{true, "16;4;4M", REPORT_DONE, {POINTER_PRESS, 3, 3}}, /* with Ctrl */
	{true, "0;9999999999999999999;1M", REPORT_DONE, {POINTER_PRESS, 0, 99998}},
	{true, "1;4;4M", REPORT_IGNORED, {0}}, /* the middle one */
	{true, "2;4;4m", REPORT_IGNORED, {0}},
	{true, "35;4;4M", REPORT_IGNORED, {0}}, /* no button is down */
	{true, "33;4;4M", REPORT_IGNORED, {0}},
	{true, "66;4;4M", REPORT_IGNORED, {0}}, /* wheels to the side */
	{true, "128;4;4M", REPORT_IGNORED, {0}},
	{true, "0;0;4M", REPORT_IGNORED, {0}},
	{true, "1;2", REPORT_MORE, {0}},
	{true, "M", REPORT_BROKEN, {0}},
	{true, "0;1M", REPORT_BROKEN, {0}},
	{true, "0;;", REPORT_BROKEN, {0}},
	{true, "0;1;2;", REPORT_BROKEN, {0}},
	{true, "0;1;2j", REPORT_BROKEN, {0}},
	{true, "-", REPORT_BROKEN, {0}},
	{false, " ,&", REPORT_DONE, {POINTER_PRESS, 5, 11}},
	{false, "#,&", REPORT_DONE, {POINTER_RELEASE, 5, 11}},
	{false, "@!!", REPORT_DONE, {POINTER_DRAG, 0, 0}},
	{false, "`!!", REPORT_DONE, {POINTER_WHEEL_UP, 0, 0}},
	{false, "a!!", REPORT_DONE, {POINTER_WHEEL_DOWN, 0, 0}},
	{false, "C!!", REPORT_IGNORED, {0}},
	{false, "\"!!", REPORT_IGNORED, {0}},
	{false, "   ", REPORT_IGNORED, {0}},
	{false, "  \033", REPORT_BROKEN, {0}},
};

static void test_reports(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum mouse_decode_state got = REPORT_MORE;
		struct mouse_decode report;
		struct pointer at = {0};

		mouse_decode_begin(&report, cases[i].sgr);
		for (const char *c = cases[i].text; *c; c++) {
			if (got != REPORT_MORE)
				fail_msg("case %zu ended before its end", i);
			got = mouse_decode_add(&report, (unsigned char)*c, &at);
		}
		if (got != cases[i].state || report.open != (got == REPORT_MORE))
			fail_msg("case %zu ended as %d", i, (int)got);
		if (at.kind != cases[i].at.kind || at.y != cases[i].at.y || at.x != cases[i].at.x)
			fail_msg("case %zu: %d at %d,%d", i, (int)at.kind, at.y, at.x);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_reports)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
