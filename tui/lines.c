/*
 * The tail's lines and their sieve. Fed by the app from the tail client, read by the Requests view.
 * Invariant: `shown` holds, in order, the numbers of the kept lines that the filter matches; adding a line
 * is O(1), a new filter is O(lines kept).
 */
#include "tui/lines.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/ring.h"
#include "core/model/trace.h"

enum { LINES_MAX = 20000, LINES_BYTES_MAX = 6 << 20, RATE_LAG_MS = 2000 };

struct lines {
	struct ring *ring;
	struct trace_index *traces; /* over the whole ring */
	size_t max_lines;
	size_t max_bytes;
	struct filter *filter;
	int64_t *shown;
	size_t head; /* the first of `shown` that counts */
	size_t tail; /* behind the last */
	size_t cap;
	int64_t lost;
	bool lost_unknown;
	int64_t last_seq;
	int64_t second; /* wall second being counted */
	int in_second;
	int in_second_before;
};

static const struct request *get_line(const void *store, int64_t number)
{
	return ring_get(((const struct lines *)store)->ring, number);
}

struct lines *lines_create(size_t max_lines, size_t max_bytes)
{
	struct lines *lines = xcalloc(1, sizeof(*lines));

	lines->max_lines = max_lines > 0 ? max_lines : LINES_MAX;
	lines->max_bytes = max_bytes > 0 ? max_bytes : LINES_BYTES_MAX;
	lines->ring = ring_create(lines->max_lines, lines->max_bytes, 1);
	lines->traces = trace_index_create(lines->max_lines, get_line, lines);
	return lines;
}

void lines_destroy(struct lines *lines)
{
	if (!lines)
		return;
	trace_index_destroy(lines->traces);
	ring_destroy(lines->ring);
	filter_destroy(lines->filter);
	free(lines->shown);
	free(lines);
}

void lines_clear(struct lines *lines)
{
	int64_t next = ring_next(lines->ring);

	ring_destroy(lines->ring);
	lines->ring = ring_create(lines->max_lines, lines->max_bytes, next);
	lines->head = lines->tail = 0;
	lines->lost = lines->last_seq = 0;
	lines->lost_unknown = false;
	lines->in_second = lines->in_second_before = 0;
}

/* Those that left the ring leave the sieve. */
static void trim(struct lines *lines)
{
	int64_t oldest = ring_oldest(lines->ring);

	while (lines->head < lines->tail && lines->shown[lines->head] < oldest)
		lines->head++;
	if (lines->head > lines->max_lines) {
		memmove(lines->shown, lines->shown + lines->head,
			(lines->tail - lines->head) * sizeof(*lines->shown));
		lines->tail -= lines->head;
		lines->head = 0;
	}
}

static void show(struct lines *lines, int64_t number)
{
	array_reserve(&lines->shown, &lines->cap, lines->tail + 1, sizeof(*lines->shown));
	lines->shown[lines->tail++] = number;
}

static void count_second(struct lines *lines, int64_t now_ms)
{
	int64_t second = now_ms / 1000;

	if (second == lines->second)
		return;
	lines->in_second_before = second == lines->second + 1 ? lines->in_second : 0;
	lines->in_second = 0;
	lines->second = second;
}

void lines_add(struct lines *lines, const struct request *request, const struct environment *env,
	int64_t now_ms)
{
	struct request *copy = request_copy(request);
	int64_t number = ring_push(lines->ring, copy, request_size(copy));

	trace_index_add(lines->traces, number, request->trace);
	if (!lines->filter || filter_match_request(lines->filter, request, env, now_ms))
		show(lines, number);
	lines->last_seq = request->seq;
	count_second(lines, now_ms);
	if (now_ms - request->time < RATE_LAG_MS) /* not the backlog */
		lines->in_second++;
	trim(lines);
}

void lines_add_loss(struct lines *lines, int64_t count, const char *why)
{
	struct request loss;
	struct request *copy;

	memset(&loss, 0, sizeof(loss));
	loss.retries = count;
	loss.error = str_of(why);
	copy = request_copy(&loss);
	show(lines, ring_push(lines->ring, copy, request_size(copy)));
	if (count < 0)
		lines->lost_unknown = true;
	else
		lines->lost += count;
	trim(lines);
}

const struct request *lines_get(const struct lines *lines, int64_t number)
{
	return ring_get(lines->ring, number);
}

const struct request *lines_lost_session(const struct lines *lines, int64_t number)
{
	const struct request *line = ring_get(lines->ring, number);

	return line && line->seq != 0 ? trace_index_lost_by(lines->traces, line) : NULL;
}

bool line_is_loss(const struct request *line, int64_t *ret_count, struct str *ret_why)
{
	if (line->seq != 0)
		return false;
	*ret_count = line->retries;
	*ret_why = line->error;
	return true;
}

void lines_sieve(
	struct lines *lines, struct filter *filter, const struct environment *env, int64_t now_ms)
{
	filter_destroy(lines->filter);
	lines->filter = filter;
	lines->head = lines->tail = 0;
	for (int64_t n = ring_oldest(lines->ring); n < ring_next(lines->ring); n++) {
		const struct request *line = ring_get(lines->ring, n);

		if (line && (!filter || line->seq == 0 ||
				    filter_match_request(filter, line, env, now_ms)))
			show(lines, n);
	}
}

size_t lines_shown(const struct lines *lines)
{
	return lines->tail - lines->head;
}

int64_t lines_number(const struct lines *lines, size_t row)
{
	return row < lines_shown(lines) ? lines->shown[lines->head + row] : 0;
}

size_t lines_row(const struct lines *lines, int64_t number)
{
	size_t low = lines->head;
	size_t high = lines->tail;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (lines->shown[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low - lines->head;
}

void lines_count(const struct lines *lines, int64_t now_ms, struct lines_counts *ret_counts)
{
	int64_t second = now_ms / 1000;

	ret_counts->kept = (size_t)(ring_next(lines->ring) - ring_oldest(lines->ring));
	ret_counts->hidden = ret_counts->kept - lines_shown(lines);
	ret_counts->lost = lines->lost;
	ret_counts->lost_unknown = lines->lost_unknown;
	ret_counts->last_seq = lines->last_seq;
	ret_counts->per_second = second == lines->second       ? lines->in_second_before
				 : second == lines->second + 1 ? lines->in_second
							       : 0;
}
