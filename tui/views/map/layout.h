/*
 * Who calls whom as rows of a screen: an indented tree from where requests come in, and the two lists around
 * one service. Pure: calls in, rows out.
 *
 * A service calls the same others wherever it is called from, as far as anybody counts, so each is opened out
 * once, where it comes first; everywhere else its row says that it stands above, or that the calls go round.
 * Rows are therefore no more than calls, however the services call each other.
 */
#ifndef UMBRA_TUI_VIEWS_MAP_LAYOUT_H
#define UMBRA_TUI_VIEWS_MAP_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a version called of another, or what came from outside (caller ""). Names are borrowed. */
struct map_call {
	const char *caller, *caller_version;
	const char *service, *version; /* version "": nobody served */
	bool caller_ephemeral, ephemeral; /* the version stands beside stable */
	double rate; /* a second */
	double share_5xx;
	double p95_ms;
	uint64_t count;
	uint64_t lost; /* of these, the session was lost by the caller */
	const char *lost_trace; /* of the newest that did; "" not known */
	uint64_t pinned,
		without; /* of one session's: where its pins send it; no longer carrying it */
	uint64_t likely; /* of those without: probably lost by the caller */
};

/* Calls put together. The p95 of a sum is that of its slowest part. */
struct map_sum {
	double rate;
	double errors; /* a second */
	double p95_ms;
	uint64_t count;
	uint64_t lost;
	uint64_t pinned, without;
	uint64_t likely;
	const char *likely_by; /* the caller's version that probably lost most; NULL without one */
	/* Where some are lost: */
	const char *lost_by; /* the caller's version that lost most */
	bool lost_by_others; /* too */
	uint64_t lost_of; /* all calls of the versions that lost any */
	const char *lost_trace;
};

double map_share_5xx(const struct map_sum *sum);

enum map_kind {
	MAP_OUTSIDE, /* where requests come in */
	MAP_SERVICE,
	MAP_VERSION, /* which version served the calls of the row above it */
};

enum map_more {
	MAP_OPEN, /* what it calls follows */
	MAP_LEAF, /* it calls nobody */
	MAP_FOLDED,
	MAP_ABOVE, /* opened out above */
	MAP_CYCLE, /* it is among its own callers: the calls go round */
};

struct map_row {
	enum map_kind kind;
	enum map_more more;
	int depth;
	const char *caller; /* "" for outside and for what nobody is seen calling */
	const char *service;
	const char *
		version; /* of a service: the only one that served, NULL when they have rows of their own */
	bool ephemeral;
	bool root; /* no call leads here: its stats are 0 */
	struct map_sum sum; /* of the calls from `caller` */
	double share; /* of all its caller makes; of a version, of the row it belongs to */
};

struct map_tree {
	struct map_row *rows;
	size_t count;
	size_t cap;
	struct map_sum outside;
	bool inline_versions; /* set by who has it: what one version alone served needs no row for that version */
	size_t services; /* that call or are called */
};

void map_tree_init(struct map_tree *tree);
void map_tree_finish(struct map_tree *tree);
/* `is_folded` (NULL: nothing is) says of a service, or of "" for the outside, that what it calls is not wanted. */
void map_tree_build(struct map_tree *tree, const struct map_call *calls, size_t count,
	bool (*is_folded)(void *arg, const char *service), void *arg);

/* One side of a service: who calls it, or whom it calls; the busiest first, each with its versions below it. */
struct map_side {
	struct map_row *rows;
	size_t count;
	size_t cap;
	struct map_sum sum;
};

void map_side_finish(struct map_side *side);
/*
 * With `callers`, rows are services that call `service` (and their versions); without, those it calls. In the
 * rows `service` is always the other one, and `caller` who calls.
 */
void map_side_build(struct map_side *side, const struct map_call *calls, size_t count,
	const char *service, bool callers);

#endif
