/*
 * version wait: a row of the command table; and the same as the end of `version register --wait`.
 *
 * It asks for the version once, so that one that is not there or gone, and a control plane out of reach,
 * are told at once with their own words; then it watches the changes feed until the version is ready.
 */
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/command/commands.h"
#include "core/command/command_run.h"
#include "core/model/check.h"
#include "core/model/name_rules.h"
#include "core/wire/record.h"

enum { WAIT_RECORD_MAX = 1 << 20, WAIT_TEXT_MAX = 1000, WAIT_STATUS_MS = 2000 };

struct wait {
	char id[VERSION_ID_SIZE];
	char limit[DURATION_TEXT_SIZE];
	struct feed *feed;
	struct event *timer;
};

static void wait_release(void *extra)
{
	struct wait *wait = extra;

	if (wait->feed)
		feed_cancel(wait->feed);
	if (wait->timer)
		event_free(wait->timer);
	free(wait);
}

static struct version *wait_version(const struct wait *wait, const struct environment *env)
{
	struct str service = {0};
	struct str version = {0};

	name_split_version(str_of(wait->id), &service, &version);
	return env ? environment_version(env, service, version) : NULL;
}

static void wait_end_ready(struct command_run *run, const struct version *version)
{
	struct json_writer w;
	struct strbuf out;

	strbuf_init(&out, WAIT_RECORD_MAX);
	json_start(&w, &out);
	wire_write_record(&w, NULL, &version_type, version);
	strbuf_addf(&run->message, "%s is ready", ((struct wait *)run->extra)->id);
	run_end(run, strbuf_str(&out));
	strbuf_finish(&out);
}

/* Why it is not ready: the check, the answer and what to do. Without a check so far: the state of the proxy. */
static void wait_say_why(struct strbuf *out, const struct environment *env,
	const struct version *version, const cJSON *proxy)
{
	const char *detail = version->state_detail;
	const char *error = say_text(proxy, "error");
	struct strbuf advice;

	strbuf_init(&advice, WAIT_TEXT_MAX);
	if (proxy && (*error || strcmp(say_text(proxy, "state"), "running") != 0))
		strbuf_addf(out, "; the proxy is %s%s%s", say_text(proxy, "state"),
			*error ? ": " : "", error);
	else if (!detail)
		strbuf_add_c(out, "; no health check has ended yet");
	strbuf_add_c(out, detail ? ": asked for " : "; a check is ");
	check_say(out, environment_service(env, str_of(version->service)), version);
	if (detail)
		strbuf_addf(out, ": %s", detail);
	if (check_say_advice(&advice, version))
		strbuf_addf(out, "; %s", advice.data);
	strbuf_finish(&advice);
}

static void wait_end_late(struct command_run *run, const struct environment *env,
	const struct version *version, const cJSON *proxy)
{
	struct wait *wait = run->extra;
	struct errbuf eb = {0};
	struct strbuf why;

	strbuf_init(&why, WAIT_TEXT_MAX);
	if (!env || !env->epoch[0]) {
		err_set(&eb, ERR_TIMEOUT, "the control plane has told nothing of %s in %s",
			wait->id, wait->limit);
	} else if (!version) {
		err_set(&eb, ERR_NOT_FOUND, "%s is not registered any more", wait->id);
	} else {
		wait_say_why(&why, env, version, proxy);
		err_set(&eb, ERR_TIMEOUT, "%s is %s after %s%s", wait->id,
			version_state_names[version->state], wait->limit, why.data);
	}
	strbuf_finish(&why);
	run_end_error(run, eb.err, &eb, (struct str){0});
}

static void wait_end_with(struct command_run *run, const cJSON *proxy)
{
	struct wait *wait = run->extra;
	const struct environment *env = wait->feed ? feed_environment(wait->feed) : NULL;

	wait_end_late(run, env, wait_version(wait, env), proxy);
}

static void wait_status_reply(struct command_run *run, const struct client_response *response)
{
	cJSON *status = json_parse(response->body, NULL);

	wait_end_with(run, cJSON_GetObjectItemCaseSensitive(status, "proxy"));
	cJSON_Delete(status);
}

static bool wait_status_failed(struct command_run *run, const struct client_response *response)
{
	(void)response;
	wait_end_with(run, NULL);
	return true;
}

/* The time is over. Where no check says why, the proxy may be what is in the way. */
static void wait_on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct command_run *run = arg;
	struct wait *wait = run->extra;
	const struct environment *env = wait->feed ? feed_environment(wait->feed) : NULL;
	const struct version *version = wait_version(wait, env);

	(void)fd;
	(void)what;
	if (!version || version->state_detail || run->call) {
		wait_end_late(run, env, version, NULL);
		return;
	}
	run->reply = wait_status_reply;
	run->failed = wait_status_failed;
	run_path(run, "status", NULL);
	run_send(run, "GET", "proxy", WAIT_STATUS_MS);
}

static void wait_on_change(void *arg, const struct environment *env, const struct change *changes,
	size_t count, bool full)
{
	struct command_run *run = arg;
	const struct version *version = wait_version(run->extra, env);

	(void)changes;
	(void)count;
	(void)full;
	if (!version)
		wait_end_late(run, env, NULL, NULL);
	else if (version_is_ready(version))
		wait_end_ready(run, version);
}

static void wait_reply(struct command_run *run, const struct client_response *response)
{
	static const struct feed_ops ops = {.changed = wait_on_change};
	struct wait *wait = run->extra;

	(void)response;
	run->reply = NULL;
	wait->feed = client_feed(run->client, &ops, run);
}

static const struct arg_spec wait_args[] = {
	ARG(VERSION_ID, "SERVICE@VERSION", NULL, "the version, such as cart@pr-482",
		.required = true),
	RUN_TIMEOUT_ARG,
};

void run_wait(struct command_run *run, const char *id, const char *limit)
{
	struct wait *wait = xcalloc(1, sizeof(*wait));
	struct str service = {0};
	struct str version = {0};
	int64_t limit_ms = 0;
	struct timeval tv;
	char *names[2];

	str_copy(wait->limit, sizeof(wait->limit), str_of(limit ? limit : WAIT_DEFAULT));
	str_copy(wait->id, sizeof(wait->id), str_of(id));
	name_split_version(str_of(wait->id), &service, &version);
	duration_parse(str_of(wait->limit), &limit_ms);
	tv = time_wait_ms(limit_ms);
	wait->timer = evtimer_new(client_base(run->client), wait_on_timer, run);
	event_add(wait->timer, &tv);
	run->extra = wait;
	run->release = wait_release;
	run->reply = wait_reply;
	names[0] = str_dup(service);
	names[1] = str_dup(version);
	run_path(run, "services", names[0], "versions", names[1], NULL);
	free(names[0]);
	free(names[1]);
	run_send(run, "GET", "version", 0);
}

static void wait_start(struct command_run *run, const struct command_args *args)
{
	run_wait(run, args_get(args, "SERVICE@VERSION"), args_get(args, "--timeout"));
}

const struct command command_version_wait = {
	.noun = "version",
	.verb = "wait",
	.id = "service@version",
	.summary = "wait until a version is ready",
	.help = "When it is not ready in time it ends with 1 and says what the health check asked "
		"of whom, what was answered, and what to do.",
	.examples = {"umbra version wait booking@pr-482 --timeout 2m"},
	COMMAND_ARGS(wait_args),
	.shape = SHAPE_OBJECT,
	.start = wait_start,
};
