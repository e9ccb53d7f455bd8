/*
 * GET /v1/pulls and /v1/pulls/{number}: pull requests, made of the versions that are there and of their
 * stats. The list is written in slices from one revision, like the environment (environment.c).
 */
#include <stdlib.h>

#include "core/api/respond.h"
#include "core/api/exchange.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/api/snapshot.h"
#include "core/base/xalloc.h"
#include "core/model/filter.h"
#include "core/model/name_rules.h"
#include "core/plane/plane.h"
#include "core/traffic/traffic.h"
#include "core/wire/pull.h"

static void write_pull(struct exchange *exchange, struct json_writer *w, struct pull *pull)
{
	for (size_t i = 0; i < pull->version_count; i++) {
		const struct version *version = pull->versions[i].version;
		char id[VERSION_ID_SIZE];
		struct stats stats;

		name_join_version(str_of(version->service), str_of(version->name), id);
		if (traffic_stats_of(exchange->api->options.traffic, STATS_BY_VERSION, str_of(id),
			    WINDOW_SLOTS, &stats))
			pull_add_stats(pull, &stats);
	}
	wire_write_pull(w, NULL, pull);
}

/* ---- all ------------------------------------------------------------------------------------------- */

struct listing {
	struct snapshot *snapshot; /* the list borrows from it */
	struct pull_list list;
	struct filter *filter;
	size_t next;
	struct json_writer w;
};

static void listing_release(struct exchange *exchange)
{
	struct listing *listing = exchange->state;

	pulls_finish(&listing->list);
	filter_destroy(listing->filter);
	snapshot_release(listing->snapshot);
	free(listing);
}

static void listing_slice(struct exchange *exchange)
{
	struct listing *listing = exchange->state;
	int64_t now_ms = exchange->api->options.now_ms();

	while (exchange->out.len < EXCHANGE_SLICE && listing->next < listing->list.count) {
		struct pull *pull = &listing->list.items[listing->next++];

		if (filter_match_pull(listing->filter, pull, now_ms))
			write_pull(exchange, &listing->w, pull);
	}
	if (listing->next < listing->list.count) {
		exchange_flush(exchange);
		return;
	}
	json_array_end(&listing->w);
	json_object_end(&listing->w);
	exchange_end(exchange);
}

void pulls_get(struct exchange *exchange)
{
	struct filter *filter;
	struct listing *listing;
	struct errbuf eb = {0};

	filter = query_filter(&exchange->query, &eb);
	if (filter == NULL) {
		exchange_fail(exchange, &eb, NULL);
		return;
	}
	listing = xcalloc(1, sizeof(*listing));
	listing->filter = filter;
	listing->snapshot = snapshot_take(exchange->api);
	pulls_collect(&listing->snapshot->env, 0, &listing->list);
	pulls_add_sessions(&listing->list, &listing->snapshot->env);
	listing->w = exchange_json(exchange);
	exchange->state = listing;
	exchange->release = listing_release;
	exchange->drained = listing_slice;
	json_object(&listing->w, NULL);
	json_int(&listing->w, "revision", listing->snapshot->env.revision);
	json_array(&listing->w, "pulls");
	exchange_start(exchange, "application/json");
	listing_slice(exchange);
}

/* ---- one ------------------------------------------------------------------------------------------- */

/* There is none, or several have the number, in repositories of their own, or none of them this link. */
static void fail_absent(
	struct exchange *exchange, const struct pull_list *list, int64_t number, const char *url)
{
	const struct not_found_pull wanted = {
		number, url, exchange->api->options.now_ms(), ERR_NOT_FOUND};
	struct not_found missing;
	struct errbuf eb = {0};

	(void)not_found_pull(
		plane_environment(exchange->api->options.plane), list, &wanted, &missing, &eb);
	/* Here they are the path and a parameter. */
	(void)str_copy(eb.field, sizeof(eb.field),
		str_eq_c(str_of(eb.field), "pr") ? STR_LIT("number") : STR_LIT("url"));
	respond_missing(exchange, &missing, &eb);
}

void pull_get(struct exchange *exchange)
{
	const struct environment *env = plane_environment(exchange->api->options.plane);
	struct str url = query_get(&exchange->query, "url");
	struct pull_list list;
	struct json_writer w;
	struct pull *pull;
	int64_t number = 0;
	size_t count;

	(void)pull_parse_number(str_of(exchange->parts[0]), &number);
	pulls_collect(env, number, &list);
	pull = pulls_find(&list, number, url, &count);
	if (list.count == 0 || count != 1) {
		fail_absent(exchange, &list, number, url.p);
	} else {
		pulls_add_sessions(&list, env);
		w = exchange_json(exchange);
		write_pull(exchange, &w, pull);
		exchange_reply(exchange, 200);
	}
	pulls_finish(&list);
}
