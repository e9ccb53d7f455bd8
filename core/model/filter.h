/*
 * The one filter language of dashboard, CLI and API.
 *
 *   service:cart version:pr-482 session:dev-4f2k pr:482 author:dev1 owner:dev1 kind:ephemeral
 *   state:unhealthy status:5xx method:POST path:/checkout* reason:version-gone carrier:cookie
 *   caller:gateway trace:... id:... >200ms since:15m "free text" /regex/
 *
 * Terms stand between blanks and are and-ed; `!term` negates; `a,b` inside a term is or. `*` at
 * either end of a value is a wildcard, alone it asks that there is a value. #482 is pr:482. Double quotes keep
 * blanks, commas and stars as they are (\" and \\ inside). A bare word is free text. /regex/ is a
 * POSIX ERE of at most LIMIT_REGEX characters, without back-references, \/ for a slash; it is held
 * against each text of a thing on its own. Words are compared exactly; author, owner, method and
 * free text without regard to case.
 *
 * A term that a thing has no field for does not match it (status: never matches a version); negated
 * it does.
 */
#ifndef UMBRA_MODEL_FILTER_H
#define UMBRA_MODEL_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/base/strbuf.h"
#include "core/model/environment.h"
#include "core/model/event.h"
#include "core/model/request.h"

struct filter;
struct pull;

/* What is known of all versions of a service before one is looked at. */
enum filter_reach { FILTER_SOME, FILTER_ALL, FILTER_NONE };

/*
 * NULL with ERR_BAD_FILTER on a mistake; ret_column (may be NULL) is then the byte, from 0, the
 * sentence is about. An empty text gives a filter that matches everything. Free with filter_destroy
 * (NULL is fine).
 */
struct filter *filter_parse(struct str text, size_t *ret_column, struct errbuf *eb);
void filter_destroy(struct filter *filter);
/* Appends a value as it stands in a filter, after "author:": in quotes where it would be more than one value. */
void filter_write_value(struct strbuf *out, struct str value);
bool filter_is_empty(const struct filter *filter);
/* Contains a /regex/ or free text: costs more than comparing words. */
bool filter_is_costly(const struct filter *filter);
/*
 * What it was parsed from; lives as long as it. A thread that needs its own filter parses this
 * again.
 */
struct str filter_text(const struct filter *filter);
/*
 * A value the filter demands of a field ("service", "version", "session", "trace", "id"), one exact
 * word and not negated; p == NULL otherwise. For indexes.
 */
struct str filter_exact(const struct filter *filter, const char *term);
/*
 * The first term that versions (sessions, events, pull requests) have no field for, so that without its !
 * none can match: "status". NULL without one.
 */
const char *filter_not_of_versions(const struct filter *filter);
const char *filter_not_of_sessions(const struct filter *filter);
const char *filter_not_of_events(const struct filter *filter);
const char *filter_not_of_pulls(const struct filter *filter);
const char *filter_not_of_calls(const struct filter *filter);
const char *filter_not_of_requests(const struct filter *filter);
/* The earliest time that can match at `now_ms` (since:), 0 without one. */
int64_t filter_since(const struct filter *filter, int64_t now_ms);

/*
 * `env` (may be NULL) answers pr:, author: and owner: for requests, over the version's and
 * session's records.
 */
bool filter_match_request(const struct filter *filter, const struct request *request,
	const struct environment *env, int64_t now_ms);
/*
 * The same for where there is no environment to ask: true also when only pr:, author: and owner:
 * could say no. Whoever has the environment asks again.
 */
bool filter_may_match_request(
	const struct filter *filter, const struct request *request, int64_t now_ms);
bool filter_match_version(const struct filter *filter, const struct service *service,
	const struct version *version, int64_t now_ms);
/* FILTER_SOME: it depends on the version. */
enum filter_reach filter_reach_service(const struct filter *filter, const struct service *service);
bool filter_match_session(
	const struct filter *filter, const struct session *session, int64_t now_ms);
bool filter_match_pull(const struct filter *filter, const struct pull *pull, int64_t now_ms);
/*
 * What is known of the requests that went from a caller to a version: a status as 4xx or 5xx, of some of them;
 * > and < are about p95_ms, since: about the newest.
 */
struct filter_call {
	struct str caller, service, version; /* the caller as "service@version" */
	unsigned kind;
	double share_4xx, share_5xx;
	double p95_ms;
	int64_t last_seen;
};
bool filter_match_call(const struct filter *filter, const struct filter_call *call,
	const struct environment *env, int64_t now_ms);
bool filter_match_event(const struct filter *filter, const struct event *event, int64_t now_ms);

/* The table of terms, for completion and help. */
struct filter_term_info {
	const char *name; /* "status", with a colon; or a sign that stands for itself: > < " / */
	const char *example; /* "status:5xx" */
	const char *help;
	const char *const *values; /* the closed list it takes, or NULL */
};
extern const struct filter_term_info filter_terms[];
extern const size_t filter_term_count;

#endif
