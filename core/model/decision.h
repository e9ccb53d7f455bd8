/*
 * Which version serves one hop, and why: the routing rules as one pure function over an environment.
 *
 * HAProxy's configuration (core/proxy) does the same in the data plane; a test holds the two together on
 * generated cases. Whoever explains a route (dashboard, CLI) asks this function and no copy of it.
 *
 * Steps: service from Host; session key from the first carrier present (header, baggage, query, cookie,
 * host); direct pins; decide.
 */
#ifndef UMBRA_MODEL_DECISION_H
#define UMBRA_MODEL_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/model/tombstone.h"

struct environment;
struct service;
struct session;
struct version;

/* In order of precedence. */
enum carrier {
	CARRIER_HEADER, /* Routing-Session: first occurrence */
	CARRIER_BAGGAGE, /* member routing-session (W3C Baggage), first four lines as one list */
	CARRIER_QUERY, /* routing-session=, first, not decoded */
	CARRIER_COOKIE, /* routing-session */
	CARRIER_HOST, /* <session>--<service>.<domain> */
	CARRIER_COUNT
};
extern const char *const carrier_names[CARRIER_COUNT + 1];

enum reason {
	REASON_NO_SESSION,
	REASON_NO_PIN,
	REASON_PINNED,
	REASON_DIRECT_PIN,
	REASON_SESSION_UNKNOWN,
	REASON_SESSION_EXPIRED,
	REASON_VERSION_GONE,
	REASON_VERSION_UNHEALTHY,
	REASON_STABLE_DOWN,
	REASON_COUNT
};
extern const char *const reason_names[REASON_COUNT + 1];
/* One true sentence for each, for help and the glossary. */
extern const char *const reason_sentences[REASON_COUNT];

/* One header line of a request, as received. */
struct header_line {
	struct str name;
	struct str value;
};

/* What the proxy sees of a request before it decides. */
struct hop {
	struct str host; /* the Host header, with port and trailing dot as sent */
	struct str target; /* path and query */
	const struct header_line *headers; /* in order; names in any case */
	size_t header_count;
};

/* What was found in it; views into the hop (lower-cased host parts into `storage`). */
struct context {
	const struct service *service; /* NULL: the host is unknown */
	struct str values[CARRIER_COUNT]; /* p == NULL where the carrier is absent or empty */
	unsigned carriers; /* bit set of those present */
	enum carrier carrier; /* the one that counts; CARRIER_COUNT without any */
	struct str key; /* its value; may be no valid key */
	bool key_valid;
	bool conflict; /* two carriers differ */
	bool malformed; /* fifth baggage line, Routing-Pins of another form */
	struct str direct_pin; /* for this service; p == NULL without one */
	bool strict_asked; /* Routing-Strict: 1 */
	char storage[LIMIT_HOST_NAME + 1];
};

struct decision {
	const struct service *service; /* NULL: 404 */
	const struct version *version; /* who serves; NULL: 503 (or 404) */
	enum reason reason;
	enum reason intended; /* what stable-down replaced; REASON_COUNT otherwise */
	const struct session *session; /* NULL when there is none by that key */
	const struct tombstone *gone; /* of the session or version that is gone, when remembered */
	struct str wanted; /* the version a pin named; p == NULL without one */
	bool strict;
	int status; /* 0 when a version serves, else 404 or 503 */
};

/*
 * `domain` is the environment's, without a dot in front ("env.localhost").
 * Every pointer in the result borrows from the environment and the hop.
 */
void context_read(const struct environment *env, struct str domain, const struct hop *hop,
	struct context *ret_context);
void decide(const struct environment *env, const struct context *context,
	struct decision *ret_decision);

/* One member of a W3C baggage list over several lines, first wins; p == NULL when absent. */
struct str baggage_member(const struct str *lines, size_t line_count, struct str name);

#endif
