/*
 * The lines of the tail: the newest requests, bounded by count and bytes, with the losses among them where
 * they happened, and an index of those that the filter shows.
 *
 * A line has a number of its own that grows by one; it stays the same while the line is kept, whatever
 * comes or goes around it. That is how a reader stays where he reads.
 */
#ifndef UMBRA_TUI_DATA_REQUEST_LOG_H
#define UMBRA_TUI_DATA_REQUEST_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/environment.h"
#include "core/model/filter.h"
#include "core/model/request.h"

struct request_log;

enum { REQUEST_LOG_BYTES_MAX = 5 << 20 };
/* 0: 20,000 lines, REQUEST_LOG_BYTES_MAX. */
struct request_log *request_log_create(size_t max_lines, size_t max_bytes);
void request_log_destroy(struct request_log *lines);
/* Numbers go on, at `first` or above it. */
void request_log_clear(struct request_log *lines, int64_t first);
/* What they take of max_bytes; and another bound from now on, for which the oldest go. */
size_t request_log_bytes(const struct request_log *lines);
void request_log_limit(struct request_log *lines, size_t max_bytes);

void request_log_add(struct request_log *lines, const struct request *request,
	const struct environment *env, int64_t now_ms);
/* -1: unknown how many. */
void request_log_add_loss(struct request_log *lines, int64_t count, const char *why);

/* NULL when it is not kept. */
const struct request *request_log_get(const struct request_log *lines, int64_t number);
/*
 * The hop that lost the session which this line is without, as the lines of its trace tell
 * (core/model/trace.h); NULL when it has one, or it is not certain. May be known only when more have come.
 */
const struct request *request_log_lost_session(const struct request_log *lines, int64_t number);
/* A loss is kept as a request without seq: how many (-1 unknown) and why. */
bool line_is_loss(const struct request *line, int64_t *ret_count, struct str *ret_why);

/* Went wrong: 5xx, an answer of the proxy's own, or not where the session wanted it to go. */
bool line_is_error(const struct request *line);

/* The filter is taken over; NULL shows all. Goes over every line kept. */
void request_log_filter(struct request_log *lines, struct filter *filter,
	const struct environment *env, int64_t now_ms);
/* The filter and the context of the other. */
void request_log_filter_like(struct request_log *lines, const struct request_log *other,
	const struct environment *env, int64_t now_ms);
/* So many lines before and after each that the filter matches are shown, too. Goes over every line kept. */
void request_log_set_context(
	struct request_log *lines, size_t count, const struct environment *env, int64_t now_ms);
/*
 * What the filter shows, 0 the oldest: how many rows, which number, and the row of a number (or the next one
 * kept). Between groups of lines with their context is a row that is no line; it has the number of the next.
 */
size_t request_log_shown(const struct request_log *lines);
int64_t request_log_number(const struct request_log *lines, size_t row);
size_t request_log_row(const struct request_log *lines, int64_t number);
enum line_part { LINE_GAP, LINE_CONTEXT, LINE_MATCH };
enum line_part request_log_part(const struct request_log *lines, size_t row);
/* The next row behind (before, with `back`) this one that line_is_error(); false without one. */
bool request_log_find_error(
	const struct request_log *lines, size_t row, bool back, size_t *ret_row);
/* How many such are shown before this row, and behind it. */
void request_log_count_errors(
	const struct request_log *lines, size_t row, size_t *ret_before, size_t *ret_behind);
/* All that are kept, shown or not: numbers from the first up to, not with, the end. */
int64_t request_log_first(const struct request_log *lines);
int64_t request_log_end(const struct request_log *lines);

struct request_log_counts {
	size_t kept;
	size_t hidden; /* kept, not shown */
	int64_t trimmed; /* no longer kept, since the clear */
	int64_t lost; /* known losses since the clear */
	bool lost_unknown; /* and some of unknown number */
	int64_t last_seq; /* of the newest request, 0: none */
	int per_second; /* requests that came within the last whole second, without the backlog */
};
void request_log_count(
	const struct request_log *lines, int64_t now_ms, struct request_log_counts *ret_counts);

#endif
