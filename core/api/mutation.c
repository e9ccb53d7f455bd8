/*
 * The way of every write. services.c, versions.c and sessions.c say which; the table below says how each
 * kind is answered.
 *
 * Invariant: the exchange lives until the plane has called back, and until the proxy has applied the write or
 * the wait for it is over; a client that goes away meanwhile is noticed when it is answered.
 */
#include "core/api/mutation.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/api/respond.h"
#include "core/api/internal.h"
#include "core/base/xalloc.h"
#include "core/model/session_diff.h"
#include "core/wire/session_diff.h"

/* How each write is answered. `thing` OBJECT_COUNT: 204. */
static const struct {
	enum object_kind kind;
	bool waits; /* for the proxy */
} verbs[PLANE_VERB_COUNT] = {
	[PLANE_PUT_SERVICE] = {OBJECT_SERVICE, false},
	[PLANE_DELETE_SERVICE] = {OBJECT_COUNT, false},
	[PLANE_PUT_VERSION] = {OBJECT_VERSION, true},
	[PLANE_PATCH_VERSION] = {OBJECT_VERSION, true},
	[PLANE_DELETE_VERSION] = {OBJECT_COUNT, true},
	[PLANE_PROMOTE] = {OBJECT_SERVICE, true},
	[PLANE_CREATE_SESSION] = {OBJECT_SESSION, true},
	[PLANE_PATCH_SESSION] = {OBJECT_SESSION, true},
	[PLANE_DELETE_SESSION] = {OBJECT_COUNT, true},
	[PLANE_PUT_PIN] = {OBJECT_SESSION, true},
	[PLANE_DELETE_PIN] = {OBJECT_COUNT, true},
};

struct writing {
	enum plane_verb verb;
	char service[LIMIT_SERVICE_NAME + 1]; /* it is about; "" for none */
	int64_t revision; /* with which the write is visible */
	int64_t pr; /* that was asked for, 0: none */
	int status;
	bool waits; /* for the proxy */
	struct plane_wait *wait; /* NULL while not waiting for the proxy */
};

static void writing_release(struct exchange *exchange)
{
	struct writing *writing = exchange->state;

	if (writing->wait != NULL)
		plane_wait_cancel(writing->wait);
	free(writing);
}

/*
 * Why the proxy does not do what was written, as a header: Umbra-Behind: proxy;why="...". Nothing where it is only
 * on its way: a load of a service takes a second.
 */
static void tell_behind(struct exchange *exchange, int64_t applied)
{
	const struct api_options *options = &exchange->api->options;
	const struct writing *writing = exchange->state;
	const struct service *service =
		environment_service(plane_environment(options->plane), str_of(writing->service));
	char why[512] = "";
	struct strbuf value;

	/* A service that was just written is checked again: what was said of it before is no answer. */
	if (service != NULL && service->refused != NULL && writing->verb != PLANE_PUT_SERVICE)
		(void)snprintf(why, sizeof(why), "HAProxy refuses the service %s: %s",
			service->name, service->refused);
	else if (applied >= writing->revision || options->ready == NULL ||
		 options->ready(options->arg, why, sizeof(why)))
		return;
	strbuf_init(&value, 2 * sizeof(why) + 32);
	strbuf_add_c(&value, "proxy;why=\"");
	for (const char *c = why; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			strbuf_add_char(&value, '\\');
		strbuf_add_char(&value, *c >= ' ' && *c <= '~' ? *c : '?');
	}
	strbuf_add_char(&value, '"');
	exchange_header(exchange, "Umbra-Behind", value.data);
	strbuf_finish(&value);
}

static void write_applied(void *arg, int64_t applied)
{
	struct exchange *exchange = arg;
	struct writing *writing = exchange->state;
	char text[24];

	writing->wait = NULL;
	(void)snprintf(text, sizeof(text), "%" PRId64, applied);
	exchange_header(exchange, "Umbra-Applied", text);
	tell_behind(exchange, applied);
	exchange_reply(exchange, writing->status);
}

static void write_location(struct exchange *exchange, enum object_kind kind, const void *record)
{
	char path[256];
	int len = -1;

	if (kind == OBJECT_SERVICE) {
		const struct service *service = record;

		len = snprintf(path, sizeof(path), "/v1/services/%s", service->name);
	} else if (kind == OBJECT_VERSION) {
		const struct version *version = record;

		len = snprintf(path, sizeof(path), "/v1/services/%s/versions/%s", version->service,
			version->name);
	} else {
		const struct session *session = record;

		len = snprintf(path, sizeof(path), "/v1/sessions/%s", session->key);
	}
	assert(len > 0 && (size_t)len < sizeof(path));
	exchange_header(exchange, "Location", path);
}

/* What would be, against what is visible: the truth of now, not of writes that may yet fail. */
static void write_foretold(struct exchange *exchange, const struct plane_result *result)
{
	const struct environment *env = plane_environment(exchange->api->options.plane);
	const struct session *after = result->record;
	const struct writing *writing = exchange->state;
	struct json_writer w = exchange_json(exchange);
	struct session_diff dryrun;

	session_diff_make(env, result->before, after, writing->pr, &dryrun);
	wire_write_session_diff(
		&w, env, after, writing->pr, &dryrun, exchange->api->options.now_ms());
	session_diff_finish(&dryrun);
	exchange_header(exchange, "Cache-Control", "no-store");
	exchange_reply(exchange, 200);
}

static void write_done(void *arg, const struct plane_result *result)
{
	struct exchange *exchange = arg;
	struct api *api = exchange->api;
	struct writing *writing = exchange->state;
	enum object_kind kind = verbs[writing->verb].kind;
	struct plane_wait *wait;

	if (result->err != ERR_NONE) {
		if (result->missing != NULL)
			respond_missing(exchange, result->missing, result->eb);
		else
			exchange_fail(exchange, result->eb, NULL);
		return;
	}
	if (result->dry_run) {
		write_foretold(exchange, result);
		return;
	}
	writing->status = result->created ? 201 : 200;
	writing->revision = result->revision;
	if (kind == OBJECT_COUNT || result->record == NULL) {
		writing->status = 204;
	} else {
		respond_written(exchange, kind, result);
		if (result->created)
			write_location(exchange, kind, result->record);
	}
	if (!writing->waits) {
		write_applied(exchange, plane_applied(api->options.plane));
		return;
	}
	/* When it is applied already, the exchange is gone by the time this returns. */
	wait = plane_wait_applied(api->options.plane, result->revision,
		(int)api->options.limits.applied_ms, write_applied, exchange);
	if (wait != NULL)
		writing->wait = wait;
}

/*
 * A service that the proxy does not know yet may take it a reload, of which there is one a second at most:
 * nobody can be sent to its versions before, so their writes are answered as the service's was.
 */
static bool worth_waiting(const struct plane *plane, const struct plane_write *write)
{
	const struct service *service;

	if (write->service == NULL || write->session != NULL)
		return verbs[write->verb].waits;
	service = environment_service(plane_environment(plane), str_of(write->service));
	return verbs[write->verb].waits && service != NULL &&
	       service->revision <= plane_applied(plane);
}

void mutation_start(struct exchange *exchange, struct plane_write *write)
{
	struct writing *writing = xcalloc(1, sizeof(*writing));

	writing->verb = write->verb;
	(void)str_copy(writing->service, sizeof(writing->service), str_of(write->service));
	writing->pr = write->pr;
	writing->waits = worth_waiting(exchange->api->options.plane, write);
	exchange->state = writing;
	exchange->release = writing_release;
	write->actor = exchange->actor;
	write->if_match = exchange->if_match;
	write->create_only = exchange->create_only;
	plane_write(exchange->api->options.plane, write, write_done, exchange);
}

/* What the path names, as everybody sees it; NULL: nothing yet. */
static const void *find_current(
	const struct exchange *exchange, enum object_kind kind, const struct plane_write *write)
{
	const struct environment *env = plane_environment(exchange->api->options.plane);

	if (kind == OBJECT_SESSION)
		return write->session != NULL ? environment_session(env, str_of(write->session))
					      : NULL;
	if (kind == OBJECT_VERSION)
		return environment_version(env, str_of(write->service), str_of(write->version));
	return environment_service(env, str_of(write->service));
}

void mutation_start_record(struct exchange *exchange, enum object_kind kind, enum wire_mode mode,
	void *record, struct plane_write *write)
{
	const struct record_type *type = object_type(kind);
	const void *current = find_current(exchange, kind, write);
	struct errbuf eb = {0};

	respond_strip(exchange, kind, current);
	if (wire_read_change(type, exchange->body, mode, current, record, &write->present, &eb) !=
		ERR_NONE) {
		exchange_fail(exchange, &eb, NULL);
		return;
	}
	write->record = record;
	mutation_start(exchange, write);
	record_finish(type, record);
}
