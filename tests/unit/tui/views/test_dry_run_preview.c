/* What a dry run's answer says of each service. */
#include "tui/views/sessions/dry_run_preview.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

static void test_read(void **state)
{
	struct dry_run_preview effects = {0};

	(void)state;
	assert_null(dry_run_preview_say(&effects, "cart", 80));
	dry_run_preview_read(&effects,
		STR_LIT("{\"dry_run\":true,\"routes_changed\":1,\"changes\":["
			"{\"service\":\"cart\",\"sentence\":\"cart goes from stable 1.0 to "
			"pr-1.\"},"
			"{\"service\":7,\"sentence\":\"\"},{\"sentence\":\"no service\"}],"
			"\"unchanged\":[{\"service\":\"profile\",\"sentence\":\"Nothing of "
			"#1.\"}]}"));
	assert_true(effects.known);
	assert_int_equal(effects.routes_changed, 1);
	assert_int_equal(effects.count, 2);
	assert_string_equal(
		dry_run_preview_say(&effects, "cart", 80), "goes from stable 1.0 to pr-1.");
	assert_string_equal(dry_run_preview_say(&effects, "profile", 80), "Nothing of #1.");
	dry_run_preview_read(&effects, STR_LIT("{\"changes\":{}}"));
	assert_false(effects.known);
	assert_null(dry_run_preview_say(&effects, "cart", 80));
	dry_run_preview_clear(&effects);
}

/* Where the sentence does not fit, the words say the same: who serves then comes first, and is never cut. */
static void test_little_room(void **state)
{
	static const struct {
		const char *before, *after;
		const char *brief;
	} cases[] = {
		{"\"version\":\"1.0\",\"kind\":\"stable\"",
			"\"version\":\"pr-1\",\"kind\":\"ephemeral\"", "pr-1 instead of stable"},
		{"\"version\":\"pr-1\",\"kind\":\"ephemeral\"",
			"\"version\":\"1.0\",\"kind\":\"stable\"", "stable instead of pr-1"},
		{"\"version\":\"1.0\",\"kind\":\"stable\"",
			"\"version\":null,\"kind\":null,\"status\":503", "503 instead of stable"},
		{"\"version\":\"1.0\",\"kind\":\"stable\"",
			"\"version\":\"1.0\",\"kind\":\"stable\"", "stable as before"},
		{"\"version\":7", "\"status\":-1", "says what changes"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct dry_run_preview effects = {0};
		char body[512];

		(void)snprintf(body, sizeof(body),
			"{\"routes_changed\":1,\"changes\":[{\"service\":\"cart\","
			"\"sentence\":\"cart says what changes\",\"before\":{%s},\"after\":{%s}}]}",
			cases[i].before, cases[i].after);
		dry_run_preview_read(&effects, str_of(body));
		assert_string_equal(dry_run_preview_say(&effects, "cart", 17), "says what changes");
		assert_string_equal(dry_run_preview_say(&effects, "cart", 16), cases[i].brief);
		dry_run_preview_clear(&effects);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read), cmocka_unit_test(test_little_room)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
