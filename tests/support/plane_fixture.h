/*
 * A plane over a store, on a loop and a clock of its own, and writes as JSON bodies: what the tests of
 * core/plane share.
 */
#ifndef UMBRA_TESTS_SUPPORT_PLANE_FIXTURE_H
#define UMBRA_TESTS_SUPPORT_PLANE_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/plane/plane.h"
#include "core/store/store.h"

struct event_base;

/* The clock of every plane made here, ms. */
extern int64_t bench_now_ms;

struct write_spec {
	enum plane_verb verb;
	const char *service;
	const char *version;
	const char *session;
	const char *body; /* JSON, NULL where the verb takes none */
	int64_t if_match;
	bool force;
	bool take;
	const char *actor;
};

/* What came of one write. */
struct write_result {
	bool done;
	enum err err;
	struct errbuf eb;
	char near[NOT_FOUND_NEAR_MAX][64];
	size_t near_count;
	bool created;
	int64_t revision;
	char name[64]; /* of the record that was answered, "" without one */
	int64_t record_revision;
	char gone[128]; /* the id of the tombstone that was answered, "" without one */
	int why;
};

struct plane_fixture {
	struct event_base *base;
	struct store *store;
	struct plane *plane;
	struct write_result result; /* of the last bench_write() */
};

/* `store` NULL: one in memory. */
void bench_init(struct plane_fixture *bench);
void bench_init_store(struct plane_fixture *bench, struct event_base *base, struct store *store);
void bench_finish(struct plane_fixture *bench);
/* Ends the plane and starts another over the same store. */
void bench_restart(struct plane_fixture *bench);

/* Starts a write; `result` must live until it is done. A body that does not parse is a failed assertion. */
void bench_start(
	struct plane_fixture *bench, const struct write_spec *spec, struct write_result *result);
/* Waits for it. Returns its err; everything else is in bench->result. */
enum err bench_write(struct plane_fixture *bench, const struct write_spec *spec);
/* Runs the loop until `flag`, at most a few seconds. */
void bench_wait(struct plane_fixture *bench, const bool *flag);
/* One turn of the loop without waiting. */
void bench_turn(struct plane_fixture *bench);

/* Shorthands that must succeed. */
void bench_service(struct plane_fixture *bench, const char *name);
void bench_version(struct plane_fixture *bench, const char *service, const char *version,
	const char *kind, const char *endpoint);
void bench_session(struct plane_fixture *bench, const char *key);
void bench_health(struct plane_fixture *bench, const char *service, const char *version,
	enum endpoint_health health);

/*
 * A bench with a shop: cart (v1 stable, pr-1, pr-2), search (no stable, pr-9; "old" is retired), the session
 * "dev" that pins cart=pr-1, and the session "gone" that has ended.
 */
void bench_shop(struct plane_fixture *bench);
const struct event *bench_last_event(const struct plane_fixture *bench);

struct version *bench_find(
	const struct plane_fixture *bench, const char *service, const char *version);

/* Asserts that they hold the same things; `exact` means revisions and states too. */
void assert_same_environment(const struct environment *a, const struct environment *b, bool exact);

#endif
