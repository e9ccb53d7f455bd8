/*
 * GET /v1/status, /healthz and /readyz: how the control plane itself is. What only its owner knows (the
 * proxy) comes from the options.
 */
#include <stdio.h>
#include <unistd.h>

#include "core/api/exchange.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/api/respond.h"
#include "core/base/executable.h"
#include "core/base/time.h"
#include "core/plane/plane.h"
#include "core/store/store.h"
#include "core/traffic/traffic.h"

enum { LOST_TOLD = 20 }; /* names; the log has them all */

static void write_store(struct json_writer *w, const struct store *store)
{
	char members[4096] = "";

	if (store == NULL || store->ops->describe == NULL)
		return;
	store_describe(store, members, sizeof(members));
	json_object(w, "store");
	if (members[0] != '\0')
		json_raw(w, NULL, str_of(members));
	json_c(w, "damage", store->damage.text[0] != '\0' ? store->damage.text : NULL);
	json_uint(w, "rows_lost", store->damage.lost);
	json_array(w, "lost");
	for (size_t i = 0; i < store->damage.name_count && i < LOST_TOLD; i++)
		json_c(w, NULL, store->damage.names[i]);
	json_array_end(w);
	json_object_end(w);
}

static void write_traffic(struct json_writer *w, const struct traffic *traffic)
{
	struct traffic_counters counters = {0};

	traffic_counters(traffic, &counters);
	json_object(w, "traffic");
	json_int(w, "taken", counters.taken);
	json_int(w, "malformed", counters.malformed);
	json_int(w, "lost", counters.lost);
	json_int(w, "oldest", counters.oldest);
	json_int(w, "next", counters.next);
	json_int(w, "history_shed", counters.history_shed_count);
	json_int(w, "history_bytes", counters.history_bytes);
	json_int(w, "history_partitions", counters.history_partitions);
	json_c(w, "history_error", counters.history_error);
	json_object_end(w);
}

static void write_limit(struct json_writer *w, const char *name, size_t used, size_t max)
{
	json_object(w, name);
	json_uint(w, "used", used);
	json_uint(w, "max", max);
	json_object_end(w);
}

static void write_limits(struct json_writer *w, const struct api *api)
{
	const struct environment *env = plane_environment(api->options.plane);

	json_object(w, "limits");
	write_limit(w, "services", env->node_count, LIMIT_SERVICES);
	write_limit(w, "versions", env->version_count, LIMIT_VERSIONS);
	write_limit(w, "sessions", env->session_count, LIMIT_SESSIONS);
	write_limit(w, "held_requests", api->held_count, api->options.limits.held);
	write_limit(w, "connections", api->conn_count, api->options.limits.connections);
	write_limit(w, "unread_bytes", api->unread, api->options.limits.unread);
	json_object_end(w);
}

static void write_proxy(struct json_writer *w, const struct api *api)
{
	int64_t applied = plane_applied(api->options.plane);

	json_object(w, "proxy");
	json_str(w, "url", api->options.entry.proxy_url);
	json_int(w, "applied_revision", applied);
	json_int(w, "revisions_behind", plane_environment(api->options.plane)->revision - applied);
	if (api->options.describe_proxy != NULL)
		api->options.describe_proxy(api->options.arg, w);
	json_object_end(w);
}

void status_get(struct exchange *exchange)
{
	const struct api *api = exchange->api;
	const struct environment *env = plane_environment(api->options.plane);
	struct json_writer w = exchange_json(exchange);

	json_object(&w, NULL);
	json_c(&w, "program", "umbra " UMBRA_VERSION);
	json_c(&w, "name", plane_name(api->options.plane));
	json_bool(&w, "demo", api->options.demo);
	json_str(&w, "domain", api->options.entry.domain);
	json_c(&w, "entrance", respond_entrance(api));
	json_c(&w, "epoch", env->epoch);
	json_int(&w, "revision", env->revision);
	json_int(&w, "pid", getpid());
	json_time(&w, "started_at", api->started_at);
	json_int(&w, "uptime_ms", time_monotonic_ms() - api->started_monotonic_ms);
	json_c(&w, "address", api->address);
	write_proxy(&w, api);
	write_store(&w, api->options.store);
	write_traffic(&w, api->options.traffic);
	write_limits(&w, api);
	json_object_end(&w);
	exchange_header(exchange, "Cache-Control", "no-store");
	exchange_reply(exchange, 200);
}

static void answer_ready(struct exchange *exchange, bool ready, const char *why)
{
	struct json_writer w = exchange_json(exchange);

	json_object(&w, NULL);
	json_bool(&w, "ready", ready);
	if (!ready)
		json_c(&w, "why", why);
	json_object_end(&w);
	exchange_header(exchange, "Cache-Control", "no-store");
	exchange_reply(exchange, ready ? 200 : 503);
}

/* The loop runs, or this would not be answered. */
void healthz_get(struct exchange *exchange)
{
	answer_ready(exchange, true, NULL);
}

void readyz_get(struct exchange *exchange)
{
	const struct api_options *options = &exchange->api->options;
	char why[512] = "";
	bool ready = !exchange->api->stopping;

	if (!ready)
		(void)snprintf(why, sizeof(why), "it is being stopped");
	else if (options->store != NULL && !store_ready(options->store, why, sizeof(why)))
		ready = false;
	else if (options->ready != NULL)
		ready = options->ready(options->arg, why, sizeof(why));
	answer_ready(exchange, ready, why);
}
