/*
 * GET /v1/environment: everything, in one JSON object, written in slices so that 40,000 versions do not
 * hold up the loop. Polled by those who cannot hold a request: the answer to an unchanged revision is a
 * 304 that touches nothing but the tag.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "core/api/exchange.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/api/snapshot.h"
#include "core/base/xalloc.h"
#include "core/plane/plane.h"
#include "core/wire/record.h"

/* Also GET /v1/sessions, which is the last third of it. */
struct listing {
	struct snapshot *snapshot;
	struct snapshot_cursor walk;
	struct json_writer w;
	enum object_kind kind; /* of the objects in the array that is open */
	enum object_kind last; /* the last array there is */
};

static const char *const array_names[] = {
	[OBJECT_SERVICE] = "services",
	[OBJECT_VERSION] = "versions",
	[OBJECT_SESSION] = "sessions",
};

static void listing_release(struct exchange *exchange)
{
	struct listing *listing = exchange->state;

	snapshot_release(listing->snapshot);
	free(listing);
}

/* Closes the open array and opens the next ones, up to that of `thing`. */
static void open_array(struct listing *listing, enum object_kind kind)
{
	while (listing->kind < kind) {
		json_array_end(&listing->w);
		json_array(&listing->w, array_names[++listing->kind]);
	}
}

static void listing_slice(struct exchange *exchange)
{
	struct listing *listing = exchange->state;

	while (exchange->out.len < EXCHANGE_SLICE) {
		enum object_kind kind;
		const void *record = snapshot_cursor_next(&listing->walk, &kind);

		if (record == NULL) {
			open_array(listing, listing->last);
			json_array_end(&listing->w);
			json_object_end(&listing->w);
			exchange_end(exchange);
			return;
		}
		open_array(listing, kind);
		wire_write_record(&listing->w, NULL, object_type(kind), record);
	}
	exchange_flush(exchange);
}

static struct listing *listing_start(struct exchange *exchange, enum object_kind first)
{
	struct listing *listing = xcalloc(1, sizeof(*listing));

	listing->snapshot = snapshot_take(exchange->api);
	snapshot_cursor_start(&listing->walk, &listing->snapshot->env, first);
	listing->kind = first;
	listing->last = OBJECT_SESSION;
	listing->w = exchange_json(exchange);
	exchange->state = listing;
	exchange->release = listing_release;
	exchange->drained = listing_slice;
	json_object(&listing->w, NULL);
	return listing;
}

/* Whether If-None-Match (RFC 9110 section 13.1.2) has the tag of `revision`; `*` has every one. */
static bool is_unchanged(struct exchange *exchange, const struct environment *env)
{
	const struct evkeyval *header;
	char tag[EPOCH_SIZE + 24];

	(void)snprintf(tag, sizeof(tag), "\"%s-%" PRId64 "\"", env->epoch, env->revision);
	TAILQ_FOREACH(header, evhttp_request_get_input_headers(exchange->req), next)
	if (str_eq_nocase(str_of(header->key), STR_LIT("If-None-Match")) &&
		(strcmp(header->value, "*") == 0 || strstr(header->value, tag) != NULL))
		return true;
	return false;
}

void environment_get(struct exchange *exchange)
{
	const struct environment *env = plane_environment(exchange->api->options.plane);
	struct listing *listing;

	exchange_etag(exchange, env->revision);
	if (is_unchanged(exchange, env)) {
		exchange_reply(exchange, 304);
		return;
	}
	listing = listing_start(exchange, OBJECT_SERVICE);
	json_c(&listing->w, "epoch", env->epoch);
	json_int(&listing->w, "revision", env->revision);
	json_array(&listing->w, array_names[OBJECT_SERVICE]);
	exchange_start(exchange, "application/json");
	listing_slice(exchange);
}

void sessions_get(struct exchange *exchange)
{
	struct listing *listing = listing_start(exchange, OBJECT_SESSION);

	json_array(&listing->w, array_names[OBJECT_SESSION]);
	exchange_start(exchange, "application/json");
	listing_slice(exchange);
}
