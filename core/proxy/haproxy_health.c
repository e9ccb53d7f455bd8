/*
 * What HAProxy says of the health of its servers: in its log, as it changes; and asked, where it has nothing to
 * say. Called by haproxy.c, on the loop.
 *
 * A server keeps its name when it is moved to another address, and the result of its last check with it. So what
 * HAProxy says may be of the address before, and of a check that fails as the last one did it says nothing.
 */
#include "core/proxy/haproxy.h"

#include "core/base/time.h"

enum { MOVING_MS = 100 }; /* until HAProxy has surely carried out a move */

/* It is of a check that began before its server was moved. */
static bool is_of_before(const struct mirror_server *server, const struct log_health *health)
{
	return server->moved_ms != 0 && !server->up &&
	       time_monotonic_ms() - health->duration_ms < server->moved_ms + MOVING_MS;
}

void health_take(struct haproxy *h, const struct log_health *health, bool inform)
{
	struct mirror_place place;

	if (!mirror_find_server(&h->table, health->backend, health->server, &place))
		return;
	struct mirror_server *server = &place.version->servers[place.index];
	const char *service = place.service->service->name, *version = place.version->name;
	bool before = is_of_before(server, health);

	/* Registered anew while a load is under way: it may be at another endpoint. */
	if (before || haproxy_is_dirty(h, health->backend, str_of(version))) {
		server->heard = false;
		place.service->has_quiet = true;
		if (before && health->up) {
			haproxy_batch_addf(&h->commands, "set server %s/%s:%zu health down",
				service, version, place.index);
			haproxy_flush(h);
		}
		return;
	}
	bool changed = mirror_set_health(&h->table, &place, health->up, &h->commands);
	if (changed && !health->up && health->detail[0] == '\0') {
		server->heard = false; /* and is asked why */
		place.service->has_quiet = true;
	}
	if (changed && inform)
		haproxy_batch_addf(&h->commands, "set server %s/%s:%zu health %s", service, version,
			place.index, health->up ? "up" : "down");
	if (changed)
		haproxy_flush(h);
	else if (health->up || health->detail[0] == '\0')
		return;
	h->events.health(h->events.arg, health->backend, str_of(version), place.index, health->up,
		health->detail[0] != '\0' ? health->detail : NULL);
}

/* ---- asking ------------------------------------------------------------------------------------------------- */

/* Of a line of `show stat` (management.txt, section 9.1). */
enum stat_column {
	STAT_BACKEND = 0,
	STAT_SERVER = 1,
	STAT_STATUS = 17,
	STAT_CHECK = 36,
	STAT_CODE = 37,
	STAT_INFO = 56,
	STAT_REASON = 65,
	STAT_COLUMNS
};

/* A field with a comma stands in quotes. */
static struct str cut_field(struct str *rest)
{
	struct str field;

	if (rest->n == 0 || rest->p[0] != '"')
		return str_cut(rest, ',');
	*rest = (struct str){rest->p + 1, rest->n - 1};
	field = (struct str){rest->p, str_find(*rest, STR_LIT("\","))};
	*rest = (struct str){rest->p + field.n, rest->n - field.n};
	str_cut(rest, ',');
	return field;
}

static void take_quiet(struct haproxy *h, const struct str *columns)
{
	struct log_health health = {
		.backend = columns[STAT_BACKEND], .server = columns[STAT_SERVER]};
	struct mirror_place place;

	if (!mirror_find_server(&h->table, health.backend, health.server, &place) ||
		!mirror_is_quiet(&h->table, &place))
		return;
	health.up = str_starts(columns[STAT_STATUS], STR_LIT("UP"));
	/* "L4CON", "L7STS", with "* " before it while the next one is under way. Others are of no check. */
	struct str check = columns[STAT_CHECK];
	if (str_starts(check, STR_LIT("* ")))
		check = (struct str){check.p + 2, check.n - 2};
	if (!health.up) {
		if (check.n < 3 || check.p[0] != 'L' ||
			str_starts((struct str){check.p + 2, check.n - 2}, STR_LIT("OK")))
			return;
		log_write_detail(columns[STAT_REASON], columns[STAT_CODE], columns[STAT_INFO],
			health.detail, sizeof(health.detail));
	}
	health_take(h, &health, false);
}

static void on_stat(void *arg, const struct runtime_result *result)
{
	struct haproxy *h = arg;
	struct str text = result->text;

	while (result->errors == 0 && h->step == RELOAD_NONE && text.p != NULL) {
		struct str line = str_cut(&text, '\n'), columns[STAT_COLUMNS] = {0};

		for (int i = 0; i < STAT_COLUMNS && line.p != NULL; i++)
			columns[i] = cut_field(&line);
		if (columns[STAT_REASON].p != NULL)
			take_quiet(h, columns);
	}
}

static void ask(void *arg, const struct mirror_service *service)
{
	struct haproxy *h = arg;
	struct haproxy_batch commands;

	haproxy_batch_init(&commands);
	haproxy_batch_addf(&commands, "show stat %s 4 -1", service->service->name);
	runtime_send(h->runtime, &commands, on_stat, h);
	haproxy_batch_finish(&commands);
}

void health_ask_quiet(struct haproxy *h, int64_t apart_ms)
{
	mirror_quiet(&h->table, apart_ms, ask, h);
}
