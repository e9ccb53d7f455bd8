/*
 * One command from its words to its exit code: settings, a client on an event loop, the command's start,
 * and its results to the printer until the last. What needs no control plane is in the table `locals`.
 */
#include "core/cli/cli.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/base/executable.h"
#include "core/cli/config.h"
#include "core/cli/curl.h"
#include "core/cli/help.h"
#include "core/cli/man_page.h"
#include "core/cli/printer.h"
#include "core/cli/completion_scripts.h"
#include "core/cli/topics.h"
#include "core/command/entry.h"
#include "core/command/commands.h"
#include "core/command/command_run.h"
#include "core/model/glossary.h"

enum { TEXT_MAX = 1 << 20, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct cli {
	const struct command_args *args;
	struct config config;
	struct printer printer;
	struct event_base *base;
	struct client *client;
	struct command_run *run; /* NULL when it has ended */
	struct event *reader; /* of the pipe that the output is; NULL: it is none */
	int exit_code;
	bool clock_told;
};

/* ---- errors ---- */

static int fail_answer(struct cli *cli, const struct errbuf *eb, struct str body)
{
	static const char start[] = "start one with: umbra serve   (or try: umbra demo)\n"
				    "or say where it is, with --url, UMBRA_URL or the config file";

	printer_error(&cli->printer, eb, body, eb->err == ERR_UNREACHABLE ? start : NULL);
	return err_exit_code(eb->err);
}

static int fail(struct cli *cli, const struct errbuf *eb)
{
	return fail_answer(cli, eb, (struct str){0});
}

int cli_fail(const struct errbuf *eb)
{
	static const struct command_args none = {0};
	struct printer printer;

	printer_init(&printer, &none);
	printer_error(&printer, eb, (struct str){0}, NULL);
	return err_exit_code(eb->err);
}

int cli_fail_usage(const struct command_args *args, const struct errbuf *eb)
{
	static const struct command_args none = {0};
	struct printer printer;
	struct strbuf hint;

	printer_init(&printer, &none);
	strbuf_init(&hint, TEXT_MAX);
	help_write_hint(&hint, args->noun, args->command);
	printer_error(&printer, eb, (struct str){0}, hint.data);
	strbuf_finish(&hint);
	return err_exit_code(eb->err);
}

/* ---- what needs no control plane ---- */

static int print_and_free(struct cli *cli, struct strbuf *text)
{
	printer_text(&cli->printer, strbuf_str(text));
	strbuf_finish(text);
	return 0;
}

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
		return fail(cli, &eb);
	}
	strbuf_init(&text, TEXT_MAX);
	if (first && !second && topic_write(&text, first))
		return print_and_free(cli, &text);
	strbuf_finish(&text);
	if (first && !second)
		words[1] = "--help";
	if (!first)
		words[0] = "--help";
	if (command_parse(first ? (second ? 3 : 2) : 1, words, &args, &eb)) {
		strbuf_init(&text, TEXT_MAX);
		strbuf_addf(&text, "%s%s%s", first ? first : "", second ? " " : "",
			second ? second : "");
		const char *meaning = glossary_find(strbuf_str(&text));
		if (meaning == NULL) {
			strbuf_finish(&text);
			return fail(cli, &eb);
		}
		strbuf_addf(&text, ": %s\n", meaning);
		return print_and_free(cli, &text);
	}
	code = cli_run(&args);
	args_finish(&args);
	return code;
}

static int run_man(struct cli *cli)
{
	struct strbuf text;

	strbuf_init(&text, TEXT_MAX);
	man_page_write(&text);
	return print_and_free(cli, &text);
}

static int run_completion(struct cli *cli)
{
	printer_text(&cli->printer, str_of(completion_script(args_get(cli->args, "SHELL"))));
	return 0;
}

static int run_config(struct cli *cli)
{
	struct command_result result = {0};
	struct errbuf eb = {0};
	struct strbuf text;
	bool shown;

	strbuf_init(&text, TEXT_MAX);
	config_write_json(&cli->config, &text);
	result.body = strbuf_str(&text);
	shown = printer_result(&cli->printer, &result, &eb);
	strbuf_finish(&text);
	return shown ? 0 : fail(cli, &eb);
}

/* ---- what needs one ---- */

/* Ages are reckoned by the clock that dated what they are of; that it is another is said once. */
static void mind_clock(struct cli *cli)
{
	struct strbuf said;

	cli->printer.style.now_ms = client_now_ms(cli->client);
	if (cli->clock_told)
		return;
	strbuf_init(&said, TEXT_MAX);
	cli->clock_told = client_say_clock(cli->client, &said);
	if (cli->clock_told)
		fprintf(stderr, "umbra: %s\n", said.data);
	strbuf_finish(&said);
}

/* The control plane has stored it. */
static const struct errbuf *say_behind(struct errbuf *eb, struct str why)
{
	err_set(eb, ERR_FAILED,
		"the change is stored, but the proxy does not route by it yet: %.*s. Requests are "
		"routed as before; umbra status says when that changes",
		STR_ARG(why));
	return eb;
}

static void on_result(void *arg, const struct command_result *result)
{
	struct cli *cli = arg;
	struct errbuf eb = {0};

	if (!result->more)
		cli->run = NULL;
	mind_clock(cli);
	if (result->err)
		cli->exit_code = fail_answer(cli, result->eb, result->body);
	else if (!printer_result(&cli->printer, result, &eb))
		cli->exit_code = fail(cli, &eb);
	else if (result->behind.n > 0)
		cli->exit_code = fail(cli, say_behind(&eb, result->behind));
	if (!result->more || cli->printer.closed)
		event_base_loopbreak(cli->base);
}

static bool connect_client(struct cli *cli, struct errbuf *eb)
{
	struct client_options options = {
		.url = cli->config.values[SETTING_URL],
		.actor = cli->config.values[SETTING_USER],
	};

	cli->base = event_base_new();
	if (!cli->base) {
		err_set(eb, ERR_FAILED, "no event loop can be had: %s", strerror(errno));
		return false;
	}
	cli->client = client_create(cli->base, &options, eb);
	return cli->client != NULL;
}

static void on_nobody_reads(evutil_socket_t fd, short what, void *arg)
{
	struct pollfd output = {.fd = fd};
	struct cli *cli = arg;

	(void)what;
	if (poll(&output, 1, 0) != 1 || !(output.revents & (POLLERR | POLLHUP)))
		return;
	cli->printer.closed = true;
	cli->printer.error = EPIPE;
	event_base_loopbreak(cli->base);
}

/* A stream may have nothing to write for long; that its reader is gone shows on the pipe at once. */
static void watch_reader(struct cli *cli)
{
	struct stat st;

	if ((cli->args->command->shape != SHAPE_LINES && !cli->printer.follow) ||
		fstat(STDOUT_FILENO, &st) != 0 || !S_ISFIFO(st.st_mode))
		return;
	cli->reader = event_new(cli->base, STDOUT_FILENO, EV_READ, on_nobody_reads, cli);
	if (cli->reader)
		event_add(cli->reader, NULL);
}

static int run_remote(struct cli *cli)
{
	struct errbuf eb = {0};

	if (!connect_client(cli, &eb))
		return fail(cli, &eb);
	watch_reader(cli);
	cli->run = cli->args->command->start(cli->client, cli->args, on_result, cli);
	event_base_dispatch(cli->base);
	command_cancel(cli->run);
	return cli->exit_code;
}

/* ---- session use ---- */

static int store_session(struct cli *cli, const char *key)
{
	const char *context = cli->config.values[SETTING_CONTEXT];
	struct command_result result = {0};
	struct errbuf eb = {0};
	struct strbuf text;

	if (config_store_session(&cli->config, key, &eb))
		return fail(cli, &eb);
	strbuf_init(&text, TEXT_MAX);
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
	cli->exit_code = result->err ? fail_answer(cli, result->eb, result->body)
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
		return fail(cli, &eb);
	}
	if (!key)
		return store_session(cli, NULL);
	if (!connect_client(cli, &eb))
		return fail(cli, &eb);
	cli->run = command_session_use.start(cli->client, cli->args, on_session, cli);
	event_base_dispatch(cli->base);
	return cli->exit_code;
}

/* ---- curl ---- */

/* The one of the two that curl itself reads first. */
static const char *no_proxy(void)
{
	const char *lower = getenv("no_proxy");

	return lower ? lower : getenv("NO_PROXY");
}

static int become_curl(struct cli *cli, const cJSON *status)
{
	const struct curl_settings settings = {
		.session = cli->config.values[SETTING_SESSION], .no_proxy = no_proxy()};
	struct entry_point entry;
	struct errbuf eb = {0};
	char **words = NULL;

	if (!entry_read(status, &entry, &eb))
		words = curl_words(cli->args, &settings, &entry, &eb);
	if (!words)
		return fail(cli, &eb);
	signal(SIGPIPE, SIG_DFL);
	execvp(words[0], words);
	err_set(&eb, ERR_FAILED, "curl cannot be run: %s", strerror(errno));
	curl_words_free(words);
	return fail(cli, &eb);
}

static void on_curl_status(void *arg, const struct command_result *result)
{
	struct cli *cli = arg;
	cJSON *status = NULL;

	cli->run = NULL;
	if (result->err) {
		cli->exit_code = fail_answer(cli, result->eb, result->body);
	} else {
		status = json_parse(result->body, NULL);
		cli->exit_code = become_curl(cli, status);
		cJSON_Delete(status);
	}
	event_base_loopbreak(cli->base);
}

static void ask_curl_status(struct cli *cli)
{
	cli->run = command_status.start(cli->client, cli->args, on_curl_status, cli);
}

/* A session that is not there is no error: the proxy asks stable then, and so does this. */
static void on_curl_session(void *arg, const struct command_result *result)
{
	struct cli *cli = arg;
	struct errbuf eb = {0};

	if (result->err)
		err_set(&eb, result->err, "%s: stable answers",
			*result->eb->text ? result->eb->text : err_title(result->err));
	if (result->err == ERR_NOT_FOUND || result->err == ERR_GONE)
		fail_answer(cli, &eb, result->body);
	ask_curl_status(cli);
}

static void on_curl_service(void *arg, const struct command_result *result)
{
	struct cli *cli = arg;
	const char *session = cli->config.values[SETTING_SESSION];

	cli->run = NULL;
	if (result->err) {
		cli->exit_code = fail_answer(cli, result->eb, result->body);
		event_base_loopbreak(cli->base);
	} else if (session) {
		cli->run = run_get_session(cli->client, on_curl_session, cli, session);
	} else {
		ask_curl_status(cli);
	}
}

/* What would go wrong in the proxy is said here, where the right names are known. */
static int run_curl(struct cli *cli)
{
	struct str target = str_of(args_get(cli->args, "SERVICE/PATH"));
	char service[LIMIT_SERVICE_NAME + 1];
	struct errbuf eb = {0};

	if (!connect_client(cli, &eb))
		return fail(cli, &eb);
	str_copy(service, sizeof(service), str_cut(&target, '/'));
	cli->run = run_get_service(cli->client, on_curl_service, cli, service);
	event_base_dispatch(cli->base);
	return cli->exit_code;
}

/* ---- session link ---- */

static void print_qr(struct cli *cli, const struct command_result *result)
{
	cJSON *body = json_parse(result->body, NULL);
	struct str link = {0};
	struct strbuf out;

	strbuf_init(&out, TEXT_MAX);
	if (json_get_str(body, "link", &link) && text_write_qr(&out, &cli->printer.style, link.p))
		printer_text(&cli->printer, strbuf_str(&out));
	strbuf_finish(&out);
	cJSON_Delete(body);
}

static void on_link(void *arg, const struct command_result *result)
{
	struct cli *cli = arg;

	if (!result->err && cli->printer.form == OUTPUT_TEXT && args_has(cli->args, "--qr"))
		print_qr(cli, result);
	on_result(arg, result);
}

static int run_session_link(struct cli *cli)
{
	struct errbuf eb = {0};

	if (!connect_client(cli, &eb))
		return fail(cli, &eb);
	cli->run = command_session_link.start(cli->client, cli->args, on_link, cli);
	event_base_dispatch(cli->base);
	return cli->exit_code;
}

/* ---- choosing ---- */

static const struct {
	const struct command *command;
	int (*run)(struct cli *cli);
	bool settings; /* the config file must be right */
} locals[] = {
	{&command_help, run_help, false},
	{&command_man, run_man, false},
	{&command_completion, run_completion, false},
	{&command_config, run_config, true},
	{&command_curl, run_curl, true},
	{&command_session_use, run_session_use, true},
	{&command_session_link, run_session_link, true},
};

static int run_command(struct cli *cli)
{
	int (*run)(struct cli * cli) = cli->args->command->start ? run_remote : NULL;
	struct errbuf eb = {0};
	bool settings = true;

	for (size_t i = 0; i < ARRAY_LEN(locals); i++) {
		if (locals[i].command != cli->args->command)
			continue;
		run = locals[i].run;
		settings = locals[i].settings;
	}
	if (settings && config_load(cli->args, &cli->config, &eb))
		return fail(cli, &eb);
	if (run)
		return run(cli);
	err_set(&eb, ERR_FAILED, "this is run by the program itself");
	return fail(cli, &eb);
}

static int answer_question(struct cli *cli)
{
	struct strbuf text;

	strbuf_init(&text, TEXT_MAX);
	if (args_has(cli->args, "--version"))
		strbuf_add_c(&text, "umbra " UMBRA_VERSION "\n");
	else if (!cli->args->command)
		help_write_noun(&text, cli->args->noun);
	else if (!*cli->args->command->verb)
		help_write_all(&text);
	else
		help_write_command(&text, cli->args->command);
	return print_and_free(cli, &text);
}

bool cli_is_question(const struct command_args *args)
{
	return args_has(args, "--help") || args_has(args, "--version");
}

int cli_run(const struct command_args *args)
{
	struct cli cli = {.args = args};
	int code;

	/* Writing to a pipe that nobody reads is an error return, not a death. */
	signal(SIGPIPE, SIG_IGN);
	printer_init(&cli.printer, args);
	code = cli_is_question(args) ? answer_question(&cli) : run_command(&cli);
	code = printer_end(&cli.printer, code);
	if (cli.reader)
		event_free(cli.reader);
	client_destroy(cli.client);
	if (cli.base)
		event_base_free(cli.base);
	config_finish(&cli.config);
	return code;
}
