/*
 * The life of a command under way (command_run.h). Owns the run from start() to its last result; the rows of the
 * table use it, nobody else. Invariant: at most one call is under way, and `done` is called exactly once
 * without `more`, or never when the run was cancelled.
 */
#include "core/command/command_run.h"

#include <stdarg.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"

enum { RUN_PATH_MAX = 8192, RUN_MESSAGE_MAX = 8192 };

struct command_run *command_start(const struct command *command, struct client *client,
	const struct command_args *args, command_done_fn done, void *arg)
{
	struct command_run *run = xcalloc(1, sizeof(*run));

	run->client = client;
	run->done = done;
	run->arg = arg;
	strbuf_init(&run->path, RUN_PATH_MAX);
	strbuf_init(&run->body, LIMIT_BODY);
	strbuf_init(&run->message, RUN_MESSAGE_MAX);
	command->start(run, args);
	return run;
}

static void run_destroy(struct command_run *run)
{
	if (run->call)
		client_cancel(run->call);
	if (run->release)
		run->release(run->extra);
	else
		free(run->extra);
	cJSON_Delete(run->answer);
	strbuf_finish(&run->path);
	strbuf_finish(&run->body);
	strbuf_finish(&run->message);
	free(run);
}

void command_cancel(struct command_run *run)
{
	if (run)
		run_destroy(run);
}

void run_path(struct command_run *run, ...)
{
	const char *segment;
	va_list ap;

	strbuf_reset(&run->path);
	strbuf_add_c(&run->path, "/v1");
	va_start(ap, run);
	while ((segment = va_arg(ap, const char *)) != NULL) {
		strbuf_add_char(&run->path, '/');
		client_encode(&run->path, str_of(segment));
	}
	va_end(ap);
}

void run_query(struct command_run *run, const char *name, const char *value)
{
	struct str path = strbuf_str(&run->path);

	if (!value)
		return;
	strbuf_add_char(&run->path, str_find_char(path, '?') == path.n ? '?' : '&');
	strbuf_add_c(&run->path, name);
	strbuf_add_char(&run->path, '=');
	client_encode(&run->path, str_of(value));
}

void run_piece(struct command_run *run, struct str body, struct str message)
{
	struct command_result result = {.body = body, .message = message, .more = true};

	run->done(run->arg, &result);
}

void run_end(struct command_run *run, struct str body)
{
	struct command_result result = {
		.body = body, .message = strbuf_str(&run->message), .behind = str_of(run->behind)};

	run->done(run->arg, &result);
	run_destroy(run);
}

void run_end_error(struct command_run *run, enum err err, const struct errbuf *eb, struct str body)
{
	struct errbuf none = {.err = err};
	struct command_result result = {.err = err, .eb = eb ? eb : &none, .body = body};

	run->done(run->arg, &result);
	run_destroy(run);
}

cJSON *run_take_answer(struct command_run *run)
{
	cJSON *answer = run->answer;

	run->answer = NULL;
	return answer;
}

/* Whether it is what was asked for; else the run has ended. */
static bool take_answer(struct command_run *run, const struct client_response *response)
{
	cJSON *root = response->body.n ? json_parse(response->body, NULL) : NULL;
	const cJSON *member = cJSON_GetObjectItemCaseSensitive(root, run->wants);
	struct client_response other = *response;
	struct errbuf eb = {0};

	if (run->wants ? cJSON_IsObject(root) && member && !cJSON_IsNull(member)
		       : response->status == 204) {
		run->answer = root;
		return true;
	}
	cJSON_Delete(root);
	if (run->wants)
		err_set(&eb, ERR_FAILED,
			"the answer from %s is not what was asked for, it has no \"%s\"; is it a "
			"control plane of Umbra?",
			client_url(run->client), run->wants);
	else
		err_set(&eb, ERR_FAILED,
			"%s answered %d where 204 says that it is done; is it a control plane of "
			"Umbra?",
			client_url(run->client), response->status);
	other.err = eb.err;
	other.eb = &eb;
	if (!run->failed || !run->failed(run, &other))
		run_end_error(run, eb.err, &eb, (struct str){0});
	return false;
}

static void end_with_answer(struct command_run *run, struct str body)
{
	if (run->say)
		run->say(run, run->answer);
	run_end(run, body);
}

static void on_answer(void *arg, const struct client_response *response)
{
	struct command_run *run = arg;

	run->call = NULL;
	/* Of the write: an answer to what is asked after it says nothing of the proxy. */
	if (response->behind.n > 0)
		(void)str_copy(run->behind, sizeof(run->behind), response->behind);
	if (response->err && run->failed && run->failed(run, response))
		return;
	if (response->err)
		run_end_error(run, response->err, response->eb, response->body);
	else if (!take_answer(run, response))
		return;
	else if (run->reply)
		run->reply(run, response);
	else
		end_with_answer(run, response->body);
}

void run_if_revision(struct command_run *run, const struct command_args *args)
{
	const char *revision = args_get(args, "--if-revision");

	if (revision)
		(void)str_to_i64(str_of(revision), &run->if_revision);
}

void run_send(struct command_run *run, const char *method, const char *wants, int timeout_ms)
{
	const struct client_asking asking = {
		.method = method,
		.path = run->path.data,
		.body = run->body.len ? run->body.data : NULL,
		.timeout_ms = timeout_ms,
		.if_revision = run->if_revision,
	};

	run->wants = wants;
	cJSON_Delete(run_take_answer(run));
	run->call = client_ask(run->client, &asking, on_answer, run);
}

/* Whether it says so itself, and is not the page of another server. */
static bool is_problem(struct str body)
{
	cJSON *problem = json_parse(body, NULL);
	struct str code;
	bool is = json_get_str(problem, "code", &code);

	cJSON_Delete(problem);
	return is;
}

static bool remove_failed(struct command_run *run, const struct client_response *response)
{
	if (run->if_revision || !is_problem(response->body) ||
		(response->status != 410 && !(response->status == 404 && run->if_there)))
		return false;
	strbuf_reset(&run->message);
	strbuf_addf(&run->message, "%s: already done", response->eb->text);
	run_end(run, (struct str){0});
	return true;
}

void run_remove(struct command_run *run, const struct command_args *args)
{
	run->if_there = args_has(args, "--if-there");
	run->failed = remove_failed;
	run_send(run, "DELETE", NULL, 0);
}

void run_get_service(struct command_run *run, const struct command_args *args)
{
	run_path(run, "services", args_get(args, "SERVICE"), NULL);
	run_send(run, "GET", "name", 0);
}

void run_get_session(struct command_run *run, const struct command_args *args)
{
	run_path(run, "sessions", args_get(args, "KEY"), NULL);
	run_send(run, "GET", "key", 0);
}

static void extend_send(struct command_run *run, const char *ttl)
{
	struct json_writer w;

	run->reply = NULL;
	json_start(&w, &run->body);
	json_object(&w, NULL);
	json_c(&w, "ttl", ttl);
	json_object_end(&w);
	run_send(run, "PATCH", run->wants, 0);
}

static void extend_reply(struct command_run *run, const struct client_response *response)
{
	cJSON *thing = run_take_answer(run);
	const char *ttl = say_text(thing, "ttl");
	struct errbuf eb = {0};

	(void)response;
	if (*ttl) {
		extend_send(run, ttl);
	} else {
		err_set_field(&eb, ERR_USAGE, "--ttl", "90s, 15m, 8h, 3d",
			"it has no lifetime yet; say which with --ttl");
		run_end_error(run, eb.err, &eb, (struct str){0});
	}
	cJSON_Delete(thing);
}

void run_extend(struct command_run *run, const char *wants, const char *ttl)
{
	run->wants = wants;
	if (ttl) {
		extend_send(run, ttl);
		return;
	}
	run->reply = extend_reply;
	run_send(run, "GET", wants, 0);
}

void args_join(struct strbuf *out, const struct command_args *args, const char *name)
{
	const char *value;
	size_t cursor = 0;

	while ((value = args_next(args, name, &cursor)) != NULL) {
		if (out->len)
			strbuf_add_char(out, ' ');
		strbuf_add_c(out, value);
	}
}

const char *say_text(const cJSON *object, const char *name)
{
	const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(member) ? member->valuestring : "";
}

void say_pins(struct strbuf *out, const cJSON *pins)
{
	const cJSON *pin;
	const char *between = "";

	cJSON_ArrayForEach(pin, pins)
	{
		strbuf_addf(out, "%s%s=%s", between, pin->string,
			cJSON_IsString(pin) ? pin->valuestring : "?");
		between = ", ";
	}
	if (!*between)
		strbuf_add_c(out, "nothing");
}
