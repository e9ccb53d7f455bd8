/*
 * Versions: put, patch, delete, promote, and being retired by whatever ends them.
 *
 * Endpoints are one version's of a service. Who takes one (`take`) leaves the others theirs; a version
 * that is left with none is retired with it, because nothing could reach it any more; but the stable
 * version is never ended that way: then the write is refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/model/name_rules.h"
#include "core/plane/internal.h"

/* ---- being gone and being back ------------------------------------------------------------------- */

void remember(struct txn *txn, struct tombstone *tombstone)
{
	const struct environment *env = &txn->plane->pending;
	const struct tombstone *oldest = tombstone;
	char *id;

	if (env->tombstone_count >= LIMIT_TOMBSTONES) {
		for (size_t i = 0; i < env->tombstone_count; i++) {
			if (env->tombstones[i]->gone_at < oldest->gone_at)
				oldest = env->tombstones[i];
		}
	}
	if (oldest != tombstone) {
		id = object_id(OBJECT_TOMBSTONE, oldest);
		txn_remove(txn, OBJECT_TOMBSTONE, id);
		free(id);
	}
	txn_put(txn, OBJECT_TOMBSTONE, tombstone);
}

void forget(struct txn *txn, enum tombstone_kind kind, const char *id)
{
	const struct environment *env = &txn->plane->pending;
	const struct tombstone *tombstone = environment_tombstone(env, kind, str_of(id));
	char *tombstone_id;

	if (tombstone == NULL)
		return;
	tombstone_id = object_id(OBJECT_TOMBSTONE, tombstone);
	txn_remove(txn, OBJECT_TOMBSTONE, tombstone_id);
	free(tombstone_id);
}

struct tombstone *retire_version(
	struct txn *txn, const struct version *version, enum tombstone_why why)
{
	struct tombstone *tombstone = record_create(&tombstone_type);
	char id[VERSION_ID_SIZE];

	name_join_version(str_of(version->service), str_of(version->name), id);
	tombstone->kind = GONE_VERSION;
	text_set(&tombstone->id, id);
	tombstone->why = (int)why;
	tombstone->gone_at = txn->plane->now_ms();
	text_set(&tombstone->actor, txn->actor);
	tombstone->pr_number = version->pr_number;
	text_set(&tombstone->pr_author, version->pr_author);
	text_set(&tombstone->commit, version->commit);
	tombstone->build = version->build;
	txn_remove(txn, OBJECT_VERSION, id);
	remember(txn, tombstone);
	return tombstone;
}

static bool is_present(const struct plane_write *write, const char *field)
{
	return (write->present & record_bit(&version_type, field)) != 0;
}

/* ---- endpoints ----------------------------------------------------------------------------------- */

/* How many endpoints `version` would keep. */
static size_t endpoints_left(const struct version *version, const struct strlist *taken)
{
	size_t left = 0;

	for (size_t i = 0; i < version->endpoints.count; i++)
		left += !strlist_has(taken, str_of(version->endpoints.items[i]));
	return left;
}

static enum err check_taken(const struct plane_write *write, const struct version *holder,
	const struct strlist *wanted, const char *endpoint, struct outcome *out)
{
	if (!write->take)
		return err_set_field(&out->eb, ERR_ENDPOINT_TAKEN, "endpoints",
			"an endpoint of its own, or take=1 to move it", "%s belongs to %s@%s",
			endpoint, holder->service, holder->name);
	if (holder->kind == KIND_STABLE && endpoints_left(holder, wanted) == 0)
		return err_set_field(&out->eb, ERR_ENDPOINT_TAKEN, "endpoints",
			"promote another version first",
			"%s is the last endpoint of the stable version %s@%s", endpoint,
			holder->service, holder->name);
	return ERR_NONE;
}

/* What is sent to the proxy's own address comes back to it, and is sent there again. */
static enum err check_entrance(
	const struct plane *plane, const struct strlist *wanted, struct outcome *out)
{
	for (size_t i = 0; i < wanted->count; i++) {
		struct endpoint_parts parts;

		if (endpoint_parse(str_of(wanted->items[i]), &parts) &&
			endpoint_is_proxy(&parts, (struct str){0}, str_of(plane->entrance)))
			return err_set_field(&out->eb, ERR_BAD_VALUE, "endpoints",
				"the port that the service itself listens on",
				"%s is the proxy's own address (%s): what is sent there comes back "
				"to it",
				wanted->items[i], plane->entrance);
	}
	return ERR_NONE;
}

static enum err check_endpoints(const struct plane *plane, const struct service_node *node,
	const struct plane_write *write, const struct strlist *wanted, struct outcome *out)
{
	enum err err = ERR_NONE;

	if (wanted->count == 0 || wanted->count > LIMIT_ENDPOINTS)
		return err_set_field(&out->eb, ERR_BAD_VALUE, "endpoints", "1 to 8 of host:port",
			"%zu endpoints are not possible", wanted->count);
	for (size_t i = 0; i < wanted->count; i++) {
		struct str endpoint = str_of(wanted->items[i]);
		const struct version *holder =
			node_endpoint_holder(node, endpoint, str_of(write->version));

		if (holder != NULL)
			err = check_taken(write, holder, wanted, wanted->items[i], out);
		if (err != ERR_NONE)
			return err;
	}
	/* One that is there already may have become the proxy's by another --proxy-listen. */
	return is_present(write, "endpoints") ? check_entrance(plane, wanted, out) : ERR_NONE;
}

/* Takes the endpoints in `taken` from `holder`, which may end with it. */
static void lose_endpoints(
	struct txn *txn, const struct version *holder, const struct strlist *taken)
{
	struct version *new = record_clone(&version_type, holder);
	char id[VERSION_ID_SIZE];

	name_join_version(str_of(holder->service), str_of(holder->name), id);
	if (endpoints_left(holder, taken) == 0) {
		txn_event(txn, EVENT_VERSION_RETIRED, id,
			event_fields(OBJECT_VERSION, holder, NULL), NULL);
		retire_version(txn, holder, WHY_RETIRED);
		record_unref(&version_type, new);
		return;
	}
	strlist_finish(&new->endpoints);
	for (size_t i = 0; i < holder->endpoints.count; i++) {
		struct str endpoint = str_of(holder->endpoints.items[i]);

		if (!strlist_has(taken, endpoint))
			strlist_add(&new->endpoints, endpoint);
	}
	health_judge(txn->plane, new);
	txn_event(txn, EVENT_VERSION_CHANGED, id, event_fields(OBJECT_VERSION, holder, new),
		event_fields(OBJECT_VERSION, new, holder));
	txn_put(txn, OBJECT_VERSION, new);
}

static void take_endpoints(
	struct txn *txn, const struct service_node *node, const struct version *taker)
{
	for (size_t i = 0; i < taker->endpoints.count; i++) {
		const struct version *holder = node_endpoint_holder(
			node, str_of(taker->endpoints.items[i]), str_of(taker->name));

		if (holder != NULL)
			lose_endpoints(txn, holder, &taker->endpoints);
	}
}

/* ---- put and patch ------------------------------------------------------------------------------- */

static enum err check_kind(const struct service_node *node, const struct version *old,
	const struct plane_write *write, int *ret_kind, struct outcome *out)
{
	const struct version *stable = node_stable(node);
	int kind = old != NULL ? old->kind : KIND_EPHEMERAL;

	if (is_present(write, "kind"))
		kind = ((const struct version *)write->record)->kind;
	if (kind == KIND_STABLE && stable != NULL && stable != old)
		return err_set_field(&out->eb, ERR_STABLE_EXISTS, "kind",
			"ephemeral, then promote it", "the stable version of %s is %s",
			write->service, stable->name);
	if (old != NULL && kind != old->kind)
		return err_set_field(&out->eb, ERR_CONFLICT, "kind", version_kind_names[old->kind],
			"%s@%s is %s, and that changes by promoting a version only", write->service,
			write->version, version_kind_names[old->kind]);
	*ret_kind = kind;
	return ERR_NONE;
}

static enum err set_lifetime(struct plane *plane, const struct plane_write *write,
	struct version *new, struct outcome *out)
{
	const struct version *wanted = write->record;
	struct lifetime given = {
		.ttl_ms = is_present(write, "ttl") ? wanted->ttl_ms : 0,
		.expires_at = is_present(write, "expires_at") ? wanted->expires_at : 0,
	};
	struct lifetime lifetime = {0};
	enum err err = ERR_NONE;

	if (new->kind == KIND_STABLE && (given.ttl_ms != 0 || given.expires_at != 0))
		return err_set_field(&out->eb, ERR_CONFLICTING_FIELDS,
			given.ttl_ms != 0 ? "ttl" : "expires_at", "no ttl and no expires_at",
			"%s@%s is stable: it does not expire", write->service, write->version);
	if (!is_present(write, "ttl") && !is_present(write, "expires_at")) {
		if (write->verb == PLANE_PATCH_VERSION)
			return ERR_NONE;
		if (write->keep)
			given.ttl_ms = new->ttl_ms;
	}
	if (new->kind != KIND_STABLE)
		err = check_lifetime(
			&given, plane->now_ms(), DEFAULT_VERSION_TTL_MS, &lifetime, out);
	if (err != ERR_NONE)
		return err;
	new->ttl_ms = lifetime.ttl_ms;
	new->expires_at = lifetime.expires_at;
	return ERR_NONE;
}

/*
 * Jobs of one version may end in another order than they began. A build that comes after a later one, or after
 * the version was retired, changes nothing. One that has expired may be registered once more by its job.
 */
static enum err check_build(const struct plane *plane, const struct version *old,
	const struct plane_write *write, const char *id, struct outcome *out)
{
	const struct tombstone *gone =
		old == NULL ? environment_tombstone(&plane->pending, GONE_VERSION, str_of(id))
			    : NULL;
	int64_t build =
		is_present(write, "build") ? ((const struct version *)write->record)->build : 0;
	int64_t known = old != NULL ? old->build : gone != NULL ? gone->build : 0;
	bool same_is_late = gone != NULL && gone->why != WHY_EXPIRED;
	struct strbuf text;

	if (write->force || build == 0 || build > known || (build == known && !same_is_late))
		return ERR_NONE;
	if (old != NULL)
		return err_set_field(&out->eb, ERR_BUILD_OLDER, "build",
			"a build that is not older, or force",
			"%s is of build %lld, and this is build %lld", id, (long long)known,
			(long long)build);
	strbuf_init(&text, sizeof(out->eb.text) - 1);
	tombstone_say(&text, gone, plane->now_ms());
	err_set_field(&out->eb, ERR_BUILD_OLDER, "build", "a later build, or force",
		"%s of build %lld %s: build %lld does not bring it back", id, (long long)known,
		text.data, (long long)build);
	strbuf_finish(&text);
	out->missing.gone = gone;
	return ERR_BUILD_OLDER;
}

static enum err check_room(
	const struct plane *plane, const struct service_node *node, struct outcome *out)
{
	if (node->version_count >= LIMIT_VERSIONS_PER_SERVICE)
		return err_set(&out->eb, ERR_LIMIT,
			"%s has %d versions, as many as a service may have", node->service->name,
			LIMIT_VERSIONS_PER_SERVICE);
	if (plane->pending.version_count >= LIMIT_VERSIONS)
		return err_set(&out->eb, ERR_LIMIT,
			"there are %d versions, as many as there may be", LIMIT_VERSIONS);
	return ERR_NONE;
}

static enum err check_path(
	const struct service *service, const struct version *new, struct outcome *out)
{
	if (new->health_path == NULL || service->health_type == HEALTH_HTTP)
		return ERR_NONE;
	return err_set_field(&out->eb, ERR_CONFLICTING_FIELDS, "health.path",
		"leave it out, or give the service a health.path",
		"the checks of %s are of type %s, which asks for no path", service->name,
		health_type_names[service->health_type]);
}

static void set_times(struct plane *plane, const struct version *old, struct version *new)
{
	int64_t now = plane->now_ms();
	uint64_t deployed = record_bit(&version_type, "endpoints") |
			    record_bit(&version_type, "commit") |
			    record_bit(&version_type, "build");

	if (old == NULL)
		new->created_at = now;
	if (old == NULL || !record_equal(&version_type, old, new, ~deployed))
		new->deployed_at = now;
	health_judge(plane, new);
}

/* Another pull request comes with a title and an author of its own, or with none. */
static uint64_t other_pull(const struct version *old, const struct plane_write *write)
{
	const struct version *wanted = write->record;
	uint64_t fields = 0;

	if (!write->keep || !is_present(write, "pr.number") || wanted->pr_number == old->pr_number)
		return 0;
	for (size_t i = 0; i < version_type.field_count; i++)
		if (str_starts(str_of(version_type.fields[i].name), STR_LIT("pr.")))
			fields |= UINT64_C(1) << i;
	return fields;
}

/* What `old` (NULL: nothing yet) becomes by a PUT or PATCH that is in order; NULL when it is not. */
static struct version *make_version(struct plane *plane, const struct service_node *node,
	const struct version *old, const struct plane_write *write, struct outcome *out)
{
	uint64_t by_hand = record_bit(&version_type, "kind") | record_bit(&version_type, "ttl") |
			   record_bit(&version_type, "expires_at");
	uint64_t fields = record_mask(&version_type, FIELD_WRITABLE) & ~by_hand;
	bool patch = write->verb == PLANE_PATCH_VERSION;
	struct version *new =
		old != NULL ? record_clone(&version_type, old) : record_create(&version_type);

	if (patch || (write->keep && old != NULL))
		fields &= write->present | other_pull(old, write);
	record_merge(&version_type, new, write->record, fields, patch || write->keep);
	text_set(&new->service, write->service);
	text_set(&new->name, write->version);
	if (check_kind(node, old, write, &new->kind, out) == ERR_NONE &&
		check_endpoints(plane, node, write, &new->endpoints, out) == ERR_NONE &&
		check_path(node->service, new, out) == ERR_NONE &&
		set_lifetime(plane, write, new, out) == ERR_NONE &&
		(old != NULL || check_room(plane, node, out) == ERR_NONE)) {
		set_times(plane, old, new);
		return new;
	}
	record_unref(&version_type, new);
	return NULL;
}

static void set_stable(struct txn *txn, const struct service_node *node, const char *name)
{
	struct service *service = record_clone(&service_type, node->service);

	text_set(&service->stable, name);
	txn_put(txn, OBJECT_SERVICE, service);
}

/* Takes `new` over. */
static void put_version(struct txn *txn, const struct service_node *node, const struct version *old,
	struct version *new, bool noteworthy)
{
	char id[VERSION_ID_SIZE];
	struct tombstone *gone = NULL;

	name_join_version(str_of(new->service), str_of(new->name), id);
	txn->created = old == NULL;
	if (old == NULL)
		gone = environment_tombstone(&txn->plane->pending, GONE_VERSION, str_of(id));
	take_endpoints(txn, node, new);
	if (noteworthy)
		txn_event(txn, old == NULL ? EVENT_VERSION_REGISTERED : EVENT_VERSION_CHANGED, id,
			old != NULL ? event_fields(OBJECT_VERSION, old, new) : NULL,
			event_fields(OBJECT_VERSION, new, old));
	txn_answer(txn, OBJECT_VERSION, new, gone);
	if (gone != NULL)
		forget(txn, GONE_VERSION, id);
	txn_put(txn, OBJECT_VERSION, new);
	if (old == NULL && new->kind == KIND_STABLE)
		set_stable(txn, node, new->name);
}

static enum err write_version(struct plane *plane, const struct plane_write *write,
	const struct service_node *node, struct version *old, struct outcome *out)
{
	struct version *new;
	bool patch = write->verb == PLANE_PATCH_VERSION;
	char id[VERSION_ID_SIZE];
	enum err err;

	name_join_version(str_of(write->service), str_of(write->version), id);
	err = check_if_match(write->if_match, old != NULL ? old->revision : 0, "version", id, out);
	if (err == ERR_NONE)
		err = check_new(write, old != NULL, "version", id, out);
	if (err == ERR_NONE)
		err = check_build(plane, old, write, id, out);
	if (err != ERR_NONE)
		return err;
	new = make_version(plane, node, old, write, out);
	if (new == NULL)
		return out->eb.err;
	out->txn = txn_begin(plane, write->actor);
	if (environment_node(&plane->pending, str_of(write->service)) == NULL) {
		put_new_service(out->txn, record_ref(node->service));
		out->txn->service_created = true;
		node = environment_node(&plane->pending, str_of(write->service));
	}
	if (old != NULL && record_equal(&version_type, old, new, 0)) {
		txn_answer(out->txn, OBJECT_VERSION, old, NULL);
		record_unref(&version_type, new);
		return ERR_NONE;
	}
	bool worthy = old == NULL || event_worthy(OBJECT_VERSION, old, new);
	if (old != NULL && worthy && !patch) {
		struct version *was = record_clone(&version_type, old);

		/* Each registration sets them: they say nothing of what it replaced. */
		was->deployed_at = new->deployed_at;
		was->expires_at = new->expires_at;
		out->txn->replaced = event_fields(OBJECT_VERSION, was, new);
		record_unref(&version_type, was);
	}
	put_version(out->txn, node, old, new, patch || worthy);
	return ERR_NONE;
}

/* A version of a service that nobody has made: mostly the first of its repository. */
static enum err refuse_homeless(struct plane *plane, const char *service, struct outcome *out)
{
	enum err err = refuse_service(plane, ERR_SERVICE_UNKNOWN, service, out);
	size_t len = strlen(out->eb.text);

	if (err == ERR_SERVICE_UNKNOWN)
		snprintf(out->eb.text + len, sizeof(out->eb.text) - len,
			"; make one with: umbra service set %s, or ask for it with "
			"create-service=1",
			service);
	return err;
}

/* The first version of a service that is made with it, and has nothing but its name. */
static enum err put_first_version(
	struct plane *plane, const struct plane_write *write, struct outcome *out)
{
	struct service_node node = {.service = record_create(&service_type)};
	enum err err = name_check_service(str_of(write->service), "service", &out->eb);

	text_set(&node.service->name, write->service);
	if (err == ERR_NONE)
		err = check_new_service(plane, write->service, out);
	if (err == ERR_NONE)
		err = write_version(plane, write, &node, NULL, out);
	record_unref(&service_type, node.service);
	return err;
}

enum err verb_put_version(struct plane *plane, const struct plane_write *write, struct outcome *out)
{
	const struct service_node *node = environment_node(&plane->pending, str_of(write->service));
	enum err err = name_check_version(str_of(write->version), "version", &out->eb);

	if (err != ERR_NONE)
		return err;
	if (node == NULL && write->create_service)
		return put_first_version(plane, write, out);
	if (node == NULL)
		return refuse_homeless(plane, write->service, out);
	return write_version(plane, write, node,
		environment_version(
			&plane->pending, str_of(write->service), str_of(write->version)),
		out);
}

enum err verb_patch_version(
	struct plane *plane, const struct plane_write *write, struct outcome *out)
{
	struct service_node *node = environment_node(&plane->pending, str_of(write->service));
	struct version *old = environment_version(
		&plane->pending, str_of(write->service), str_of(write->version));

	if (old == NULL)
		return refuse_version(plane, ERR_NOT_FOUND, write->service, write->version, out);
	return write_version(plane, write, node, old, out);
}

/* ---- delete and promote -------------------------------------------------------------------------- */

enum err verb_delete_version(
	struct plane *plane, const struct plane_write *write, struct outcome *out)
{
	const struct version *old = environment_version(
		&plane->pending, str_of(write->service), str_of(write->version));
	struct tombstone *gone;
	char id[VERSION_ID_SIZE];
	enum err err;

	if (old == NULL)
		return refuse_version(plane, ERR_NOT_FOUND, write->service, write->version, out);
	name_join_version(str_of(write->service), str_of(write->version), id);
	err = check_if_match(write->if_match, old->revision, "version", id, out);
	if (err != ERR_NONE)
		return err;
	if (old->kind == KIND_STABLE)
		return err_set_field(&out->eb, ERR_IS_STABLE, NULL,
			"promote another version first, or remove the service",
			"%s is the stable version of %s", id, write->service);
	out->txn = txn_begin(plane, write->actor);
	txn_event(
		out->txn, EVENT_VERSION_RETIRED, id, event_fields(OBJECT_VERSION, old, NULL), NULL);
	gone = retire_version(out->txn, old, WHY_RETIRED);
	txn_answer(out->txn, OBJECT_VERSION, NULL, gone);
	return ERR_NONE;
}

static char *stable_json(const char *name)
{
	struct strbuf text;

	if (name == NULL)
		return NULL;
	strbuf_init(&text, 128);
	strbuf_addf(&text, "{\"stable\":\"%s\"}", name);
	return strbuf_detach(&text);
}

static void demote(struct txn *txn, const struct version *stable)
{
	struct version *new = record_clone(&version_type, stable);

	new->kind = KIND_EPHEMERAL;
	new->ttl_ms = DEFAULT_VERSION_TTL_MS;
	new->expires_at = txn->plane->now_ms() + new->ttl_ms;
	txn_put(txn, OBJECT_VERSION, new);
}

static void promote(struct txn *txn, struct service_node *node, const struct version *old)
{
	const struct version *stable = node_stable(node);
	struct version *new = record_clone(&version_type, old);
	char id[VERSION_ID_SIZE];

	name_join_version(str_of(new->service), str_of(new->name), id);
	txn_event(txn, EVENT_VERSION_PROMOTED, id,
		stable_json(stable != NULL ? stable->name : NULL), stable_json(new->name));
	/* In this order: a service has at most one stable version at any time. */
	if (stable != NULL)
		demote(txn, stable);
	new->kind = KIND_STABLE;
	new->ttl_ms = 0;
	new->expires_at = 0;
	txn_put(txn, OBJECT_VERSION, new);
	set_stable(txn, node, new->name);
	txn_answer(txn, OBJECT_SERVICE, node->service, NULL);
}

enum err verb_promote(struct plane *plane, const struct plane_write *write, struct outcome *out)
{
	struct service_node *node = environment_node(&plane->pending, str_of(write->service));
	const struct version *version = environment_version(
		&plane->pending, str_of(write->service), str_of(write->version));
	enum err err;

	if (node == NULL)
		return refuse_service(plane, ERR_SERVICE_UNKNOWN, write->service, out);
	if (version == NULL)
		return refuse_version(
			plane, ERR_VERSION_UNKNOWN, write->service, write->version, out);
	err = check_if_match(
		write->if_match, node->service->revision, "service", write->service, out);
	if (err != ERR_NONE)
		return err;
	if (version->kind != KIND_STABLE && !version_is_ready(version) && !write->force)
		return err_set_field(&out->eb, ERR_NOT_READY, "version",
			"a version that is ready, or force", "%s@%s is %s%s%s", write->service,
			write->version, version_state_names[version->state],
			version->state_detail != NULL ? ": " : "",
			version->state_detail != NULL ? version->state_detail : "");
	out->txn = txn_begin(plane, write->actor);
	if (version->kind == KIND_STABLE)
		txn_answer(out->txn, OBJECT_SERVICE, node->service, NULL);
	else
		promote(out->txn, node, version);
	return ERR_NONE;
}
