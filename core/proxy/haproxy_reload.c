/*
 * Brings HAProxy to load a configuration: at the start, after adoption, for a new service, and after the
 * process died. The steps are the same: the table is made anew from the environment, a worker writes the
 * files, HAProxy checks them, is started or reloaded, and asked until it answers with the new generation. A
 * service that the check refuses is left out, and the rest is checked again.
 *
 * While a load is under way no command is sent: changes are kept and carried out when it is through, on the
 * new worker and on those it replaced.
 */
#include "core/proxy/haproxy.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/base/worker.h"
#include "core/proxy/haproxy_files.h"

enum {
	RELOAD_GATHER_MS = 20, /* changes that come together are loaded together */
	RELOAD_GATHER_MOST_MS = 200, /* the first of them does not wait longer for others */
	RELOAD_PATIENCE_MS = 60000,
	POLL_MS = 10,
	POLLS_BEFORE_MASTER = 30, /* then the master is asked too whether it failed */
	ASK_TIMEOUT_MS = 5000,
	PATIENT_MS = 600000, /* for a HAProxy that runs and is to answer before it is touched */
	RETRY_SILENT_MS = 500,
	DEAD_ENDS = 3, /* so many times the master has a new worker, and nobody listens */
	AGAIN_MS = 1000, /* in place of REPAIR_MS, when the configuration was not the cause */
	WAITING_TOLD_MS = 5000,
	CONNECTIONS = 8192,
	FILES_AT_LEAST = 32768,
};

/* A configuration that HAProxy has taken in a check, and one that is to be checked. */
#define CONFIG_FILE "haproxy.cfg"
#define CONFIG_NEW "haproxy.new"

/* One writing of files, on the worker. */
struct writing {
	struct haproxy *h;
	struct file_set files;
	enum err err;
	struct errbuf eb;
};

static void write_configuration(struct haproxy *h);

/* Why a new service is not there at once. */
static void tell_waiting(struct haproxy *h, int64_t due_ms)
{
	int64_t bytes;
	size_t count = workers_count(h, &bytes);

	if (due_ms <= WAITING_TOLD_MS)
		return;
	snprintf(h->waiting, sizeof(h->waiting),
		"new and changed services are loaded in %d s: connections that are open keep %zu "
		"old workers (%d MB), so reloads are rare",
		(int)(due_ms / 1000), count, (int)(bytes >> 20));
}

void reload_want(struct haproxy *h)
{
	int64_t now_ms = time_monotonic_ms();
	int64_t due = h->load_last_ms + workers_apart_ms(h) - now_ms;
	int64_t gather;

	if (h->other_socket)
		due = 0; /* without it nothing can be changed */
	h->load_wanted = true;
	if (h->gather_since_ms == 0)
		h->gather_since_ms = now_ms;
	gather = h->gather_since_ms + RELOAD_GATHER_MOST_MS - now_ms;
	if (gather > RELOAD_GATHER_MS)
		gather = RELOAD_GATHER_MS;
	tell_waiting(h, due);
	if (h->step == RELOAD_NONE && !h->stopping)
		haproxy_arm(h->load_timer, due > gather ? due : gather > 0 ? gather : 0);
}

/* ---- files ------------------------------------------------------------------------------------------------ */

/* Twice what the endpoints want, so that many can be added before the next load, within what we may have. */
static void set_limits(const struct haproxy *h, struct config_options *options)
{
	struct rlimit limit = {.rlim_max = FILES_AT_LEAST};
	int64_t files = 2 * (int64_t)CONNECTIONS + 4 * (int64_t)h->table.endpoint_count + 4096;

	getrlimit(RLIMIT_NOFILE, &limit);
	if (files < FILES_AT_LEAST)
		files = FILES_AT_LEAST;
	if (limit.rlim_max != RLIM_INFINITY && files > (int64_t)limit.rlim_max)
		files = (int64_t)limit.rlim_max;
	options->max_files = files;
	options->max_connections = (files - 2 * (int64_t)h->table.endpoint_count - 512) / 2;
	if (options->max_connections > CONNECTIONS)
		options->max_connections = CONNECTIONS;
	if (options->max_connections < 64)
		options->max_connections = 64;
}

static void add_file(void *arg, const char *name, struct str text)
{
	file_set_add(arg, name, text);
}

static struct config_options make_options(const struct haproxy *h)
{
	struct config_options options = {
		.dir = h->dir,
		.listen = h->address,
		.domain = h->domain,
		.api_url = h->api_url,
		.runtime_path = h->runtime_path,
		.revision = h->env->revision,
		.generation = h->generation,
	};

	set_limits(h, &options);
	return options;
}

void reload_each_map(struct haproxy *h, config_file_fn each, void *arg)
{
	struct config_options options = make_options(h);

	config_each_map(&options, &h->table, h->env, each, arg);
}

static void gather_files(struct haproxy *h, struct file_set *files)
{
	struct config_options options = make_options(h);
	struct strbuf text;

	file_set_init(files, h->dir);
	strbuf_init(&text, CONFIG_MAX_BYTES);
	config_write(&text, &options, &h->table);
	file_set_add(files, CONFIG_NEW, strbuf_str(&text));
	strbuf_reset(&text);
	config_write_state(&text, &h->table);
	file_set_add(files, "state", strbuf_str(&text));
	file_set_add(files, "address", str_of(h->address));
	strbuf_finish(&text);
	config_each_map(&options, &h->table, h->env, add_file, files);
}

static void write_files(void *arg)
{
	struct writing *writing = arg;

	writing->err = file_set_write(&writing->files, &writing->eb);
}

/* ---- failing ------------------------------------------------------------------------------------------------ */

static void fail(struct haproxy *h, const struct errbuf *eb, int64_t retry_ms)
{
	struct errbuf copy = *eb;

	reload_cancel(h);
	h->retry_ms = retry_ms;
	h->load_began_ms =
		time_monotonic_ms(); /* however long it took: a dead HAProxy is not tried at once */
	haproxy_failed(h, &copy);
}

/* The line of HAProxy's complaints that says why: the first [ALERT]. */
static struct str find_alert(struct str text)
{
	struct str rest = text;

	while (rest.p != NULL) {
		struct str line = str_cut(&rest, '\n');
		size_t at = str_find(line, STR_LIT(") : "));
		if (str_starts(line, STR_LIT("[ALERT]")) && at < line.n)
			return (struct str){line.p + at + 4, line.n - at - 4};
	}
	return str_trim(text);
}

static void fail_start(struct haproxy *h, struct str complaint)
{
	struct errbuf eb = {0};
	struct str alert = find_alert(complaint);

	if (str_find(alert, STR_LIT("cannot bind socket")) < alert.n)
		err_set(&eb, ERR_IO,
			"the proxy's address %s is in use by another program; stop that, or choose "
			"another with --proxy-listen",
			h->address);
	else
		err_set(&eb, ERR_IO, "HAProxy did not start: %.*s", STR_ARG(alert));
	fail(h, &eb, REPAIR_MS);
}

/* ---- waiting for the new process -------------------------------------------------------------------------- */

/* "11414 master 6 [failed: 1] ...": how often it was reloaded; -1 when it does not say. */
static int64_t read_reloads(struct str answer)
{
	size_t at = str_find(answer, STR_LIT("master"));
	struct str rest = str_trim((struct str){answer.p + at, answer.n - at});
	int64_t reloads;

	str_cut(&rest, ' ');
	rest = str_trim(rest);
	return str_to_i64(str_cut(&rest, ' '), &reloads) ? reloads : -1;
}

/*
 * Nobody listens at the socket's name: the new worker took the name and then failed, or the worker before it had
 * lost the name already. Most likely that one was too slow to hand its sockets over.
 */
static void take_other_socket(struct haproxy *h)
{
	struct errbuf eb = {0};

	err_set(&eb, ERR_IO,
		"HAProxy could not take over from the worker before, and nobody listens at %s; "
		"what is there is routed, and it is tried again with another socket",
		h->runtime_path);
	h->other_socket = true;
	fail(h, &eb, AGAIN_MS);
}

/* The master may not have begun yet: then it tells of the time before. */
static void on_master(void *arg, struct str answer, enum question_end end)
{
	struct haproxy *h = arg;
	struct errbuf eb = {0};
	size_t at = str_find(answer, STR_LIT("[failed: "));
	bool begun = end == QUESTION_ANSWERED && at + 9 < answer.n &&
		     read_reloads(answer) != h->master_reloads;

	h->question = NULL;
	if (!begun || (answer.p[at + 9] == '0' && (!h->refused || ++h->dead_ends < DEAD_ENDS))) {
		haproxy_arm(h->poll_timer, POLL_MS);
	} else if (h->refused) {
		take_other_socket(h);
	} else {
		err_set(&eb, ERR_IO,
			"HAProxy refused the new configuration and goes on with the old one: `%s "
			"-c -f %s/haproxy.cfg` tells why",
			h->program, h->dir);
		fail(h, &eb, REPAIR_MS);
	}
}

/* Of a process that was started with the configuration from before, which may have the other socket. */
static void on_stale_answer(struct haproxy *h, enum question_end end)
{
	struct runtime_events events = haproxy_runtime_events(h);
	struct errbuf why = h->error;

	if (end == QUESTION_ANSWERED) {
		haproxy_attach(h, runtime_open(h->base, h->runtime_path, &events));
		fail(h, &why, REPAIR_MS);
		return;
	}
	if (time_monotonic_ms() - h->load_began_ms > RELOAD_PATIENCE_MS) {
		fail(h, &why, REPAIR_MS);
		return;
	}
	h->runtime_path = h->runtime_paths[h->runtime_path == h->runtime_paths[0]];
	haproxy_arm(h->poll_timer, POLL_MS);
}

static void on_generation(void *arg, struct str answer, enum question_end end)
{
	struct haproxy *h = arg;
	struct runtime_events events = haproxy_runtime_events(h);
	struct errbuf eb = {0};
	char want[32];

	h->question = NULL;
	h->refused = end == QUESTION_REFUSED;
	if (h->stale_start) {
		on_stale_answer(h, end);
		return;
	}
	snprintf(want, sizeof(want), "<%" PRId64 ">", h->generation);
	if (str_find(answer, str_of(want)) < answer.n) {
		h->step = RELOAD_NONE;
		h->load_last_ms = time_monotonic_ms();
		haproxy_loaded(h, runtime_open(h->base, h->runtime_path, &events));
		return;
	}
	if (time_monotonic_ms() - h->load_began_ms > RELOAD_PATIENCE_MS) {
		err_set(&eb, ERR_TIMEOUT, "HAProxy did not load its configuration within %d s",
			RELOAD_PATIENCE_MS / 1000);
		fail(h, &eb, REPAIR_MS);
		return;
	}
	if (++h->polls % POLLS_BEFORE_MASTER == 0)
		h->question = question_ask(
			h->base, h->master_path, "show proc", ASK_TIMEOUT_MS, on_master, h);
	else
		haproxy_arm(h->poll_timer, POLL_MS);
}

static void on_poll(evutil_socket_t fd, short what, void *arg)
{
	struct haproxy *h = arg;

	(void)fd;
	(void)what;
	h->question = question_ask(h->base, h->runtime_path, "get var proc.generation",
		ASK_TIMEOUT_MS, on_generation, h);
}

static void wait_for_it(struct haproxy *h)
{
	h->step = RELOAD_WAITING;
	h->polls = 0;
	h->dead_ends = 0;
	if (h->poll_timer == NULL)
		h->poll_timer = event_new(h->base, -1, 0, on_poll, h);
	haproxy_arm(h->poll_timer, POLL_MS);
}

void reload_started(void *arg, pid_t pid, struct str text)
{
	struct haproxy *h = arg;

	if (pid == 0 || !process_watch(h->process, pid)) {
		fail_start(h, text);
		return;
	}
	h->started_at = time_now_ms();
	if (h->stopping) {
		process_signal(h->process, SIGTERM);
		return;
	}
	wait_for_it(h);
}

/* ---- the check ------------------------------------------------------------------------------------------------ */

/* The new configuration on its way to the name it is loaded by. */
struct placing {
	struct haproxy *h;
	char *from, *to;
	struct file_set files; /* all that it reads */
	struct errbuf eb;
};

static void place_file(void *arg)
{
	struct placing *placing = arg;

	if (rename(placing->from, placing->to) != 0)
		err_set(&placing->eb, ERR_IO, "%s cannot be written: %s", placing->to,
			strerror(errno));
	else
		file_set_sweep(&placing->files);
}

static void on_placed(void *arg)
{
	struct placing *placing = arg;
	struct haproxy *h = placing->h;

	if (h->step != RELOAD_CHECKING || h->stopping) {
		/* It was cancelled meanwhile. */
	} else if (placing->eb.err != ERR_NONE) {
		fail(h, &placing->eb, REPAIR_MS);
	} else if (process_pid(h->process) > 0) {
		h->reloads++;
		process_signal(h->process, SIGUSR2);
		wait_for_it(h);
	} else {
		h->step = RELOAD_LAUNCHING;
		process_start(h->process, h->program, h->dir);
	}
	file_set_finish(&placing->files);
	free(placing->from);
	free(placing->to);
	free(placing);
}

static char *path_of(const struct haproxy *h, const char *name)
{
	struct strbuf path;

	strbuf_init(&path, 8192);
	strbuf_addf(&path, "%s/%s", h->dir, name);
	return strbuf_detach(&path);
}

static void place(struct haproxy *h)
{
	struct placing *placing = xcalloc(1, sizeof(*placing));

	placing->h = h;
	placing->from = path_of(h, CONFIG_NEW);
	placing->to = path_of(h, CONFIG_FILE);
	placing->files = h->written;
	h->written = (struct file_set){0};
	refused_tell(h);
	worker_post(h->worker, place_file, on_placed, placing);
}

/* A dead HAProxy is started with what is there, and what that lacks is told to it by commands. */
static void fail_before_loading(struct haproxy *h, const struct errbuf *eb)
{
	char *config = path_of(h, CONFIG_FILE);
	bool there = access(config, R_OK) == 0;
	struct errbuf why = {0};

	free(config);
	err_set(&why, ERR_IO, "%.300s; HAProxy runs with the configuration from before", eb->text);
	if (process_pid(h->process) > 0 || !there) {
		fail(h, there ? &why : eb, REPAIR_MS);
		return;
	}
	h->error = why;
	h->stale_start = true;
	h->load_began_ms = time_monotonic_ms();
	h->step = RELOAD_LAUNCHING;
	process_start(h->process, h->program, h->dir);
}

/* The first file of the set is the configuration. */
static void on_checked(void *arg, bool taken, struct str complaints)
{
	struct haproxy *h = arg;
	struct str config = {h->written.files[0].text, h->written.files[0].len};
	struct str first = {0};
	struct errbuf eb = {0};

	h->check = NULL;
	if (!taken && complaints.p != NULL && refused_read(h, complaints, config, &first) > 0) {
		file_set_finish(&h->written);
		write_configuration(h);
		return;
	}
	if (taken) {
		place(h);
		return;
	}
	file_set_finish(&h->written);
	if (first.n > 0)
		err_set(&eb, ERR_IO, "HAProxy refuses the configuration: %.*s", STR_ARG(first));
	else
		err_set(&eb, ERR_IO, "HAProxy did not check the configuration: `%s -c -f %s/%s` %s",
			h->program, h->dir, CONFIG_NEW,
			complaints.p != NULL ? "failed without a word" : "did not end");
	fail_before_loading(h, &eb);
}

static void check(struct haproxy *h)
{
	struct errbuf eb = {0};
	char *path = path_of(h, CONFIG_NEW);

	h->step = RELOAD_CHECKING;
	h->check = check_start(h->base, h->program, path, on_checked, h);
	free(path);
	if (h->check == NULL) {
		err_set(&eb, ERR_IO, "%s could not be run: %s", h->program, strerror(errno));
		fail_before_loading(h, &eb);
	}
}

/* ---- the load ------------------------------------------------------------------------------------------------- */

static void on_written(void *arg)
{
	struct writing *writing = arg;
	struct haproxy *h = writing->h;

	file_set_finish(&h->written);
	if (h->step != RELOAD_WRITING || h->stopping) {
		h->step = RELOAD_NONE;
	} else if (writing->err != ERR_NONE) {
		h->dir_missing = access(h->dir, W_OK) != 0;
		fail_before_loading(h, &writing->eb);
	} else {
		h->written = writing->files;
		writing->files = (struct file_set){0};
		check(h);
	}
	file_set_finish(&writing->files);
	free(writing);
}

static void write_configuration(struct haproxy *h)
{
	struct writing *writing = xcalloc(1, sizeof(*writing));

	h->step = RELOAD_WRITING;
	writing->h = h;
	gather_files(h, &writing->files);
	worker_post(h->worker, write_files, on_written, writing);
}

void reload_begin(struct haproxy *h)
{
	int64_t generation = time_now_ms();

	event_del(h->load_timer);
	h->load_wanted = false;
	h->dir_missing = false;
	h->gather_since_ms = 0;
	h->repair_wanted = false;
	h->waiting[0] = '\0';
	if (h->other_socket)
		h->runtime_path = h->runtime_paths[h->runtime_path == h->runtime_paths[0]];
	h->other_socket = false;
	h->stale_start = false;
	h->unsure = true;
	h->load_began_ms = time_monotonic_ms();
	h->generation = generation > h->generation ? generation : h->generation + 1;
	if (h->state != PROXY_LOST)
		h->state = process_pid(h->process) > 0 ? PROXY_RELOADING : PROXY_STARTING;
	haproxy_forget_changes(h);
	mirror_build(&h->table, h->env);
	refused_mark(h);
	write_configuration(h);
}

/* ---- asking first -------------------------------------------------------------------------------------------- */

static void on_check_master(void *arg, struct str answer, enum question_end end)
{
	struct haproxy *h = arg;

	h->asking = NULL;
	h->master_reloads = end == QUESTION_ANSWERED ? read_reloads(answer) : -1;
	/* Where nobody listens at the master's socket a reload makes that anew. */
	if (end != QUESTION_SILENT)
		reload_begin(h);
	else
		haproxy_arm(h->load_timer, RETRY_SILENT_MS);
}

static void ask_master(struct haproxy *h, question_done_fn done)
{
	h->asked_ms = time_monotonic_ms();
	h->asked_worker = false;
	h->asking = question_ask(h->base, h->master_path, "show proc", PATIENT_MS, done, h);
}

static void on_check_worker(void *arg, struct str answer, enum question_end end)
{
	struct haproxy *h = arg;

	(void)answer;
	h->asking = NULL;
	if (end == QUESTION_ANSWERED || h->other_socket)
		ask_master(h, on_check_master);
	else
		haproxy_arm(h->load_timer, RETRY_SILENT_MS); /* haproxy_watch.c sees to it */
}

void reload_try(struct haproxy *h)
{
	if (h->asking != NULL)
		return;
	if (process_pid(h->process) == 0) {
		reload_begin(h);
		return;
	}
	h->asked_ms = time_monotonic_ms();
	h->asked_worker = true;
	h->asking = question_ask(h->base, h->runtime_path, "get var proc.generation", PATIENT_MS,
		on_check_worker, h);
}

/* ---- taking over ---------------------------------------------------------------------------------------------- */

static void ask_adopted_master(struct haproxy *h);

static void on_adopted_master(void *arg, struct str answer, enum question_end end)
{
	struct haproxy *h = arg;

	h->question = NULL;
	h->master_reloads = end == QUESTION_ANSWERED ? read_reloads(answer) : -1;
	if (end == QUESTION_SILENT) {
		ask_adopted_master(h);
		return;
	}
	workers_adopt(h, answer);
	reload_begin(h);
}

static void ask_adopted_master(struct haproxy *h)
{
	h->asked_ms = time_monotonic_ms();
	h->asked_worker = false;
	h->question = question_ask(
		h->base, h->master_path, "show proc", PATIENT_MS, on_adopted_master, h);
}

static void on_health(void *arg, struct str answer, enum question_end end)
{
	struct haproxy *h = arg;
	struct runtime_events events = haproxy_runtime_events(h);

	h->question = NULL;
	if (end == QUESTION_SILENT || (end == QUESTION_REFUSED && !h->refused)) {
		/* It is asked again; at its other socket where nobody listens at this one. */
		h->refused = end == QUESTION_REFUSED;
		if (h->refused)
			h->runtime_path = h->runtime_paths[1];
		reload_adopt(h);
		return;
	}
	if (end == QUESTION_ANSWERED) {
		reconcile_read_servers(h, answer, true);
		h->runtime = runtime_open(h->base, h->runtime_path, &events);
		h->source = source_open(h->receiver, h->runtime_path, SOURCE_AGAIN);
	} else {
		h->other_socket = true;
	}
	ask_adopted_master(h);
}

void reload_adopt(struct haproxy *h)
{
	h->step = RELOAD_ASKING;
	h->asked_ms = time_monotonic_ms();
	h->asked_worker = true;
	mirror_build(&h->table, h->env);
	h->question = question_ask(
		h->base, h->runtime_path, "show servers state", PATIENT_MS, on_health, h);
}

void reload_process_ended(struct haproxy *h)
{
	struct errbuf eb = {0};

	question_cancel(h->asking);
	h->asking = NULL;
	if (h->step == RELOAD_WAITING || h->step == RELOAD_ASKING)
		reload_cancel(h);
	err_set(&eb, ERR_IO, "HAProxy ended; it is started again");
	haproxy_failed(h, &eb);
}

void reload_cancel(struct haproxy *h)
{
	question_cancel(h->question);
	h->question = NULL;
	check_cancel(h->check);
	h->check = NULL;
	file_set_finish(&h->written);
	question_cancel(h->asking);
	h->asking = NULL;
	if (h->poll_timer != NULL)
		event_del(h->poll_timer);
	h->step = RELOAD_NONE;
}
