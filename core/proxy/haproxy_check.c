/*
 * Runs `haproxy -c` and reads its complaints. Used by haproxy_reload.c from the loop. Invariant: a check ends with
 * one call of `done` or with check_cancel(), and its process with it.
 */
#include "core/proxy/haproxy_check.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/base/time.h"
#include "core/proxy/haproxy_process.h"

enum {
	COMPLAINTS_MAX = 4 << 20, /* an alert for each of 4,000 services and more */
	/* A hundred times what 1,000 services with 10 versions take. */
	PATIENCE_MS = 120000,
};

struct check {
	struct bufferevent *output;
	pid_t pid;
	struct strbuf complaints;
	check_done_fn done;
	void *arg;
};

/* ---- the process ------------------------------------------------------------------------------------------- */

/* How it ended. It has closed its output or was killed: what is left of it takes no time. */
static int reap(struct check *check)
{
	int status = 1;

	while (check->pid > 0 && waitpid(check->pid, &status, 0) < 0 && errno == EINTR)
		;
	check->pid = 0;
	return status;
}

/* Of what is printed only the alerts matter; a large configuration may cause many warnings. */
static void take_lines(struct check *check, struct evbuffer *input)
{
	size_t len;
	char *line;

	while ((line = evbuffer_readln(input, &len, EVBUFFER_EOL_LF)) != NULL) {
		if (str_starts((struct str){line, len}, STR_LIT("[ALERT]")))
			strbuf_addf(&check->complaints, "%s\n", line);
		free(line);
	}
}

static void on_output(struct bufferevent *output, void *arg)
{
	take_lines(arg, bufferevent_get_input(output));
}

static void on_end(struct bufferevent *output, short what, void *arg)
{
	struct check *check = arg;
	bool late = (what & BEV_EVENT_TIMEOUT) != 0;
	struct str complaints;
	int status;

	take_lines(check, bufferevent_get_input(output));
	if (late)
		kill(check->pid, SIGKILL);
	status = reap(check);
	complaints = late ? (struct str){0} : strbuf_str(&check->complaints);
	check->done(check->arg, !late && WIFEXITED(status) && WEXITSTATUS(status) == 0, complaints);
	check_cancel(check);
}

struct check *check_start(struct event_base *base, const char *program, const char *path,
	check_done_fn done, void *arg)
{
	const char *const argv[] = {program, "-c", "-f", path, NULL};
	struct timeval patience = time_wait_ms(PATIENCE_MS);
	struct check *check;
	int fd = -1;
	pid_t pid = process_launch(argv, &fd);

	if (pid == 0)
		return NULL;
	check = xcalloc(1, sizeof(*check));
	check->pid = pid;
	check->done = done;
	check->arg = arg;
	strbuf_init(&check->complaints, COMPLAINTS_MAX);
	evutil_make_socket_nonblocking(fd);
	check->output =
		bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	bufferevent_setcb(check->output, on_output, NULL, on_end, check);
	bufferevent_set_timeouts(check->output, &patience, NULL);
	bufferevent_enable(check->output, EV_READ);
	return check;
}

void check_cancel(struct check *check)
{
	if (check == NULL)
		return;
	if (check->pid > 0)
		kill(check->pid, SIGKILL);
	reap(check);
	bufferevent_free(check->output);
	strbuf_finish(&check->complaints);
	free(check);
}

/* ---- its complaints ---------------------------------------------------------------------------------------- */

static bool cut_lead(struct str *words, struct str lead)
{
	if (!str_starts(*words, lead))
		return false;
	*words = (struct str){words->p + lead.n, words->n - lead.n};
	return true;
}

/* Where reading the configuration has come to: complaints come in the order of lines. */
struct place {
	struct str config, rest;
	uint64_t line;
	struct str service; /* of the section the line is in; n == 0 when it is of none */
};

/* "cart" and "cart:strict" are backends of cart. */
static struct str service_of(struct str backend)
{
	struct str service = str_cut(&backend, ':');

	return backend.p == NULL || str_eq_c(backend, "strict") ? service : (struct str){0};
}

/* Before the services stands a section that names the maps of all. */
static struct str service_of_map(struct str line)
{
	size_t at = str_find(line, STR_LIT("(maps/"));

	if (at == line.n)
		return (struct str){0};
	line = (struct str){line.p + at + 6, line.n - at - 6};
	return str_cut(&line, '.');
}

static struct str service_at(struct place *place, uint64_t number)
{
	struct str line = {0};

	if (number <= place->line)
		*place = (struct place){.config = place->config, .rest = place->config};
	while (place->line < number && place->rest.p != NULL) {
		line = str_cut(&place->rest, '\n');
		place->line++;
		if (line.n == 0 || line.p[0] == '\t' || line.p[0] == '#')
			continue;
		place->service = (struct str){0};
		if (cut_lead(&line, STR_LIT("backend ")))
			place->service = service_of(str_cut(&line, ' '));
	}
	return place->service.n > 0 ? place->service : service_of_map(line);
}

/* The name in "backend 'cart': ...", "'server cart/pr-1:0' ..." or "proxy 'cart:strict' ...". */
static struct str service_quoted(struct str words)
{
	static const char *const leads[] = {
		"backend '", "server '", "'server ", "proxy '", "Proxy '"};

	for (size_t i = 0; i < ARRAY_LEN(leads); i++) {
		size_t at = str_find(words, str_of(leads[i]));
		size_t end = at + strlen(leads[i]);

		if (at == words.n)
			continue;
		for (at = end; end < words.n && strchr("'/ ", words.p[end]) == NULL;)
			end++;
		return service_of((struct str){words.p + at, end - at});
	}
	return (struct str){0};
}

/* "parsing [/dir/file:12] : words" to the words, and the line's number; 0 when none is named. */
static uint64_t cut_place(struct str *words)
{
	struct str rest = *words, number;
	uint64_t line = 0;
	size_t close;

	(void)cut_lead(&rest, STR_LIT("parsing "));
	close = str_find(rest, STR_LIT("]"));
	if (rest.n == 0 || rest.p[0] != '[' || close == rest.n)
		return 0;
	for (number = (struct str){rest.p, close}; str_find_char(number, ':') < number.n;)
		(void)str_cut(&number, ':');
	if (!str_to_u64(number, &line))
		return 0;
	rest = (struct str){rest.p + close + 1, rest.n - close - 1};
	while (cut_lead(&rest, STR_LIT(" ")) || cut_lead(&rest, STR_LIT(":")))
		;
	*words = rest;
	return line;
}

/* "[ALERT]    (4711) : config : words" to the words. */
static struct str cut_alert(struct str line)
{
	size_t at = str_find(line, STR_LIT(") : "));

	if (at < line.n)
		line = (struct str){line.p + at + 4, line.n - at - 4};
	while (cut_lead(&line, STR_LIT("config : ")) || cut_lead(&line, STR_LIT("config: ")))
		;
	return str_trim(line);
}

/* The lines that end a list of others. */
static bool is_summary(struct str words)
{
	return str_starts(words, STR_LIT("Error(s) found in configuration")) ||
	       str_starts(words, STR_LIT("Fatal errors found in configuration"));
}

size_t check_read(struct str complaints, struct str config, check_refused_fn each, void *arg,
	struct str *ret_first)
{
	struct place place = {.config = config, .rest = config};
	struct str first = {0};
	size_t news = 0;

	while (complaints.p != NULL) {
		struct str words = cut_alert(str_cut(&complaints, '\n'));
		struct str service;
		uint64_t line;

		if (words.n == 0 || is_summary(words))
			continue;
		line = cut_place(&words);
		if (first.p == NULL)
			first = words;
		service = line > 0 ? service_at(&place, line) : service_quoted(words);
		if (service.n > 0 && each(arg, service, words))
			news++;
	}
	if (ret_first != NULL)
		*ret_first = first;
	return news;
}
