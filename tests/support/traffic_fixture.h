/*
 * Traffic on a loop, a clock and a directory of its own, a tail that notes what it is told, and a
 * search that keeps what it found: what the tests of core/traffic share.
 */
#ifndef UMBRA_TESTS_SUPPORT_TRAFFIC_FIXTURE_H
#define UMBRA_TESTS_SUPPORT_TRAFFIC_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "core/traffic/traffic.h"

struct traffic_fixture {
	struct event_base *base;
	struct traffic *traffic;
	struct traffic_options options;
	char dir[256];
};

/* The clock of all of them, ms. */
extern int64_t traffic_fixture_now_ms;

/* With `history`, in a new directory. `options` may be NULL; its dir and clock are set here. */
void traffic_fixture_init(
	struct traffic_fixture *bench, bool history, const struct traffic_options *options);
/* Ends it in order and starts another on the same directory. */
void traffic_fixture_restart(struct traffic_fixture *bench);
/* Also removes the directory. */
void traffic_fixture_finish(struct traffic_fixture *bench);
/* Runs the loop until the condition holds; fails after some seconds. */
void traffic_fixture_until(struct traffic_fixture *bench,
	bool (*holds)(struct traffic_fixture *bench, void *arg), void *arg);
/* Until all that was taken is stored or shed. */
void traffic_fixture_stored(struct traffic_fixture *bench);

/*
 * A record whose fields follow from `n`: service cart or search, version, session, status, trace.
 */
struct request traffic_fixture_request(int64_t n);
/* Takes `count` of them, the n-th of all with n = `first` and up; returns the last seq. */
int64_t traffic_fixture_take(struct traffic_fixture *bench, int64_t first, size_t count);

/* What a tail was told. */
struct heard {
	struct tail *tail;
	int64_t *seqs;
	size_t count, cap;
	int64_t lost; /* sum of those that are known */
	size_t losses, unknown;
	int64_t lost_after; /* seq heard before the last loss, 0 without one */
	char why[64];
	size_t pause_at, cancel_at; /* does that to itself at that count; 0: never */
	struct tail *cancel_other;
};
void heard_start(
	struct traffic_fixture *bench, struct heard *heard, const char *filter, int64_t since);
/* Until it has `count` records, then until there is nothing more under way. */
void heard_wait(struct traffic_fixture *bench, struct heard *heard, size_t count);
/* Fails unless the seqs are first..last without a gap or a double. */
void heard_assert_run(const struct heard *heard, int64_t first, int64_t last);
void heard_finish(struct heard *heard);

/* What a search found. */
struct found {
	bool done;
	enum err err;
	struct errbuf eb;
	int64_t *seqs;
	size_t count;
	int64_t next, oldest;
	struct request first; /* of the newest, without its texts */
};
void found_start(struct traffic_fixture *bench, struct found *found, const char *filter,
	int64_t before, size_t limit);
/* Starts it and waits. */
void found_get(struct traffic_fixture *bench, struct found *found, const char *filter,
	int64_t before, size_t limit);
void found_finish(struct found *found);

#endif
