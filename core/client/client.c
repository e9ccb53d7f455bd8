/*
 * The client itself: libcurl's multi interface on the event loop, and whole exchanges. The feed (client_changes.c)
 * and the tail (client_tail.c) are built on the same calls. Everything that a user of the client is told comes
 * from client_run().
 */
#include "core/client/client.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/net.h"
#include "core/base/time.h"
#include "core/client/stream.h"

enum { DEFAULT_TIMEOUT_MS = 10000, DEFAULT_SILENCE_MS = 15000, CONNECTIONS_KEPT = 8 };
/* What is asked beyond them waits for its turn: a hundred writes at once are not to use up the descriptors. */
enum { CONNECTIONS_MAX = 64 };

/* ---- handing out --------------------------------------------------------------------------------- */

static void free_client(struct client *client)
{
	/* First: closing connections calls back for their events and the timer. */
	curl_multi_cleanup(client->multi);
	event_free(client->timer);
	event_free(client->turn);
	free(client->url);
	free(client->actor);
	free(client);
}

static void collect_ended(struct client *client)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
		struct client_transfer *call;
		CURLcode result = message->data.result;
		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
		client_transfer_finish(call, result);
	}
}

/*
 * A call for whom there is something, or NULL. Found anew after each slice, because what was handed out
 * may have ended any call; there are a handful.
 */
static struct client_transfer *next_ready(struct client *client)
{
	struct client_transfer *call;

	for (call = TAILQ_FIRST(&client->calls); call != NULL; call = TAILQ_NEXT(call, link))
		if (!call->busy && (call->has_line || call->finished))
			break;
	return call;
}

/* The client may be gone after this. */
static void client_run(struct client *client)
{
	struct client_transfer *call;
	bool more = false;

	client->depth++;
	collect_ended(client);
	while (!more && !client->destroyed && (call = next_ready(client)) != NULL) {
		/* To the end of the list: the others have their turn before it. */
		TAILQ_REMOVE(&client->calls, call, link);
		TAILQ_INSERT_TAIL(&client->calls, call, link);
		more = client_transfer_hand_out(call);
	}
	client->depth--;
	if (client->destroyed && client->depth == 0)
		client_destroy(client);
	else if (more)
		client_wake(client);
}

void client_wake(struct client *client)
{
	event_active(client->turn, EV_TIMEOUT, 0);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	client_run(arg);
}

/* ---- libcurl on libevent ------------------------------------------------------------------------- */

static void act(struct client *client, curl_socket_t socket, int mask)
{
	int running;

	curl_multi_socket_action(client->multi, socket, mask, &running);
	client_run(client);
}

/* A socket of libcurl's. */
struct watch {
	struct client *client;
	struct event *ready;
	struct event *rest; /* runs while it is not looked at; NULL: it is always */
	struct timeval gather;
	curl_socket_t fd;
};

static void watch_free(struct watch *watch)
{
	if (watch->client->gathering == watch)
		watch->client->gathering = NULL;
	event_free(watch->ready);
	if (watch->rest != NULL)
		event_free(watch->rest);
	free(watch);
}

/*
 * Waking up for each line of a tail costs more than the line. What comes within `gather` after a read stays
 * with the kernel, and is read at once.
 */
static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct watch *watch = arg; /* acting may free it */
	int mask =
		(what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);

	if (watch->rest != NULL) {
		event_del(watch->ready);
		evtimer_add(watch->rest, &watch->gather);
	}
	act(watch->client, fd, mask);
}

void client_gather_now(struct client *client)
{
	struct watch *watch = client->gathering;

	if (watch != NULL && evtimer_pending(watch->rest, NULL)) {
		evtimer_add(watch->rest, &watch->gather);
		act(client, watch->fd, CURL_CSELECT_IN);
	}
}

/* Most often there is something: then the loop is not asked to look for it, which takes three more calls. */
static void on_rested(evutil_socket_t fd, short what, void *arg)
{
	struct watch *watch = arg; /* acting may free it */
	struct pollfd now = {.fd = watch->fd, .events = POLLIN};

	(void)fd;
	(void)what;
	if (poll(&now, 1, 0) > 0) {
		evtimer_add(watch->rest, &watch->gather);
		act(watch->client, watch->fd, CURL_CSELECT_IN);
	} else {
		event_add(watch->ready, NULL);
	}
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static struct watch *watch_create(
	struct client *client, curl_socket_t fd, short mask, int gather_ms)
{
	struct watch *watch = xcalloc(1, sizeof(*watch));

	watch->client = client;
	watch->fd = fd;
	watch->gather = timeval_of(gather_ms);
	watch->ready = event_new(client->base, fd, mask, on_ready, watch);
	if (gather_ms > 0)
		watch->rest = evtimer_new(client->base, on_rested, watch);
	if (watch->ready == NULL || (gather_ms > 0 && watch->rest == NULL) ||
		event_add(watch->ready, NULL) != 0)
		abort();
	if (gather_ms > 0)
		client->gathering = watch;
	return watch;
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct client *client = arg;
	struct client_transfer *call = NULL;
	short mask = EV_PERSIST;

	if (socket_arg != NULL)
		watch_free(socket_arg);
	curl_multi_assign(client->multi, fd, NULL);
	if (what == CURL_POLL_REMOVE)
		return 0;
	mask |= what & CURL_POLL_IN ? EV_READ : 0;
	mask |= what & CURL_POLL_OUT ? EV_WRITE : 0;
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&call);
	/* Only once the request is out. */
	curl_multi_assign(client->multi, fd,
		watch_create(client, fd, mask,
			call != NULL && what == CURL_POLL_IN ? call->gather_ms : 0));
	return 0;
}

static int watch_time(CURLM *multi, long timeout_ms, void *arg)
{
	struct client *client = arg;
	struct timeval wait = timeval_of(timeout_ms);

	(void)multi;
	if (timeout_ms < 0)
		evtimer_del(client->timer);
	else
		evtimer_add(client->timer, &wait);
	return 0;
}

/* ---- life ---------------------------------------------------------------------------------------- */

/* Whether the part of the URL is there. */
static bool has_part(CURLU *url, CURLUPart part)
{
	char *text = NULL;
	bool there = curl_url_get(url, part, &text, 0) == CURLUE_OK;

	curl_free(text);
	return there;
}

/* An http or https URL of a host and perhaps a path, without user, query and fragment. */
static bool check_url(const char *text, bool *ret_loopback)
{
	CURLU *url = curl_url();
	char *scheme = NULL, *host = NULL;
	bool good = url != NULL && text != NULL && strstr(text, "://") != NULL &&
		    curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
		    curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		    curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
		    (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) &&
		    !has_part(url, CURLUPART_USER) && !has_part(url, CURLUPART_QUERY) &&
		    !has_part(url, CURLUPART_FRAGMENT);

	if (good)
		*ret_loopback = net_is_loopback(net_host(str_of(host)));
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(url);
	return good;
}

/* The actor stands in a header: without what would end its line. */
static char *clean_actor(const char *actor)
{
	char *clean = xstrdup(actor);
	size_t len = 0;

	for (size_t i = 0; clean != NULL && clean[i] != '\0'; i++)
		if ((unsigned char)clean[i] >= 0x20 && clean[i] != 0x7f)
			clean[len++] = clean[i];
	if (clean != NULL)
		clean[len < LIMIT_ACTOR ? len : LIMIT_ACTOR] = '\0';
	return clean;
}

int64_t client_clock_ahead_ms(const struct client *client)
{
	return client->clock_ahead_ms;
}

int64_t client_now_ms(const struct client *client)
{
	return time_now_ms() + client->clock_ahead_ms;
}

bool client_say_clock(const struct client *client, struct strbuf *out)
{
	int64_t ahead = client->clock_ahead_ms;
	char apart[DURATION_TEXT_SIZE];

	if (ahead == 0)
		return false;
	duration_format_short(ahead > 0 ? ahead : -ahead, apart);
	strbuf_addf(out,
		"the clock of the control plane is %s %s this machine's: ages and expiries go by "
		"its clock",
		apart, ahead > 0 ? "ahead of" : "behind");
	return true;
}

struct client *client_create(
	struct event_base *base, const struct client_options *options, struct errbuf *eb)
{
	bool loopback = false;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (!check_url(options->url, &loopback)) {
		err_set_field(eb, ERR_USAGE, "url", "a URL like http://127.0.0.1:7070",
			"%s is not the URL of a control plane",
			options->url != NULL ? options->url : "(none)");
		return NULL;
	}
	struct client *client = xcalloc(1, sizeof(*client));
	client->base = base;
	client->loopback = loopback;
	client->url = xstrdup(options->url);
	for (size_t len = strlen(client->url); len > 0 && client->url[len - 1] == '/';)
		client->url[--len] = '\0';
	client->actor = clean_actor(options->actor);
	client->gather_ms = options->gather_ms;
	client->silence_ms = options->silence_ms > 0 ? options->silence_ms : DEFAULT_SILENCE_MS;
	TAILQ_INIT(&client->calls);
	TAILQ_INIT(&client->streams);
	client->timer = evtimer_new(base, on_timer, client);
	client->turn = event_new(base, -1, 0, on_turn, client);
	client->multi = curl_multi_init();
	if (client->timer == NULL || client->turn == NULL || client->multi == NULL)
		abort();
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, (void *)client);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, watch_time);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, (void *)client);
	curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
	curl_multi_setopt(client->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)CONNECTIONS_MAX);
	return client;
}

void client_destroy(struct client *client)
{
	struct stream *stream;
	struct client_transfer *call, *next;

	if (client == NULL)
		return;
	client->destroyed = true;
	while ((stream = TAILQ_FIRST(&client->streams)) != NULL)
		stream_cancel(stream);
	for (call = TAILQ_FIRST(&client->calls); call != NULL; call = next) {
		next = TAILQ_NEXT(call, link);
		client_transfer_destroy(call);
	}
	/* From inside a callback: the one that is being handed out and the client go when it returns. */
	if (client->depth == 0)
		free_client(client);
}

const char *client_url(const struct client *client)
{
	return client->url;
}

struct event_base *client_base(const struct client *client)
{
	return client->base;
}

struct client_transfer *client_ask(
	struct client *client, const struct client_asking *asking, client_done_fn done, void *arg)
{
	const struct transfer_request request = {
		.method = asking->method,
		.path = asking->path,
		.body = asking->body,
		.if_revision = asking->if_revision,
		.writes = strcmp(asking->method, "GET") != 0 &&
			  strstr(asking->path, "dry-run=1") == NULL,
		.timeout_ms = asking->timeout_ms > 0 ? asking->timeout_ms : DEFAULT_TIMEOUT_MS,
		.done = done,
		.arg = arg,
	};

	return client_transfer_start(client, &request);
}

struct client_transfer *client_request(struct client *client, const char *method, const char *path,
	const char *body, int timeout_ms, client_done_fn done, void *arg)
{
	const struct client_asking asking = {
		.method = method, .path = path, .body = body, .timeout_ms = timeout_ms};

	return client_ask(client, &asking, done, arg);
}

void client_cancel(struct client_transfer *call)
{
	if (call != NULL)
		client_transfer_destroy(call);
}

void client_cost(const struct client *client, uint64_t *ret_bytes_in, uint64_t *ret_exchanges)
{
	*ret_bytes_in = client->bytes_in;
	*ret_exchanges = client->exchanges;
}

void client_encode(struct strbuf *out, struct str text)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
				  (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
				  c == '~';
		if (unreserved)
			strbuf_add_char(out, (char)c);
		else
			strbuf_add(out, (char[]){'%', hex[c >> 4], hex[c & 15]}, 3);
	}
}
