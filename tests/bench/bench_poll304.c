/*
 * The poll that changed nothing: GET /v1/environment with If-None-Match, answered 304, against a bare
 * evhttp that answers every request with the same 304. Both serve a client of 32 connections from a
 * process of their own; the figure is answers per second of the server's CPU, so that what else runs on
 * the machine does not count.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <event2/http.h>
#include <event2/listener.h>

#include "core/base/time.h"
#include "tests/support/bench_server.h"

enum { CONNECTIONS = 32, SECONDS = 2, BUDGET = 15000, TAG_SIZE = 96 };

static void write_tag(const struct bench_hello *hello, char tag[TAG_SIZE])
{
	(void)snprintf(tag, TAG_SIZE, "\"%s-%lld\"", hello->epoch, hello->revision);
}

static void answer_bare(struct evhttp_request *req, void *arg)
{
	(void)evhttp_add_header(evhttp_request_get_output_headers(req), "ETag", arg);
	evhttp_send_reply(req, 304, NULL, NULL);
}

static void run_bare(int to)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = evhttp_new(base);
	struct bench_hello hello = {.epoch = "0123456789abcdef0123456789abcdef", .revision = 1000};
	struct evconnlistener *listener = api_bind(base, "127.0.0.1:0", hello.address, NULL);
	char tag[TAG_SIZE];

	write_tag(&hello, tag);
	evhttp_set_gencb(http, answer_bare, tag);
	(void)evhttp_bind_listener(http, listener);
	(void)evconnlistener_enable(listener);
	bench_serve(base, &hello, to);
	evhttp_free(http);
	event_base_free(base);
}

/* ---- the client ------------------------------------------------------------------------------------ */

struct client {
	int epoll;
	int fds[CONNECTIONS];
	unsigned ends[CONNECTIONS]; /* how much of the end of an answer has been seen */
	char request[512];
	size_t request_len;
	uint64_t answers;
};

static bool client_connect(struct client *client, const struct bench_server *server)
{
	char tag[TAG_SIZE];

	client->epoll = epoll_create1(0);
	for (unsigned i = 0; i < CONNECTIONS; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};

		client->fds[i] = bench_server_connect(server);
		if (client->fds[i] < 0 ||
			epoll_ctl(client->epoll, EPOLL_CTL_ADD, client->fds[i], &event) != 0)
			return false;
	}
	write_tag(&server->hello, tag);
	client->request_len = (size_t)snprintf(client->request, sizeof(client->request),
		"GET /v1/environment HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\n"
		"Accept: application/json\r\nIf-None-Match: %s\r\n\r\n",
		server->hello.address, tag);
	return true;
}

static bool client_ask(const struct client *client, unsigned i)
{
	return write(client->fds[i], client->request, client->request_len) ==
	       (ssize_t)client->request_len;
}

/* Each whole answer is followed by the next question. False when it is no 304. */
static bool client_read(struct client *client, unsigned i)
{
	static const char end[] = "\r\n\r\n";
	static const char line[] = "HTTP/1.1 304";
	char bytes[4096];
	ssize_t len = read(client->fds[i], bytes, sizeof(bytes));

	if (len < (ssize_t)sizeof(line) || memcmp(bytes, line, sizeof(line) - 1) != 0)
		return false;
	for (ssize_t at = 0; at < len; at++) {
		client->ends[i] = bytes[at] == end[client->ends[i]] ? client->ends[i] + 1 : 0;
		if (client->ends[i] < 4)
			continue;
		client->ends[i] = 0;
		client->answers++;
		if (!client_ask(client, i))
			return false;
	}
	return true;
}

static bool client_run(struct client *client, int64_t until_ms)
{
	for (unsigned i = 0; i < CONNECTIONS; i++) {
		if (!client_ask(client, i))
			return false;
	}
	while (time_monotonic_ms() < until_ms) {
		struct epoll_event events[CONNECTIONS];
		int count = epoll_wait(client->epoll, events, CONNECTIONS, 100);

		for (int i = 0; i < count; i++) {
			if (!client_read(client, events[i].data.u32))
				return false;
		}
	}
	return true;
}

/* Answers per second of the server's CPU, 0 when it did not work. */
static double measure(void (*run)(int to))
{
	struct bench_server server;
	struct client client = {0};
	bool good = bench_server_start(&server, run) && client_connect(&client, &server) &&
		    client_run(&client, time_monotonic_ms() + SECONDS * 1000LL);
	double cost = bench_server_stop(&server);

	for (unsigned i = 0; i < CONNECTIONS; i++)
		(void)close(client.fds[i]);
	(void)close(client.epoll);
	return good && cost > 0 ? (double)client.answers / cost : 0;
}

int main(void)
{
	double bare;
	double umbra;

	(void)signal(SIGPIPE, SIG_IGN);
	bare = measure(run_bare);
	umbra = measure(bench_run_api);
	(void)printf(
		"{\"bench\":\"poll304\",\"what\":\"polls that changed nothing, per second of one "
		"core\",\"value\":%.0f,\"unit\":\"1/s\",\"budget\":%d,\"peer\":\"bare evhttp\","
		"\"peer_value\":%.0f,\"ok\":%s}\n",
		umbra, BUDGET, bare, umbra >= BUDGET ? "true" : "false");
	return umbra > 0 && bare > 0 ? 0 : 1;
}
