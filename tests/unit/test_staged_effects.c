/* What a dry run's answer says of each service. */
#include "tui/views/staged_effects.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_read(void **state)
{
	struct staged_effects effects = {0};

	(void)state;
	assert_null(staged_effects_say(&effects, "cart"));
	staged_effects_read(&effects,
		STR_LIT("{\"dry_run\":true,\"routes_changed\":1,\"changes\":["
			"{\"service\":\"cart\",\"sentence\":\"cart goes from stable 1.0 to "
			"pr-1.\"},"
			"{\"service\":7,\"sentence\":\"\"},{\"sentence\":\"no service\"}],"
			"\"unchanged\":[{\"service\":\"profile\",\"sentence\":\"Nothing of "
			"#1.\"}]}"));
	assert_true(effects.known);
	assert_int_equal(effects.routes_changed, 1);
	assert_int_equal(effects.count, 2);
	assert_string_equal(staged_effects_say(&effects, "cart"), "goes from stable 1.0 to pr-1.");
	assert_string_equal(staged_effects_say(&effects, "profile"), "Nothing of #1.");
	staged_effects_read(&effects, STR_LIT("{\"changes\":{}}"));
	assert_false(effects.known);
	assert_null(staged_effects_say(&effects, "cart"));
	staged_effects_clear(&effects);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_read)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
