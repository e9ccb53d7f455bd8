/*
 * What the dashboard hears and says: the changes feed, the tail, the stats once a second, and commands.
 * Everything is asynchronous; answers change the model and ask for a frame. No view knows of this file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/base/term_text.h"
#include "core/base/time.h"
#include "core/command/command.h"

#include "tui/app/internal.h"

enum {
	TRAFFIC_TIMEOUT_MS = 3000,
	BACKLOG_TIMEOUT_MS = 10000,
	TAIL_BACK = 1000,
	STATUS_AGAIN_MS = 10000
};
/* A line is on the screen within 50 ms: so long with the kernel, the rest to be drawn and sent. */
enum { GATHER_MS = 43 };

/* ---- the feed ---- */

static void status_done(void *arg, const struct client_response *response)
{
	struct app *app = arg;
	cJSON *answer;
	struct str name;

	app->status = NULL;
	answer = response->err == ERR_NONE ? json_parse(response->body, NULL) : NULL;
	if (answer && json_get_str(answer, "name", &name)) {
		str_copy(app->model.name, sizeof(app->model.name), name);
		app_touch(app, REDRAW_ALL);
	}
	if (answer)
		(void)json_get_bool(answer, "demo", &app->model.demo);
	if (answer && json_get_str(answer, "domain", &name))
		str_copy(app->model.domain, sizeof(app->model.domain), name);
	if (answer && !json_get_str(answer, "entrance", &name))
		app->model.entrance[0] = '\0';
	else if (answer)
		str_copy(app->model.entrance, sizeof(app->model.entrance), name);
	if (answer && json_get_str(cJSON_GetObjectItemCaseSensitive(answer, "proxy"), "url", &name))
		str_copy(app->model.proxy_url, sizeof(app->model.proxy_url), name);
	cJSON_Delete(answer);
}

static void feed_changed(void *arg, const struct environment *env, const struct change *changes,
	size_t count, bool full)
{
	struct app *app = arg;
	bool first = !app->model.known;
	unsigned parts;

	app->model.now_ms = app_now_ms(app);
	parts = model_take(&app->model, env, changes, count, full);
	if (first && app->ui.session[0] != '\0' &&
		!environment_session(env, str_of(app->ui.session)))
		ui_say(&app->ui, ROLE_WARNING,
			"there is no session %s: {sessions.use} in Sessions makes "
			"another yours",
			app->ui.session);
	if (full) {
		app->traffic_since = 0;
		polling_forget(app);
		app_hurry(app);
		sync_poll(app);
	}
	if (parts != 0)
		app_changed(app, parts);
}

static bool wants_login(enum err err)
{
	return err == ERR_LOGIN || err == ERR_FORBIDDEN;
}

static void link_set(
	struct app *app, struct link *link, enum feed_state state, const char *why, int64_t seen_ms)
{
	link->state = state;
	str_copy(link->why, sizeof(link->why), str_of(why));
	if (seen_ms > 0)
		link->last_byte_ms = app_now_ms(app) - (time_monotonic_ms() - seen_ms);
	app_changed(app, MODEL_CONNECTION);
}

static void ask_status(struct app *app)
{
	app->status_asked_ms = time_monotonic_ms();
	if (!app->status)
		app->status =
			client_request(app->client, "GET", "/v1/status", NULL, 0, status_done, app);
}

static void feed_state_changed(void *arg, enum feed_state state, const char *why)
{
	struct app *app = arg;
	int64_t seen_ms = app->feed ? feed_last_seen_ms(app->feed) : 0;

	/* The feed may be held for half a minute; the stats are heard of each second. */
	if (app->heard_ms > seen_ms)
		seen_ms = app->heard_ms;
	app->model.feed.login = app->feed && wants_login(feed_failure(app->feed));
	link_set(app, &app->model.feed, state, why, seen_ms);
	if (state != FEED_LIVE)
		return;
	sync_poll(app);
	ask_status(app);
}

/* ---- stats ---- */

static void traffic_done(void *arg, const struct client_response *response)
{
	struct app *app = arg;
	bool changed = false;

	app->traffic = NULL;
	if (response->status != 0) {
		app->heard_ms = time_monotonic_ms();
		perf_overlay_poll(&app->cost, response->seconds);
	}
	if (response->err == ERR_UNREACHABLE)
		feed_unanswered(app->feed, app->asked_ms, response->eb->text);
	/* The held request may be on a connection that was opened by a login that is over. */
	if (wants_login(response->err) && app->model.feed.state == FEED_LIVE)
		feed_retry(app->feed);
	if (response->err != ERR_NONE ||
		!traffic_stats_read(
			app->model.stats, response->body, &app->traffic_since, &changed, NULL) ||
		!changed)
		return;
	traffic_stats_total(app->model.stats, &app->model.total);
	app_changed(app, MODEL_STATS);
	/* There are requests now: the status can say where they come in. */
	if (app->model.entrance[0] == '\0' &&
		time_monotonic_ms() - app->status_asked_ms >= STATUS_AGAIN_MS)
		ask_status(app);
}

void sync_poll(struct app *app)
{
	struct strbuf path;

	sync_need(app);
	if (app->traffic || app->model.feed.state != FEED_LIVE)
		return;
	strbuf_init(&path, 128);
	strbuf_addf(&path, "/v1/traffic?window=60s");
	if (app->traffic_since > 0)
		strbuf_addf(&path, "&since=%lld", (long long)app->traffic_since);
	app->asked_ms = time_monotonic_ms();
	app->traffic = client_request(
		app->client, "GET", path.data, NULL, TRAFFIC_TIMEOUT_MS, traffic_done, app);
	strbuf_finish(&path);
}

void sync_cost(struct app *app)
{
	uint64_t tty, frames, net = 0, exchanges = 0;

	if (!app->cost.shown)
		return;
	terminal_cost(app->screen, &tty, &frames);
	if (app->client)
		client_cost(app->client, &net, &exchanges);
	perf_overlay_take(&app->cost, tty, frames, net, exchanges);
	app_touch(app, REDRAW_ALL);
}

void sync_need(struct app *app)
{
	polling_run(app, app->model.feed.state == FEED_LIVE ? app_top(app)->view->flags : 0);
}

/* ---- the tail ---- */

static void tail_record(void *arg, const struct request *request)
{
	struct app *app = arg;

	request_log_add(app->model.lines, request, app->model.env, app_now_ms(app));
	app_gathered(app, MODEL_LINES);
}

static void tail_lost(void *arg, int64_t count, const char *why)
{
	struct app *app = arg;

	request_log_add_loss(app->model.lines, count, why);
	app_gathered(app, MODEL_LINES);
}

static void tail_state_changed(void *arg, enum feed_state state, const char *why)
{
	struct app *app = arg;

	link_set(app, &app->model.tail, state, why, 0);
}

static void tail_refused(void *arg, const struct errbuf *eb)
{
	struct app *app = arg;

	app->tail = NULL;
	str_copy(app->model.scope_error, sizeof(app->model.scope_error), str_of(eb->text));
	app_changed(app, MODEL_LINES);
}

static const struct tail_client_ops tail_ops = {
	.record = tail_record,
	.lost = tail_lost,
	.state = tail_state_changed,
	.refused = tail_refused,
};

static void tail_from(struct app *app, int64_t since)
{
	app->tail = client_tail(app->client, app->model.scope, since, &tail_ops, app);
}

/* The newest few that match, and then the tail from where they end. */
static void backlog_done(void *arg, const struct client_response *response)
{
	struct app *app = arg;

	app->tail_start = NULL;
	if (response->err == ERR_BAD_FILTER) {
		tail_refused(app, response->eb);
		return;
	}
	if (response->err == ERR_NONE)
		(void)client_read_requests(response->body, tail_record, app, NULL);
	tail_from(app, app->tail_since);
}

static void ask_backlog(struct app *app)
{
	struct strbuf path;

	strbuf_init(&path, LIMIT_FILTER * 3 + 128);
	strbuf_addf(&path, "/v1/requests?limit=%d&before=%lld&filter=", TAIL_BACK,
		(long long)app->tail_since + 1);
	client_encode(&path, str_of(app->model.scope));
	app->tail_start = client_request(
		app->client, "GET", path.data, NULL, BACKLOG_TIMEOUT_MS, backlog_done, app);
	strbuf_finish(&path);
}

/* Which is the newest of all: up to it the backlog is asked for, after it the tail begins. */
static void newest_done(void *arg, const struct client_response *response)
{
	struct app *app = arg;

	app->tail_start = NULL;
	app->tail_since = TAIL_CLIENT_FROM_NOW;
	if (response->err == ERR_NONE)
		app->tail_since = client_read_newest(response->body);
	if (app->tail_since > 0)
		ask_backlog(app);
	else
		tail_from(app, app->tail_since);
}

void sync_tail_stop(struct app *app)
{
	if (app->tail_start)
		client_cancel(app->tail_start);
	if (app->tail)
		tail_client_cancel(app->tail);
	app->tail_start = NULL;
	app->tail = NULL;
}

void sync_gather(struct app *app)
{
	if (app->tail)
		client_gather_now(app->client);
}

void sync_tail(struct app *app, const char *scope)
{
	struct request_log_counts counts;
	bool same = strcmp(scope, app->model.scope) == 0;

	if (same && (app->tail || app->tail_start))
		return;
	sync_tail_stop(app);
	if (!same) {
		sample_paths_learn(&app->model.paths, app->model.lines);
		same = model_change_scope(&app->model, scope);
		app->model.scope_error[0] = '\0';
		app_changed(app, MODEL_LINES);
	}
	request_log_count(app->model.lines, app->model.now_ms, &counts);
	if (same && counts.last_seq > 0) { /* one comes back: what was missed comes, too */
		tail_from(app, counts.last_seq);
		return;
	}
	request_log_clear(app->model.lines, 0);
	link_set(app, &app->model.tail, FEED_CONNECTING, "", 0);
	app_changed(app, MODEL_LINES);
	app->tail_start = client_request(
		app->client, "GET", "/v1/requests?limit=1", NULL, 0, newest_done, app);
}

/* ---- commands ---- */

struct run {
	struct app *app;
	struct run *next;
	struct command_run *under_way;
	struct command_args *command;
	enum run_for run_for;
	struct asked asked; /* what it came of, when that was a line */
	const struct view_instance *from; /* on top when it was sent */
};

static void run_destroy(struct run *run)
{
	args_destroy(run->command);
	free(run);
}

static void run_forget(struct run *run)
{
	struct run **at = &run->app->runs;

	while (*at != run)
		at = &(*at)->next;
	*at = run->next;
	run->app->ui.running--;
	run_destroy(run);
}

/* A session that was created is its maker's, who wants to see it; not while something else is asked. */
static void show_created(struct app *app, struct str body)
{
	cJSON *answer = json_parse(body, NULL);
	struct str key;
	char text[LIMIT_SESSION_KEY + 1];

	if (answer && json_get_str(answer, "key", &key) && str_copy(text, sizeof(text), key)) {
		str_copy(app->ui.session, sizeof(app->ui.session), key);
		if (app->ui.prompt.kind == PROMPT_NONE)
			ui_open(&app->ui, &view_pins, text);
	}
	cJSON_Delete(answer);
}

/* What its screen shows below anyway is counted: "session a-1b2c: lenient, 3 pins, for 8h". */
static bool say_session_shortly(struct app *app, struct str body)
{
	cJSON *answer = json_parse(body, NULL);
	int pins = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(answer, "pins"));
	const char *warning = cJSON_GetStringValue(
		cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(answer, "warnings"), 0));
	struct str key, policy, ttl;
	bool is_one = json_get_str(answer, "key", &key) &&
		      json_get_str(answer, "policy", &policy) && json_get_str(answer, "ttl", &ttl);

	if (is_one)
		ui_say(&app->ui, warning ? ROLE_WARNING : ROLE_DONE,
			"session %.*s: %.*s, %d pin%s, for %.*s%s%s", STR_ARG(key), STR_ARG(policy),
			pins, pins == 1 ? "" : "s", STR_ARG(ttl), warning ? "; " : "",
			warning ? warning : "");
	cJSON_Delete(answer);
	return is_one;
}

void sync_say(struct app *app, const struct command_result *result)
{
	int room = app->click_areas.body_cols - 2;

	if ((int)text_cells(result->message) > room && say_session_shortly(app, result->body))
		return;
	ui_say(&app->ui, ROLE_DONE, "%.*s", STR_ARG(result->message));
}

/* Another view that is on top by now did not ask. */
static void tell_view(struct app *app, const struct run *run, struct str body)
{
	struct view_instance *top = app_top(app);

	if (top == run->from && top->view->dry_run_result)
		app_touch(app, top->view->dry_run_result(top->state, &app->model, &app->ui, body));
}

/*
 * The sentence, under the line it is about where there was one and its view is still there. Where nothing answered
 * it is not about the line, which is not offered to be sent again: it may have been done.
 */
static void say_refused(struct app *app, const struct asked *asked, const struct errbuf *eb)
{
	struct prompt *prompt = &app->ui.prompt;
	char text[MESSAGE_MAX];

	ui_refusal(text, eb);
	if (asked->set && eb->err != ERR_UNREACHABLE && prompt->kind == PROMPT_NONE &&
		app_top(app) == asked->top) {
		ui_ask_again(&app->ui, asked->question, asked->label, asked->text);
		str_copy(prompt->mistake, sizeof(prompt->mistake), str_of(text));
		return;
	}
	ui_say(&app->ui, ROLE_FAILED, "%s", text);
}

static void part_done(struct app *app, const struct command_result *result)
{
	char text[MESSAGE_MAX];

	(void)snprintf(text, sizeof(text), "%.*s", STR_ARG(result->message));
	ui_batch_done(&app->ui, result->err == ERR_NONE,
		result->err == ERR_NONE ? text : result->eb->text);
}

static void run_done(void *arg, const struct command_result *result)
{
	struct run *run = arg;
	struct app *app = run->app;

	if (run->run_for == RUN_SHOWS_ANSWER)
		command_line_answered(app, run->command, result);
	else if (run->run_for == RUN_BATCH)
		part_done(app, result);
	else if (result->err != ERR_NONE)
		say_refused(app, &run->asked, result->eb);
	else if (run->run_for == RUN_ANSWERS_VIEW)
		tell_view(app, run, result->body);
	else
		sync_say(app, result);
	if (result->err == ERR_NONE && run->run_for != RUN_ANSWERS_VIEW &&
		run->command->command->yours)
		show_created(app, result->body);
	if (!result->more)
		run_forget(run);
	app_run_requests(app);
	app_touch(app, REDRAW_ALL);
}

/* What the view has asked for since then makes an older answer wrong, and the older one may come later. */
static void cancel_older_answer(struct app *app)
{
	for (struct run *run = app->runs, *next; run; run = next) {
		next = run->next;
		if (run->run_for != RUN_ANSWERS_VIEW)
			continue;
		command_cancel(run->under_way);
		run_forget(run);
	}
}

void sync_run(struct app *app, struct command_args *command, enum run_for run_for)
{
	bool writes = command->command->writes && run_for != RUN_ANSWERS_VIEW;
	struct errbuf eb;
	struct run *run;

	errbuf_clear(&eb);
	if (command_check(command, &eb) != ERR_NONE) {
		say_refused(app, &app->asked, &eb);
		if (run_for == RUN_BATCH)
			ui_batch_done(&app->ui, false, eb.text);
		args_destroy(command);
		return;
	}
	if (writes && app->ui.read_only) {
		char *line = NULL;

		ui_print_command(&line, command);
		ui_say(&app->ui, ROLE_WARNING, "READ-ONLY: not sent: %s", line);
		free(line);
		args_destroy(command);
		return;
	}
	if (run_for == RUN_ANSWERS_VIEW)
		cancel_older_answer(app);
	run = xcalloc(1, sizeof(*run));
	run->app = app;
	run->command = command;
	run->run_for = run_for;
	run->asked = app->asked;
	run->from = app_top(app);
	run->next = app->runs;
	app->runs = run;
	app->ui.running++;
	run->under_way = command->command->start(app->client, command, run_done, run);
}

/* ---- beginning and end ---- */

bool sync_start(struct app *app, const struct dashboard_options *options, struct errbuf *eb)
{
	static const struct feed_ops ops = {.changed = feed_changed, .state = feed_state_changed};
	struct client_options client_options = {
		.url = options->url, .actor = options->actor, .gather_ms = GATHER_MS};

	app->client = client_create(app->base, &client_options, eb);
	if (!app->client)
		return false;
	app->feed = client_feed(app->client, &ops, app);
	return true;
}

void sync_retry(struct app *app)
{
	if (app->feed && app->model.feed.state != FEED_LIVE)
		feed_retry(app->feed);
}

void sync_stop(struct app *app)
{
	while (app->runs) {
		struct run *run = app->runs;

		app->runs = run->next;
		command_cancel(run->under_way);
		run_destroy(run);
	}
	sync_tail_stop(app);
	polling_stop(app);
	if (app->feed)
		feed_cancel(app->feed);
	app->feed = NULL;
	client_destroy(app->client);
	app->client = NULL;
}
