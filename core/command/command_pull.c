/*
 * pr list|show: rows of the command table. The control plane groups the versions and filters; `list` is run_list().
 */
#include "core/command/commands.h"
#include "core/command/command_run.h"

/* ---- list ---- */

static const struct arg_spec list_args[] = {
	ARG(FILTER, "FILTER", NULL,
		"pr:482, author:dev1, state:unhealthy, service:cart, words of the title",
		.repeated = true),
	RUN_WATCH_ARG,
};

static const struct column list_columns[] = {
	{.title = "PR", .path = "number", .right = true, .form = FORM_NUMBER_SIGN},
	{.title = "AUTHOR", .path = "author"},
	{.title = "STATE", .path = "state", .form = FORM_STATE},
	{.title = "READY", .path = "ready", .right = true},
	{.title = "SERVICES", .path = "services", .right = true},
	{.title = "AGE", .path = "deployed_at", .right = true, .form = FORM_AGE},
	{.title = "EXPIRES", .path = "expires_at", .right = true, .form = FORM_LEFT},
	{.title = "REQ/S", .path = "rate", .right = true, .form = FORM_DECIMAL},
	{.title = "5XX%", .path = "share_5xx", .right = true, .form = FORM_PERCENT},
	{.title = "TITLE", .path = "title"},
	{.title = "VERSIONS", .path = "versions", .form = FORM_VERSIONS},
};

const struct command command_pr_list = {
	.noun = "pr",
	.verb = "list",
	.id = "number",
	.summary = "list the pull requests that have versions here",
	.help = "Of a service's versions of a pull request the one deployed last counts, and is "
		"what `umbra session create --pr` pins.",
	.examples = {"umbra pr list author:dev1", "umbra pr list state:unhealthy"},
	COMMAND_ARGS(list_args),
	.shape = SHAPE_LIST,
	.list_path = "pulls",
	COMMAND_COLUMNS(list_columns),
	.start = run_list,
};

/* ---- show ---- */

static const struct arg_spec show_args[] = {
	ARG(PULL, "NUMBER", NULL, "number of the pull request, such as 482", .required = true),
	ARG(URL, "--pr-url", "URL", "its URL, where several repositories have the number"),
};

static const struct column show_columns[] = {
	{.title = "pr", .path = "number", .form = FORM_NUMBER_SIGN},
	{.title = "title", .path = "title"},
	{.title = "author", .path = "author"},
	{.title = "branch", .path = "branch"},
	{.title = "url", .path = "url"},
	{.title = "state", .path = "state", .form = FORM_STATE},
	{.title = "services", .path = "services"},
	{.title = "ready", .path = "ready"},
	{.title = "versions", .path = "versions", .form = FORM_VERSIONS},
	{.title = "sessions", .path = "sessions"},
	{.title = "deployed", .path = "deployed_at", .form = FORM_AGE},
	{.title = "expires", .path = "expires_at", .form = FORM_LEFT},
	{.title = "req/s", .path = "rate", .form = FORM_DECIMAL},
	{.title = "5xx%", .path = "share_5xx", .form = FORM_PERCENT},
};

static void show_start(struct command_run *run, const struct command_args *args)
{
	const char *number = args_get(args, "NUMBER");

	run_path(run, "pulls", number[0] == '#' ? number + 1 : number, NULL);
	run_query(run, "url", args_get(args, "--pr-url"));
	run_send(run, "GET", "number", 0);
}

const struct command command_pr_show = {
	.noun = "pr",
	.verb = "show",
	.id = "number",
	.summary = "show one pull request, its versions, and the sessions that pin them",
	.examples = {"umbra pr show 482",
		"umbra pr show 12 --pr-url https://git.example/shop/cart/pull/12"},
	COMMAND_ARGS(show_args),
	.shape = SHAPE_OBJECT,
	COMMAND_COLUMNS(show_columns),
	.start = show_start,
};
