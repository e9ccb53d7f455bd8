/*
 * Start and end of the API under test, shared by tests/unit/test_api_*.c and the benches.
 */
#include "tests/support/api_fixture.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/time.h"
#include "tests/support/store_memory.h"

int64_t fixture_ago_ms;

static int64_t fixture_now(void)
{
	return time_now_ms() - fixture_ago_ms;
}

static const struct environment *fixture_environment(void *arg)
{
	return plane_environment(((struct fixture *)arg)->plane);
}

void fixture_start(struct fixture *f, const struct api_limits *limits)
{
	const struct plane_options plane_options = {"test", fixture_now, "env.localhost"};
	/* A small ring, so that a slow reader falls behind it. */
	const struct traffic_options traffic_options = {.ring_items = 5000,
		.now_ms = fixture_now,
		.environment = fixture_environment,
		.environment_arg = f};
	struct api_options options = {.now_ms = fixture_now,
		.entry = {STR_LIT("http://127.0.0.1:8080"), STR_LIT("env.localhost")}};
	struct evconnlistener *listener;
	struct errbuf eb;

	(void)signal(SIGPIPE, SIG_IGN);
	memset(f, 0, sizeof(*f));
	errbuf_clear(&eb);
	f->base = event_base_new();
	f->store = store_memory_create(f->base);
	f->plane = plane_create(f->base, f->store, &plane_options, &eb);
	f->traffic = traffic_create(f->base, &traffic_options, &eb);
	listener = api_bind(f->base, "127.0.0.1:0", f->address, &eb);
	assert_string_equal(eb.text, "");
	options.plane = f->plane;
	options.traffic = f->traffic;
	options.store = f->store;
	if (limits != NULL)
		options.limits = *limits;
	f->api = api_create(f->base, listener, &options);
}

void fixture_stop(struct fixture *f)
{
	if (f->http != NULL)
		http_close(f->http);
	store_destroy(f->store);
	api_destroy(f->api);
	traffic_destroy(f->traffic);
	plane_destroy(f->plane);
	event_base_free(f->base);
}

int fixture_ask_with(struct fixture *f, const char *method, const char *path, const char *headers,
	const char *body)
{
	if (f->http != NULL && f->http->head != NULL &&
		(f->http->closed || http_header(f->http, "Connection") != NULL)) {
		http_close(f->http);
		f->http = NULL;
	}
	if (f->http == NULL)
		f->http = http_open(f->base, f->address);
	http_ask(f->http, method, path, headers, body);
	if (!http_answer(f->http, strcmp(method, "HEAD") == 0))
		fail_msg("no answer to %s %s", method, path);
	return f->http->status;
}

int fixture_setup_with(void **state, const struct api_limits *limits)
{
	static struct fixture f;

	fixture_start(&f, limits);
	*state = &f;
	return 0;
}

int fixture_setup(void **state)
{
	return fixture_setup_with(state, NULL);
}

int fixture_teardown(void **state)
{
	fixture_stop(*state);
	return 0;
}

int fixture_ask(struct fixture *f, const char *method, const char *path, const char *body)
{
	return fixture_ask_with(f, method, path, NULL, body);
}

void fixture_has(const struct fixture *f, const char *part)
{
	if (strstr(f->http->body, part) == NULL)
		fail_msg("'%s' is not in the body: %.2000s", part, f->http->body);
}
