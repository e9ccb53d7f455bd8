/* Colours as numbers: the nearest of a palette, and WCAG's contrast at values that are published. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tui/theme/colour.h"

static void test_nearest(void **state)
{
	(void)state;
	assert_int_equal(colour_nearest_256(0x000000), 16);
	assert_int_equal(colour_nearest_256(0xffffff), 231);
	assert_int_equal(colour_nearest_256(0xff0000), 196);
	assert_int_equal(colour_nearest_256(0x808080), 244);
	assert_int_equal(colour_nearest_16(0x000000), 0);
	assert_int_equal(colour_nearest_16(0xffffff), 15);
	assert_int_equal(colour_nearest_16(0x00c000), 2);
}

static void test_a_palette_is_nearest_to_itself(void **state)
{
	(void)state;
	for (int i = 16; i < 256; i++)
		assert_int_equal(
			colour_of_256(colour_nearest_256(colour_of_256(i))), colour_of_256(i));
	assert_int_equal(colour_of_256(16), 0x000000);
	assert_int_equal(colour_of_256(67), 0x5f87af);
	assert_int_equal(colour_of_256(244), 0x808080);
}

/* Ratios that WebAIM's contrast checker gives, which shows two digits and cuts the rest. */
static void test_contrast(void **state)
{
	static const struct {
		int32_t a, b;
		int hundredths;
	} cases[] = {
		{0x000000, 0xffffff, 2100},
		{0xffffff, 0x000000, 2100},
		{0x777777, 0xffffff, 447},
		{0x767676, 0xffffff, 454},
		{0x0000ff, 0xffffff, 859},
		{0xff0000, 0xffffff, 399},
		{0x123456, 0x123456, 100},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int found = (int)(colour_contrast(cases[i].a, cases[i].b) * 100 + 0.001);

		if (found != cases[i].hundredths)
			fail_msg("%06x on %06x: %d", (unsigned)cases[i].a, (unsigned)cases[i].b,
				found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_a_palette_is_nearest_to_itself),
		cmocka_unit_test(test_contrast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
