/*
 * The HAProxy driver: the vtable of proxy.h, changes turned into commands, and what HAProxy says turned into
 * events. Created by the agent; everything runs on the loop. haproxy_reload.c has the loads.
 *
 * Invariant: while no load is under way, HAProxy has, or has been sent, what the table says. A command that
 * fails breaks it, and a reload from the environment repairs it.
 */
#include "core/proxy/haproxy.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/hashmap.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/base/worker.h"
#include "core/model/name_rules.h"
#include "core/proxy/haproxy_preflight.h"

enum {
	DIR_MAX_BYTES =
		80, /* HAProxy binds "DIR/runtime2.sock.PID.tmp"; a socket's path has 107 bytes */
	RETRY_MS = 500,
	STOP_MS = 3000,
	TICK_MS = 500,
	TICKS_LEFTOVERS = 4,
	TICKS_TIDY = 10,
	TICKS_RECONCILE = 40,
	TICKS_EXPIRY = 120,
};

static struct haproxy *of(const struct proxy *proxy)
{
	return (struct haproxy *)(uintptr_t)proxy;
}

void haproxy_arm(struct event *timer, int64_t delay_ms)
{
	struct timeval delay = time_wait_ms(delay_ms);

	event_add(timer, &delay);
}

/* ---- applied revisions ------------------------------------------------------------------------------------ */

static void report_applied(struct haproxy *h)
{
	if (h->load_wanted || h->step != RELOAD_NONE || h->state != PROXY_RUNNING)
		return; /* what is waited for may be of an earlier revision */
	if (h->routed >= h->wanted)
		h->waiting_since_ms = 0;
	if (h->routed <= h->applied)
		return;
	h->applied = h->routed;
	h->events.applied(h->events.arg, h->applied);
}

/* What HAProxy does not read would fill our memory, and during a load it would be lost. */
static bool can_send(const struct haproxy *h)
{
	return h->runtime != NULL && h->step == RELOAD_NONE && !h->silent && !h->unsure;
}

/* A batch of changes on its way, and the revision they lead to. */
struct sent {
	struct haproxy *h;
	int64_t revision;
	char *text;
};

enum { COMMAND_SAID = 100 }; /* bytes of a command in an error */

/* What a load is to mend. Each refusal stays with the version that the command names, where it names one. */
static void take_refusals(const struct sent *sent, const struct runtime_result *result)
{
	struct haproxy *h = sent->h;

	for (size_t i = 0; i < result->refused_count; i++) {
		const struct runtime_error *refused = &result->refused[i];
		struct str command = haproxy_batch_find(str_of(sent->text), refused->at);

		if (!refused_command(h, command, str_of(refused->words)))
			err_set(&h->error, ERR_IO,
				"HAProxy refused the command \"%.*s\": %s; it will be reloaded",
				command.n < COMMAND_SAID ? (int)command.n : COMMAND_SAID,
				command.n > 0 ? command.p : "", refused->words);
	}
}

static void on_changes_done(void *arg, const struct runtime_result *result)
{
	struct sent *sent = arg;
	struct haproxy *h = sent->h;

	/* What a worker that was replaced refused, and what comes during a load, the load has brought or brings. */
	if (result->runtime == h->runtime && h->step == RELOAD_NONE)
		take_refusals(sent, result);
	if (result->errors == 0) {
		if (sent->revision > h->routed)
			h->routed = sent->revision;
		report_applied(h);
	}
	free(sent->text);
	free(sent);
}

static void send_commands(struct haproxy *h, struct haproxy_batch *commands, int64_t revision)
{
	struct sent *sent = xcalloc(1, sizeof(*sent));

	*sent = (struct sent){h, revision, str_dup(strbuf_str(&commands->text))};
	workers_tell(h, commands);
	runtime_send(h->runtime, commands, on_changes_done, sent);
}

/*
 * Sends what the call at hand has gathered, with the revision it leads to; keeps it during a load.
 *
 * HAProxy carries out one command a turn and serves others in between, so whoever waits for a change is not
 * made to wait for the revision too: that is but the label on answers and log lines, and is there a turn later.
 */
void haproxy_flush(struct haproxy *h)
{
	struct haproxy_batch label;

	if (!can_send(h)) {
		strbuf_add_str(&h->held.text, strbuf_str(&h->commands.text));
		h->held.replies += h->commands.replies;
		haproxy_batch_reset(&h->commands);
		return;
	}
	h->changes += h->commands.replies;
	if (h->commands.replies > 0)
		send_commands(h, &h->commands, h->env->revision);
	haproxy_batch_init(&label);
	haproxy_batch_addf(&label, "set var proc.revision int(%" PRId64 ")", h->env->revision);
	send_commands(h, &label, h->env->revision);
	haproxy_batch_finish(&label);
}

/* ---- changes ----------------------------------------------------------------------------------------------- */

bool haproxy_is_dirty(const struct haproxy *h, struct str service, struct str version)
{
	char id[VERSION_ID_SIZE];

	if (hashmap_count(h->dirty[OBJECT_VERSION]) == 0)
		return false;
	name_join_version(service, version, id);
	return hashmap_get(h->dirty[OBJECT_VERSION], str_of(id)) != NULL;
}

void haproxy_keep_dirty(struct haproxy *h, enum object_kind kind, const char *id)
{
	hashmap_set(h->dirty[kind], str_of(id), h);
}

/* A version that is `starting` again may be one whose health HAProxy has said long ago. */
static void retell(struct haproxy *h, struct str id, struct str service, struct str name)
{
	const struct version *version = environment_version(h->env, service, name);

	if (version == NULL || version->state != STATE_STARTING)
		return;
	hashmap_set(h->news, id, h);
	event_active(h->tell, EV_TIMEOUT, 0);
}

static void sync_object(struct haproxy *h, enum object_kind kind, struct str id)
{
	static const struct str session_prefix = {"session:", 8}, version_prefix = {"version:", 8};
	struct str name = id, service;
	struct tombstone *gone;

	h->table.monotonic_ms = time_monotonic_ms();
	switch (kind) {
	case OBJECT_SERVICE:
		if (mirror_needs_load(&h->table, id, environment_service(h->env, id)) ||
			refused_changed(h, id))
			reload_want(h);
		break;
	case OBJECT_VERSION:
		service = str_cut(&name, '@');
		mirror_sync_version(&h->table, h->env, service, name, &h->commands);
		if (refused_changed(h, service))
			reload_want(h);
		retell(h, id, service, name);
		break;
	case OBJECT_SESSION:
		mirror_sync_session(&h->table, h->env, id, &h->commands);
		break;
	case OBJECT_TOMBSTONE:
	case OBJECT_COUNT:
	default:
		name = (struct str){id.p + 8, id.n - 8};
		if (str_starts(id, session_prefix)) {
			gone = environment_tombstone(h->env, GONE_SESSION, name);
		} else if (str_starts(id, version_prefix)) {
			gone = environment_tombstone(h->env, GONE_VERSION, name);
		} else {
			return;
		}
		if (gone != NULL)
			mirror_sync_gone(&h->table, gone, &h->commands);
		if (str_starts(id, session_prefix))
			mirror_sync_session(&h->table, h->env, name, &h->commands);
	}
}

/* What is told of the gone is there before they go. */
static void sync_changes(
	struct haproxy *h, const struct change *changes, size_t count, bool tombstones)
{
	for (size_t i = 0; i < count; i++) {
		if ((changes[i].kind == OBJECT_TOMBSTONE) != tombstones)
			continue;
		if (!can_send(h))
			haproxy_keep_dirty(h, changes[i].kind, changes[i].id);
		else
			sync_object(h, changes[i].kind, str_of(changes[i].id));
	}
}

static void driver_apply(struct proxy *proxy, const struct environment *env,
	const struct change *changes, size_t count)
{
	struct haproxy *h = of(proxy);

	h->env = env;
	h->wanted = env->revision;
	h->table.now_ms = time_now_ms();
	if (h->waiting_since_ms == 0)
		h->waiting_since_ms = time_monotonic_ms();
	sync_changes(h, changes, count, true);
	sync_changes(h, changes, count, false);
	haproxy_flush(h);
}

static void driver_readdress(struct proxy *proxy, struct str service, struct str version)
{
	struct haproxy *h = of(proxy);
	char id[VERSION_ID_SIZE];

	if (h->env == NULL || service.n > LIMIT_SERVICE_NAME || version.n > LIMIT_VERSION_NAME)
		return;
	name_join_version(service, version, id);
	if (!can_send(h))
		haproxy_keep_dirty(h, OBJECT_VERSION, id);
	else
		sync_object(h, OBJECT_VERSION, str_of(id));
	haproxy_flush(h);
}

/* ---- telling what was learnt ------------------------------------------------------------------------------ */

static void tell_version(struct haproxy *h, struct str service, struct mirror_version *version)
{
	if (haproxy_is_dirty(h, service, str_of(version->name)))
		return; /* told when HAProxy has it as it is now */
	for (size_t i = 0; i < version->count && !version->gone; i++)
		if (version->servers[i].place == SERVER_ACTIVE && version->servers[i].up)
			h->events.health(
				h->events.arg, service, str_of(version->name), i, true, NULL);
}

static void tell_all(struct haproxy *h)
{
	size_t services = 0;
	struct str name, version_name;
	void *service, *version;

	while (hashmap_next(h->table.services, &services, &name, &service)) {
		size_t versions = 0;
		while (hashmap_next(((struct mirror_service *)service)->versions, &versions,
			&version_name, &version))
			tell_version(h, name, version);
	}
}

static void tell_news(struct haproxy *h, struct hashmap *news)
{
	size_t cursor = 0;
	struct str id;
	void *value;

	while (hashmap_next(news, &cursor, &id, &value)) {
		struct str name = id, service = str_cut(&name, '@');
		struct mirror_service *known = hashmap_get(h->table.services, service);
		struct mirror_version *version =
			known != NULL ? hashmap_get(known->versions, name) : NULL;
		if (version != NULL)
			tell_version(h, service, version);
	}
}

/* What is told causes changes, which may cause news: these wait for the next turn. */
static void on_tell(evutil_socket_t fd, short what, void *arg)
{
	struct haproxy *h = arg;
	struct hashmap *news = h->news;
	bool all = h->all_news;

	(void)fd;
	(void)what;
	h->news = hashmap_create();
	h->all_news = false;
	if (h->state == PROXY_LOST && !h->down_told) {
		h->down_told = true;
		h->events.down(h->events.arg, &h->error);
	}
	if (all)
		tell_all(h);
	else
		tell_news(h, news);
	hashmap_destroy(news, NULL);
}

static void take_request(struct haproxy *h, struct log_record *record)
{
	struct request *request = &record->request;
	struct mirror_service *service = hashmap_get(h->table.services, request->service);
	struct mirror_version *version =
		service != NULL ? hashmap_get(service->versions, request->version) : NULL;

	if (request->version.p != NULL)
		request->kind = version != NULL && version->stable ? KIND_STABLE : KIND_EPHEMERAL;
	h->events.request(h->events.arg, request);
}

static void on_line(
	void *arg, const struct source *source, enum log_kind kind, struct log_record *record)
{
	struct haproxy *h = arg;
	bool of_old = source != h->source;

	if (kind == LOG_REQUEST) {
		take_request(h, record);
	} else if (kind == LOG_HEALTH && of_old && !record->health.up) {
		/*
		 * A connection of its own was refused. The new worker sees that at its next request; told that the
		 * server is down it would keep to that until its next check, which may be an hour away.
		 */
	} else if (kind == LOG_HEALTH) {
		health_take(h, &record->health, of_old || h->step != RELOAD_NONE);
	} else if (kind == LOG_MALFORMED) {
		h->malformed++;
		h->events.malformed(h->events.arg);
	}
}

static void on_lost(void *arg, int64_t count)
{
	struct haproxy *h = arg;

	h->lost += count > 0 ? (uint64_t)count : 0;
	h->events.lost(h->events.arg, count,
		count > 0 ? "the proxy's log came faster than it was read"
			  : "the proxy's log was full before it was read");
}

static bool on_recorded(void *arg, const struct log_record *record)
{
	const struct haproxy *h = arg;

	return h->events.recorded != NULL && h->events.recorded(h->events.arg, record->request.id);
}

static void on_source_ended(void *arg, struct source *source)
{
	workers_source_ended(arg, source);
}

/* ---- servers to delete ------------------------------------------------------------------------------------- */

/* One server HAProxy was asked to delete: its twin in the same backend, or else it in both. */
struct deletion {
	struct haproxy *h;
	int64_t generation;
	size_t index;
	char id[VERSION_ID_SIZE];
};

static void on_deleted(void *arg, const struct runtime_result *result)
{
	struct deletion *deletion = arg;
	struct haproxy *h = deletion->h;
	struct str name = str_of(deletion->id), service = str_cut(&name, '@');
	/* Its twin may have gone in an earlier attempt. */
	bool deleted = result->errors == 0 ||
		       (result->errors == 1 && str_eq_c(result->error, "No such server."));

	if (deletion->generation == h->generation &&
		mirror_leftover_deleted(&h->table, service, name, deletion->index, deleted)) {
		sync_object(h, OBJECT_VERSION, str_of(deletion->id));
		haproxy_flush(h);
	}
	free(deletion);
}

static void delete_server(void *arg, const struct mirror_place *place)
{
	struct haproxy *h = arg;
	struct deletion *deletion = xcalloc(1, sizeof(*deletion));
	const char *service = place->service->service->name, *version = place->version->name;
	struct haproxy_batch commands;

	*deletion = (struct deletion){.h = h, .generation = h->generation, .index = place->index};
	name_join_version(str_of(service), str_of(version), deletion->id);
	haproxy_batch_init(&commands);
	if (place->version->servers[place->index].twin) {
		haproxy_batch_addf(
			&commands, "del server %s/%s:%zut", service, version, place->index);
	} else {
		haproxy_batch_addf(
			&commands, "del server %s:strict/%s:%zu", service, version, place->index);
		haproxy_batch_addf(
			&commands, "del server %s/%s:%zu", service, version, place->index);
	}
	runtime_send(h->runtime, &commands, on_deleted, deletion);
	haproxy_batch_finish(&commands);
}

/* ---- connections -------------------------------------------------------------------------------------------- */

static void on_runtime_closed(void *arg)
{
	struct haproxy *h = arg;

	workers_lose_current(h);
	/* The worker is gone. The master ends with it, and if not, a reload makes a new worker. */
	if (h->step == RELOAD_NONE && !h->stopping)
		reload_want(h);
}

struct runtime_events haproxy_runtime_events(struct haproxy *h)
{
	return (struct runtime_events){on_runtime_closed, h};
}

/* ---- after a load -------------------------------------------------------------------------------------------- */

void haproxy_catch_up(struct haproxy *h)
{
	struct str id;
	void *value;

	strbuf_add_str(&h->commands.text, strbuf_str(&h->held.text));
	h->commands.replies += h->held.replies;
	haproxy_batch_reset(&h->held);
	/* Tombstones first, as in sync_changes(). */
	for (int kind = OBJECT_COUNT - 1; kind >= 0; kind--) {
		struct hashmap *dirty = h->dirty[kind];
		size_t cursor = 0;

		h->dirty[kind] = hashmap_create();
		while (hashmap_next(dirty, &cursor, &id, &value))
			sync_object(h, (enum object_kind)kind, id);
		hashmap_destroy(dirty, NULL);
	}
	haproxy_flush(h);
}

void haproxy_forget_changes(struct haproxy *h)
{
	for (int kind = 0; kind < OBJECT_COUNT; kind++) {
		hashmap_destroy(h->dirty[kind], NULL);
		h->dirty[kind] = hashmap_create();
	}
	haproxy_batch_reset(&h->held);
}

/* It takes traffic: told once, also where the newest configuration cannot be loaded. */
static void tell_up(struct haproxy *h)
{
	if (!h->fresh_start)
		return;
	h->fresh_start = false;
	h->all_news = true;
	event_active(h->tell, EV_TIMEOUT, 0);
	h->events.up(h->events.arg, h->adopted);
}

void haproxy_attach(struct haproxy *h, struct runtime *runtime)
{
	workers_replace(h, runtime);
	watch_stop(h);
	h->down_told = false;
}

void haproxy_loaded(struct haproxy *h, struct runtime *runtime)
{
	workers_replace(h, runtime);
	watch_stop(h); /* the question may be with the worker before */
	mirror_loaded(&h->table);
	errbuf_clear(&h->error);
	h->unsure = false;
	h->down_told = false;
	h->state = PROXY_RUNNING;
	haproxy_catch_up(h);
	tell_up(h);
	if (refused_forget_commands(h)) {
		h->all_news = true;
		event_active(h->tell, EV_TIMEOUT, 0);
	}
}

/* The old configuration goes on, and what it lacks is told by commands; the new one is tried again. */
static void go_on(struct haproxy *h)
{
	h->state = PROXY_RUNNING;
	h->load_wanted = true;
	haproxy_arm(h->load_timer, h->retry_ms);
	if (h->runtime == NULL)
		return;
	reconcile_all(h);
	tell_up(h);
}

void haproxy_failed(struct haproxy *h, const struct errbuf *eb)
{
	if (h->stopping)
		return;
	h->error = *eb;
	if (process_pid(h->process) > 0) {
		go_on(h);
		return;
	}
	workers_lose(h);
	if (h->state == PROXY_RUNNING || h->state == PROXY_RELOADING)
		h->restarts++;
	h->state = PROXY_LOST;
	h->fresh_start = true;
	h->adopted = false;
	event_active(h->tell, EV_TIMEOUT, 0);
	if (h->step != RELOAD_NONE)
		return; /* files are being written; it is started when they are */
	h->load_wanted = true;
	haproxy_arm(
		h->load_timer, time_monotonic_ms() - h->load_began_ms > RETRY_MS ? 0 : RETRY_MS);
}

static void on_load(evutil_socket_t fd, short what, void *arg)
{
	struct haproxy *h = arg;

	(void)fd;
	(void)what;
	if (h->step == RELOAD_NONE && !h->stopping)
		reload_try(h);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct haproxy *h = arg;

	(void)fd;
	(void)what;
	h->ticks++;
	workers_tick(h);
	watch_tick(h);
	/* A directory that was moved away is back. */
	if (h->dir_missing && h->step == RELOAD_NONE && access(h->dir, W_OK) == 0)
		haproxy_arm(h->load_timer, 0);
	if (!can_send(h))
		return;
	if (h->load_wanted && h->asking == NULL && !event_pending(h->load_timer, EV_TIMEOUT, NULL))
		reload_want(h); /* asked for while another was under way */
	if (h->repair_wanted && time_monotonic_ms() - h->load_last_ms > REPAIR_MS)
		reload_want(h);
	health_ask_quiet(h, TICK_MS);
	if (h->ticks % TICKS_LEFTOVERS == 0)
		mirror_leftovers(&h->table, delete_server, h);
	if (h->ticks % TICKS_EXPIRY == 0) {
		h->table.now_ms = time_now_ms();
		mirror_sync_expiry(&h->table, &h->commands);
		if (h->commands.replies > 0)
			haproxy_flush(h);
	}
	if (h->ticks % TICKS_TIDY == 0)
		maps_tidy(h);
	if (h->ticks % TICKS_RECONCILE == 0)
		reconcile_health(h);
}

/* ---- start and stop ------------------------------------------------------------------------------------------ */

static void driver_start(struct proxy *proxy, const struct environment *env)
{
	struct haproxy *h = of(proxy);
	struct timeval tick = time_wait_ms(TICK_MS);

	h->env = env;
	h->wanted = env->revision;
	h->table.now_ms = time_now_ms();
	h->waiting_since_ms = time_monotonic_ms();
	h->fresh_start = true;
	event_add(h->tick, &tick);
	if (process_pid(h->process) > 0) {
		h->adopted = true;
		h->started_at = time_now_ms();
		h->state = PROXY_RELOADING;
		reload_adopt(h);
	} else {
		reload_begin(h);
	}
}

static void finish_stop(struct haproxy *h)
{
	void (*done)(void *arg) = h->stop_done;

	h->state = PROXY_STOPPED;
	event_del(h->stop_timer);
	h->stop_done = NULL;
	if (done != NULL)
		done(h->stop_arg);
}

/* HAProxy has not gone by itself, or there was none. */
static void on_stop_timer(evutil_socket_t fd, short what, void *arg)
{
	struct haproxy *h = arg;

	(void)fd;
	(void)what;
	if (process_pid(h->process) == 0) {
		finish_stop(h);
		return;
	}
	process_signal(h->process, SIGKILL);
}

static void on_process_ended(void *arg)
{
	struct haproxy *h = arg;

	if (h->stopping)
		finish_stop(h);
	else if (h->env != NULL)
		reload_process_ended(h);
}

static void driver_stop(struct proxy *proxy, void (*done)(void *arg), void *arg)
{
	struct haproxy *h = of(proxy);
	bool launching = h->step == RELOAD_LAUNCHING;

	reload_cancel(h);
	h->stopping = true;
	h->stop_done = done;
	h->stop_arg = arg;
	event_del(h->load_timer);
	event_del(h->tick);
	watch_stop(h);
	workers_lose(h);
	process_signal(h->process, SIGTERM);
	haproxy_arm(h->stop_timer, process_pid(h->process) > 0 || launching ? STOP_MS : 0);
}

static void driver_facts(const struct proxy *proxy, struct proxy_facts *ret_facts)
{
	const struct haproxy *h = of(proxy);
	int64_t old_bytes;
	size_t old_workers = workers_count(h, &old_bytes);

	*ret_facts = (struct proxy_facts){
		.state = h->state,
		.driver = "haproxy",
		.version = h->version,
		.address = h->address,
		.error = h->trouble.text[0] != '\0' ? h->trouble.text : h->error.text,
		.waiting = h->waiting,
		.pid = process_pid(h->process),
		.adopted = h->adopted,
		.started_at = h->started_at,
		.revision = h->applied,
		.lag_ms = h->waiting_since_ms == 0 ? 0 : time_monotonic_ms() - h->waiting_since_ms,
		.check_interval_ms = mirror_check_interval(&h->table, NULL),
		.old_workers = old_workers,
		.old_workers_bytes = old_bytes,
		.reloads = h->reloads,
		.restarts = h->restarts,
		.commands = h->changes,
		.lines_lost = h->lost,
		.lines_malformed = h->malformed,
		.services = hashmap_count(h->table.services),
		.endpoints = h->table.endpoint_count,
		.sessions = hashmap_count(h->table.sessions),
		.pins = h->table.pin_count,
	};
}

static void driver_destroy(struct proxy *proxy)
{
	struct haproxy *h = of(proxy);
	struct event *events[] = {h->load_timer, h->poll_timer, h->tick, h->tell, h->stop_timer};

	h->stopping = true;
	reload_cancel(h);
	worker_destroy(h->worker);
	watch_stop(h);
	workers_close(h);
	log_socket_destroy(h->receiver);
	process_destroy(h->process);
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (events[i] != NULL)
			event_free(events[i]);
	mirror_finish(&h->table);
	haproxy_batch_finish(&h->commands);
	haproxy_batch_finish(&h->held);
	for (int kind = 0; kind < OBJECT_COUNT; kind++)
		hashmap_destroy(h->dirty[kind], NULL);
	hashmap_destroy(h->news, NULL);
	refused_free(h);
	free(h->program);
	free(h->dir);
	free(h->address);
	free(h->domain);
	free(h->api_url);
	free(h->runtime_paths[0]);
	free(h->runtime_paths[1]);
	free(h->master_path);
	free(h);
}

static const struct proxy_ops haproxy_ops = {
	.name = "haproxy",
	.start = driver_start,
	.apply = driver_apply,
	.readdress = driver_readdress,
	.stop = driver_stop,
	.facts = driver_facts,
	.destroy = driver_destroy,
};

/* ---- making one ---------------------------------------------------------------------------------------------- */

static char *path_in(const char *dir, const char *name)
{
	struct strbuf path;

	strbuf_init(&path, 8192);
	strbuf_addf(&path, "%s/%s", dir, name);
	return strbuf_detach(&path);
}

static bool resolve_by_owner(
	void *arg, const struct endpoint_parts *endpoint, struct str *ret_address)
{
	struct haproxy *h = arg;

	return h->events.resolve(h->events.arg, endpoint, ret_address);
}

static void make_timers(struct haproxy *h)
{
	h->load_timer = event_new(h->base, -1, 0, on_load, h);
	h->tick = event_new(h->base, -1, EV_PERSIST, on_tick, h);
	h->tell = event_new(h->base, -1, 0, on_tell, h);
	h->stop_timer = event_new(h->base, -1, 0, on_stop_timer, h);
}

/* What needs the directory and the network. */
static bool set_up(struct haproxy *h, const struct proxy_options *options, struct errbuf *eb)
{
	const struct log_socket_events received = {
		on_line, on_lost, on_recorded, on_source_ended, h};
	const struct process_events watched = {reload_started, on_process_ended, h};

	h->dir = preflight_dir(options->dir, DIR_MAX_BYTES, eb);
	if (h->dir == NULL)
		return false;
	h->runtime_paths[0] = path_in(h->dir, "runtime.sock");
	h->runtime_paths[1] = path_in(h->dir, "runtime2.sock");
	h->runtime_path = h->runtime_paths[0];
	h->master_path = path_in(h->dir, "master.sock");
	pid_t pid = process_of_dir(h->dir);
	char *kept = preflight_kept_address(h->dir, options->listen, pid > 0);
	h->address = preflight_address(options->listen, kept, eb);
	free(kept);
	if (h->address == NULL)
		return false;
	h->receiver = log_socket_create(h->base, &received);
	h->process = process_create(h->base, &watched);
	if (pid > 0)
		process_watch(h->process, pid); /* adopted by the start */
	h->worker = worker_create(h->base, "umbra-proxy");
	if (h->worker == NULL)
		err_set(eb, ERR_FAILED, "no thread could be made for the proxy's files");
	return h->worker != NULL;
}

struct proxy *proxy_haproxy_create(struct event_base *base, const struct proxy_options *options,
	const struct proxy_events *events, struct errbuf *eb)
{
	struct haproxy *h = xcalloc(1, sizeof(*h));

	h->proxy.ops = &haproxy_ops;
	h->base = base;
	h->events = *events;
	h->domain = xstrdup(options->domain);
	h->api_url = xstrdup(options->api_url != NULL ? options->api_url : "");
	for (int kind = 0; kind < OBJECT_COUNT; kind++)
		h->dirty[kind] = hashmap_create();
	h->news = hashmap_create();
	h->refusals = hashmap_create();
	h->refused_versions = hashmap_create();
	mirror_init(&h->table, resolve_by_owner, h);
	haproxy_batch_init(&h->commands);
	haproxy_batch_init(&h->held);
	make_timers(h);
	h->program = process_find(options->program, h->version, sizeof(h->version), eb);
	if (h->program == NULL || !set_up(h, options, eb)) {
		driver_destroy(&h->proxy);
		return NULL;
	}
	return &h->proxy;
}
