/*
 * GET /v1/traffic: counts, rates and quantiles of the last seconds, by version, edge or session. With `since`
 * the answer has only entries that have changed since then.
 */
#include "core/api/exchange.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/model/name_rules.h"
#include "core/traffic/traffic.h"
#include "core/wire/traffic.h"

static const char *const by_names[] = {
	[STATS_BY_VERSION] = "version",
	[STATS_BY_EDGE] = "edge",
	[STATS_BY_SESSION] = "session",
	NULL,
};
static const char *const list_names[] = {
	[STATS_BY_VERSION] = "versions",
	[STATS_BY_EDGE] = "edges",
	[STATS_BY_SESSION] = "sessions",
};

struct stats_out {
	struct json_writer w;
	const struct traffic *traffic;
	enum stats_by by;
	bool of_session;
};

/* "cart@pr-482"; a service whose requests nobody served has no "@". */
static void write_version(struct json_writer *w, struct str id)
{
	struct str rest = id;
	struct str service = str_cut(&rest, '@');

	json_str(w, "service", service);
	if (rest.n > 0)
		json_str(w, "version", rest);
	else
		json_null(w, "version");
}

static void write_key(struct stats_out *out, struct str key)
{
	struct str rest = key;

	switch (out->by) {
	case STATS_BY_VERSION:
		write_version(&out->w, key);
		break;
	case STATS_BY_EDGE:
		json_str(&out->w, "caller", str_cut(&rest, ' '));
		write_version(&out->w, rest);
		break;
	case STATS_BY_SESSION:
		json_str(&out->w, "session", key);
		break;
	}
}

static void write_lost(struct stats_out *out, const struct stats *stats)
{
	struct str trace = traffic_trace_of(out->traffic, stats->lost_seq);

	json_uint(&out->w, "lost", stats->lost);
	if (trace.n > 0)
		json_str(&out->w, "lost_trace", trace);
	else
		json_null(&out->w, "lost_trace");
	if (!out->of_session)
		return;
	json_uint(&out->w, "pinned", stats->pinned);
	json_uint(&out->w, "without", stats->without);
	json_uint(&out->w, "likely", stats->likely);
	json_uint(&out->w, "likely_usual", stats->likely_usual);
}

static void write_stats(void *arg, const char *key, const struct stats *stats)
{
	struct stats_out *out = arg;
	struct json_writer *w = &out->w;

	json_object(w, NULL);
	write_key(out, str_of(key));
	if (out->by == STATS_BY_EDGE)
		write_lost(out, stats);
	wire_write_stats(w, stats);
	json_object_end(w);
}

/* `session` narrows edges to its requests; all of them each time, for they are worked out anew. */
static enum err read_session(
	const struct exchange *exchange, int by, struct str *ret_session, struct errbuf *eb)
{
	struct str session = query_get(&exchange->query, "session");

	*ret_session = session;
	if (session.n == 0)
		return ERR_NONE;
	if (by != STATS_BY_EDGE)
		return err_set_field(eb, ERR_BAD_PARAMETER, "session", "by=edge",
			"session goes with by=edge only");
	return name_check_session(session, "session", eb);
}

/* The list; returns what the next `since` is. */
static int64_t write_list(struct stats_out *out, struct traffic *traffic, struct str session,
	int seconds, int64_t since)
{
	struct session_edges exchanges;

	json_array(&out->w, list_names[out->by]);
	if (session.n == 0) {
		since = traffic_stats(traffic, out->by, seconds, since, write_stats, out);
		json_array_end(&out->w);
		return since;
	}
	traffic_session_edges(traffic, session, seconds, write_stats, out, &exchanges);
	json_array_end(&out->w);
	json_str(&out->w, "session", session);
	json_uint(&out->w, "requests", exchanges.requests);
	json_uint(&out->w, "likely", exchanges.likely);
	json_uint(&out->w, "unclear", exchanges.unclear);
	json_bool(&out->w, "complete", exchanges.complete);
	return exchanges.now_ms;
}

void traffic_get(struct exchange *exchange)
{
	struct stats_out out = {.traffic = exchange->api->options.traffic};
	int64_t window_ms = WINDOW_SLOTS * 1000LL;
	int64_t since = 0;
	struct str session;
	struct errbuf eb = {0};
	int by = STATS_BY_VERSION;

	if (query_duration(&exchange->query, "window", 1000, WINDOW_SLOTS * 1000LL, &window_ms,
		    &eb) != ERR_NONE ||
		query_int(&exchange->query, "since", 0, INT64_MAX, &since, &eb) != ERR_NONE ||
		query_choice(&exchange->query, "by", by_names, &by, &eb) != ERR_NONE ||
		read_session(exchange, by, &session, &eb) != ERR_NONE) {
		exchange_fail(exchange, &eb, NULL);
		return;
	}
	out.by = (enum stats_by)by;
	out.of_session = session.n > 0;
	out.w = exchange_json(exchange);
	json_object(&out.w, NULL);
	json_duration(&out.w, "window", window_ms);
	since = write_list(
		&out, exchange->api->options.traffic, session, (int)(window_ms / 1000), since);
	json_int(&out.w, "since", since);
	json_object_end(&out.w);
	exchange_reply(exchange, 200);
}
