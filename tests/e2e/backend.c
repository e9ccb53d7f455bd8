/*
 * A server for tests: one process that listens for any number of versions and says what it was asked.
 *
 *   backend NAME[=PORT]...      prints "NAME PORT" for each, then runs until TERM
 *
 * Each answer is JSON: {"backend":NAME,"method":...,"target":...,"headers":["Name: value",...]}, headers in
 * the order they came. For checks there is /healthz; PUT /_health?status=500 changes what it answers (on
 * the port it is sent to), PUT /_listen?on=0 closes the port (sent to another one, &name=NAME), on=1 opens
 * it again. /_status?code=418 answers with that status, /_wait?ms=300 takes its time, /_allow?origin=O&headers=H
 * allows pages of that origin to read the answer (CORS), and to send these headers.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"

enum { BACKENDS_MAX = 4096 };

struct backend {
	const char *name;
	uint16_t port;
	int health;
	struct evhttp *http;
	struct evhttp_bound_socket *socket; /* NULL: closed */
};

static struct backend backends[BACKENDS_MAX];
static size_t backend_count;
static struct event_base *base;

static void reply(struct evhttp_request *req, int status, const char *text)
{
	struct evbuffer *out = evhttp_request_get_output_buffer(req);

	(void)evhttp_add_header(
		evhttp_request_get_output_headers(req), "Content-Type", "application/json");
	(void)evbuffer_add(out, text, strlen(text));
	evhttp_send_reply(req, status, NULL, NULL);
}

static void answer(struct backend *b, struct evhttp_request *req, int status)
{
	static const char *const methods[] = {"GET", "POST", "HEAD", "PUT", "DELETE"};
	const enum evhttp_cmd_type type = evhttp_request_get_command(req);
	struct evkeyval *header;
	struct json_writer w;
	struct strbuf out;
	struct strbuf line;
	size_t i;

	for (i = 0; i + 1 < ARRAY_LEN(methods) && type != 1U << i; i++)
		;
	strbuf_init(&out, 1 << 20);
	strbuf_init(&line, 1 << 18);
	json_start(&w, &out);
	json_object(&w, NULL);
	json_c(&w, "backend", b->name);
	json_c(&w, "method", methods[i]);
	json_c(&w, "target", evhttp_request_get_uri(req));
	json_array(&w, "headers");
	TAILQ_FOREACH(header, evhttp_request_get_input_headers(req), next)
	{
		strbuf_reset(&line);
		strbuf_addf(&line, "%s: %s", header->key, header->value);
		json_str(&w, NULL, strbuf_str(&line));
	}
	json_array_end(&w);
	json_object_end(&w);
	reply(req, status, out.data);
	strbuf_finish(&line);
	strbuf_finish(&out);
}

static bool backend_open(struct backend *b)
{
	struct sockaddr_in address = {0};
	ev_socklen_t len = sizeof(address);

	b->socket = evhttp_bind_socket_with_handle(b->http, "127.0.0.1", b->port);
	if (b->socket == NULL || getsockname(evhttp_bound_socket_get_fd(b->socket),
					 (struct sockaddr *)&address, &len) != 0)
		return false;
	b->port = ntohs(address.sin_port);
	return true;
}

static uint64_t number(const struct evkeyvalq *query, const char *name)
{
	uint64_t n = 0;

	(void)str_to_u64(str_of(evhttp_find_header(query, name)), &n);
	return n;
}

static void listen_or_not(const struct evkeyvalq *query)
{
	const char *name = evhttp_find_header(query, "name");
	struct backend *b;
	size_t i;

	for (i = 0; name != NULL && i < backend_count; i++) {
		b = &backends[i];
		if (strcmp(b->name, name) != 0)
			continue;
		if (number(query, "on") == 0 && b->socket != NULL) {
			evhttp_del_accept_socket(b->http, b->socket);
			b->socket = NULL;
		} else if (number(query, "on") == 1 && b->socket == NULL) {
			(void)backend_open(b);
		}
	}
}

struct later {
	struct backend *b;
	struct evhttp_request *req;
};

static void on_later(evutil_socket_t fd, short what, void *arg)
{
	struct later *later = arg;

	(void)fd;
	(void)what;
	answer(later->b, later->req, 200);
	free(later);
}

static void answer_later(struct backend *b, struct evhttp_request *req, uint64_t ms)
{
	const struct timeval wait = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000};
	struct later *later = xcalloc(1, sizeof(*later));

	later->b = b;
	later->req = req;
	(void)event_base_once(base, -1, EV_TIMEOUT, on_later, later, &wait);
}

static void allow(struct evhttp_request *req, const struct evkeyvalq *query)
{
	const char *origin = evhttp_find_header(query, "origin");
	const char *headers = evhttp_find_header(query, "headers");
	struct evkeyvalq *to = evhttp_request_get_output_headers(req);

	if (origin != NULL && origin[0] != '\0')
		(void)evhttp_add_header(to, "Access-Control-Allow-Origin", origin);
	if (headers != NULL)
		(void)evhttp_add_header(to, "Access-Control-Allow-Headers", headers);
}

static void on_request(struct evhttp_request *req, void *arg)
{
	struct backend *b = arg;
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *path = evhttp_uri_get_path(uri);
	const char *text = evhttp_uri_get_query(uri);
	struct evkeyvalq query;

	TAILQ_INIT(&query);
	if (text != NULL)
		(void)evhttp_parse_query_str(text, &query);
	path = path != NULL ? path : "/";
	if (strcmp(path, "/healthz") == 0) {
		reply(req, b->health, "{}");
	} else if (strcmp(path, "/_health") == 0) {
		b->health = (int)number(&query, "status");
		reply(req, 200, "{}");
	} else if (strcmp(path, "/_listen") == 0) {
		listen_or_not(&query);
		reply(req, 200, "{}");
	} else if (strcmp(path, "/_status") == 0) {
		answer(b, req, (int)number(&query, "code"));
	} else if (strcmp(path, "/_allow") == 0) {
		allow(req, &query);
		answer(b, req, 200);
	} else if (strcmp(path, "/_wait") == 0) {
		answer_later(b, req, number(&query, "ms"));
	} else {
		answer(b, req, 200);
	}
	evhttp_clear_headers(&query);
}

static void on_term(evutil_socket_t signal, short what, void *arg)
{
	(void)signal;
	(void)what;
	(void)event_base_loopbreak(arg);
}

static bool backend_add(char *spec)
{
	struct backend *b = &backends[backend_count++];
	char *port = strchr(spec, '=');
	uint64_t n = 0;

	if (port != NULL) {
		*port++ = '\0';
		if (!str_to_u64(str_of(port), &n) || n > UINT16_MAX)
			return false;
	}
	*b = (struct backend){.name = spec, .port = (uint16_t)n, .health = 200};
	b->http = evhttp_new(base);
	evhttp_set_allowed_methods(b->http, 0xffff);
	evhttp_set_gencb(b->http, on_request, b);
	if (!backend_open(b)) {
		(void)fprintf(stderr, "backend: no port for %s\n", spec);
		return false;
	}
	(void)printf("%s %u\n", b->name, b->port);
	return true;
}

int main(int argc, char **argv)
{
	struct event *term;
	int i;

	base = event_base_new();
	for (i = 1; i < argc && i < BACKENDS_MAX; i++)
		if (!backend_add(argv[i]))
			return 1;
	(void)fflush(stdout);
	term = evsignal_new(base, SIGTERM, on_term, base);
	(void)evsignal_add(term, NULL);
	(void)event_base_dispatch(base);
	return 0;
}
