/*
 * Ending what is over its time, through the same pipeline as every write, with the actor "umbra".
 *
 * One timer. `next_expiry` is a lower bound that every record lowers when it comes in; only when the clock
 * has passed it is everything walked. The timer asks the wall clock at least every TICK_MAX_MS, so that a
 * stepped clock or a resumed laptop is noticed.
 */
#include <event2/event.h>
#include <stdlib.h>

#include "core/model/expiry.h"
#include "core/model/name_rules.h"
#include "core/plane/internal.h"

enum { TICK_MAX_MS = 500, DUE_AT_ONCE = 256 };

static void arm(struct plane *plane)
{
	int64_t left = plane->next_expiry - plane->now_ms();
	struct timeval wait;

	if (plane->next_expiry == INT64_MAX) {
		evtimer_del(plane->expiry_timer);
		return;
	}
	if (left > TICK_MAX_MS)
		left = TICK_MAX_MS;
	if (left < 1)
		left = 1;
	wait = (struct timeval){0, (suseconds_t)left * 1000};
	evtimer_add(plane->expiry_timer, &wait);
}

static void end_version(struct txn *txn, const struct version *version)
{
	char id[VERSION_ID_SIZE];

	name_join_version(str_of(version->service), str_of(version->name), id);
	txn_event(
		txn, EVENT_VERSION_EXPIRED, id, event_fields(OBJECT_VERSION, version, NULL), NULL);
	retire_version(txn, version, WHY_EXPIRED);
}

static void end_one(struct txn *txn, const struct expired *due)
{
	const struct session *session = due->record;
	char *id;

	switch (due->kind) {
	case OBJECT_VERSION:
		end_version(txn, due->record);
		break;
	case OBJECT_SESSION:
		txn_event(txn, EVENT_SESSION_EXPIRED, session->key,
			event_fields(OBJECT_SESSION, session, NULL), NULL);
		end_session(txn, session, WHY_EXPIRED);
		break;
	case OBJECT_TOMBSTONE:
		id = object_id(OBJECT_TOMBSTONE, due->record);
		txn_remove(txn, OBJECT_TOMBSTONE, id);
		free(id);
		break;
	case OBJECT_SERVICE:
	case OBJECT_COUNT:
		break;
	}
}

/* A slice of what is due; the loop runs on before the next one. */
static void end_due(struct plane *plane)
{
	struct expired due[DUE_AT_ONCE];
	size_t all = expiry_due(&plane->pending, plane->now_ms(), due, DUE_AT_ONCE);
	size_t count = all < DUE_AT_ONCE ? all : DUE_AT_ONCE;
	struct txn *txn;

	if (count > 0) {
		txn = txn_begin(plane, "umbra");
		/* Tombstones are last and end first: a new one may push an old one out. */
		for (size_t i = count; i > 0; i--)
			end_one(txn, &due[i - 1]);
		txn_commit(txn);
	}
	if (all == count)
		expiry_reset(plane, 0);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct plane *plane = arg;

	(void)fd;
	(void)what;
	if (plane->next_expiry <= plane->now_ms())
		end_due(plane);
	arm(plane);
}

bool expiry_init(struct plane *plane)
{
	plane->expiry_timer = evtimer_new(plane->base, on_timer, plane);
	if (plane->expiry_timer == NULL)
		return false;
	expiry_reset(plane, 0);
	return true;
}

void expiry_finish(struct plane *plane)
{
	if (plane->expiry_timer != NULL)
		event_free(plane->expiry_timer);
}

static void expiry_added(struct plane *plane, const struct change *change)
{
	int64_t end = expiry_of(change->kind, change->record);

	if (end == 0 || end >= plane->next_expiry)
		return;
	plane->next_expiry = end;
	arm(plane);
}

const struct txn_hook expiry_hook = {.added = expiry_added};

void expiry_reset(struct plane *plane, int64_t not_before)
{
	int64_t next = expiry_next(&plane->pending);

	plane->next_expiry = next == 0 ? INT64_MAX : next;
	if (plane->next_expiry < not_before)
		plane->next_expiry = not_before;
	arm(plane);
}
