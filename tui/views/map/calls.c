/*
 * From the model's edges to calls, and what is said of one. Called by the two screens of the Map when stats
 * have come. Invariant: every name in `calls` points into `names`, which only map_calls_collect() changes.
 */
#include "tui/views/map/calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/model/name_rules.h"
#include "core/model/version.h"

#include "tui/widgets/format.h"

struct map_names {
	char caller[LIMIT_SERVICE_NAME + 1];
	char caller_version[LIMIT_VERSION_NAME + 1];
	char service[LIMIT_SERVICE_NAME + 1];
	char version[LIMIT_VERSION_NAME + 1];
	char lost_trace[SELECTED_TRACE + 1];
};

static int kind_of(const struct model *model, const char *service, const char *version)
{
	const struct version *found = version[0] != '\0' ? environment_version(model->env,
								   str_of(service), str_of(version))
							 : NULL;

	return found ? found->kind : version[0] != '\0' ? KIND_EPHEMERAL : KIND_COUNT;
}

static bool is_wanted(
	const struct filter *filter, const struct edge *edge, const struct model *model)
{
	char caller[VERSION_ID_SIZE] = "";

	if (!filter)
		return true;
	if (edge->caller_service[0] != '\0')
		name_join_version(
			str_of(edge->caller_service), str_of(edge->caller_version), caller);
	const struct filter_call call = {
		.caller = str_of(caller),
		.service = str_of(edge->service),
		.version = str_of(edge->version),
		.kind = (unsigned)kind_of(model, edge->service, edge->version),
		.share_4xx = edge->stats.share_4xx,
		.share_5xx = edge->stats.share_5xx,
		.p95_ms = edge->stats.p95_ms,
		.last_seen = edge->stats.last_seen,
	};
	return filter_match_call(filter, &call, model->env, model->now_ms);
}

static void add(struct map_calls *calls, const struct edge *edge)
{
	struct map_names *names = &calls->names[calls->count];

	str_copy(names->caller, sizeof(names->caller), str_of(edge->caller_service));
	str_copy(
		names->caller_version, sizeof(names->caller_version), str_of(edge->caller_version));
	str_copy(names->service, sizeof(names->service), str_of(edge->service));
	str_copy(names->version, sizeof(names->version), str_of(edge->version));
	str_copy(names->lost_trace, sizeof(names->lost_trace), str_of(edge->lost_trace));
	calls->calls[calls->count] = (struct map_call){
		.caller = names->caller,
		.caller_version = names->caller_version,
		.service = names->service,
		.version = names->version,
		.rate = edge->stats.rate,
		.share_5xx = edge->stats.share_5xx,
		.p95_ms = edge->stats.p95_ms,
		.count = edge->stats.count,
		.lost = edge->stats.lost,
		.lost_trace = names->lost_trace,
		.pinned = edge->stats.pinned,
		.without = edge->stats.without,
		.likely = edge->stats.likely,
	};
	calls->count++;
}

void map_calls_collect(struct map_calls *calls, const struct model *model,
	const struct call_graph *edges, const struct filter *filter)
{
	size_t total = call_graph_count(edges);

	calls->count = 0;
	calls->hidden = 0;
	array_reserve(&calls->names, &calls->name_cap, total + 1, sizeof(*calls->names));
	array_reserve(&calls->calls, &calls->call_cap, total + 1, sizeof(*calls->calls));
	for (size_t i = 0; i < total; i++) {
		const struct edge *edge = call_graph_at(edges, i);

		if (edge->stats.count == 0)
			continue;
		if (!is_wanted(filter, edge, model)) {
			calls->hidden++;
			continue;
		}
		add(calls, edge);
	}
	for (size_t i = 0; i < calls->count; i++) {
		struct map_call *call = &calls->calls[i];

		call->ephemeral = kind_of(model, call->service, call->version) == KIND_EPHEMERAL;
		call->caller_ephemeral =
			kind_of(model, call->caller, call->caller_version) == KIND_EPHEMERAL;
	}
}

void map_calls_finish(struct map_calls *calls)
{
	free(calls->calls);
	free(calls->names);
	memset(calls, 0, sizeof(*calls));
}

/* ---- what is said of a row ---- */

/* A request that lost its session names neither it nor its caller. */
static void scope_of_session(const struct map_row *row, const char *session, char *dst)
{
	const char *version = row->kind == MAP_VERSION ? row->version : "";
	bool gone = row->sum.without > 0 && row->sum.without == row->sum.count;
	char who[LIMIT_SESSION_KEY + LIMIT_SERVICE_NAME + 32];

	(void)snprintf(who, sizeof(who), "session:%s %s%s", session,
		row->caller[0] ? "caller:" : "!caller:*", row->caller);
	if (row->kind == MAP_OUTSIDE || row->root)
		(void)snprintf(dst, LIMIT_FILTER + 1, "session:%s%s%s", session,
			row->root ? " service:" : "", row->service);
	else
		(void)snprintf(dst, LIMIT_FILTER + 1, "%s service:%s%s%s",
			gone ? "!session:* !caller:*" : who, row->service,
			version[0] ? " version:" : "", version);
}

void map_scope(const struct map_row *row, const char *session, char dst[LIMIT_FILTER + 1])
{
	const char *version = row->kind == MAP_VERSION ? row->version : "";

	if (session[0] != '\0')
		scope_of_session(row, session, dst);
	else if (row->kind == MAP_OUTSIDE)
		str_copy(dst, LIMIT_FILTER + 1, STR_LIT("!caller:*"));
	else if (row->root)
		(void)snprintf(dst, LIMIT_FILTER + 1, "service:%s", row->service);
	else
		(void)snprintf(dst, LIMIT_FILTER + 1, "%s%s service:%s%s%s",
			row->caller[0] ? "caller:" : "!caller:*", row->caller, row->service,
			version[0] ? " version:" : "", version);
}

static void session_sentence(const struct map_row *row, const char *session, char *dst, size_t size)
{
	unsigned long long count = (unsigned long long)row->sum.count;
	const char *caller = row->caller[0] ? row->caller : "Clients outside";
	char served[LIMIT_VERSION_NAME + 64];

	if (row->kind == MAP_OUTSIDE) {
		(void)snprintf(dst, size,
			"%llu request%s of session %s came in from outside in the last minute.",
			count, count == 1 ? "" : "s", session);
		return;
	}
	if (row->root) {
		(void)snprintf(dst, size, "The caller of %s is unknown.", row->service);
		return;
	}
	if (!row->version)
		(void)snprintf(served, sizeof(served), "several versions served");
	else if (row->version[0] == '\0')
		(void)snprintf(served, sizeof(served), "the proxy answered, no version did");
	else
		(void)snprintf(served, sizeof(served), "%s%s served%s",
			row->ephemeral ? "" : "stable ", row->version,
			row->sum.pinned > 0 ? ", as pinned" : "");
	if (row->caller[0] == '\0' && row->sum.without == row->sum.count) {
		(void)snprintf(dst, size,
			"%s was called %llu time%s without the session: by whom is not certain.",
			row->service, count, count == 1 ? "" : "s");
		return;
	}
	(void)snprintf(dst, size, "%s called %s %llu time%s; %s%s.", caller, row->service, count,
		count == 1 ? "" : "s", served,
		row->sum.likely > 0 ? "; the session was probably lost here"
		: row->sum.without > 0 && row->sum.lost == 0 ? "; the session was gone by then"
							     : "");
}

void map_sentence(const struct map_row *row, const char *session, char *dst, size_t size)
{
	char rate[16], p95[16];

	format_rate(rate, row->sum.rate);
	format_ms(p95, row->sum.p95_ms);
	if (session[0] != '\0')
		session_sentence(row, session, dst, size);
	else if (row->kind == MAP_OUTSIDE)
		(void)snprintf(dst, size,
			"%s requests a second come from outside: from clients, not from a service.",
			rate);
	else if (row->root)
		(void)snprintf(dst, size,
			"No call to %s was seen in the last minute; it calls others.",
			row->service);
	else if (row->kind == MAP_VERSION)
		(void)snprintf(dst, size,
			"%s of %s serves %s of these a second, %.0f %% of them; p95 %s.",
			row->version[0] ? row->version : "No version", row->service, rate,
			row->share * 100, p95);
	else
		(void)snprintf(dst, size,
			row->caller[0]
				? "%s calls %s %s times a second, %.0f %% of its calls; p95 %s."
				: "%s call %s %s times a second, %.0f %% of their calls; p95 %s.",
			row->caller[0] ? row->caller : "Clients outside", row->service, rate,
			row->share * 100, p95);
}

/* "schedule@pr-540", where several versions did: "schedule@pr-540 and others". */
static void name_loser(const struct map_row *row, bool service, char *dst, size_t size)
{
	const char *version = row->sum.lost_by ? row->sum.lost_by : "";

	(void)snprintf(dst, size, "%s%s%s%s", service || !version[0] ? row->caller : "",
		service && version[0] ? "@" : "", version,
		row->sum.lost_by_others ? " and others" : "");
}

void map_lost(const struct map_row *row, char *dst, size_t size)
{
	char who[VERSION_ID_SIZE + 16];

	dst[0] = '\0';
	if (row->sum.lost == 0 && row->sum.likely > 0)
		(void)snprintf(dst, size, "%s@%s probably lost the session on %llu request%s",
			row->caller, row->sum.likely_by, (unsigned long long)row->sum.likely,
			row->sum.likely == 1 ? "" : "s");
	if (row->sum.lost == 0)
		return;
	name_loser(row, true, who, sizeof(who));
	(void)snprintf(dst, size, "%s lost the session on %llu of %llu requests", who,
		(unsigned long long)row->sum.lost, (unsigned long long)row->sum.lost_of);
}

static void likely_cell(const struct map_row *row, int cols, char *dst, size_t size)
{
	(void)snprintf(dst, size, "likely %llu, by %s@%s", (unsigned long long)row->sum.likely,
		row->caller, row->sum.likely_by);
	if ((int)strlen(dst) > cols)
		(void)snprintf(dst, size, "likely %llu, by %s", (unsigned long long)row->sum.likely,
			row->sum.likely_by);
	if ((int)strlen(dst) > cols)
		(void)snprintf(dst, size, "likely %llu", (unsigned long long)row->sum.likely);
}

void map_lost_cell(const struct map_row *row, int cols, char *dst, size_t size)
{
	char who[VERSION_ID_SIZE + 16];
	char count[48];

	if (row->sum.lost == 0) {
		likely_cell(row, cols, dst, size);
		return;
	}
	(void)snprintf(count, sizeof(count), "%llu of %llu", (unsigned long long)row->sum.lost,
		(unsigned long long)row->sum.lost_of);
	name_loser(row, true, who, sizeof(who));
	(void)snprintf(dst, size, "%s requests, by %s", count, who);
	if ((int)strlen(dst) <= cols)
		return;
	name_loser(row, false, who, sizeof(who));
	(void)snprintf(dst, size, "%s, by %s", count, who);
	if ((int)strlen(dst) > cols)
		(void)snprintf(dst, size, "%s", count);
}

void map_select_lost(const struct map_row *row, struct selection *ret_selection)
{
	ret_selection->number = (int64_t)row->sum.lost;
	ret_selection->total = (int64_t)row->sum.lost_of;
	if (row->sum.lost_trace)
		str_copy(ret_selection->trace, sizeof(ret_selection->trace),
			str_of(row->sum.lost_trace));
}

void map_select(const struct map_row *row, struct selection *ret_selection)
{
	ret_selection->kind = row->kind == MAP_OUTSIDE ? SELECTED_NONE
			      : row->root              ? SELECTED_SERVICE
						       : SELECTED_EDGE;
	str_copy(ret_selection->service, sizeof(ret_selection->service), str_of(row->service));
	if (row->kind == MAP_VERSION)
		str_copy(ret_selection->version, sizeof(ret_selection->version),
			str_of(row->version));
	str_copy(ret_selection->caller, sizeof(ret_selection->caller), str_of(row->caller));
	map_select_lost(row, ret_selection);
}

/* ---- cells ---- */

void map_draw_errors(
	const struct canvas *canvas, int y, int x, int cols, const struct map_sum *sum, bool counts)
{
	double share = map_share_5xx(sum) * 100;
	char text[16];

	(void)snprintf(text, sizeof(text), "%.1f", share);
	canvas_right(canvas, y, x, cols, share >= 1 ? ROLE_UNHEALTHY : ROLE_QUIET, text);
	if (share >= 1 && counts)
		(void)canvas_glyph(
			canvas, y, x + cols - (int)strlen(text) - 2, ROLE_UNHEALTHY, GLYPH_UP);
}

void map_draw_share(const struct canvas *canvas, int y, int x, int cols, double share)
{
	int filled = (int)(share * cols + 0.5);

	if (filled == 0 && share > 0)
		filled = 1;
	for (int i = 0; i < cols; i++) {
		if (i < filled)
			canvas_bar(canvas, y, x + i, ROLE_SPARK, 3);
		else
			canvas_c(canvas, y, x + i, 1, ROLE_BASE, "");
	}
}
