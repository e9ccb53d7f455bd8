/*
 * Sends the bytes of a test and reads the answers by Content-Length. Used by tests over a real proxy; the
 * test's own loop goes on running while it waits.
 */
#include "tests/support/raw_http_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/util.h>

struct raw_http {
	struct event_base *base;
	const struct raw_http_ops *ops;
	char address[64];
	int busy;
};

struct line {
	struct raw_http *exchange;
	struct bufferevent *bev;
	void *tag;
};

static void send_next(struct line *line);
static void open_line(struct line *line);

struct str answer_header(const struct answer *answer, const char *name, int nth)
{
	struct str rest = answer->head;

	while (rest.p != NULL) {
		struct str value = str_cut(&rest, '\n');
		struct str key = str_cut(&value, ':');
		if (value.p == NULL || !str_eq_nocase(key, str_of(name)) || nth-- > 0)
			continue;
		if (value.n > 0 && value.p[value.n - 1] == '\r')
			value.n--;
		return str_trim(value);
	}
	return (struct str){0};
}

static void end_line(struct line *line)
{
	if (--line->exchange->busy == 0)
		event_base_loopbreak(line->exchange->base);
	if (line->bev != NULL)
		bufferevent_free(line->bev);
	free(line);
}

/* Both return false while the answer is not whole. */
static bool read_answer(struct line *line, struct str text, size_t *ret_used)
{
	struct answer answer = {0};
	size_t head = str_find(text, STR_LIT("\r\n\r\n"));
	uint64_t length = 0;

	if (head == text.n)
		return false;
	answer.head = (struct str){text.p, head + 2};
	str_to_u64(answer_header(&answer, "Content-Length", 0), &length);
	if (text.n < head + 4 + length)
		return false;
	answer.body = (struct str){text.p + head + 4, (size_t)length};
	if (text.n > 12 && memcmp(text.p, "HTTP/1.", 7) == 0)
		answer.status = (int)strtol(text.p + 9, NULL, 10);
	*ret_used = head + 4 + (size_t)length;
	line->exchange->ops->answered(line->exchange->ops->arg, line->tag, &answer);
	line->tag = NULL;
	return true;
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct line *line = arg;
	struct evbuffer *input = bufferevent_get_input(bev);
	size_t len = evbuffer_get_length(input), used;

	if (line->tag != NULL &&
		read_answer(
			line, (struct str){(const char *)evbuffer_pullup(input, -1), len}, &used)) {
		evbuffer_drain(input, used);
		send_next(line);
	}
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct line *line = arg;
	struct answer none = {0};

	(void)bev;
	if (!(what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)))
		return;
	bufferevent_free(line->bev);
	line->bev = NULL;
	if (line->tag != NULL)
		line->exchange->ops->answered(line->exchange->ops->arg, line->tag, &none);
	line->tag = NULL;
	send_next(line);
}

static void open_line(struct line *line)
{
	struct sockaddr_storage address;
	int len = sizeof(address);

	evutil_parse_sockaddr_port(line->exchange->address, (struct sockaddr *)&address, &len);
	line->bev = bufferevent_socket_new(
		line->exchange->base, -1, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	bufferevent_setcb(line->bev, on_read, NULL, on_event, line);
	bufferevent_enable(line->bev, EV_READ | EV_WRITE);
	bufferevent_socket_connect(line->bev, (struct sockaddr *)&address, len);
}

static void send_next(struct line *line)
{
	const struct raw_http_ops *ops = line->exchange->ops;
	size_t len;
	const char *text = ops->next(ops->arg, &len, &line->tag);

	if (text == NULL) {
		end_line(line);
		return;
	}
	if (line->bev == NULL)
		open_line(line);
	bufferevent_write(line->bev, text, len);
}

void raw_http_run(struct event_base *base, const char *host, int port, int connections,
	const struct raw_http_ops *ops)
{
	struct raw_http exchange = {.base = base, .ops = ops, .busy = connections};

	snprintf(exchange.address, sizeof(exchange.address), "%s:%d", host, port);
	for (int i = 0; i < connections; i++) {
		struct line *line = calloc(1, sizeof(*line));
		line->exchange = &exchange;
		send_next(line);
	}
	if (exchange.busy > 0)
		event_base_dispatch(base);
}
