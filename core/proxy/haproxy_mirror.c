/*
 * The table of what HAProxy has been told, and the difference to an environment as commands. Used by the
 * driver (haproxy.c) from the loop only. Invariant: after the commands of a call have been carried out,
 * HAProxy has what the table says.
 */
#include "core/proxy/haproxy_mirror.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/model/name_rules.h"

/* Sunset is told within a day of it (rule 6); a minute more, because it is looked at once a minute. */
#define SOON_MS ((24LL * 60 + 1) * 60 * 1000)

enum {
	MANY_ENDPOINTS = 2000,
	CHECK_INTERVAL_MS = 2000,
	CHECK_INTERVAL_MANY_MS = 10000,
	CHECK_TIMEOUT_MS = 2000, /* `timeout check` of haproxy_rules.c */
};

/* ---- its parts --------------------------------------------------------------------------------- */

static void version_free(void *value)
{
	struct mirror_version *version = value;

	free(version->name);
	free(version->path);
	free(version);
}

static void service_free(void *value)
{
	struct mirror_service *service = value;

	if (service == NULL)
		return;
	record_unref(&service_type, service->service);
	hashmap_destroy(service->versions, version_free);
	free(service->stable);
	free(service->refused);
	free(service);
}

static void session_free(void *value)
{
	struct mirror_session *session = value;

	record_unref(&session_type, session->session);
	free(session);
}

void mirror_init(struct mirror *table,
	bool (*resolve)(void *arg, const struct endpoint_parts *endpoint, struct str *ret_address),
	void *arg)
{
	*table = (struct mirror){
		.services = hashmap_create(),
		.sessions = hashmap_create(),
		.gone = hashmap_create(),
		.resolve = resolve,
		.arg = arg,
	};
}

void mirror_finish(struct mirror *table)
{
	hashmap_destroy(table->services, service_free);
	hashmap_destroy(table->sessions, session_free);
	hashmap_destroy(table->gone, NULL);
	*table = (struct mirror){0};
}

static struct mirror_version *add_version(struct mirror_service *service, struct str name)
{
	struct mirror_version *version = xcalloc(1, sizeof(*version));

	version->name = str_dup(name);
	hashmap_set(service->versions, name, version);
	return version;
}

/* The numeric address of an endpoint. False while its owner knows none. */
static bool find_address(
	const struct mirror *table, const char *endpoint, struct mirror_server *server)
{
	struct endpoint_parts parts;
	struct str address;

	if (!endpoint_parse(str_of(endpoint), &parts))
		return false;
	server->port = parts.port;
	if (!table->resolve(table->arg, &parts, &address))
		return false;
	return str_copy(server->address, sizeof(server->address), address);
}

static bool is_ready(const struct mirror_version *version)
{
	for (size_t i = 0; i < version->count; i++)
		if (version->servers[i].place == SERVER_ACTIVE && version->servers[i].up)
			return true;
	return false;
}

/* What maps/SERVICE.versions should say. */
static void write_entry(const struct mirror *table, const struct mirror_version *version, char *dst,
	size_t size_bytes)
{
	bool soon = version->expires_at > 0 && version->expires_at - table->now_ms <= SOON_MS;

	size_t len = (size_t)snprintf(
		dst, size_bytes, "%s", is_ready(version) ? "pinned" : "version-unhealthy");

	if (soon || version->count > 1)
		snprintf(dst + len, size_bytes - len, ":%zu:%" PRId64, version->count,
			soon ? version->expires_at / 1000 : 0);
}

/* Where its check asks: a path counts only where the service's checks ask for one. */
static const char *wanted_path(const struct service *service, const struct version *from)
{
	return service->health_type == HEALTH_HTTP ? from->health_path : NULL;
}

static uint16_t wanted_port(const struct service *service, const struct version *from)
{
	return (uint16_t)(from->health_port != 0 ? from->health_port : service->health_port);
}

/* ---- as it will be loaded ------------------------------------------------------------------------ */

static void build_version(const struct mirror *table, struct mirror_service *service,
	const struct version *from, const struct mirror_service *known)
{
	struct mirror_version *version = add_version(service, str_of(from->name));
	const struct mirror_version *old =
		known != NULL ? hashmap_get(known->versions, str_of(from->name)) : NULL;

	version->stable = from->kind == KIND_STABLE;
	version->expires_at = from->expires_at;
	text_set(&version->path, wanted_path(service->service, from));
	version->check_port = wanted_port(service->service, from);
	for (size_t i = 0; i < from->endpoints.count && i < LIMIT_ENDPOINTS; i++) {
		struct mirror_server *server = &version->servers[version->count++];
		bool found = find_address(table, from->endpoints.items[i], server);

		server->check_port = version->check_port;
		server->place =
			found && from->state != STATE_DRAINING ? SERVER_ACTIVE : SERVER_PARKED;
		server->twin = version->stable;
		bool same = old != NULL && server->place == SERVER_ACTIVE && !old->gone &&
			    old->servers[i].port == server->port &&
			    strcmp(old->servers[i].address, server->address) == 0;
		server->up = same && old->servers[i].up;
		server->heard = same && old->servers[i].heard;
	}
	write_entry(table, version, version->entry, sizeof(version->entry));
	if (version->stable)
		text_set(&service->stable, version->name);
}

static struct mirror_service *make_service(const struct mirror *table,
	const struct service_node *node, const struct mirror_service *old)
{
	struct mirror_service *service = xcalloc(1, sizeof(*service));

	service->service = record_ref(node->service);
	service->versions = hashmap_create();
	service->loaded = old != NULL && old->loaded;
	service->has_quiet = true;
	for (size_t v = 0; v < node->version_count; v++)
		build_version(table, service, node->versions[v], old);
	return service;
}

struct mirror_service *mirror_make_service(
	const struct mirror *table, const struct service_node *node)
{
	return make_service(table, node, NULL);
}

void mirror_service_destroy(struct mirror_service *service)
{
	service_free(service);
}

static void build_services(
	struct mirror *table, const struct environment *env, const struct hashmap *known)
{
	for (size_t i = 0; i < env->node_count; i++) {
		const struct service_node *node = &env->nodes[i];
		struct str name = str_of(node->service->name);

		hashmap_set(
			table->services, name, make_service(table, node, hashmap_get(known, name)));
		for (size_t v = 0; v < node->version_count; v++)
			table->endpoint_count += node->versions[v]->endpoints.count;
	}
}

/* Takes the session (NULL: it has ended) as the one whose pins HAProxy has. */
static void hold_session(struct mirror *table, struct mirror_session *have, struct session *session)
{
	if (session != NULL) {
		record_ref(session);
		table->pin_count += session->pins.count;
	}
	if (have->session != NULL)
		table->pin_count -= have->session->pins.count;
	record_unref(&session_type, have->session);
	have->session = session;
}

static void put_session(
	struct mirror *table, const struct environment *env, struct str key, const char *state)
{
	struct mirror_session *have = xcalloc(1, sizeof(*have));

	have->state = state;
	hold_session(table, have, environment_session(env, key));
	hashmap_set(table->sessions, key, have);
}

static void build_sessions(struct mirror *table, const struct environment *env)
{
	for (size_t i = 0; i < env->session_count; i++) {
		struct str key = str_of(env->sessions[i]->key);
		put_session(table, env, key, mirror_session_state(env, key));
	}
	for (size_t i = 0; i < env->tombstone_count; i++) {
		const struct tombstone *tombstone = env->tombstones[i];
		struct str key = str_of(tombstone->id);
		char *id = mirror_gone_id(tombstone);

		hashmap_set(table->gone, str_of(id), table);
		free(id);
		if (tombstone->kind == GONE_SESSION && hashmap_get(table->sessions, key) == NULL)
			put_session(table, env, key, mirror_session_state(env, key));
	}
}

void mirror_build(struct mirror *table, const struct environment *env)
{
	struct mirror old = *table;

	mirror_init(table, old.resolve, old.arg);
	table->now_ms = old.now_ms;
	build_services(table, env, old.services);
	build_sessions(table, env);
	mirror_finish(&old);
}

void mirror_loaded(struct mirror *table)
{
	size_t cursor = 0;
	struct str name;
	void *service;

	while (hashmap_next(table->services, &cursor, &name, &service))
		((struct mirror_service *)service)->loaded =
			((struct mirror_service *)service)->refused == NULL;
}

bool mirror_needs_load(const struct mirror *table, struct str name, const struct service *service)
{
	const struct mirror_service *have = hashmap_get(table->services, name);

	if (have == NULL || service == NULL)
		return (have == NULL) != (service == NULL);
	return !record_equal(&service_type, have->service, service, service_mask_shown());
}

/* ---- checks -------------------------------------------------------------------------------------- */

int64_t mirror_check_interval(const struct mirror *table, const struct service *service)
{
	if (service != NULL && service->health_interval_ms > 0)
		return service->health_interval_ms;
	return table->endpoint_count > MANY_ENDPOINTS ? CHECK_INTERVAL_MANY_MS : CHECK_INTERVAL_MS;
}

void mirror_write_check(struct strbuf *out, const struct mirror *table,
	const struct service *service, const struct mirror_version *version)
{
	int64_t interval_ms = mirror_check_interval(table, service);

	/* One refused connection is enough: the server is down until a check passes. */
	strbuf_addf(out,
		"check inter %" PRId64
		"ms fall 2 rise 1 observe layer4 error-limit 1 on-error mark-down",
		interval_ms);
	/* Where checks are far apart, what is new or down still does not wait that long. */
	if (interval_ms > CHECK_INTERVAL_MS)
		strbuf_addf(out, " fastinter %dms downinter %dms", CHECK_INTERVAL_MS,
			CHECK_INTERVAL_MS);
	/* Without an HTTP check HAProxy refuses check-proto, and connects. */
	if (service->protocol == PROTOCOL_H2C)
		strbuf_add_c(out, service->health_type == HEALTH_HTTP ? " proto h2 check-proto h2"
								      : " proto h2");
	if (version->check_port != 0)
		strbuf_addf(out, " port %u", (unsigned)version->check_port);
}

/* ---- versions ------------------------------------------------------------------------------------ */

/* One server on its way into HAProxy's two backends of a service. */
struct target {
	const struct mirror *table;
	const struct mirror_service *service;
	const struct mirror_version *version;
	struct mirror_server *server;
	size_t index;
	struct haproxy_batch *commands;
	const struct mirror_server
		*before; /* the version's servers as they were, NULL when it is new */
};

static void set_weight(const struct target *t, int weight)
{
	haproxy_batch_addf(t->commands, "set server %s/%s:%zu weight %d", t->service->service->name,
		t->version->name, t->index, weight);
}

/* Down until its first passed check. HAProxy has it up for a moment, in which it has no weight. */
static void start_checks(const struct target *t)
{
	const char *service = t->service->service->name;
	const char *version = t->version->name;
	bool weighs = t->version->stable && t->server->place == SERVER_PARKED;

	if (weighs)
		set_weight(t, 0);
	haproxy_batch_addf(t->commands,
		"enable health %s/%s:%zu; enable server %s/%s:%zu; set server %s/%s:%zu health "
		"down",
		service, version, t->index, service, version, t->index, service, version, t->index);
	if (weighs)
		set_weight(t, 1);
	t->server->place = SERVER_ACTIVE;
	t->server->up = false;
	t->server->heard = false;
	t->server->quiet_ms = 0;
}

static void add_server(const struct target *t)
{
	const struct service *service = t->service->service;
	const char *proto = service->protocol == PROTOCOL_H2C ? " proto h2" : "";
	struct strbuf check;

	strbuf_init(&check, 512);
	mirror_write_check(&check, t->table, service, t->version);
	haproxy_batch_addf(t->commands, "add server %s/%s:%zu %s:%u weight 0 %s", service->name,
		t->version->name, t->index, t->server->address, (unsigned)t->server->port,
		check.data);
	haproxy_batch_addf(t->commands, "add server %s:strict/%s:%zu %s:%u weight 0%s",
		service->name, t->version->name, t->index, t->server->address,
		(unsigned)t->server->port, proto);
	strbuf_finish(&check);
	t->server->place = SERVER_PARKED;
	t->server->check_port = t->version->check_port;
	t->server->up = false;
}

/* The names of a server's twins: after the service, and after the server. */
static const struct twin {
	const char *of_service, *of_server;
} strict_twin = {":strict", ""}, stable_twin = {"", "t"};

static void command_twin(const struct target *t, const struct twin *twin, const char *what)
{
	haproxy_batch_addf(t->commands, "set server %s%s/%s:%zu%s %s", t->service->service->name,
		twin->of_service, t->version->name, t->index, twin->of_server, what);
}

static void set_stable_twin_maint(const struct target *t, bool maint)
{
	if (t->server->twin)
		command_twin(t, &stable_twin,
			maint || !t->version->stable ? "state maint" : "state ready");
}

static void set_twins_maint(const struct target *t, bool maint)
{
	command_twin(t, &strict_twin, maint ? "state maint" : "state ready");
	if (t->version->stable)
		set_stable_twin_maint(t, maint);
}

/* It takes no more requests before it has the new address, of which no check has passed. */
static void move_server(const struct target *t)
{
	static const struct twin itself = {"", ""};
	char to[INET6_ADDRSTRLEN + 32];

	if (t->server->up) {
		set_twins_maint(t, true);
		command_twin(t, &itself, "health down");
	}
	snprintf(to, sizeof(to), "addr %s port %u", t->server->address, (unsigned)t->server->port);
	command_twin(t, &itself, to);
	command_twin(t, &strict_twin, to);
	if (t->server->twin)
		command_twin(t, &stable_twin, to);
}

/* A server that became stable gets its twin; HAProxy begins with it in maintenance. */
static void add_stable_twin(const struct target *t)
{
	if (t->server->twin || !t->version->stable || t->server->place == SERVER_ABSENT ||
		t->server->place == SERVER_DELETING)
		return;
	haproxy_batch_addf(t->commands, "add server %s/%s:%zut %s:%u weight 1%s",
		t->service->service->name, t->version->name, t->index, t->server->address,
		(unsigned)t->server->port,
		t->service->service->protocol == PROTOCOL_H2C ? " proto h2" : "");
	t->server->twin = true;
	if (t->server->up)
		set_stable_twin_maint(t, false);
}

static void park_server(const struct target *t)
{
	if (t->server->up)
		set_twins_maint(t, true);
	haproxy_batch_addf(t->commands, "set server %s/%s:%zu state maint",
		t->service->service->name, t->version->name, t->index);
	t->server->place = SERVER_PARKED;
	t->server->up = false;
}

static void move_check(const struct target *t)
{
	haproxy_batch_addf(t->commands, "set server %s/%s:%zu check-port %u",
		t->service->service->name, t->version->name, t->index,
		(unsigned)t->version->check_port);
	t->server->check_port = t->version->check_port;
}

static bool same_address(const struct mirror_server *a, const struct mirror_server *b)
{
	return a->port == b->port && strcmp(a->address, b->address) == 0;
}

/* The version had this address before, perhaps under another number, and it was up. */
static bool was_up(const struct target *t, const struct mirror_server *wanted)
{
	for (size_t i = 0; t->before != NULL && i < LIMIT_ENDPOINTS; i++)
		if (t->before[i].up && same_address(&t->before[i], wanted))
			return true;
	return false;
}

static void keep_up(const struct target *t)
{
	haproxy_batch_addf(t->commands, "set server %s/%s:%zu health up", t->service->service->name,
		t->version->name, t->index);
	set_twins_maint(t, false);
	t->server->up = true;
}

/* Brings one server to where it should be; `endpoint` NULL when there is none any more. */
static void sync_server(const struct target *t, const char *endpoint, bool draining)
{
	struct mirror_server wanted = {.address = "127.0.0.1", .port = 1};
	if (t->server->place == SERVER_DELETING)
		return; /* synchronised again when HAProxy has said whether it is gone */
	bool usable = endpoint != NULL && find_address(t->table, endpoint, &wanted) && !draining;

	if (t->server->place == SERVER_ABSENT && endpoint != NULL) {
		memcpy(t->server->address, wanted.address, sizeof(wanted.address));
		t->server->port = wanted.port;
		add_server(t);
	} else if (t->server->place != SERVER_ABSENT &&
		   t->server->check_port != t->version->check_port) {
		move_check(t);
	}
	if (!usable) {
		if (t->server->place == SERVER_ACTIVE)
			park_server(t);
		return;
	}
	bool moved = !same_address(t->server, &wanted);
	if (moved) {
		memcpy(t->server->address, wanted.address, sizeof(wanted.address));
		t->server->port = wanted.port;
		t->server->moved_ms = t->table->monotonic_ms;
		move_server(t);
	}
	if (!moved && t->server->place != SERVER_PARKED)
		return;
	start_checks(t);
	if (was_up(t, &wanted))
		keep_up(t);
}

/*
 * Those first that were up: an endpoint that only gets another number in the list is there under the new one
 * before the old one goes, because HAProxy serves requests between two commands.
 */
static void sync_servers(const struct target *of, struct mirror_version *version,
	const struct version *from, bool were_up)
{
	struct target t = *of;

	for (t.index = 0; t.index < LIMIT_ENDPOINTS; t.index++) {
		const char *endpoint =
			t.index < version->count ? from->endpoints.items[t.index] : NULL;
		struct mirror_server wanted = {0};

		if (were_up != (endpoint != NULL && find_address(t.table, endpoint, &wanted) &&
				       was_up(&t, &wanted)))
			continue;
		t.server = &version->servers[t.index];
		sync_server(&t, endpoint, from->state == STATE_DRAINING);
		add_stable_twin(&t);
	}
}

static void set_weights(const struct target *of, bool stable)
{
	struct target t = *of;
	struct mirror_version *version = hashmap_get(t.service->versions, str_of(t.version->name));

	if (version->stable == stable)
		return;
	version->stable = stable;
	for (t.index = 0; t.index < LIMIT_ENDPOINTS; t.index++) {
		t.server = &version->servers[t.index];
		if (t.server->place == SERVER_ACTIVE || t.server->place == SERVER_PARKED) {
			set_weight(&t, stable ? 1 : 0);
			set_stable_twin_maint(&t, !t.server->up);
		}
	}
}

/* One entry of a small map, from what it is to what it should be ("" for none). */
static void sync_entry(struct haproxy_batch *commands, const char *service, const char *map,
	struct str key, const char *have, const char *want)
{
	if (strcmp(have, want) == 0)
		return;
	if (want[0] == '\0')
		haproxy_batch_addf(commands, "del map maps/%s.%s %.*s", service, map, STR_ARG(key));
	else
		haproxy_batch_addf(commands, "%s map maps/%s.%s %.*s %s",
			have[0] == '\0' ? "add" : "set", service, map, STR_ARG(key), want);
}

static void sync_version_entry(const struct target *t)
{
	struct mirror_version *version =
		hashmap_get(t->service->versions, str_of(t->version->name));
	char want[sizeof(version->entry)] = "";

	if (!version->gone)
		write_entry(t->table, version, want, sizeof(want));
	sync_entry(t->commands, t->service->service->name, "versions", str_of(version->name),
		version->entry, want);
	memcpy(version->entry, want, sizeof(want));
}

/* A path may hold what is special in a command, so an entry is added as a payload, in which nothing is. */
static void sync_path(const struct target *t, const char *want)
{
	struct mirror_version *version =
		hashmap_get(t->service->versions, str_of(t->version->name));
	char id[VERSION_ID_SIZE];

	if (str_eq(str_of(version->path), str_of(want)))
		return;
	name_join_version(str_of(t->service->service->name), str_of(version->name), id);
	if (version->path != NULL)
		haproxy_batch_addf(t->commands, "del map maps/paths %s", id);
	if (want != NULL)
		haproxy_batch_add_entry(t->commands, "maps/paths", str_of(id), str_of(want));
	text_set(&version->path, want);
}

static void sync_stable(
	struct mirror_service *service, const char *stable, struct haproxy_batch *commands)
{
	sync_entry(commands, service->service->name, "versions", STR_LIT("~stable"),
		service->stable != NULL ? service->stable : "", stable != NULL ? stable : "");
	text_set(&service->stable, stable);
}

static void retire(struct mirror *table, struct mirror_service *service,
	struct mirror_version *version, struct haproxy_batch *commands)
{
	struct target t = {table, service, version, NULL, 0, commands, NULL};

	if (version->gone)
		return;
	version->gone = true;
	sync_version_entry(&t);
	sync_path(&t, NULL);
	for (; t.index < LIMIT_ENDPOINTS; t.index++) {
		t.server = &version->servers[t.index];
		if (t.server->place == SERVER_ACTIVE)
			park_server(&t);
	}
	table->endpoint_count -= version->count;
	version->count = 0;
	service->has_leftovers = true;
}

void mirror_sync_version(struct mirror *table, const struct environment *env,
	struct str service_name, struct str name, struct haproxy_batch *commands)
{
	struct mirror_service *service = hashmap_get(table->services, service_name);
	const struct version *from = environment_version(env, service_name, name);
	const struct version *stable = node_stable(environment_node(env, service_name));
	struct mirror_version *version;

	if (service == NULL || !service->loaded)
		return; /* the next load brings it */
	version = hashmap_get(service->versions, name);
	/* HAProxy serves requests between two commands: the next stable version has its weight before this loses it. */
	if (version != NULL && version->stable && stable != NULL && stable != from)
		mirror_sync_version(table, env, service_name, str_of(stable->name), commands);
	if (from == NULL) {
		if (version != NULL)
			retire(table, service, version, commands);
	} else {
		if (version == NULL)
			version = add_version(service, name);
		size_t before = version->count;
		struct mirror_server servers[LIMIT_ENDPOINTS];
		struct target t = {table, service, version, NULL, 0, commands, servers};

		memcpy(servers, version->servers, sizeof(servers));

		version->gone = false;
		service->has_quiet = true;
		version->count = from->endpoints.count;
		version->expires_at = from->expires_at;
		table->endpoint_count = table->endpoint_count + version->count - before;
		version->check_port = wanted_port(service->service, from);
		sync_path(&t, wanted_path(service->service, from));
		set_weights(&t, from->kind == KIND_STABLE);
		sync_servers(&t, version, from, true);
		sync_servers(&t, version, from, false);
		if (version->count < before)
			service->has_leftovers = true;
		sync_version_entry(&t);
	}
	sync_stable(service, stable != NULL ? stable->name : NULL, commands);
}

void mirror_sync_expiry(struct mirror *table, struct haproxy_batch *commands)
{
	size_t services = 0, versions;
	struct str name;
	void *service, *version;

	while (hashmap_next(table->services, &services, &name, &service)) {
		struct target t = {table, service, NULL, NULL, 0, commands, NULL};

		versions = 0;
		while (t.service->loaded &&
			hashmap_next(t.service->versions, &versions, &name, &version)) {
			t.version = version;
			if (t.version->expires_at > 0 && !t.version->gone)
				sync_version_entry(&t);
		}
	}
}

/* ---- sessions and the gone ------------------------------------------------------------------------- */

const char *mirror_session_state(const struct environment *env, struct str key)
{
	const struct session *session = environment_session(env, key);
	const struct tombstone *gone;

	if (session != NULL)
		return session->policy == POLICY_STRICT ? "no-pin.strict" : "no-pin";
	gone = environment_tombstone(env, GONE_SESSION, key);
	if (gone == NULL)
		return NULL;
	return gone->policy == POLICY_STRICT ? "session-expired.strict" : "session-expired";
}

static bool has_service(const struct mirror *table, const char *name)
{
	const struct mirror_service *service = hashmap_get(table->services, str_of(name));

	return service != NULL && service->loaded;
}

static void sync_pin(const struct mirror *table, struct haproxy_batch *commands,
	const char *service, struct str key, const char *have, const char *want)
{
	if (has_service(table, service))
		sync_entry(commands, service, "pins", key, have != NULL ? have : "",
			want != NULL ? want : "");
}

/*
 * The state is between the pins that come and those that go: a strict session that has a key and not its pins yet,
 * or no pins any more and still a key, would be answered by stable.
 */
void mirror_sync_session(struct mirror *table, const struct environment *env, struct str key,
	struct haproxy_batch *commands)
{
	static const struct dict none = {0};
	struct mirror_session *have = hashmap_get(table->sessions, key);
	struct session *session = environment_session(env, key);
	const struct dict *after = session != NULL ? &session->pins : &none;
	const struct dict *before =
		have != NULL && have->session != NULL ? &have->session->pins : &none;
	const char *state = mirror_session_state(env, key);

	if (have == NULL && state == NULL)
		return;
	for (size_t i = 0; i < after->count; i++)
		sync_pin(table, commands, after->entries[i].key, key,
			dict_get(before, str_of(after->entries[i].key)), after->entries[i].value);
	if (have == NULL) {
		haproxy_batch_addf(commands, "add map maps/sessions %.*s %s", STR_ARG(key), state);
		put_session(table, env, key, state);
		return;
	}
	if (state == NULL)
		state = "session-unknown"; /* forgotten, while the entry of the large map stays */
	if (strcmp(have->state, state) != 0) {
		haproxy_batch_addf(commands, "%s map maps/changed %.*s %s",
			have->overlaid ? "set" : "add", STR_ARG(key), state);
		have->overlaid = true;
		have->state = state;
	}
	for (size_t i = 0; i < before->count; i++)
		if (dict_get(after, str_of(before->entries[i].key)) == NULL)
			sync_pin(table, commands, before->entries[i].key, key,
				before->entries[i].value, NULL);
	hold_session(table, have, session);
}

char *mirror_gone_id(const struct tombstone *tombstone)
{
	struct strbuf id;

	strbuf_init(&id, 256);
	if (tombstone->kind == GONE_SESSION)
		strbuf_add_c(&id, "session:");
	strbuf_add_c(&id, tombstone->id);
	return strbuf_detach(&id);
}

/* A page shows them as they are, so none of them may begin a tag; \u003c is the same to JSON. */
void mirror_write_facts(struct strbuf *out, const struct tombstone *tombstone)
{
	struct json_writer w;
	struct strbuf json;

	strbuf_init(&json, 8192);
	json_start(&w, &json);
	json_object(&w, NULL);
	json_c(&w, "id", tombstone->id);
	json_c(&w, "why", tombstone_why_names[tombstone->why]);
	json_time(&w, "gone_at", tombstone->gone_at);
	if (tombstone->actor != NULL)
		json_c(&w, "actor", tombstone->actor);
	if (tombstone->pr_number != 0)
		json_int(&w, "pr", tombstone->pr_number);
	if (tombstone->pr_author != NULL)
		json_c(&w, "author", tombstone->pr_author);
	if (tombstone->commit != NULL)
		json_c(&w, "commit", tombstone->commit);
	if (tombstone->owner != NULL)
		json_c(&w, "owner", tombstone->owner);
	json_object_end(&w);
	for (size_t i = 0; i < json.len; i++) {
		if (json.data[i] == '<')
			strbuf_add_c(out, "\\u003c");
		else
			strbuf_add_char(out, json.data[i]);
	}
	strbuf_finish(&json);
}

void mirror_sync_gone(
	struct mirror *table, const struct tombstone *tombstone, struct haproxy_batch *commands)
{
	char *id = mirror_gone_id(tombstone);
	struct strbuf facts;

	/* It may have been gone before: what is told is how it went last. */
	if (hashmap_set(table->gone, str_of(id), table) != NULL)
		haproxy_batch_addf(commands, "del map maps/gone %s", id);
	strbuf_init(&facts, 8192);
	mirror_write_facts(&facts, tombstone);
	haproxy_batch_add_entry(commands, "maps/gone", str_of(id), strbuf_str(&facts));
	strbuf_finish(&facts);
	free(id);
}

size_t mirror_dead_entries(const struct mirror *table, const struct environment *env)
{
	size_t gone = hashmap_count(table->gone), cursor = 0, dead = 0;
	struct str key;
	void *value;

	while (hashmap_next(table->sessions, &cursor, &key, &value)) {
		const struct mirror_session *session = value;
		dead += session->overlaid;
		dead += session->session == NULL &&
			environment_tombstone(env, GONE_SESSION, key) == NULL;
	}
	return dead + (gone > env->tombstone_count ? gone - env->tombstone_count : 0);
}

void mirror_forget_dead(struct mirror *table, const struct environment *env)
{
	size_t cursor = 0;
	struct str key;
	void *value;

	while (hashmap_next(table->sessions, &cursor, &key, &value)) {
		((struct mirror_session *)value)->overlaid = false;
		if (mirror_session_state(env, key) == NULL)
			session_free(hashmap_remove(table->sessions, key));
	}
	hashmap_destroy(table->gone, NULL);
	table->gone = hashmap_create();
	for (size_t i = 0; i < env->tombstone_count; i++) {
		char *id = mirror_gone_id(env->tombstones[i]);

		hashmap_set(table->gone, str_of(id), table);
		free(id);
	}
}

/* ---- health, leftovers ------------------------------------------------------------------------------ */

bool mirror_find_server(const struct mirror *table, struct str backend, struct str server,
	struct mirror_place *ret_place)
{
	struct mirror_place place = {.service = hashmap_get(table->services, backend)};
	size_t colon = str_find_char(server, ':');
	uint64_t index;

	if (place.service == NULL || colon == server.n ||
		!str_to_u64((struct str){server.p + colon + 1, server.n - colon - 1}, &index))
		return false;
	place.version = hashmap_get(place.service->versions, (struct str){server.p, colon});
	if (place.version == NULL || place.version->gone || index >= place.version->count)
		return false;
	place.index = (size_t)index;
	*ret_place = place;
	return true;
}

bool mirror_set_health(struct mirror *table, const struct mirror_place *place, bool up,
	struct haproxy_batch *commands)
{
	struct mirror_server *server = &place->version->servers[place->index];
	struct target t = {
		table, place->service, place->version, server, place->index, commands, NULL};

	server->heard = true;
	if (server->up == up || server->place != SERVER_ACTIVE)
		return false;
	server->up = up;
	/* Also of a service that is just being loaded: its checks may pass before the load is known to be through. */
	set_twins_maint(&t, !up);
	sync_version_entry(&t);
	return true;
}

bool mirror_is_quiet(const struct mirror *table, const struct mirror_place *place)
{
	const struct mirror_server *server = &place->version->servers[place->index];
	int64_t interval_ms = mirror_check_interval(table, place->service->service);

	if (interval_ms > CHECK_INTERVAL_MS)
		interval_ms =
			CHECK_INTERVAL_MS; /* see mirror_write_check(): it fails, so it is down */
	return server->place == SERVER_ACTIVE && !server->up && !server->heard &&
	       server->quiet_ms > 2 * (int64_t)CHECK_TIMEOUT_MS + interval_ms;
}

static bool count_quiet(struct mirror *table, struct mirror_service *service, int64_t apart_ms)
{
	struct mirror_place place = {.service = service};
	size_t cursor = 0;
	struct str name;
	void *value;
	bool found = false;

	service->has_quiet = false;
	while (hashmap_next(service->versions, &cursor, &name, &value)) {
		place.version = value;
		for (place.index = 0; place.index < place.version->count; place.index++) {
			struct mirror_server *server = &place.version->servers[place.index];

			if (server->place != SERVER_ACTIVE || server->up || server->heard)
				continue;
			service->has_quiet = true;
			server->quiet_ms += apart_ms;
			found |= mirror_is_quiet(table, &place);
		}
	}
	return found;
}

void mirror_quiet(struct mirror *table, int64_t apart_ms,
	void (*each)(void *arg, const struct mirror_service *service), void *arg)
{
	size_t cursor = 0;
	struct str name;
	void *value;

	while (hashmap_next(table->services, &cursor, &name, &value)) {
		struct mirror_service *service = value;

		if (service->has_quiet && service->loaded && count_quiet(table, service, apart_ms))
			each(arg, service);
	}
}

static bool has_leftovers(const struct mirror_version *version)
{
	for (size_t i = version->count; i < LIMIT_ENDPOINTS; i++)
		if (version->servers[i].place != SERVER_ABSENT)
			return true;
	return false;
}

static void list_leftovers(struct mirror_service *service,
	void (*each)(void *arg, const struct mirror_place *place), void *arg)
{
	size_t cursor = 0;
	struct str name;
	void *value;

	service->has_leftovers = false;
	while (hashmap_next(service->versions, &cursor, &name, &value)) {
		struct mirror_place place = {service, value, 0};

		for (size_t i = place.version->count; i < LIMIT_ENDPOINTS; i++) {
			if (place.version->servers[i].place == SERVER_ABSENT)
				continue;
			service->has_leftovers = true;
			if (place.version->servers[i].place != SERVER_PARKED)
				continue;
			place.version->servers[i].place = SERVER_DELETING;
			place.index = i;
			each(arg, &place);
		}
	}
}

void mirror_leftovers(const struct mirror *table,
	void (*each)(void *arg, const struct mirror_place *place), void *arg)
{
	size_t cursor = 0;
	struct str name;
	void *value;

	while (hashmap_next(table->services, &cursor, &name, &value)) {
		struct mirror_service *service = value;
		if (service->has_leftovers)
			list_leftovers(service, each, arg);
	}
}

bool mirror_leftover_deleted(
	struct mirror *table, struct str service_name, struct str name, size_t index, bool deleted)
{
	struct mirror_service *service = hashmap_get(table->services, service_name);
	struct mirror_version *version =
		service != NULL ? hashmap_get(service->versions, name) : NULL;

	if (version == NULL || version->servers[index].place != SERVER_DELETING)
		return false; /* loaded anew meanwhile */
	if (deleted && !version->servers[index].twin)
		version->servers[index] = (struct mirror_server){0};
	else
		version->servers[index].place = SERVER_PARKED;
	if (deleted)
		version->servers[index].twin = false;
	if (index < version->count)
		return true;
	if (version->gone && !has_leftovers(version))
		version_free(hashmap_remove(service->versions, name));
	return false;
}
