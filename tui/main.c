/*
 * The program's main: parses the words once and hands them to whoever runs that command. The only place
 * that knows every room: the dashboard (tui/), serve, the demo, and the command line for all the rest.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/ini.h"
#include "core/base/xalloc.h"
#include "core/base/str.h"
#include "core/cli/cli.h"
#include "core/cli/config.h"
#include "core/cli/printer.h"
#include "core/cli/serve.h"
#include "core/command/commands.h"
#include "core/demo/demo.h"
#include "tui/app/app.h"
#include "tui/ui/keymap.h"
#include "tui/app/plain.h"
#include "tui/theme/contrast.h"

enum { THEME_REPORT_MAX = 1 << 20, THEMES_MAX = 64 };

/* ---- the dashboard ---- */

static bool bind_key(
	void *arg, const char *section, const char *name, const char *value, struct errbuf *eb)
{
	(void)arg;
	return strcmp(section, "keys") != 0 || keymap_bind(name, value, eb) == ERR_NONE;
}

static bool check_key(
	void *arg, const char *section, const char *name, const char *value, struct errbuf *eb)
{
	(void)arg;
	(void)value;
	return strcmp(section, "keys") != 0 || keymap_check(name, eb) == ERR_NONE;
}

/* Twice over the file, so that two rows can change places; each mistake has its line. */
static enum err read_keys(const char *file, struct errbuf *eb)
{
	enum err err = ini_read_file(file, bind_key, NULL, eb);

	if (!err)
		err = ini_read_file(file, check_key, NULL, eb);
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

/* What is kept is kept for a context; for one without a name, by where it is. */
static const char *state_name(const struct config *config)
{
	const char *url = config->values[SETTING_URL];
	const char *host = strstr(url, "://");

	if (config->values[SETTING_CONTEXT])
		return config->values[SETTING_CONTEXT];
	return host ? host + 3 : url;
}

/* Said for this run, not set for all of them. */
static bool theme_is_fixed(const struct config *config)
{
	const struct setting_info *info = &setting_infos[SETTING_THEME];
	const char *origin = config->origins[SETTING_THEME];

	return origin && (strcmp(origin, info->option) == 0 || strcmp(origin, info->variable) == 0);
}

/* Whether theme and colour are some, said before anything is asked of the terminal or the network. */
static enum err check_looks(const struct config *config, struct errbuf *eb)
{
	static const enum setting settings[] = {SETTING_THEME, SETTING_COLOUR};
	struct theme theme;
	struct colour colour;

	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		const char *value = config->values[settings[i]];
		struct errbuf why = {0};
		enum err err = ERR_NONE;

		if (value && settings[i] == SETTING_THEME)
			err = theme_load(value, &theme, NULL, &why);
		else if (value)
			err = colour_parse(str_of(value), &colour, &why);
		if (err)
			return err_set_field(eb, ERR_USAGE, setting_infos[settings[i]].name,
				why.expected, "%s (%s): %s", setting_infos[settings[i]].name,
				config->origins[settings[i]], why.text);
	}
	return ERR_NONE;
}

/* `url` NULL: the one that is set. Another one is not the one a colour was chosen for. */
static int show_dashboard(const struct command_args *args, const char *url)
{
	struct config config;
	struct errbuf eb = {0};
	int code;

	if (config_load(args, &config, &eb) || check_looks(&config, &eb) ||
		read_keys(config.file, &eb)) {
		config_finish(&config);
		return cli_fail(&eb);
	}
	if (args_has(args, "--once")) {
		config_finish(&config);
		return cli_run(args);
	}
	char *state_file = config_dashboard_path(state_name(&config));
	const struct dashboard_options options = {
		.url = url ? url : config.values[SETTING_URL],
		.session = config.values[SETTING_SESSION],
		.theme = config.values[SETTING_THEME],
		.theme_fixed = theme_is_fixed(&config),
		.state_file = url ? NULL : state_file, /* a demo begins where a newcomer does */
		.colour = url ? NULL : config_colour(&config),
		.no_mouse = config_is_off(&config, SETTING_MOUSE),
		.no_sync = config_is_off(&config, SETTING_SYNC),
		.actor = config.values[SETTING_USER],
		.read_only = args_has(args, "--read-only"),
		.ends = url ? "The demo ends with the dashboard: its control plane, its proxy, the "
			      "shop and its visitors, and every session made in it."
			    : NULL,
	};
	errbuf_clear(&eb);
	code = args_has(args, "--plain") ? plain_run(&options, &eb) : dashboard_run(&options, &eb);
	if (*eb.text)
		cli_fail(&eb);
	free(state_file);
	config_finish(&config);
	return code;
}

static int run_dashboard(const struct command_args *args)
{
	return show_dashboard(args, NULL);
}

/* ---- demo ---- */

static int demo_dashboard(const struct command_args *args, const struct demo_options *options)
{
	struct errbuf eb = {0};
	struct demo *demo = demo_start(options, &eb);
	int code;

	if (!demo)
		return cli_fail(&eb);
	/* Stays on the terminal's first screen: seen before the dashboard opens and after it closes. */
	printf("demo: control plane %s, proxy %s; in another terminal: export UMBRA_URL=%s\n",
		demo_api_url(demo), demo_proxy_url(demo), demo_api_url(demo));
	(void)fflush(stdout);
	code = show_dashboard(args, demo_api_url(demo));
	demo_stop(demo);
	printf("demo: ended, and its control plane and proxy with it\n");
	return code;
}

static int run_demo(const struct command_args *args)
{
	const char *seed = args_get(args, "--seed");
	const char *rate = args_get(args, "--rate");
	struct demo_options options = {.haproxy = args_get(args, "--haproxy")};

	if (seed)
		str_to_u64(str_of(seed), &options.seed);
	if (rate)
		str_to_double(str_of(rate), &options.rate);
	if (args_has(args, "--headless"))
		return demo_headless(&options);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		int code = demo_selfcheck(&options);

		return code == 0 && ferror(stdout) ? printer_lost(EIO) : code;
	}
	return demo_dashboard(args, &options);
}

/* ---- serve ---- */

static int run_serve(const struct command_args *args)
{
	const struct serve_options options = {
		.listen = args_get(args, "--listen"),
		.proxy_listen = args_get(args, "--proxy-listen"),
		.data = args_get(args, "--data"),
		.domain = args_get(args, "--domain"),
		.name = args_get(args, "--name"),
		.demo = args_has(args, "--demo"),
		.haproxy = args_get(args, "--haproxy"),
		.log_level = args_get(args, "--log-level"),
	};

	return serve_run(&options);
}

/* ---- themes ---- */

static int print_body(const struct command_args *args, struct strbuf *body, struct errbuf *eb)
{
	struct command_result result = {.body = strbuf_str(body)};
	struct printer printer;

	signal(SIGPIPE, SIG_IGN);
	printer_init(&printer, args);
	return printer_result(&printer, &result, eb) ? printer_end(&printer, 0) : cli_fail(eb);
}

static int run_theme_list(const struct command_args *args)
{
	struct errbuf eb = {0};
	struct strbuf body;
	int code;

	strbuf_init(&body, THEME_REPORT_MAX);
	theme_list_write(&body);
	code = print_body(args, &body, &eb);
	strbuf_finish(&body);
	return code;
}

static int run_theme_check(const struct command_args *args)
{
	const char *names[THEMES_MAX];
	size_t count = 0, cursor = 0, failed = 0;
	struct errbuf eb = {0};
	struct strbuf body;
	int code;

	while (count < THEMES_MAX && (names[count] = args_next(args, "THEME", &cursor)) != NULL)
		count++;
	strbuf_init(&body, THEME_REPORT_MAX);
	if (theme_check_write(&body, names, count, &failed, &eb) != ERR_NONE)
		code = cli_fail(&eb);
	else
		code = print_body(args, &body, &eb);
	if (code == 0 && failed > 0) {
		err_set(&eb, ERR_FAILED, "%zu of these cannot be read well enough", failed);
		code = cli_fail(&eb);
	}
	strbuf_finish(&body);
	return code;
}

/* ---- choosing ---- */

static const struct {
	const struct command *command;
	int (*run)(const struct command_args *args);
} programs[] = {
	{&command_dashboard, run_dashboard},
	{&command_demo, run_demo},
	{&command_serve, run_serve},
	{&command_theme_list, run_theme_list},
	{&command_theme_check, run_theme_check},
};

static int dispatch(const struct command_args *args)
{
	if (!cli_is_question(args))
		for (size_t i = 0; i < ARRAY_LEN(programs); i++)
			if (programs[i].command == args->command)
				return programs[i].run(args);
	return cli_run(args);
}

/* Verbs that are not for people and stand in no table. */
static const struct {
	const char *verb;
	int (*main)(int argc, const char *const *argv);
} hidden[] = {
	{"__shop", demo_shop_main},
	{"__complete", cli_complete},
};

int main(int argc, char **argv)
{
	const char *const *words = (const char *const *)argv + 1;
	struct command_args args;
	struct errbuf eb = {0};
	int count = argc > 0 ? argc - 1 : 0;
	int code;

	for (size_t i = 0; i < ARRAY_LEN(hidden); i++)
		if (count > 0 && !strcmp(words[0], hidden[i].verb))
			return hidden[i].main(count, words);
	if (command_parse(count, words, &args, &eb))
		return cli_fail_usage(&args, &eb);
	code = dispatch(&args);
	args_finish(&args);
	return code;
}
