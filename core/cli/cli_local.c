/*
 * Rows of the command table for what the command line runs itself, each with what it does: help, man, completion and
 * config, which need no control plane, and session use, which writes the config file. Called by cli.c.
 */
#include <event2/event.h>

#include "core/cli/cli.h"
#include "core/cli/completion_scripts.h"
#include "core/cli/internal.h"
#include "core/cli/man_page.h"
#include "core/cli/topics.h"
#include "core/command/commands.h"
#include "core/command/command_run.h"
#include "core/model/glossary.h"

/* ---- help ---- */

/* `umbra help [NOUN [VERB]]`, `umbra help TOPIC`. */
static int run_help(struct cli *cli)
{
	size_t cursor = 0;
	const char *first = args_next(cli->args, "COMMAND", &cursor);
	const char *second = first ? args_next(cli->args, "COMMAND", &cursor) : NULL;
	const char *words[] = {first, second, "--help"};
	struct command_args args;
	struct errbuf eb = {0};
	int code;
	struct strbuf text;

	if (second && args_next(cli->args, "COMMAND", &cursor)) {
		err_set(&eb, ERR_USAGE, "a command is one or two words; umbra help session pin");
		return cli_fail_run(cli, &eb);
	}
	strbuf_init(&text, CLI_TEXT_MAX);
	if (first && !second && topic_write(&text, first))
		return cli_print_text(cli, &text);
	strbuf_finish(&text);
	if (first && !second)
		words[1] = "--help";
	if (!first)
		words[0] = "--help";
	if (command_parse(first ? (second ? 3 : 2) : 1, words, &args, &eb)) {
		strbuf_init(&text, CLI_TEXT_MAX);
		strbuf_addf(&text, "%s%s%s", first ? first : "", second ? " " : "",
			second ? second : "");
		const char *meaning = glossary_find(strbuf_str(&text));
		if (meaning == NULL) {
			strbuf_finish(&text);
			return cli_fail_run(cli, &eb);
		}
		strbuf_addf(&text, ": %s\n", meaning);
		return cli_print_text(cli, &text);
	}
	code = cli_run(&args);
	args_finish(&args);
	return code;
}

static const struct arg_spec help_args[] = {
	ARG(REST, "COMMAND", NULL, "noun, noun and verb, or a topic", .repeated = true),
};

const struct command command_help = {
	.noun = "",
	.verb = "help",
	.summary = "explain a command or a topic (umbra help topics)",
	.examples = {"umbra help session pin", "umbra help topics"},
	COMMAND_ARGS(help_args),
	.shape = SHAPE_NONE,
	.local = run_help,
};

/* ---- man, completion ---- */

static int run_man(struct cli *cli)
{
	struct strbuf text;

	strbuf_init(&text, CLI_TEXT_MAX);
	man_page_write(&text);
	return cli_print_text(cli, &text);
}

const struct command command_man = {
	.noun = "",
	.verb = "man",
	.summary = "print the manual page",
	.examples = {"umbra man | man -l -"},
	.shape = SHAPE_NONE,
	.local = run_man,
};

static int run_completion(struct cli *cli)
{
	printer_text(&cli->printer, str_of(completion_script(args_get(cli->args, "SHELL"))));
	return 0;
}

static const char *const shells[] = {"bash", "zsh", "fish", NULL};
static const struct arg_spec completion_args[] = {
	ARG(CHOICE, "SHELL", NULL, "the shell it is for", .required = true, .choices = shells),
};

const struct command command_completion = {
	.noun = "",
	.verb = "completion",
	.summary = "print the completion script of a shell",
	.examples = {"source <(umbra completion bash)",
		"umbra completion fish > ~/.config/fish/completions/umbra.fish"},
	COMMAND_ARGS(completion_args),
	.shape = SHAPE_NONE,
	.local = run_completion,
};

/* ---- config ---- */

static int run_config(struct cli *cli)
{
	struct command_result result = {0};
	struct errbuf eb = {0};
	struct strbuf text;
	bool shown;

	if (config_load(cli->args, &cli->config, &eb))
		return cli_fail_run(cli, &eb);
	strbuf_init(&text, CLI_TEXT_MAX);
	config_write_json(&cli->config, &text);
	result.body = strbuf_str(&text);
	shown = printer_result(&cli->printer, &result, &eb);
	strbuf_finish(&text);
	return shown ? 0 : cli_fail_run(cli, &eb);
}

static const struct column config_columns[] = {
	{.title = "SETTING", .path = "name"},
	{.title = "VALUE", .path = "value"},
	{.title = "FROM", .path = "origin"},
};

const struct command command_config = {
	.noun = "",
	.verb = "config",
	.summary = "show every setting with its value and where that comes from",
	.examples = {"umbra config", "umbra config --context studio"},
	.shape = SHAPE_LIST,
	.list_path = "settings",
	COMMAND_COLUMNS(config_columns),
	.local = run_config,
};

/* ---- session use ---- */

static int store_session(struct cli *cli, const char *key)
{
	const char *context = cli->config.values[SETTING_CONTEXT];
	struct command_result result = {0};
	struct errbuf eb = {0};
	struct strbuf text;

	if (config_store_session(&cli->config, key, &eb))
		return cli_fail_run(cli, &eb);
	strbuf_init(&text, CLI_TEXT_MAX);
	strbuf_addf(&text, "%s%s%s%s (%s)",
		key ? "you use session " : "you use no session any more", key ? key : "",
		context ? " in context " : "", context ? context : "", cli->config.file);
	result.message = strbuf_str(&text);
	printer_result(&cli->printer, &result, &eb);
	strbuf_finish(&text);
	return 0;
}

static void on_session(void *arg, const struct command_result *result)
{
	struct cli *cli = arg;

	cli->run = NULL;
	cli->exit_code = result->err ? cli_fail_answer(cli, result->eb, result->body)
				     : store_session(cli, args_get(cli->args, "KEY"));
	event_base_loopbreak(cli->base);
}

static int run_session_use(struct cli *cli)
{
	const char *key = args_get(cli->args, "KEY");
	struct errbuf eb = {0};

	if (!key == !args_has(cli->args, "--none")) {
		err_set_field(&eb, ERR_USAGE, "KEY", "umbra session use KEY, or --none",
			"a session's key or --none, one of the two");
		return cli_fail_run(cli, &eb);
	}
	if (!key)
		return store_session(cli, NULL);
	if (!cli_connect(cli, &eb))
		return cli_fail_run(cli, &eb);
	cli->run = command_start(cli->args->command, cli->client, cli->args, on_session, cli);
	event_base_dispatch(cli->base);
	return cli->exit_code;
}

static const struct arg_spec use_args[] = {
	ARG(SESSION, "KEY", NULL, "key of the session"),
	ARG(FLAG, "--none", NULL, "use no session any longer"),
};

const struct command command_session_use = {
	.noun = "session",
	.verb = "use",
	.summary = "make a session yours: the dashboard and curl use it from now on",
	.help = "It is written into the config file, into the context in use. UMBRA_SESSION and "
		"--session go before it.",
	.examples = {"umbra session use checkout-4f2k", "umbra session use --none"},
	COMMAND_ARGS(use_args),
	.shape = SHAPE_OBJECT,
	.yours = true,
	.start = run_get_session,
	.local = run_session_use,
};
