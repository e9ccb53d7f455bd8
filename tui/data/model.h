/*
 * What the screen is a picture of: the environment of the changes feed, the stats, the tail's lines and
 * the state of the connection. The app keeps it; views read it and change nothing.
 */
#ifndef UMBRA_TUI_DATA_MODEL_H
#define UMBRA_TUI_DATA_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/limits.h"
#include "core/client/client.h"
#include "core/model/environment.h"

#include "tui/data/call_graph.h"
#include "tui/data/event_log.h"
#include "tui/data/traffic_stats.h"
#include "tui/data/recent_changes.h"
#include "tui/data/request_log.h"
#include "tui/data/sample_paths.h"

/* What changed; views are told in these bits. */
enum model_part {
	MODEL_SERVICES = 1 << 0, /* services and versions */
	MODEL_SESSIONS = 1 << 1,
	MODEL_STATS = 1 << 2,
	MODEL_LINES = 1 << 3,
	MODEL_CONNECTION = 1 << 4,
	MODEL_EDGES = 1 << 5,
	MODEL_EVENTS = 1 << 6,
	MODEL_ALL = (1 << 7) - 1
};

struct link {
	enum feed_state state;
	char why[256]; /* a sentence when stale */
	bool login; /* stale for want of a login that is still good */
	int64_t last_byte_ms; /* wall time, 0: none yet */
};

struct model {
	const struct environment *env; /* never NULL; empty before the first batch */
	bool known; /* the first batch was there */
	struct traffic_stats_table *stats;
	struct request_log *lines;
	struct sample_paths paths; /* of lines that are no longer kept */
	struct request_log *lines_before; /* of the scope before; NULL: there was none */
	struct call_graph *edges; /* as of when a view last showed them */
	struct call_graph *session_edges; /* the same, of the one session below */
	char edges_session[LIMIT_SESSION_KEY + 1]; /* "": of none yet */
	struct event_log *events; /* the same */
	struct hashmap *pinned; /* "service@version" -> struct pinned */
	struct recent_changes glow; /* what is new in the environment */
	struct link feed;
	struct link tail;
	char scope[LIMIT_FILTER + 1]; /* the filter of the tail; "" is everything */
	char scope_before[LIMIT_FILTER + 1];
	char scope_error[512]; /* why the control plane refused it */
	const char *url;
	const char *program; /* what a shell calls this program by, quoted */
	char name[64]; /* of the environment; "" while not known */
	bool demo; /* it says that it is no real one */
	char proxy_url
		[256]; /* where requests enter, as the control plane says; "" while not known */
	char domain[256];
	char entrance[LIMIT_SERVICE_NAME +
		      1]; /* the service called from outside; "" while not known */
	struct traffic_stats_sum total; /* of the stats */
	int64_t now_ms; /* wall time of what is shown, by the control plane's clock: this turn's, or when it was heard last */
	int64_t clock_ahead_ms; /* of ours; 0: less than a minute */
};

void model_init(struct model *model, const char *url);
void model_finish(struct model *model);
/* After a batch of the feed. Returns the parts that changed. */
unsigned model_take(struct model *model, const struct environment *env,
	const struct change *changes, size_t count, bool full);

/* Whether commands reach the same control plane without being told where it is. */
bool model_url_is_default(const struct model *model);

/*
 * Another filter for the tail. The lines of the one before stay, as many as fit beside the new ones: when it is asked
 * for again, with its lines as they were, that is true. Else the lines are empty.
 */
bool model_change_scope(struct model *model, const char *scope);

/* The sessions that pin a version: all counted, the first by key at hand. */
enum { PINNED_NAMED = 6 };
struct pinned {
	size_t count;
	const struct session *sessions[PINNED_NAMED];
};
/* NULL when none does; constant time. Borrowed until the next batch of the feed. */
const struct pinned *model_pinned(
	const struct model *model, struct str service, struct str version);
size_t model_pin_count(const struct model *model, struct str service, struct str version);

/* Which service an id like "cart@pr-482" is of, as indexes; false when it is not there. */
bool model_find_node(const struct model *model, struct str service, size_t *ret_node);

#endif
