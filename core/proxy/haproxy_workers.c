/*
 * The workers that reloads replaced, and the log of the current one. Used by haproxy.c and haproxy_reload.c.
 *
 * Connections that stay open (WebSockets, streams) keep their worker until they end; nothing here cuts them.
 * A worker that has none left is let go once its log has been quiet for a second. Those that were old already
 * when this control plane started have no connection of ours: they are asked through the master, and what such
 * a one logs last is gone with it.
 *
 * Memory is bounded by reloading more seldom: each reload can leave one more worker behind.
 */
#include "core/proxy/haproxy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"

enum {
	TOLD_MS = 20000, /* longer than timeout http-keep-alive */
	ASK_YOUNG_MS = 500, /* how often one is asked while it is told of changes */
	ASK_MS = 2000,
	ASK_TIMEOUT_MS = 5000,
	QUIET_MS = 1000,
	APART_MS = 1000, /* at most one reload a second */
	FREE_WORKERS = 4, /* with more of them reloads become rarer */
	APART_MOST_MS = 60000,
	APART_FULL_MS = 300000, /* while they hold more memory than they should */
	MEMORY_PART = 4, /* of the machine's */
};

/* ---- memory --------------------------------------------------------------------------------------------- */

static int64_t read_bytes(int64_t pid)
{
	char path[64], line[128] = "";
	struct str rest;
	int64_t resident, shared;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/statm", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	if (fgets(line, sizeof(line), file) == NULL)
		line[0] = '\0';
	fclose(file);
	rest = str_of(line);
	str_cut(&rest, ' ');
	if (!str_to_i64(str_cut(&rest, ' '), &resident) ||
		!str_to_i64(str_cut(&rest, ' '), &shared))
		return 0;
	return (resident - shared) * sysconf(_SC_PAGESIZE);
}

size_t workers_count(const struct haproxy *h, int64_t *ret_bytes)
{
	size_t count = 0;

	*ret_bytes = 0;
	for (const struct old_worker *old = h->old_workers; old != NULL; old = old->next) {
		count++;
		*ret_bytes += old->bytes;
	}
	return count;
}

int64_t workers_apart_ms(const struct haproxy *h)
{
	int64_t limit = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE) / MEMORY_PART;
	int64_t bytes, apart = APART_MS;
	size_t count = workers_count(h, &bytes);

	if (count > FREE_WORKERS)
		apart += (int64_t)(count - FREE_WORKERS) * APART_MS;
	if (apart > APART_MOST_MS)
		apart = APART_MOST_MS;
	return bytes > limit ? APART_FULL_MS : apart;
}

/* ---- one old worker ----------------------------------------------------------------------------------------- */

static struct old_worker *add_old(struct haproxy *h, int64_t pid)
{
	struct old_worker *old = xcalloc(1, sizeof(*old)), **last = &h->old_workers;

	*old = (struct old_worker){.h = h, .pid = pid, .connections = -1};
	old->bytes = pid > 0 ? read_bytes(pid) : 0;
	while (*last != NULL)
		last = &(*last)->next;
	*last = old;
	return old;
}

static void free_old(struct old_worker *old)
{
	struct haproxy *h = old->h;
	struct old_worker **at = &h->old_workers;

	while (*at != old)
		at = &(*at)->next;
	*at = old->next;
	if (h->old_asked == old) {
		question_cancel(h->old_question);
		h->old_question = NULL;
		h->old_asked = NULL;
	}
	source_close(old->source);
	runtime_close(old->runtime);
	free(old);
}

/* The number behind `name` in what `show info` says; -1 without. */
static int64_t read_info(struct str text, const char *name)
{
	int64_t number;

	while (text.p != NULL) {
		struct str line = str_cut(&text, '\n');
		if (str_eq_c(str_cut(&line, ':'), name))
			return str_to_i64(str_trim(line), &number) ? number : -1;
	}
	return -1;
}

static void take_info(struct old_worker *old, struct str text)
{
	int64_t connections = read_info(text, "CurrConns");
	int64_t requests = read_info(text, "CumReq");

	/* Until it has closed its listening sockets more of them may come. */
	if (connections < 0 || read_info(text, "Stopping") != 1)
		return;
	if (old->source == NULL && (connections != old->connections || requests != old->requests))
		old->reading = true;
	old->connections = connections;
	old->requests = requests;
	old->pid = read_info(text, "Pid");
	old->bytes = read_bytes(old->pid);
}

static void on_info(void *arg, const struct runtime_result *result)
{
	/* Without a text its connection was closed, and it may be gone. */
	if (result->text.n > 0)
		take_info(arg, result->text);
}

static void on_old_closed(void *arg)
{
	((struct old_worker *)arg)->closed = true; /* let go by the next tick */
}

/* ---- through the master ----------------------------------------------------------------------------------- */

static void on_old_answer(void *arg, struct str answer, enum question_end end)
{
	struct haproxy *h = arg;
	struct old_worker *old = h->old_asked;

	h->old_question = NULL;
	h->old_asked = NULL;
	old->asked_ms = time_monotonic_ms();
	if (end != QUESTION_ANSWERED)
		return;
	if (old->reading) {
		char *text = str_dup(answer);

		old->reading = false;
		log_socket_take(h->receiver, text, answer.n);
		free(text);
	} else if (str_find(answer, STR_LIT("CurrConns")) < answer.n) {
		take_info(old, answer);
	} else {
		old->closed = true; /* the master has no such worker any more */
	}
}

static void ask_through_master(struct old_worker *old)
{
	struct haproxy *h = old->h;
	char command[96];

	if (h->old_question != NULL)
		return;
	snprintf(command, sizeof(command), "@!%" PRId64 " show %s", old->pid,
		old->reading ? "events umbra:log" : "info");
	h->old_asked = old;
	h->old_question =
		question_ask(h->base, h->master_path, command, ASK_TIMEOUT_MS, on_old_answer, h);
}

void workers_adopt(struct haproxy *h, struct str answer)
{
	size_t at = str_find(answer, STR_LIT("# old workers"));
	struct str text = {answer.p + at, answer.n - at};
	uint64_t pid;

	while (text.p != NULL) {
		struct str line = str_cut(&text, '\n');
		if (str_to_u64(str_cut(&line, ' '), &pid) && pid > 1 && pid < INT32_MAX)
			add_old(h, (int64_t)pid)->reading = true;
	}
}

/* ---- all of them -------------------------------------------------------------------------------------------- */

static void on_current_info(void *arg, const struct runtime_result *result)
{
	struct haproxy *h = arg;
	int64_t pid = read_info(result->text, "Pid");

	if (pid > 0 && result->runtime == h->runtime)
		h->worker_pid = pid;
}

static struct old_worker *make_current_old(struct haproxy *h)
{
	struct old_worker *old = add_old(h, h->worker_pid);

	old->runtime = h->runtime;
	old->source = h->source;
	old->until_ms = time_monotonic_ms() + TOLD_MS;
	if (old->runtime != NULL)
		runtime_set_events(old->runtime, &(struct runtime_events){on_old_closed, old});
	h->runtime = NULL;
	h->source = NULL;
	h->worker_pid = 0;
	return old;
}

void workers_replace(struct haproxy *h, struct runtime *runtime)
{
	struct haproxy_batch commands;

	if (h->runtime != NULL)
		make_current_old(h);
	source_close(h->source);
	h->runtime = runtime;
	h->source = source_open(h->receiver, h->runtime_path, SOURCE_NEW);
	if (runtime == NULL)
		return;
	haproxy_batch_init(&commands);
	haproxy_batch_addf(&commands, "show info");
	runtime_send(runtime, &commands, on_current_info, h);
	haproxy_batch_finish(&commands);
}

void workers_tell(struct haproxy *h, const struct haproxy_batch *commands)
{
	int64_t now_ms = time_monotonic_ms();
	struct haproxy_batch copy;

	haproxy_batch_init(&copy);
	for (struct old_worker *old = h->old_workers; old != NULL; old = old->next) {
		if (old->runtime == NULL || old->closed || old->until_ms < now_ms)
			continue;
		strbuf_add_str(&copy.text, strbuf_str(&commands->text));
		copy.replies = commands->replies;
		runtime_send(old->runtime, &copy, NULL, NULL);
	}
	haproxy_batch_finish(&copy);
}

/* It has nothing left to answer, and nothing left to tell. */
static bool is_done(const struct old_worker *old)
{
	bool quiet = old->source == NULL || source_quiet_ms(old->source) > QUIET_MS;

	return quiet && (old->closed || (old->connections == 0 && !old->reading));
}

static void ask(struct old_worker *old, int64_t now_ms)
{
	struct haproxy_batch commands;

	if (now_ms - old->asked_ms < (old->until_ms > now_ms ? ASK_YOUNG_MS : ASK_MS))
		return;
	if (old->runtime == NULL) {
		ask_through_master(old);
	} else if (runtime_waiting(old->runtime) == 0) {
		old->asked_ms = now_ms;
		haproxy_batch_init(&commands);
		haproxy_batch_addf(&commands, "show info");
		runtime_send(old->runtime, &commands, on_info, old);
		haproxy_batch_finish(&commands);
	}
}

void workers_tick(struct haproxy *h)
{
	int64_t now_ms = time_monotonic_ms();
	bool through_master = false;

	for (struct old_worker *old = h->old_workers, *next; old != NULL; old = next) {
		next = old->next;
		through_master |= old->runtime == NULL && !old->closed;
		if (is_done(old))
			free_old(old);
		else
			ask(old, now_ms);
	}
	if (!through_master)
		log_socket_forget(h->receiver);
	/* Its connection was closed after a day without a line, or could not be made. */
	if (h->source == NULL && h->runtime != NULL && h->step == RELOAD_NONE)
		h->source = source_open(h->receiver, h->runtime_path, SOURCE_ON);
}

void workers_source_ended(struct haproxy *h, struct source *source)
{
	if (h->source == source)
		h->source = NULL;
	for (struct old_worker *old = h->old_workers; old != NULL; old = old->next)
		if (old->source == source)
			old->source = NULL; /* gone, or read through the master from now on */
	source_close(source);
}

void workers_lose_current(struct haproxy *h)
{
	struct old_worker *old;

	if (h->runtime == NULL && h->source == NULL)
		return;
	old = make_current_old(h);
	runtime_close(old->runtime);
	old->runtime = NULL;
	old->closed = true;
}

void workers_lose(struct haproxy *h)
{
	workers_lose_current(h);
	for (struct old_worker *old = h->old_workers; old != NULL; old = old->next)
		old->closed = true;
}

void workers_close(struct haproxy *h)
{
	struct runtime *runtime;

	for (struct old_worker *old = h->old_workers, *next; old != NULL; old = next) {
		next = old->next;
		free_old(old);
	}
	source_close(h->source);
	h->source = NULL;
	/* Whoever waits for an answer is told that there is none, and may not send more. */
	runtime = h->runtime;
	h->runtime = NULL;
	runtime_close(runtime);
}
