/*
 * A load with exact counts: so many requests a second at even distances, each counted once by how it ended.
 *
 *   load --proxy A:P --host NAME [--target /] [--rate 500] [--seconds N] [--header 'Name: value']...
 *        [--connections 64]
 *
 * Runs until the seconds are over or TERM comes, waits for what is under way, then prints one JSON line:
 * {"sent":...,"ok":...,"failed":...,"refused":...,"late":...,"p50_ms":...,"p99_ms":...,"max_ms":...}
 * ok: 2xx. refused: any other answer. failed: no answer. late: all connections were busy when one was due,
 * so it was sent later; latency counts from when it was due. What fails is told on stderr, at most 20.
 * HUP prints the counts so far. Nothing is ever sent twice.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <event2/http.h>

#include "core/base/xalloc.h"
#include "core/base/str.h"
#include "core/base/time.h"
#include "core/model/name_rules.h"

enum { HEADERS_MAX = 8, TELL_MAX = 20, TICK_US = 1000, LATENCIES_MAX = 1 << 20 };

struct load;

struct slot {
	struct load *load;
	struct evhttp_connection *connection;
	int64_t due_ns;
	struct slot *next;
};

struct load {
	struct event_base *base;
	struct slot *slots;
	struct slot *free;
	size_t open;
	const char *host;
	const char *target;
	char *headers[HEADERS_MAX];
	size_t header_count;
	double rate;
	double seconds; /* 0: until TERM */
	uint64_t connections;
	int64_t start_ns;
	bool ending;
	uint64_t sent, ok, failed, refused, late, told;
	float latencies[LATENCIES_MAX];
	size_t latency_count;
};

static int float_cmp(const void *a, const void *b)
{
	const float x = *(const float *)a;
	const float y = *(const float *)b;

	return (x > y) - (x < y);
}

static void print_counts(struct load *l)
{
	const size_t n = l->latency_count;

	qsort(l->latencies, n, sizeof(l->latencies[0]), float_cmp);
	(void)printf("{\"sent\":%llu,\"ok\":%llu,\"failed\":%llu,\"refused\":%llu,\"late\":%llu,"
		     "\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f}\n",
		(unsigned long long)l->sent, (unsigned long long)l->ok,
		(unsigned long long)l->failed, (unsigned long long)l->refused,
		(unsigned long long)l->late, n > 0 ? (double)l->latencies[n / 2] : 0,
		n > 0 ? (double)l->latencies[n * 99 / 100] : 0,
		n > 0 ? (double)l->latencies[n - 1] : 0);
	(void)fflush(stdout);
}

static void tell(struct load *l, int status)
{
	if (l->told++ < TELL_MAX)
		(void)fprintf(stderr, "load: request %llu after %.3f s: status %d\n",
			(unsigned long long)l->sent,
			(double)(time_monotonic_ns() - l->start_ns) / 1e9, status);
}

static void on_answer(struct evhttp_request *req, void *arg)
{
	struct slot *s = arg;
	struct load *l = s->load;
	const int status = req != NULL ? evhttp_request_get_response_code(req) : 0;
	const double ms = (double)(time_monotonic_ns() - s->due_ns) / 1e6;

	if (status >= 200 && status < 300)
		l->ok++;
	else if (status == 0)
		l->failed++;
	else
		l->refused++;
	if (status < 200 || status >= 300)
		tell(l, status);
	if (l->latency_count < LATENCIES_MAX)
		l->latencies[l->latency_count++] = (float)ms;
	s->next = l->free;
	l->free = s;
	l->open--;
	if (l->ending && l->open == 0)
		(void)event_base_loopbreak(l->base);
}

static void send_one(struct load *l, int64_t due_ns)
{
	struct slot *s = l->free;
	struct evhttp_request *req = evhttp_request_new(on_answer, s);
	struct evkeyvalq *out = evhttp_request_get_output_headers(req);
	size_t i;

	l->free = s->next;
	l->open++;
	l->sent++;
	s->due_ns = due_ns;
	(void)evhttp_add_header(out, "Host", l->host);
	for (i = 0; i < l->header_count; i++) {
		char *value = strstr(l->headers[i], ": ");

		*value = '\0';
		(void)evhttp_add_header(out, l->headers[i], value + 2);
		*value = ':';
	}
	if (evhttp_make_request(s->connection, req, EVHTTP_REQ_GET, l->target) != 0)
		on_answer(NULL, s);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct load *l = arg;
	const int64_t now_ns = time_monotonic_ns();
	int64_t due_ns;

	(void)fd;
	(void)what;
	if (l->seconds > 0 && (double)(now_ns - l->start_ns) > l->seconds * 1e9)
		l->ending = true;
	if (l->ending) {
		if (l->open == 0)
			(void)event_base_loopbreak(l->base);
		return;
	}
	for (;;) {
		due_ns = l->start_ns + (int64_t)((double)l->sent * 1e9 / l->rate);
		if (due_ns > now_ns)
			return;
		if (l->free == NULL) {
			l->late++;
			return;
		}
		send_one(l, due_ns);
	}
}

static void on_term(evutil_socket_t signal, short what, void *arg)
{
	struct load *l = arg;

	(void)what;
	if (signal == SIGHUP)
		print_counts(l);
	else
		l->ending = true;
}

static bool read_args(struct load *l, int argc, char **argv, struct endpoint_parts *ret_proxy)
{
	int i;
	bool proxy = false;

	for (i = 1; i + 1 < argc; i += 2) {
		const char *value = argv[i + 1];
		bool good = true;

		if (strcmp(argv[i], "--proxy") == 0)
			good = proxy = endpoint_parse(str_of(value), ret_proxy);
		else if (strcmp(argv[i], "--host") == 0)
			l->host = value;
		else if (strcmp(argv[i], "--target") == 0)
			l->target = value;
		else if (strcmp(argv[i], "--rate") == 0)
			good = str_to_double(str_of(value), &l->rate) && l->rate > 0;
		else if (strcmp(argv[i], "--seconds") == 0)
			good = str_to_double(str_of(value), &l->seconds);
		else if (strcmp(argv[i], "--connections") == 0)
			good = str_to_u64(str_of(value), &l->connections) && l->connections > 0;
		else if (strcmp(argv[i], "--header") == 0 && l->header_count < HEADERS_MAX &&
			 strstr(value, ": ") != NULL)
			l->headers[l->header_count++] = xstrdup(value);
		else
			good = false;
		if (!good)
			return false;
	}
	return proxy && l->host != NULL;
}

static void open_slots(struct load *l, const struct endpoint_parts *proxy)
{
	const struct timeval timeout = {10, 0};
	char address[64];
	size_t i;

	(void)str_copy(address, sizeof(address), proxy->host);
	l->slots = xcalloc(l->connections, sizeof(*l->slots));
	for (i = 0; i < l->connections; i++) {
		struct slot *s = &l->slots[i];

		s->load = l;
		s->connection = evhttp_connection_base_new(l->base, NULL, address, proxy->port);
		evhttp_connection_set_timeout_tv(s->connection, &timeout);
		s->next = l->free;
		l->free = s;
	}
}

int main(int argc, char **argv)
{
	static struct load l = {.target = "/", .rate = 500, .connections = 64};
	const struct timeval tick = {0, TICK_US};
	const int signals[] = {SIGTERM, SIGINT, SIGHUP};
	struct endpoint_parts proxy;
	struct event *event;
	size_t i;

	if (!read_args(&l, argc, argv, &proxy)) {
		(void)fprintf(stderr, "usage: load --proxy A:P --host NAME [--target /] [--rate N] "
				      "[--seconds N] [--header 'Name: value'] [--connections N]\n");
		return 2;
	}
	l.base = event_base_new();
	open_slots(&l, &proxy);
	for (i = 0; i < ARRAY_LEN(signals); i++) {
		event = evsignal_new(l.base, signals[i], on_term, &l);
		(void)evsignal_add(event, NULL);
	}
	event = event_new(l.base, -1, EV_PERSIST, on_tick, &l);
	(void)event_add(event, &tick);
	l.start_ns = time_monotonic_ns();
	(void)event_base_dispatch(l.base);
	print_counts(&l);
	return l.failed + l.refused > 0;
}
