/*
 * Draws a frame, see layout.h. Called by app.c once a frame. Before the view draws it is prepared, and the tour looks at
 * it; the rest only draws what (model, ui, navigation) say.
 */
#include "tui/app/layout.h"

#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/base/time.h"

#include "tui/app/frames.h"
#include "tui/app/navigation.h"
#include "tui/app/perf_overlay.h"
#include "tui/app/status_line.h"
#include "tui/app/tour_bar.h"
#include "tui/data/model.h"
#include "tui/term/keys.h"
#include "tui/term/terminal.h"
#include "tui/ui/draw_text.h"
#include "tui/widgets/format.h"

/* The least the picture needs. */
enum { MIN_ROWS = 15, MIN_COLS = 60 };

void layout_add_area(
	struct layout *layout, const struct canvas *canvas, int y, int x, int cols, int32_t key)
{
	if (layout->area_count < CLICK_AREAS_MAX)
		layout->areas[layout->area_count++] =
			(struct click_area){canvas->y + y, canvas->x + x, cols, key};
}

/* ---- header ---- */

static enum role connection_text(
	const struct model *model, const struct canvas *canvas, char *dst, size_t size)
{
	char age[AGE_SIZE] = "";

	switch (model->feed.state) {
	case FEED_LIVE:
		(void)snprintf(dst, size, "live");
		return ROLE_LIVE;
	case FEED_CONNECTING:
		(void)snprintf(dst, size, "connecting");
		return ROLE_STARTING;
	default:
		if (model->feed.login) {
			(void)snprintf(dst, size, " AUTH expired ");
			return ROLE_STALE;
		}
		if (model->feed.last_byte_ms > 0)
			(void)canvas_age(canvas, model->feed.last_byte_ms, age);
		if (age[0] != '\0')
			(void)snprintf(dst, size, " STALE %s ", age);
		else
			(void)snprintf(dst, size, " NOT CONNECTED ");
		return ROLE_STALE;
	}
}

/* "its clock is 5m ahead": ages here go by it, and those of other programs do not. */
static bool clock_text(const struct model *model, char *dst, size_t size)
{
	int64_t ahead = model->clock_ahead_ms;
	char apart[DURATION_TEXT_SIZE];

	duration_format_short(ahead > 0 ? ahead : -ahead, apart);
	(void)snprintf(dst, size, "its clock is %s %s", apart, ahead > 0 ? "ahead" : "behind");
	return ahead != 0;
}

struct total {
	char text[64];
	enum role role;
	int drop; /* the highest goes first where there is no room */
};

/* The totals that fit, right-aligned; those with the highest `drop` are left out first. */
static void draw_totals(const struct canvas *canvas, struct total *totals, size_t count, int from)
{
	int x = canvas->cols - 1;

	for (;;) {
		int width = 0;
		size_t worst = count;

		for (size_t i = 0; i < count; i++) {
			if (totals[i].text[0] == '\0')
				continue;
			width += (int)text_cells(str_of(totals[i].text)) + 2;
			if (worst == count || totals[i].drop > totals[worst].drop)
				worst = i;
		}
		if (worst == count || width <= canvas->cols - from - 1)
			break;
		totals[worst].text[0] = '\0';
	}
	for (size_t i = count; i-- > 0;) {
		int cells = (int)text_cells(str_of(totals[i].text));

		if (cells == 0)
			continue;
		x -= cells;
		(void)canvas_run_c(canvas, 0, x, cells, totals[i].role, totals[i].text);
		x -= 2;
	}
}

enum { TOTALS = 7 };

static void count_text(char dst[64], size_t count, const char *noun)
{
	(void)snprintf(dst, 64, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

static bool mine_is_gone(const struct layout *layout)
{
	return !environment_session(layout->model->env, str_of(layout->ui->session));
}

/* What stands on a ground of its own takes the blanks around it, and moves nothing. */
static int draw_environment(const struct layout *layout, const struct canvas *canvas, int x)
{
	const char *name = layout->model->name[0] ? layout->model->name : layout->model->url;
	int end = x + canvas_run_c(canvas, 0, x, 24, ROLE_ENVIRONMENT, name);

	if (layout->theme->styles[ROLE_ENVIRONMENT].has_ground) {
		(void)canvas_run_c(canvas, 0, x - 1, 1, ROLE_ENVIRONMENT, " ");
		(void)canvas_run_c(canvas, 0, end, 1, ROLE_ENVIRONMENT, " ");
	}
	if (layout->model->demo)
		end += canvas_run_c(canvas, 0, end + 1, 6, ROLE_DEMO, " DEMO ");
	return end + 2;
}

static void draw_header(const struct layout *layout, const struct canvas *canvas)
{
	const struct model *model = layout->model;
	const struct traffic_stats_sum *total = &model->total;
	struct total totals[TOTALS];
	char text[300];
	enum role role;
	size_t used;
	int x = 1;

	memset(totals, 0, sizeof(totals));
	canvas_clear(canvas, 0, 0);
	x += canvas_run_c(canvas, 0, x, 8, ROLE_BRAND, "umbra") + 2;
	x = draw_environment(layout, canvas, x);
	role = connection_text(model, canvas, text, sizeof(text));
	x += canvas_run_c(canvas, 0, x, 24, role, text) + 2;
	if (clock_text(model, text, sizeof(text)))
		x += canvas_run_c(canvas, 0, x, 24, ROLE_WARNING, text) + 2;
	if (model->feed.state == FEED_STALE && model->known) {
		keymap_text(text, sizeof(text),
			model->feed.login ? "log in again, {global.repaint} tries now. " : "");
		used = strlen(text);
		(void)snprintf(text + used, sizeof(text) - used, "%s", model->feed.why);
		(void)canvas_run_c(canvas, 0, x, canvas->cols - x - 1, ROLE_UNHEALTHY, text);
		return;
	}
	if (!model->known)
		return;
	count_text(totals[0].text, model->env->node_count, "service");
	count_text(totals[1].text, model->env->version_count, "version");
	count_text(totals[2].text, model->env->session_count, "session");
	used = (size_t)snprintf(totals[3].text, 64, "%.1f req/s", total->rate);
	if (total->over_s > 0 && total->over_s < WINDOW_SLOTS)
		(void)snprintf(totals[3].text + used, 64 - used, " over %ds", total->over_s);
	(void)snprintf(totals[4].text, 64, "%.1f%% 5xx", total->share_5xx * 100);
	if (layout->ui->read_only)
		(void)snprintf(totals[5].text, 64, "READ-ONLY");
	else if (layout->ui->session[0] != '\0')
		(void)snprintf(totals[5].text, 64, "you: %s%s", layout->ui->session,
			mine_is_gone(layout) ? ", gone" : "");
	if (model->demo) /* on a port of its own: what a second terminal needs */
		(void)snprintf(totals[6].text, 64, "umbra --url %.48s", model->url);
	for (int i = 0; i < TOTALS; i++) {
		static const int drops[TOTALS] = {3, 4, 5, 2, 1, 0, 6};

		totals[i].drop = drops[i];
		totals[i].role = i < 3 || i == 6 ? ROLE_QUIET : ROLE_FIGURE;
	}
	totals[4].role = total->share_5xx >= 0.01 ? ROLE_UNHEALTHY : ROLE_FIGURE;
	totals[5].role =
		layout->ui->read_only || mine_is_gone(layout) ? ROLE_WARNING : ROLE_SESSION;
	draw_totals(canvas, totals, TOTALS, x);
}

static void draw_help_key(struct layout *layout, const struct canvas *canvas, int from)
{
	struct str rest = str_of(keymap_keys(keymap_binding(AREA_GLOBAL, ACTION_HELP)));
	struct str key = str_cut(&rest, ' ');
	int x = canvas->cols - 6 - (int)text_cells(key);

	int32_t number;

	if (key.n == 0 || x <= from)
		return;
	if (key_from_name(key, &number))
		layout_add_area(layout, canvas, 1, x, canvas->cols - x, number);
	x += canvas_run(canvas, 1, x, 8, ROLE_KEY, key) + 1;
	(void)canvas_run_c(canvas, 1, x, 4, ROLE_HINT, "help");
}

/* How tabs are set: how many of its title each has but the one that is shown, and behind how many are two blanks. */
struct tab_room {
	int title;
	size_t wide;
};

enum { TAB_TITLE_MAX = 20 };

static int title_cols(struct layout *layout, size_t tab, int most)
{
	int cols = (int)text_cells(str_of(layout->nav->tabs[tab].view->title));

	return &layout->nav->tabs[tab] == navigation_tab(layout->nav) || cols < most ? cols : most;
}

/*
 * All of them are there, and the last cell stays free, also on a narrow screen: first they stand closer, then titles
 * are cut.
 */
static struct tab_room tab_room(struct layout *layout, int cols)
{
	size_t count = layout->nav->tab_count;
	struct tab_room room = {TAB_TITLE_MAX, 0};
	int spare;

	for (; room.title > 1; room.title--) {
		spare = cols - 1;
		for (size_t i = 0; i < count; i++)
			spare -= 3 + title_cols(layout, i, room.title);
		if (spare < 0)
			continue;
		room.wide = (size_t)spare < count ? (size_t)spare : count;
		break;
	}
	return room;
}

static void draw_tabs(struct layout *layout, const struct canvas *canvas)
{
	struct tab_room room = tab_room(layout, canvas->cols);
	const struct view_instance *shown = navigation_tab(layout->nav);
	char key[2] = "";
	int x = 1;

	canvas_clear(canvas, 1, 0);
	for (size_t i = 0; i < layout->nav->tab_count; i++) {
		int cols = title_cols(layout, i, room.title);

		key[0] = layout->nav->tabs[i].view->key;
		layout_add_area(layout, canvas, 1, x, 2 + cols, -key[0]);
		x += canvas_run_c(canvas, 1, x, 1, ROLE_KEY, key) + 1;
		x += canvas_run_c(canvas, 1, x, cols,
			     &layout->nav->tabs[i] == shown ? ROLE_TAB_NOW : ROLE_TAB,
			     layout->nav->tabs[i].view->title) +
		     (i < room.wide ? 2 : 1);
	}
	draw_help_key(layout, canvas, x);
}

static void draw_crumbs(struct layout *layout, const struct canvas *canvas)
{
	const struct view_instance *top = navigation_top(layout->nav);
	const char *title = navigation_tab(layout->nav)->view->title;
	char position[128] = "";
	struct canvas rest;
	int x = 1;
	int cells;

	canvas_clear(canvas, 2, 0);
	if (top != navigation_tab(layout->nav))
		layout_add_area(layout, canvas, 2, x, (int)text_cells(str_of(title)), KEYS_ESCAPE);
	x += canvas_run_c(canvas, 2, x, 20, ROLE_STRONG, title);
	if (top != navigation_tab(layout->nav) && top->view->title) {
		x += 1 + canvas_glyph(canvas, 2, x + 1, ROLE_QUIET, GLYPH_CRUMB) + 1;
		x += canvas_run_c(canvas, 2, x, 20, ROLE_STRONG, top->view->title);
	}
	if (top->view->position)
		top->view->position(top->state, position, sizeof(position));
	cells = (int)text_cells(str_of(position));
	if (cells > canvas->cols - x - 3)
		cells = canvas->cols - x - 3;
	canvas_right(canvas, 2, canvas->cols - cells - 1, cells, ROLE_QUIET, position);
	rest = canvas_part(canvas, 2, x, 1, canvas->cols - x - 1 - (cells > 0 ? cells + 2 : 0));
	if (top->view->draw_title && navigation_can_show(layout->nav))
		top->view->draw_title(top->state, layout->model, layout->ui, &rest);
}

/* ---- when there is nothing to show ---- */

static const struct {
	const char *command, *what;
} ways_on[] = {
	{"umbra demo", "the whole system with a sample shop and real traffic"},
	{"umbra serve", "control plane and proxy"},
	{"umbra --url U", "one that runs elsewhere"},
};

static void draw_unknown(const struct layout *layout, const struct canvas *canvas)
{
	const struct model *model = layout->model;
	bool login = model->feed.login;
	char line[600];
	struct canvas part;
	int y = canvas->rows / 5;

	canvas_clear_rows(canvas, 0, canvas->rows);
	if (model->feed.state != FEED_STALE) {
		(void)snprintf(line, sizeof(line), "Asking %s ...", model->url);
		canvas_c(canvas, y, 4, canvas->cols - 5, ROLE_QUIET, line);
		return;
	}
	(void)snprintf(line, sizeof(line),
		login ? "A login is wanted at %s" : "No control plane answers at %s", model->url);
	canvas_c(canvas, y, 4, canvas->cols - 5, ROLE_STRONG, line);
	part = canvas_part(canvas, y + 1, 3, 2, canvas->cols - 3);
	(void)format_sentence(&part, 0, 1, ROLE_QUIET, str_of(model->feed.why));
	canvas_c(canvas, y + 4, 4, canvas->cols - 5, ROLE_BASE,
		login ? "Log in again to what stands before it: a proxy, a tunnel, a VPN. Or:"
		      : "Start one:");
	for (size_t i = 0; i < ARRAY_LEN(ways_on); i++) {
		canvas_c(canvas, y + 5 + (int)i, 4, 14, ROLE_KEY, ways_on[i].command);
		canvas_c(
			canvas, y + 5 + (int)i, 18, canvas->cols - 19, ROLE_QUIET, ways_on[i].what);
	}
	(void)draw_text_keys(canvas, y + 9, 4, ROLE_BASE,
		"This screen keeps trying and fills by itself. {global.repaint} tries now, "
		"{global.quit} leaves.");
}

static void draw_too_small(const struct canvas *canvas)
{
	char line[64];

	canvas_clear_rows(canvas, 0, canvas->rows);
	canvas_c(canvas, canvas->rows > 2 ? 1 : 0, 0, canvas->cols, ROLE_STRONG,
		"too small for umbra");
	(void)snprintf(line, sizeof(line), "%dx%d, needs %dx%d", canvas->cols, canvas->rows,
		MIN_COLS, MIN_ROWS);
	canvas_c(canvas, canvas->rows > 2 ? 2 : 1, 0, canvas->cols, ROLE_BASE, line);
}

static void draw_body(struct layout *layout, const struct canvas *canvas)
{
	struct view_instance *top = navigation_top(layout->nav);
	bool always = (top->view->flags & VIEW_ALWAYS) != 0;
	struct canvas body = *canvas;
	int64_t never = 0;

	if (!navigation_can_show(layout->nav)) {
		draw_unknown(layout, canvas);
		return;
	}
	body.old = layout->model->feed.state == FEED_STALE && !always;
	body.now_ms = layout->model->now_ms;
	if (layout->model->feed.state == FEED_STALE)
		body.next_change_ms = &never;
	if (tour_bar_watch(layout->ui, layout->model, top))
		frames_touch(layout->frames, REDRAW_ALL); /* its rows are others now */
	top->view->draw(top->state, layout->model, layout->ui, &body);
}

/* ---- the whole ---- */

/* How many rows each part has; body 0: the screen is too small for any. */
struct parts {
	int body, tour, last;
};

bool layout_is_too_small(const struct canvas *whole)
{
	return whole->rows < MIN_ROWS || whole->cols < MIN_COLS;
}

static struct parts parts_of(struct layout *layout, const struct canvas *whole)
{
	struct parts parts = {0};

	if (layout_is_too_small(whole))
		return parts;
	parts.last = status_line_rows(layout, whole->rows, whole->cols);
	parts.tour = tour_bar_rows(
		layout->ui, layout->model, navigation_top(layout->nav), whole->rows, whole->cols);
	parts.body = whole->rows - HEAD_ROWS - parts.tour - parts.last;
	return parts;
}

void layout_prepare(struct layout *layout)
{
	int64_t ignored = 0;
	struct canvas whole = terminal_canvas(layout->screen, layout->model->now_ms, &ignored);
	struct parts parts = parts_of(layout, &whole);

	if (parts.body > 0)
		navigation_prepare(layout->nav, parts.body, whole.cols);
}

int64_t layout_paint(struct layout *layout, int64_t now_ms)
{
	int64_t next_change_ms = 0;
	struct canvas canvas = terminal_canvas(layout->screen, now_ms, &next_change_ms);
	struct parts parts = parts_of(layout, &canvas);
	struct canvas part;

	layout->area_count = 0;
	if (parts.body == 0) {
		draw_too_small(&canvas);
		terminal_show(layout->screen);
		return 0;
	}
	if (layout->ui->prompt.kind == PROMPT_PICK)
		picker_fit(&layout->ui->prompt.picker, parts.last);
	layout->body_rows = parts.body;
	layout->body_cols = canvas.cols;
	layout->prompt_y = canvas.rows - parts.last;
	navigation_prepare(layout->nav, parts.body, canvas.cols);
	part = canvas_part(&canvas, HEAD_ROWS, 0, parts.body, canvas.cols);
	draw_body(layout, &part);
	if (layout->overlay->shown)
		perf_overlay_draw(layout->overlay, layout->model->url, &part);
	if (parts.tour > 0) {
		part = canvas_part(
			&canvas, layout->prompt_y - parts.tour, 0, parts.tour, canvas.cols);
		tour_bar_draw(layout->ui, layout->model, &part, canvas.rows);
	}
	draw_header(layout, &canvas);
	draw_tabs(layout, &canvas);
	draw_crumbs(layout, &canvas);
	part = canvas_part(&canvas, layout->prompt_y, 0, parts.last, canvas.cols);
	status_line_draw(layout, &part);
	terminal_show(layout->screen);
	return next_change_ms;
}
