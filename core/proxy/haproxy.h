/*
 * The HAProxy driver's insides, shared by its files: haproxy.c (vtable, changes, events) and
 * haproxy_load.c (start, adoption, reload, restart). Nobody else includes this.
 */
#ifndef UMBRA_PROXY_HAPROXY_H
#define UMBRA_PROXY_HAPROXY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/proxy/haproxy_check.h"
#include "core/proxy/haproxy_commands.h"
#include "core/proxy/haproxy_config.h"
#include "core/proxy/haproxy_files.h"
#include "core/proxy/haproxy_process.h"
#include "core/proxy/haproxy_receiver.h"
#include "core/proxy/haproxy_runtime.h"
#include "core/proxy/haproxy_table.h"
#include "core/proxy/proxy.h"

struct event;
struct worker;

/* Where a load is: files are written and checked, the launcher runs, the new process is awaited. */
enum load_step {
	LOAD_NONE,
	LOAD_ASKING,
	LOAD_WRITING,
	LOAD_CHECKING,
	LOAD_LAUNCHING,
	LOAD_WAITING
};

enum { ELDERS = 24 };

/*
 * The connection to a worker that a reload replaced. It still answers what comes over connections that were
 * open; for as long as those may be idle (timeout http-keep-alive) it is told of changes too.
 */
struct elder {
	struct haproxy *h;
	struct runtime *runtime; /* NULL: unused */
	int64_t until_ms; /* monotonic */
	bool closed;
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
	char *runtime_path;
	char *master_path;

	struct worker *worker;
	struct receiver *receiver;
	struct process *process;
	struct runtime *runtime; /* NULL while there is nobody to talk to */
	struct elder elders[ELDERS];

	const struct environment *env;
	struct table table;
	struct commands commands; /* of the call at hand */
	struct commands held; /* made while a load is under way */
	struct map *dirty; /* ids of things that changed meanwhile: struct dirty_thing */
	struct map *news; /* "service@version" whose health is to be told again */
	bool all_news;
	struct map *refusals; /* by service: struct refusal */
	unsigned rounds; /* of checks that named services */

	/* The load under way. */
	enum load_step step;
	bool load_wanted;
	bool repair_wanted; /* a command failed: what HAProxy has is not what the table says */
	bool fresh_start; /* `up` is to be told when it is through */
	int64_t generation;
	int64_t load_began_ms, load_last_ms; /* monotonic */
	unsigned polls;
	struct question *question;
	struct check *check;
	struct file_set written; /* what is being checked; empty otherwise */

	struct event *load_timer; /* begins the next load */
	struct event *poll_timer; /* asks whether the new process is there */
	struct event *tick; /* twice a second: leftovers, elders, reconciliation */
	struct event *tell; /* tells `news`, and `down` */
	struct event *stop_timer;
	unsigned ticks;

	bool stopping;
	void (*stop_done)(void *arg);
	void *stop_arg;

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

/* haproxy_load.c */
void load_want(struct haproxy *h); /* soon, at most once a second */
void load_begin(struct haproxy *h);
void load_adopt(struct haproxy *h); /* a process that runs: asks it for its health, then loads */
void load_started(void *h, pid_t pid, struct str text); /* of struct process_events */
void load_process_ended(struct haproxy *h);
void load_cancel(struct haproxy *h);

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
void refused_free(struct haproxy *h);

/* haproxy.c */
void haproxy_loaded(struct haproxy *h, struct runtime *runtime); /* the new process answers */
void haproxy_failed(struct haproxy *h, const struct errbuf *eb); /* the load did not come about */
/* The table was made anew: what was kept for the old one is in it. */
void haproxy_forget_changes(struct haproxy *h);
struct runtime_events haproxy_runtime_events(struct haproxy *h);
/* `show servers state`: takes what it says about health; `tell` when it differs from the table. */
void haproxy_read_servers(struct haproxy *h, struct str text, bool adopting);

#endif
