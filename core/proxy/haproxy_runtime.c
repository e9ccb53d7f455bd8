/*
 * The runtime socket's client. Used by the driver only, from the loop. HAProxy answers commands in order;
 * in interactive mode each answer ends with a prompt on a line of its own, which no answer contains.
 */
#include "core/proxy/haproxy_runtime.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"

enum { ANSWER_MAX = 64 << 20, ERRORS_KEPT = 100 };

/* A batch on its way. */
struct batch_sent {
	struct batch_sent *next;
	size_t replies; /* still to come */
	size_t taken;
	size_t errors;
	struct runtime_error *refused;
	size_t refused_count, refused_cap;
	runtime_done_fn done;
	void *arg;
};

struct runtime {
	struct bufferevent *bev;
	struct runtime_events events;
	struct batch_sent *first, **last;
	size_t waiting;
	size_t scanned; /* bytes of the input in which no prompt begins */
};

static const char prompt[] = "\n> ";

static bool make_address(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	return str_copy(address->sun_path, sizeof(address->sun_path), str_of(path));
}

static void finish_batch(const struct runtime *runtime, struct batch_sent *batch, struct str text)
{
	struct runtime_result result = {
		.runtime = runtime,
		.errors = batch->errors,
		.refused = batch->refused,
		.refused_count = batch->refused_count,
		.text = text,
	};

	if (batch->refused_count > 0)
		result.error = str_of(batch->refused[0].words);

	if (batch->done != NULL)
		batch->done(batch->arg, &result);
	for (size_t i = 0; i < batch->refused_count; i++)
		free(batch->refused[i].words);
	free(batch->refused);
	free(batch);
}

/* With `set severity-output number` a message begins with its level: 0 to 3 are errors. */
static bool is_error(struct str reply)
{
	return reply.n >= 4 && reply.p[0] == '[' && reply.p[1] >= '0' && reply.p[1] <= '3' &&
	       reply.p[2] == ']' && reply.p[3] == ':';
}

static void keep_error(struct batch_sent *batch, struct str words)
{
	words = str_trim(words);
	while (words.n > 0 && words.p[words.n - 1] == '\n')
		words.n--;
	array_reserve(&batch->refused, &batch->refused_cap, batch->refused_count + 1,
		sizeof(*batch->refused));
	batch->refused[batch->refused_count++] =
		(struct runtime_error){batch->taken, str_dup(words)};
}

static void take_reply(struct runtime *runtime, struct str reply)
{
	struct batch_sent *batch = runtime->first;

	if (batch == NULL)
		return;
	if (is_error(reply) && batch->errors++ < ERRORS_KEPT)
		keep_error(batch, (struct str){reply.p + 4, reply.n - 4});
	batch->taken++;
	if (--batch->replies > 0)
		return;
	runtime->first = batch->next;
	if (runtime->first == NULL)
		runtime->last = &runtime->first;
	runtime->waiting--;
	finish_batch(runtime, batch, reply);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct runtime *runtime = arg;
	struct evbuffer *input = bufferevent_get_input(bev);

	for (;;) {
		struct evbuffer_ptr from, at;
		size_t len = evbuffer_get_length(input);

		evbuffer_ptr_set(input, &from, runtime->scanned, EVBUFFER_PTR_SET);
		at = evbuffer_search(input, prompt, sizeof(prompt) - 1, &from);
		if (at.pos < 0) {
			runtime->scanned = len >= sizeof(prompt) ? len - sizeof(prompt) + 1 : 0;
			return;
		}
		runtime->scanned = 0;
		struct str reply = {(const char *)evbuffer_pullup(input, at.pos), (size_t)at.pos};
		take_reply(runtime, reply);
		evbuffer_drain(input, (size_t)at.pos + sizeof(prompt) - 1);
	}
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct runtime *runtime = arg;

	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		runtime->events.closed(runtime->events.arg);
}

static void push_batch(struct runtime *runtime, size_t replies, runtime_done_fn done, void *arg)
{
	struct batch_sent *batch = xcalloc(1, sizeof(*batch));

	batch->replies = replies;
	batch->done = done;
	batch->arg = arg;
	*runtime->last = batch;
	runtime->last = &batch->next;
	runtime->waiting++;
}

struct runtime *runtime_open(
	struct event_base *base, const char *path, const struct runtime_events *events)
{
	static const char greeting[] = "prompt\nset severity-output number\nexperimental-mode on\n";
	struct sockaddr_un address;
	struct runtime *runtime;

	if (!make_address(path, &address))
		return NULL;
	runtime = xcalloc(1, sizeof(*runtime));
	runtime->last = &runtime->first;
	runtime->events = *events;
	runtime->bev =
		bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	bufferevent_setcb(runtime->bev, on_read, NULL, on_event, runtime);
	bufferevent_enable(runtime->bev, EV_READ | EV_WRITE);
	bufferevent_socket_connect(runtime->bev, (struct sockaddr *)&address, sizeof(address));
	bufferevent_write(runtime->bev, greeting, sizeof(greeting) - 1);
	push_batch(runtime, 3, NULL, NULL);
	return runtime;
}

void runtime_set_events(struct runtime *runtime, const struct runtime_events *events)
{
	runtime->events = *events;
}

void runtime_send(
	struct runtime *runtime, struct haproxy_batch *commands, runtime_done_fn done, void *arg)
{
	if (commands->replies > 0) {
		bufferevent_write(runtime->bev, commands->text.data, commands->text.len);
		push_batch(runtime, commands->replies, done, arg);
	}
	haproxy_batch_reset(commands);
}

size_t runtime_waiting(const struct runtime *runtime)
{
	return runtime->waiting;
}

void runtime_close(struct runtime *runtime)
{
	if (runtime == NULL)
		return;
	bufferevent_free(runtime->bev);
	while (runtime->first != NULL) {
		struct batch_sent *batch = runtime->first;
		runtime->first = batch->next;
		batch->errors += batch->replies;
		finish_batch(runtime, batch, (struct str){0});
	}
	free(runtime);
}

/* ---- one question --------------------------------------------------------------------------------------- */

struct question {
	struct bufferevent *bev;
	question_done_fn done;
	void *arg;
	bool refused;
};

static void on_question_event(struct bufferevent *bev, short what, void *arg)
{
	struct question *question = arg;
	struct evbuffer *input = bufferevent_get_input(bev);
	size_t len = evbuffer_get_length(input);
	struct str answer = {0};

	if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT)) == 0)
		return;
	if ((what & BEV_EVENT_EOF) != 0 && len > 0)
		answer = (struct str){(const char *)evbuffer_pullup(input, -1), len};
	question->done(question->arg, answer,
		answer.p != NULL    ? QUESTION_ANSWERED
		: question->refused ? QUESTION_REFUSED
				    : QUESTION_SILENT);
	question_cancel(question);
}

void question_cancel(struct question *question)
{
	if (question == NULL)
		return;
	bufferevent_free(question->bev);
	free(question);
}

/*
 * A Unix socket connects at once or not at all, and takes what is short. With a queue that is full somebody is
 * there and does not answer. The master answers and then waits for more unless it is told that no more comes.
 */
static int send_to(const char *path, const char *command, bool *ret_refused)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address;
	struct iovec parts[] = {{(char *)(uintptr_t)command, strlen(command)}, {(char[]){'\n'}, 1}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = ARRAY_LEN(parts)};

	make_address(path, &address);
	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
		sendmsg(fd, &message, MSG_NOSIGNAL) == (ssize_t)strlen(command) + 1 &&
		shutdown(fd, SHUT_WR) == 0)
		return fd;
	*ret_refused = errno == ECONNREFUSED || errno == ENOENT || errno == ENOTDIR;
	close(fd);
	return -1;
}

struct question *question_ask(struct event_base *base, const char *path, const char *command,
	int timeout_ms, question_done_fn done, void *arg)
{
	struct timeval timeout = time_wait_ms(timeout_ms);
	struct question *question = xcalloc(1, sizeof(*question));
	int fd = send_to(path, command, &question->refused);

	question->done = done;
	question->arg = arg;
	question->bev =
		bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	bufferevent_setcb(question->bev, NULL, NULL, on_question_event, question);
	if (fd < 0) {
		bufferevent_trigger_event(question->bev, BEV_EVENT_ERROR, 0);
		return question;
	}
	bufferevent_set_timeouts(question->bev, &timeout, NULL);
	bufferevent_setwatermark(question->bev, EV_READ, 0, ANSWER_MAX);
	bufferevent_enable(question->bev, EV_READ);
	return question;
}
