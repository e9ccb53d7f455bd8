/*
 * A control plane for screen tests: the real API over the real plane, the memory store and the real traffic,
 * in a process of its own, with a clock that stands still. What is on it is the test's (`furnish`, in that
 * process, before the first client); later the test sends orders of one byte (`order`).
 *
 * It stands in for `umbra serve` only where pictures must be the same each time.
 */
#ifndef UMBRA_TESTS_SUPPORT_STAGE_H
#define UMBRA_TESTS_SUPPORT_STAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/model/request.h"

/* 2026-11-22T18:42:07.000Z. The dashboard gets it as UMBRA_NOW_MS. */
#define STAGE_NOW_MS 1795372927000LL
#define STAGE_NOW_TEXT "1795372927000"

struct stage_plane; /* in the child */

struct stage {
	pid_t pid;
	int port;
	int orders; /* to the child */
	int acks; /* from it */
	char url[64];
};

struct stage_script {
	void (*furnish)(struct stage_plane *plane);
	void (*order)(struct stage_plane *plane, char order); /* may be NULL */
	bool demo; /* it says that it is one */
};

/* `port` 0: a free one; another to come back where one was. Fails the test when it cannot. */
void stage_start(struct stage *stage, const struct stage_script *script, int port);
/* Returns when the order has been carried out. */
void stage_order(struct stage *stage, char order);
/*
 * In the control plane's place somebody who answers everything with this status and no word of the API: a
 * login in front of it. `port` is where it was.
 */
void stage_deny(struct stage *stage, int port, int status);
/* Killed, as by kill -9. */
void stage_stop(struct stage *stage);

/* ---- in the child ---- */

/* The clock stands at STAGE_NOW_MS - ago_ms until it is set again; furnish ends with 0. */
void stage_clock(struct stage_plane *plane, int64_t ago_ms);
/* Who writes from here on; "stage" at first. Not copied. */
void stage_actor(struct stage_plane *plane, const char *actor);
/* Bodies as of PUT and POST. A version without a state given stays `starting`; times are those of the clock. */
void stage_service(struct stage_plane *plane, const char *name, const char *body);
void stage_version(
	struct stage_plane *plane, const char *service, const char *version, const char *body);
void stage_session(struct stage_plane *plane, const char *body);
void stage_up(struct stage_plane *plane, const char *service, const char *version);
void stage_down(
	struct stage_plane *plane, const char *service, const char *version, const char *why);
/* A request at the clock's time; seq is given by the traffic. */
void stage_request(struct stage_plane *plane, const struct request *request);
void stage_loss(struct stage_plane *plane, int64_t lost, const char *why);

/* The shop most pictures are of: 8 services, pull requests, sessions, a minute of traffic. */
void stage_shop(struct stage_plane *plane);
extern const struct stage_script
	stage_shop_script; /* with 'r': one request more, 'R': a hundred; 'd': the stable of notify is down ("off") by the real clock, which counts until the next order */

#endif
