/*
 * The real system for benches: `umbra serve` with HAProxy on free ports and a directory of its own, and
 * test servers behind it. Everything is stopped by its pid.
 */
#ifndef UMBRA_TESTS_SUPPORT_SYSTEM_FIXTURE_H
#define UMBRA_TESTS_SUPPORT_SYSTEM_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <event2/event.h>

#include "core/base/strbuf.h"
#include "tests/support/http.h"

enum { SYSTEM_ADDRESS_SIZE = 64, SYSTEM_BACKENDS_MAX = 16, SYSTEM_CROWD = 64 };

struct system {
	pid_t pid;
	char dir[256];
	char api[SYSTEM_ADDRESS_SIZE];
	char proxy[SYSTEM_ADDRESS_SIZE];
	struct event_base *base; /* of the connections below */
	struct http *crowd[SYSTEM_CROWD]; /* for many writes at once */
	pid_t backend_pid;
	int ports[SYSTEM_BACKENDS_MAX];
};

/* Ready to take traffic. The servers answer with their name, "b0", "b1" and so on. */
bool system_start(struct system *served, int backends);
/* `umbra serve` alone, KILLed, and again on the same data; milliseconds until it is ready, -1 if it is not. */
double system_restart(struct system *served);
/* `umbra serve` alone, KILLed. Until system_restart() HAProxy routes without it. */
void system_kill(struct system *served);
/* TERM to all, and nothing is left. */
void system_stop(struct system *served);

/* The i-th request of many; text for method, path and body. Body "" for none. */
typedef void (*served_make_fn)(
	size_t i, const char **ret_method, struct strbuf *path, struct strbuf *body);
/* All of them, SYSTEM_CROWD under way at a time. False when an answer is not 2xx, which is printed. */
bool system_write_all(struct system *served, size_t count, served_make_fn make);
/* One request on `http`; the status, 0 when there is no answer. */
int system_ask(struct http *http, const char *method, const char *path, const char *body);
/* The number behind "key": in the last answer's body, -1 when it is not there. */
double system_number(const struct http *http, const char *key);

/* tests/e2e/load with `rate` requests a second; how many were sent, -1 when one failed. */
double system_requests(const struct system *served, const char *host, int rate, int seconds);
/*
 * tests/e2e/load with a rate for some seconds, at service `host`; its p99 in ms. `meanwhile` runs beside it
 * and is told when to end; may be NULL. -1 when a request failed.
 */
double system_load(const struct system *served, const char *host, int seconds,
	void (*meanwhile)(void *arg, int64_t until_ms), void *arg);

#endif
