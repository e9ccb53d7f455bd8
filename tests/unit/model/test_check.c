/* Health checks in words: what is asked of whom, and what to do about each answer. */
#include "core/model/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

static void what_is_asked(void **state)
{
	static const struct {
		int type;
		const char *path;
		const char *endpoints[3];
		const char *said;
		int64_t port;
		const char *own_path; /* of the version */
		int64_t own_port;
	} cases[] = {
		{HEALTH_HTTP, "/healthz", {"127.0.0.1:9002"}, "GET http://127.0.0.1:9002/healthz",
			0, NULL, 0},
		{HEALTH_HTTP, "/h?x=1", {"[::1]:1", "cart:2"},
			"GET http://[::1]:1/h?x=1 and the same for 1 other endpoint", 0, NULL, 0},
		{HEALTH_HTTP, NULL, {"h:1"}, "GET http://h:1/", 0, NULL, 0},
		{HEALTH_HTTP, "/healthz", {"[::1]:1"}, "GET http://[::1]:9000/healthz", 9000, NULL,
			0},
		{HEALTH_HTTP, "/healthz", {"h:1"}, "GET http://h:9001/own", 9000, "/own", 9001},
		{HEALTH_TCP, "/unused", {"127.0.0.1:9002"}, "a connection to 127.0.0.1:9002", 0,
			NULL, 0},
		{HEALTH_TCP, NULL, {"a:1", "b:2", "c:3"},
			"a connection to a:1 and the same for 2 other endpoints", 0, NULL, 0},
		{HEALTH_GRPC, NULL, {"a:1", "b:2"},
			"grpc.health.v1.Health/Check of a:1 and the same for 1 other endpoint", 0,
			NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct service service = {0};
		struct version version = {0};
		struct strbuf said;

		strbuf_init(&said, 400);
		text_set(&service.health_path, cases[i].path);
		text_set(&version.health_path, cases[i].own_path);
		service.health_type = cases[i].type;
		service.health_port = cases[i].port;
		version.health_port = cases[i].own_port;
		for (size_t e = 0; e < 3 && cases[i].endpoints[e] != NULL; e++)
			strlist_add(&version.endpoints, str_of(cases[i].endpoints[e]));
		check_say(&said, &service, &version);
		assert_string_equal(said.data, cases[i].said);
		strbuf_finish(&said);
		record_finish(&service_type, &service);
		record_finish(&version_type, &version);
	}
}

static void advise(struct strbuf *out, int kind, const char *detail, bool something)
{
	struct version *version = record_create(&version_type);

	text_set(&version->service, "cart");
	text_set(&version->name, "pr-9");
	text_set(&version->state_detail, detail);
	version->kind = kind;
	strlist_add(&version->endpoints, STR_LIT("127.0.0.1:9002"));
	strbuf_init(out, 400);
	assert_int_equal(check_say_advice(out, version), something);
	record_unref(&version_type, version);
}

static void what_to_do(void **state)
{
	static const struct {
		const char *detail;
		const char *part; /* NULL: nothing is said */
	} cases[] = {
		{"connection refused", "nothing listens there"},
		{"2 of 3 endpoints down: connection refused", "nothing listens there"},
		{"no connection in time", "proxy's machine reaches it"},
		{"no answer in time", "its own log"},
		{"answer is not valid HTTP", "umbra service set cart --protocol"},
		{"answered 404", "umbra version register cart@pr-9 --endpoint 127.0.0.1:9002 "
				 "--health-path / "
				 "names another, for this version alone"},
		{"answered 401", "has no login"},
		{"the server has no grpc.health.v1", "--health-type tcp"},
		{"no gRPC answer", "speaks no gRPC"},
		{"gRPC health is not SERVING", "its own log"},
		{"answered 503", "its own log"},
		{"answered 418", "wants 2xx or 3xx"},
		{"nowhere.example cannot be resolved: Name or service not known", "name is right"},
		{"HAProxy refuses the service: unknown keyword", "umbra service show cart"},
		{"a:1 is the proxy's own address (a:1): give the port of the service itself", NULL},
		{"something else", NULL},
		{NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct strbuf said;

		advise(&said, KIND_EPHEMERAL, cases[i].detail, cases[i].part != NULL);
		if (cases[i].part == NULL)
			assert_int_equal(said.len, 0);
		else if (strstr(said.data, cases[i].part) == NULL)
			fail_msg("%s: %s", cases[i].detail, said.data);
		strbuf_finish(&said);
	}
	/* Stable's path is that of the service. */
	struct strbuf said;
	advise(&said, KIND_STABLE, "answered 404", true);
	assert_non_null(
		strstr(said.data, "umbra service set cart --health-path PATH names another"));
	assert_null(strstr(said.data, "register"));
	strbuf_finish(&said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked),
		cmocka_unit_test(what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
