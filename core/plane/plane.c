/*
 * The plane's life: loading what the store kept, and handing writes to their verbs.
 *
 * `umbra serve` makes one; core/api, core/agent and the tests call it, all on the loop's thread. The
 * pipeline behind a write is txn.c. Invariant: after plane_create() visible and pending are the
 * same, and the revision is the stored ceiling, above everything that was ever seen.
 */
#include "core/plane/plane.h"

#include <stdlib.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/random.h"
#include "core/model/name_rules.h"
#include "core/plane/internal.h"
#include "core/wire/record.h"

/* ---- loading ------------------------------------------------------------------------------------- */

struct loading {
	struct plane *plane;
	int64_t ceiling;
	int64_t highest; /* revision of what was loaded */
	struct batch orphans; /* deletes versions without a service */
};

static void note_revision(
	struct loading *loading, const struct record_type *type, const void *record)
{
	const struct field *field = record_field(type, STR_LIT("revision"));

	if (field != NULL &&
		*(const int64_t *)((const char *)record + field->offset) > loading->highest)
		loading->highest = *(const int64_t *)((const char *)record + field->offset);
}

static bool load_object(
	struct loading *loading, enum object_kind kind, const cJSON *json, struct errbuf *eb)
{
	struct plane *plane = loading->plane;
	const struct record_type *type = object_type(kind);
	void *record = record_create(type);
	struct change change;
	uint64_t present;
	bool applied;

	if (wire_read_record(type, json, WIRE_TRUST, record, &present, eb) != ERR_NONE) {
		free(record);
		return false;
	}
	*(unsigned *)record = 1;
	/* Stored before there was a word for it. */
	if (kind == OBJECT_SERVICE && !(present & record_bit(type, "health.type")))
		((struct service *)record)->health_type = (int)service_health_default(record);
	if (kind == OBJECT_VERSION)
		((struct version *)record)->state_since = plane->started_at;
	change_init(&change, kind, record, 0);
	applied = environment_apply(&plane->committed, &change);
	change_finish(&change);
	note_revision(loading, type, record);
	if (!applied && kind == OBJECT_VERSION) {
		char id[VERSION_ID_SIZE];
		const struct version *version = record;

		/* A later service of that name must not get it back, with its endpoints of then. */
		name_join_version(str_of(version->service), str_of(version->name), id);
		batch_put(&loading->orphans, ROW_VERSION, id, NULL);
	}
	if (!applied)
		(void)err_set(eb, ERR_STORE, "its service is not there any more");
	record_unref(type, record);
	return applied;
}

static bool load_event(struct plane *plane, const cJSON *json, struct errbuf *eb)
{
	struct event *event = xcalloc(1, sizeof(*event));

	if (wire_read_event(json, event, eb) != ERR_NONE) {
		free(event);
		return false;
	}
	events_push(&plane->events, event);
	return true;
}

/* Other parts of the system may keep numbers of their own there: what is not known is left alone. */
static bool load_meta(struct loading *loading, struct str id, const cJSON *json)
{
	struct environment *env = &loading->plane->committed;

	if (str_eq_c(id, "epoch") && cJSON_IsString(json))
		str_copy(env->epoch, sizeof(env->epoch), str_of(json->valuestring));
	if (str_eq_c(id, "revision-ceiling") && cJSON_IsNumber(json))
		loading->ceiling = (int64_t)json->valuedouble;
	return true;
}

static bool load_row(
	void *arg, enum row_kind kind, struct str id, struct str text, struct errbuf *eb)
{
	struct loading *loading = arg;
	struct errbuf why = {0};
	cJSON *json = json_parse(text, &why);
	bool good = json != NULL;

	if (good) {
		switch (kind) {
		case ROW_SERVICE:
			good = load_object(loading, OBJECT_SERVICE, json, &why);
			break;
		case ROW_VERSION:
			good = load_object(loading, OBJECT_VERSION, json, &why);
			break;
		case ROW_SESSION:
			good = load_object(loading, OBJECT_SESSION, json, &why);
			break;
		case ROW_TOMBSTONE:
			good = load_object(loading, OBJECT_TOMBSTONE, json, &why);
			break;
		case ROW_EVENT:
			good = load_event(loading->plane, json, &why);
			break;
		case ROW_META:
			good = load_meta(loading, id, json);
			break;
		}
	}
	cJSON_Delete(json);
	if (!good)
		(void)err_set(eb, ERR_STORE, "%s", why.text);
	return good;
}

static void make_epoch(char dst[EPOCH_SIZE])
{
	random_word(dst, 16);
}

static enum err load(struct plane *plane, struct errbuf *eb)
{
	struct loading loading = {.plane = plane};
	enum err err;

	batch_init(&loading.orphans);
	err = store_load(plane->store, load_row, &loading, eb);
	/* When it fails, they are found again at the next start. */
	if (err == ERR_NONE && loading.orphans.count > 0)
		store_commit(plane->store, &loading.orphans, NULL, NULL);
	batch_finish(&loading.orphans);
	if (err != ERR_NONE)
		return err;
	/* Clients that know what is lost must not take this for the same: it is another epoch. */
	if (plane->committed.epoch[0] == '\0' || store_is_damaged(plane->store))
		make_epoch(plane->committed.epoch);
	if (loading.highest > 0 && loading.ceiling <= loading.highest)
		loading.ceiling = loading.highest + 1;
	/* The ceiling itself may be lost. Revisions come slower than seconds, so this one was never given. */
	if (store_is_damaged(plane->store) && loading.ceiling < plane->started_at / 1000)
		loading.ceiling = plane->started_at / 1000;
	plane->committed.revision = loading.ceiling;
	plane->last_revision = loading.ceiling;
	plane->ceiling_durable = loading.ceiling;
	plane->ceiling_reserved = loading.ceiling;
	environment_copy(&plane->pending, &plane->committed);
	return ERR_NONE;
}

/* ---- life ---------------------------------------------------------------------------------------- */

struct plane *plane_create(struct event_base *base, struct store *store,
	const struct plane_options *options, struct errbuf *eb)
{
	struct plane *plane = xcalloc(1, sizeof(*plane));

	plane->base = base;
	plane->store = store;
	plane->name = xstrdup(options->name != NULL ? options->name : "");
	plane->domain = xstrdup(options->domain != NULL ? options->domain : "");
	plane->now_ms = options->now_ms;
	plane->started_at = plane->now_ms();
	environment_init(&plane->committed);
	plane->committed.remembers = true;
	environment_init(&plane->pending);
	events_init(&plane->events);
	if (load(plane, eb) == ERR_NONE) {
		change_log_init(&plane->feed, plane->committed.revision);
		if (txn_init(plane) && health_init(plane) && refused_init(plane) &&
			expiry_init(plane))
			return plane;
		err_set(eb, ERR_FAILED, "the loop has no room for the plane's timers");
	}
	plane_destroy(plane);
	return NULL;
}

void plane_destroy(struct plane *plane)
{
	if (plane == NULL)
		return;
	txn_drop_all(plane);
	waits_finish(plane);
	observers_finish(plane);
	expiry_finish(plane);
	health_finish(plane);
	refused_finish(plane);
	txn_finish(plane);
	change_log_finish(&plane->feed);
	events_finish(&plane->events);
	environment_finish(&plane->pending);
	environment_finish(&plane->committed);
	free(plane->name);
	free(plane->domain);
	free(plane);
}

const struct environment *plane_environment(const struct plane *plane)
{
	return &plane->committed;
}

const char *plane_name(const struct plane *plane)
{
	return plane->name;
}

/* ---- writing ------------------------------------------------------------------------------------- */

static const struct {
	verb_fn run;
	enum object_kind kind; /* of its record, where it has one */
} verbs[PLANE_VERB_COUNT] = {
	[PLANE_PUT_SERVICE] = {verb_put_service, OBJECT_SERVICE},
	[PLANE_DELETE_SERVICE] = {verb_delete_service, OBJECT_SERVICE},
	[PLANE_PUT_VERSION] = {verb_put_version, OBJECT_VERSION},
	[PLANE_PATCH_VERSION] = {verb_patch_version, OBJECT_VERSION},
	[PLANE_DELETE_VERSION] = {verb_delete_version, OBJECT_VERSION},
	[PLANE_PROMOTE] = {verb_promote, OBJECT_VERSION},
	[PLANE_CREATE_SESSION] = {verb_create_session, OBJECT_SESSION},
	[PLANE_PATCH_SESSION] = {verb_patch_session, OBJECT_SESSION},
	[PLANE_DELETE_SESSION] = {verb_delete_session, OBJECT_SESSION},
	[PLANE_PUT_PIN] = {verb_put_pin, OBJECT_SESSION},
	[PLANE_DELETE_PIN] = {verb_delete_pin, OBJECT_SESSION},
};

static void refuse(struct plane *plane, const struct outcome *out, plane_done_fn done, void *arg)
{
	struct plane_result result = {
		.err = out->eb.err,
		.eb = &out->eb,
		.gone = out->missing.gone,
		.revision = plane->committed.revision,
		.missing = &out->missing,
	};

	done(arg, &result);
}

/* Nothing has changed: what would be is told. */
static void answer_dry_run(struct plane *plane, struct outcome *out, plane_done_fn done, void *arg)
{
	const struct plane_result result = {
		.record = out->after,
		.dry_run = true,
		.before = out->before,
		.revision = plane->committed.revision,
	};

	done(arg, &result);
	record_unref(&session_type, out->after);
}

void plane_write(
	struct plane *plane, const struct plane_write *write, plane_done_fn done, void *arg)
{
	struct outcome out = {0};

	if (check_identity(verbs[write->verb].kind, write, &out) != ERR_NONE ||
		verbs[write->verb].run(plane, write, &out) != ERR_NONE) {
		refuse(plane, &out, done, arg);
		return;
	}
	if (out.txn == NULL) {
		answer_dry_run(plane, &out, done, arg);
		return;
	}
	out.txn->done = done;
	out.txn->arg = arg;
	txn_commit(out.txn);
}

void plane_add_event(
	struct plane *plane, enum event_action action, const char *object, const char *after_json)
{
	struct txn *txn = txn_begin(plane, "umbra");

	txn_event(txn, action, object, NULL, xstrdup(after_json));
	txn_commit(txn);
}
