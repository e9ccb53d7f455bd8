/*
 * Takes datagrams off the log socket, many at a time, and hands the parsed lines to the driver. Invariant:
 * one turn of the loop takes at most TURN_LINES lines, so that a flood does not hold up everything else.
 */
#include "core/proxy/haproxy_receiver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/limits.h"
#include "core/base/mem.h"

enum {
	BATCH_LINES = 64,
	TURN_LINES = 1024,
	LINE_SIZE = LIMIT_LOG_LINE + 256,
	BUFFER_BYTES = 8 << 20, /* 710,000 lines at 15,000/s lost none with it */
};

struct receiver {
	struct receiver_events events;
	int fd;
	struct event *readable;
	struct event *second;
	struct line_counts counts;
	struct mmsghdr messages[BATCH_LINES];
	struct iovec parts[BATCH_LINES];
	char *lines; /* BATCH_LINES times LINE_SIZE */
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

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct receiver *receiver = arg;
	int taken = 0;

	(void)what;
	while (taken < TURN_LINES) {
		int count = recvmmsg(fd, receiver->messages, BATCH_LINES, MSG_DONTWAIT, NULL);
		if (count <= 0)
			return;
		for (int i = 0; i < count; i++)
			take_line(receiver, receiver->parts[i].iov_base,
				receiver->messages[i].msg_len);
		taken += count;
		if (count < BATCH_LINES)
			return;
	}
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

static int bind_socket(const char *path, struct errbuf *eb)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int size = BUFFER_BYTES;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	str_copy(address.sun_path, sizeof(address.sun_path), str_of(path));
	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		err_set(eb, ERR_IO, "the log socket %s cannot be made: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	/* FORCE wants a capability; without it the system's limit applies, and loss is counted. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

struct receiver *receiver_create(struct event_base *base, const char *path,
	const struct receiver_events *events, struct errbuf *eb)
{
	static const struct timeval second = {1, 0};
	struct receiver *receiver;
	int fd = bind_socket(path, eb);

	if (fd < 0)
		return NULL;
	receiver = xcalloc(1, sizeof(*receiver));
	receiver->events = *events;
	receiver->fd = fd;
	receiver->lines = xmalloc((size_t)BATCH_LINES * LINE_SIZE);
	for (size_t i = 0; i < BATCH_LINES; i++) {
		receiver->parts[i] = (struct iovec){receiver->lines + i * LINE_SIZE, LINE_SIZE};
		receiver->messages[i].msg_hdr.msg_iov = &receiver->parts[i];
		receiver->messages[i].msg_hdr.msg_iovlen = 1;
	}
	receiver->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, receiver);
	receiver->second = event_new(base, -1, EV_PERSIST, on_second, receiver);
	event_add(receiver->readable, NULL);
	event_add(receiver->second, &second);
	return receiver;
}

void receiver_destroy(struct receiver *receiver)
{
	if (receiver == NULL)
		return;
	event_free(receiver->readable);
	event_free(receiver->second);
	close(receiver->fd);
	free(receiver->lines);
	free(receiver);
}
