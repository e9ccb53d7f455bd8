/*
 * How one thing is answered, and how its absence is. Used by services.c, versions.c, sessions.c and
 * write.c, so that a GET and the write before it say the same.
 */
#include "core/api/answer.h"

#include <stdlib.h>

#include "core/api/internal.h"
#include "core/base/mem.h"
#include "core/model/howto.h"
#include "core/model/names.h"
#include "core/plane/plane.h"
#include "core/wire/record.h"

enum {
	NEAR_MAX = 5,
	NEAR_AMONG_MAX = 5000, /* comparing more names than this would hold up the loop */
};

/* ---- there ----------------------------------------------------------------------------------------- */

int64_t thing_revision(enum thing thing, const void *record)
{
	const struct field *field = record_field(thing_type(thing), STR_LIT("revision"));

	return *(const int64_t *)(const void *)((const char *)record + field->offset);
}

static void howto_of(struct strbuf *out, enum howto howto, const struct entry_point *entry,
	enum thing thing, const void *record)
{
	if (thing == THING_VERSION) {
		const struct version *version = record;

		howto_version(out, howto, entry, str_of(version->service), str_of(version->name),
			STR_LIT("/"));
	} else {
		const struct session *session = record;
		struct str service = {0};

		/* Links need some service: the first that is pinned. Without one there are none. */
		if (session->pins.count > 0)
			service = str_of(session->pins.entries[0].key);
		else if (howto != HOWTO_HEADER && howto != HOWTO_BAGGAGE && howto != HOWTO_COOKIE)
			return;
		howto_session(out, howto, entry, str_of(session->key), service, STR_LIT("/"));
	}
}

static void write_howto(
	struct call *call, struct json_writer *w, enum thing thing, const void *record)
{
	struct strbuf text;

	strbuf_init(&text, 4096);
	json_object(w, "how_to");
	for (int howto = 0; howto < HOWTO_COUNT; howto++) {
		strbuf_reset(&text);
		howto_of(&text, (enum howto)howto, &call->api->options.entry, thing, record);
		if (text.len > 0)
			json_str(w, howto_names[howto], strbuf_str(&text));
	}
	json_object_end(w);
	strbuf_finish(&text);
}

void answer_thing(struct call *call, enum thing thing, const void *record)
{
	struct json_writer w = call_json(call);

	json_object(&w, NULL);
	wire_write_fields(&w, thing_type(thing), record, 0);
	if (thing == THING_VERSION || thing == THING_SESSION)
		write_howto(call, &w, thing, record);
	json_object_end(&w);
	call_etag(call, thing_revision(thing, record));
}

void answer_strip_howto(struct call *call, enum thing thing, const void *current)
{
	const cJSON *given = cJSON_GetObjectItemCaseSensitive(call->body, "how_to");
	struct json_writer w;
	struct strbuf text;
	cJSON *ours;

	if (given == NULL || current == NULL || thing == THING_SERVICE)
		return;
	strbuf_init(&text, LIMIT_BODY);
	json_start(&w, &text);
	json_object(&w, NULL);
	write_howto(call, &w, thing, current);
	json_object_end(&w);
	ours = json_parse(strbuf_str(&text), NULL);
	if (cJSON_Compare(given, cJSON_GetObjectItemCaseSensitive(ours, "how_to"), true))
		cJSON_DeleteItemFromObjectCaseSensitive(call->body, "how_to");
	cJSON_Delete(ours);
	strbuf_finish(&text);
}

/* ---- not there ------------------------------------------------------------------------------------- */

static void fail_near(struct call *call, const struct errbuf *eb, const char *wanted,
	const char *const *names, size_t count)
{
	const char *near[NEAR_MAX];
	size_t found[NEAR_MAX];
	struct call_hints hints = {.near = near};

	hints.near_count = name_near(str_of(wanted), names, count, found, NEAR_MAX);
	for (size_t i = 0; i < hints.near_count; i++)
		near[i] = names[found[i]];
	call_fail(call, eb, &hints);
}

void answer_no_service(struct call *call, enum err err, const char *service)
{
	const struct environment *env = plane_environment(call->api->options.plane);
	const char **names = xcalloc(env->node_count + 1, sizeof(*names));
	struct errbuf eb;

	errbuf_clear(&eb);
	(void)err_set_field(&eb, err, "service", NULL, "there is no service \"%s\"", service);
	for (size_t i = 0; i < env->node_count; i++)
		names[i] = env->nodes[i].service->name;
	fail_near(call, &eb, service, names, env->node_count);
	free(names);
}

static void fail_gone(struct call *call, const struct tombstone *gone, const char *field)
{
	const struct call_hints hints = {.gone = gone};
	struct strbuf said;
	struct errbuf eb;

	errbuf_clear(&eb);
	strbuf_init(&said, sizeof(eb.text));
	tombstone_say(&said, gone, call->api->options.now_ms());
	(void)err_set_field(&eb, ERR_GONE, field, NULL, "the %s %s %s",
		tombstone_kind_names[gone->kind], gone->id, said.data);
	strbuf_finish(&said);
	call_fail(call, &eb, &hints);
}

void answer_no_version(struct call *call, const char *service, const char *version)
{
	const struct environment *env = plane_environment(call->api->options.plane);
	const struct service_node *node = environment_node(env, str_of(service));
	char id[VERSION_ID_SIZE];
	const struct tombstone *gone;
	const char **names;
	struct errbuf eb;

	if (node == NULL) {
		answer_no_service(call, ERR_SERVICE_UNKNOWN, service);
		return;
	}
	name_join_version(str_of(service), str_of(version), id);
	gone = environment_tombstone(env, GONE_VERSION, str_of(id));
	if (gone != NULL) {
		fail_gone(call, gone, "version");
		return;
	}
	errbuf_clear(&eb);
	(void)err_set_field(
		&eb, ERR_NOT_FOUND, "version", NULL, "%s has no version \"%s\"", service, version);
	names = xcalloc(node->version_count + 1, sizeof(*names));
	for (size_t i = 0; i < node->version_count; i++)
		names[i] = node->versions[i]->name;
	fail_near(call, &eb, version, names, node->version_count);
	free(names);
}

void answer_no_session(struct call *call, const char *key)
{
	const struct environment *env = plane_environment(call->api->options.plane);
	const struct tombstone *gone = environment_tombstone(env, GONE_SESSION, str_of(key));
	size_t count = env->session_count <= NEAR_AMONG_MAX ? env->session_count : 0;
	const char **names;
	struct errbuf eb;

	if (gone != NULL) {
		fail_gone(call, gone, "session");
		return;
	}
	errbuf_clear(&eb);
	(void)err_set_field(&eb, ERR_NOT_FOUND, "session", NULL, "there is no session \"%s\"", key);
	names = xcalloc(count + 1, sizeof(*names));
	for (size_t i = 0; i < count; i++)
		names[i] = env->sessions[i]->key;
	fail_near(call, &eb, key, names, count);
	free(names);
}
