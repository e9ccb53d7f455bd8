/*
 * The control plane's state machine: writes in, checked, committed, then visible.
 *
 * A write is checked against the state that includes the batches in txn, and given its revision; its
 * batch goes to the store; when it is durable, its changes become visible in order and `done` is called.
 * When a batch fails, it and every one after it answer ERR_STORE and leave no trace. Nothing here knows
 * HTTP, and nothing blocks.
 *
 * Revisions: one up per change, never given twice. The store holds a ceiling, reserved in steps of 1,000;
 * a start begins at the ceiling. Health changes raise the revision and are not stored.
 */
#ifndef UMBRA_PLANE_PLANE_H
#define UMBRA_PLANE_PLANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/model/environment.h"
#include "core/model/event.h"
#include "core/model/not_found.h"

struct event_base;
struct plane;
struct store;

struct plane_options {
	const char *name; /* of the environment */
	int64_t (*now_ms)(void); /* the wall clock; tests bring their own */
	const char *
		domain; /* "env.localhost": hosts below it are services' and sessions'; NULL: none is */
};

/* Loads the store (blocking, before the loop runs). The store stays the caller's. NULL on failure. */
struct plane *plane_create(struct event_base *base, struct store *store,
	const struct plane_options *options, struct errbuf *eb);
void plane_destroy(struct plane *plane);

/* What is visible: durable, in order. Borrowed; changes only from the loop. */
const struct environment *plane_environment(const struct plane *plane);
const char *plane_name(const struct plane *plane);

enum plane_verb {
	PLANE_PUT_SERVICE, /* record: struct service */
	PLANE_DELETE_SERVICE, /* takes its versions along */
	/*
	 * record: struct version. `take` moves endpoints here from other versions of the service; one that is
	 * left without any is retired, but the last endpoint of the stable version is not given away. A build
	 * below the one that is there, or not above the one that was retired, is ERR_BUILD_OLDER without `force`.
	 * `create_service` makes the service, with nothing but its name, when there is none. `keep`: fields that are
	 * not present keep what they have, and ttl its length; but those of a pull request go with its number.
	 */
	PLANE_PUT_VERSION,
	PLANE_PATCH_VERSION,
	PLANE_DELETE_VERSION,
	PLANE_PROMOTE, /* service, version, force; answers with the service, and if_match is the service's */
	PLANE_CREATE_SESSION, /* record: struct session; key empty: the name and random characters */
	PLANE_PATCH_SESSION, /* pins in the patch are merged, all as one */
	PLANE_DELETE_SESSION,
	PLANE_PUT_PIN, /* session, service, version */
	PLANE_DELETE_PIN, /* ERR_NOT_FOUND when the session does not pin the service */
	PLANE_VERB_COUNT
};

enum { IF_MATCH_ANY = -1 };

/*
 * One write. Texts and record are borrowed until plane_write() returns. `present` says which fields of
 * `record` the client sent (wire_read_record), so that a PATCH merges and a PUT keeps what only the
 * server sets.
 */
struct plane_write {
	enum plane_verb verb;
	const char *actor;
	const char *service;
	const char *version;
	const char *session;
	const void *record;
	uint64_t present;
	int64_t if_match; /* revision the thing must have; 0: any, or none; IF_MATCH_ANY: any */
	bool create_only; /* of a PUT: ERR_EXISTS when it is there */
	bool force;
	bool take;
	bool create_service;
	bool keep;
	/*
	 * Creating or patching a session: it pins the newest version of every service that has one of this
	 * pull request, but for services the record's own pins name. 0: none. `pr_url` says which, where
	 * several have the number; NULL: any, so that several are ERR_CONFLICT with their links as near.
	 */
	int64_t pr;
	const char *pr_url;
	int key_length; /* of a new session without a key: its random characters, 0: LIMIT_KEY_LENGTH_MIN */
	/* Sessions and their pins: checked as ever, and nothing changes; the result says what would be. */
	bool dry_run;
};

struct plane_result {
	enum err err;
	const struct errbuf *eb; /* when err */
	const void *record; /* the thing after the write (service, version or session), or NULL */
	/* For ERR_GONE, and after a delete; after a PUT what was remembered of the version that is back. */
	const struct tombstone *gone;
	/* After a dry run `record` is the session as it would be (without a key when one would be made). */
	bool dry_run;
	const struct session *before; /* as it is, NULL when it would be new */
	bool created;
	bool service_created; /* with its first version */
	const char *
		replaced; /* after a PUT of a version that was there: what is other now, as JSON; or NULL */
	int64_t revision; /* the environment's with this write visible */
	const struct not_found *missing; /* of what was not there, for refusals; else NULL */
};

/* Everything in the result is borrowed for the call. May be called before plane_write() returns when the write is refused or changes nothing. */
typedef void (*plane_done_fn)(void *arg, const struct plane_result *result);
void plane_write(
	struct plane *plane, const struct plane_write *write, plane_done_fn done, void *arg);

/* Health, from the agent. A version is ready while one of its endpoints is up. `detail` may be NULL. */
enum endpoint_health { ENDPOINT_UNKNOWN, ENDPOINT_UP, ENDPOINT_DOWN };
void plane_report_health(struct plane *plane, struct str service, struct str version,
	size_t endpoint_index, enum endpoint_health health, const char *detail);
/* The proxy leaves this service out and says why; NULL: it does not any more. */
void plane_report_refused(struct plane *plane, struct str service, const char *words);
/* Where the proxy listens, "127.0.0.1:8080": an endpoint there would lead back to it and is refused. */
void plane_report_entrance(struct plane *plane, const char *address);
/* The proxy routes by this revision now. */
void plane_report_applied(struct plane *plane, int64_t revision);
int64_t plane_applied(const struct plane *plane);
/* Proxy up or down; writes do not wait for a proxy that is down. */
void plane_report_proxy(struct plane *plane, bool up);
/* An event that is not a write: proxy started, adopted, lost. */
void plane_add_event(
	struct plane *plane, enum event_action action, const char *object, const char *after_json);

/* Calls back once the proxy has applied `revision`, is down, or timeout_ms is over. NULL when at once (the callback has run). */
struct plane_wait;
struct plane_wait *plane_wait_applied(struct plane *plane, int64_t revision, int timeout_ms,
	void (*done)(void *arg, int64_t applied), void *arg);
void plane_wait_cancel(struct plane_wait *wait);

/* Told after each visible batch, and after each health change, with what changed. */
struct plane_observer { /* each may be NULL */
	void (*changed)(void *arg, const struct environment *env, const struct change *changes,
		size_t count);
	void (*noted)(void *arg, const struct event *event);
	/* It has happened, and could not be stored: nobody will find it among the events. */
	void (*unstored)(void *arg, const struct event *event);
	void *arg;
};
void plane_observe(struct plane *plane, const struct plane_observer *observer);
void plane_unobserve(struct plane *plane, void *arg);

/*
 * What changed after `since`: each thing once, in its newest form; removed ones with record NULL. Calls
 * `each` for the services that are there, then for the rest, both in order of revision: so a service comes
 * before its versions, and environment_apply() may be called one by one. Returns false when `since` is too old, above the current one, or `epoch`
 * is another: then everything must be sent. Tombstones are among them.
 */
bool plane_changes_since(const struct plane *plane, const char *epoch, int64_t since,
	void (*each)(void *arg, const struct change *change), void *arg);

/* Events, newest first, with seq > since, at most `max`. Borrowed until the loop runs on. Returns how many. */
size_t plane_events(
	const struct plane *plane, int64_t since, const struct event **ret_events, size_t max);
int64_t plane_events_last(const struct plane *plane);

#endif
