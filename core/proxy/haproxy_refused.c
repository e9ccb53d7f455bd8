/*
 * Services that HAProxy refuses: left out of what it loads, so that every other service goes on, and told with
 * HAProxy's own words. Called by the loads and by changes, on the loop.
 *
 * Invariant: a refusal holds the text that was refused. While a service's text is that one it stays left out;
 * when it is another one, HAProxy is asked again.
 */
#include "core/proxy/haproxy.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/base/term_text.h"

struct refusal {
	char *words;
	char *text; /* the service's part of the configuration */
	unsigned round; /* of the check that named it last */
	bool nameless; /* the backends that say so were refused too */
	bool told;
	bool tried; /* its text is another one now, or it is gone: it is told so unless it is refused again */
};

static void refusal_free(void *value)
{
	struct refusal *refusal = value;

	free(refusal->words);
	free(refusal->text);
	free(refusal);
}

void refused_free(struct haproxy *h)
{
	hashmap_destroy(h->refusals, refusal_free);
	h->refusals = NULL;
	hashmap_destroy(h->refused_versions, NULL);
	h->refused_versions = NULL;
}

static char *write_text(const struct haproxy *h, const struct mirror_service *service)
{
	const struct config_options options = {.domain = h->domain};
	struct strbuf text;

	strbuf_init(&text, CONFIG_MAX_BYTES);
	config_write_service(&text, &options, &h->table, service);
	return strbuf_detach(&text);
}

static bool same_text(const struct haproxy *h, const struct refusal *refusal,
	const struct mirror_service *service)
{
	char *text = write_text(h, service);
	bool same = str_eq(str_of(text), str_of(refusal->text));

	free(text);
	return same;
}

static void leave_out(struct mirror_service *service, const struct refusal *refusal)
{
	text_set(&service->refused, refusal->words);
	service->nameless = refusal->nameless;
	service->loaded = false;
}

void refused_mark(struct haproxy *h)
{
	size_t cursor = 0;
	struct str name;
	void *value;

	while (hashmap_next(h->refusals, &cursor, &name, &value)) {
		struct mirror_service *service = hashmap_get(h->table.services, name);
		struct refusal *refusal = value;

		refusal->tried = service == NULL || !same_text(h, refusal, service);
		if (!refusal->tried)
			leave_out(service, refusal);
	}
}

bool refused_changed(const struct haproxy *h, struct str name)
{
	const struct refusal *refusal = hashmap_get(h->refusals, name);
	const struct service_node *node = environment_node(h->env, name);
	struct mirror_service *service;
	bool changed;

	if (refusal == NULL)
		return false;
	service = node != NULL ? mirror_make_service(&h->table, node) : NULL;
	changed = service == NULL || !same_text(h, refusal, service);
	mirror_service_destroy(service);
	return changed;
}

/* ---- what HAProxy complained of ---------------------------------------------------------------------------- */

/* HAProxy's words on one line, safe to be shown. */
static char *copy_words(struct str words)
{
	struct strbuf safe;

	strbuf_init(&safe, LIMIT_DETAIL);
	while (words.n > 0 && strbuf_ok(&safe)) {
		struct text_glyph glyph;

		text_next(&words, false, &glyph);
		strbuf_add(&safe, glyph.bytes, glyph.len);
	}
	char *copy = str_dup(strbuf_str(&safe));
	strbuf_finish(&safe);
	return copy;
}

/* Nothing of it is up; the text is compared with that of a service that never was. */
static void take_down(struct mirror_service *service)
{
	size_t cursor = 0;
	struct str name;
	void *version;

	while (hashmap_next(service->versions, &cursor, &name, &version))
		for (size_t i = 0; i < LIMIT_ENDPOINTS; i++)
			((struct mirror_version *)version)->servers[i].up = false;
}

static bool on_refused(void *arg, struct str name, struct str words)
{
	struct haproxy *h = arg;
	struct mirror_service *service = hashmap_get(h->table.services, name);
	struct refusal *refusal = hashmap_get(h->refusals, name);

	if (service == NULL || (refusal != NULL && refusal->round == h->rounds))
		return false; /* its first complaint is the one that counts */
	if (refusal == NULL) {
		refusal = xcalloc(1, sizeof(*refusal));
		hashmap_set(h->refusals, name, refusal);
	}
	refusal->round = h->rounds;
	if (service->refused != NULL) {
		if (refusal->nameless)
			return false;
		refusal->nameless = service->nameless = true;
		return true;
	}
	free(refusal->words);
	free(refusal->text);
	take_down(service);
	refusal->words = copy_words(words);
	refusal->text = write_text(h, service);
	refusal->nameless = refusal->told = refusal->tried = false;
	leave_out(service, refusal);
	return true;
}

size_t refused_read(
	struct haproxy *h, struct str complaints, struct str config, struct str *ret_first)
{
	h->rounds++;
	return check_read(complaints, config, on_refused, h, ret_first);
}

/* ---- commands ---------------------------------------------------------------------------------------------- */

/* "add server cart/pr-1:0 ...", "set server cart:strict/pr-1:0 ...", also of a stable server's twin "pr-1:0t". */
static bool find_server(const struct haproxy *h, struct str command, struct mirror_place *ret_place)
{
	struct str backend, server;

	str_cut(&command, ' ');
	str_cut(&command, ' ');
	server = str_cut(&command, ' ');
	backend = str_cut(&server, '/');
	if (str_ends(server, STR_LIT("t")))
		server.n--;
	return mirror_find_server(&h->table, str_cut(&backend, ':'), server, ret_place);
}

/* "set server cart:strict/pr-1:0 ...", "add map maps/cart.versions ..." */
static bool is_left_out(const struct haproxy *h, struct str command)
{
	const struct mirror_service *service;
	struct str kind, what, name;

	str_cut(&command, ' ');
	kind = str_cut(&command, ' ');
	what = str_cut(&command, ' ');
	name = str_cut(&what, '/');
	if (str_eq_c(kind, "map"))
		name = str_cut(&what, '.');
	service = hashmap_get(h->table.services, str_cut(&name, ':'));
	return service != NULL && service->refused != NULL;
}

bool refused_command(struct haproxy *h, struct str command, struct str words)
{
	struct mirror_place place;
	char id[VERSION_ID_SIZE];
	char detail[LIMIT_DETAIL];
	char *safe;

	/* It was kept during the load that left the service out: a check had passed meanwhile. */
	if (is_left_out(h, command))
		return true;
	h->repair_wanted = true;
	if (!find_server(h, command, &place))
		return false;
	struct str service = str_of(place.service->service->name);
	struct str version = str_of(place.version->name);
	name_join_version(service, version, id);
	/* The first command tells why; those that need what it made are refused as well. */
	if (hashmap_set(h->refused_versions, str_of(id), h) != NULL)
		return true;
	safe = copy_words(words);
	(void)snprintf(detail, sizeof(detail), "HAProxy refuses the version: %s", safe);
	h->events.health(h->events.arg, service, version, place.index, false, detail);
	free(safe);
	return true;
}

bool refused_forget_commands(struct haproxy *h)
{
	if (hashmap_count(h->refused_versions) == 0)
		return false;
	hashmap_destroy(h->refused_versions, NULL);
	h->refused_versions = hashmap_create();
	return true;
}

/* ---- telling ----------------------------------------------------------------------------------------------- */

/* No check looks at its versions while it is left out. */
static void tell_versions(struct haproxy *h, struct str name, const char *detail)
{
	struct mirror_service *service = hashmap_get(h->table.services, name);
	size_t cursor = 0;
	struct str version;
	void *value;

	while (service != NULL && hashmap_next(service->versions, &cursor, &version, &value)) {
		const struct mirror_version *known = value;

		for (size_t i = 0; i < known->count; i++)
			h->events.health(h->events.arg, name, version, i, false, detail);
	}
}

void refused_tell(struct haproxy *h)
{
	size_t cursor = 0;
	struct str name;
	void *value;

	while (hashmap_next(h->refusals, &cursor, &name, &value)) {
		struct refusal *refusal = value;
		char detail[LIMIT_DETAIL];

		if (refusal->tried) {
			if (refusal->told) {
				h->events.refused(h->events.arg, name, NULL);
				tell_versions(h, name, "not checked yet");
			}
			refusal_free(hashmap_remove(h->refusals, name));
			continue;
		}
		(void)snprintf(
			detail, sizeof(detail), "HAProxy refuses the service: %s", refusal->words);
		/* Also when it was told: a version may have come since. */
		tell_versions(h, name, detail);
		if (!refusal->told)
			h->events.refused(h->events.arg, name, refusal->words);
		refusal->told = true;
	}
}
