/*
 * Tells the control plane what the demo consists of, as CI and people would: services, versions, sessions;
 * then waits until all that can be healthy is.
 */
#ifndef UMBRA_DEMO_REGISTER_H
#define UMBRA_DEMO_REGISTER_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/demo/fixtures.h"

struct client;
struct event_base;
struct registration;

/* A version and where it listens. */
struct place {
	const struct fixture_service *service;
	const struct fixture_version *build; /* NULL: the stable one */
	char version[64];
	uint16_t port; /* on 127.0.0.1 */
};

enum { PLACES_MAX = 32 };

/* All versions of the catalogue, stable ones first, without ports. Returns how many. */
size_t places_fill(struct place places[PLACES_MAX]);

struct register_ops {
	/* Everything is registered and healthy, or it cannot be: then `eb` says why. Comes once. */
	void (*done)(void *arg, const struct errbuf *eb);
};

/* `client` and `places` are borrowed until register_destroy(). */
struct registration *register_start(struct event_base *base, struct client *client,
	const struct place *places, size_t count, const struct register_ops *ops, void *arg);
/* No callback comes after it. NULL is fine. */
void register_destroy(struct registration *setup);

#endif
