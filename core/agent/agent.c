/*
 * Between the plane, the proxy and the traffic. Created by serve; everything runs on the loop. It keeps no
 * state of its own but the names it resolves: the environment is the plane's, the table the driver's.
 */
#include "core/agent/agent.h"

#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>

#include "core/agent/recall.h"
#include "core/agent/resolver.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/hashmap.h"
#include "core/base/xalloc.h"
#include "core/model/name_rules.h"
#include "core/plane/plane.h"
#include "core/traffic/traffic.h"

enum { RESOLVE_EVERY_MS = 30000, RECALLED_S = 60 };

struct agent {
	struct plane *plane;
	struct traffic *traffic;
	struct proxy *proxy;
	struct resolver *resolver;
	/* Of an earlier run's requests, until the log of the proxy that was adopted is read. */
	struct recall *recall;
	struct event *forget;
	void (*ready)(void *arg, const struct errbuf *eb); /* NULL once it was told */
	void *ready_arg;
	bool observing;
};

/* ---- proxy -> plane, traffic ------------------------------------------------------------------------ */

static void tell_ready(struct agent *agent, const struct errbuf *eb)
{
	void (*ready)(void *arg, const struct errbuf *eb) = agent->ready;

	agent->ready = NULL;
	if (ready != NULL)
		ready(agent->ready_arg, eb);
}

static void note(struct agent *agent, enum event_action action)
{
	struct proxy_facts facts;
	struct json_writer w;
	struct strbuf text;

	proxy_facts(agent->proxy, &facts);
	strbuf_init(&text, 4096);
	json_start(&w, &text);
	json_object(&w, NULL);
	json_c(&w, "driver", facts.driver);
	json_int(&w, "pid", facts.pid);
	if (facts.error[0] != '\0')
		json_c(&w, "error", facts.error);
	json_object_end(&w);
	plane_add_event(agent->plane, action, "proxy", text.data);
	strbuf_finish(&text);
}

static void on_up(void *arg, bool adopted)
{
	struct agent *agent = arg;

	plane_report_proxy(agent->plane, true);
	note(agent, adopted ? EVENT_PROXY_ADOPTED : EVENT_PROXY_STARTED);
	if (agent->recall != NULL)
		event_add(agent->forget, &(struct timeval){RECALLED_S, 0});
	tell_ready(agent, NULL);
}

static void on_down(void *arg, const struct errbuf *eb)
{
	struct agent *agent = arg;

	plane_report_proxy(agent->plane, false);
	note(agent, EVENT_PROXY_LOST);
	tell_ready(agent, eb);
}

static void on_applied(void *arg, int64_t revision)
{
	plane_report_applied(((struct agent *)arg)->plane, revision);
}

static void on_health(void *arg, struct str service, struct str version, size_t endpoint_index,
	bool up, const char *detail)
{
	plane_report_health(((struct agent *)arg)->plane, service, version, endpoint_index,
		up ? ENDPOINT_UP : ENDPOINT_DOWN, detail);
}

static void on_refused(void *arg, struct str service, const char *words)
{
	plane_report_refused(((struct agent *)arg)->plane, service, words);
}

static void on_request(void *arg, const struct request *request)
{
	traffic_take(((struct agent *)arg)->traffic, request);
}

static bool on_recorded(void *arg, struct str id)
{
	const struct agent *agent = arg;

	return agent->recall != NULL && recall_has(agent->recall, id);
}

static void on_malformed(void *arg)
{
	traffic_count_malformed(((struct agent *)arg)->traffic);
}

static void on_lost(void *arg, int64_t count, const char *why)
{
	traffic_report_loss(((struct agent *)arg)->traffic, count, why);
}

/* ---- names -------------------------------------------------------------------------------------------- */

/* Calls back for each endpoint with this host; with none: for each that has a name and no address. */
typedef void (*endpoint_fn)(
	void *arg, struct str host, const struct version *version, size_t index);

static void each_endpoint_of(
	const struct version *version, struct str host, endpoint_fn each, void *arg)
{
	for (size_t i = 0; i < version->endpoints.count; i++) {
		struct endpoint_parts parts;
		if (endpoint_parse(str_of(version->endpoints.items[i]), &parts) &&
			(host.n > 0 ? str_eq(parts.host, host) : !parts.is_address))
			each(arg, parts.host, version, i);
	}
}

static void each_endpoint(struct agent *agent, struct str host, endpoint_fn each, void *arg)
{
	const struct environment *env = plane_environment(agent->plane);

	for (size_t n = 0; n < env->node_count; n++) {
		for (size_t v = 0; v < env->nodes[n].version_count; v++) {
			/* What is reported replaces the record. */
			struct version *version = record_ref(env->nodes[n].versions[v]);
			each_endpoint_of(version, host, each, arg);
			record_unref(&version_type, version);
		}
	}
}

static void readdress(void *arg, struct str host, const struct version *version, size_t index)
{
	struct agent *agent = arg;

	(void)host;
	(void)index;
	proxy_readdress(agent->proxy, str_of(version->service), str_of(version->name));
}

struct unresolved {
	struct agent *agent;
	const char *detail;
};

static void report_unresolved(
	void *arg, struct str host, const struct version *version, size_t index)
{
	const struct unresolved *unresolved = arg;

	(void)host;
	plane_report_health(unresolved->agent->plane, str_of(version->service),
		str_of(version->name), index, ENDPOINT_DOWN, unresolved->detail);
}

/* A route to the proxy itself would send a request round and round. */
struct looping {
	struct agent *agent;
	uint16_t port;
};

static void report_looping(void *arg, struct str host, const struct version *version, size_t index)
{
	const struct looping *looping = arg;
	struct endpoint_parts parts;
	char detail[LIMIT_DETAIL + 1];

	if (!endpoint_parse(str_of(version->endpoints.items[index]), &parts) ||
		parts.port != looping->port)
		return;
	snprintf(detail, sizeof(detail),
		"%.*s:%u is the proxy's own address (%s): give the port of the service itself",
		STR_ARG(host), (unsigned)parts.port, agent_proxy_address(looping->agent));
	plane_report_health(looping->agent->plane, str_of(version->service), str_of(version->name),
		index, ENDPOINT_DOWN, detail);
}

static bool on_resolve(void *arg, const struct endpoint_parts *endpoint, struct str *ret_address)
{
	struct agent *agent = arg;
	struct looping looping = {agent, endpoint->port};
	struct str address = endpoint->host;

	if (!endpoint->is_address && !resolver_find(agent->resolver, endpoint->host, &address))
		return false;
	if (endpoint_is_proxy(endpoint, address, str_of(agent_proxy_address(agent)))) {
		each_endpoint(agent, endpoint->host, report_looping, &looping);
		return false;
	}
	*ret_address = address;
	return true;
}

static void on_resolved(void *arg, struct str host, struct str address, const char *why)
{
	struct agent *agent = arg;
	char detail[LIMIT_HOST_NAME + 128];
	struct unresolved unresolved = {agent, detail};

	if (address.n > 0) {
		each_endpoint(agent, host, readdress, agent);
		return;
	}
	snprintf(detail, sizeof(detail), "%.*s cannot be resolved: %s", STR_ARG(host), why);
	each_endpoint(agent, host, report_unresolved, &unresolved);
}

static void collect(void *arg, struct str host, const struct version *version, size_t index)
{
	(void)version;
	(void)index;
	hashmap_set(arg, host, arg);
}

static struct hashmap *on_wanted(void *arg)
{
	struct hashmap *names = hashmap_create();

	each_endpoint(arg, (struct str){0}, collect, names);
	return names;
}

/* ---- plane -> proxy -------------------------------------------------------------------------------------- */

static void on_changed(
	void *arg, const struct environment *env, const struct change *changes, size_t count)
{
	proxy_apply(((struct agent *)arg)->proxy, env, changes, count);
}

static void start_proxy(void *arg)
{
	struct agent *agent = arg;
	const struct plane_observer observer = {.changed = on_changed, .arg = agent};

	agent->observing = true;
	proxy_start(agent->proxy, plane_environment(agent->plane));
	plane_observe(agent->plane, &observer);
}

static void on_forget(evutil_socket_t fd, short what, void *arg)
{
	struct agent *agent = arg;

	(void)fd;
	(void)what;
	recall_destroy(agent->recall);
	agent->recall = NULL;
}

/* ---- life ---------------------------------------------------------------------------------------------------- */

struct agent *agent_create(struct event_base *base, struct plane *plane, struct traffic *traffic,
	const struct agent_options *options, struct errbuf *eb)
{
	struct agent *agent = xcalloc(1, sizeof(*agent));
	const struct resolver_events resolved = {on_resolved, on_wanted, agent};
	const struct proxy_events events = {.up = on_up,
		.down = on_down,
		.applied = on_applied,
		.health = on_health,
		.refused = on_refused,
		.request = on_request,
		.malformed = on_malformed,
		.recorded = on_recorded,
		.lost = on_lost,
		.resolve = on_resolve,
		.arg = agent};
	struct strbuf dir;

	agent->plane = plane;
	agent->traffic = traffic;
	agent->forget = evtimer_new(base, on_forget, agent);
	strbuf_init(&dir, 8192);
	strbuf_addf(&dir, "%s/proxy", options->dir);
	const struct proxy_options proxy = {
		.program = options->program,
		.dir = dir.data,
		.listen = options->listen,
		.domain = options->domain,
		.api_url = options->api_url,
	};
	agent->resolver = resolver_create(base, &resolved, RESOLVE_EVERY_MS);
	if (agent->resolver == NULL)
		err_set(eb, ERR_FAILED, "no thread could be made for resolving names");
	else
		agent->proxy = proxy_haproxy_create(base, &proxy, &events, eb);
	strbuf_finish(&dir);
	if (agent->proxy == NULL) {
		agent_destroy(agent);
		return NULL;
	}
	plane_report_entrance(plane, agent_proxy_address(agent));
	return agent;
}

void agent_start(struct agent *agent, void (*ready)(void *arg, const struct errbuf *eb), void *arg)
{
	struct proxy_facts facts;

	agent->ready = ready;
	agent->ready_arg = arg;
	proxy_facts(agent->proxy, &facts);
	if (facts.pid > 0)
		agent->recall = recall_start(agent->traffic, start_proxy, agent);
	else
		start_proxy(agent);
}

const char *agent_proxy_address(const struct agent *agent)
{
	struct proxy_facts facts;

	proxy_facts(agent->proxy, &facts);
	return facts.address;
}

void agent_facts(const struct agent *agent, struct proxy_facts *ret_facts)
{
	proxy_facts(agent->proxy, ret_facts);
}

static void stop_observing(struct agent *agent)
{
	if (agent->observing)
		plane_unobserve(agent->plane, agent);
	agent->observing = false;
}

void agent_stop(struct agent *agent, void (*done)(void *arg), void *arg)
{
	stop_observing(agent);
	recall_destroy(agent->recall);
	agent->recall = NULL;
	agent->ready = NULL;
	plane_report_proxy(agent->plane, false);
	proxy_stop(agent->proxy, done, arg);
}

void agent_destroy(struct agent *agent)
{
	if (agent == NULL)
		return;
	stop_observing(agent);
	recall_destroy(agent->recall);
	if (agent->forget != NULL)
		event_free(agent->forget);
	proxy_destroy(agent->proxy);
	resolver_destroy(agent->resolver);
	free(agent);
}
