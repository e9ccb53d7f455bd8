/*
 * `umbra serve`: brings the rooms together on one loop, in the order in which each needs the one before,
 * and takes them apart the other way round. Called by main with the parsed options.
 *
 * Invariant: what has been started is in struct serve, and serve_finish() undoes exactly that, from
 * wherever it is called. Waiting happens in the loop only; stopping has a deadline.
 */
#include "core/cli/serve.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/listener.h>

#include "core/agent/agent.h"
#include "core/api/server.h"
#include "core/base/log.h"
#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/base/time.h"
#include "core/model/name_rules.h"
#include "core/plane/plane.h"
#include "core/store/store.h"
#include "core/traffic/traffic.h"

enum {
	URL_SIZE = 320,
	STOP_CHECK_MS = 10,
	STOP_CLIENTS_MS = 1500, /* answers that are not taken by then are left */
	STOP_MAX_MS =
		5500, /* the agent needs no longer than 5 s, and the proxy is not left behind */
	OWN_FILES = 1024, /* descriptors that are not for connections of the API */
	REFUSED_TOLD = 100, /* services in a status */
};

struct serve {
	struct serve_options options; /* defaults filled in */
	char *data; /* owned */
	struct event_base *base;
	struct evconnlistener *listener; /* until the API takes it */
	struct store *store;
	struct plane *plane;
	struct traffic *traffic;
	struct agent *agent;
	struct api *api;
	struct event *signals[3], *stop_check;
	char api_url[URL_SIZE];
	char proxy_url[URL_SIZE];
	bool stopping, agent_gone;
	int64_t stopping_since_ms; /* monotonic */
	size_t files; /* descriptors there may be */
	struct errbuf failure; /* why it ends without having been asked to */
};

/* ---- options --------------------------------------------------------------------------------------- */

/* HAProxy expands $NAME in the paths of its sockets, and takes them apart at commas; quoting does not help. */
static enum err check_data(const char *path, struct errbuf *eb)
{
	for (const char *p = path; *p != '\0'; p++) {
		if (*p == '$' || *p == ',' || (unsigned char)*p < ' ' || *p == 0x7f)
			return err_set_field(eb, ERR_USAGE, "--data",
				"a path without $, commas and control characters",
				"the state cannot be kept in %.200s: HAProxy would read its "
				"sockets' paths as others",
				path);
	}
	return ERR_NONE;
}

static enum err find_data(struct serve *serve, struct errbuf *eb)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	struct strbuf path;

	strbuf_init(&path, 4096);
	if (serve->options.data != NULL)
		strbuf_add_c(&path, serve->options.data);
	else if (state != NULL && state[0] == '/')
		strbuf_addf(&path, "%s/umbra", state);
	else if (home != NULL && home[0] == '/')
		strbuf_addf(&path, "%s/.local/state/umbra", home);
	if (path.len > 0 && strbuf_ok(&path))
		serve->data = strbuf_detach(&path);
	strbuf_finish(&path);
	if (serve->data == NULL)
		return err_set_field(eb, ERR_USAGE, "--data", "a directory",
			"there is no place for the data: neither XDG_STATE_HOME nor HOME is set");
	return check_data(serve->data, eb);
}

static enum err read_options(struct serve *serve, struct errbuf *eb)
{
	struct serve_options *options = &serve->options;
	enum log_level level = LOG_LEVEL_INFO;

	if (options->listen == NULL)
		options->listen = "127.0.0.1:7070";
	if (options->proxy_listen == NULL)
		options->proxy_listen = "127.0.0.1:8080";
	if (options->domain == NULL)
		options->domain = "env.localhost";
	if (options->name == NULL)
		options->name = options->domain;
	if (options->log_level != NULL && !log_level_parse(options->log_level, &level))
		return err_set_field(eb, ERR_USAGE, "--log-level", "error, warning, info, debug",
			"%.40s is not a level of the log", options->log_level);
	log_set_level(level);
	if (!name_is_host(str_of(options->domain)))
		return err_set_field(eb, ERR_USAGE, "--domain", "a host name, like env.localhost",
			"%.80s is not a domain", options->domain);
	if (options->name[0] == '\0' || strlen(options->name) > LIMIT_WORD)
		return err_set_field(
			eb, ERR_USAGE, "--name", "1 to 128 bytes", "this is not a name");
	return find_data(serve, eb);
}

/* ---- what the API asks about the proxy ------------------------------------------------------------- */

/* Services that the proxy leaves out, with its words. */
static void describe_refused(const struct serve *serve, struct json_writer *w)
{
	const struct environment *env = plane_environment(serve->plane);

	json_array(w, "refused");
	for (size_t i = 0, told = 0; i < env->node_count && told < REFUSED_TOLD; i++) {
		if (env->nodes[i].service->refused == NULL)
			continue;
		told++;
		json_object(w, NULL);
		json_c(w, "service", env->nodes[i].service->name);
		json_c(w, "why", env->nodes[i].service->refused);
		json_object_end(w);
	}
	json_array_end(w);
}

static void describe_proxy(void *arg, struct json_writer *w)
{
	const struct serve *serve = arg;
	struct proxy_facts facts;

	agent_facts(serve->agent, &facts);
	json_c(w, "state", proxy_state_names[facts.state]);
	json_c(w, "driver", facts.driver);
	json_c(w, "version", facts.version);
	json_c(w, "address", facts.address);
	json_c(w, "error", facts.error[0] != '\0' ? facts.error : NULL);
	json_int(w, "pid", facts.pid);
	json_bool(w, "adopted", facts.adopted);
	json_time(w, "started_at", facts.started_at);
	json_int(w, "lag_ms", facts.lag_ms);
	json_duration(w, "check_interval", facts.check_interval_ms);
	json_c(w, "waiting", facts.waiting[0] != '\0' ? facts.waiting : NULL);
	json_uint(w, "old_workers", facts.old_workers);
	json_int(w, "old_workers_bytes", facts.old_workers_bytes);
	json_uint(w, "reloads", facts.reloads);
	json_uint(w, "restarts", facts.restarts);
	json_uint(w, "commands", facts.commands);
	json_uint(w, "lines_lost", facts.lines_lost);
	json_uint(w, "lines_malformed", facts.lines_malformed);
	describe_refused(serve, w);
	json_uint(w, "services", facts.services);
	json_uint(w, "endpoints", facts.endpoints);
	json_uint(w, "sessions", facts.sessions);
	json_uint(w, "pins", facts.pins);
}

static bool proxy_ready(void *arg, char *why, size_t size_bytes)
{
	const struct serve *serve = arg;
	struct proxy_facts facts;

	agent_facts(serve->agent, &facts);
	if ((facts.state == PROXY_RUNNING || facts.state == PROXY_RELOADING) &&
		facts.error[0] == '\0')
		return true;
	(void)snprintf(why, size_bytes, "the proxy is %s%s%s", proxy_state_names[facts.state],
		facts.error[0] != '\0' ? ": " : "", facts.error);
	return false;
}

static const struct environment *traffic_environment(void *arg)
{
	const struct serve *serve = arg;

	return plane_environment(serve->plane);
}

/* ---- what is told ---------------------------------------------------------------------------------- */

static void plane_noted(void *arg, const struct event *event)
{
	(void)arg;
	log_info("%s %s by %s, revision %lld", event_action_names[event->action], event->object,
		event->actor, (long long)event->revision);
}

static void plane_unstored(void *arg, const struct event *event)
{
	(void)arg;
	log_warning("%s %s by %s, not stored", event_action_names[event->action], event->object,
		event->actor);
}

static void libevent_said(int severity, const char *text)
{
	log_line(severity >= EVENT_LOG_WARN ? LOG_LEVEL_WARNING : LOG_LEVEL_DEBUG, "libevent: %s",
		text);
}

/* ---- stopping -------------------------------------------------------------------------------------- */

static void check_stopped(evutil_socket_t unused, short what, void *arg)
{
	static const struct timeval again = {0, STOP_CHECK_MS * 1000L};
	struct serve *serve = arg;
	int64_t since_ms = time_monotonic_ms() - serve->stopping_since_ms;
	bool done =
		serve->agent_gone && (api_pending(serve->api) == 0 || since_ms > STOP_CLIENTS_MS);

	(void)unused;
	(void)what;
	if (!done && since_ms < STOP_MAX_MS) {
		(void)event_add(serve->stop_check, &again);
		return;
	}
	if (!done)
		log_warning("the proxy was not stopped in time; it is left to run");
	(void)event_base_loopbreak(serve->base);
}

static void agent_stopped(void *arg)
{
	struct serve *serve = arg;

	serve->agent_gone = true;
}

static void serve_stop(struct serve *serve)
{
	if (serve->stopping) {
		/* Asked twice: whoever asks is in a hurry. */
		serve->stopping_since_ms = 0;
		return;
	}
	serve->stopping = true;
	serve->stopping_since_ms = time_monotonic_ms();
	api_stop(serve->api);
	agent_stop(serve->agent, agent_stopped, serve);
	check_stopped(-1, 0, serve);
}

static void signal_came(evutil_socket_t signal_number, short what, void *arg)
{
	(void)what;
	log_info("%s: stopping", strsignal(signal_number));
	serve_stop(arg);
}

static void proxy_started(void *arg, const struct errbuf *eb)
{
	struct serve *serve = arg;

	if (serve->stopping)
		return;
	if (eb != NULL) {
		serve->failure = *eb;
		if (strstr(eb->text, "cannot bind") != NULL)
			(void)err_set_field(&serve->failure, eb->err, "--proxy-listen",
				"another port, or 0 for a free one", "%s", eb->text);
		serve_stop(serve);
		return;
	}
	(void)printf(
		"ready api=%s proxy=%s pid=%d\n", serve->api_url, serve->proxy_url, (int)getpid());
	(void)fflush(stdout);
	log_info("ready: api %s, proxy %s, data %s", serve->api_url, serve->proxy_url, serve->data);
}

/* ---- starting -------------------------------------------------------------------------------------- */

/* As many descriptors as we are allowed: connections of the API and of the proxy, which inherits it. */
static size_t raise_files(void)
{
	struct rlimit limit;
	rlim_t had;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return OWN_FILES;
	had = limit.rlim_cur;
	limit.rlim_cur = limit.rlim_max;
	if (had < limit.rlim_max && setrlimit(RLIMIT_NOFILE, &limit) != 0)
		limit.rlim_cur = had;
	return limit.rlim_cur;
}

/* Fewer connections where there are few descriptors: accepting without one would turn in circles. */
static size_t connections_for(size_t files)
{
	if (files >= LIMIT_CONNECTIONS + OWN_FILES)
		return LIMIT_CONNECTIONS;
	return files > (size_t)2 * OWN_FILES ? files - OWN_FILES : files / 2;
}

static void catch_signals(struct serve *serve)
{
	static const int numbers[ARRAY_LEN(serve->signals)] = {SIGTERM, SIGINT, SIGHUP};

	(void)signal(SIGPIPE, SIG_IGN);
	/* A limit on file sizes is a write that fails, not the end of the control plane. */
	(void)signal(SIGXFSZ, SIG_IGN);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		serve->signals[i] = evsignal_new(serve->base, numbers[i], signal_came, serve);
		(void)event_add(serve->signals[i], NULL);
	}
	serve->stop_check = evtimer_new(serve->base, check_stopped, serve);
}

/* Clients reach a proxy that listens everywhere at loopback. */
static void write_proxy_url(struct serve *serve)
{
	const char *address = agent_proxy_address(serve->agent);
	const char *port = strrchr(address, ':');
	bool any = strncmp(address, "0.0.0.0:", 8) == 0 || strncmp(address, "[::]:", 5) == 0;

	(void)snprintf(serve->proxy_url, sizeof(serve->proxy_url), "http://%s%s",
		any ? "127.0.0.1" : address, any && port != NULL ? port : "");
}

/* What the store could not load, a line each: where it is kept is in the first. */
static void tell_damage(const struct store *store)
{
	const struct store_damage *damage = &store->damage;

	if (damage->text[0] != '\0')
		log_warning("%s", damage->text);
	if (damage->lost > 0)
		log_warning("%zu rows of the state cannot be used:", damage->lost);
	for (size_t i = 0; i < damage->name_count; i++)
		log_warning("lost: %s", damage->names[i]);
	if (damage->lost > damage->name_count)
		log_warning("and %zu others", damage->lost - damage->name_count);
}

/* The rooms from the store upwards; the API listens last, so that nobody meets a half one. */
static bool start_rooms(struct serve *serve, struct errbuf *eb)
{
	const struct serve_options *options = &serve->options;
	const struct plane_options plane_options = {options->name, time_now_ms, options->domain};
	const struct traffic_options traffic_options = {.dir = serve->data,
		.now_ms = time_now_ms,
		.environment = traffic_environment,
		.environment_arg = serve};
	const struct agent_options agent_options = {.program = options->haproxy,
		.dir = serve->data,
		.listen = options->proxy_listen,
		.domain = options->domain,
		.api_url = serve->api_url};

	serve->store = store_sqlite_open(serve->base, serve->data, eb);
	if (serve->store == NULL)
		return false;
	serve->plane = plane_create(serve->base, serve->store, &plane_options, eb);
	if (serve->plane == NULL)
		return false;
	tell_damage(serve->store);
	serve->traffic = traffic_create(serve->base, &traffic_options, eb);
	if (serve->traffic == NULL)
		return false;
	serve->agent = agent_create(serve->base, serve->plane, serve->traffic, &agent_options, eb);
	return serve->agent != NULL;
}

static void start_api(struct serve *serve)
{
	const struct plane_observer observer = {
		.noted = plane_noted,
		.unstored = plane_unstored,
		.arg = serve,
	};
	struct api_options options = {.plane = serve->plane,
		.traffic = serve->traffic,
		.store = serve->store,
		.now_ms = time_now_ms,
		.demo = serve->options.demo,
		.describe_proxy = describe_proxy,
		.ready = proxy_ready,
		.arg = serve,
		.limits = {.connections = connections_for(serve->files)}};

	write_proxy_url(serve);
	options.entry.proxy_url = str_of(serve->proxy_url);
	options.entry.domain = str_of(serve->options.domain);
	serve->api = api_create(serve->base, serve->listener, &options);
	serve->listener = NULL;
	plane_observe(serve->plane, &observer);
}

static bool serve_start(struct serve *serve, struct errbuf *eb)
{
	char address[API_ADDRESS_SIZE];

	event_set_log_callback(libevent_said);
	serve->files = raise_files();
	serve->base = event_base_new();
	if (serve->base == NULL) {
		(void)err_set(eb, ERR_FAILED, "there can be no event loop: %s", strerror(errno));
		return false;
	}
	serve->listener = api_bind(serve->base, serve->options.listen, address, eb);
	if (serve->listener == NULL)
		return false;
	(void)snprintf(serve->api_url, sizeof(serve->api_url), "http://%s", address);
	if (!start_rooms(serve, eb))
		return false;
	start_api(serve);
	catch_signals(serve);
	agent_start(serve->agent, proxy_started, serve);
	return true;
}

static void free_event(struct event *event)
{
	if (event != NULL)
		event_free(event);
}

/* What is committed is made durable, and its writers are answered as far as they still are there. */
static void serve_finish(struct serve *serve)
{
	if (serve->plane != NULL)
		plane_unobserve(serve->plane, serve);
	agent_destroy(serve->agent);
	store_destroy(serve->store);
	api_destroy(serve->api);
	traffic_destroy(serve->traffic);
	plane_destroy(serve->plane);
	if (serve->listener != NULL)
		evconnlistener_free(serve->listener);
	for (size_t i = 0; i < ARRAY_LEN(serve->signals); i++)
		free_event(serve->signals[i]);
	free_event(serve->stop_check);
	if (serve->base != NULL)
		event_base_free(serve->base);
	free(serve->data);
}

static int report(const struct errbuf *eb)
{
	if (eb->expected[0] != '\0')
		log_error("%s; %s%s%s", eb->text, eb->field,
			eb->field[0] != '\0' ? " takes " : "accepted: ", eb->expected);
	else
		log_error("%s", eb->text);
	return err_exit_code(eb->err);
}

int serve_run(const struct serve_options *options)
{
	struct serve serve = {.options = *options};
	struct errbuf eb = {0};
	int code = 0;

	/* What we and HAProxy make, files and sockets, is for nobody else. */
	(void)umask(077);

	errbuf_clear(&serve.failure);
	if (read_options(&serve, &eb) != ERR_NONE || !serve_start(&serve, &eb)) {
		code = report(&eb);
	} else {
		(void)event_base_dispatch(serve.base);
		if (serve.failure.err != ERR_NONE)
			code = report(&serve.failure);
		else
			log_info("stopped");
	}
	serve_finish(&serve);
	return code;
}
