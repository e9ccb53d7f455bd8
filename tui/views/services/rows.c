/*
 * The columns of the Services view, and drawing a row of it: one function a column. Called for the rows in
 * sight only; const, nothing allocated. What is fine is quiet, what is wrong is loud.
 */
#include <stdio.h>
#include <string.h>

#include "tui/widgets/format.h"
#include "core/base/word_list.h"

#include "tui/views/services/internal.h"

/* What goes first on a narrow screen: who and which commit can be looked up, what is wrong cannot wait. */
static const struct column_spec specs[COLUMN_TOTAL] = {
	[COLUMN_NAME] = {"SERVICE / VERSION", 20, 40, 3, 0, false, 'n'},
	[COLUMN_PR] = {"PR", 5, 0, 1, 3, false, 0},
	[COLUMN_AUTHOR] = {"AUTHOR", 8, 20, 2, 7, false, 0},
	[COLUMN_COMMIT] = {"COMMIT", 7, 0, 2, 9, false, 0},
	[COLUMN_AGE] = {"AGE", 3, 0, 2, 6, true, 'a'},
	[COLUMN_EXPIRES] = {"EXPIRES", 7, 0, 2, 4, true, 'x'},
	[COLUMN_HEALTH] = {"HEALTH", 12, 40, 2, 0, false, 'h'},
	[COLUMN_RATE] = {"REQ/S", 6, 0, 1, 0, true, 'r'},
	[COLUMN_ERRORS] = {"5XX%", 7, 0, 1, 0, true, 'e'},
	[COLUMN_P95] = {"P95", 6, 0, 1, 2, true, 'p'},
	[COLUMN_MINUTE] = {"LAST MINUTE", 11, 30, 2, 8, false, 0},
	[COLUMN_PINS] = {"PINS", 4, 0, 1, 1, true, 'i'},
	[COLUMN_SESSIONS] = {"PINNED BY", 15, 40, 2, 10, false, 0},
};

static const struct column_about about[COLUMN_TOTAL] = {
	[COLUMN_NAME] = {"name", "the service, and below it its versions: stable first", false},
	[COLUMN_PR] = {"pr", "the pull request that the version was built from", false},
	[COLUMN_AUTHOR] = {"author", "who wrote that pull request", false},
	[COLUMN_COMMIT] = {"commit", "what was built, the first seven digits", false},
	[COLUMN_AGE] = {"age", "since it was last deployed", false},
	[COLUMN_EXPIRES] = {"expires", "when it goes by itself; stable never does", false},
	[COLUMN_HEALTH] = {"health", "what checks say; of a service: how many are ready", false},
	[COLUMN_RATE] = {"rate", "requests a second, over the last minute", false},
	[COLUMN_ERRORS] = {"errors", "how many of 100 requests were answered with 5xx", false},
	[COLUMN_P95] = {"p95", "95th percentile; a service shows its slowest version's", false},
	[COLUMN_MINUTE] = {"minute",
		"requests over the last minute; each row is scaled to its own peak", false},
	[COLUMN_PINS] = {"pins", "how many sessions pin the version", false},
	[COLUMN_SESSIONS] = {"sessions", "the keys of these sessions", false},
};

const struct column_set services_columns = {specs, about, COLUMN_TOTAL};

struct row {
	const struct services *state;
	const struct model *model;
	const struct ui *ui;
	const struct canvas *canvas;
	int y;
	bool selected;
	const struct service_node *node;
	const struct version *version; /* NULL: the service's own row */
	const struct stats *stats; /* NULL: none heard */
	const struct pinned *pinned; /* NULL: no session pins it */
};

static void draw_found(const struct row *row, int x, int width, enum role role, const char *text)
{
	canvas_text_found(row->canvas, row->y, x, width, role, str_of(text), str_of(row->ui->find));
}

/* What changed a moment ago is shown so, until it has been there for that moment. */
static enum role name_role(const struct row *row, int64_t revision, enum role role)
{
	int64_t until = recent_changes_until(&row->model->glow, revision, row->canvas->now_ms);

	if (until > 0)
		canvas_changes_at(row->canvas, until);
	return row->selected ? ROLE_SELECTED : until > 0 ? ROLE_GLOW : role;
}

static void draw_service_name(const struct row *row, int x, int width)
{
	const struct services *state = row->state;
	bool filtered = state->list.filtering.filter != NULL;

	if (row->node->version_count > 0)
		(void)canvas_glyph(row->canvas, row->y, 1, ROLE_QUIET,
			tree_is_folded(&state->tree, row->node, filtered) ? GLYPH_CLOSED
									  : GLYPH_OPEN);
	draw_found(row, x, width, name_role(row, row->node->service->revision, ROLE_SERVICE),
		row->node->service->name);
}

static void draw_name(const struct row *row, int x, int width)
{
	enum { INDENT = 2, TAG_COLS = 8 };
	const struct version *version = row->version;
	bool stable;
	int used;

	if (!version) {
		draw_service_name(row, x, width);
		return;
	}
	stable = version->kind == KIND_STABLE;
	if (services_is_marked(row->state, version))
		(void)canvas_glyph(row->canvas, row->y, x, ROLE_STAGED, GLYPH_CHECK);
	x += INDENT;
	width -= INDENT + (stable ? TAG_COLS : 0);
	draw_found(row, x, width,
		name_role(row, version->revision, stable ? ROLE_STABLE : ROLE_EPHEMERAL),
		version->name);
	if (!stable)
		return;
	used = (int)strlen(version->name) + 2;
	(void)canvas_run_c(row->canvas, row->y, x + (used < width + 1 ? used : width + 1), 6,
		ROLE_QUIET, "stable");
}

static void draw_pr(const struct row *row, int x, int width)
{
	char text[32];

	if (!row->version || row->version->pr_number <= 0)
		return;
	(void)snprintf(text, sizeof(text), "#%lld", (long long)row->version->pr_number);
	draw_found(row, x, width, ROLE_PR, text);
}

static void draw_author(const struct row *row, int x, int width)
{
	if (!row->version)
		return;
	if (row->version->pr_author)
		draw_found(row, x, width, ROLE_BASE, row->version->pr_author);
	else if (row->version->kind == KIND_STABLE)
		(void)canvas_glyph(row->canvas, row->y, x, ROLE_QUIET, GLYPH_NONE);
}

static void draw_commit(const struct row *row, int x, int width)
{
	struct str commit = str_of(row->version ? row->version->commit : NULL);

	if (commit.n > 7)
		commit.n = 7;
	canvas_text(row->canvas, row->y, x, width, ROLE_QUIET, commit);
}

static void draw_age(const struct row *row, int x, int width)
{
	const struct version *version = row->version;
	char text[AGE_SIZE];

	if (version)
		canvas_right(row->canvas, row->y, x, width, ROLE_BASE,
			canvas_age(row->canvas,
				version->deployed_at ? version->deployed_at : version->created_at,
				text));
}

static void draw_expires(const struct row *row, int x, int width)
{
	if (row->version)
		format_put_expires(row->canvas, row->y, x, width, row->version->expires_at);
}

static bool is_idle(const struct row *row)
{
	return !row->stats || row->stats->rate <= 0;
}

/* Why it is unhealthy may take the room of stats that are not there. */
static bool says_why(const struct row *row)
{
	return row->version && row->version->state == STATE_UNHEALTHY && is_idle(row);
}

static bool is_figure(size_t column)
{
	return column == COLUMN_RATE || column == COLUMN_ERRORS || column == COLUMN_P95;
}

/* The end of the columns of stats that stand directly behind the health. */
static int end_of_why(const struct row *row, int end)
{
	const struct services *state = row->state;
	size_t i = 0;

	while (state->list.choice.order[i] != COLUMN_HEALTH)
		i++;
	for (i++; i < COLUMN_TOTAL; i++) {
		const struct placed *next = &state->list.placed[state->list.choice.order[i]];

		if (next->width == 0)
			continue;
		if (!is_figure(state->list.choice.order[i]))
			break;
		end = next->x + next->width;
	}
	return end;
}

static void draw_service_health(const struct row *row, int x, int width)
{
	size_t in[STATE_COUNT] = {0};
	int worst = STATE_READY;
	char text[48];

	if (row->node->service->refused) {
		worst = STATE_UNHEALTHY;
		(void)canvas_glyph(row->canvas, row->y, x, format_state_role(worst),
			format_state_glyph(worst));
		canvas_c(
			row->canvas, row->y, x + 3, width - 3, format_state_role(worst), "refused");
		return;
	}
	for (size_t i = 0; i < row->node->version_count; i++)
		in[row->node->versions[i]->state]++;
	if (in[STATE_UNHEALTHY] > 0)
		worst = STATE_UNHEALTHY;
	else if (in[STATE_READY] == 0 && in[STATE_STARTING] > 0)
		worst = STATE_STARTING;
	if (row->node->version_count == 0) {
		canvas_c(row->canvas, row->y, x, width, ROLE_QUIET, "no version");
		return;
	}
	(void)canvas_glyph(
		row->canvas, row->y, x, format_state_role(worst), format_state_glyph(worst));
	(void)snprintf(text, sizeof(text), "%zu of %zu", in[STATE_READY], row->node->version_count);
	canvas_c(row->canvas, row->y, x + 3, width - 3,
		worst == STATE_READY ? ROLE_BASE : format_state_role(worst), text);
}

static void draw_health(const struct row *row, int x, int width)
{
	int end = x + width;

	if (!row->version) {
		draw_service_health(row, x, width);
		return;
	}
	if (says_why(row))
		end = end_of_why(row, end);
	format_state(row->canvas, row->y, x, end - x, row->version);
}

static void draw_rate(const struct row *row, int x, int width)
{
	format_put_rate(row->canvas, row->y, x, width, is_idle(row) ? 0 : row->stats->rate);
}

static void draw_errors(const struct row *row, int x, int width)
{
	if (is_idle(row))
		format_put_none(row->canvas, row->y, x, width);
	else
		format_put_share(row->canvas, row->y, x, width, row->stats->share_5xx);
}

/* Quantiles end half a minute before the rate does. */
static void draw_p95(const struct row *row, int x, int width)
{
	char text[16];

	if (is_idle(row) || row->stats->p95_ms <= 0) {
		format_put_none(row->canvas, row->y, x, width);
		return;
	}
	format_ms(text, row->stats->p95_ms);
	canvas_right(row->canvas, row->y, x, width, ROLE_FIGURE, text);
}

static void draw_minute(const struct row *row, int x, int width)
{
	if (row->stats)
		format_spark(row->canvas, row->y, x, width, row->stats);
}

static void draw_pins(const struct row *row, int x, int width)
{
	char text[24];

	if (!row->pinned)
		return;
	(void)snprintf(text, sizeof(text), "%zu", row->pinned->count);
	canvas_right(row->canvas, row->y, x, width, ROLE_SESSION, text);
}

static void draw_sessions(const struct row *row, int x, int width)
{
	char text[PINNED_NAMED * (LIMIT_SESSION_KEY + 2) + 32];
	struct word_list words = {.dst = text, .size = sizeof(text), .max = PINNED_NAMED};

	if (!row->pinned)
		return;
	for (size_t i = 0; i < row->pinned->count && i < PINNED_NAMED; i++)
		words_add(&words, row->pinned->sessions[i]->key);
	words_end(&words, row->pinned->count);
	canvas_c(row->canvas, row->y, x, width, ROLE_SESSION, text);
}

static void (*const cells[COLUMN_TOTAL])(const struct row *row, int x, int width) = {
	[COLUMN_NAME] = draw_name,
	[COLUMN_PR] = draw_pr,
	[COLUMN_AUTHOR] = draw_author,
	[COLUMN_COMMIT] = draw_commit,
	[COLUMN_AGE] = draw_age,
	[COLUMN_EXPIRES] = draw_expires,
	[COLUMN_HEALTH] = draw_health,
	[COLUMN_RATE] = draw_rate,
	[COLUMN_ERRORS] = draw_errors,
	[COLUMN_P95] = draw_p95,
	[COLUMN_MINUTE] = draw_minute,
	[COLUMN_PINS] = draw_pins,
	[COLUMN_SESSIONS] = draw_sessions,
};

static void find_values(struct row *row)
{
	struct str service = str_of(row->node->service->name);

	if (!row->version) {
		row->stats = traffic_stats_service(row->model->stats, service);
		return;
	}
	row->stats = traffic_stats_version(row->model->stats, service, str_of(row->version->name));
	row->pinned = model_pinned(row->model, service, str_of(row->version->name));
}

void services_draw_row(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, size_t at)
{
	const struct services *state = arg;
	const struct tree_row *tree_row = services_row(state, at);
	struct row row = {.state = state, .model = model, .ui = ui, .canvas = canvas, .y = y};
	bool why;

	row.node = services_node(model, tree_row);
	if (!row.node)
		return;
	row.version = services_version(model, tree_row);
	row.selected = at == state->list.cursor.selected;
	find_values(&row);
	why = says_why(&row) && state->list.placed[COLUMN_HEALTH].width > 0;
	for (size_t i = 0; i < COLUMN_TOTAL; i++) {
		size_t column = state->list.choice.order[i];
		const struct placed *placed = &state->list.placed[column];

		if (placed->width > 0 && !(why && is_figure(column)))
			cells[column](&row, placed->x, placed->width);
	}
}
