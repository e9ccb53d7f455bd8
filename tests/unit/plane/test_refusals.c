/*
 * What every verb refuses, as a table: the error, the sentence, the near names; and that nothing happened.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "tests/support/plane_fixture.h"

#define EP(x) "{\"endpoints\":[\"" x "\"]}"

static const struct {
	struct write_spec spec;
	enum err err;
	const char *near; /* the first near name */
	const char *text; /* in the sentence or what is expected */
} refusals[] = {
	{{.verb = PLANE_PUT_SERVICE, .service = "Cart", .body = "{}"}, ERR_BAD_NAME, NULL,
		"service name"},
	{{.verb = PLANE_PUT_SERVICE, .service = "cart", .body = "{\"name\":\"crat\"}"},
		ERR_CONFLICTING_FIELDS, NULL, "another name than the path"},
	{{.verb = PLANE_PUT_SERVICE, .service = "cart", .body = "{\"hosts\":[\"find.example\"]}"},
		ERR_HOST_TAKEN, NULL, "search"},
	{{.verb = PLANE_PUT_SERVICE,
		 .service = "cart",
		 .body = "{\"health\":{\"interval\":\"1ms\"}}"},
		ERR_BAD_VALUE, NULL, "interval"},
	{{.verb = PLANE_PUT_SERVICE, .service = "cart", .body = "{}", .if_match = 99999},
		ERR_REVISION, NULL, "99999"},
	{{.verb = PLANE_PUT_SERVICE, .service = "new", .body = "{}", .if_match = 1}, ERR_REVISION,
		NULL, "new"},
	{{.verb = PLANE_DELETE_SERVICE, .service = "crat"}, ERR_NOT_FOUND, "cart", "crat"},
	{{.verb = PLANE_DELETE_SERVICE, .service = "cart", .if_match = 99999}, ERR_REVISION, NULL,
		NULL},

	{{.verb = PLANE_PUT_VERSION,
		 .service = "crat",
		 .version = "pr-3",
		 .body = EP("127.0.0.1:9")},
		ERR_SERVICE_UNKNOWN, "cart", "crat"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr 3",
		 .body = EP("127.0.0.1:9")},
		ERR_BAD_NAME, NULL, NULL},
	{{.verb = PLANE_PATCH_VERSION,
		 .service = "cart",
		 .version = "pr-1",
		 .body = "{\"endpoints\":[]}"},
		ERR_BAD_VALUE, NULL, "1 to 8"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr-3",
		 .body = EP("127.0.0.1:2")},
		ERR_ENDPOINT_TAKEN, NULL, "cart@pr-1"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr-3",
		 .body = EP("127.0.0.1:1"),
		 .take = true},
		ERR_ENDPOINT_TAKEN, NULL, "last endpoint of the stable"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr-3",
		 .body = "{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:9\"]}"},
		ERR_STABLE_EXISTS, NULL, "v1"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "search",
		 .version = "pr-9",
		 .body = "{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:2\"]}"},
		ERR_CONFLICT, NULL, "promot"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "v1",
		 .body = "{\"kind\":\"ephemeral\",\"endpoints\":[\"127.0.0.1:1\"]}"},
		ERR_CONFLICT, NULL, "stable"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "v1",
		 .body = "{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:1\"],\"ttl\":\"1h\"}"},
		ERR_CONFLICTING_FIELDS, NULL, "stable"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr-3",
		 .body = "{\"endpoints\":[\"127.0.0.1:9\"],\"expires_at\":\"2026-11-01T00:00:"
			 "00Z\"}"},
		ERR_BAD_VALUE, NULL, "over"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr-3",
		 .body = "{\"endpoints\":[\"127.0.0.1:9\"],\"ttl\":\"400d\"}"},
		ERR_BAD_VALUE, NULL, "366d"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr-3",
		 .body = "{\"endpoints\":[\"127.0.0.1:9\"],\"ttl\":\"1ms\"}"},
		ERR_BAD_VALUE, NULL, "1s"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr-3",
		 .body = "{\"version\":\"pr-4\",\"endpoints\":[\"127.0.0.1:9\"]}"},
		ERR_CONFLICTING_FIELDS, NULL, "another version than the path"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr-1",
		 .body = EP("127.0.0.1:2"),
		 .if_match = 99999},
		ERR_REVISION, NULL, NULL},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "crat",
		 .version = "pr-1",
		 .body = EP("127.0.0.1:9")},
		ERR_SERVICE_UNKNOWN, "cart", "umbra service set crat"},
	{{.verb = PLANE_PATCH_VERSION, .service = "cart", .version = "pr-12", .body = "{}"},
		ERR_NOT_FOUND, "pr-1", "pr-12"},
	{{.verb = PLANE_PATCH_VERSION, .service = "search", .version = "old", .body = "{}"},
		ERR_GONE, NULL, "tester"},
	{{.verb = PLANE_PATCH_VERSION, .service = "none", .version = "pr-1", .body = "{}"},
		ERR_SERVICE_UNKNOWN, NULL, "none"},
	{{.verb = PLANE_PATCH_VERSION,
		 .service = "cart",
		 .version = "pr-1",
		 .body = "{\"kind\":\"stable\"}"},
		ERR_STABLE_EXISTS, NULL, NULL},
	{{.verb = PLANE_PATCH_VERSION,
		 .service = "search",
		 .version = "pr-9",
		 .body = "{\"kind\":\"stable\"}"},
		ERR_CONFLICT, NULL, NULL},
	{{.verb = PLANE_PATCH_VERSION,
		 .service = "cart",
		 .version = "v1",
		 .body = "{\"ttl\":\"1h\"}"},
		ERR_CONFLICTING_FIELDS, NULL, NULL},
	{{.verb = PLANE_PATCH_VERSION,
		 .service = "cart",
		 .version = "pr-1",
		 .body = "{\"endpoints\":[\"127.0.0.1:3\"]}"},
		ERR_ENDPOINT_TAKEN, NULL, "cart@pr-2"},
	{{.verb = PLANE_DELETE_VERSION, .service = "cart", .version = "v1"}, ERR_IS_STABLE, NULL,
		"promote another"},
	{{.verb = PLANE_DELETE_VERSION, .service = "cart", .version = "pr-11"}, ERR_NOT_FOUND,
		"pr-1", NULL},
	{{.verb = PLANE_DELETE_VERSION, .service = "search", .version = "old"}, ERR_GONE, NULL,
		"was retired by tester just now"},
	{{.verb = PLANE_DELETE_VERSION, .service = "crat", .version = "pr-1"}, ERR_SERVICE_UNKNOWN,
		"cart", NULL},
	{{.verb = PLANE_DELETE_VERSION, .service = "cart", .version = "p r"}, ERR_BAD_NAME, NULL,
		NULL},
	{{.verb = PLANE_PROMOTE, .service = "crat", .version = "pr-1"}, ERR_SERVICE_UNKNOWN, "cart",
		NULL},
	{{.verb = PLANE_PROMOTE, .service = "cart", .version = "pr-11"}, ERR_VERSION_UNKNOWN,
		"pr-1", NULL},
	{{.verb = PLANE_PROMOTE, .service = "search", .version = "old"}, ERR_VERSION_UNKNOWN, NULL,
		"retired"},
	{{.verb = PLANE_PROMOTE, .service = "cart", .version = "pr-1"}, ERR_NOT_READY, NULL,
		"starting"},
	{{.verb = PLANE_PROMOTE,
		 .service = "cart",
		 .version = "pr-1",
		 .if_match = 99999,
		 .force = true},
		ERR_REVISION, NULL, NULL},

	{{.verb = PLANE_CREATE_SESSION, .body = "{\"key\":\"dev\"}"}, ERR_KEY_TAKEN, NULL, "dev"},
	{{.verb = PLANE_CREATE_SESSION, .body = "{\"pins\":{\"crat\":\"pr-1\"}}"},
		ERR_SERVICE_UNKNOWN, "cart", NULL},
	{{.verb = PLANE_CREATE_SESSION, .body = "{\"pins\":{\"cart\":\"pr-11\"}}"},
		ERR_VERSION_UNKNOWN, "pr-1", NULL},
	{{.verb = PLANE_CREATE_SESSION, .body = "{\"ttl\":\"1ms\"}"}, ERR_BAD_VALUE, NULL, "ttl"},
	{{.verb = PLANE_PATCH_SESSION, .session = "dve", .body = "{}"}, ERR_NOT_FOUND, "dev", NULL},
	{{.verb = PLANE_PATCH_SESSION, .session = "gone", .body = "{}"}, ERR_GONE, NULL, "gone"},
	{{.verb = PLANE_PATCH_SESSION, .session = "De v", .body = "{}"}, ERR_BAD_NAME, NULL, NULL},
	{{.verb = PLANE_PATCH_SESSION, .session = "dev", .body = "{\"key\":\"other\"}"},
		ERR_CONFLICTING_FIELDS, NULL, "another key than the path"},
	{{.verb = PLANE_PATCH_SESSION,
		 .session = "dev",
		 .body = "{\"pins\":{\"cart\":\"pr-2\",\"search\":\"pr-8\"}}"},
		ERR_VERSION_UNKNOWN, "pr-9", NULL},
	{{.verb = PLANE_PATCH_SESSION, .session = "dev", .body = "{}", .if_match = 99999},
		ERR_REVISION, NULL, NULL},
	{{.verb = PLANE_DELETE_SESSION, .session = "gone"}, ERR_GONE, NULL, NULL},
	{{.verb = PLANE_DELETE_SESSION, .session = "dez"}, ERR_NOT_FOUND, "dev", NULL},
	{{.verb = PLANE_DELETE_SESSION, .session = "dev", .if_match = 99999}, ERR_REVISION, NULL,
		NULL},
	{{.verb = PLANE_PUT_PIN, .service = "cart", .version = "pr-22", .session = "dev"},
		ERR_VERSION_UNKNOWN, "pr-2", NULL},
	{{.verb = PLANE_PUT_PIN, .service = "search", .version = "old", .session = "dev"},
		ERR_VERSION_UNKNOWN, NULL, "retired"},
	{{.verb = PLANE_PUT_PIN, .service = "serch", .version = "pr-9", .session = "dev"},
		ERR_SERVICE_UNKNOWN, "search", NULL},
	{{.verb = PLANE_PUT_PIN, .service = "cart", .version = "pr-1", .session = "nobody"},
		ERR_NOT_FOUND, NULL, "nobody"},
	{{.verb = PLANE_PUT_PIN, .service = "cart", .version = "p r", .session = "dev"},
		ERR_BAD_NAME, NULL, NULL},
	{{.verb = PLANE_DELETE_PIN, .service = "search", .session = "dev"}, ERR_NOT_FOUND, "cart",
		"search"},
	{{.verb = PLANE_DELETE_PIN, .service = "cart", .session = "gone"}, ERR_GONE, NULL, NULL},
	{{.verb = PLANE_DELETE_PIN, .service = "ca rt", .session = "dev"}, ERR_BAD_NAME, NULL,
		NULL},
};

static void test_refusals(void **state)
{
	struct plane_fixture bench;
	int64_t events;
	int64_t revision;

	(void)state;
	bench_shop(&bench);
	events = plane_events_last(bench.plane);
	revision = plane_environment(bench.plane)->revision;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct write_result *result = &bench.result;
		enum err err = bench_write(&bench, &refusals[i].spec);

		print_message("%zu: %s: %s (%s)\n", i, err_code(err), result->eb.text,
			result->eb.expected);
		assert_int_equal(err, refusals[i].err);
		assert_true(result->eb.text[0] != '\0');
		assert_int_equal(result->gone[0] != '\0',
			err == ERR_GONE || strstr(result->eb.text, "retired") != NULL);
		if (refusals[i].near != NULL) {
			assert_true(result->near_count > 0);
			assert_string_equal(result->near[0], refusals[i].near);
		}
		if (refusals[i].text != NULL)
			assert_true(strstr(result->eb.text, refusals[i].text) != NULL ||
				    strstr(result->eb.expected, refusals[i].text) != NULL);
		/* Refused means: nothing happened. */
		assert_int_equal(plane_environment(bench.plane)->revision, revision);
		assert_int_equal(plane_events_last(bench.plane), events);
	}
	bench_finish(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
