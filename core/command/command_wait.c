/*
 * version wait: a row of the command table.
 *
 * It asks for the version once, so that one that is not there or gone, and a control plane out of reach,
 * are told at once with their own words; then it watches the changes feed until the version is ready.
 */
#include <stdlib.h>

#include <event2/event.h>

#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/command/rows.h"
#include "core/command/run.h"
#include "core/model/names.h"
#include "core/wire/record.h"

#define WAIT_DEFAULT "60s"
enum { WAIT_RECORD_MAX = 1 << 20 };

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

static void wait_end_late(
	struct command_run *run, const struct environment *env, const struct version *version)
{
	struct wait *wait = run->extra;
	struct errbuf eb = {0};

	if (!env || !env->epoch[0])
		err_set(&eb, ERR_TIMEOUT, "the control plane has told nothing of %s in %s",
			wait->id, wait->limit);
	else if (!version)
		err_set(&eb, ERR_NOT_FOUND, "%s is not registered any more", wait->id);
	else
		err_set(&eb, ERR_TIMEOUT, "%s is %s after %s%s%s", wait->id,
			version_state_names[version->state], wait->limit,
			version->state_detail ? ": " : "",
			version->state_detail ? version->state_detail : "");
	run_end_error(run, eb.err, &eb, (struct str){0});
}

static void wait_on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct command_run *run = arg;
	struct wait *wait = run->extra;
	const struct environment *env = wait->feed ? feed_environment(wait->feed) : NULL;

	(void)fd;
	(void)what;
	wait_end_late(run, env, wait_version(wait, env));
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
		wait_end_late(run, env, NULL);
	else if (version_is_ready(version))
		wait_end_ready(run, version);
}

static void wait_on_state(void *arg, enum feed_state state, const char *why)
{
	(void)arg;
	(void)state;
	(void)why;
}

static void wait_reply(struct command_run *run, const struct client_response *response)
{
	static const struct feed_ops ops = {.changed = wait_on_change, .state = wait_on_state};
	struct wait *wait = run->extra;

	(void)response;
	run->reply = NULL;
	wait->feed = client_feed(run->client, &ops, run);
}

static const struct arg_spec wait_args[] = {
	{.name = "SERVICE@VERSION",
		.kind = ARG_VERSION_ID,
		.required = true,
		.help = "the version, such as cart@pr-482"},
	{.name = "--timeout",
		.kind = ARG_DURATION,
		.value = "DURATION",
		.help = "give up after this; " WAIT_DEFAULT},
};

static struct command_run *wait_start(
	struct client *client, const struct command_args *args, command_done_fn done, void *arg)
{
	struct command_run *run = run_create(client, done, arg);
	struct wait *wait = xcalloc(1, sizeof(*wait));
	const char *limit = args_get(args, "--timeout");
	struct str service = {0};
	struct str version = {0};
	int64_t limit_ms = 0;
	struct timeval tv;
	char *names[2];

	str_copy(wait->limit, sizeof(wait->limit), str_of(limit ? limit : WAIT_DEFAULT));
	str_copy(wait->id, sizeof(wait->id), str_of(args_get(args, "SERVICE@VERSION")));
	name_split_version(str_of(wait->id), &service, &version);
	duration_parse(str_of(wait->limit), &limit_ms);
	tv = time_wait_ms(limit_ms);
	wait->timer = evtimer_new(client_base(client), wait_on_timer, run);
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
	return run;
}

const struct command command_version_wait = {
	.noun = "version",
	.verb = "wait",
	.summary = "wait until a version is ready",
	.help = "Ends with 1 and the last state's detail when it is not ready in time.",
	.example = "umbra version wait booking@pr-482 --timeout 2m",
	.args = wait_args,
	.arg_count = ARRAY_LEN(wait_args),
	.shape = SHAPE_OBJECT,
	.start = wait_start,
};
