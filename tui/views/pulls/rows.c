/*
 * The columns of the Pull requests view, and drawing a row of it: one function a column. Const, nothing
 * allocated.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/term_text.h"
#include "core/base/word_list.h"

#include "tui/views/describe.h"

#include "tui/ui/keymap.h"
#include "tui/widgets/format.h"
#include "tui/views/pulls/internal.h"

enum { NUMBER_COLS = 7 }; /* before the title */

static const struct column_spec specs[PULLS_TOTAL] = {
	[PULLS_NAME] = {"PULL REQUEST", 34, NUMBER_COLS + LIMIT_TITLE, 3, 0, false, 'n'},
	[PULLS_AUTHOR] = {"AUTHOR", 10, 20, 2, 5, false, 'o'},
	[PULLS_HEALTH] = {"HEALTH", 11, 0, 2, 0, false, 'h'},
	[PULLS_SERVICES] = {"SERVICES", 10, 80, 2, 7, false, 0},
	[PULLS_AGE] = {"AGE", 3, 0, 2, 4, true, 'a'},
	[PULLS_EXPIRES] = {"EXPIRES", 7, 0, 2, 3, true, 'x'},
	[PULLS_RATE] = {"REQ/S", 6, 0, 1, 0, true, 'r'},
	[PULLS_ERRORS] = {"5XX%", 7, 0, 1, 0, true, 'e'},
	[PULLS_P95] = {"P95", 6, 0, 1, 9, true, 0},
	[PULLS_SESSIONS] = {"PINS", 4, 0, 1, 1, true, 'i'},
	[PULLS_KEYS] = {"PINNED BY", 15, 80, 2, 8, false, 0},
};

static const struct column_about about[PULLS_TOTAL] = {
	[PULLS_NAME] = {"name", "its number and title; below it the versions built from it", false},
	[PULLS_AUTHOR] = {"author", "its author", false},
	[PULLS_HEALTH] = {"health", "number of its services in which the newest build is ready",
		false},
	[PULLS_SERVICES] = {"services", "what it changes; all others stay stable", false},
	[PULLS_AGE] = {"age", "since one of its versions was last deployed", false},
	[PULLS_EXPIRES] = {"expires", "when the first of its versions goes by itself", false},
	[PULLS_RATE] = {"rate", "requests a second that its versions serve", false},
	[PULLS_ERRORS] = {"errors", "how many of 100 of them were answered with 5xx", false},
	[PULLS_P95] = {"p95", "95th percentile, of the slowest version", false},
	[PULLS_SESSIONS] = {"sessions", "how many sessions pin one of its versions", false},
	[PULLS_KEYS] = {"keys", "the keys of these sessions", false},
};

const struct column_set pulls_columns = {specs, about, PULLS_TOTAL};

struct row {
	const struct pulls *state;
	const struct model *model;
	const struct ui *ui;
	const struct canvas *canvas;
	int y;
	bool selected;
	const struct pull *pull;
	const struct version *version; /* NULL: the pull request's own row */
	const struct stats *stats; /* of the version; NULL: none heard */
};

static void draw_name(const struct row *row, int x, int width)
{
	const struct version *version = row->version;
	int64_t revision = version ? version->revision : row->pull->revision;
	int64_t until = recent_changes_until(&row->model->glow, revision, row->canvas->now_ms);
	char text[LIMIT_TITLE + 32];
	enum role role = version ? ROLE_EPHEMERAL : ROLE_STRONG;

	if (until > 0)
		canvas_changes_at(row->canvas, until);
	role = row->selected ? ROLE_SELECTED : until > 0 ? ROLE_GLOW : role;
	if (version) {
		(void)snprintf(text, sizeof(text), "%s@%s", version->service, version->name);
		x += 2;
		width -= 2;
	} else {
		(void)canvas_glyph(row->canvas, row->y, 1, ROLE_QUIET,
			pulls_is_unfolded(row->state, row->pull) ? GLYPH_OPEN : GLYPH_CLOSED);
		(void)snprintf(text, sizeof(text), "#%" PRId64, row->pull->number);
		canvas_text_found(row->canvas, row->y, x, NUMBER_COLS - 1,
			row->selected ? role : ROLE_PR, str_of(text), str_of(row->ui->find));
		x += NUMBER_COLS;
		width -= NUMBER_COLS;
		(void)snprintf(text, sizeof(text), "%.*s", STR_ARG(row->pull->title));
	}
	canvas_text_found(row->canvas, row->y, x, width, role, str_of(text), str_of(row->ui->find));
}

static void draw_author(const struct row *row, int x, int width)
{
	if (!row->version)
		canvas_text_found(row->canvas, row->y, x, width, ROLE_BASE, row->pull->author,
			str_of(row->ui->find));
}

/* Why it is unhealthy may take the room of the services, which a version's row has none of. */
static int room_for_why(const struct row *row, int x, int width)
{
	const struct placed *services = &row->state->view.placed[PULLS_SERVICES];
	bool behind = services->width > 0 && services->x == x + width + specs[PULLS_SERVICES].gap;

	return behind ? services->x + services->width - x : width;
}

static void draw_health(const struct row *row, int x, int width)
{
	const struct pull *pull = row->pull;
	enum role role = format_state_role(pull->state);
	char text[48];

	if (row->version) {
		format_state(row->canvas, row->y, x, room_for_why(row, x, width), row->version);
		return;
	}
	(void)canvas_glyph(row->canvas, row->y, x, role, format_state_glyph(pull->state));
	(void)snprintf(text, sizeof(text), "%" PRId64 " of %" PRId64, pull->ready, pull->services);
	canvas_c(row->canvas, row->y, x + 3, width - 3,
		pull->state == STATE_READY ? ROLE_BASE : role, text);
}

enum { NAMES_SIZE = 256 };

static const char *names_of_services(const struct pull *pull, char text[NAMES_SIZE])
{
	struct word_list words = {.dst = text, .size = NAMES_SIZE, .max = 6};

	text[0] = '\0';
	for (size_t i = 0; i < pull->version_count; i++)
		if (pull->versions[i].newest)
			words_add(&words, pull->versions[i].version->service);
	words_end(&words, (size_t)pull->services);
	return text;
}

static const char *names_of_sessions(const struct pull *pull, char text[NAMES_SIZE])
{
	struct word_list words = {.dst = text, .size = NAMES_SIZE, .max = 6};

	text[0] = '\0';
	for (size_t i = 0; i < pull->session_count; i++)
		words_add(&words, pull->sessions[i]->key);
	words_end(&words, pull->session_count);
	return text;
}

void pulls_measure(struct pulls *state)
{
	struct column_choice *choice = &state->view.choice;
	char text[NAMES_SIZE];

	memset(choice->needs, 0, sizeof(choice->needs));
	for (size_t i = 0; i < state->list.count; i++) {
		const struct pull *pull = &state->list.items[i];

		columns_need(choice, PULLS_NAME, NUMBER_COLS + (int)text_cells(pull->title));
		columns_need(choice, PULLS_AUTHOR, (int)text_cells(pull->author));
		columns_need(choice, PULLS_SERVICES,
			(int)text_cells(str_of(names_of_services(pull, text))));
		columns_need(
			choice, PULLS_KEYS, (int)text_cells(str_of(names_of_sessions(pull, text))));
		for (size_t j = 0; j < pull->version_count; j++) {
			const struct version *version = pull->versions[j].version;

			columns_need(choice, PULLS_NAME,
				2 + (int)strlen(version->service) + 1 + (int)strlen(version->name));
		}
	}
}

static void draw_services(const struct row *row, int x, int width)
{
	char text[NAMES_SIZE];

	if (row->version)
		return;
	(void)names_of_services(row->pull, text);
	canvas_text_found(
		row->canvas, row->y, x, width, ROLE_SERVICE, str_of(text), str_of(row->ui->find));
}

static void draw_age(const struct row *row, int x, int width)
{
	const struct version *version = row->version;
	char text[AGE_SIZE];

	canvas_right(row->canvas, row->y, x, width, ROLE_BASE,
		canvas_age(row->canvas, version ? version->deployed_at : row->pull->deployed_at,
			text));
}

static void draw_expires(const struct row *row, int x, int width)
{
	format_put_expires(row->canvas, row->y, x, width,
		row->version ? row->version->expires_at : row->pull->expires_at);
}

static double rate_of(const struct row *row)
{
	return !row->version ? row->pull->rate : row->stats ? row->stats->rate : 0;
}

static void draw_rate(const struct row *row, int x, int width)
{
	format_put_rate(row->canvas, row->y, x, width, rate_of(row));
}

static void draw_errors(const struct row *row, int x, int width)
{
	if (rate_of(row) <= 0)
		format_put_none(row->canvas, row->y, x, width);
	else
		format_put_share(row->canvas, row->y, x, width,
			row->version ? row->stats->share_5xx : row->pull->share_5xx);
}

static void draw_p95(const struct row *row, int x, int width)
{
	char text[16];

	if (!row->version)
		return;
	if (!row->stats || row->stats->rate <= 0 || row->stats->p95_ms <= 0) {
		format_put_none(row->canvas, row->y, x, width);
		return;
	}
	format_ms(text, row->stats->p95_ms);
	canvas_right(row->canvas, row->y, x, width, ROLE_FIGURE, text);
}

static void draw_sessions(const struct row *row, int x, int width)
{
	const struct version *version = row->version;
	size_t count = row->pull->session_count;
	char text[24];

	if (version)
		count = model_pin_count(
			row->model, str_of(version->service), str_of(version->name));
	if (count == 0)
		return;
	(void)snprintf(text, sizeof(text), "%zu", count);
	canvas_right(row->canvas, row->y, x, width, ROLE_SESSION, text);
}

static void draw_keys(const struct row *row, int x, int width)
{
	char text[NAMES_SIZE];

	if (!row->version)
		canvas_c(row->canvas, row->y, x, width, ROLE_SESSION,
			names_of_sessions(row->pull, text));
}

static void (*const cells[PULLS_TOTAL])(const struct row *row, int x, int width) = {
	[PULLS_NAME] = draw_name,
	[PULLS_AUTHOR] = draw_author,
	[PULLS_HEALTH] = draw_health,
	[PULLS_SERVICES] = draw_services,
	[PULLS_AGE] = draw_age,
	[PULLS_EXPIRES] = draw_expires,
	[PULLS_RATE] = draw_rate,
	[PULLS_ERRORS] = draw_errors,
	[PULLS_P95] = draw_p95,
	[PULLS_SESSIONS] = draw_sessions,
	[PULLS_KEYS] = draw_keys,
};

void pulls_draw_row(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, size_t at)
{
	const struct pulls *state = arg;
	struct row row = {.state = state, .model = model, .ui = ui, .canvas = canvas, .y = y};

	row.pull = pulls_at(state, at);
	if (!row.pull)
		return;
	row.version = pulls_version_at(state, at);
	if (row.version)
		row.stats = traffic_stats_version(
			model->stats, str_of(row.version->service), str_of(row.version->name));
	row.selected = at == state->view.cursor.selected;
	for (size_t i = 0; i < PULLS_TOTAL; i++) {
		const struct placed *placed = &state->view.placed[i];

		if (placed->width > 0)
			cells[i](&row, placed->x, placed->width);
	}
}

/* ---- what is known of the selected row ---- */

static enum role pull_sentence(const struct pull *pull, char *dst, size_t size)
{
	if (pull->ready < pull->services) {
		(void)snprintf(dst, size,
			"%" PRId64 " of %" PRId64
			" services not ready: lenient sessions get stable there, strict ones 503.",
			pull->services - pull->ready, pull->services);
		return ROLE_WARNING;
	}
	if (pull->session_count == 0)
		keymap_text(dst, size,
			"No session pins it, so no request arrives there. {pulls.create} opens one "
			"on all of it.");
	else
		(void)snprintf(dst, size,
			"Requests of %zu session%s arrive there; the other services stay stable "
			"for "
			"them.",
			pull->session_count, pull->session_count == 1 ? "" : "s");
	return ROLE_BASE;
}

void pulls_draw_below(
	const struct pulls *state, const struct model *model, const struct canvas *canvas)
{
	const struct pull *pull = pulls_at(state, state->view.cursor.selected);
	const struct version *version = pulls_version_at(state, state->view.cursor.selected);
	char text[512];
	enum role role;
	int title = pull ? (int)text_cells(pull->title) : 0;
	int x = 1;

	canvas_rule(canvas, 0);
	canvas_clear_rows(canvas, 1, canvas->rows - 1);
	if (!pull)
		return;
	(void)snprintf(text, sizeof(text), "#%" PRId64, pull->number);
	x += canvas_run_c(canvas, 1, x, 20, ROLE_PR, text) + 2;
	if (x + title > canvas->cols - 1) { /* the rest of it goes before the sentence */
		(void)format_sentence(canvas, 1, x, ROLE_STRONG, pull->title);
		return;
	}
	x += canvas_run(canvas, 1, x, title, ROLE_STRONG, pull->title) + 2;
	(void)snprintf(text, sizeof(text), "%s%.*s%s%.*s  %.*s", pull->author.n > 0 ? "by " : "",
		STR_ARG(pull->author), pull->branch.n > 0 ? ", branch " : "", STR_ARG(pull->branch),
		STR_ARG(pull->url));
	canvas_c(canvas, 1, x, canvas->cols - x - 1, ROLE_BASE, text);
	role = version ? describe_version_sentence(model, version, text, sizeof(text))
		       : pull_sentence(pull, text, sizeof(text));
	canvas_c(canvas, 2, 1, canvas->cols - 1, role, text);
}
