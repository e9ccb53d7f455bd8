/*
 * One command from its words to its exit code: settings, a client on an event loop, the command's start,
 * and its results to the printer until the last; or what its row has in place of that (`.local`).
 */
#include "core/cli/cli.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/executable.h"
#include "core/base/json.h"
#include "core/cli/help.h"
#include "core/cli/internal.h"
#include "core/model/access_forms.h"

/* ---- errors ---- */

int cli_fail_answer(struct cli *cli, const struct errbuf *eb, struct str body)
{
	static const char start[] = "start one with: umbra serve   (or try: umbra demo)\n"
				    "or say where it is, with --url, UMBRA_URL or the config file";

	printer_error(&cli->printer, eb, body, eb->err == ERR_UNREACHABLE ? start : NULL);
	return err_exit_code(eb->err);
}

int cli_fail_run(struct cli *cli, const struct errbuf *eb)
{
	return cli_fail_answer(cli, eb, (struct str){0});
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
	strbuf_init(&hint, CLI_TEXT_MAX);
	help_write_hint(&hint, args->noun, args->command);
	printer_error(&printer, eb, (struct str){0}, hint.data);
	strbuf_finish(&hint);
	return err_exit_code(eb->err);
}

int cli_print_text(struct cli *cli, struct strbuf *text)
{
	printer_text(&cli->printer, strbuf_str(text));
	strbuf_finish(text);
	return 0;
}

/* ---- what needs a control plane ---- */

/* Ages are reckoned by the clock that dated what they are of; that it is another is said once. */
static void mind_clock(struct cli *cli)
{
	struct strbuf said;

	cli->printer.style.now_ms = client_now_ms(cli->client);
	if (cli->clock_told)
		return;
	strbuf_init(&said, CLI_TEXT_MAX);
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

static void print_qr(struct cli *cli, const struct command_result *result)
{
	cJSON *body = json_parse(result->body, NULL);
	struct str link = {0};
	struct strbuf out;

	strbuf_init(&out, CLI_TEXT_MAX);
	if (json_get_str(body, "link", &link) && text_write_qr(&out, &cli->printer.style, link.p)) {
		printer_text(&cli->printer, strbuf_str(&out));
		if (access_link_is_local(link))
			fprintf(stderr, "umbra: %s\n", access_local_note);
	}
	strbuf_finish(&out);
	cJSON_Delete(body);
}

static void on_result(void *arg, const struct command_result *result)
{
	struct cli *cli = arg;
	struct errbuf eb = {0};

	if (!result->more)
		cli->run = NULL;
	mind_clock(cli);
	if (!result->err && cli->printer.form == OUTPUT_TEXT && args_has(cli->args, "--qr"))
		print_qr(cli, result);
	if (result->err)
		cli->exit_code = cli_fail_answer(cli, result->eb, result->body);
	else if (!printer_result(&cli->printer, result, &eb))
		cli->exit_code = cli_fail_run(cli, &eb);
	else if (result->behind.n > 0)
		cli->exit_code = cli_fail_run(cli, say_behind(&eb, result->behind));
	if (!result->more || cli->printer.closed)
		event_base_loopbreak(cli->base);
}

bool cli_connect(struct cli *cli, struct errbuf *eb)
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

	assert(cli->args->command->start); /* else main() runs it */
	if (!cli_connect(cli, &eb))
		return cli_fail_run(cli, &eb);
	watch_reader(cli);
	cli->run = command_start(cli->args->command, cli->client, cli->args, on_result, cli);
	event_base_dispatch(cli->base);
	command_cancel(cli->run);
	return cli->exit_code;
}

/* ---- choosing ---- */

static int run_command(struct cli *cli)
{
	const struct command *command = cli->args->command;
	struct errbuf eb = {0};

	if (command->start && config_load(cli->args, &cli->config, &eb))
		return cli_fail_run(cli, &eb);
	return command->local ? command->local(cli) : run_remote(cli);
}

static int answer_question(struct cli *cli)
{
	struct strbuf text;

	strbuf_init(&text, CLI_TEXT_MAX);
	if (args_has(cli->args, "--version"))
		strbuf_add_c(&text, "umbra " UMBRA_VERSION "\n");
	else if (!cli->args->command)
		help_write_noun(&text, cli->args->noun);
	else if (!*cli->args->command->verb)
		help_write_all(&text);
	else
		help_write_command(&text, cli->args->command);
	return cli_print_text(cli, &text);
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
