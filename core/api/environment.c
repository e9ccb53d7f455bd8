/*
 * GET /v1/environment: everything, in one JSON object, written in slices so that 40,000 versions do not
 * hold up the loop. Polled by those who cannot hold a request: the answer to an unchanged revision is a
 * 304 that touches nothing but the tag.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/http.h>

#include "core/api/call.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/api/walk.h"
#include "core/base/mem.h"
#include "core/plane/plane.h"
#include "core/wire/record.h"

/* Also GET /v1/sessions, which is the last third of it. */
struct listing {
	struct snapshot *snapshot;
	struct walk walk;
	struct json_writer w;
	enum thing thing; /* whose array is open */
	enum thing last; /* the last array there is */
};

static const char *const array_names[] = {
	[THING_SERVICE] = "services",
	[THING_VERSION] = "versions",
	[THING_SESSION] = "sessions",
};

static void listing_release(struct call *call)
{
	struct listing *listing = call->state;

	snapshot_release(listing->snapshot);
	free(listing);
}

/* Closes the open array and opens the next ones, up to that of `thing`. */
static void open_array(struct listing *listing, enum thing thing)
{
	while (listing->thing < thing) {
		json_array_end(&listing->w);
		json_array(&listing->w, array_names[++listing->thing]);
	}
}

static void listing_slice(struct call *call)
{
	struct listing *listing = call->state;

	while (call->out.len < CALL_SLICE) {
		enum thing thing;
		const void *record = walk_next(&listing->walk, &thing);

		if (record == NULL) {
			open_array(listing, listing->last);
			json_array_end(&listing->w);
			json_object_end(&listing->w);
			call_end(call);
			return;
		}
		open_array(listing, thing);
		wire_write_record(&listing->w, NULL, thing_type(thing), record);
	}
	call_flush(call);
}

static struct listing *listing_start(struct call *call, enum thing first)
{
	struct listing *listing = xcalloc(1, sizeof(*listing));

	listing->snapshot = snapshot_take(call->api);
	walk_start(&listing->walk, &listing->snapshot->env, first);
	listing->thing = first;
	listing->last = THING_SESSION;
	listing->w = call_json(call);
	call->state = listing;
	call->release = listing_release;
	call->drained = listing_slice;
	json_object(&listing->w, NULL);
	return listing;
}

/* Whether If-None-Match (RFC 9110 section 13.1.2) has the tag of `revision`; `*` has every one. */
static bool is_unchanged(struct call *call, const struct environment *env)
{
	const char *header =
		evhttp_find_header(evhttp_request_get_input_headers(call->req), "If-None-Match");
	char tag[EPOCH_SIZE + 24];

	if (header == NULL)
		return false;
	(void)snprintf(tag, sizeof(tag), "\"%s-%" PRId64 "\"", env->epoch, env->revision);
	return strcmp(header, "*") == 0 || strstr(header, tag) != NULL;
}

void environment_get(struct call *call)
{
	const struct environment *env = plane_environment(call->api->options.plane);
	struct listing *listing;

	call_etag(call, env->revision);
	if (is_unchanged(call, env)) {
		call_reply(call, 304);
		return;
	}
	listing = listing_start(call, THING_SERVICE);
	json_c(&listing->w, "epoch", env->epoch);
	json_int(&listing->w, "revision", env->revision);
	json_array(&listing->w, array_names[THING_SERVICE]);
	call_start(call, "application/json");
	listing_slice(call);
}

void sessions_get(struct call *call)
{
	struct listing *listing = listing_start(call, THING_SESSION);

	json_array(&listing->w, array_names[THING_SESSION]);
	call_start(call, "application/json");
	listing_slice(call);
}
