/*
 * One pass of the tour in plain text: what a person would look at first in the dashboard, asked of the
 * running system and judged. Every sentence is made from an answer of the API, of the proxy or of the
 * shop; what is not as it must be is said at the end, and makes the exit code 1.
 */
#include "core/demo/demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "core/demo/fixtures.h"
#include "core/demo/http_client.h"
#include "core/demo/selfcheck.h"
#include "core/model/name_rules.h"

enum { PAYMENTS = 40, AT_ONCE = 8, RECORDS_WITHIN_MS = 3000, READY_MS = 14000 };

/* ---- 1: what is live ----------------------------------------------------------------------------- */

static void show_version(struct selfcheck *t, const cJSON *version)
{
	const cJSON *pr = cJSON_GetObjectItemCaseSensitive(version, "pr");
	const bool stable = selfcheck_is(version, "kind", "stable");
	const bool ready = selfcheck_is(version, "state", "ready");
	char id[VERSION_ID_SIZE];

	(void)snprintf(id, sizeof(id), "%s@%s", selfcheck_safe(version, "service"),
		selfcheck_safe(version, "version"));
	(void)printf("   %c %-22s %-9s", ready ? '*' : 'x', id, stable ? "stable" : "ephemeral");
	if (pr != NULL)
		(void)printf(
			" \"%s\" by %s", selfcheck_safe(pr, "title"), selfcheck_safe(pr, "author"));
	if (!ready)
		(void)printf(" - %s: %s", selfcheck_safe(version, "state"),
			selfcheck_safe(version, "state_detail"));
	(void)printf("\n");
	if (strcmp(id, "profile@pr-551") == 0)
		(void)selfcheck_check(t, !ready, "%s is ready, and nothing listens there", id);
	else
		(void)selfcheck_check(t, ready, "%s is not ready", id);
}

static void show_live(struct selfcheck *t)
{
	struct selfcheck_answer a;
	const cJSON *version;
	const cJSON *versions;
	int services;

	selfcheck_ask(t, "GET", "/v1/environment", NULL, &a);
	services = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(a.body, "services"));
	versions = cJSON_GetObjectItemCaseSensitive(a.body, "versions");
	(void)printf("1 What is live: %d services, %d versions, %d sessions\n", services,
		cJSON_GetArraySize(versions),
		cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(a.body, "sessions")));
	(void)selfcheck_check(t, services == 8, "%d services are there and not 8", services);
	cJSON_ArrayForEach(version, versions) show_version(t, version);
	selfcheck_answer_finish(&a);
}

/* ---- 2, 3: a session, and a request in it by each carrier ---------------------------------------- */

static void make_session(struct selfcheck *t, char key[LIMIT_SESSION_KEY + 1])
{
	static const char body[] =
		"{\"name\":\"tour\",\"owner\":\"tour\",\"pins\":{\"booking\":\"pr-482\"}}";
	struct selfcheck_answer a;
	struct str text = {0};

	selfcheck_ask(t, "POST", "/v1/sessions", body, &a);
	(void)json_get_str(a.body, "key", &text);
	(void)selfcheck_check(t, a.status == 201 && name_is_session(text),
		"the session was answered with %d", a.status);
	(void)str_copy(key, LIMIT_SESSION_KEY + 1, text);
	(void)printf("\n2 A session that pins booking to pull request 482\n"
		     "   $ umbra session create tour --pin booking=pr-482\n"
		     "   its key: %s\n",
		key);
	selfcheck_answer_finish(&a);
}

/* Prints who served, call by call, and checks that booking alone is the pinned one. */
static void walk(struct selfcheck *t, const char *how, const cJSON *answer, const char *decision,
	bool pinned)
{
	const cJSON *call;
	const struct fixture_service *known;
	char reason[32];
	char want[96];
	struct str by = {0};
	struct str service;

	selfcheck_reason(decision, reason);
	(void)json_get_str(answer, "served_by", &by);
	(void)printf(" %s (%s)", selfcheck_safe(answer, "served_by"), reason);
	service = by;
	service = str_cut(&service, '@');
	known = fixture_service(service);
	(void)snprintf(want, sizeof(want), "%s@%s", known != NULL ? known->name : "?",
		pinned && str_eq_c(service, "booking") ? "pr-482"
						       : (known != NULL ? known->stable : "?"));
	(void)selfcheck_check(
		t, str_eq_c(by, want), "%s: %.*s served, not %s", how, STR_ARG(by), want);
	cJSON_ArrayForEach(call, cJSON_GetObjectItemCaseSensitive(answer, "calls"))
	{
		const cJSON *next = cJSON_GetObjectItemCaseSensitive(call, "answer");

		walk(t, how, next, selfcheck_safe(call, "decision"), pinned);
	}
}

static void show_visit(
	struct selfcheck *t, const char *how, struct selfcheck_answer *a, bool pinned)
{
	(void)printf("   %-8s", how);
	(void)selfcheck_check(t, a->status == 200 || a->status == 409,
		"%s: the gateway answered %d", how, a->status);
	walk(t, how, a->body, a->decision, pinned);
	(void)printf("\n");
	selfcheck_answer_finish(a);
}

static void show_carriers(struct selfcheck *t, const char *key)
{
	char member[64];
	char prefix[64];
	char target[96];
	struct selfcheck_answer a;
	struct http_exchange *fetch;
	size_t i;

	const struct {
		const char *how;
		const char *prefix;
		const char *target;
		const char *header;
		const char *value;
	} rows[] = {
		{"without", "", "/book", NULL, NULL},
		{"header", "", "/book", "Routing-Session", key},
		{"baggage", "", "/book", "baggage", member},
		{"query", "", target, NULL, NULL},
		{"cookie", "", "/book", "Cookie", member},
		{"host", prefix, "/book", NULL, NULL},
	};

	(void)snprintf(member, sizeof(member), "routing-session=%s", key);
	(void)snprintf(prefix, sizeof(prefix), "%s--", key);
	(void)snprintf(target, sizeof(target), "/book?routing-session=%s", key);
	(void)printf(
		"\n3 A booking through the proxy: without the session, and with it in each "
		"carrier\n"
		"   $ curl -g -H 'Routing-Session: %s' -H 'Host: gateway.env.localhost' %s/book\n",
		key, demo_proxy_url(t->demo));
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		fetch = selfcheck_visit(t, rows[i].prefix, rows[i].target, &a);
		if (rows[i].header != NULL)
			http_client_header(fetch, rows[i].header, rows[i].value);
		http_client_send(fetch);
		selfcheck_wait(t, &a);
		show_visit(t, rows[i].how, &a, i > 0);
	}
}

/* ---- 4: which version fails ---------------------------------------------------------------------- */

static void pay(struct selfcheck *t, const char *key, const char *pin)
{
	struct selfcheck_answer answers[AT_ONCE];
	struct http_exchange *fetch;
	size_t i;

	for (i = 0; i < AT_ONCE; i++) {
		fetch = selfcheck_visit(t, "", "/pay", &answers[i]);
		http_client_header(fetch, "Routing-Session", key);
		if (pin != NULL)
			http_client_header(fetch, "Routing-Pins", pin);
		http_client_send(fetch);
	}
	for (i = 0; i < AT_ONCE; i++) {
		selfcheck_wait(t, &answers[i]);
		selfcheck_answer_finish(&answers[i]);
	}
}

struct tally {
	const char *which; /* a term of the filter */
	int all;
	int failed;
};

/* The session's payments with this term, and how many of them were answered with 5xx. */
static void count_payments(struct selfcheck *t, const char *key, struct tally *tally)
{
	char target[256];
	struct selfcheck_answer a;
	const cJSON *requests;
	const cJSON *record;
	uint64_t status;

	(void)snprintf(target, sizeof(target),
		"/v1/requests?limit=1000&filter=service:payments%%20session:%s%%20%s", key,
		tally->which);
	selfcheck_ask(t, "GET", target, NULL, &a);
	requests = cJSON_GetObjectItemCaseSensitive(a.body, "requests");
	tally->all = cJSON_GetArraySize(requests);
	tally->failed = 0;
	cJSON_ArrayForEach(record, requests) tally->failed +=
		json_get_u64(record, "status", &status) && status >= 500;
	selfcheck_answer_finish(&a);
}

static double share(const struct tally *tally)
{
	return tally->all > 0 ? 100.0 * tally->failed / tally->all : 0;
}

static void show_failing(struct selfcheck *t, const char *key)
{
	const int64_t until = time_monotonic_ms() + RECORDS_WITHIN_MS;
	struct tally build = {.which = "version:pr-533"};
	struct tally stable = {.which = "kind:stable"};
	int i;

	for (i = 0; i < PAYMENTS; i += AT_ONCE) {
		pay(t, key, "payments=\"pr-533\"");
		pay(t, key, NULL);
	}
	do {
		count_payments(t, key, &build);
		count_payments(t, key, &stable);
	} while (build.all + stable.all < 2 * PAYMENTS && time_monotonic_ms() < until);
	(void)printf("\n4 Which version fails, and for whom: payments, by its request records\n"
		     "   pr-533  %3d requests, %4.1f %% 5xx   (only who pins it)\n"
		     "   stable  %3d requests, %4.1f %% 5xx\n"
		     "   $ umbra logs 'service:payments version:pr-533 status:5xx'\n",
		build.all, share(&build), stable.all, share(&stable));
	(void)selfcheck_check(t, build.all + stable.all == 2 * PAYMENTS,
		"%d and %d payments are on record, of %d each", build.all, stable.all, PAYMENTS);
	/* Lenient: should it have been found unhealthy for a moment, stable served. */
	(void)selfcheck_check(t, build.all >= PAYMENTS * 3 / 4, "payments@pr-533 served %d of %d",
		build.all, PAYMENTS);
	(void)selfcheck_check(t, share(&build) >= 5 && share(&build) <= 20,
		"payments@pr-533 fails %.1f %% of requests and not some 10", share(&build));
	(void)selfcheck_check(t, stable.failed == 0, "stable payments fail too");
}

/* ---- 5: who drops the context -------------------------------------------------------------------- */

struct span {
	const cJSON *record;
	double start_ms;
	double end_ms;
	bool in_session;
};

enum { HOPS_MAX = 64, HOPS_EXPECTED = 3 };

static size_t hops_read(const cJSON *body, struct span hops[HOPS_MAX])
{
	const cJSON *record;
	struct str text;
	int64_t time_ms;
	double total_ms;
	size_t n = 0;

	cJSON_ArrayForEach(record, cJSON_GetObjectItemCaseSensitive(body, "requests"))
	{
		if (n == HOPS_MAX || !json_get_str(record, "time", &text) ||
			!time_parse(text, &time_ms) ||
			!json_get_double(record, "total_ms", &total_ms))
			continue;
		hops[n++] = (struct span){.record = record,
			.start_ms = (double)time_ms,
			.end_ms = (double)time_ms + total_ms,
			.in_session = json_get_str(record, "session", &text)};
	}
	return n;
}

/* From the outside inwards: who calls begins no later than whom it called, and ends after it. */
static int span_cmp(const void *a, const void *b)
{
	const struct span *x = a;
	const struct span *y = b;

	if (x->start_ms < y->start_ms || x->start_ms > y->start_ms)
		return x->start_ms < y->start_ms ? -1 : 1;
	return x->end_ms > y->end_ms ? -1 : x->end_ms < y->end_ms;
}

/* The hop that made `lost`'s call: of those in the session it happened within, the shortest. */
static const struct span *caller_of(const struct span *hops, size_t count, const struct span *lost)
{
	const struct span *best = NULL;
	size_t i;

	for (i = 0; i < count; i++) {
		/* Times are cut to whole milliseconds. */
		if (!hops[i].in_session || hops[i].start_ms > lost->start_ms + 1 ||
			hops[i].end_ms + 2 < lost->end_ms)
			continue;
		if (best == NULL ||
			hops[i].end_ms - hops[i].start_ms < best->end_ms - best->start_ms)
			best = &hops[i];
	}
	return best;
}

static void judge_hops(struct selfcheck *t, const struct span *hops, size_t count)
{
	const struct span *by;
	const char *caller;
	size_t lost = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		caller = selfcheck_safe(hops[i].record, "caller");
		(void)printf("   %-9s %-12s %-10s caller %s\n",
			selfcheck_safe(hops[i].record, "service"),
			selfcheck_safe(hops[i].record, "version"),
			selfcheck_safe(hops[i].record, "reason"), *caller != '\0' ? caller : "-");
		if (hops[i].in_session)
			continue;
		lost++;
		by = caller_of(hops, count, &hops[i]);
		(void)printf("             the session is lost here: %s@%s called without it\n",
			by != NULL ? selfcheck_safe(by->record, "service") : "?",
			by != NULL ? selfcheck_safe(by->record, "version") : "?");
		(void)selfcheck_check(t,
			by != NULL && selfcheck_is(by->record, "service", "schedule") &&
				selfcheck_is(by->record, "version", "pr-540"),
			"the lost context was not traced to schedule@pr-540");
	}
	(void)selfcheck_check(t, count == HOPS_EXPECTED && lost == 1,
		"%zu hops are on record, %zu of them without the session", count, lost);
}

static void show_forgetful(struct selfcheck *t, const char *key)
{
	const int64_t until = time_monotonic_ms() + RECORDS_WITHIN_MS;
	struct span hops[HOPS_MAX];
	char trace[64];
	char parent[96];
	char target[160];
	struct selfcheck_answer a;
	struct http_exchange *fetch;
	size_t count;

	(void)snprintf(trace, sizeof(trace), "%016llx%016llx", (unsigned long long)random_u64() | 1,
		(unsigned long long)random_u64());
	(void)snprintf(parent, sizeof(parent), "00-%s-00000000000000a1-01", trace);
	fetch = selfcheck_visit(t, "", "/class/3", &a);
	http_client_header(fetch, "Routing-Session", key);
	http_client_header(fetch, "Routing-Pins", "schedule=\"pr-540\"");
	http_client_header(fetch, "traceparent", parent);
	http_client_send(fetch);
	selfcheck_wait(t, &a);
	selfcheck_answer_finish(&a);
	(void)snprintf(target, sizeof(target), "/v1/requests?limit=100&filter=trace:%s", trace);
	selfcheck_ask(t, "GET", target, NULL, &a);
	while ((count = hops_read(a.body, hops)) < HOPS_EXPECTED && time_monotonic_ms() < until) {
		selfcheck_answer_finish(&a);
		selfcheck_ask(t, "GET", target, NULL, &a);
	}
	(void)printf("\n5 Who drops the context: one request's hops, by their trace\n"
		     "   $ umbra logs 'trace:%s'\n",
		trace);
	qsort(hops, count, sizeof(hops[0]), span_cmp);
	judge_hops(t, hops, count);
	selfcheck_answer_finish(&a);
}

/* ---- 6: who said 503 ----------------------------------------------------------------------------- */

static void show_strict(struct selfcheck *t)
{
	struct selfcheck_answer a;
	const cJSON *call;
	struct http_exchange *fetch = selfcheck_visit(t, "", "/me", &a);
	char reason[32] = "?";

	http_client_header(fetch, "Routing-Session", "pictures");
	http_client_send(fetch);
	selfcheck_wait(t, &a);
	call = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(a.body, "calls"), 0);
	if (call != NULL)
		selfcheck_reason(selfcheck_safe(call, "decision"), reason);
	(void)printf(
		"\n6 Who said 503: a strict session that pins profile to a build that is down\n"
		"   gateway answered %d; for profile the proxy answered 503, reason %s\n",
		a.status, reason);
	(void)selfcheck_check(t, a.status == 502 && strcmp(reason, "version-unhealthy") == 0,
		"the strict session was answered with %d and reason %s", a.status, reason);
	selfcheck_answer_finish(&a);
}

/* ---- the whole ----------------------------------------------------------------------------------- */

static int selfcheck_judge(const struct selfcheck *t)
{
	size_t i;

	(void)printf("\n");
	for (i = 0; i < t->note_count; i++)
		(void)printf("not as it must be: %s\n", t->notes[i]);
	if (t->note_count == 0)
		(void)printf("all of %zu checks are as they must be\n", t->checks);
	return t->note_count == 0 ? 0 : 1;
}

static int selfcheck_run(struct demo *demo)
{
	struct selfcheck t = {.demo = demo};
	char key[LIMIT_SESSION_KEY + 1];

	(void)printf("Umbra's demo: control plane %s, proxy %s, seed %llu\n\n", demo_api_url(demo),
		demo_proxy_url(demo), (unsigned long long)demo_seed(demo));
	if (!selfcheck_open(&t))
		return 1;
	show_live(&t);
	make_session(&t, key);
	show_carriers(&t, key);
	show_failing(&t, key);
	show_forgetful(&t, key);
	show_strict(&t);
	selfcheck_close(&t);
	return selfcheck_judge(&t);
}

int demo_selfcheck(const struct demo_options *options)
{
	struct errbuf eb = {0};
	struct demo *demo;
	int status = 1;

	demo = demo_start(options, &eb);
	if (demo == NULL || demo_wait_ready(demo, READY_MS, &eb) != ERR_NONE)
		(void)fprintf(stderr, "demo: %s\n", eb.text);
	else
		status = selfcheck_run(demo);
	demo_stop(demo);
	return status;
}
