/*
 * The hidden `__complete -- WORD...` behind the shells' scripts: candidates from the table, and live names
 * when the control plane answers soon enough. It never fails and never keeps a shell waiting.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <event2/event.h>

#include "core/base/term_text.h"
#include "core/cli/cli.h"
#include "core/cli/config.h"

enum { COMPLETE_WAIT_US = 400000, COMPLETE_LINE_MAX = 4096 };

static void print_candidate(void *arg, const char *candidate, const char *help)
{
	struct strbuf line;

	(void)arg;
	strbuf_init(&line, COMPLETE_LINE_MAX);
	text_add_safe(&line, str_of(candidate));
	if (help && *help) {
		strbuf_add_char(&line, '\t');
		text_add_safe(&line, str_of(help));
	}
	strbuf_add_char(&line, '\n');
	fwrite(line.data, 1, line.len, stdout);
	strbuf_finish(&line);
}

static void on_changed(void *arg, const struct environment *env, const struct change *changes,
	size_t count, bool full)
{
	(void)env;
	(void)changes;
	(void)count;
	(void)full;
	event_base_loopbreak(arg);
}

static void on_state(void *arg, enum feed_state state, const char *why)
{
	(void)why;
	if (state == FEED_STALE)
		event_base_loopbreak(arg);
}

/* The URL that the words so far name, if any. */
static const char *url_in(int argc, const char *const *argv)
{
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "--url=", 6))
			return argv[i] + 6;
		if (!strcmp(argv[i], "--url") && i + 1 < argc - 1)
			return argv[i + 1];
	}
	return NULL;
}

static void complete_live(
	struct client *client, struct event_base *base, int argc, const char *const *argv)
{
	static const struct feed_ops ops = {.changed = on_changed, .state = on_state};
	static const struct timeval limit = {.tv_usec = COMPLETE_WAIT_US};
	struct feed *feed = client_feed(client, &ops, base);

	event_base_loopexit(base, &limit);
	event_base_dispatch(base);
	command_complete(feed_environment(feed), argv, (size_t)argc, print_candidate, NULL);
	feed_cancel(feed);
}

int cli_complete(int argc, const char *const *argv)
{
	struct event_base *base = event_base_new();
	struct client_options options = {0};
	struct client *client = NULL;
	struct config config = {0};

	signal(SIGPIPE, SIG_IGN);
	if (argc < 2 || strcmp(argv[1], "--") != 0)
		return err_exit_code(ERR_USAGE);
	argc -= 2;
	argv += 2;
	if (config_load(NULL, &config, NULL) == ERR_NONE)
		options.url = config.values[SETTING_URL];
	if (url_in(argc, argv))
		options.url = url_in(argc, argv);
	if (base && options.url)
		client = client_create(base, &options, NULL);
	if (client)
		complete_live(client, base, argc, argv);
	else
		command_complete(NULL, argv, (size_t)argc, print_candidate, NULL);
	client_destroy(client);
	if (base)
		event_base_free(base);
	config_finish(&config);
	return 0;
}
