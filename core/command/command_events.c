/*
 * events: a row of the command table. What changed, oldest first, and with --follow what changes; each
 * answer is held by the server until there is something new.
 */
#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/command/commands.h"
#include "core/command/command_run.h"

enum { EVENTS_DEFAULT = 20, EVENTS_PAGE = 1000, EVENTS_HELD_MS = 40000, EVENTS_RETRY_S = 1 };
#define EVENTS_WAIT "30s"

struct events {
	bool follow;
	bool live; /* the first answer is there: only news from now on */
	bool lost; /* said that the connection is lost */
	int64_t since_ms; /* of the option, 0: none */
	int64_t newest; /* at most so many of those that were */
	int64_t not_before; /* ms, by the control plane's clock */
	int64_t last_seq;
	struct event *retry;
};

static void events_release(void *extra)
{
	struct events *events = extra;

	if (events->retry)
		event_free(events->retry);
	free(events);
}

static bool event_wanted(const struct events *events, const cJSON *event)
{
	int64_t time_ms = 0;

	return time_parse(str_of(say_text(event, "time")), &time_ms) &&
	       time_ms >= events->not_before;
}

static void events_show(struct command_run *run, const cJSON *list)
{
	struct events *events = run->extra;

	for (int i = cJSON_GetArraySize(list); i-- > 0;) {
		const cJSON *event = cJSON_GetArrayItem(list, i);
		uint64_t seq = 0;
		char *text;

		if (json_get_u64(event, "seq", &seq) && (int64_t)seq > events->last_seq)
			events->last_seq = (int64_t)seq;
		if (!event_wanted(events, event) || (!events->live && events->newest == 0))
			continue;
		text = cJSON_PrintUnformatted(event);
		run_piece(run, str_of(text), (struct str){0});
		cJSON_free(text);
	}
}

static void events_send(struct command_run *run);

static void events_reply(struct command_run *run, const struct client_response *response)
{
	struct events *events = run->extra;
	cJSON *root = run_take_answer(run);
	uint64_t last = 0;

	(void)response;
	events->lost = false;
	if (events->since_ms != 0 && events->not_before == 0)
		events->not_before = client_now_ms(run->client) - events->since_ms;
	if (json_get_u64(root, "last", &last) && (int64_t)last < events->last_seq)
		events->last_seq = 0; /* it was started again and counts anew */
	events_show(run, cJSON_GetObjectItemCaseSensitive(root, "events"));
	cJSON_Delete(root);
	if (!events->follow) {
		run_end(run, (struct str){0});
		return;
	}
	events->live = true;
	events_send(run);
}

static void events_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	events_send(arg);
}

/* While following, a control plane that is away is waited for. */
static bool events_failed(struct command_run *run, const struct client_response *response)
{
	static const struct timeval later = {.tv_sec = EVENTS_RETRY_S};
	struct events *events = run->extra;

	if (!events->live || response->err != ERR_UNREACHABLE)
		return false;
	if (!events->lost)
		run_piece(run, (struct str){0}, str_of(response->eb->text));
	events->lost = true;
	event_add(events->retry, &later);
	return true;
}

static void events_send(struct command_run *run)
{
	struct events *events = run->extra;
	char text[24];

	run_path(run, "events", NULL);
	if (events->live) {
		snprintf(text, sizeof(text), "%lld", (long long)events->last_seq);
		run_query(run, "since", text);
		run_query(run, "wait", EVENTS_WAIT);
	}
	snprintf(text, sizeof(text), "%lld",
		(long long)(events->live         ? EVENTS_PAGE
			    : events->newest > 0 ? events->newest
						 : 1));
	run_query(run, "limit", text);
	run_send(run, "GET", "events", events->live ? EVENTS_HELD_MS : 0);
}

static const struct arg_spec events_args[] = {
	RUN_FOLLOW_ARG,
	RUN_LINES_ARG(EVENTS_PAGE, "show at most N past events (default 20, with --since 1000)"),
	ARG(DURATION, "--since", "DURATION", "those of the last 15m, 8h, ..."),
};

static void events_start(struct command_run *run, const struct command_args *args)
{
	struct events *events = xcalloc(1, sizeof(*events));
	const char *since = args_get(args, "--since");
	int64_t since_ms = 0;

	if (since && duration_parse(str_of(since), &since_ms))
		events->since_ms = since_ms;
	events->newest = since ? EVENTS_PAGE : EVENTS_DEFAULT;
	if (args_has(args, "--lines"))
		(void)str_to_i64(str_of(args_get(args, "--lines")), &events->newest);
	events->follow = args_has(args, "--follow");
	events->retry = evtimer_new(client_base(run->client), events_retry, run);
	run->extra = events;
	run->release = events_release;
	run->reply = events_reply;
	run->failed = events_failed;
	events_send(run);
}

static const struct column events_columns[] = {
	{.title = "TIME", .path = "time", .form = FORM_TIME},
	{.title = "ACTOR", .path = "actor", .width = 10},
	{.title = "ACTION", .path = "action", .width = 18},
	{.title = "OBJECT", .path = "object", .width = 24},
	{.title = "CHANGE", .path = "action", .form = FORM_CHANGE},
};

const struct command command_events = {
	.noun = "",
	.verb = "events",
	.summary = "show what changed in the environment, and who changed it",
	.examples = {"umbra events --since 15m", "umbra events -n 100", "umbra events -f"},
	COMMAND_ARGS(events_args),
	.shape = SHAPE_LINES,
	COMMAND_COLUMNS(events_columns),
	.opens = {.name = "timeline"},
	.start = events_start,
};
