/*
 * Two versions of a service side by side: which request of the one stands beside which of the other. Pure,
 * over records somebody else keeps.
 *
 * Each request that the right version served stands beside what the left version answered last, before it, to
 * the same method and route; where there was nothing before, beside the first after it. So what is beside a
 * request stays the same while more come, and one answer may stand beside several.
 */
#ifndef UMBRA_TUI_VIEWS_REQUESTS_PAIRING_H
#define UMBRA_TUI_VIEWS_REQUESTS_PAIRING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"
#include "core/base/strbuf.h"
#include "core/model/request.h"

struct pairing_pair {
	const struct request *left; /* NULL: the left version has not answered this route */
	const struct request *right;
};

enum pairing_verdict {
	PAIRING_ALIKE,
	PAIRING_ALONE, /* nothing to compare it with */
	PAIRING_SLOWER, /* at least twice as long, and by more than PAIRING_NOISE_MS */
	PAIRING_STATUS, /* another status */
};
enum { PAIRING_NOISE_MS = 2 };

/*
 * The path as a route: without its query, each run of digits a '#', and so each segment of eight or more
 * hexadecimal digits and dashes with a digit among them (ids). Appended to `out`.
 */
void pairing_add_route(struct strbuf *out, struct str path);

/*
 * Pairs `hops` (of one service, in the order of the log; those of neither version are passed over). One pair
 * for each hop of the right version, of the newest `max` of them, in that order; returns how many.
 */
size_t pairing_pairs(const struct request *const *hops, size_t count, struct str left,
	struct str right, struct pairing_pair *ret_pairs, size_t max);
enum pairing_verdict pairing_judge(const struct pairing_pair *pair);

#endif
