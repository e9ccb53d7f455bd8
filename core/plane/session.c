/*
 * Sessions and their pins. Every change of pins is a patch, one or several as one.
 *
 * A pin must name a version that is there when it is set; it stays when that version goes, and the
 * decision then says why it is not served.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/model/name_rules.h"
#include "core/plane/internal.h"

enum { KEY_TRIES = 100 };

static uint64_t bit(const char *field)
{
	return record_bit(&session_type, field);
}

struct tombstone *end_session(
	struct txn *txn, const struct session *session, enum tombstone_why why)
{
	struct tombstone *tombstone = record_create(&tombstone_type);

	tombstone->kind = GONE_SESSION;
	text_set(&tombstone->id, session->key);
	tombstone->why = (int)why;
	tombstone->gone_at = txn->plane->now_ms();
	text_set(&tombstone->actor, txn->actor);
	tombstone->policy = session->policy;
	text_set(&tombstone->owner, session->owner);
	txn_remove(txn, OBJECT_SESSION, tombstone->id);
	remember(txn, tombstone);
	return tombstone;
}

static enum err check_pin(
	struct plane *plane, const char *service, const char *version, struct outcome *out)
{
	const struct environment *env = &plane->pending;
	enum err err;

	if (environment_version(env, str_of(service), str_of(version)) != NULL)
		return ERR_NONE;
	if (environment_node(env, str_of(service)) == NULL)
		err = refuse_service(plane, ERR_SERVICE_UNKNOWN, service, out);
	else
		err = refuse_version(plane, ERR_VERSION_UNKNOWN, service, version, out);
	str_copy(out->eb.field, sizeof(out->eb.field), STR_LIT("pins"));
	return err;
}

static enum err check_pins(struct plane *plane, const struct dict *pins, struct outcome *out)
{
	for (size_t i = 0; i < pins->count; i++) {
		const struct dict_entry *pin = &pins->entries[i];
		enum err err = ERR_NONE;

		if (pin->value != NULL)
			err = check_pin(plane, pin->key, pin->value, out);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static enum err set_lifetime(struct plane *plane, const struct session *wanted, uint64_t present,
	struct session *new, struct outcome *out)
{
	struct lifetime given = {
		.ttl_ms = present & bit("ttl") ? wanted->ttl_ms : 0,
		.expires_at = present & bit("expires_at") ? wanted->expires_at : 0,
	};
	struct lifetime lifetime;
	enum err err =
		check_lifetime(&given, plane->now_ms(), DEFAULT_SESSION_TTL_MS, &lifetime, out);

	if (err != ERR_NONE)
		return err;
	new->ttl_ms = lifetime.ttl_ms;
	new->expires_at = lifetime.expires_at;
	return ERR_NONE;
}

/* ---- pull requests and dry runs ------------------------------------------------------------------ */

/* Pins what the pull request has; what is pinned by name stays. */
static enum err pin_pull(struct plane *plane, const struct plane_write *write, struct dict *pins,
	struct outcome *out)
{
	struct pull_list list;
	const struct pull *pull;
	size_t count;
	enum err err;

	pulls_collect(&plane->pending, write->pr, &list);
	pull = pulls_find(&list, write->pr, str_of(write->pr_url), &count);
	err = pull != NULL && count == 1 ? ERR_NONE : refuse_pull(plane, write, &list, out);
	for (size_t i = 0; pull != NULL && err == ERR_NONE && i < pull->version_count; i++) {
		const struct pull_version *entry = &pull->versions[i];
		struct str service = str_of(entry->version->service);

		if (entry->newest && !dict_has(pins, service))
			dict_set(pins, service, entry->version->name);
	}
	pulls_finish(&list);
	return err;
}

/* What the client sent, with the pins of the pull request it asked for. NULL when that cannot be. */
static struct session *completed(
	struct plane *plane, const struct plane_write *write, struct outcome *out)
{
	struct session *wanted = record_clone(&session_type, write->record);

	if (write->pr == 0 || pin_pull(plane, write, &wanted->pins, out) == ERR_NONE)
		return wanted;
	record_unref(&session_type, wanted);
	return NULL;
}

/* Takes `after` over. */
static enum err dry_run(struct outcome *out, const struct session *before, struct session *after)
{
	out->before = before;
	out->after = after;
	return ERR_NONE;
}

static enum err check_pin_count(const struct session *session, struct outcome *out)
{
	if (session->pins.count <= LIMIT_PINS)
		return ERR_NONE;
	return err_set_field(
		&out->eb, ERR_LIMIT, "pins", NULL, "a session has at most %d pins", LIMIT_PINS);
}

/* ---- create -------------------------------------------------------------------------------------- */

static bool is_free(const struct plane *plane, const char *key)
{
	return environment_session(&plane->pending, str_of(key)) == NULL;
}

/* A new key of the name, neither taken nor remembered: nobody's old link may lead into it. */
static bool invent_key(
	const struct plane *plane, const char *name, int length, char dst[LIMIT_SESSION_KEY + 1])
{
	size_t random = length > 0 ? (size_t)length : LIMIT_KEY_LENGTH_MIN;
	size_t slug;

	assert(random <= LIMIT_KEY_LENGTH_MAX);
	name_slug(str_of(name), dst);
	slug = strlen(dst);
	if (slug > LIMIT_SESSION_KEY - 1 - random)
		slug = LIMIT_SESSION_KEY - 1 - random;
	while (dst[slug - 1] == '-')
		slug--;
	dst[slug++] = '-';
	for (int i = 0; i < KEY_TRIES; i++) {
		random_word(dst + slug, random);
		if (is_free(plane, dst) &&
			environment_tombstone(&plane->pending, GONE_SESSION, str_of(dst)) == NULL)
			return true;
	}
	return false;
}

static enum err choose_key(struct plane *plane, const struct plane_write *write,
	char dst[LIMIT_SESSION_KEY + 1], struct outcome *out)
{
	const struct session *wanted = write->record;
	bool given = wanted->key != NULL && wanted->key[0] != '\0';
	enum err err = ERR_NONE;

	if (!given && !invent_key(plane, wanted->name, write->key_length, dst))
		return err_set(&out->eb, ERR_LIMIT, "no free key was found for this name");
	if (given && write->key_length > 0)
		return err_set_field(&out->eb, ERR_CONFLICTING_FIELDS, "key-length",
			"a key, or the length of one that is made",
			"the key is given, so its length is");
	if (given)
		err = name_check_session(str_of(wanted->key), "key", &out->eb);
	if (!given || err != ERR_NONE)
		return err;
	if (!is_free(plane, wanted->key))
		return err_set_field(&out->eb, ERR_KEY_TAKEN, "key",
			"another key, or none: then one is made from the name",
			"there is a session \"%s\"", wanted->key);
	str_copy(dst, LIMIT_SESSION_KEY + 1, str_of(wanted->key));
	return ERR_NONE;
}

/* Puts a new session in; `new` is taken over. */
static void put_new_session(struct txn *txn, struct session *new)
{
	txn->created = true;
	forget(txn, GONE_SESSION, new->key);
	txn_event(txn, EVENT_SESSION_CREATED, new->key, NULL,
		event_fields(OBJECT_SESSION, new, NULL));
	txn_answer(txn, OBJECT_SESSION, new, NULL);
	txn_put(txn, OBJECT_SESSION, new);
}

static enum err create_session(struct plane *plane, const struct plane_write *write,
	const struct session *wanted, struct outcome *out)
{
	char key[LIMIT_SESSION_KEY + 1];
	struct session *new;
	enum err err = choose_key(plane, write, key, out);

	if (err == ERR_NONE)
		err = check_pins(plane, &wanted->pins, out);
	if (err == ERR_NONE)
		err = check_pin_count(wanted, out);
	if (err == ERR_NONE && plane->pending.session_count >= LIMIT_SESSIONS)
		err = err_set(&out->eb, ERR_LIMIT, "there are %d sessions, as many as there may be",
			LIMIT_SESSIONS);
	if (err != ERR_NONE)
		return err;
	new = record_create(&session_type);
	err = set_lifetime(plane, wanted, write->present, new, out);
	if (err != ERR_NONE) {
		record_unref(&session_type, new);
		return err;
	}
	record_merge(&session_type, new, wanted,
		bit("name") | bit("owner") | bit("policy") | bit("pins"), true);
	text_set(&new->key, key);
	if (new->name == NULL)
		text_set(&new->name, key);
	new->created_at = plane->now_ms();
	if (new->owner == NULL)
		text_set(&new->owner, actor_or_unknown(write->actor));
	if (write->dry_run) {
		/* A key that was made up is not the one that will be, and what it named is not either. */
		if (wanted->key == NULL || wanted->key[0] == '\0') {
			text_set(&new->key, NULL);
			text_set(&new->name, wanted->name);
		}
		return dry_run(out, NULL, new);
	}
	out->txn = txn_begin(plane, write->actor);
	put_new_session(out->txn, new);
	return ERR_NONE;
}

enum err verb_create_session(
	struct plane *plane, const struct plane_write *write, struct outcome *out)
{
	struct session *wanted = completed(plane, write, out);
	enum err err = out->eb.err;

	if (wanted == NULL)
		return err;
	err = create_session(plane, write, wanted, out);
	record_unref(&session_type, wanted);
	return err;
}

/* ---- patch --------------------------------------------------------------------------------------- */

static enum event_action action_of(
	const struct session *old, const struct session *new, const struct dict *patched)
{
	if (!record_equal(&session_type, old, new, bit("pins")))
		return EVENT_SESSION_CHANGED;
	for (size_t i = 0; i < patched->count; i++) {
		if (patched->entries[i].value != NULL)
			return EVENT_SESSION_PINNED;
	}
	return EVENT_SESSION_UNPINNED;
}

/* What `old` becomes; NULL when the patch is not in order. */
static struct session *patched(struct plane *plane, const struct session *old,
	const struct session *patch, uint64_t present, struct outcome *out)
{
	uint64_t lifetime = bit("ttl") | bit("expires_at");
	uint64_t fields = present & record_mask(&session_type, FIELD_WRITABLE) & ~lifetime;
	struct session *new = record_clone(&session_type, old);
	enum err err = ERR_NONE;

	record_merge(&session_type, new, patch, fields, true);
	if (present & lifetime)
		err = set_lifetime(plane, patch, present, new, out);
	if (err == ERR_NONE)
		err = check_pin_count(new, out);
	if (err == ERR_NONE)
		return new;
	record_unref(&session_type, new);
	return NULL;
}

static enum err patch_session(struct plane *plane, const struct plane_write *write,
	const struct session *patch, uint64_t present, struct outcome *out)
{
	struct session *old = environment_session(&plane->pending, str_of(write->session));
	struct session *new;
	enum err err;

	if (old == NULL)
		return refuse_session(plane, write->session, out);
	err = check_if_match(write->if_match, old->revision, "session", write->session, out);
	if (err == ERR_NONE)
		err = check_pins(plane, &patch->pins, out);
	if (err != ERR_NONE)
		return err;
	new = patched(plane, old, patch, present, out);
	if (new == NULL)
		return out->eb.err;
	if (write->dry_run)
		return dry_run(out, old, new);
	out->txn = txn_begin(plane, write->actor);
	if (record_equal(&session_type, old, new, 0)) {
		txn_answer(out->txn, OBJECT_SESSION, old, NULL);
		record_unref(&session_type, new);
		return ERR_NONE;
	}
	txn_event(out->txn, action_of(old, new, &patch->pins), write->session,
		event_fields(OBJECT_SESSION, old, new), event_fields(OBJECT_SESSION, new, old));
	txn_answer(out->txn, OBJECT_SESSION, new, NULL);
	txn_put(out->txn, OBJECT_SESSION, new);
	return ERR_NONE;
}

enum err verb_patch_session(
	struct plane *plane, const struct plane_write *write, struct outcome *out)
{
	struct session *patch = completed(plane, write, out);
	uint64_t present = write->present | (write->pr != 0 ? bit("pins") : 0);
	enum err err = out->eb.err;

	if (patch == NULL)
		return err;
	err = patch_session(plane, write, patch, present, out);
	record_unref(&session_type, patch);
	return err;
}

/* ---- pins and the end ---------------------------------------------------------------------------- */

enum err verb_put_pin(struct plane *plane, const struct plane_write *write, struct outcome *out)
{
	const struct session *session =
		environment_session(&plane->pending, str_of(write->session));
	struct session patch = {0};
	enum err err;

	if (session != NULL) {
		err = check_new(write, session_pin(session, str_of(write->service)) != NULL, "pin",
			write->service, out);
		if (err != ERR_NONE)
			return err;
	}
	dict_set(&patch.pins, str_of(write->service), write->version);
	err = patch_session(plane, write, &patch, bit("pins"), out);
	record_finish(&session_type, &patch);
	return err;
}

/* The error when the session does not pin the service: near are those it does pin. */
static enum err refuse_pin(const struct session *session, const char *service, struct outcome *out)
{
	struct not_found *missing = &out->missing;

	if (name_check_service(str_of(service), "service", &out->eb) != ERR_NONE)
		return out->eb.err;
	for (size_t i = 0; i < session->pins.count && i < NOT_FOUND_NEAR_MAX; i++)
		missing->near[missing->near_count++] = session->pins.entries[i].key;
	return err_set(&out->eb, ERR_NOT_FOUND, "%s does not pin %s", session->key, service);
}

enum err verb_delete_pin(struct plane *plane, const struct plane_write *write, struct outcome *out)
{
	const struct session *session =
		environment_session(&plane->pending, str_of(write->session));
	struct session patch = {0};
	enum err err;

	if (session != NULL && session_pin(session, str_of(write->service)) == NULL)
		return refuse_pin(session, write->service, out);
	dict_set(&patch.pins, str_of(write->service), NULL);
	err = patch_session(plane, write, &patch, bit("pins"), out);
	record_finish(&session_type, &patch);
	return err;
}

enum err verb_delete_session(
	struct plane *plane, const struct plane_write *write, struct outcome *out)
{
	const struct session *old = environment_session(&plane->pending, str_of(write->session));
	struct tombstone *gone;
	enum err err;

	if (old == NULL)
		return refuse_session(plane, write->session, out);
	err = check_if_match(write->if_match, old->revision, "session", write->session, out);
	if (err != ERR_NONE)
		return err;
	out->txn = txn_begin(plane, write->actor);
	txn_event(out->txn, EVENT_SESSION_ENDED, write->session,
		event_fields(OBJECT_SESSION, old, NULL), NULL);
	gone = end_session(out->txn, old, WHY_RETIRED);
	txn_answer(out->txn, OBJECT_SESSION, NULL, gone);
	return ERR_NONE;
}
