/*
 * Takes lines off the connections to the workers' rings and hands them, parsed, to the driver.
 * Invariant: one read takes at most READ_BYTES, so that a flood does not hold up everything else.
 */
#include "core/proxy/haproxy_log_socket.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "core/base/limits.h"
#include "core/base/hashmap.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"

enum {
	READ_BYTES = 256 << 10,
	LINE_MAX_BYTES = 2 * LIMIT_LOG_LINE,
	SETTLED_MS = 1000,
	/* Threads overtake each other: the first line that is read need not be number 0. */
	FIRST_AT_MOST = 64,
};

struct log_socket {
	struct event_base *base;
	struct log_socket_events events;
	struct event *second;
	struct line_counts counts;
	struct hashmap *taken; /* ids of what log_socket_take() has passed on */
};

struct source {
	struct log_socket *receiver;
	struct bufferevent *bev; /* NULL: the log is read in another way */
	enum source_kind kind;
	bool skipping; /* the rest of a line that is too long */
	bool settled; /* what comes is new */
	bool begun; /* something has come */
	int64_t last_ms; /* monotonic, of the last byte */
};

/* ---- loss --------------------------------------------------------------------------------------------------- */

static struct line_count *find_count(struct line_counts *counts, int64_t pid)
{
	for (size_t i = 0; i < COUNTED_PROCESSES; i++)
		if (counts->of[i].pid == pid)
			return &counts->of[i];
	return NULL;
}

bool line_counts_add(struct line_counts *counts, int64_t pid, int64_t number)
{
	struct line_count *count = find_count(counts, pid);
	bool first = count == NULL;

	if (first) {
		count = &counts->of[counts->next++ % COUNTED_PROCESSES];
		*count = (struct line_count){.pid = pid, .first = number, .last = number};
	}
	if (number < count->first)
		count->first = number; /* a thread was overtaken at the very beginning */
	count->arrived++;
	if (number > count->last)
		count->last = number;
	return first;
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

/* ---- lines ------------------------------------------------------------------------------------------------ */

/* Whether a request is to be passed on: its line was not read before. */
static bool is_news(
	struct log_socket *receiver, const struct log_record *record, const struct source *source)
{
	const struct log_socket_events *events = &receiver->events;
	struct str id = record->request.id;
	bool first, recorded;

	if (source->bev == NULL && hashmap_set(receiver->taken, id, receiver) != NULL)
		return false;
	first = line_counts_add(&receiver->counts, record->pid, record->counter);
	recorded = source->kind == SOURCE_AGAIN && events->recorded != NULL &&
		   events->recorded(events->arg, record);
	if (first && !recorded && source->kind != SOURCE_ON && record->counter > FIRST_AT_MOST)
		events->lost(events->arg, -1);
	return !recorded;
}

static void take_line(struct source *source, char *line, size_t len)
{
	struct log_socket *receiver = source->receiver;
	struct log_record record;
	enum log_kind kind = log_parse(line, len, &record);

	if (len == 0 || (kind == LOG_REQUEST && !is_news(receiver, &record, source)))
		return;
	if (kind == LOG_HEALTH && !source->settled)
		kind = LOG_OTHER;
	receiver->events.line(receiver->events.arg, source, kind, &record);
}

static void refuse_line(const struct source *source)
{
	struct log_record none = {0};

	source->receiver->events.line(source->receiver->events.arg, source, LOG_MALFORMED, &none);
}

/* The lines that are whole; returns their bytes. The rest of one that is too long is passed over. */
static size_t take_lines(struct source *source, char *text, size_t len)
{
	size_t at = 0;

	while (at < len) {
		char *end = memchr(text + at, '\n', len - at);
		size_t line_len = (end != NULL ? (size_t)(end - text) : len) - at;

		if (end == NULL && !source->skipping && line_len <= LINE_MAX_BYTES)
			break;
		if (!source->skipping && line_len > LINE_MAX_BYTES)
			refuse_line(source);
		else if (!source->skipping)
			take_line(source, text + at, line_len);
		source->skipping = end == NULL;
		at += line_len + (end != NULL);
	}
	return at;
}

void log_socket_take(struct log_socket *receiver, char *text, size_t len)
{
	struct source source = {.receiver = receiver, .kind = SOURCE_AGAIN};

	take_lines(&source, text, len);
}

void log_socket_forget(struct log_socket *receiver)
{
	if (hashmap_count(receiver->taken) == 0)
		return;
	hashmap_destroy(receiver->taken, NULL);
	receiver->taken = hashmap_create();
}

/* ---- connections ------------------------------------------------------------------------------------------ */

static void on_read(struct bufferevent *bev, void *arg)
{
	struct source *source = arg;
	struct evbuffer *input = bufferevent_get_input(bev);
	size_t len = evbuffer_get_length(input);

	if (source->begun && source_quiet_ms(source) > SETTLED_MS)
		source->settled = true;
	source->begun = true;
	source->last_ms = time_monotonic_ms();
	len = take_lines(source, (char *)evbuffer_pullup(input, -1), len);
	evbuffer_drain(input, len);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct source *source = arg;

	if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) == 0)
		return;
	/* A worker that is killed leaves a line behind that is not whole. */
	if (evbuffer_get_length(bufferevent_get_input(bev)) > 0)
		refuse_line(source);
	bufferevent_disable(bev, EV_READ);
	source->receiver->events.ended(source->receiver->events.arg, source);
}

struct source *source_open(struct log_socket *receiver, const char *path, enum source_kind kind)
{
	static const char command[] = "show events umbra:log -w\n";
	static const char from_now[] = "show events umbra:log -w -n\n";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct source *source;

	if (!str_copy(address.sun_path, sizeof(address.sun_path), str_of(path)))
		return NULL;
	source = xcalloc(1, sizeof(*source));
	source->receiver = receiver;
	source->kind = kind;
	source->settled = kind != SOURCE_AGAIN;
	source->last_ms = time_monotonic_ms();
	source->bev = bufferevent_socket_new(
		receiver->base, -1, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	bufferevent_set_max_single_read(source->bev, READ_BYTES);
	bufferevent_setcb(source->bev, on_read, NULL, on_event, source);
	bufferevent_enable(source->bev, EV_READ | EV_WRITE);
	bufferevent_socket_connect(source->bev, (struct sockaddr *)&address, sizeof(address));
	if (kind == SOURCE_ON)
		bufferevent_write(source->bev, from_now, sizeof(from_now) - 1);
	else
		bufferevent_write(source->bev, command, sizeof(command) - 1);
	return source;
}

void source_close(struct source *source)
{
	if (source == NULL)
		return;
	bufferevent_free(source->bev);
	free(source);
}

int64_t source_quiet_ms(const struct source *source)
{
	return time_monotonic_ms() - source->last_ms;
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	struct log_socket *receiver = arg;
	int64_t lost = line_counts_check(&receiver->counts);

	(void)fd;
	(void)what;
	if (lost > 0)
		receiver->events.lost(receiver->events.arg, lost);
}

struct log_socket *log_socket_create(
	struct event_base *base, const struct log_socket_events *events)
{
	static const struct timeval second = {1, 0};
	struct log_socket *receiver = xcalloc(1, sizeof(*receiver));

	receiver->base = base;
	receiver->events = *events;
	receiver->taken = hashmap_create();
	receiver->second = event_new(base, -1, EV_PERSIST, on_second, receiver);
	event_add(receiver->second, &second);
	return receiver;
}

void log_socket_destroy(struct log_socket *receiver)
{
	if (receiver == NULL)
		return;
	event_free(receiver->second);
	hashmap_destroy(receiver->taken, NULL);
	free(receiver);
}
