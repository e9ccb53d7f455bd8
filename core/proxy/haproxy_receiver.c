/*
 * Takes lines off the log's connections (one for each worker process), and the datagrams of those that are
 * leaving, and hands them, parsed, to the driver.
 * Invariant: one read takes at most READ_BYTES, so that a flood does not hold up everything else.
 */
#include "core/proxy/haproxy_receiver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "core/base/limits.h"
#include "core/base/mem.h"

enum {
	SOURCES_MAX =
		64, /* workers that a reload replaced may live for long, each with its connection */
	READ_BYTES = 256 << 10,
	LENGTH_DIGITS = 6,
	LINE_MAX_BYTES = 2 * LIMIT_LOG_LINE,
	DATAGRAMS_AT_ONCE = 64,
};

struct receiver;

struct source {
	struct receiver *receiver;
	struct bufferevent *bev; /* NULL: unused */
	size_t skip; /* bytes still to come of a line that is too long */
};

struct receiver {
	struct receiver_events events;
	struct evconnlistener *listener;
	struct event *second;
	struct event *datagram;
	struct line_counts counts;
	struct source sources[SOURCES_MAX];
};

/* ---- loss --------------------------------------------------------------------------------------------------- */

static struct line_count *find_count(struct line_counts *counts, int64_t pid)
{
	for (size_t i = 0; i < COUNTED_PROCESSES; i++)
		if (counts->of[i].pid == pid)
			return &counts->of[i];
	return NULL;
}

void line_counts_add(struct line_counts *counts, int64_t pid, int64_t number)
{
	struct line_count *count = find_count(counts, pid);

	if (count == NULL) {
		count = &counts->of[counts->next++ % COUNTED_PROCESSES];
		*count = (struct line_count){.pid = pid, .first = number, .last = number};
	}
	if (number < count->first)
		count->first = number; /* a thread was overtaken at the very beginning */
	count->arrived++;
	if (number > count->last)
		count->last = number;
}

int64_t line_counts_check(struct line_counts *counts)
{
	int64_t lost = 0;

	for (size_t i = 0; i < COUNTED_PROCESSES; i++) {
		struct line_count *count = &counts->of[i];
		int64_t open, sure;

		if (count->pid == 0)
			continue;
		open = count->last - count->first + 1 - count->arrived - count->told;
		sure = open < count->open ? open : count->open;
		if (sure > 0) {
			lost += sure;
			count->told += sure;
			open -= sure;
		}
		count->open = open;
	}
	return lost;
}

/* ---- the socket ------------------------------------------------------------------------------------------- */

static void take_line(struct receiver *receiver, char *line, size_t len)
{
	struct log_record record;
	enum log_kind kind = log_parse(line, len, &record);

	if (kind == LOG_REQUEST)
		line_counts_add(&receiver->counts, record.pid, record.counter);
	receiver->events.line(receiver->events.arg, kind, &record);
}

static void close_source(struct source *source)
{
	if (source->bev != NULL)
		bufferevent_free(source->bev);
	source->bev = NULL;
}

/* The length before a line; 0 while it is not whole, SIZE_MAX when it is none. `ret_digits` with the blank. */
static size_t read_length(struct evbuffer *input, size_t *ret_digits)
{
	char text[LENGTH_DIGITS + 1];
	ssize_t got = evbuffer_copyout(input, text, sizeof(text));
	struct str digits = {text, got > 0 ? (size_t)got : 0};
	size_t blank = str_find_char(digits, ' ');
	uint64_t length;

	if (blank == digits.n)
		return digits.n > LENGTH_DIGITS ? SIZE_MAX : 0;
	*ret_digits = blank + 1;
	if (!str_to_u64((struct str){text, blank}, &length) || length == 0)
		return SIZE_MAX;
	return (size_t)length;
}

static void refuse_line(struct receiver *receiver)
{
	struct log_record none = {0};

	receiver->events.line(receiver->events.arg, LOG_MALFORMED, &none);
}

/* Whether the line that is being passed over is behind us. */
static bool skip_line(struct source *source, struct evbuffer *input)
{
	size_t there = evbuffer_get_length(input);
	size_t skipped = there < source->skip ? there : source->skip;

	evbuffer_drain(input, skipped);
	source->skip -= skipped;
	return source->skip == 0;
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct source *source = arg;
	struct evbuffer *input = bufferevent_get_input(bev);
	size_t digits, length;

	while (skip_line(source, input) && (length = read_length(input, &digits)) > 0) {
		if (length == SIZE_MAX) {
			refuse_line(source->receiver);
			close_source(source); /* out of step; HAProxy connects again */
			return;
		}
		if (length > LINE_MAX_BYTES) {
			refuse_line(source->receiver);
			evbuffer_drain(input, digits);
			source->skip = length;
			continue;
		}
		if (evbuffer_get_length(input) < digits + length)
			return;
		evbuffer_drain(input, digits);
		take_line(
			source->receiver, (char *)evbuffer_pullup(input, (ssize_t)length), length);
		evbuffer_drain(input, length);
	}
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct source *source = arg;

	if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) == 0)
		return;
	/* A worker that is killed leaves a line behind that is not whole. */
	if (evbuffer_get_length(bufferevent_get_input(bev)) > 0)
		refuse_line(source->receiver);
	close_source(source);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
	int len, void *arg)
{
	struct receiver *receiver = arg;

	(void)address;
	(void)len;
	for (size_t i = 0; i < SOURCES_MAX; i++) {
		struct source *source = &receiver->sources[i];
		if (source->bev != NULL)
			continue;
		source->receiver = receiver;
		source->skip = 0;
		source->bev = bufferevent_socket_new(
			evconnlistener_get_base(listener), fd, BEV_OPT_CLOSE_ON_FREE);
		bufferevent_set_max_single_read(source->bev, READ_BYTES);
		bufferevent_setcb(source->bev, on_read, NULL, on_event, source);
		bufferevent_enable(source->bev, EV_READ);
		return;
	}
	evutil_closesocket(fd);
}

/* Of a worker that is leaving. */
static void on_datagram(evutil_socket_t fd, short what, void *arg)
{
	static char line[LINE_MAX_BYTES];
	struct receiver *receiver = arg;

	(void)what;
	for (int i = 0; i < DATAGRAMS_AT_ONCE; i++) {
		ssize_t len = recv(fd, line, sizeof(line), MSG_TRUNC);

		if (len < 0)
			return;
		if (len == 0 || len > (ssize_t)sizeof(line))
			refuse_line(receiver);
		else
			take_line(receiver, line, (size_t)len);
	}
}

static bool open_datagrams(
	struct receiver *receiver, struct event_base *base, const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	unlink(address->sun_path);
	if (fd < 0 || bind(fd, (const struct sockaddr *)address, sizeof(*address)) != 0) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	receiver->datagram = event_new(base, fd, EV_READ | EV_PERSIST, on_datagram, receiver);
	event_add(receiver->datagram, NULL);
	return true;
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	struct receiver *receiver = arg;
	int64_t lost = line_counts_check(&receiver->counts);

	(void)fd;
	(void)what;
	if (lost > 0)
		receiver->events.lost(receiver->events.arg, lost);
}

struct receiver *receiver_create(struct event_base *base, const char *path,
	const char *leaving_path, const struct receiver_events *events, struct errbuf *eb)
{
	static const struct timeval second = {1, 0};
	struct sockaddr_un address = {.sun_family = AF_UNIX}, leaving = address;
	struct receiver *receiver = xcalloc(1, sizeof(*receiver));

	receiver->events = *events;
	str_copy(address.sun_path, sizeof(address.sun_path), str_of(path));
	str_copy(leaving.sun_path, sizeof(leaving.sun_path), str_of(leaving_path));
	unlink(path);
	receiver->listener = evconnlistener_new_bind(base, on_accept, receiver,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, -1, (struct sockaddr *)&address,
		sizeof(address));
	if (receiver->listener == NULL || !open_datagrams(receiver, base, &leaving)) {
		err_set(eb, ERR_IO, "the log socket %s cannot be made: %s",
			receiver->listener == NULL ? path : leaving_path, strerror(errno));
		receiver_destroy(receiver);
		return NULL;
	}
	receiver->second = event_new(base, -1, EV_PERSIST, on_second, receiver);
	event_add(receiver->second, &second);
	return receiver;
}

void receiver_destroy(struct receiver *receiver)
{
	if (receiver == NULL)
		return;
	if (receiver->second != NULL)
		event_free(receiver->second);
	if (receiver->datagram != NULL) {
		close(event_get_fd(receiver->datagram));
		event_free(receiver->datagram);
	}
	if (receiver->listener != NULL)
		evconnlistener_free(receiver->listener);
	for (size_t i = 0; i < SOURCES_MAX; i++)
		close_source(&receiver->sources[i]);
	free(receiver);
}
