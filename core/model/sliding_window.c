/*
 * A sliding window over one thing's requests. Called for each record, so an add is a few additions;
 * the invariant is that slots hold the 60 seconds up to `head`, and that halves[0] is the half
 * minute of the newest add.
 */
#include "core/model/sliding_window.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/model/histogram.h"

enum { HALF_S = WINDOW_SLOTS / 2 };

struct slots {
	uint64_t bytes_in[WINDOW_SLOTS];
	uint64_t bytes_out[WINDOW_SLOTS];
	uint32_t count[WINDOW_SLOTS];
	uint32_t count_4xx[WINDOW_SLOTS];
	uint32_t count_5xx[WINDOW_SLOTS];
};

/* A histogram of the buckets that occurred, sorted. */
struct bucket {
	uint32_t number;
	uint32_t count;
};

struct half {
	int64_t number; /* seconds since 1970 / HALF_S */
	struct bucket *buckets;
	size_t len;
	size_t cap;
};

struct window {
	int64_t last_seen;
	int64_t head; /* the newest second */
	struct slots *slots; /* second s at s % WINDOW_SLOTS; NULL at rest */
	uint32_t *lost; /* as slots; NULL until one is, which is seldom */
	int64_t lost_seq;
	struct half halves[2]; /* the newest, and one before it */
};

struct window *window_create(void)
{
	return xcalloc(1, sizeof(struct window));
}

static void half_finish(struct half *half)
{
	free(half->buckets);
	*half = (struct half){0};
}

static void rest(struct window *w)
{
	free(w->slots);
	free(w->lost);
	w->slots = NULL;
	w->lost = NULL;
	half_finish(&w->halves[0]);
	half_finish(&w->halves[1]);
}

void window_destroy(struct window *w)
{
	if (w == NULL)
		return;
	rest(w);
	free(w);
}

static void clear_slot(struct window *w, int64_t second)
{
	size_t i = (size_t)(second % WINDOW_SLOTS);
	struct slots *slots = w->slots;

	slots->bytes_in[i] = slots->bytes_out[i] = 0;
	slots->count[i] = slots->count_4xx[i] = slots->count_5xx[i] = 0;
	if (w->lost != NULL)
		w->lost[i] = 0;
}

/* Makes `second` the newest; what falls out is forgotten. */
static void advance(struct window *w, int64_t second)
{
	if (w->slots == NULL) {
		w->slots = xcalloc(1, sizeof(*w->slots));
		w->head = second;
	}
	if (second - w->head >= WINDOW_SLOTS) {
		memset(w->slots, 0, sizeof(*w->slots));
		free(w->lost);
		w->lost = NULL;
		w->head = second;
	}
	while (w->head < second)
		clear_slot(w, ++w->head);
}

static void half_add(struct half *half, uint32_t number)
{
	size_t low = 0;
	size_t high = half->len;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (half->buckets[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == half->len || half->buckets[low].number != number) {
		array_reserve(&half->buckets, &half->cap, half->len + 1, sizeof(*half->buckets));
		memmove(half->buckets + low + 1, half->buckets + low,
			(half->len - low) * sizeof(*half->buckets));
		half->buckets[low] = (struct bucket){number, 0};
		half->len++;
	}
	half->buckets[low].count++;
}

/* The half of `second`, made the newest when it is; NULL when it is older than both. */
static struct half *half_of(struct window *w, int64_t second)
{
	int64_t number = second / HALF_S;

	if (number > w->halves[0].number) {
		struct half oldest = w->halves[1];
		w->halves[1] = w->halves[0];
		oldest.number = number;
		oldest.len = 0;
		w->halves[0] = oldest;
	}
	for (size_t i = 0; i < 2; i++)
		if (w->halves[i].number == number)
			return &w->halves[i];
	return NULL;
}

void window_add(struct window *w, int64_t time_ms, int status, double total_ms, int64_t bytes_in,
	int64_t bytes_out)
{
	int64_t second = time_ms / 1000;
	struct half *half;

	if (second <= w->head - WINDOW_SLOTS) {
		rest(w);
		w->last_seen = 0;
	}
	if (time_ms > w->last_seen)
		w->last_seen = time_ms;
	advance(w, second);

	size_t i = (size_t)(second % WINDOW_SLOTS);
	w->slots->count[i]++;
	w->slots->count_4xx[i] += status >= 400 && status <= 499;
	w->slots->count_5xx[i] += status >= 500 && status <= 599;
	w->slots->bytes_in[i] += bytes_in > 0 ? (uint64_t)bytes_in : 0;
	w->slots->bytes_out[i] += bytes_out > 0 ? (uint64_t)bytes_out : 0;
	half = half_of(w, second);
	if (half != NULL)
		half_add(half, histogram_bucket(total_ms < 3.6e6 ? (int64_t)(total_ms * 1000)
								 : HISTOGRAM_MAX_US));
}

void window_add_lost(struct window *w, int64_t time_ms, int64_t seq)
{
	int64_t second = time_ms / 1000;

	if (second > w->head)
		second = w->head; /* nothing has been added since */
	if (w->slots == NULL || second <= w->head - WINDOW_SLOTS)
		return;
	if (w->lost == NULL)
		w->lost = xcalloc(WINDOW_SLOTS, sizeof(*w->lost));
	w->lost[second % WINDOW_SLOTS]++;
	if (seq > w->lost_seq)
		w->lost_seq = seq;
}

static void add_half(struct histogram *h, const struct half *half)
{
	for (size_t i = 0; i < half->len; i++) {
		h->buckets[half->buckets[i].number] += half->buckets[i].count;
		h->count += half->buckets[i].count;
	}
}

static void read_percentiles(const struct window *w, int64_t second, struct stats *stats)
{
	struct histogram h;

	histogram_reset(&h);
	for (size_t i = 0; i < 2; i++)
		if (second / HALF_S - w->halves[i].number <= 1)
			add_half(&h, &w->halves[i]);
	stats->p50_ms = (double)histogram_quantile(&h, 0.50) / 1000;
	stats->p95_ms = (double)histogram_quantile(&h, 0.95) / 1000;
	stats->p99_ms = (double)histogram_quantile(&h, 0.99) / 1000;
}

/* The slots count as whole seconds: the window is full as soon as each of them has been seen in part. */
static double seen_seconds(int64_t now_ms, int seconds, int64_t seen_from_ms)
{
	int64_t seen_ms = now_ms - seen_from_ms;

	if (seen_ms < 0 || now_ms / 1000 - seen_from_ms / 1000 + 1 >= seconds)
		return seconds;
	return seen_ms < 1000 ? 1 : (double)seen_ms / 1000;
}

void window_stats(const struct window *w, int64_t now_ms, int seconds, int64_t seen_from_ms,
	struct stats *ret_stats)
{
	struct stats *stats = ret_stats;
	int64_t now = now_ms / 1000;
	uint64_t count_4xx = 0, count_5xx = 0;

	assert(seconds >= 1 && seconds <= WINDOW_SLOTS);
	*stats = (struct stats){.last_seen = w->last_seen};
	if (w->slots == NULL)
		return;
	/* A clock that stepped back shows the newest second there is. */
	if (now < w->head)
		now = w->head;
	for (int64_t age = 0; age < WINDOW_SLOTS; age++) {
		int64_t second = now - age;
		if (second > w->head || second <= w->head - WINDOW_SLOTS)
			continue;
		size_t i = (size_t)(second % WINDOW_SLOTS);
		stats->history[WINDOW_SLOTS - 1 - age] = w->slots->count[i];
		if (age >= seconds)
			continue;
		stats->count += w->slots->count[i];
		count_4xx += w->slots->count_4xx[i];
		count_5xx += w->slots->count_5xx[i];
		stats->bytes_in += w->slots->bytes_in[i];
		stats->bytes_out += w->slots->bytes_out[i];
		stats->lost += w->lost != NULL ? w->lost[i] : 0;
	}
	stats->lost_seq = stats->lost > 0 ? w->lost_seq : 0;
	stats->rate = (double)stats->count / seen_seconds(now_ms, seconds, seen_from_ms);
	if (stats->count > 0) {
		stats->share_4xx = (double)count_4xx / (double)stats->count;
		stats->share_5xx = (double)count_5xx / (double)stats->count;
	}
	read_percentiles(w, now, stats);
}

int64_t window_last_seen(const struct window *w)
{
	return w->last_seen;
}

void window_rest(struct window *w, int64_t now_ms)
{
	if (w->slots != NULL && now_ms / 1000 - w->head >= WINDOW_SLOTS)
		rest(w);
}
