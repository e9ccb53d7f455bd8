/* What the tests of core/traffic share; see the header. */
#include "tests/support/traffic_fixture.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/model/version.h"
#include "core/traffic/internal.h"

enum { PATIENCE_MS = 20000 };

int64_t traffic_fixture_now_ms = INT64_C(1700000000000);

static int64_t bench_clock(void)
{
	return traffic_fixture_now_ms;
}

static void start(struct traffic_fixture *bench)
{
	struct errbuf eb = {0};

	bench->traffic = traffic_create(bench->base, &bench->options, &eb);
	if (bench->traffic == NULL)
		fail_msg("%s", eb.text);
}

void traffic_fixture_init(
	struct traffic_fixture *bench, bool history, const struct traffic_options *options)
{
	*bench = (struct traffic_fixture){0};
	if (options != NULL)
		bench->options = *options;
	bench->base = event_base_new();
	bench->options.now_ms = bench_clock;
	const char *tmp = getenv("TMPDIR");
	snprintf(bench->dir, sizeof(bench->dir), "%s/umbra-traffic-XXXXXX",
		tmp != NULL ? tmp : P_tmpdir);
	if (history) {
		assert_non_null(mkdtemp(bench->dir));
		bench->options.dir = bench->dir;
	}
	start(bench);
}

void traffic_fixture_restart(struct traffic_fixture *bench)
{
	traffic_destroy(bench->traffic);
	start(bench);
}

static void remove_dir(const char *path)
{
	DIR *dir = opendir(path);
	char name[512];

	if (dir == NULL)
		return;
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (unlink(name) != 0)
			remove_dir(name);
	}
	closedir(dir);
	rmdir(path);
}

void traffic_fixture_finish(struct traffic_fixture *bench)
{
	traffic_destroy(bench->traffic);
	event_base_free(bench->base);
	if (bench->options.dir != NULL)
		remove_dir(bench->dir);
}

void traffic_fixture_until(struct traffic_fixture *bench,
	bool (*holds)(struct traffic_fixture *bench, void *arg), void *arg)
{
	int64_t deadline = time_monotonic_ms() + PATIENCE_MS;

	while (!holds(bench, arg)) {
		const struct timeval wait = {0, 10000};
		if (time_monotonic_ms() > deadline)
			fail_msg("it did not come to pass");
		event_base_loopexit(bench->base, &wait);
		event_base_loop(bench->base, EVLOOP_ONCE);
	}
}

static bool is_found(struct traffic_fixture *bench, void *arg)
{
	struct found *found = arg;

	(void)bench;
	return found->done;
}

static void read_done(struct history_read *read, void *arg)
{
	bool *done = arg;

	history_read_reset(read);
	*done = true;
}

static bool is_true(struct traffic_fixture *bench, void *arg)
{
	(void)bench;
	return *(const bool *)arg;
}

void traffic_fixture_stored(struct traffic_fixture *bench)
{
	bool done = false;
	struct history_read read = {.query = {.low = 1, .max_rows = 1, .max_items = 1},
		.done = read_done,
		.arg = &done};

	/* A read has what is queued written first. */
	history_post(bench->traffic->history, &read);
	traffic_fixture_until(bench, is_true, &done);
}

struct request traffic_fixture_request(int64_t n)
{
	static const char *const versions[] = {"stable", "pr-1", "pr-2"};
	static char id[24], trace[40], session[24], path[64];
	struct request request = {.time = traffic_fixture_now_ms,
		.kind = n % 3 == 0 ? KIND_STABLE : KIND_EPHEMERAL,
		.endpoint = STR_LIT("127.0.0.1:9002"),
		.carrier = CARRIER_HEADER,
		.carriers = 1U << CARRIER_HEADER | 1U << CARRIER_COOKIE,
		.reason = REASON_PINNED,
		.intended = REASON_COUNT,
		.caller = STR_LIT("gateway@1.2"),
		.method = STR_LIT("GET"),
		.host = STR_LIT("cart.env.localhost"),
		.status = n % 10 == 0 ? 500 : 200,
		.answered_by = ANSWERED_BY_VERSION,
		.total_ms = (double)(n % 100) + 0.5,
		.upstream_ms = 1.25,
		.bytes_in = 310,
		.bytes_out = 1882,
		.protocol = STR_LIT("HTTP/1.1"),
		.revision = 1041};

	snprintf(id, sizeof(id), "%016llx", (unsigned long long)n);
	snprintf(trace, sizeof(trace), "%032llx", (unsigned long long)n / 4);
	snprintf(session, sizeof(session), "s-%lld", (long long)n % 7);
	snprintf(path, sizeof(path), "/items/%lld", (long long)n);
	request.id = str_of(id);
	request.trace = str_of(trace);
	request.session = str_of(session);
	request.path = str_of(path);
	request.service = n % 2 == 0 ? STR_LIT("cart") : STR_LIT("search");
	request.version = str_of(versions[n % 3]);
	if (n % 33 == 0)
		request.pinned = STR_LIT("pr-9");
	return request;
}

int64_t traffic_fixture_take(struct traffic_fixture *bench, int64_t first, size_t count)
{
	int64_t seq = 0;

	for (size_t i = 0; i < count; i++) {
		struct request request = traffic_fixture_request(first + (int64_t)i);
		seq = traffic_take(bench->traffic, &request);
	}
	return seq;
}

/* ---- tails ---- */

static void hear_record(void *arg, const struct request *request)
{
	struct heard *heard = arg;

	array_reserve(&heard->seqs, &heard->cap, heard->count + 1, sizeof(*heard->seqs));
	heard->seqs[heard->count++] = request->seq;
	if (heard->count == heard->pause_at)
		tail_pause(heard->tail, true);
	if (heard->count == heard->cancel_at) {
		tail_cancel(heard->tail);
		tail_cancel(heard->cancel_other);
		heard->tail = NULL;
	}
}

static void hear_lost(void *arg, int64_t count, const char *why)
{
	struct heard *heard = arg;

	heard->losses++;
	heard->lost += count > 0 ? count : 0;
	heard->unknown += count < 0;
	heard->lost_after = heard->count > 0 ? heard->seqs[heard->count - 1] : 0;
	str_copy(heard->why, sizeof(heard->why), str_of(why));
}

void heard_start(
	struct traffic_fixture *bench, struct heard *heard, const char *filter, int64_t since)
{
	static const struct tail_ops ops = {.record = hear_record, .lost = hear_lost};
	struct filter *parsed = filter_parse(str_of(filter), NULL, NULL);

	assert_non_null(parsed);
	*heard = (struct heard){0};
	heard->tail = traffic_tail(bench->traffic, parsed, since, &ops, heard);
}

struct wanted {
	const struct heard *heard;
	size_t count;
};

static bool has_heard(struct traffic_fixture *bench, void *arg)
{
	const struct wanted *wanted = arg;

	(void)bench;
	return wanted->heard->count >= wanted->count;
}

void heard_wait(struct traffic_fixture *bench, struct heard *heard, size_t count)
{
	struct wanted wanted = {heard, count};

	traffic_fixture_until(bench, has_heard, &wanted);
	/* Whatever is there too many would come with the next turns. */
	for (int i = 0; i < 5; i++)
		event_base_loop(bench->base, EVLOOP_NONBLOCK);
	assert_int_equal(heard->count, count);
}

void heard_assert_run(const struct heard *heard, int64_t first, int64_t last)
{
	assert_int_equal(heard->count, last - first + 1);
	for (size_t i = 0; i < heard->count; i++)
		assert_int_equal(heard->seqs[i], first + (int64_t)i);
}

void heard_finish(struct heard *heard)
{
	tail_cancel(heard->tail);
	free(heard->seqs);
}

/* ---- searches ---- */

static void search_done(void *arg, const struct search_result *result)
{
	struct found *found = arg;

	found->done = true;
	found->err = result->err;
	if (result->eb != NULL)
		found->eb = *result->eb;
	found->count = result->count;
	found->seqs = xcalloc(result->count + 1, sizeof(*found->seqs));
	for (size_t i = 0; i < result->count; i++)
		found->seqs[i] = result->requests[i]->seq;
	if (result->count > 0)
		found->first = *result->requests[0];
	found->next = result->next;
	found->oldest = result->oldest;
}

void found_start(struct traffic_fixture *bench, struct found *found, const char *filter,
	int64_t before, size_t limit)
{
	struct filter *parsed = filter_parse(str_of(filter), NULL, NULL);

	assert_non_null(parsed);
	*found = (struct found){0};
	assert_non_null(traffic_search(bench->traffic, parsed, before, limit, search_done, found));
	assert_false(found->done);
}

void found_get(struct traffic_fixture *bench, struct found *found, const char *filter,
	int64_t before, size_t limit)
{
	found_start(bench, found, filter, before, limit);
	traffic_fixture_until(bench, is_found, found);
}

void found_finish(struct found *found)
{
	free(found->seqs);
	found->seqs = NULL;
}
