/*
 * A control plane for screen tests: the real API over the real plane, the memory store and the real traffic,
 * in a process of its own, with a clock that stands still. What is on it is the test's (`furnish`, in that
 * process, before the first client); later the test sends orders of one byte (`order`).
 *
 * It stands in for `umbra serve` only where pictures must be the same each time.
 */
#ifndef UMBRA_TESTS_SUPPORT_CONTROL_PLANE_FIXTURE_H
#define UMBRA_TESTS_SUPPORT_CONTROL_PLANE_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/model/request.h"

/* 2026-11-22T18:42:07.000Z. The dashboard gets it as UMBRA_NOW_MS. */
#define CONTROL_PLANE_NOW_MS 1795372927000LL
#define CONTROL_PLANE_NOW_TEXT "1795372927000"

struct control_plane_plane; /* in the child */

struct control_plane {
	pid_t pid;
	int port;
	int orders; /* to the child */
	int acks; /* from it */
	char url[64];
};

struct control_plane_script {
	void (*furnish)(struct control_plane_plane *plane);
	void (*order)(struct control_plane_plane *plane, char order); /* may be NULL */
	bool demo; /* it says that it is one */
};

/* `port` 0: a free one; another to come back where one was. Fails the test when it cannot. */
void control_plane_start(
	struct control_plane *stage, const struct control_plane_script *script, int port);
/* Returns when the order has been carried out. */
void control_plane_order(struct control_plane *stage, char order);
/*
 * In the control plane's place somebody who answers everything with this status and no word of the API: a
 * login in front of it. `port` is where it was.
 */
void control_plane_deny(struct control_plane *stage, int port, int status);
/* Killed, as by kill -9. */
void control_plane_stop(struct control_plane *stage);

/* ---- in the child ---- */

/* The clock stands at CONTROL_PLANE_NOW_MS - ago_ms until it is set again; furnish ends with 0. */
void control_plane_clock(struct control_plane_plane *plane, int64_t ago_ms);
/* Who writes from here on; "stage" at first. Not copied. */
void control_plane_actor(struct control_plane_plane *plane, const char *actor);
/* Bodies as of PUT and POST. A version without a state given stays `starting`; times are those of the clock. */
void control_plane_service(struct control_plane_plane *plane, const char *name, const char *body);
void control_plane_version(struct control_plane_plane *plane, const char *service,
	const char *version, const char *body);
void control_plane_session(struct control_plane_plane *plane, const char *body);
void control_plane_up(struct control_plane_plane *plane, const char *service, const char *version);
void control_plane_down(struct control_plane_plane *plane, const char *service, const char *version,
	const char *why);
/* A request at the clock's time; seq is given by the traffic. */
void control_plane_request(struct control_plane_plane *plane, const struct request *request);
void control_plane_loss(struct control_plane_plane *plane, int64_t lost, const char *why);

/* The shop most pictures are of: 8 services, pull requests, sessions, a minute of traffic. */
void control_plane_shop(struct control_plane_plane *plane);
extern const struct control_plane_script
	stage_shop_script; /* with 'r': one request more, 'R': a hundred; 'd': the stable of notify is down ("off") by the real clock, which counts until the next order */

#endif
