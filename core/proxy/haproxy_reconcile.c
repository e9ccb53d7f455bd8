/*
 * What HAProxy has, compared with the table. Used by haproxy.c and haproxy_reload.c, on the loop.
 *
 * Health is asked for every 20 s, since lines of the log may be lost. After a load that did not come about the table
 * is that of the load, and HAProxy has the configuration from before: its services and servers are asked for and put
 * into the table, and it is told the rest by commands. No command is sent before that.
 */
#include "core/proxy/haproxy.h"

#include <stdlib.h>

#include "core/model/name_rules.h"

/* ---- health --------------------------------------------------------------------------------------------------- */

enum state_column {
	STATE_BACKEND = 1,
	STATE_SERVER = 3,
	STATE_ADDRESS = 4,
	STATE_OPERATIONAL = 5,
	STATE_ADMIN = 6,
	STATE_WEIGHT = 7,
	STATE_PORT = 18,
	STATE_COLUMNS
};

static void read_server(struct haproxy *h, const struct str *columns, bool adopting)
{
	struct log_health health = {
		.backend = columns[STATE_BACKEND], .server = columns[STATE_SERVER]};
	struct mirror_place place;
	struct mirror_server *server;
	uint64_t port;

	if (!mirror_find_server(&h->table, health.backend, health.server, &place) ||
		!str_to_u64(columns[STATE_PORT], &port))
		return;
	server = &place.version->servers[place.index];
	if (server->place != SERVER_ACTIVE || server->port != port ||
		!str_eq_c(columns[STATE_ADDRESS], server->address))
		return;
	health.up =
		!str_eq_c(columns[STATE_OPERATIONAL], "0") && str_eq_c(columns[STATE_ADMIN], "0");
	if (adopting)
		server->up = health.up;
	else if (server->up != health.up)
		health_take(h, &health, false);
}

static bool cut_columns(struct str line, struct str columns[STATE_COLUMNS])
{
	size_t count = 0;

	while (line.p != NULL && count < STATE_COLUMNS)
		columns[count++] = str_cut(&line, ' ');
	return count == STATE_COLUMNS && columns[0].n > 0 && columns[0].p[0] != '#';
}

void reconcile_read_servers(struct haproxy *h, struct str text, bool adopting)
{
	while (text.p != NULL) {
		struct str line = str_cut(&text, '\n');
		struct str columns[STATE_COLUMNS] = {0};

		if (cut_columns(line, columns))
			read_server(h, columns, adopting);
	}
}

static void on_servers(void *arg, const struct runtime_result *result)
{
	struct haproxy *h = arg;

	if (result->errors == 0 && h->step == RELOAD_NONE && result->runtime == h->runtime &&
		runtime_waiting(h->runtime) == 0)
		reconcile_read_servers(h, result->text, false);
}

void reconcile_health(struct haproxy *h)
{
	struct haproxy_batch commands;

	haproxy_batch_init(&commands);
	haproxy_batch_addf(&commands, "show servers state");
	runtime_send(h->runtime, &commands, on_servers, h);
	haproxy_batch_finish(&commands);
}

/* ---- a configuration from before ------------------------------------------------------------------------------ */

static void clear_servers(struct haproxy *h)
{
	size_t services = 0, versions;
	struct str name;
	void *service, *value;

	while (hashmap_next(h->table.services, &services, &name, &service)) {
		((struct mirror_service *)service)->loaded = false;
		versions = 0;
		while (hashmap_next(
			((struct mirror_service *)service)->versions, &versions, &name, &value)) {
			struct mirror_version *version = value;

			for (size_t i = 0; i < LIMIT_ENDPOINTS; i++)
				version->servers[i] =
					(struct mirror_server){.place = SERVER_ABSENT};
			/* Added to the maps until these are rewritten: what they hold is not known. */
			version->entry[0] = '\0';
			free(version->path);
			version->path = NULL;
		}
	}
}

static void take_stale_server(struct haproxy *h, const struct str *columns)
{
	struct str name = columns[STATE_SERVER];
	bool is_twin = str_ends(name, STR_LIT("t"));
	struct mirror_place place;
	uint64_t port;

	if (is_twin)
		name.n--; /* of a stable server: it has the name and a "t" */
	if (!mirror_find_server(&h->table, columns[STATE_BACKEND], name, &place) ||
		!str_to_u64(columns[STATE_PORT], &port))
		return;
	struct mirror_server *server = &place.version->servers[place.index];
	if (is_twin) {
		server->twin = true;
		return;
	}
	*server = (struct mirror_server){
		.place = str_eq_c(columns[STATE_ADMIN], "0") ? SERVER_ACTIVE : SERVER_PARKED,
		.up = !str_eq_c(columns[STATE_OPERATIONAL], "0"),
		.twin = server->twin,
		.check_port = place.version->check_port,
		.port = (uint16_t)port};
	str_copy(server->address, sizeof(server->address), columns[STATE_ADDRESS]);
	place.version->stable = !str_eq_c(columns[STATE_WEIGHT], "0");
}

static void keep_versions_dirty(struct haproxy *h)
{
	char id[VERSION_ID_SIZE];

	for (size_t n = 0; n < h->env->node_count; n++)
		for (size_t v = 0; v < h->env->nodes[n].version_count; v++) {
			const struct version *version = h->env->nodes[n].versions[v];
			name_join_version(str_of(version->service), str_of(version->name), id);
			haproxy_keep_dirty(h, OBJECT_VERSION, id);
		}
}

/* What HAProxy has is not what was written: tells it the rest. */
static void take_servers(struct haproxy *h, struct str servers)
{
	while (servers.p != NULL) {
		struct str line = str_cut(&servers, '\n');
		struct str columns[STATE_COLUMNS] = {0};

		if (cut_columns(line, columns))
			take_stale_server(h, columns);
	}
	h->unsure = false;
	keep_versions_dirty(h);
	haproxy_catch_up(h);
	maps_rewrite_all(h);
}

static void on_unsure_servers(void *arg, const struct runtime_result *result);

/* Services it has; then it is asked for their servers. */
static void on_unsure_backends(void *arg, const struct runtime_result *result)
{
	struct haproxy *h = arg;
	struct str text = result->text;
	struct haproxy_batch commands;

	if (result->errors > 0 || !h->unsure || h->step != RELOAD_NONE ||
		result->runtime != h->runtime)
		return;
	clear_servers(h);
	while (text.p != NULL) {
		struct mirror_service *service =
			hashmap_get(h->table.services, str_cut(&text, '\n'));
		if (service != NULL)
			service->loaded = true;
	}
	haproxy_batch_init(&commands);
	haproxy_batch_addf(&commands, "show servers state");
	runtime_send(h->runtime, &commands, on_unsure_servers, h);
	haproxy_batch_finish(&commands);
}

static void on_unsure_servers(void *arg, const struct runtime_result *result)
{
	struct haproxy *h = arg;

	if (result->errors == 0 && h->unsure && h->step == RELOAD_NONE &&
		result->runtime == h->runtime)
		take_servers(h, result->text);
}

void reconcile_all(struct haproxy *h)
{
	struct haproxy_batch commands;

	haproxy_batch_init(&commands);
	haproxy_batch_addf(&commands, "show backend");
	runtime_send(h->runtime, &commands, on_unsure_backends, h);
	haproxy_batch_finish(&commands);
}
