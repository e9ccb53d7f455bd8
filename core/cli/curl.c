/*
 * `umbra curl`: its row, the words of the curl that it becomes, and becoming it. What would go wrong in the proxy is
 * said here, where the right names are known. The words are pure; the rest asks the control plane where requests enter
 * and replaces the process. The row is called by cli.c.
 */
#include "core/cli/curl.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/net.h"
#include "core/base/xalloc.h"
#include "core/cli/internal.h"
#include "core/command/command_run.h"
#include "core/command/commands.h"
#include "core/command/entry.h"

enum { CURL_WORD_MAX = 65536 };

struct words {
	char **items;
	size_t count;
	size_t cap;
};

static void add_word(struct words *words, const char *word)
{
	array_reserve(&words->items, &words->cap, words->count + 2, sizeof(*words->items));
	words->items[words->count++] = xstrdup(word);
	words->items[words->count] = NULL;
}

/* "http://[::1]:8080" into scheme with "://", host, and port with its colon ("" without one). */
static bool split_url(
	struct str url, struct str *ret_scheme, struct str *ret_host, struct str *ret_port)
{
	size_t at = str_find(url, STR_LIT("://"));
	struct str rest;
	size_t colon;

	if (at == url.n)
		return false;
	*ret_scheme = (struct str){url.p, at + 3};
	rest = (struct str){url.p + at + 3, url.n - at - 3};
	rest = str_cut(&rest, '/');
	colon = rest.n;
	while (colon > 0 && rest.p[colon - 1] != ':' && rest.p[colon - 1] != ']')
		colon--;
	if (colon == 0 || rest.p[colon - 1] == ']')
		colon = rest.n + 1;
	*ret_host = (struct str){rest.p, colon - 1};
	*ret_port = (struct str){rest.p + colon - 1, rest.n - (colon - 1)};
	return ret_host->n > 0;
}

static bool is_or_below(struct str host, struct str name)
{
	struct str end;

	if (host.n < name.n)
		return false;
	end = (struct str){host.p + host.n - name.n, name.n};
	if (!str_eq_nocase(end, name))
		return false;
	return host.n == name.n || host.p[host.n - name.n - 1] == '.';
}

/* Whether NO_PROXY, names and addresses with commas or blanks between, has this host. */
static bool in_no_proxy(struct str list, struct str host)
{
	while (list.n > 0) {
		size_t len = 0;
		struct str name;

		while (len < list.n && list.p[len] != ',' && list.p[len] != ' ')
			len++;
		name = (struct str){list.p, len};
		list = (struct str){list.p + len, list.n - len};
		if (list.n > 0)
			list = (struct str){list.p + 1, list.n - 1};
		if (name.n > 0 && name.p[0] == '.')
			name = (struct str){name.p + 1, name.n - 1};
		if (name.n > 0 && is_or_below(host, name))
			return true;
	}
	return false;
}

/* curl goes by the host in the URL; what counts here is where it connects to. */
static void add_no_proxy(struct words *words, const struct curl_settings *settings,
	const struct entry_point *entry, struct str enter)
{
	struct str given = str_trim(str_of(settings->no_proxy));
	struct strbuf list;

	strbuf_init(&list, CURL_WORD_MAX);
	if (str_eq_c(given, "*")) {
		strbuf_add_char(&list, '*');
	} else {
		strbuf_add_c(&list, "localhost,127.0.0.1,::1");
		if (net_is_loopback(net_host(enter)) || in_no_proxy(given, net_host(enter)))
			strbuf_addf(&list, ",%.*s", STR_ARG(entry->domain));
		if (given.n > 0)
			strbuf_addf(&list, ",%.*s", STR_ARG(given));
	}
	add_word(words, "--noproxy");
	add_word(words, list.data);
	strbuf_finish(&list);
}

char **curl_words(const struct command_args *args, const struct curl_settings *settings,
	const struct entry_point *entry, struct errbuf *eb)
{
	struct words words = {0};
	struct str target = str_of(args_get(args, "SERVICE/PATH"));
	struct str path = target;
	struct str service = str_cut(&path, '/');
	struct str scheme;
	struct str host;
	struct str port;
	struct strbuf word;
	const char *given;
	size_t cursor = 0;

	if (!entry_point_ok(entry) || !split_url(entry->proxy_url, &scheme, &host, &port)) {
		err_set(eb, ERR_FAILED, "the control plane does not say where its proxy listens");
		return NULL;
	}
	strbuf_init(&word, CURL_WORD_MAX);
	add_word(&words, "curl");
	add_word(&words, "-g");
	add_no_proxy(&words, settings, entry, host);
	add_word(&words, "--connect-to");
	strbuf_addf(&word, "%.*s.%.*s%.*s:%.*s%.*s", STR_ARG(service), STR_ARG(entry->domain),
		STR_ARG(port.n ? port : STR_LIT(":")), STR_ARG(host),
		STR_ARG(port.n ? port : STR_LIT(":")));
	add_word(&words, word.data);
	if (settings->session) {
		strbuf_reset(&word);
		strbuf_addf(&word, "Routing-Session: %s", settings->session);
		add_word(&words, "-H");
		add_word(&words, word.data);
	}
	strbuf_reset(&word);
	strbuf_addf(&word, "%.*s%.*s.%.*s%.*s/%.*s", STR_ARG(scheme), STR_ARG(service),
		STR_ARG(entry->domain), STR_ARG(port), STR_ARG(path));
	add_word(&words, word.data);
	while ((given = args_next(args, "CURL-OPTION", &cursor)) != NULL)
		add_word(&words, given);
	strbuf_finish(&word);
	return words.items;
}

void curl_words_free(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

/* ---- becoming it ---- */

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
		return cli_fail_run(cli, &eb);
	signal(SIGPIPE, SIG_DFL);
	execvp(words[0], words);
	err_set(&eb, ERR_FAILED, "curl cannot be run: %s", strerror(errno));
	curl_words_free(words);
	return cli_fail_run(cli, &eb);
}

static void on_curl_status(void *arg, const struct command_result *result)
{
	struct cli *cli = arg;
	cJSON *status = NULL;

	cli->run = NULL;
	if (result->err) {
		cli->exit_code = cli_fail_answer(cli, result->eb, result->body);
	} else {
		status = json_parse(result->body, NULL);
		cli->exit_code = become_curl(cli, status);
		cJSON_Delete(status);
	}
	event_base_loopbreak(cli->base);
}

static void ask_curl_status(struct cli *cli)
{
	cli->run = command_start(&command_status, cli->client, cli->args, on_curl_status, cli);
}

/* Runs a `show` command of one thing. */
static void ask_curl_thing(
	struct cli *cli, const struct command *command, const char *name, command_done_fn done)
{
	struct command_args *args = args_create(command, command->args[0].name, name, NULL);

	cli->run = command_start(command, cli->client, args, done, cli);
	args_destroy(args);
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
		cli_fail_answer(cli, &eb, result->body);
	ask_curl_status(cli);
}

static void on_curl_service(void *arg, const struct command_result *result)
{
	struct cli *cli = arg;
	const char *session = cli->config.values[SETTING_SESSION];

	cli->run = NULL;
	if (result->err) {
		cli->exit_code = cli_fail_answer(cli, result->eb, result->body);
		event_base_loopbreak(cli->base);
	} else if (session) {
		ask_curl_thing(cli, &command_session_show, session, on_curl_session);
	} else {
		ask_curl_status(cli);
	}
}

static int run_curl(struct cli *cli)
{
	struct str target = str_of(args_get(cli->args, "SERVICE/PATH"));
	char service[LIMIT_SERVICE_NAME + 1];
	struct errbuf eb = {0};

	if (config_load(cli->args, &cli->config, &eb) || !cli_connect(cli, &eb))
		return cli_fail_run(cli, &eb);
	str_copy(service, sizeof(service), str_cut(&target, '/'));
	ask_curl_thing(cli, &command_service_show, service, on_curl_service);
	event_base_dispatch(cli->base);
	return cli->exit_code;
}

/* ---- the row ---- */

static const char *const curl_has[] = {"--output", "--help", "--version", NULL};

static const struct arg_spec curl_args[] = {
	ARG(SESSION, "--session", "KEY", "the session (default: yours)"),
	ARG(TARGET, "SERVICE/PATH", NULL, "what to ask for: gateway/book", .required = true),
	ARG(REST, "CURL-OPTION", NULL, "for curl itself", .repeated = true, .theirs = curl_has),
};

const struct command command_curl = {
	.noun = "",
	.verb = "curl",
	.summary = "run curl against a service of the environment, in a session",
	.help = "Finds the proxy, so that no name needs to be resolved, and adds the session's "
		"header. All that follows SERVICE/PATH goes to curl as it is; its exit code is "
		"curl's. It begins with -g, so that [ ] and { } in a path are no pattern, and with "
		"--noproxy, so that http_proxy does not come between this machine and itself; "
		"--no-globoff and --noproxy '' after SERVICE/PATH undo that.",
	.examples = {"umbra curl cart/items",
		"umbra curl --session checkout-4f2k gateway/book -i -X POST"},
	COMMAND_ARGS(curl_args),
	.shape = SHAPE_NONE,
	.local = run_curl,
};
