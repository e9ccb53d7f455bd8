/*
 * Visitors arrive independently of each other, at a rate that follows the day's shape; each makes a
 * journey: a few steps with time to think between them, which may break off. One process plays them all.
 *
 * The same seed gives the same journeys at the same times; what the shop answers changes none of it.
 */
#include "core/demo/load_generator.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/xalloc.h"
#include "core/base/random.h"
#include "core/base/strbuf.h"
#include "core/base/time.h"
#include "core/demo/fixtures.h"
#include "core/demo/prng.h"
#include "core/demo/http_client.h"
#include "core/demo/process.h"

enum { STEPS_MAX = 6, MEMBERS = 8, OPEN_MAX = 512 };

struct step {
	const char *method;
	const char *target; /* # is the visitor's class, $ a word to search for */
};

struct journey {
	const char *name;
	double share;
	struct step steps[STEPS_MAX];
};

/* clang-format off */
static const struct journey journeys[] = {
	{"look", .38, {{"GET", "/"}, {"GET", "/search?q=$"}, {"GET", "/class/#"}}},
	{"find", .22, {{"GET", "/search?q=$"}, {"GET", "/class/#"}, {"GET", "/class/#"}}},
	{"book", .18, {{"GET", "/search?q=$"}, {"GET", "/class/#"}, {"POST", "/book?class=#"}, {"POST", "/pay?class=#"}}},
	{"wait", .10, {{"GET", "/class/#"}, {"POST", "/book?class=#"}}},
	{"mine", .12, {{"GET", "/me"}, {"GET", "/"}}},
};
/* clang-format on */

/* The day's shape: for so many seconds, so many times the rate. It repeats; the mean is 1. */
static const struct {
	double seconds;
	double factor;
} shape[] = {
	{12, 1.0},
	{4, 1.7},
	{10, 1.0},
	{6, .55},
	{9, 1.1},
	{3, 1.6},
	{8, .65},
};

static const char *const words[] = {"yoga", "spin", "pilates", "box", "dance", "climb", "ride", ""};

struct load_generator {
	struct event_base *base;
	struct http_client_pool *pool;
	struct event *arrival;
	struct prng prng;
	const char *domain;
	double rate; /* requests a second */
	double steps_mean; /* of a journey */
	double clock; /* seconds since the start, of the arrivals that were thrown */
	int64_t started_ms;
	unsigned open;
	uint64_t sent;
	uint64_t answered[6]; /* by hundreds; 0: no answer */
	uint64_t left_out; /* arrivals while too many were there */
};

struct visitor {
	struct load_generator *all;
	const struct journey *journey;
	const struct fixture_session *session; /* NULL: none */
	size_t step;
	struct prng prng; /* its own, so that the order of answers changes nothing */
	unsigned class_id;
	unsigned member_id;
	const char *word;
	struct event *thinking;
};

/* ---- one visitor --------------------------------------------------------------------------------- */

static void visitor_leave(struct visitor *v)
{
	v->all->open--;
	event_free(v->thinking);
	free(v);
}

static void on_answer(void *arg, const struct http_client_response *response)
{
	struct visitor *v = arg;
	const int hundred = response->status / 100;
	const int64_t us = (int64_t)(1e6 * (.15 + prng_wait(&v->prng, .7)));
	const struct timeval think = {us / 1000000, us % 1000000};

	v->all->answered[hundred >= 0 && hundred <= 5 ? hundred : 0]++;
	v->step++;
	if (v->step >= STEPS_MAX || v->journey->steps[v->step].method == NULL)
		visitor_leave(v);
	else
		(void)evtimer_add(v->thinking, &think);
}

static void add_target(const struct visitor *v, char *dst, size_t size)
{
	const char *p = v->journey->steps[v->step].target;
	struct strbuf out;

	strbuf_init(&out, size - 1);
	for (; *p != '\0'; p++) {
		if (*p == '#')
			strbuf_addf(&out, "%u", v->class_id);
		else if (*p == '$')
			strbuf_add_c(&out, v->word);
		else
			strbuf_add_char(&out, *p);
	}
	if (v->session != NULL && v->session->carrier == CARRIER_QUERY)
		strbuf_addf(&out, "%crouting-session=%s", strchr(out.data, '?') != NULL ? '&' : '?',
			v->session->key);
	(void)str_copy(dst, size, strbuf_str(&out));
	strbuf_finish(&out);
}

/* The session's key, in the way this session's visitors have for it. Query and host are in the URL. */
static void add_carrier(const struct visitor *v, struct http_exchange *fetch)
{
	char text[96];

	if (v->session == NULL)
		return;
	(void)snprintf(text, sizeof(text), "routing-session=%s", v->session->key);
	if (v->session->carrier == CARRIER_HEADER)
		http_client_header(fetch, "Routing-Session", v->session->key);
	else if (v->session->carrier == CARRIER_BAGGAGE)
		http_client_header(fetch, "baggage", text);
	else if (v->session->carrier == CARRIER_COOKIE)
		http_client_header(fetch, "Cookie", text);
}

/* As a browser that is traced begins it: the proxy begins none for requests without a session. */
static void add_trace(struct http_exchange *fetch)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "00-%016" PRIx64 "%016" PRIx64 "-%016" PRIx64 "-01",
		random_u64(), random_u64() | 1, random_u64() | 1);
	http_client_header(fetch, "traceparent", text);
}

static void visitor_step(struct visitor *v)
{
	const bool by_host = v->session != NULL && v->session->carrier == CARRIER_HOST;
	char host[320];
	char target[160];
	char member[16];
	struct http_exchange *fetch;

	(void)snprintf(host, sizeof(host), "%s%sgateway.%s", by_host ? v->session->key : "",
		by_host ? "--" : "", v->all->domain);
	add_target(v, target, sizeof(target));
	fetch = http_client_prepare(v->all->pool,
		&(struct http_client_request){.method = v->journey->steps[v->step].method,
			.host = host,
			.target = target},
		on_answer, v);
	(void)snprintf(member, sizeof(member), "%u", v->member_id);
	http_client_header(fetch, "Studio-Member", member);
	add_trace(fetch);
	add_carrier(v, fetch);
	v->all->sent++;
	http_client_send(fetch);
}

static void on_thought(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	visitor_step(arg);
}

/* A session that looks at one thing only must not fail where others are looked at. */
static const struct journey *throw_journey(struct prng *prng, const struct fixture_session *session)
{
	const char *only = session != NULL ? session->journey : NULL;
	double at = prng_unit(prng);
	size_t i;

	for (i = 0; only != NULL && i < ARRAY_LEN(journeys); i++) {
		if (strcmp(journeys[i].name, only) == 0)
			return &journeys[i];
	}
	for (i = 0; i + 1 < ARRAY_LEN(journeys) && at >= journeys[i].share; i++)
		at -= journeys[i].share;
	return &journeys[i];
}

static const struct fixture_session *throw_session(struct prng *prng)
{
	const struct fixture_session *s;
	double at = prng_unit(prng);

	for (s = fixture_sessions; s->key != NULL; s++) {
		if (at < s->share)
			return s;
		at -= s->share;
	}
	return NULL;
}

static void visitor_arrive(struct load_generator *all)
{
	struct visitor *v = xcalloc(1, sizeof(*v));

	v->all = all;
	v->prng.state = prng_throw(&all->prng);
	v->session = throw_session(&v->prng);
	v->journey = throw_journey(&v->prng, v->session);
	v->class_id = 1 + prng_below(&v->prng, 12);
	v->member_id = 1 + prng_below(&v->prng, MEMBERS);
	v->word = words[prng_below(&v->prng, ARRAY_LEN(words))];
	v->thinking = evtimer_new(all->base, on_thought, v);
	all->open++;
	visitor_step(v);
}

/* ---- all of them --------------------------------------------------------------------------------- */

static double shape_at(double clock)
{
	double period = 0;
	size_t i;

	for (i = 0; i < ARRAY_LEN(shape); i++)
		period += shape[i].seconds;
	while (clock >= period)
		clock -= period;
	for (i = 0; i + 1 < ARRAY_LEN(shape) && clock >= shape[i].seconds; i++)
		clock -= shape[i].seconds;
	return shape[i].factor;
}

/* Throws when the next one comes, and sets the timer to it: by the clock, so that no delay adds up. */
static void await_next(struct load_generator *all)
{
	const double mean = all->steps_mean / (all->rate * shape_at(all->clock));
	struct timeval wait;
	int64_t us;

	all->clock += prng_wait(&all->prng, mean);
	us = (int64_t)(all->clock * 1e6) - (time_monotonic_ms() - all->started_ms) * 1000;
	if (us < 0) {
		/* After the machine has slept, nobody who would have come meanwhile is made up for. */
		all->started_ms += us < -1000000 ? -us / 1000 : 0;
		us = 0;
	}
	wait = (struct timeval){us / 1000000, us % 1000000};
	(void)evtimer_add(all->arrival, &wait);
}

static void on_arrival(evutil_socket_t fd, short what, void *arg)
{
	struct load_generator *all = arg;

	(void)fd;
	(void)what;
	if (all->open < OPEN_MAX)
		visitor_arrive(all);
	else
		all->left_out++;
	await_next(all);
}

static double journey_mean(void)
{
	double mean = 0;
	size_t i;
	size_t n;

	for (i = 0; i < ARRAY_LEN(journeys); i++) {
		for (n = 0; n < STEPS_MAX && journeys[i].steps[n].method != NULL; n++)
			;
		mean += journeys[i].share * (double)n;
	}
	return mean;
}

static void on_signal(evutil_socket_t signal, short what, void *arg)
{
	(void)signal;
	(void)what;
	(void)event_base_loopbreak(arg);
}

static void tell(const struct load_generator *all)
{
	const uint64_t *a = all->answered;

	(void)fprintf(stderr,
		"visitors: %llu sent; 2xx %llu, 3xx %llu, 4xx %llu, 5xx %llu, none %llu; %llu not "
		"let in\n",
		(unsigned long long)all->sent, (unsigned long long)a[2], (unsigned long long)a[3],
		(unsigned long long)a[4], (unsigned long long)a[5], (unsigned long long)a[0],
		(unsigned long long)all->left_out);
}

int load_generator_main(int argc, const char *const *argv)
{
	static struct load_generator all;
	struct process_args args;
	struct event *term;

	if (!process_args_read(argc, argv, &args) || args.proxy_port == 0) {
		(void)fprintf(stderr,
			"usage: __shop visitors --proxy A:P [--domain D] [--seed N] [--rate R]\n");
		return 2;
	}
	all.base = event_base_new();
	all.pool = http_client_pool_create(all.base, args.proxy_address, args.proxy_port);
	all.domain = args.domain;
	all.rate = args.rate;
	all.steps_mean = journey_mean();
	all.started_ms = time_monotonic_ms();
	prng_init(&all.prng, args.seed, STR_LIT("visitors"));
	all.arrival = evtimer_new(all.base, on_arrival, &all);
	term = evsignal_new(all.base, SIGTERM, on_signal, all.base);
	(void)evsignal_add(term, NULL);
	await_next(&all);
	(void)event_base_dispatch(all.base);
	tell(&all);
	http_client_pool_destroy(all.pool);
	event_free(all.arrival);
	event_free(term);
	event_base_free(all.base);
	return 0;
}
