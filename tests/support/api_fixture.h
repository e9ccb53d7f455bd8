/*
 * The real API over the real plane, the memory store and the real traffic (ring only), on a loop the test
 * turns. There is no agent: the test says what the proxy has applied.
 */
#ifndef UMBRA_TESTS_SUPPORT_API_FIXTURE_H
#define UMBRA_TESTS_SUPPORT_API_FIXTURE_H

#include <event2/event.h>

#include "core/api/server.h"
#include "core/plane/plane.h"
#include "core/store/store.h"
#include "core/traffic/traffic.h"
#include "tests/support/http.h"

struct fixture {
	struct event_base *base;
	struct store *store;
	struct plane *plane;
	struct traffic *traffic;
	struct api *api;
	char address[API_ADDRESS_SIZE];
	struct http *http; /* one connection for most of it */
};

/* The clock of all of them is the wall's, so much behind. */
extern int64_t fixture_ago_ms;

/* `limits` may be NULL. */
void fixture_start(struct fixture *f, const struct api_limits *limits);
void fixture_stop(struct fixture *f);
/* The same around a test of cmocka's, which gets it as its state: with the usual limits, or those of one's own. */
int fixture_setup(void **state);
int fixture_setup_with(void **state, const struct api_limits *limits);
int fixture_teardown(void **state);

/* One exchange on f->http, which is opened anew when the server has closed it. Returns the status. */
int fixture_ask(struct fixture *f, const char *method, const char *path, const char *body);
int fixture_ask_with(struct fixture *f, const char *method, const char *path, const char *headers,
	const char *body);
/* Fails the test when the last body does not contain `part`. */
void fixture_has(const struct fixture *f, const char *part);

#endif
