/*
 * Writes maps of a running HAProxy anew, from the environment: those of sessions where what is dead in them
 * outnumbers what lives, and all of them where HAProxy was started with a configuration from before.
 *
 * A map gets a new version beside the present one (`prepare map`), entries are added to it in pieces between which
 * HAProxy serves others, and `commit map` puts it in place at once. What changes after the text was made is sent
 * behind it over the same connection, so nothing is lost.
 */
#include "core/proxy/haproxy.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"

enum {
	PIECE_BYTES = 4096, /* a command and its payload must fit into a buffer of HAProxy's */
	DEAD_AT_LEAST = 1000,
};

/* ---- some maps ------------------------------------------------------------------------------------------------ */

struct rewriting {
	struct haproxy *h;
	int64_t generation;
	struct rewritten {
		struct rewriting *of;
		char *name;
		int64_t version; /* that was made; 0: there is no such map */
	} * maps;
	size_t count, cap;
	size_t asked; /* without an answer yet */
	bool tidying;
};

struct wanted {
	const struct rewriting *rewriting;
	struct haproxy_batch *commands;
};

static void add_pieces(
	struct haproxy_batch *commands, const char *name, int64_t version, struct str text)
{
	while (text.n > 0) {
		size_t len = text.n;

		if (len > PIECE_BYTES) {
			const char *end = memrchr(text.p, '\n', PIECE_BYTES);
			if (end == NULL)
				end = memchr(text.p, '\n', len);
			len = end != NULL ? (size_t)(end - text.p) + 1 : len;
		}
		strbuf_addf(&commands->text, "add map @%" PRId64 " %s <<\n%.*s\n", version, name,
			(int)len, text.p);
		commands->replies++;
		text = (struct str){text.p + len, text.n - len};
	}
}

static void add_wanted(void *arg, const char *name, struct str text)
{
	const struct wanted *wanted = arg;

	for (size_t i = 0; i < wanted->rewriting->count; i++) {
		const struct rewritten *map = &wanted->rewriting->maps[i];
		if (map->version == 0 || strcmp(name, map->name) != 0)
			continue;
		add_pieces(wanted->commands, name, map->version, text);
		haproxy_batch_addf(
			wanted->commands, "commit map @%" PRId64 " %s", map->version, name);
	}
}

/* From what the environment is now; whatever changes next is sent behind it. */
static void send_texts(struct rewriting *rewriting)
{
	struct haproxy *h = rewriting->h;
	struct haproxy_batch commands;
	struct wanted wanted = {rewriting, &commands};

	haproxy_batch_init(&commands);
	if (rewriting->tidying)
		mirror_forget_dead(&h->table, h->env);
	reload_each_map(h, add_wanted, &wanted);
	if (strbuf_ok(&commands.text))
		runtime_send(h->runtime, &commands, NULL, NULL);
	else
		h->repair_wanted = true; /* too much for a command: a reload does it */
	haproxy_batch_finish(&commands);
}

static void rewriting_free(struct rewriting *rewriting)
{
	for (size_t i = 0; i < rewriting->count; i++)
		free(rewriting->maps[i].name);
	free(rewriting->maps);
	free(rewriting);
}

static void on_prepared(void *arg, const struct runtime_result *result)
{
	static const struct str created = {"created: ", 9};
	struct rewritten *map = arg;
	struct rewriting *rewriting = map->of;
	const struct haproxy *h = rewriting->h;
	size_t at = str_find(result->text, created);

	if (at < result->text.n) {
		struct str rest = {
			result->text.p + at + created.n, result->text.n - at - created.n};
		if (!str_to_i64(str_trim(str_cut(&rest, '\n')), &map->version))
			map->version = 0;
	}
	if (--rewriting->asked > 0)
		return;
	if (h->runtime != NULL && rewriting->generation == h->generation && h->step == RELOAD_NONE)
		send_texts(rewriting);
	rewriting_free(rewriting);
}

static struct rewriting *rewriting_create(struct haproxy *h, bool tidying)
{
	struct rewriting *rewriting = xcalloc(1, sizeof(*rewriting));

	rewriting->h = h;
	rewriting->generation = h->generation;
	rewriting->tidying = tidying;
	return rewriting;
}

static void add_map(struct rewriting *rewriting, const char *name)
{
	array_reserve(
		&rewriting->maps, &rewriting->cap, rewriting->count + 1, sizeof(*rewriting->maps));
	rewriting->maps[rewriting->count++] = (struct rewritten){rewriting, xstrdup(name), 0};
}

static void prepare(struct rewriting *rewriting)
{
	size_t count = rewriting->count;

	rewriting->asked = count;
	for (size_t i = 0; i < count; i++) {
		struct haproxy_batch commands;

		haproxy_batch_init(&commands);
		haproxy_batch_addf(&commands, "prepare map %s", rewriting->maps[i].name);
		runtime_send(rewriting->h->runtime, &commands, on_prepared, &rewriting->maps[i]);
		haproxy_batch_finish(&commands);
	}
}

/* ---- those of sessions ---------------------------------------------------------------------------------------- */

static const char *const session_maps[] = {"maps/sessions", "maps/changed", "maps/gone"};

void maps_tidy(struct haproxy *h)
{
	size_t all = hashmap_count(h->table.sessions) + hashmap_count(h->table.gone);
	size_t dead = mirror_dead_entries(&h->table, h->env);
	struct rewriting *rewriting;

	if (dead < DEAD_AT_LEAST || dead < all / 3)
		return;
	rewriting = rewriting_create(h, true);
	for (size_t i = 0; i < ARRAY_LEN(session_maps); i++)
		add_map(rewriting, session_maps[i]);
	prepare(rewriting);
}

/* ---- all ------------------------------------------------------------------------------------------------------ */

static void add_changing(void *arg, const char *name, struct str text)
{
	struct str path = str_of(name);
	bool changing = str_eq_c(path, "maps/paths");

	(void)text;
	for (size_t i = 0; i < ARRAY_LEN(session_maps); i++)
		changing |= str_eq_c(path, session_maps[i]);
	if (changing || str_ends(path, STR_LIT(".pins")) || str_ends(path, STR_LIT(".versions")))
		add_map(arg, name);
}

void maps_rewrite_all(struct haproxy *h)
{
	struct rewriting *rewriting = rewriting_create(h, false);

	reload_each_map(h, add_changing, rewriting);
	prepare(rewriting);
}
