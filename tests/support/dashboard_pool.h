/*
 * Many dashboards at once on the one stage, each at a place of its own: a view, or what opens over one. What is
 * done is done in all of them before the first is waited for, so that the waits are shared.
 *
 * Each begins in the first view, goes its way to its place, and comes home with Esc and the first view's key.
 */
#ifndef UMBRA_TESTS_SUPPORT_DASHBOARD_POOL_H
#define UMBRA_TESTS_SUPPORT_DASHBOARD_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/support/dashboard_fixture.h"

enum { WAY_STEPS = 3, DASHBOARD_POOL_MAX = 48 };

/* What is pressed, and what is seen when that has been done. */
struct way {
	const char *keys, *shows;
	bool again; /* as often as it takes, and not at all where it shows already */
};

struct place {
	const char *name;
	struct way way[WAY_STEPS]; /* from home */
	bool writes; /* one does not come here under --read-only */
	const char *never; /* keys that would send what was begun; NULL: none */
};

/* Every view of the shop, and all that opens over them. */
extern const struct place shop_places[];
extern const size_t shop_place_count;
/* The seven views alone, by their keys; what they show is what they show also when there is nothing. */
extern const struct place tab_places[];
extern const size_t tab_place_count;

struct seat {
	const struct place *place;
	struct pty pty;
};

extern struct seat seats[DASHBOARD_POOL_MAX];
extern size_t seat_count;

/* Starts one for each place, at home. `home`: what is seen there; NULL: the list of services. */
void dashboard_pool_sit(const struct place *from, size_t count,
	const struct dashboard_options *options, const char *home);
/* Each to its place. `after` stands in what is said of a failure, here and below. */
void dashboard_pool_go(const char *after);
void dashboard_pool_home(const char *after);
/* Keys, never those that send; then whatever is painted is taken, but not waited for. */
void dashboard_pool_press(const char *keys);
/* Until each of them shows the text. */
void dashboard_pool_wait(const char *text, const char *after);
/* q in all of them: they end well, and the terminal is a shell's again. */
void dashboard_pool_quit(void);
/* dashboard_teardown() for tests with seats. */
int dashboard_pool_teardown(void **state);

#define DASHBOARD_POOL_TEST(name) \
	cmocka_unit_test_setup_teardown(name, dashboard_setup, dashboard_pool_teardown)

#endif
