/*
 * x: why. What core/model/explain says of a service, a version, a session or a request, in sentences; opened
 * over the view it was asked from. It is made anew when the environment changes and as ages grow.
 *
 * Invariant: a request is copied when it is opened; that its line leaves the ring changes nothing.
 */
#include "tui/ui/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/model/explain.h"
#include "core/model/name_rules.h"

#include "tui/ui/text_page.h"
#include "tui/views/object_actions.h"

enum { KIND_COLS = 9, ANEW_MS = 60000 };

struct explain {
	struct text_page page;
	struct selection what;
	struct request *request;
	char lost_by[VERSION_ID_SIZE];
	struct explanation explanation;
	bool gone; /* what was asked about is not there any more */
	int64_t made_ms;
};

/* The word before a line, and how it looks. */
static const struct {
	const char *word;
	enum role role;
} looks[EXPLAIN_COUNT] = {
	[EXPLAIN_RULE] = {"because", ROLE_BASE},
	[EXPLAIN_NOT] = {"ruled out", ROLE_QUIET},
	[EXPLAIN_NOTE] = {"note", ROLE_BASE},
	[EXPLAIN_WARN] = {"problem", ROLE_WARNING},
	[EXPLAIN_NOW] = {"now", ROLE_BASE},
	[EXPLAIN_HINT] = {"next", ROLE_COMMAND},
};

static void *explain_create(void)
{
	struct explain *state = xcalloc(1, sizeof(*state));

	text_page_init(&state->page, TEXT_PAGE_LEFT, KIND_COLS, true);
	explanation_init(&state->explanation);
	return state;
}

static void explain_destroy(void *arg)
{
	struct explain *state = arg;

	text_page_finish(&state->page);
	explanation_finish(&state->explanation);
	free(state->request);
	free(state);
}

static void explain_open(void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct explain *state = arg;
	const struct request *line;
	const struct request *lost_by;

	(void)argument;
	state->what = ui->explained;
	if (state->what.kind != SELECTED_REQUEST)
		return;
	line = request_log_get(model->lines, state->what.number);
	if (line)
		state->request = request_copy(line);
	lost_by = request_log_lost_session(model->lines, state->what.number);
	if (lost_by)
		name_join_version(lost_by->service, lost_by->version, state->lost_by);
}

/* ---- the sentences ---- */

/* What is remembered of what is not there any more; false when nothing is. */
static bool explain_memory(struct explain *state, const struct model *model)
{
	const struct selection *what = &state->what;
	const struct tombstone *gone = NULL;
	char id[VERSION_ID_SIZE];

	if (what->session[0] != '\0') {
		gone = environment_tombstone(model->env, GONE_SESSION, str_of(what->session));
	} else if (what->version[0] != '\0') {
		name_join_version(str_of(what->service), str_of(what->version), id);
		gone = environment_tombstone(model->env, GONE_VERSION, str_of(id));
	}
	if (gone)
		explain_tombstone(&state->explanation, model->env, gone, model->now_ms);
	return gone != NULL;
}

enum { CALLS_MAX = 256 };

/* Of the edge that is selected; a caller or callee without its version means all of them. */
static bool is_of(const struct edge *edge, const struct selection *what)
{
	struct str rest = str_of(what->caller);
	struct str service = str_cut(&rest, '@');

	return edge->stats.count > 0 && str_eq_c(service, edge->caller_service) &&
	       (rest.n == 0 || str_eq_c(rest, edge->caller_version)) &&
	       strcmp(edge->service, what->service) == 0 &&
	       (what->version[0] == '\0' || strcmp(edge->version, what->version) == 0);
}

/* The calls from one service to another, as they were when the Map was left. */
static bool explain_calls(struct explain *state, const struct model *model)
{
	const struct selection *what = &state->what;
	const struct call_graph *edges = what->session[0] ? model->session_edges : model->edges;
	struct explain_call calls[CALLS_MAX];
	struct str rest = str_of(what->caller);
	struct explain_edge edge = {
		.service = str_of(what->service), .session = str_of(what->session), .calls = calls};

	edge.caller = str_cut(&rest, '@');
	for (size_t i = 0; i < call_graph_count(edges) && edge.call_count < CALLS_MAX; i++) {
		const struct edge *one = call_graph_at(edges, i);

		if (!is_of(one, what))
			continue;
		calls[edge.call_count++] = (struct explain_call){str_of(one->caller_version),
			str_of(one->version), one->stats.count,
			(uint64_t)((double)one->stats.count * one->stats.share_5xx + 0.5),
			one->stats.lost, one->stats.likely, one->stats.likely_usual,
			str_of(one->lost_trace)};
	}
	if (edge.call_count > 0)
		explain_edge(&state->explanation, model->env, &edge, model->now_ms);
	return edge.call_count > 0;
}

/* The one that the build belongs to: repositories have numbers in common. */
static bool explain_pull_meant(struct explain *state, const struct model *model)
{
	struct pull_list list;
	bool found = false;

	pulls_collect(model->env, state->what.number, &list);
	for (size_t i = 0; i < list.count && !found; i++) {
		found = pull_has_build(&list.items[i], state->what.build);
		if (found)
			explain_pull(
				&state->explanation, model->env, &list.items[i], model->now_ms);
	}
	pulls_finish(&list);
	return found;
}

/* The control plane knows nothing of what is staged; whoever asks over it has to. */
static void say_staged(struct explain *state)
{
	size_t count = state->what.staged;
	char text[128];

	if (count == 0)
		return;
	(void)snprintf(text, sizeof(text), "%zu change%s staged and not sent: this is without %s.",
		count, count == 1 ? " is" : "s are", count == 1 ? "it" : "them");
	explanation_lead(&state->explanation, EXPLAIN_WARN, text);
}

/* False when it is not there, and not remembered. */
static bool explain(struct explain *state, const struct model *model)
{
	const struct environment *env = model->env;
	struct str service = str_of(state->what.service);
	struct str version = str_of(state->what.version);
	const void *object;

	if (state->what.kind == SELECTED_EDGE)
		return explain_calls(state, model);
	if (state->what.kind == SELECTED_PULL)
		return explain_pull_meant(state, model);
	/* An event is about a session, a version or a service: the same as if that were selected. */
	if (state->what.kind == SELECTED_REQUEST) {
		if (state->request)
			explain_request(&state->explanation, env, state->request,
				str_of(state->lost_by), model->now_ms);
		return state->request != NULL;
	}
	if (state->what.session[0] != '\0') {
		object = environment_session(env, str_of(state->what.session));
		if (object) {
			explain_session(&state->explanation, env, object, 0, model->now_ms);
			say_staged(state);
		}
	} else if (version.n > 0) {
		object = environment_version(env, service, version);
		if (object)
			explain_version(&state->explanation, env, object,
				traffic_stats_version(model->stats, service, version),
				model->now_ms);
	} else {
		object = environment_service(env, service);
		if (object)
			explain_service(&state->explanation, env, object,
				traffic_stats_service(model->stats, service), model->now_ms);
	}
	return object != NULL || explain_memory(state, model);
}

/* The word stands before the first sentence of its kind. */
static void fill_page(struct explain *state)
{
	int last = EXPLAIN_COUNT;

	text_page_begin(&state->page);
	if (state->gone)
		return;
	text_page_addf(&state->page, NULL, ROLE_STRONG, "%.*s",
		STR_ARG(explanation_headline(&state->explanation)));
	for (size_t i = 0; i < state->explanation.count; i++) {
		enum explain_kind kind = EXPLAIN_RULE;
		struct str line = explanation_line(&state->explanation, i, &kind);

		text_page_addf(&state->page, (int)kind != last ? looks[kind].word : "",
			looks[kind].role, "%.*s", STR_ARG(line));
		last = (int)kind;
	}
}

static void explain_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct explain *state = arg;

	(void)ui;
	if (parts & (MODEL_SERVICES | MODEL_SESSIONS) ||
		model->now_ms - state->made_ms >= ANEW_MS) {
		state->made_ms = model->now_ms;
		state->gone = !explain(state, model);
		fill_page(state);
	}
	text_page_resize(&state->page, rows - 1, cols - 1);
}

static void explain_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct explain *state = arg;

	(void)model;
	canvas_changes_at(canvas, state->made_ms + ANEW_MS);
	text_page_draw(&state->page, canvas, str_of(ui->find));
	if (state->gone)
		canvas_c(canvas, 1, 3, canvas->cols - 4, ROLE_WARNING,
			"It is not there any more. Timeline says when it went, and by whom.");
}

static void explain_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct explain *state = arg;
	const struct selection *what = &state->what;
	int x = 1;

	(void)model;
	(void)ui;
	x += canvas_glyph(canvas, 0, x, ROLE_QUIET, GLYPH_CRUMB) + 1;
	if (state->request)
		canvas_text(canvas, 0, x, canvas->cols - x - 1, ROLE_STRONG, state->request->path);
	else if (what->kind == SELECTED_PULL) {
		char number[PULL_NUMBER_SIZE];

		(void)snprintf(number, sizeof(number), "#%" PRId64, what->number);
		canvas_c(canvas, 0, x, canvas->cols - x - 1, ROLE_PR, number);
	} else if (what->session[0] != '\0' && what->kind != SELECTED_EDGE)
		canvas_c(canvas, 0, x, canvas->cols - x - 1, ROLE_STRONG, what->session);
	else {
		if (what->caller[0] != '\0') {
			x += canvas_run_c(
				canvas, 0, x, canvas->cols - x - 1, ROLE_STRONG, what->caller);
			x += 1 + canvas_glyph(canvas, 0, x + 1, ROLE_QUIET, GLYPH_ARROW) + 1;
		}
		x += canvas_run_c(canvas, 0, x, canvas->cols - x - 1, ROLE_STRONG, what->service);
		if (what->version[0] != '\0') {
			x += canvas_run_c(canvas, 0, x, 1, ROLE_STRONG, "@");
			canvas_c(canvas, 0, x, canvas->cols - x - 1, ROLE_STRONG, what->version);
		}
	}
}

static void explain_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	(void)model;
	*ret_selection = ((const struct explain *)arg)->what;
}

const struct view view_explain = {
	.name = "explain",
	.title = "Why",
	.area = AREA_DETAIL,
	.create = explain_create,
	.destroy = explain_destroy,
	.open = explain_open,
	.prepare = explain_prepare,
	.draw_title = explain_draw_title,
	.draw = explain_draw,
	.act = text_page_act,
	.selected = explain_selected,
	.find = text_page_find,
	.position = text_page_position,
};
