/*
 * One exchange over libcurl: set up, collect, and hand out. client.c drives libcurl and calls here; the
 * feed, the tail and client_request() start calls. A call's memory goes in client_transfer_destroy() only, and never
 * while one of its own callbacks is on the stack.
 */
#include "core/client/transfer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/wire/problem.h"

enum {
	CONNECT_TIMEOUT_MS = 5000,
	GATHER_BYTES = 64 << 10,
	APART_MS = 60000, /* clocks this far apart are worth a word */
};

/* ---- collecting, inside libcurl ------------------------------------------------------------------ */

static long status_of(CURL *easy)
{
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static void count_bytes(struct client_transfer *call, size_t len)
{
	call->client->bytes_in += len;
	call->heard = true;
	call->heard_ms = time_monotonic_ms();
}

/* What was handed out leaves the buffer. */
static void drop_taken(struct client_transfer *call)
{
	struct strbuf *lines = &call->lines;
	size_t left = lines->len - call->taken;

	if (call->taken == 0)
		return;
	memmove(lines->data, lines->data + call->taken, left);
	strbuf_truncate(lines, left);
	call->taken = 0;
}

/* false: no more than this. */
static bool collect_lines(struct client_transfer *call, const char *bytes, size_t len)
{
	drop_taken(call);
	call->has_line = call->has_line || memchr(bytes, '\n', len) != NULL;
	strbuf_add(&call->lines, bytes, len);
	if (!strbuf_ok(&call->lines))
		return false;
	return call->has_line || call->lines.len <= TRANSFER_LINE_MAX;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct client_transfer *call = arg;
	size_t len = size * count;
	bool fits;

	if (call->line != NULL && status_of(call->easy) == 200) {
		if (call->has_line && call->lines.len - call->taken > TRANSFER_UNREAD_MAX) {
			call->paused = true;
			return CURL_WRITEFUNC_PAUSE;
		}
		fits = collect_lines(call, bytes, len);
	} else {
		strbuf_add(&call->body, bytes, len);
		fits = strbuf_ok(&call->body);
	}
	count_bytes(call, len);
	call->too_large = !fits;
	return fits ? len : 0;
}

/* The revision is what stands behind the last '-' of "EPOCH-REVISION". */
static int64_t etag_revision(struct str value)
{
	int64_t revision = 0;

	if (value.n < 2 || value.p[0] != '"' || value.p[value.n - 1] != '"')
		return 0;
	struct str rest = {value.p + 1, value.n - 2}, last = rest;
	while (rest.p != NULL)
		last = str_cut(&rest, '-');
	return str_to_i64(last, &revision) ? revision : 0;
}

/* The Date of an answer has whole seconds, so half of one is added (RFC 9110 section 6.6.1). */
static void compare_clocks(struct client *client, struct str date)
{
	char text[64];
	time_t seconds = str_copy(text, sizeof(text), date) ? curl_getdate(text, NULL) : -1;
	int64_t ahead = (int64_t)seconds * 1000 + 500 - time_now_ms();

	if (seconds > 0)
		client->clock_ahead_ms = ahead >= APART_MS || ahead <= -APART_MS ? ahead : 0;
}

/* proxy;why="..." to what stands in the quotes. */
static void read_behind(struct client_transfer *call, struct str value)
{
	size_t len = 0;

	(void)str_cut(&value, '"');
	for (size_t i = 0; i + 1 < value.n && len + 1 < sizeof(call->behind); i++) {
		if (value.p[i] == '\\')
			i++;
		call->behind[len++] = value.p[i];
	}
	call->response.behind = (struct str){call->behind, len};
}

static size_t on_header(char *bytes, size_t size, size_t count, void *arg)
{
	struct client_transfer *call = arg;
	size_t len = size * count;
	struct str value = {bytes, len};

	count_bytes(call, len);
	while (value.n > 0 && (value.p[value.n - 1] == '\n' || value.p[value.n - 1] == '\r'))
		value.n--;
	struct str name = str_trim(str_cut(&value, ':'));
	value = str_trim(value);
	if (str_eq_nocase(name, STR_LIT("Umbra-Applied")))
		str_to_i64(value, &call->response.applied);
	else if (str_eq_nocase(name, STR_LIT("Umbra-Behind")))
		read_behind(call, value);
	else if (str_eq_nocase(name, STR_LIT("ETag")))
		call->response.etag_revision = etag_revision(value);
	else if (str_eq_nocase(name, STR_LIT("Date")))
		compare_clocks(call->client, value);
	return len;
}

/* ---- the end ------------------------------------------------------------------------------------- */

/* What was sent may have arrived. */
static void fail_without_answer(struct client_transfer *call, const char *why)
{
	long sent = 0;

	curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &sent);
	if (call->writes && sent > 0) {
		err_set(&call->eb, ERR_UNREACHABLE,
			"%s: the control plane may have done it; look before trying again (%s)",
			why, call->client->url);
		return;
	}
	err_set(&call->eb, ERR_UNREACHABLE, "The control plane at %s cannot be reached: %s",
		call->client->url, why);
}

static void set_failure(struct client_transfer *call, CURLcode result)
{
	char text[CURL_ERROR_SIZE + 64];

	if (call->too_large) {
		err_set(&call->eb, ERR_FAILED, "The control plane at %s sent more than is accepted",
			call->client->url);
		return;
	}
	if (result == CURLE_OPERATION_TIMEDOUT && call->timeout_ms > 0)
		snprintf(text, sizeof(text), "no answer within %g s", call->timeout_ms / 1000.0);
	else
		snprintf(text, sizeof(text), "%s",
			call->curl_error[0] != '\0' ? call->curl_error
						    : curl_easy_strerror(result));
	fail_without_answer(call, text);
}

static void end_response(struct client_transfer *call)
{
	struct client_response *response = &call->response;
	curl_off_t total_us = 0;

	response->err = call->eb.err;
	response->status = (int)status_of(call->easy);
	curl_easy_getinfo(call->easy, CURLINFO_TOTAL_TIME_T, &total_us);
	curl_multi_remove_handle(call->client->multi, call->easy);
	response->seconds = (double)total_us / 1e6;
	response->body = strbuf_str(&call->body);
	response->eb = &call->eb;
	call->finished = true;
	if (call->silence != NULL)
		event_del(call->silence);
}

void client_transfer_finish(struct client_transfer *call, CURLcode result)
{
	int status = (int)status_of(call->easy);

	if (result != CURLE_OK)
		set_failure(call, result);
	else if (status / 100 != 2 && status != 304)
		wire_read_problem(strbuf_str(&call->body), status, &call->eb);
	end_response(call);
}

/* Re-armed lazily: bytes only note the time, and the timer looks when it goes off. */
static void on_silence(evutil_socket_t fd, short what, void *arg)
{
	struct client_transfer *call = arg;
	int64_t silent_ms = time_monotonic_ms() - call->heard_ms;
	char text[64];

	(void)fd;
	(void)what;
	if (silent_ms < call->silence_ms || call->paused) {
		int64_t left_ms = call->paused ? call->silence_ms : call->silence_ms - silent_ms;
		struct timeval wait = timeval_of(left_ms);
		evtimer_add(call->silence, &wait);
		return;
	}
	snprintf(text, sizeof(text), "nothing was heard for %g s", call->silence_ms / 1000.0);
	fail_without_answer(call, text);
	end_response(call);
	client_wake(call->client);
}

/* ---- handing out --------------------------------------------------------------------------------- */

/* The next whole line; false when there is none. */
static bool next_line(struct client_transfer *call, struct str *ret_line)
{
	struct strbuf *lines = &call->lines;
	struct str rest = {lines->data + call->taken, lines->len - call->taken};
	size_t len = str_find_char(rest, '\n');

	if (len < rest.n) {
		*ret_line = (struct str){rest.p, len};
		call->taken += len + 1;
		return true;
	}
	call->has_line = false;
	drop_taken(call);
	return false;
}

bool client_transfer_hand_out(struct client_transfer *call)
{
	bool more = false;
	struct str line;

	call->busy = true;
	for (int i = 0; call->has_line && !call->cancelled && !more; i++) {
		more = i == TRANSFER_SLICE_LINES;
		if (!more && next_line(call, &line))
			call->line(call->arg, line);
	}
	if (!call->has_line && call->paused && !call->cancelled && !call->finished) {
		call->paused = false;
		count_bytes(call, 0);
		curl_easy_pause(call->easy, CURLPAUSE_CONT);
	}
	if (!call->has_line && call->finished && !call->cancelled) {
		call->done(call->arg, &call->response);
		call->cancelled = true;
	}
	call->busy = false;
	if (call->cancelled)
		client_transfer_destroy(call);
	return more;
}

/* ---- life ---------------------------------------------------------------------------------------- */

static void add_header(struct client_transfer *call, const char *name, const char *value)
{
	struct strbuf header;

	strbuf_init(&header, 1024);
	strbuf_addf(&header, "%s: %s", name, value);
	struct curl_slist *longer = curl_slist_append(call->headers, header.data);
	strbuf_finish(&header);
	if (longer != NULL)
		call->headers = longer;
}

static void set_headers(struct client_transfer *call, const struct transfer_request *request)
{
	if (request->body != NULL)
		add_header(call, "Content-Type", "application/json");
	if (strcmp(request->method, "GET") != 0 && call->client->actor != NULL)
		add_header(call, "Umbra-Actor", call->client->actor);
	if (strcmp(request->method, "GET") != 0 && request->if_revision != 0) {
		char tag[32];

		(void)snprintf(tag, sizeof(tag), "\"%" PRId64 "\"", request->if_revision);
		add_header(call, "If-Match", tag);
	}
	/* libcurl would wait a second for a 100 before a larger body. */
	add_header(call, "Expect", "");
	curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
}

static void set_options(struct client_transfer *call, const struct transfer_request *request)
{
	CURL *easy = call->easy;
	char *url = NULL;

	if (asprintf(&url, "%s%s", call->client->url, request->path) < 0)
		abort();
	curl_easy_setopt(easy, CURLOPT_URL, url);
	free(url);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "umbra");
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->curl_error);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, (void *)call);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, (void *)call);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, (void *)call);
	/* What has gathered is read in one call, not in pieces of 16 KiB. */
	if (request->gather_ms > 0)
		curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)GATHER_BYTES);
	/* A proxy for the outside world has no business between a laptop and itself. */
	if (call->client->loopback)
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (strcmp(request->method, "HEAD") == 0)
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	else if (strcmp(request->method, "GET") != 0)
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	if (request->body != NULL) {
		curl_easy_setopt(
			easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(request->body));
		curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body);
	}
	set_headers(call, request);
}

static void start_silence(struct client_transfer *call, int silence_ms)
{
	struct timeval wait = timeval_of(silence_ms);

	call->silence_ms = silence_ms;
	call->silence = evtimer_new(call->client->base, on_silence, call);
	if (call->silence == NULL || evtimer_add(call->silence, &wait) != 0)
		abort();
}

struct client_transfer *client_transfer_start(
	struct client *client, const struct transfer_request *request)
{
	struct client_transfer *call = xcalloc(1, sizeof(*call));

	call->client = client;
	call->timeout_ms = request->timeout_ms;
	call->writes = request->writes;
	call->gather_ms = request->gather_ms;
	call->line = request->line;
	call->done = request->done;
	call->arg = request->arg;
	call->heard_ms = time_monotonic_ms();
	errbuf_clear(&call->eb);
	strbuf_init(&call->body, TRANSFER_BODY_MAX);
	strbuf_init(&call->lines, TRANSFER_UNREAD_MAX + TRANSFER_LINE_MAX + CURL_MAX_WRITE_SIZE);
	TAILQ_INSERT_TAIL(&client->calls, call, link);
	client->exchanges++;
	call->easy = curl_easy_init();
	if (call->easy == NULL)
		abort();
	set_options(call, request);
	if (request->silence_ms > 0)
		start_silence(call, request->silence_ms);
	if (curl_multi_add_handle(client->multi, call->easy) != CURLM_OK)
		abort();
	return call;
}

void client_transfer_destroy(struct client_transfer *call)
{
	if (call->busy) {
		call->cancelled = true;
		return;
	}
	TAILQ_REMOVE(&call->client->calls, call, link);
	if (call->silence != NULL)
		event_free(call->silence);
	/* Removed already when it has ended; then this does nothing. */
	curl_multi_remove_handle(call->client->multi, call->easy);
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	strbuf_finish(&call->body);
	strbuf_finish(&call->lines);
	free(call);
}

int64_t client_transfer_last_byte_ms(const struct client_transfer *call)
{
	return call->heard ? call->heard_ms : 0;
}
