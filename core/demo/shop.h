/*
 * The sample shop's inside: one process serves one version of one service over HTTP, and calls others
 * through the proxy by their service names, handing on the routing context as any good citizen would.
 *
 * shop.c runs requests; what a service is about stands in the tables of shop_routes.c.
 */
#ifndef UMBRA_DEMO_SHOP_H
#define UMBRA_DEMO_SHOP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/json.h"
#include "core/base/str.h"

enum { SHOP_CLASSES = 12, SHOP_SEATS_MAX = 24 };

/* Who sits where until when: 0 is a free seat. */
struct shop_holds {
	int64_t until_ms[SHOP_CLASSES][SHOP_SEATS_MAX];
};

/* One request being served. */
struct shop_visit {
	struct str service; /* who serves it */
	struct str version;
	unsigned traits;
	struct shop_holds *holds; /* of this process */
	int64_t now_ms;
	unsigned class_id; /* 1..SHOP_CLASSES: asked for, or one by chance */
	unsigned member_id;
	const char *word; /* what is searched for, decoded; "" for everything */
	bool post; /* it changes something */
	/* What the services called so far have said. */
	const cJSON *listed; /* schedule's classes, NULL before */
	int64_t price; /* cents, 0: not known */
	bool held; /* pricing holds the seat already */
};

/* A call to another service. In `target`, # is the class and $ the word searched for. */
struct shop_leg {
	const char *service;
	const char *method;
	const char *target;
	bool optional; /* the answer can do without it */
	unsigned trait; /* only versions with this trait call it; 0: all */
	void (*take)(struct shop_visit *visit, const cJSON *answer); /* may be NULL */
};

enum { SHOP_LEGS_MAX = 4 };

struct shop_route {
	const char *service;
	const char *path; /* with a trailing slash and more than that: a number follows */
	struct shop_leg legs[SHOP_LEGS_MAX + 1]; /* one after another; ends with zeros */
	/* Writes the members of the answer into an open object; returns the HTTP status. */
	int (*answer)(struct shop_visit *visit, struct json_writer *w);
	unsigned trait; /* only versions with this trait have it; 0: all */
};

/* NULL: that service has no such path. Sets class_id when the path names one. */
const struct shop_route *shop_route_find(struct shop_visit *visit, struct str path);

/* `__shop serve SERVICE VERSION --port N --proxy A:P --domain D --seed N`: runs until TERM. */
int shop_main(int argc, const char *const *argv);

#endif
