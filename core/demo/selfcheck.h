/*
 * What the tour's steps are made of: asking the control plane and the proxy, and noting what is not as it
 * must be.
 */
#ifndef UMBRA_DEMO_SELFCHECK_H
#define UMBRA_DEMO_SELFCHECK_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

struct demo;
struct event_base;
struct http_exchange;
struct http_client_pool;

enum { SELFCHECK_NOTES_MAX = 16 };

struct selfcheck {
	struct demo *demo;
	struct event_base *base;
	struct http_client_pool *api;
	struct http_client_pool *proxy;
	char api_host[64];
	unsigned proxy_port;
	char notes[SELFCHECK_NOTES_MAX][256]; /* what was not as it must be */
	size_t note_count;
	size_t checks;
};

/* A whole answer, kept after it came; to be finished. */
struct selfcheck_answer {
	bool done;
	int status; /* 0: there was none */
	char decision[256]; /* the Routing-Decision header, or "" */
	cJSON *body; /* NULL when it is no JSON */
};

/* False when the demo's addresses are not as they must be. */
bool selfcheck_open(struct selfcheck *t);
void selfcheck_close(struct selfcheck *t);

/* An exchange with the control plane; `body` may be NULL. Returns when it is through. */
void selfcheck_ask(struct selfcheck *t, const char *method, const char *target, const char *body,
	struct selfcheck_answer *ret_answer);
/*
 * A visit to the gateway in the making: headers may be added, then comes http_client_send(), then selfcheck_wait().
 * `host_prefix` is put before the host name ("KEY--" or "").
 */
struct http_exchange *selfcheck_visit(struct selfcheck *t, const char *host_prefix,
	const char *target, struct selfcheck_answer *ret_answer);
void selfcheck_wait(struct selfcheck *t, const struct selfcheck_answer *answer);
void selfcheck_answer_finish(struct selfcheck_answer *answer);

/* Notes the sentence when not `good`; returns `good`. */
bool selfcheck_check(struct selfcheck *t, bool good, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A member's text, fit for a terminal; "" without one. Valid for the next seven calls. */
const char *selfcheck_safe(const cJSON *object, const char *key);
bool selfcheck_is(const cJSON *object, const char *key, const char *value);
/* The word after `reason=` in a Routing-Decision. */
void selfcheck_reason(const char *decision, char dst[32]);

#endif
