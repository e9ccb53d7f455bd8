/*
 * logs: a row of the command table. First the newest records that match, in order of time, then with
 * --follow what comes, in the order in which it ends.
 *
 * Following asks for the newest number first, searches up to it, and tails from it: nothing between the
 * two is lost or told twice.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/command/commands.h"
#include "core/command/command_run.h"
#include "core/wire/record.h"

enum { LOGS_DEFAULT = 50, LOGS_MAX = 100000, LOGS_PAGE = 500, LOGS_LINE_MAX = 65536 };

struct line {
	char *text; /* cJSON's */
	int64_t time;
	int64_t seq;
};

struct logs {
	char *filter; /* NULL: all */
	int64_t want;
	bool follow;
	int64_t before; /* the next page ends before this seq; 0: no bound */
	int64_t newest; /* to tail from */
	struct line *lines; /* newest first, as they come */
	size_t count;
	size_t cap;
	struct tail_client *tail;
	struct strbuf line;
};

static void logs_release(void *extra)
{
	struct logs *logs = extra;

	if (logs->tail)
		tail_client_cancel(logs->tail);
	for (size_t i = 0; i < logs->count; i++)
		cJSON_free(logs->lines[i].text);
	free(logs->lines);
	free(logs->filter);
	strbuf_finish(&logs->line);
	free(logs);
}

/* ---- what comes ---- */

static void tail_record(void *arg, const struct request *request)
{
	struct command_run *run = arg;
	struct logs *logs = run->extra;
	struct json_writer w;

	strbuf_reset(&logs->line);
	json_start(&w, &logs->line);
	wire_write_request(&w, NULL, request);
	run_piece(run, strbuf_str(&logs->line), (struct str){0});
}

static void tail_lost(void *arg, int64_t count, const char *why)
{
	struct command_run *run = arg;
	struct logs *logs = run->extra;
	struct json_writer w;

	strbuf_reset(&logs->line);
	json_start(&w, &logs->line);
	json_object(&w, NULL);
	if (count < 0)
		json_null(&w, "dropped");
	else
		json_int(&w, "dropped", count);
	json_c(&w, "why", why);
	json_object_end(&w);
	run_piece(run, strbuf_str(&logs->line), (struct str){0});
}

static void tail_state(void *arg, enum feed_state state, const char *why)
{
	if (state == FEED_STALE && why)
		run_piece(arg, (struct str){0}, str_of(why));
}

static void tail_refused(void *arg, const struct errbuf *eb)
{
	run_end_error(arg, eb->err, eb, (struct str){0});
}

static void logs_follow(struct command_run *run)
{
	static const struct tail_client_ops ops = {
		.record = tail_record,
		.lost = tail_lost,
		.state = tail_state,
		.refused = tail_refused,
	};
	struct logs *logs = run->extra;

	logs->tail = client_tail(run->client, logs->filter, logs->newest, &ops, run);
}

/* ---- what was ---- */

/* A hop is logged when it ends, after the hops it made: by its begin it stands before them. */
static int by_time(const void *a, const void *b)
{
	const struct line *x = a;
	const struct line *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

static void logs_show(struct command_run *run)
{
	struct logs *logs = run->extra;

	if (logs->count)
		qsort(logs->lines, logs->count, sizeof(*logs->lines), by_time);
	for (size_t i = 0; i < logs->count; i++)
		run_piece(run, str_of(logs->lines[i].text), (struct str){0});
	if (!logs->count && logs->want && !logs->follow)
		run_piece(run, (struct str){0},
			logs->filter ? STR_LIT("no request matches") : STR_LIT("no requests yet"));
	if (logs->follow)
		logs_follow(run);
	else
		run_end(run, (struct str){0});
}

static void logs_keep(struct logs *logs, const cJSON *requests)
{
	const cJSON *request;

	cJSON_ArrayForEach(request, requests)
	{
		struct line line = {.text = cJSON_PrintUnformatted(request)};
		uint64_t seq = 0;

		if (!line.text)
			continue;
		json_get_u64(request, "seq", &seq);
		line.seq = (int64_t)seq;
		time_parse(str_of(say_text(request, "time")), &line.time);
		array_reserve(&logs->lines, &logs->cap, logs->count + 1, sizeof(*logs->lines));
		logs->lines[logs->count++] = line;
	}
}

static void logs_page(struct command_run *run);

static void page_reply(struct command_run *run, const struct client_response *response)
{
	struct logs *logs = run->extra;
	cJSON *root = run_take_answer(run);
	uint64_t next = 0;

	(void)response;
	logs_keep(logs, cJSON_GetObjectItemCaseSensitive(root, "requests"));
	json_get_u64(root, "next", &next);
	cJSON_Delete(root);
	logs->before = (int64_t)next;
	if (next && (int64_t)logs->count < logs->want)
		logs_page(run);
	else
		logs_show(run);
}

static void query_number(struct command_run *run, const char *name, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	run_query(run, name, text);
}

static void logs_page(struct command_run *run)
{
	struct logs *logs = run->extra;
	int64_t rest = logs->want - (int64_t)logs->count;

	run_path(run, "requests", NULL);
	run_query(run, "filter", logs->filter);
	query_number(run, "limit", rest < LOGS_PAGE ? rest : LOGS_PAGE);
	if (logs->before)
		query_number(run, "before", logs->before);
	run->reply = page_reply;
	run_send(run, "GET", "requests", 0);
}

static void newest_reply(struct command_run *run, const struct client_response *response)
{
	struct logs *logs = run->extra;

	logs->newest = client_read_newest(response->body);
	logs->before = logs->newest > 0 ? logs->newest + 1 : 0;
	if (logs->newest > 0 && logs->want)
		logs_page(run);
	else
		logs_show(run);
}

static const struct arg_spec logs_args[] = {
	ARG(FILTER, "FILTER", NULL,
		"session:checkout-4f2k, service:cart, status:5xx, reason:version-gone, >200ms",
		.repeated = true),
	RUN_FOLLOW_ARG,
	RUN_LINES_ARG(LOGS_MAX, "show at most N past requests (default 50)"),
};

static void logs_start(struct command_run *run, const struct command_args *args)
{
	struct logs *logs = xcalloc(1, sizeof(*logs));
	const char *lines = args_get(args, "--lines");
	struct strbuf words;

	strbuf_init(&words, LIMIT_FILTER);
	args_join(&words, args, "FILTER");
	logs->filter = words.len ? strbuf_detach(&words) : NULL;
	strbuf_finish(&words);
	logs->want = LOGS_DEFAULT;
	if (lines)
		str_to_i64(str_of(lines), &logs->want);
	logs->follow = args_has(args, "--follow");
	strbuf_init(&logs->line, LOGS_LINE_MAX);
	run->extra = logs;
	run->release = logs_release;
	if (!logs->follow && logs->want) {
		logs_page(run);
		return;
	}
	run->reply = newest_reply;
	run_path(run, "requests", NULL);
	run_query(run, "limit", "1");
	run_send(run, "GET", "requests", 0);
}

static const struct column logs_columns[] = {
	{.title = "TIME", .path = "time", .form = FORM_TIME},
	{.title = "SERVICE", .path = "service", .width = 9},
	{.title = "VERSION", .path = "version", .form = FORM_SERVED, .width = 12},
	{.title = "WHY", .path = "reason", .form = FORM_REASON, .width = 12},
	{.title = "STATUS", .path = "status", .right = true, .form = FORM_STATUS, .width = 6},
	{.title = "MS", .path = "total_ms", .right = true, .form = FORM_DECIMAL, .width = 7},
	{.title = "METHOD", .path = "method", .width = 6},
	{.title = "PATH", .path = "path", .width = 24},
	{.title = "SESSION", .path = "session", .width = 12},
	{.title = "CALLER", .path = "caller"},
};

const struct command command_logs = {
	.noun = "",
	.verb = "logs",
	.summary = "show the requests the proxy has seen, with version and reason",
	.help = "The filter language is that of the dashboard: terms are and-ed, !term negates, "
		"a,b is or, * is a wildcard, /regex/ and \"free text\" search the whole record.",
	.examples = {"umbra logs session:checkout-4f2k -f",
		"umbra logs service:cart status:5xx -n 200",
		"umbra logs '>200ms' since:15m -o ndjson"},
	COMMAND_ARGS(logs_args),
	.shape = SHAPE_LINES,
	COMMAND_COLUMNS(logs_columns),
	.opens = {.name = "requests", .argument = "FILTER", .otherwise = "*"},
	.start = logs_start,
};
