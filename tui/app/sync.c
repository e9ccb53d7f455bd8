/*
 * The feed, the tail, the stats and the status, see sync.h. Called by app.c (once a second, and before each frame) and
 * by navigation.c when another view is shown.
 */
#include "tui/app/sync.h"

#include <string.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/base/time.h"
#include "core/client/client.h"

#include "tui/app/app.h"
#include "tui/app/frames.h"
#include "tui/app/perf_overlay.h"
#include "tui/data/model.h"
#include "tui/ui/ui_state.h"

enum {
	TRAFFIC_TIMEOUT_MS = 3000,
	BACKLOG_TIMEOUT_MS = 10000,
	TAIL_BACK = 1000,
	STATUS_AGAIN_MS = 10000
};
/* A line is on the screen within 50 ms: so long with the kernel, the rest to be drawn and sent. */
enum { GATHER_MS = 43 };

/* ---- the clock ---- */

int64_t sync_now_ms(const struct sync *sync)
{
	return sync->now_ms() + (sync->client ? client_clock_ahead_ms(sync->client) : 0);
}

void sync_take_time(struct sync *sync)
{
	struct model *model = sync->model;
	bool stale = model->feed.state == FEED_STALE && model->feed.last_byte_ms > 0;

	model->now_ms = stale ? model->feed.last_byte_ms : sync_now_ms(sync);
	model->clock_ahead_ms = sync->client ? client_clock_ahead_ms(sync->client) : 0;
}

/* ---- the feed ---- */

static void status_done(void *arg, const struct client_response *response)
{
	struct sync *sync = arg;
	struct model *model = sync->model;
	cJSON *answer = response->err == ERR_NONE ? json_parse(response->body, NULL) : NULL;
	struct str text;

	sync->status = NULL;
	if (!answer)
		return;
	if (json_get_str(answer, "name", &text)) {
		str_copy(model->name, sizeof(model->name), text);
		frames_touch(sync->frames, REDRAW_ALL);
	}
	(void)json_get_bool(answer, "demo", &model->demo);
	if (json_get_str(answer, "domain", &text))
		str_copy(model->domain, sizeof(model->domain), text);
	if (json_get_str(answer, "entrance", &text))
		str_copy(model->entrance, sizeof(model->entrance), text);
	else
		model->entrance[0] = '\0';
	if (json_get_str(cJSON_GetObjectItemCaseSensitive(answer, "proxy"), "url", &text))
		str_copy(model->proxy_url, sizeof(model->proxy_url), text);
	cJSON_Delete(answer);
}

static void feed_changed(void *arg, const struct environment *env, const struct change *changes,
	size_t count, bool full)
{
	struct sync *sync = arg;
	bool first = !sync->model->known;
	unsigned parts;

	sync->model->now_ms = sync_now_ms(sync);
	parts = model_take(sync->model, env, changes, count, full);
	if (first && sync->ui->session[0] != '\0' &&
		!environment_session(env, str_of(sync->ui->session)))
		ui_say(sync->ui, ROLE_WARNING,
			"there is no session %s: {session.use} in Sessions makes another yours",
			sync->ui->session);
	if (full) {
		sync->traffic_since = 0;
		polling_forget(&sync->polling);
		frames_hurry(sync->frames);
		sync_poll(sync);
	}
	if (parts != 0)
		frames_changed(sync->frames, parts);
}

static bool wants_login(enum err err)
{
	return err == ERR_LOGIN || err == ERR_FORBIDDEN;
}

static void link_set(struct sync *sync, struct link *link, enum feed_state state, const char *why,
	int64_t seen_ms)
{
	link->state = state;
	str_copy(link->why, sizeof(link->why), str_of(why));
	if (seen_ms > 0)
		link->last_byte_ms = sync_now_ms(sync) - (time_monotonic_ms() - seen_ms);
	frames_changed(sync->frames, MODEL_CONNECTION);
}

static void ask_status(struct sync *sync)
{
	sync->status_asked_ms = time_monotonic_ms();
	if (!sync->status)
		sync->status = client_request(
			sync->client, "GET", "/v1/status", NULL, 0, status_done, sync);
}

static void feed_state_changed(void *arg, enum feed_state state, const char *why)
{
	struct sync *sync = arg;
	int64_t seen_ms = sync->feed ? feed_last_seen_ms(sync->feed) : 0;

	/* The feed may be held for half a minute; the stats are heard of each second. */
	if (sync->heard_ms > seen_ms)
		seen_ms = sync->heard_ms;
	sync->model->feed.login = sync->feed && wants_login(feed_failure(sync->feed));
	link_set(sync, &sync->model->feed, state, why, seen_ms);
	if (state != FEED_LIVE)
		return;
	sync_poll(sync);
	ask_status(sync);
}

/* ---- stats ---- */

static void traffic_done(void *arg, const struct client_response *response)
{
	struct sync *sync = arg;
	bool changed = false;

	sync->traffic = NULL;
	if (response->status != 0) {
		sync->heard_ms = time_monotonic_ms();
		perf_overlay_poll(sync->overlay, response->seconds);
	}
	if (response->err == ERR_UNREACHABLE)
		feed_unanswered(sync->feed, sync->asked_ms, response->eb->text);
	/* The held request may be on a connection that was opened by a login that is over. */
	if (wants_login(response->err) && sync->model->feed.state == FEED_LIVE)
		feed_retry(sync->feed);
	if (response->err != ERR_NONE ||
		!traffic_stats_read(
			sync->model->stats, response->body, &sync->traffic_since, &changed, NULL) ||
		!changed)
		return;
	traffic_stats_total(sync->model->stats, &sync->model->total);
	frames_changed(sync->frames, MODEL_STATS);
	/* There are requests now: the status can say where they come in. */
	if (sync->model->entrance[0] == '\0' &&
		time_monotonic_ms() - sync->status_asked_ms >= STATUS_AGAIN_MS)
		ask_status(sync);
}

void sync_poll(struct sync *sync)
{
	struct strbuf path;

	sync_need(sync, sync->needs);
	if (sync->traffic || sync->model->feed.state != FEED_LIVE)
		return;
	strbuf_init(&path, 128);
	strbuf_addf(&path, "/v1/traffic?window=60s");
	if (sync->traffic_since > 0)
		strbuf_addf(&path, "&since=%lld", (long long)sync->traffic_since);
	sync->asked_ms = time_monotonic_ms();
	sync->traffic = client_request(
		sync->client, "GET", path.data, NULL, TRAFFIC_TIMEOUT_MS, traffic_done, sync);
	strbuf_finish(&path);
}

void sync_need(struct sync *sync, unsigned flags)
{
	sync->needs = flags;
	polling_run(&sync->polling, sync->model->feed.state == FEED_LIVE ? flags : 0);
}

/* ---- the tail ---- */

static void tail_record(void *arg, const struct request *request)
{
	struct sync *sync = arg;

	request_log_add(sync->model->lines, request, sync->model->env, sync_now_ms(sync));
	frames_gathered(sync->frames, MODEL_LINES);
}

static void tail_lost(void *arg, int64_t count, const char *why)
{
	struct sync *sync = arg;

	request_log_add_loss(sync->model->lines, count, why);
	frames_gathered(sync->frames, MODEL_LINES);
}

static void tail_state_changed(void *arg, enum feed_state state, const char *why)
{
	struct sync *sync = arg;

	link_set(sync, &sync->model->tail, state, why, 0);
}

static void tail_refused(void *arg, const struct errbuf *eb)
{
	struct sync *sync = arg;

	sync->tail = NULL;
	str_copy(sync->model->scope_error, sizeof(sync->model->scope_error), str_of(eb->text));
	frames_changed(sync->frames, MODEL_LINES);
}

static const struct tail_client_ops tail_ops = {
	.record = tail_record,
	.lost = tail_lost,
	.state = tail_state_changed,
	.refused = tail_refused,
};

static void tail_from(struct sync *sync, int64_t since)
{
	sync->tail = client_tail(sync->client, sync->model->scope, since, &tail_ops, sync);
}

/* The newest few that match, and then the tail from where they end. */
static void backlog_done(void *arg, const struct client_response *response)
{
	struct sync *sync = arg;

	sync->tail_start = NULL;
	if (response->err == ERR_BAD_FILTER) {
		tail_refused(sync, response->eb);
		return;
	}
	if (response->err == ERR_NONE)
		(void)client_read_requests(response->body, tail_record, sync, NULL);
	tail_from(sync, sync->tail_since);
}

static void ask_backlog(struct sync *sync)
{
	struct strbuf path;

	strbuf_init(&path, LIMIT_FILTER * 3 + 128);
	strbuf_addf(&path, "/v1/requests?limit=%d&before=%lld&filter=", TAIL_BACK,
		(long long)sync->tail_since + 1);
	client_encode(&path, str_of(sync->model->scope));
	sync->tail_start = client_request(
		sync->client, "GET", path.data, NULL, BACKLOG_TIMEOUT_MS, backlog_done, sync);
	strbuf_finish(&path);
}

/* Which is the newest of all: up to it the backlog is asked for, after it the tail begins. */
static void newest_done(void *arg, const struct client_response *response)
{
	struct sync *sync = arg;

	sync->tail_start = NULL;
	sync->tail_since = TAIL_CLIENT_FROM_NOW;
	if (response->err == ERR_NONE)
		sync->tail_since = client_read_newest(response->body);
	if (sync->tail_since > 0)
		ask_backlog(sync);
	else
		tail_from(sync, sync->tail_since);
}

void sync_tail_stop(struct sync *sync)
{
	if (sync->tail_start)
		client_cancel(sync->tail_start);
	if (sync->tail)
		tail_client_cancel(sync->tail);
	sync->tail_start = NULL;
	sync->tail = NULL;
}

void sync_gather(struct sync *sync)
{
	if (sync->tail)
		client_gather_now(sync->client);
}

void sync_tail(struct sync *sync, const char *scope)
{
	struct request_log_counts counts;
	bool same = strcmp(scope, sync->model->scope) == 0;

	if (same && (sync->tail || sync->tail_start))
		return;
	sync_tail_stop(sync);
	if (!same) {
		sample_paths_learn(&sync->model->paths, sync->model->lines);
		same = model_change_scope(sync->model, scope);
		sync->model->scope_error[0] = '\0';
		frames_changed(sync->frames, MODEL_LINES);
	}
	request_log_count(sync->model->lines, sync->model->now_ms, &counts);
	if (same && counts.last_seq > 0) { /* one comes back: what was missed comes, too */
		tail_from(sync, counts.last_seq);
		return;
	}
	request_log_clear(sync->model->lines, 0);
	link_set(sync, &sync->model->tail, FEED_CONNECTING, "", 0);
	frames_changed(sync->frames, MODEL_LINES);
	sync->tail_start = client_request(
		sync->client, "GET", "/v1/requests?limit=1", NULL, 0, newest_done, sync);
}

/* ---- beginning and end ---- */

bool sync_start(struct sync *sync, struct event_base *base, const struct dashboard_options *options,
	struct errbuf *eb)
{
	static const struct feed_ops ops = {.changed = feed_changed, .state = feed_state_changed};
	struct client_options client_options = {
		.url = options->url, .actor = options->actor, .gather_ms = GATHER_MS};

	sync->client = client_create(base, &client_options, eb);
	if (!sync->client)
		return false;
	sync->polling = (struct polling){
		.client = sync->client, .model = sync->model, .frames = sync->frames};
	sync->feed = client_feed(sync->client, &ops, sync);
	return true;
}

void sync_retry(struct sync *sync)
{
	if (sync->feed && sync->model->feed.state != FEED_LIVE)
		feed_retry(sync->feed);
}

void sync_stop(struct sync *sync)
{
	sync_tail_stop(sync);
	polling_run(&sync->polling, 0);
	if (sync->feed)
		feed_cancel(sync->feed);
	sync->feed = NULL;
	client_destroy(sync->client);
	sync->client = NULL;
}
