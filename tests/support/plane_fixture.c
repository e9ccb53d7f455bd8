/*
 * The bench under the plane's tests. Writes go through the same reading of JSON as the API's, so that
 * `present` is what a client would have sent.
 */
#include "tests/support/plane_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/wire/record.h"
#include "tests/support/store_memory.h"

int64_t bench_now_ms;

static int64_t bench_clock(void)
{
	return bench_now_ms;
}

static void start_plane(struct plane_fixture *bench)
{
	const struct plane_options options = {
		.name = "test", .now_ms = bench_clock, .domain = "env.localhost"};
	struct errbuf eb = {0};

	bench->plane = plane_create(bench->base, bench->store, &options, &eb);
	if (bench->plane == NULL)
		print_message("%s\n", eb.text);
	assert_non_null(bench->plane);
}

void bench_init_store(struct plane_fixture *bench, struct event_base *base, struct store *store)
{
	memset(bench, 0, sizeof(*bench));
	bench_now_ms = 1795377409000;
	bench->base = base;
	bench->store = store;
	start_plane(bench);
}

void bench_init(struct plane_fixture *bench)
{
	struct event_base *base = event_base_new();

	bench_init_store(bench, base, store_memory_create(base));
}

void bench_finish(struct plane_fixture *bench)
{
	plane_destroy(bench->plane);
	store_destroy(bench->store);
	event_base_free(bench->base);
}

void bench_restart(struct plane_fixture *bench)
{
	plane_destroy(bench->plane);
	start_plane(bench);
}

/* ---- writing ------------------------------------------------------------------------------------- */

static const struct record_type *const body_types[PLANE_VERB_COUNT] = {
	[PLANE_PUT_SERVICE] = &service_type,
	[PLANE_PUT_VERSION] = &version_type,
	[PLANE_PATCH_VERSION] = &version_type,
	[PLANE_CREATE_SESSION] = &session_type,
	[PLANE_PATCH_SESSION] = &session_type,
};

static void read_body(const struct write_spec *spec, void *record, uint64_t *ret_present)
{
	bool patch = spec->verb == PLANE_PATCH_VERSION || spec->verb == PLANE_PATCH_SESSION;
	struct errbuf eb = {0};
	cJSON *json = json_parse(str_of(spec->body), &eb);
	enum err err = ERR_BAD_JSON;

	if (json != NULL)
		err = wire_read_record(body_types[spec->verb], json, patch ? WIRE_PATCH : WIRE_PUT,
			record, ret_present, &eb);
	if (err != ERR_NONE)
		print_message("%s: %s\n", spec->body, eb.text);
	assert_int_equal(err, ERR_NONE);
	cJSON_Delete(json);
}

static void keep_record(struct write_result *result, enum plane_verb verb, const void *record)
{
	const struct service *service = record;
	const struct version *version = record;
	const struct session *session = record;

	if (record == NULL)
		return;
	if (verb == PLANE_PUT_SERVICE || verb == PLANE_PROMOTE) {
		str_copy(result->name, sizeof(result->name), str_of(service->name));
		result->record_revision = service->revision;
	} else if (verb == PLANE_PUT_VERSION || verb == PLANE_PATCH_VERSION) {
		str_copy(result->name, sizeof(result->name), str_of(version->name));
		result->record_revision = version->revision;
	} else {
		str_copy(result->name, sizeof(result->name), str_of(session->key));
		result->record_revision = session->revision;
	}
}

struct started {
	struct write_result *result;
	enum plane_verb verb;
};

static void on_done(void *arg, const struct plane_result *result)
{
	struct started *started = arg;
	struct write_result *kept = started->result;

	assert_false(kept->done);
	kept->done = true;
	kept->err = result->err;
	kept->created = result->created;
	kept->revision = result->revision;
	kept->near_count = result->missing != NULL ? result->missing->near_count : 0;
	for (size_t i = 0; i < kept->near_count; i++)
		str_copy(kept->near[i], sizeof(kept->near[i]), str_of(result->missing->near[i]));
	if (result->eb != NULL)
		kept->eb = *result->eb;
	if (result->gone != NULL) {
		str_copy(kept->gone, sizeof(kept->gone), str_of(result->gone->id));
		kept->why = result->gone->why;
	}
	keep_record(kept, started->verb, result->record);
	free(started);
}

void bench_start(
	struct plane_fixture *bench, const struct write_spec *spec, struct write_result *result)
{
	struct plane_write write = {
		.verb = spec->verb,
		.actor = spec->actor != NULL ? spec->actor : "tester",
		.service = spec->service,
		.version = spec->version,
		.session = spec->session,
		.if_match = spec->if_match,
		.force = spec->force,
		.take = spec->take,
	};
	const struct record_type *type = body_types[spec->verb];
	struct started *started = xcalloc(1, sizeof(*started));
	void *record = type != NULL ? xcalloc(1, type->size) : NULL;

	if (record != NULL)
		read_body(spec, record, &write.present);
	write.record = record;
	*result = (struct write_result){0};
	*started = (struct started){result, spec->verb};
	plane_write(bench->plane, &write, on_done, started);
	if (record != NULL)
		record_finish(type, record);
	free(record);
}

void bench_wait(struct plane_fixture *bench, const bool *flag)
{
	int64_t give_up = time_monotonic_ms() + 10000;

	while (!*flag && time_monotonic_ms() < give_up)
		event_base_loop(bench->base, EVLOOP_ONCE);
	assert_true(*flag);
}

void bench_turn(struct plane_fixture *bench)
{
	event_base_loop(bench->base, EVLOOP_NONBLOCK);
}

enum err bench_write(struct plane_fixture *bench, const struct write_spec *spec)
{
	bench_start(bench, spec, &bench->result);
	bench_wait(bench, &bench->result.done);
	return bench->result.err;
}

/* ---- shorthands ---------------------------------------------------------------------------------- */

static void must(struct plane_fixture *bench, const struct write_spec *spec)
{
	enum err err = bench_write(bench, spec);

	if (err != ERR_NONE)
		print_message("%s\n", bench->result.eb.text);
	assert_int_equal(err, ERR_NONE);
}

void bench_service(struct plane_fixture *bench, const char *name)
{
	must(bench, &(struct write_spec){.verb = PLANE_PUT_SERVICE, .service = name, .body = "{}"});
}

void bench_version(struct plane_fixture *bench, const char *service, const char *version,
	const char *kind, const char *endpoint)
{
	char body[256];

	snprintf(body, sizeof(body), "{\"kind\":\"%s\",\"endpoints\":[\"%s\"]}", kind, endpoint);
	must(bench, &(struct write_spec){.verb = PLANE_PUT_VERSION,
			    .service = service,
			    .version = version,
			    .body = body});
}

void bench_session(struct plane_fixture *bench, const char *key)
{
	char body[128];

	snprintf(body, sizeof(body), "{\"key\":\"%s\"}", key);
	must(bench, &(struct write_spec){.verb = PLANE_CREATE_SESSION, .body = body});
}

void bench_health(struct plane_fixture *bench, const char *service, const char *version,
	enum endpoint_health health)
{
	plane_report_health(bench->plane, str_of(service), str_of(version), 0, health,
		health == ENDPOINT_DOWN ? "connection refused" : NULL);
	bench_turn(bench);
}

void bench_shop(struct plane_fixture *bench)
{
	bench_init(bench);
	bench_service(bench, "cart");
	must(bench, &(struct write_spec){.verb = PLANE_PUT_SERVICE,
			    .service = "search",
			    .body = "{\"hosts\":[\"find.example\"]}"});
	bench_version(bench, "cart", "v1", "stable", "127.0.0.1:1");
	bench_version(bench, "cart", "pr-1", "ephemeral", "127.0.0.1:2");
	bench_version(bench, "cart", "pr-2", "ephemeral", "127.0.0.1:3");
	bench_version(bench, "search", "pr-9", "ephemeral", "127.0.0.1:2");
	bench_version(bench, "search", "old", "ephemeral", "127.0.0.1:8");
	must(bench, &(struct write_spec){.verb = PLANE_CREATE_SESSION,
			    .body = "{\"key\":\"dev\",\"pins\":{\"cart\":"
				    "\"pr-1\"}}"});
	bench_session(bench, "gone");
	must(bench, &(struct write_spec){.verb = PLANE_DELETE_SESSION, .session = "gone"});
	must(bench, &(struct write_spec){
			    .verb = PLANE_DELETE_VERSION, .service = "search", .version = "old"});
}

const struct event *bench_last_event(const struct plane_fixture *bench)
{
	const struct event *event = NULL;

	assert_int_equal(plane_events(bench->plane, 0, &event, 1), 1);
	return event;
}

struct version *bench_find(
	const struct plane_fixture *bench, const char *service, const char *version)
{
	return environment_version(
		plane_environment(bench->plane), str_of(service), str_of(version));
}

/* ---- comparing ----------------------------------------------------------------------------------- */

static void assert_same(enum object_kind kind, const void *a, const void *b, bool exact)
{
	const struct record_type *type = object_type(kind);
	uint64_t ignore = exact ? 0 : record_mask(type, FIELD_VOLATILE);
	char *id_a = object_id(kind, a);
	char *id_b = object_id(kind, b);

	if (!exact && record_field(type, STR_LIT("revision")) != NULL)
		ignore |= record_bit(type, "revision");
	assert_string_equal(id_a, id_b);
	if (!record_equal(type, a, b, ignore))
		print_message("%s differs\n", id_a);
	assert_true(record_equal(type, a, b, ignore));
	free(id_a);
	free(id_b);
}

void assert_same_environment(const struct environment *a, const struct environment *b, bool exact)
{
	assert_int_equal(a->node_count, b->node_count);
	assert_int_equal(a->version_count, b->version_count);
	for (size_t i = 0; i < a->node_count; i++) {
		assert_same(OBJECT_SERVICE, a->nodes[i].service, b->nodes[i].service, exact);
		assert_int_equal(a->nodes[i].version_count, b->nodes[i].version_count);
		for (size_t j = 0; j < a->nodes[i].version_count; j++)
			assert_same(OBJECT_VERSION, a->nodes[i].versions[j],
				b->nodes[i].versions[j], exact);
	}
	assert_int_equal(a->session_count, b->session_count);
	for (size_t i = 0; i < a->session_count; i++)
		assert_same(OBJECT_SESSION, a->sessions[i], b->sessions[i], exact);
	assert_int_equal(a->tombstone_count, b->tombstone_count);
	for (size_t i = 0; i < a->tombstone_count; i++)
		assert_same(OBJECT_TOMBSTONE, a->tombstones[i], b->tombstones[i], exact);
}
