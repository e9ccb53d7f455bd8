/* What a dry run's answer says of each service. */
#include "tui/views/sessions/dry_run_preview.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tests/support/environment_builder.h"

static struct environment env;
static struct model model = {.env = &env};

static void put_version(const char *name, int kind, int state)
{
	struct version *version = record_create(&version_type);

	text_set(&version->service, "cart");
	text_set(&version->name, name);
	version->kind = kind;
	version->state = state;
	environment_put(&env, OBJECT_VERSION, version);
}

static int set_up(void **state)
{
	(void)state;
	environment_init(&env);
	environment_put_service(&env, "cart");
	put_version("1.0", KIND_STABLE, STATE_READY);
	put_version("pr-1", KIND_EPHEMERAL, STATE_READY);
	put_version("pr-2", KIND_EPHEMERAL, STATE_UNHEALTHY);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	environment_finish(&env);
	return 0;
}

#define STABLE "\"version\":\"1.0\",\"kind\":\"stable\",\"reason\":\"no-pin\",\"pin\":null"
#define PINNED "\"version\":\"pr-1\",\"kind\":\"ephemeral\",\"reason\":\"pinned\",\"pin\":\"pr-1\""
#define FALLS_BACK                                                                               \
	"\"version\":\"1.0\",\"kind\":\"stable\",\"reason\":\"version-unhealthy\",\"pin\":\"pr-" \
	"2\""
#define REFUSED "\"version\":null,\"kind\":null,\"reason\":\"version-gone\",\"pin\":\"pr-3\""

static void test_read(void **state)
{
	struct dry_run_preview effects = {0};

	(void)state;
	assert_null(dry_run_preview_say(&effects, "cart", 80));
	dry_run_preview_read(&effects, &model,
		STR_LIT("{\"dry_run\":true,\"routes_changed\":1,\"changes\":["
			"{\"service\":\"cart\",\"before\":{" STABLE "},\"after\":{" PINNED "}},"
			"{\"service\":7},{\"sentence\":\"no service\"},"
			"{\"service\":\"pay\",\"before\":{" STABLE "},\"after\":{" PINNED "}}]}"));
	assert_true(effects.known);
	assert_int_equal(effects.routes_changed, 1);
	assert_int_equal(effects.count, 1);
	assert_string_equal(
		dry_run_preview_say(&effects, "cart", 80), "goes from stable 1.0 to pr-1.");
	dry_run_preview_read(&effects, &model, STR_LIT("{\"changes\":{}}"));
	assert_false(effects.known);
	assert_null(dry_run_preview_say(&effects, "cart", 80));
	dry_run_preview_clear(&effects);
}

/*
 * The sentence is made from what is said of each side; where it does not fit, the words say the same: who serves then
 * comes first, and is never cut. What names a version that is not there (yet) is left out.
 */
static void test_sentences(void **state)
{
	static const struct {
		const char *before, *after;
		const char *sentence, *brief;
	} cases[] = {
		{STABLE, PINNED, "goes from stable 1.0 to pr-1.", "pr-1 instead of stable"},
		{PINNED, STABLE, "goes from pr-1 to stable 1.0.", "stable instead of pr-1"},
		{STABLE, REFUSED,
			"goes from stable 1.0 to 503, because pr-3 is not there and the session is "
			"strict.",
			"503 instead of stable"},
		{STABLE, FALLS_BACK, "stays with stable 1.0, because pr-2 is unhealthy.",
			"stable as before"},
		{STABLE, "\"version\":\"pr-9\"", NULL, NULL},
		{STABLE, "\"version\":\"1.0\",\"reason\":\"version-unhealthy\",\"pin\":\"pr-9\"",
			NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct dry_run_preview effects = {0};
		char body[512];

		(void)snprintf(body, sizeof(body),
			"{\"routes_changed\":1,\"changes\":[{\"service\":\"cart\","
			"\"before\":{%s},\"after\":{%s}}]}",
			cases[i].before, cases[i].after);
		dry_run_preview_read(&effects, &model, str_of(body));
		if (!cases[i].sentence) {
			assert_null(dry_run_preview_say(&effects, "cart", 80));
		} else {
			assert_string_equal(
				dry_run_preview_say(&effects, "cart", 90), cases[i].sentence);
			assert_string_equal(
				dry_run_preview_say(&effects, "cart", 25), cases[i].brief);
		}
		dry_run_preview_clear(&effects);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read), cmocka_unit_test(test_sentences)};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
