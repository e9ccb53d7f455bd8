/*
 * The append-only dashboard. Called by main for --plain. It hears what the dashboard hears (feed, events,
 * stats, one session's tail) and says each thing once.
 *
 * Invariant: a line is one sentence and stands for itself; nothing is taken back, so what is no longer true is
 * followed by a line that says so ("lost the connection", "fails no more").
 */
#include "tui/app/plain.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/hashmap.h"
#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/base/time.h"
#include "core/client/client.h"
#include "core/model/name_rules.h"

#include "tui/views/timeline/event_text.h"

enum {
	LINE_BYTES_MAX = 64 * 1024,
	STATS_MS = 5000,
	TRAFFIC_TIMEOUT_MS = 3000,
	EVENTS_TIMEOUT_MS = 40000,
	SIGNALS = 3
};

/* A version fails when so much of its answers are 5xx, and fails no more below the second. */
static const double fails_from = 0.05;
static const double fails_until = 0.01;
/* Too few requests to say anything of. */
static const double rate_least = 0.2;

struct plain {
	struct event_base *base;
	const struct dashboard_options *options;
	struct client *client;
	struct feed *feed;
	struct tail_client *tail;
	struct client_transfer *events;
	struct client_transfer *traffic;
	struct event *signals[SIGNALS];
	struct event *stats;
	struct event *reader; /* of a pipe */
	int64_t events_since;
	int64_t traffic_since;
	int64_t asked_ms; /* monotonic: the last poll of the stats */
	struct hashmap *failing; /* "cart@pr-482" -> anything */
	struct event_diff diff;
	struct strbuf line;
	bool told; /* what there is has been told */
	bool live;
	int output_error; /* an errno, when the output could not be written */
	int exit_code;
};

/* ---- a line ---- */

static void begin_line(struct plain *plain)
{
	char clock[TIME_TEXT_SIZE];

	time_format_clock(time_now_ms(), clock);
	strbuf_reset(&plain->line);
	strbuf_addf(&plain->line, "%.8s ", clock);
}

/* Texts up to a NULL, each as it may be shown. */
static void __attribute__((sentinel)) add(struct plain *plain, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, plain);
	while ((text = va_arg(ap, const char *)) != NULL)
		text_add_safe(&plain->line, str_of(text));
	va_end(ap);
}

/* What cannot be written ends it. */
static void end_line(struct plain *plain)
{
	strbuf_add_char(&plain->line, '\n');
	if (fwrite(plain->line.data, 1, plain->line.len, stdout) != plain->line.len ||
		fflush(stdout) != 0) {
		plain->output_error = errno;
		(void)event_base_loopbreak(plain->base);
	}
}

/* ---- what there is ---- */

static void tell_version(struct plain *plain, const struct version *version)
{
	char left[DURATION_TEXT_SIZE];

	begin_line(plain);
	add(plain, version_kind_names[version->kind], " version ", version->name, " of ",
		version->service, " is ", version_state_names[version->state], NULL);
	if (version->state_detail)
		add(plain, ": ", version->state_detail, NULL);
	if (version->pr_number > 0)
		strbuf_addf(&plain->line, ", pull request %lld", (long long)version->pr_number);
	if (version->pr_author)
		add(plain, " by ", version->pr_author, NULL);
	if (version->expires_at > 0) {
		duration_format_left(version->expires_at - client_now_ms(plain->client), left);
		add(plain, ", expires in ", left, NULL);
	}
	end_line(plain);
}

static void tell_session(struct plain *plain, const struct session *session)
{
	begin_line(plain);
	add(plain, "session ", session->key, NULL);
	if (session->owner)
		add(plain, " of ", session->owner, NULL);
	add(plain, session->pins.count > 0 ? " pins" : " pins nothing", NULL);
	for (size_t i = 0; i < session->pins.count; i++)
		add(plain, i > 0 ? ", " : " ", session->pins.entries[i].key, " to ",
			session->pins.entries[i].value, NULL);
	end_line(plain);
}

static void tell_environment(struct plain *plain, const struct environment *env)
{
	begin_line(plain);
	strbuf_addf(&plain->line, "%zu services, %zu versions, %zu sessions at ", env->node_count,
		env->version_count, env->session_count);
	add(plain, plain->options->url, NULL);
	end_line(plain);
	for (size_t i = 0; i < env->node_count; i++)
		for (size_t j = 0; j < env->nodes[i].version_count; j++)
			tell_version(plain, env->nodes[i].versions[j]);
	for (size_t i = 0; i < env->session_count; i++)
		tell_session(plain, env->sessions[i]);
	begin_line(plain);
	add(plain, "from here on, what changes; Control-C ends", NULL);
	end_line(plain);
}

/* ---- what happens ---- */

static void add_field(struct plain *plain, const struct diff_field *field)
{
	add(plain, ", ", diff_text(&plain->diff, field->name), NULL);
	if (field->had)
		add(plain, field->has ? " from " : " no longer ",
			diff_text(&plain->diff, field->before), NULL);
	if (field->has)
		add(plain, field->had ? " to " : " ", diff_text(&plain->diff, field->after), NULL);
}

static void tell_event(void *arg, const struct event *event)
{
	struct plain *plain = arg;
	const struct event_words *words = event_words(event);

	diff_read(&plain->diff, event);
	begin_line(plain);
	add(plain, event->actor ? event->actor : "somebody", ": ", words->before,
		event->object ? event->object : "", words->after, NULL);
	if (diff_detail(&plain->diff)[0] != '\0')
		add(plain, ": ", diff_detail(&plain->diff), NULL);
	for (size_t i = 0; i < plain->diff.count; i++)
		if (plain->diff.fields[i].telling)
			add_field(plain, &plain->diff.fields[i]);
	end_line(plain);
}

static void ask_events(struct plain *plain);

static void pass_over(void *arg, const struct event *event)
{
	(void)arg;
	(void)event;
}

static void events_done(void *arg, const struct client_response *response)
{
	struct plain *plain = arg;
	bool first = plain->events_since < 0;
	int64_t last = 0;

	plain->events = NULL;
	/* What happened before is in what was told already. */
	if (response->err != ERR_NONE ||
		!client_read_events(
			response->body, first ? pass_over : tell_event, plain, &last, NULL))
		return; /* the feed says what is wrong, and comes back */
	plain->events_since = last;
	ask_events(plain);
}

static void ask_events(struct plain *plain)
{
	struct strbuf path;

	if (plain->events || !plain->live)
		return;
	strbuf_init(&path, 128);
	if (plain->events_since < 0)
		strbuf_add_c(&path, "/v1/events?limit=1");
	else
		strbuf_addf(&path, "/v1/events?limit=1000&wait=30s&since=%lld",
			(long long)plain->events_since);
	plain->events = client_request(
		plain->client, "GET", path.data, NULL, EVENTS_TIMEOUT_MS, events_done, plain);
	strbuf_finish(&path);
}

/* ---- stats ---- */

static void tell_stats(void *arg, const char *id, const struct stats *stats)
{
	struct plain *plain = arg;
	bool failing = hashmap_get(plain->failing, str_of(id)) != NULL;
	bool fails = stats->rate >= rate_least &&
		     stats->share_5xx >= (failing ? fails_until : fails_from);

	if (fails == failing)
		return;
	if (fails)
		(void)hashmap_set(plain->failing, str_of(id), plain);
	else
		(void)hashmap_remove(plain->failing, str_of(id));
	begin_line(plain);
	add(plain, id, fails ? "" : " fails no more", NULL);
	if (fails)
		strbuf_addf(&plain->line, " answers %.0f %% of %.1f requests a second with 5xx",
			stats->share_5xx * 100, stats->rate);
	end_line(plain);
}

static void traffic_done(void *arg, const struct client_response *response)
{
	struct plain *plain = arg;

	plain->traffic = NULL;
	if (response->err == ERR_UNREACHABLE)
		feed_unanswered(plain->feed, plain->asked_ms, response->eb->text);
	if (response->err == ERR_NONE)
		(void)client_read_stats(
			response->body, tell_stats, plain, &plain->traffic_since, NULL);
}

static void on_stats(evutil_socket_t fd, short what, void *arg)
{
	struct plain *plain = arg;
	char path[96];

	(void)fd;
	(void)what;
	ask_events(plain);
	if (plain->traffic || !plain->live)
		return;
	(void)snprintf(path, sizeof(path), "/v1/traffic?window=60s&since=%lld",
		(long long)plain->traffic_since);
	plain->asked_ms = time_monotonic_ms();
	plain->traffic = client_request(
		plain->client, "GET", path, NULL, TRAFFIC_TIMEOUT_MS, traffic_done, plain);
}

/* ---- the requests of a session ---- */

static void tell_request(void *arg, const struct request *request)
{
	struct plain *plain = arg;

	begin_line(plain);
	text_add_safe(&plain->line, request->method);
	strbuf_add_char(&plain->line, ' ');
	text_add_safe(&plain->line, request->path);
	strbuf_add_c(&plain->line, " to ");
	text_add_safe(&plain->line, request->service);
	strbuf_add_c(
		&plain->line, request->version.n > 0 ? " was served by " : " was served by nobody");
	text_add_safe(&plain->line, request->version);
	strbuf_addf(&plain->line, ", %s, status %lld in %.1f ms", reason_names[request->reason],
		(long long)request->status, request->total_ms);
	end_line(plain);
}

static void tell_lost(void *arg, int64_t count, const char *why)
{
	struct plain *plain = arg;

	begin_line(plain);
	if (count >= 0)
		strbuf_addf(&plain->line, "%lld requests are missing here: ", (long long)count);
	else
		strbuf_add_c(&plain->line, "some requests are missing here: ");
	add(plain, why ? why : "unknown why", NULL);
	end_line(plain);
}

static void tail_refused(void *arg, const struct errbuf *eb)
{
	struct plain *plain = arg;

	plain->tail = NULL;
	begin_line(plain);
	add(plain, "its requests cannot be told: ", eb->text, NULL);
	end_line(plain);
}

static void tail_state(void *arg, enum feed_state state, const char *why)
{
	(void)arg; /* the feed goes and comes with it, and says so */
	(void)state;
	(void)why;
}

static void begin_tail(struct plain *plain)
{
	static const struct tail_client_ops ops = {.record = tell_request,
		.lost = tell_lost,
		.state = tail_state,
		.refused = tail_refused};
	char filter[LIMIT_SESSION_KEY + 16];

	if (plain->tail || !plain->options->session)
		return;
	(void)snprintf(filter, sizeof(filter), "session:%s", plain->options->session);
	plain->tail = client_tail(plain->client, filter, 0, &ops, plain);
}

/* ---- the feed ---- */

static void feed_changed(void *arg, const struct environment *env, const struct change *changes,
	size_t count, bool full)
{
	struct plain *plain = arg;

	(void)changes;
	(void)count;
	(void)full;
	if (plain->told)
		return; /* the events say it better */
	plain->told = true;
	begin_line(plain);
	if (client_say_clock(plain->client, &plain->line))
		end_line(plain);
	tell_environment(plain, env);
	begin_tail(plain);
}

static void feed_state(void *arg, enum feed_state state, const char *why)
{
	struct plain *plain = arg;
	bool live = state == FEED_LIVE;

	if (state == FEED_CONNECTING || (live && plain->live))
		return;
	plain->live = live;
	begin_line(plain);
	if (live)
		add(plain, "connected", NULL);
	else
		add(plain, "not connected, and trying: ", why ? why : plain->options->url, NULL);
	end_line(plain);
	ask_events(plain);
}

/* ---- beginning and end ---- */

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	struct plain *plain = arg;

	(void)what;
	plain->exit_code = 128 + (int)number;
	(void)event_base_loopbreak(plain->base);
}

static void on_nobody_reads(evutil_socket_t fd, short what, void *arg)
{
	struct plain *plain = arg;

	(void)fd;
	(void)what;
	plain->output_error = EPIPE;
	(void)event_base_loopbreak(plain->base);
}

/* The end that is written to is never readable, but it is told when the other end goes. */
static void watch_reader(struct plain *plain)
{
	struct stat st;

	if (fstat(STDOUT_FILENO, &st) != 0 || !S_ISFIFO(st.st_mode))
		return;
	plain->reader = event_new(plain->base, STDOUT_FILENO, EV_READ, on_nobody_reads, plain);
	(void)event_add(plain->reader, NULL);
}

static void begin(struct plain *plain)
{
	static const struct feed_ops ops = {.changed = feed_changed, .state = feed_state};
	static const int numbers[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
	struct timeval often = time_wait_ms(STATS_MS);

	for (size_t i = 0; i < SIGNALS; i++) {
		plain->signals[i] = evsignal_new(plain->base, numbers[i], on_signal, plain);
		(void)event_add(plain->signals[i], NULL);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	watch_reader(plain);
	plain->stats = event_new(plain->base, -1, EV_PERSIST, on_stats, plain);
	(void)event_add(plain->stats, &often);
	plain->feed = client_feed(plain->client, &ops, plain);
}

static void finish(struct plain *plain)
{
	client_destroy(plain->client);
	for (size_t i = 0; i < SIGNALS; i++)
		if (plain->signals[i])
			event_free(plain->signals[i]);
	if (plain->stats)
		event_free(plain->stats);
	if (plain->reader)
		event_free(plain->reader);
	hashmap_destroy(plain->failing, NULL);
	diff_finish(&plain->diff);
	strbuf_finish(&plain->line);
	event_base_free(plain->base);
}

int plain_run(const struct dashboard_options *options, struct errbuf *eb)
{
	struct client_options client_options = {.url = options->url, .actor = options->actor};
	struct plain plain = {.options = options, .events_since = -1};

	plain.base = event_base_new();
	plain.failing = hashmap_create();
	diff_init(&plain.diff);
	strbuf_init(&plain.line, LINE_BYTES_MAX);
	plain.client = client_create(plain.base, &client_options, eb);
	if (plain.client) {
		begin(&plain);
		(void)event_base_loop(plain.base, EVLOOP_NO_EXIT_ON_EMPTY);
	} else {
		plain.exit_code = err_exit_code(ERR_USAGE);
	}
	finish(&plain);
	if (plain.output_error == EPIPE)
		return 128 + SIGPIPE; /* as of a program that the signal ended */
	if (plain.output_error)
		return err_exit_code(
			err_set(eb, ERR_IO, "the output is lost, it cannot be written: %s",
				strerror(plain.output_error)));
	return plain.exit_code;
}
