/*
 * The demo's HTTP client against a real server on the same loop: answers, refusals, kept connections.
 */
#include "core/demo/http_client.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include <cmocka.h>

struct bench {
	struct event_base *base;
	struct evhttp *server;
	struct http_client_pool *pool;
	uint16_t port;
	int seen; /* requests that reached the server */
	char got[256]; /* what the last of them was */
	struct evhttp_connection *connection; /* of the last of them */
	bool silent; /* the server does not answer */
	int answers;
	int status;
	char body[64];
};

static void on_request(struct evhttp_request *req, void *arg)
{
	struct bench *b = arg;
	const struct evkeyvalq *in = evhttp_request_get_input_headers(req);
	const char *host = evhttp_find_header(in, "Host");
	const char *mark = evhttp_find_header(in, "Mark");

	b->seen++;
	b->connection = evhttp_request_get_connection(req);
	(void)snprintf(b->got, sizeof(b->got), "%s %s %s", host != NULL ? host : "",
		evhttp_request_get_uri(req), mark != NULL ? mark : "");
	if (b->silent)
		return;
	(void)evbuffer_add_printf(evhttp_request_get_output_buffer(req), "answer %d", b->seen);
	evhttp_send_reply(req, 200, NULL, NULL);
}

static void on_answer(void *arg, const struct http_client_response *response)
{
	struct bench *b = arg;

	b->answers++;
	b->status = response->status;
	(void)str_copy(b->body, sizeof(b->body), response->body);
}

static int setup(void **state)
{
	static struct bench b;
	struct sockaddr_in address = {0};
	struct evhttp_bound_socket *socket;
	socklen_t len = sizeof(address);

	memset(&b, 0, sizeof(b));
	b.base = event_base_new();
	b.server = evhttp_new(b.base);
	evhttp_set_gencb(b.server, on_request, &b);
	socket = evhttp_bind_socket_with_handle(b.server, "127.0.0.1", 0);
	if (socket == NULL)
		return -1;
	(void)getsockname(evhttp_bound_socket_get_fd(socket), (struct sockaddr *)&address, &len);
	b.port = ntohs(address.sin_port);
	b.pool = http_client_pool_create(b.base, "127.0.0.1", b.port);
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	http_client_pool_destroy(b->pool);
	if (b->server != NULL)
		evhttp_free(b->server);
	event_base_free(b->base);
	return 0;
}

static void send_one(struct bench *b)
{
	struct http_exchange *fetch = http_client_prepare(b->pool,
		&(struct http_client_request){
			.host = "cart.test", .target = "/x?y=1", .timeout_ms = 3000},
		on_answer, b);

	http_client_header(fetch, "Mark", "one");
	http_client_header(fetch, "Broken", "line\r\nfeed");
	http_client_send(fetch);
}

static void await(struct bench *b, int answers)
{
	while (b->answers < answers)
		(void)event_base_loop(b->base, EVLOOP_ONCE);
}

static void an_answer_comes(void **state)
{
	struct bench *b = *state;

	send_one(b);
	assert_int_equal(b->answers, 0); /* never from within the call */
	await(b, 1);
	assert_int_equal(b->status, 200);
	assert_string_equal(b->body, "answer 1");
	assert_string_equal(b->got, "cart.test /x?y=1 one");
}

static void connections_are_kept(void **state)
{
	struct bench *b = *state;
	struct evhttp_connection *first;

	send_one(b);
	await(b, 1);
	first = b->connection;
	send_one(b);
	await(b, 2);
	assert_ptr_equal(b->connection, first);
	send_one(b);
	send_one(b);
	await(b, 4);
	assert_int_equal(b->seen, 4);
}

static void a_request_on_a_closed_connection_is_sent_again(void **state)
{
	struct bench *b = *state;

	send_one(b);
	await(b, 1);
	/* The server closes while the request is on its way: both happen before the loop turns. */
	evhttp_connection_free(b->connection);
	send_one(b);
	await(b, 2);
	assert_int_equal(b->status, 200);
	assert_string_equal(b->body, "answer 2");
}

static void a_refused_connection_is_told(void **state)
{
	struct bench *b = *state;

	evhttp_free(b->server);
	b->server = NULL;
	send_one(b);
	assert_int_equal(b->answers, 0);
	await(b, 1);
	assert_int_equal(b->status, 0);
}

static void nobody_is_told_of_what_is_destroyed(void **state)
{
	struct bench *b = *state;

	b->silent = true;
	send_one(b);
	while (b->seen == 0)
		(void)event_base_loop(b->base, EVLOOP_ONCE);
	http_client_pool_destroy(b->pool);
	b->pool = NULL;
	(void)event_base_loop(b->base, EVLOOP_NONBLOCK);
	assert_int_equal(b->answers, 0);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(an_answer_comes),
		ROW(connections_are_kept),
		ROW(a_request_on_a_closed_connection_is_sent_again),
		ROW(a_refused_connection_is_told),
		ROW(nobody_is_told_of_what_is_destroyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
