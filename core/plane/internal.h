/*
 * What the files of core/plane share; nobody else includes it.
 *
 * A txn is one step of the environment on its way: the changes, the events and the rows of a write, of
 * an expiry or of a health report. It is made against `pending` (visible state plus all txns), and
 * is applied in the order it took off: its changes become visible, observers are told, its answer is given.
 * Txns with rows apply when the store has them; others as soon as nothing is in front of them.
 *
 * `struct event` is the model's here; libevent's has the same name and is only ever a pointer.
 */
#ifndef UMBRA_PLANE_INTERNAL_H
#define UMBRA_PLANE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "core/base/limits.h"
#include "core/base/hashmap.h"
#include "core/model/event.h"
#include "core/model/not_found.h"
#include "core/model/pull.h"
#include "core/plane/plane.h"
#include "core/store/store.h"

struct txn {
	struct txn *next;
	struct plane *plane;
	char actor[LIMIT_ACTOR + 1];
	bool stored; /* the store will report it */
	bool durable;
	bool dropped; /* it failed, or the plane has gone: the report only frees it */
	struct batch batch; /* until it takes off */
	struct change *changes;
	size_t change_count;
	size_t change_cap;
	struct event **events; /* owned until applying */
	size_t event_count;
	size_t event_cap;
	int64_t revision; /* the last it uses */
	int64_t ceiling; /* the revision ceiling it stores, 0: none */

	/* The answer, when it is a write's. */
	plane_done_fn done;
	void *arg;
	enum object_kind respond_object;
	void *answer; /* a reference, or NULL */
	struct tombstone *gone; /* a reference, or NULL */
	bool created;
	bool service_created;
	char *replaced;
};

/* Every thing once, at its last change; the oldest change first. */
struct change_log_entry {
	struct change_log_entry *prev;
	struct change_log_entry *next;
	struct change change;
};

struct change_log {
	struct hashmap *entries; /* "version:cart@pr-1" */
	struct change_log_entry *first;
	struct change_log_entry *last;
	int64_t floor; /* nothing is known of what changed before */
};

/* The newest events, oldest first, in a circle. */
struct event_log {
	struct event **slots; /* LIMIT_EVENTS_KEPT of them */
	size_t first;
	size_t count;
	int64_t last_seq; /* of what is visible or in txn */
};

/* What the agent reported, to be looked at. */
enum report_kind { REPORT_HEALTH, REPORT_REFUSED, REPORT_COUNT };
struct reports {
	struct hashmap *ids; /* of versions, or names of services; the values say nothing */
	struct event *event; /* libevent's */
};

struct observer {
	struct observer *next;
	struct plane_observer hooks;
	bool gone; /* taken off while observers are being told */
};

struct plane {
	struct event_base *base;
	struct store *store;
	char *name;
	char *domain; /* "" without one */
	int64_t (*now_ms)(void);
	int64_t started_at;

	struct environment committed;
	struct environment pending;
	int64_t last_revision; /* the last given; that of what is visible when a txn has failed */
	int64_t ceiling_durable; /* every revision that is visible is below it */
	int64_t ceiling_reserved; /* the same, with txns */
	struct txn *first;
	struct txn *last;
	bool applying;
	struct event *
		retry_timer; /* libevent's; runs while what could not be stored waits to be tried again */

	struct change_log feed;
	struct event_log events;
	struct observer *observers;
	bool telling;

	int64_t next_expiry; /* no thing of `pending` ends before it; INT64_MAX: nothing ends */
	struct event *expiry_timer; /* libevent's */

	struct hashmap *health; /* by version id */
	struct hashmap *refused; /* by service: the proxy's words */
	struct reports reports[REPORT_COUNT];

	char entrance[LIMIT_ENDPOINT + 1]; /* where the proxy listens; "" while that is not known */
	int64_t applied;
	bool proxy_up;
	struct plane_wait *waits;
};

/* ---- txn.c: from a checked write to what is visible -------------------------------------- */

/* Who does it, for the record. */
static inline const char *actor_or_unknown(const char *actor)
{
	return actor != NULL && actor[0] != '\0' ? actor : "unknown";
}

struct txn *txn_begin(struct plane *plane, const char *actor);
/* Takes over the caller's reference. The record gets the next revision and is in `pending` from now on. */
void txn_put(struct txn *txn, enum object_kind kind, void *record);
/* The same without a row, for health: not stored, and visible as soon as what is in front of it is. */
void txn_put_volatile(struct txn *txn, enum object_kind kind, void *record);
void txn_remove(struct txn *txn, enum object_kind kind, const char *id);
/* `before` and `after` are taken over and may be NULL. */
void txn_event(
	struct txn *txn, enum event_action action, const char *object, char *before, char *after);
/* What a write answers with; a reference is taken on both, each may be NULL. */
void txn_answer(struct txn *txn, enum object_kind kind, void *record, struct tombstone *gone);
void txn_commit(struct txn *txn);
/* Instead of taking off, when nothing was put into it. */
void txn_discard(struct txn *txn);
/* At the end of the plane: everything in txn is answered ERR_STORE. */
void txn_drop_all(struct plane *plane);
bool txn_init(struct plane *plane);
void txn_finish(struct plane *plane);
/* The store has just failed what was tried by itself: nothing is, before the retry timer runs out. */
bool txn_is_pausing(const struct plane *plane);

/* What a part of the plane does when a record changes; each may be NULL. The table is in txn.c. */
struct txn_hook {
	/* The change is in `pending`; it has a record. */
	void (*added)(struct plane *plane, const struct change *change);
	/* It is visible. */
	void (*committed)(struct plane *plane, const struct change *change);
	/*
	 * A txn with it failed. Defers the report that this change brings in, or holds up, and tells whether there is
	 * one: it is tried again.
	 */
	bool (*aborted)(struct plane *plane, const struct change *change);
};
extern const struct txn_hook expiry_hook, health_hook, refused_hook;

/* ---- errors.c: refusals ---------------------------------------------------------------------- */

/* What a verb came to: an error with what belongs to it, or a txn that is ready to take off. */
struct outcome {
	struct errbuf eb;
	struct not_found missing;
	struct txn *txn; /* NULL after a dry run, and then: */
	const struct session *before; /* borrowed from `pending`, may be NULL */
	struct session *after; /* a reference */
};

typedef enum err (*verb_fn)(
	struct plane *plane, const struct plane_write *write, struct outcome *out);

/* Each returns its error, with the sentence and near names in `out`. */
enum err refuse_service(struct plane *plane, enum err err, const char *name, struct outcome *out);
/* As not_found_version() says. */
enum err refuse_version(struct plane *plane, enum err err, const char *service, const char *version,
	struct outcome *out);
/* Several pull requests in `list` have the number, or there is none of it and this link. */
enum err refuse_pull(struct plane *plane, const struct plane_write *write,
	const struct pull_list *list, struct outcome *out);
enum err refuse_session(struct plane *plane, const char *key, struct outcome *out);
/* ERR_REVISION when `want` is neither 0 nor `have`. */
enum err check_if_match(
	int64_t want, int64_t have, const char *noun, const char *id, struct outcome *out);
/* ERR_EXISTS when the write is for a new thing only, and it is there. */
enum err check_new(const struct plane_write *write, bool exists, const char *noun, const char *id,
	struct outcome *out);
/* A body may repeat the names of its path, and name nothing else. */
enum err check_identity(
	enum object_kind kind, const struct plane_write *write, struct outcome *out);

struct lifetime {
	int64_t ttl_ms;
	int64_t expires_at;
};

/*
 * The end of a thing from what a client sent: one of the two (core/wire refuses both), or neither: then
 * `default_ttl_ms` from now. A time that is over, or beyond LIMIT_TTL_MAX_MS, is ERR_BAD_VALUE.
 */
enum err check_lifetime(const struct lifetime *given, int64_t now_ms, int64_t default_ttl_ms,
	struct lifetime *ret_lifetime, struct outcome *out);

/* ---- shared by services and their versions -------------------------------------------------------- */

/* Whether there is room for one more, and nobody has its host name. */
enum err check_new_service(const struct plane *plane, const char *name, struct outcome *out);
/* Puts a new service in, with its event; `service` is taken over. */
void put_new_service(struct txn *txn, struct service *service);

/* ---- the verbs ------------------------------------------------------------------------------------ */

enum err verb_put_service(struct plane *, const struct plane_write *, struct outcome *);
enum err verb_delete_service(struct plane *, const struct plane_write *, struct outcome *);
enum err verb_put_version(struct plane *, const struct plane_write *, struct outcome *);
enum err verb_patch_version(struct plane *, const struct plane_write *, struct outcome *);
enum err verb_delete_version(struct plane *, const struct plane_write *, struct outcome *);
enum err verb_promote(struct plane *, const struct plane_write *, struct outcome *);
enum err verb_create_session(struct plane *, const struct plane_write *, struct outcome *);
enum err verb_patch_session(struct plane *, const struct plane_write *, struct outcome *);
enum err verb_delete_session(struct plane *, const struct plane_write *, struct outcome *);
enum err verb_put_pin(struct plane *, const struct plane_write *, struct outcome *);
enum err verb_delete_pin(struct plane *, const struct plane_write *, struct outcome *);

/* Takes a version out and remembers it; the returned tombstone is borrowed from `pending`. */
struct tombstone *retire_version(
	struct txn *txn, const struct version *version, enum tombstone_why why);
struct tombstone *end_session(
	struct txn *txn, const struct session *session, enum tombstone_why why);
/* Puts a tombstone in; the oldest goes when there are too many. Takes over the reference. */
void remember(struct txn *txn, struct tombstone *tombstone);
/* What is there again is no longer gone. */
void forget(struct txn *txn, enum tombstone_kind kind, const char *id);

/* ---- event_log.c ------------------------------------------------------------------------------- */

void events_init(struct event_log *log);
void events_finish(struct event_log *log);
/* Takes the event over. */
void events_push(struct event_log *log, struct event *event);
int64_t events_visible_seq(const struct event_log *log);
void event_destroy(struct event *event);
/* The JSON object of the fields of `record` that `other` (NULL: nothing) has otherwise. The caller frees. */
char *event_fields(enum object_kind kind, const void *record, const void *other);
/* Tells whether they differ in what people set, times of ending aside. */
bool event_worthy(enum object_kind kind, const void *before, const void *after);

/* ---- change_log.c, observers.c, applied_wait.c -------------------------------------------------- */

void change_log_init(struct change_log *feed, int64_t floor);
void change_log_finish(struct change_log *feed);
void change_log_add(struct change_log *feed, const struct change *change);
void observers_tell(struct plane *plane, const struct change *changes, size_t change_count,
	struct event *const *events, size_t event_count);
void observers_tell_unstored(struct plane *plane, const struct event *event);
void observers_finish(struct plane *plane);
void waits_finish(struct plane *plane);

/* ---- reports.c, health.c, refused.c, expiry.c ----------------------------------------------------- */

/* `look` is called with the plane. */
bool reports_init(struct plane *plane, enum report_kind kind, event_callback_fn look);
void reports_finish(struct plane *plane, enum report_kind kind);
/* To be looked at in this turn of the loop, or when the store has paused. */
void reports_add(struct plane *plane, enum report_kind kind, struct str id);
/* To be looked at when a txn has been applied or has failed. */
void reports_defer(struct plane *plane, enum report_kind kind, struct str id);
/* All of them, the caller's to destroy. What is added meanwhile is for the next time. */
struct hashmap *reports_take(struct plane *plane, enum report_kind kind);
/* What had to wait is looked at. */
void reports_resume(struct plane *plane);

bool health_init(struct plane *plane);
void health_finish(struct plane *plane);
/* Sets the state of a version that is not in an environment yet from what is known of its endpoints. */
void health_judge(struct plane *plane, struct version *version);

bool refused_init(struct plane *plane);
void refused_finish(struct plane *plane);

bool expiry_init(struct plane *plane);
void expiry_finish(struct plane *plane);
/* `pending` was made anew. Nothing is ended before `not_before`. */
void expiry_reset(struct plane *plane, int64_t not_before);

#endif
