/*
 * The HAProxy driver's insides, shared by its files: haproxy.c (vtable, changes, events) and
 * haproxy_reload.c (start, adoption, reload, restart). Nobody else includes this.
 */
#ifndef UMBRA_PROXY_HAPROXY_H
#define UMBRA_PROXY_HAPROXY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/proxy/haproxy_check.h"
#include "core/proxy/haproxy_batch.h"
#include "core/proxy/haproxy_config.h"
#include "core/proxy/haproxy_files.h"
#include "core/proxy/haproxy_process.h"
#include "core/proxy/haproxy_log_socket.h"
#include "core/proxy/haproxy_runtime.h"
#include "core/proxy/haproxy_mirror.h"
#include "core/proxy/proxy.h"

struct event;
struct worker;

/* After it a load that failed is tried again, and a load mends what a refused command left. */
enum { REPAIR_MS = 5000 };

/* Where a load is: files are written and checked, the launcher runs, the new process is awaited. */
enum reload_step {
	RELOAD_NONE,
	RELOAD_ASKING,
	RELOAD_WRITING,
	RELOAD_CHECKING,
	RELOAD_LAUNCHING,
	RELOAD_WAITING
};

/*
 * A worker that a reload replaced. It answers what comes over connections that were open and goes on writing its
 * log; it ends by itself when they and ours are closed. For as long as those may be idle (timeout
 * http-keep-alive) it is told of changes too.
 */
struct old_worker {
	struct haproxy *h;
	struct old_worker *next;
	struct runtime *
		runtime; /* NULL: replaced before this control plane ran; asked through the master */
	struct source *source; /* its log; NULL: read through the master */
	int64_t pid; /* 0 while it is not known */
	int64_t until_ms; /* monotonic; it is told of changes so long */
	int64_t asked_ms; /* monotonic, when it was asked last how many connections it has */
	int64_t connections; /* -1 while it is not known */
	int64_t requests; /* it has had in all */
	int64_t bytes; /* of memory that is its own */
	bool closed; /* its connection is gone, and so is it */
	bool reading; /* its log is to be read through the master */
};

struct haproxy {
	struct proxy proxy;
	struct event_base *base;
	struct proxy_events events;

	/* Fixed after create. */
	char *program;
	char version[64];
	char *dir;
	char *address;
	char *domain;
	char *api_url;
	char *master_path;
	char *runtime_paths[2]; /* see haproxy_watch.c */
	const char *runtime_path; /* one of them */

	struct worker *worker;
	struct log_socket *receiver;
	struct process *process;
	struct runtime *runtime; /* NULL while there is nobody to talk to */
	struct source *source; /* the log of the worker behind `runtime` */
	int64_t worker_pid; /* 0 while it is not known */
	struct old_worker *old_workers;
	struct question *old_question; /* about one of them, through the master */
	struct old_worker *old_asked; /* which */

	const struct environment *env;
	struct mirror table;
	struct haproxy_batch commands; /* of the call at hand */
	struct haproxy_batch held; /* made while a load is under way */
	/* Ids of what changed meanwhile; the values say nothing. */
	struct hashmap *dirty[OBJECT_COUNT];
	struct hashmap *news; /* "service@version" whose health is to be told again */
	bool all_news;
	struct hashmap *refusals; /* by service: struct refusal */
	struct hashmap *
		refused_versions; /* "service@version" of commands that were refused since the last load */
	unsigned rounds; /* of checks that named services */

	/* The load under way. */
	enum reload_step step;
	bool load_wanted;
	int64_t gather_since_ms; /* monotonic, of the first change that waits for others; 0: none */
	bool repair_wanted; /* a command failed: what HAProxy has is not what the table says */
	bool fresh_start; /* `up` is to be told when it is through */
	int64_t generation;
	int64_t load_began_ms, load_last_ms; /* monotonic */
	unsigned polls;
	unsigned dead_ends; /* see haproxy_reload.c */
	int64_t retry_ms; /* after how long a load that failed is tried again */
	struct question *question; /* of the load */
	struct question *asking; /* before it: whether HAProxy answers */
	int64_t asked_ms; /* monotonic, when the last of both was asked */
	bool asked_worker; /* that one: the worker, not the master */
	bool refused; /* nobody listened when the load asked last */
	bool dir_missing; /* the last load found no directory; it is tried again as soon as there is one */
	bool stale_start; /* it is started with the configuration from before */
	bool unsure; /* the table was made for a load that did not come about */
	int64_t master_reloads; /* the master had done before this load; -1: not known */
	struct check *check;
	struct file_set written; /* what is being checked; empty otherwise */

	struct event *load_timer; /* begins the next load */
	struct event *poll_timer; /* asks whether the new process is there */
	struct event *tick; /* twice a second: leftovers, old workers, reconciliation */
	struct event *tell; /* tells `news`, and `down` */
	struct event *stop_timer;
	unsigned ticks;

	bool stopping;
	void (*stop_done)(void *arg);
	void *stop_arg;

	/* Whether it answers (haproxy_watch.c). */
	struct question *ping;
	int64_t ping_ms; /* monotonic, when it was asked last */
	bool silent; /* it does not answer: changes are kept */
	bool other_socket; /* the next load makes a socket of the other name */
	char waiting[160]; /* see struct proxy_facts */
	struct errbuf trouble; /* text "" while it answers */

	/* Facts. */
	enum proxy_state state;
	struct errbuf error; /* text "" when all is well */
	bool down_told;
	bool adopted;
	int64_t started_at;
	int64_t applied, wanted; /* revisions */
	int64_t routed; /* by commands; reported once no load is awaited */
	int64_t waiting_since_ms; /* monotonic; 0: nothing waits */
	uint64_t reloads, restarts, changes, lost, malformed;
};

/* haproxy_reload.c */
void reload_want(struct haproxy *h); /* soon, at most once a second */
void reload_begin(struct haproxy *h);
void reload_try(struct haproxy *h); /* begins it once HAProxy answers, or at once when none runs */
void reload_adopt(struct haproxy *h); /* a process that runs: asks it for its health, then loads */
void reload_started(void *h, pid_t pid, struct str text); /* of struct process_events */
void reload_process_ended(struct haproxy *h);
void reload_cancel(struct haproxy *h);

/* haproxy_refused.c */
/* The table was made anew: what HAProxy refused before and has not changed is left out. */
void refused_mark(struct haproxy *h);
/* Leaves out what HAProxy complains of, and returns how many services that is. See check_read(). */
size_t refused_read(
	struct haproxy *h, struct str complaints, struct str config, struct str *ret_first);
/* HAProxy takes the rest: tells what is refused and what no longer is. */
void refused_tell(struct haproxy *h);
/* Whether this service is left out, and is another one now than HAProxy refused. */
bool refused_changed(const struct haproxy *h, struct str name);
/*
 * HAProxy refused a command: has it loaded anew, and tells it of the version that the command names, once until the
 * next load. False: it names none. Nothing of a service that is left out: the command is from before that.
 */
bool refused_command(struct haproxy *h, struct str command, struct str words);
/* They are loaded now. False: there were none; else what is known of versions is to be told again. */
bool refused_forget_commands(struct haproxy *h);
void refused_free(struct haproxy *h);

/* The map files as they are to be now. */
void reload_each_map(struct haproxy *h, config_file_fn each, void *arg);

/* haproxy_maps.c; HAProxy runs and no load is under way */
void maps_tidy(struct haproxy *h); /* of what nobody asks for any more, when that is much */
void maps_rewrite_all(struct haproxy *h);

/* haproxy_workers.c */
void workers_replace(
	struct haproxy *h, struct runtime *runtime); /* the current one becomes an old one */
void workers_tell(struct haproxy *h, const struct haproxy_batch *commands);
void workers_tick(struct haproxy *h);
/* What the master says of its processes (`show proc`): old ones that we do not know are taken in. */
void workers_adopt(struct haproxy *h, struct str answer);
void workers_source_ended(struct haproxy *h, struct source *source);
/* The current one is gone, or all are; what their logs still have is read. */
void workers_lose_current(struct haproxy *h);
void workers_lose(struct haproxy *h);
void workers_close(struct haproxy *h); /* all connections, also that to the current one */
size_t workers_count(const struct haproxy *h, int64_t *ret_bytes);
/* How far apart reloads are, so that old workers do not fill the memory. */
int64_t workers_apart_ms(const struct haproxy *h);

/* haproxy_watch.c */
void watch_tick(struct haproxy *h);
void watch_stop(struct haproxy *h);

/* haproxy.c */
void haproxy_arm(struct event *timer, int64_t delay_ms);
/* Carries out what was kept while no command could be sent. */
void haproxy_catch_up(struct haproxy *h);
void haproxy_loaded(struct haproxy *h, struct runtime *runtime); /* the new process answers */
/* A process answers that has another configuration; haproxy_failed() follows. */
void haproxy_attach(struct haproxy *h, struct runtime *runtime);
void haproxy_failed(struct haproxy *h, const struct errbuf *eb); /* the load did not come about */
/* The table was made anew: what was kept for the old one is in it. */
void haproxy_forget_changes(struct haproxy *h);
struct runtime_events haproxy_runtime_events(struct haproxy *h);
/* A thing that changed while no command can be sent. */
void haproxy_keep_dirty(struct haproxy *h, enum object_kind kind, const char *id);
/* Sends h->commands, or keeps them while no command can be sent. */
void haproxy_flush(struct haproxy *h);
/* The version has changed, and HAProxy is not told yet because a load is under way. */
bool haproxy_is_dirty(const struct haproxy *h, struct str service, struct str version);

/* haproxy_health.c */
/*
 * What a check or HAProxy says of a server; told when it differs from the table. `inform`: the worker that takes
 * traffic, or the one that will, has not seen it itself.
 */
void health_take(struct haproxy *h, const struct log_health *health, bool inform);
/* Asks for servers that are down and of which HAProxy says nothing; called every `apart_ms`. */
void health_ask_quiet(struct haproxy *h, int64_t apart_ms);

/* haproxy_reconcile.c; HAProxy runs and no load is under way */
void reconcile_health(struct haproxy *h); /* asks which servers are up */
/* Asks what HAProxy has, puts it into the table and tells it the rest: `unsure` ends. */
void reconcile_all(struct haproxy *h);
/* `show servers state`: takes what it says about health; told unless `adopting`, when it differs from the table. */
void reconcile_read_servers(struct haproxy *h, struct str text, bool adopting);

#endif
