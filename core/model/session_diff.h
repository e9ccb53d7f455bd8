/*
 * What a change of a session would do: for each service it concerns, who serves its requests now and who
 * would, both as decide_session() says over the environment as it is. Pure; the plane has checked the
 * change, the API and the dashboard show it.
 *
 * A service is concerned when its pin would be another, or when the same pin would come to something
 * else (a lenient session that becomes strict). Of a pull request that was asked for, the services
 * that have no version of it are listed, too: they stay as they are, and people ask.
 */
#ifndef UMBRA_MODEL_SESSION_DIFF_H
#define UMBRA_MODEL_SESSION_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/strbuf.h"
#include "core/model/decision.h"
#include "core/model/environment.h"

/* Of an environment with thousands of services these are enough; `unchanged_total` counts all. */
enum { SESSION_DIFF_UNCHANGED_MAX = 20 };

struct session_diff_change {
	struct str service;
	struct decision
		before; /* of a service that is there: a pin of a removed one changes nothing */
	struct decision after;
};

struct session_diff_unchanged {
	const struct service *service;
	struct decision decision; /* now, and then */
	const struct tombstone
		*gone; /* of its version of the pull request; NULL: none is remembered */
};

struct session_diff {
	struct session_diff_change *changes; /* by service */
	size_t count;
	size_t routes_changed; /* those of them that another version (or nobody) would serve */
	struct session_diff_unchanged unchanged
		[SESSION_DIFF_UNCHANGED_MAX]; /* those with a tombstone first, by service */
	size_t unchanged_count;
	size_t unchanged_total;
};

/*
 * `before` NULL: the session is new. `pr`: the pull request that was asked for, 0: none. Everything in
 * the result borrows from the three. Free with session_diff_finish().
 */
void session_diff_make(const struct environment *env, const struct session *before,
	const struct session *after, int64_t pr, struct session_diff *ret_dryrun);
void session_diff_finish(struct session_diff *dryrun);

/* "cart goes from stable 1.0 to pr-482." What is gone is said with who took it away, and how long ago. */
void session_diff_say_change(struct strbuf *out, const struct environment *env,
	const struct session_diff_change *change, int64_t now_ms);
/* "profile has no version of #482 and stays with stable 1.0." */
void session_diff_say_unchanged(struct strbuf *out, const struct session_diff_unchanged *unchanged,
	int64_t pr, int64_t now_ms);

#endif
