/*
 * All fields of one thing: a version (by its id) or a request (by its line's number). Opened from the lists.
 * The fields come from the record's own table, so a field added there is shown here.
 *
 * Invariant: a request is copied when it is opened; that its line leaves the ring changes nothing.
 */
#include "tui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/strbuf.h"
#include "core/base/text.h"
#include "core/base/time.h"
#include "core/model/names.h"

#include "tui/views/cells.h"
#include "tui/widgets/list.h"

enum { DETAIL_TEXT_MAX = 64 * 1024, DETAIL_ROWS = 256, NAME_COLS = 16 };

struct detail_row {
	const char *name;
	size_t from; /* into the text */
	size_t len;
	enum role role;
};

struct detail {
	char id[VERSION_ID_SIZE]; /* a version's */
	struct request *request; /* or a request */
	struct strbuf text;
	struct detail_row rows[DETAIL_ROWS];
	size_t count;
	struct list list;
	int cols; /* of the body */
	char command[COMMAND_MAX];
};

static void *detail_create(void)
{
	struct detail *state = xcalloc(1, sizeof(*state));

	strbuf_init(&state->text, DETAIL_TEXT_MAX);
	return state;
}

static void detail_destroy(void *arg)
{
	struct detail *state = arg;

	strbuf_finish(&state->text);
	free(state->request);
	free(state);
}

static void detail_open(void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct detail *state = arg;
	struct command_vars vars;
	const struct request *line;
	int64_t number;

	(void)ui;
	memset(&vars, 0, sizeof(vars));
	if (!str_to_i64(str_of(argument), &number)) {
		str_copy(state->id, sizeof(state->id), str_of(argument));
		vars.id = str_of(state->id);
		ui_command(state->command, "umbra version show {id}", &vars);
		return;
	}
	line = lines_get(model->lines, number);
	if (line)
		state->request = request_copy(line);
	if (line && line->id.n > 0 && line->id.n < 200) {
		char filter[256];

		(void)snprintf(filter, sizeof(filter), "id:%.*s", STR_ARG(line->id));
		vars.filter = str_of(filter);
		ui_command(state->command, "umbra logs {filter} -o json", &vars);
	}
}

/* ---- fields as text ---- */

static void add_pairs(struct strbuf *out, const struct dict *dict)
{
	for (size_t i = 0; i < dict->count; i++)
		strbuf_addf(out, "%s%s=%s", i > 0 ? "  " : "", dict->entries[i].key,
			dict->entries[i].value);
}

static void add_list(struct strbuf *out, const struct strlist *list)
{
	for (size_t i = 0; i < list->count; i++)
		strbuf_addf(out, "%s%s", i > 0 ? "  " : "", list->items[i]);
}

static void add_value(struct strbuf *out, const struct field *field, const void *record)
{
	const char *at = (const char *)record + field->offset;
	char text[TIME_TEXT_SIZE > DURATION_TEXT_SIZE ? TIME_TEXT_SIZE : DURATION_TEXT_SIZE];

	switch (field->type) {
	case FIELD_TEXT:
		strbuf_add_c(out, *(char *const *)(const void *)at);
		break;
	case FIELD_VIEW:
		strbuf_add_str(out, *(const struct str *)(const void *)at);
		break;
	case FIELD_INT:
		strbuf_addf(out, "%lld", (long long)*(const int64_t *)(const void *)at);
		break;
	case FIELD_NUMBER:
		strbuf_addf(out, "%.1f", *(const double *)(const void *)at);
		break;
	case FIELD_BOOL:
		strbuf_add_c(out, *(const bool *)(const void *)at ? "yes" : "no");
		break;
	case FIELD_TIME:
		time_format(*(const int64_t *)(const void *)at, text);
		strbuf_add_c(out, text);
		break;
	case FIELD_DURATION:
		duration_format(*(const int64_t *)(const void *)at, text);
		strbuf_add_c(out, text);
		break;
	case FIELD_CHOICE:
		strbuf_add_c(out, field->choices[*(const int *)(const void *)at]);
		break;
	case FIELD_LIST:
		add_list(out, (const struct strlist *)(const void *)at);
		break;
	case FIELD_DICT:
		add_pairs(out, (const struct dict *)(const void *)at);
		break;
	}
}

static void add_row(struct detail *state, const char *name, size_t from, size_t len, enum role role)
{
	if (state->count < DETAIL_ROWS)
		state->rows[state->count++] = (struct detail_row){name, from, len, role};
}

/* How many bytes of the text fit into `width` cells; broken behind a blank where there is one. */
static size_t fitting(struct str text, int width)
{
	struct str rest = text;
	struct text_glyph glyph;
	size_t blank = 0;
	int cells = 0;

	while (rest.n > 0) {
		size_t at = text.n - rest.n;

		if (!text_next(&rest, false, &glyph))
			break;
		cells += glyph.cells;
		if (cells > width)
			return blank > 0 ? blank : at;
		if (text.p[at] == ' ')
			blank = at + 1;
	}
	return text.n;
}

/* What was added to the text since `from`, over as many rows as it needs. */
static void add_rows(struct detail *state, const char *name, size_t from, enum role role)
{
	int width = state->cols > 2 * NAME_COLS ? state->cols - NAME_COLS - 5 : NAME_COLS;

	while (from < state->text.len) {
		size_t take = fitting(
			(struct str){state->text.data + from, state->text.len - from}, width);

		if (take == 0)
			return;
		add_row(state, name, from, take, role);
		from += take;
		name = "";
	}
}

static void add_sentence(struct detail *state, const char *name, enum role role, const char *text)
{
	size_t from = state->text.len;

	strbuf_add_c(&state->text, text);
	add_rows(state, name, from, role);
}

static void add_fields(struct detail *state, const struct record_type *type, const void *record)
{
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *field = &type->fields[i];
		size_t from = state->text.len;

		if (!field_is_set(field, record))
			continue;
		add_value(&state->text, field, record);
		add_rows(state, field->name, from, ROLE_BASE);
	}
}

static void describe_request(struct detail *state)
{
	const struct request *request = state->request;

	if (request->reason < REASON_COUNT)
		add_sentence(state, "why", cell_reason_role(request->reason),
			reason_sentences[request->reason]);
	if (request->answered_by == ANSWERED_BY_PROXY)
		add_sentence(state, "who answered", ROLE_WARNING,
			"The proxy answered this itself; no version saw it.");
	if (request->conflict)
		add_sentence(state, "conflict", ROLE_WARNING,
			"Two carriers named different sessions; the first in order counted.");
	add_fields(state, &request_type, request);
}

static void describe_version(struct detail *state, const struct model *model)
{
	struct str service, name;
	const struct version *version = NULL;

	if (name_split_version(str_of(state->id), &service, &name))
		version = environment_version(model->env, service, name);
	if (!version) {
		add_sentence(state, "gone", ROLE_WARNING,
			"It was retired or has expired. Esc goes back.");
		return;
	}
	add_fields(state, &version_type, version);
	for (size_t i = 0; i < model->env->session_count; i++) {
		const struct session *session = model->env->sessions[i];
		const char *pin = session_pin(session, service);

		if (pin && str_eq_c(name, pin))
			add_sentence(state, "pinned by", ROLE_SESSION, session->key);
	}
}

static void detail_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct detail *state = arg;

	(void)ui;
	if (parts & (MODEL_SERVICES | MODEL_SESSIONS) || cols != state->cols) {
		state->cols = cols;
		strbuf_reset(&state->text);
		state->count = 0;
		if (state->request)
			describe_request(state);
		else
			describe_version(state, model);
	}
	list_resize(&state->list, state->count, rows > 3 ? (size_t)rows - 2 : 1);
}

static void detail_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct detail *state = arg;
	int x = 1;

	(void)model;
	(void)ui;
	for (size_t i = 0; i < state->list.height; i++) {
		size_t at = state->list.top + i;
		const struct detail_row *row = &state->rows[at];

		canvas_clear(canvas, (int)i, 0);
		if (at >= state->count)
			continue;
		if (at == state->list.selected)
			(void)canvas_glyph(canvas, (int)i, 1, ROLE_MARK, GLYPH_MARK);
		canvas_c(canvas, (int)i, 3, NAME_COLS, ROLE_QUIET, row->name);
		canvas_text(canvas, (int)i, 4 + NAME_COLS, canvas->cols - 5 - NAME_COLS, row->role,
			(struct str){state->text.data + row->from, row->len});
	}
	canvas_rule(canvas, canvas->rows - 2);
	canvas_clear(canvas, canvas->rows - 1, 0);
	if (state->command[0] == '\0')
		return;
	x += canvas_run_c(canvas, canvas->rows - 1, x, 2, ROLE_COMMAND, "$ ");
	canvas_c(canvas, canvas->rows - 1, x, canvas->cols - x - 1, ROLE_COMMAND, state->command);
}

static void detail_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct detail *state = arg;
	int x = 1;

	(void)model;
	(void)ui;
	x += canvas_glyph(canvas, 0, x, ROLE_QUIET, GLYPH_CRUMB) + 1;
	if (state->request)
		canvas_text(canvas, 0, x, canvas->cols - x - 1, ROLE_STRONG, state->request->path);
	else
		canvas_c(canvas, 0, x, canvas->cols - x - 1, ROLE_STRONG, state->id);
}

static enum redraw detail_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct detail *state = arg;

	(void)model;
	if (action == ACTION_BACK)
		ui_back(ui);
	else if (!list_move(&state->list, action))
		return REDRAW_NONE;
	return REDRAW_ALL;
}

const struct view view_detail = {
	.name = "detail",
	.area = AREA_DETAIL,
	.create = detail_create,
	.destroy = detail_destroy,
	.open = detail_open,
	.prepare = detail_prepare,
	.draw_title = detail_draw_title,
	.draw = detail_draw,
	.act = detail_act,
};
