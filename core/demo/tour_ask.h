/*
 * What the tour's steps are made of: asking the control plane and the proxy, and noting what is not as it
 * must be.
 */
#ifndef UMBRA_DEMO_TOUR_ASK_H
#define UMBRA_DEMO_TOUR_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

struct demo;
struct event_base;
struct fetch;
struct fetch_pool;

enum { TOUR_NOTES_MAX = 16 };

struct tour {
	struct demo *demo;
	struct event_base *base;
	struct fetch_pool *api;
	struct fetch_pool *proxy;
	char api_host[64];
	unsigned proxy_port;
	char notes[TOUR_NOTES_MAX][256]; /* what was not as it must be */
	size_t note_count;
	size_t checks;
};

/* A whole answer, kept after it came; to be finished. */
struct tour_answer {
	bool done;
	int status; /* 0: there was none */
	char decision[256]; /* the Routing-Decision header, or "" */
	cJSON *body; /* NULL when it is no JSON */
};

/* False when the demo's addresses are not as they must be. */
bool tour_open(struct tour *t);
void tour_close(struct tour *t);

/* An exchange with the control plane; `body` may be NULL. Returns when it is through. */
void tour_ask(struct tour *t, const char *method, const char *target, const char *body,
	struct tour_answer *ret_answer);
/*
 * A visit to the gateway in the making: headers may be added, then comes fetch_send(), then tour_wait().
 * `host_prefix` is put before the host name ("KEY--" or "").
 */
struct fetch *tour_visit(struct tour *t, const char *host_prefix, const char *target,
	struct tour_answer *ret_answer);
void tour_wait(struct tour *t, const struct tour_answer *answer);
void tour_answer_finish(struct tour_answer *answer);

/* Notes the sentence when not `good`; returns `good`. */
bool tour_check(struct tour *t, bool good, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A member's text, fit for a terminal; "" without one. Valid for the next seven calls. */
const char *tour_safe(const cJSON *object, const char *key);
bool tour_is(const cJSON *object, const char *key, const char *value);
/* The word after `reason=` in a Routing-Decision. */
void tour_reason(const char *decision, char dst[32]);

#endif
