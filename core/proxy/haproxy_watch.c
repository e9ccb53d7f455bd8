/*
 * Whether HAProxy answers. Asked once a second over a connection of its own, from haproxy.c's tick.
 *
 * One that is stopped or overloaded does not answer: changes are kept, nothing is loaded, and it is left alone
 * until it does; connections that come meanwhile wait in its queue. (A reload of a worker that does not answer
 * fails, and leaves behind a socket nobody listens at: the new process takes the names first.)
 *
 * One whose socket refuses or is gone cannot be told anything, while it takes traffic. The next worker inherits
 * the socket of the one before and with it the name that leads nowhere; it makes a fresh one only under
 * another name. So there are two names, and a reload with the other mends it without a gap.
 */
#include "core/proxy/haproxy.h"

#include "core/base/time.h"

enum {
	PING_APART_MS = 1000,
	PING_TIMEOUT_MS = 600000,
	SILENT_MS = 1500, /* a question that waits longer is told of */
	LOADING_MS = 10000, /* a load that takes longer is told of */
};

static const char *other_path(const struct haproxy *h)
{
	return h->runtime_paths[h->runtime_path == h->runtime_paths[0]];
}

/* What is waited for longer than it should take. */
static void judge(struct haproxy *h)
{
	int64_t now_ms = time_monotonic_ms();
	int pid = (int)process_pid(h->process);
	int64_t waited_ms = h->ping != NULL ? now_ms - h->ping_ms : 0;
	bool asking = h->asking != NULL || h->step == RELOAD_ASKING;
	int64_t asked_ms = asking ? now_ms - h->asked_ms : 0;

	if (waited_ms > SILENT_MS)
		h->silent = true;
	if (asking && h->asked_worker && asked_ms > waited_ms)
		waited_ms = asked_ms;
	if (waited_ms > SILENT_MS) {
		err_set(&h->trouble, ERR_TIMEOUT,
			"HAProxy (process %d) has not answered for %d s: it is stopped or "
			"overloaded; changes are kept and carried out when it answers",
			pid, (int)(waited_ms / 1000));
	} else if (asked_ms > SILENT_MS) {
		err_set(&h->trouble, ERR_TIMEOUT,
			"HAProxy's master (process %d) has not answered for %d s: it is stopped or "
			"overloaded; what is there is routed, new services wait",
			pid, (int)(asked_ms / 1000));
	} else if (h->step == RELOAD_WAITING && now_ms - h->load_began_ms > LOADING_MS) {
		err_set(&h->trouble, ERR_TIMEOUT,
			"HAProxy (process %d) has been loading its configuration for %d s; it goes "
			"on with the old one",
			pid, (int)((now_ms - h->load_began_ms) / 1000));
	} else if (!h->other_socket) {
		errbuf_clear(&h->trouble);
	}
}

static void recover(struct haproxy *h)
{
	bool was_silent = h->silent;

	h->silent = false;
	judge(h);
	if (!was_silent)
		return;
	if (h->runtime != NULL && h->step == RELOAD_NONE && !h->unsure)
		haproxy_catch_up(h);
}

static void on_other_ping(void *arg, struct str answer, enum question_end end)
{
	struct haproxy *h = arg;

	(void)answer;
	h->ping = NULL;
	if (h->step != RELOAD_NONE)
		return; /* what is being loaded may have another socket */
	if (end == QUESTION_ANSWERED) {
		h->runtime_path = other_path(h);
		recover(h);
	} else if (end == QUESTION_REFUSED) {
		err_set(&h->trouble, ERR_IO,
			"HAProxy (process %d) takes traffic, and nobody listens at its socket %s; "
			"a configuration with another socket is loaded",
			(int)process_pid(h->process), h->runtime_path);
		h->other_socket = true;
		reload_want(h);
	}
}

static void ask(struct haproxy *h, const char *path, question_done_fn done)
{
	h->ping_ms = time_monotonic_ms();
	h->ping = question_ask(h->base, path, "get var proc.generation", PING_TIMEOUT_MS, done, h);
}

static void on_ping(void *arg, struct str answer, enum question_end end)
{
	struct haproxy *h = arg;

	(void)answer;
	h->ping = NULL;
	if (end == QUESTION_ANSWERED)
		recover(h);
	else if (end == QUESTION_REFUSED && h->step == RELOAD_NONE)
		ask(h, other_path(h), on_other_ping);
}

void watch_tick(struct haproxy *h)
{
	if (process_pid(h->process) == 0 || h->stopping) {
		watch_stop(h);
		return;
	}
	judge(h);
	if (h->ping == NULL && time_monotonic_ms() - h->ping_ms >= PING_APART_MS &&
		h->step != RELOAD_LAUNCHING)
		ask(h, h->runtime_path, on_ping);
}

void watch_stop(struct haproxy *h)
{
	question_cancel(h->ping);
	h->ping = NULL;
	h->silent = false;
	errbuf_clear(&h->trouble);
}
