/*
 * Services for tests that send every request back to the proxy, as one does whose endpoint is the proxy itself.
 *
 *   relay PROXY_PORT NAME[:HEADER,HEADER]...    prints "NAME PORT" for each, then runs until TERM
 *
 * The headers named are not passed on. /healthz is answered 200.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "core/base/xalloc.h"
#include "core/base/str.h"

enum { RELAYS_MAX = 16 };

struct relay {
	struct str name;
	struct str dropped; /* names with commas between */
};

static struct event_base *base;
static ev_uint16_t proxy_port;

static bool is_dropped(const struct relay *relay, const char *name)
{
	struct str rest = relay->dropped;

	while (rest.p != NULL)
		if (str_eq_nocase(str_cut(&rest, ','), str_of(name)))
			return true;
	return strcasecmp(name, "Connection") == 0;
}

static void on_reply(struct evhttp_request *reply, void *arg)
{
	struct evhttp_request *asked = arg;
	int status = reply != NULL ? evhttp_request_get_response_code(reply) : 0;
	struct evkeyval *header;

	if (status == 0) {
		evhttp_send_error(asked, 502, "no answer");
		return;
	}
	TAILQ_FOREACH(header, evhttp_request_get_input_headers(reply), next)
	if (strcasecmp(header->key, "Content-Length") != 0)
		(void)evhttp_add_header(
			evhttp_request_get_output_headers(asked), header->key, header->value);
	evhttp_send_reply(asked, status, NULL, evhttp_request_get_input_buffer(reply));
}

static void on_request(struct evhttp_request *asked, void *arg)
{
	const struct relay *relay = arg;
	struct evhttp_connection *connection;
	struct evhttp_request *request;
	struct evkeyval *header;

	if (strcmp(evhttp_request_get_uri(asked), "/healthz") == 0) {
		evhttp_send_reply(asked, 200, NULL, NULL);
		return;
	}
	connection = evhttp_connection_base_new(base, NULL, "127.0.0.1", proxy_port);
	evhttp_connection_free_on_completion(connection);
	request = evhttp_request_new(on_reply, asked);
	TAILQ_FOREACH(header, evhttp_request_get_input_headers(asked), next)
	if (!is_dropped(relay, header->key))
		(void)evhttp_add_header(
			evhttp_request_get_output_headers(request), header->key, header->value);
	(void)evhttp_make_request(
		connection, request, EVHTTP_REQ_GET, evhttp_request_get_uri(asked));
}

static bool relay_start(struct relay *relay)
{
	struct sockaddr_in address = {0};
	socklen_t len = sizeof(address);
	struct evhttp *http = evhttp_new(base);
	struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);

	evhttp_set_gencb(http, on_request, relay);
	if (bound == NULL || getsockname(evhttp_bound_socket_get_fd(bound),
				     (struct sockaddr *)&address, &len) != 0)
		return false;
	printf("%.*s %u\n", STR_ARG(relay->name), (unsigned)ntohs(address.sin_port));
	return true;
}

int main(int argc, char **argv)
{
	static struct relay relays[RELAYS_MAX];

	if (argc < 3 || argc - 2 > RELAYS_MAX)
		return 2;
	proxy_port = (ev_uint16_t)strtoul(argv[1], NULL, 10);
	base = event_base_new();
	for (int i = 2; i < argc; i++) {
		struct relay *relay = &relays[i - 2];

		relay->dropped = str_of(argv[i]);
		relay->name = str_cut(&relay->dropped, ':');
		if (!relay_start(relay))
			return 1;
	}
	(void)fflush(stdout);
	return event_base_dispatch(base) < 0;
}
