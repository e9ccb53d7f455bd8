/*
 * All of one thing: a version (by its id) or a request (by its line's number). Opened from the lists. First
 * what it means, then the fields as the record's own table has them, so a field added there is shown here.
 *
 * Invariant: a request is copied when it is opened; that its line leaves the ring changes nothing.
 */
#include "tui/ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/base/time.h"
#include "core/command/commands.h"
#include "core/model/name_rules.h"

#include "tui/views/describe.h"
#include "tui/ui/draw_text.h"
#include "tui/ui/text_page.h"
#include "tui/widgets/format.h"

enum { NAME_COLS = 16 };

struct detail {
	struct text_page page;
	char id[VERSION_ID_SIZE]; /* a version's */
	struct request *request; /* or a request */
	int64_t line; /* the number it was opened by */
	char *command; /* what shows it elsewhere; NULL: nothing */
};

static void *detail_create(void)
{
	struct detail *state = xcalloc(1, sizeof(*state));

	text_page_init(&state->page, TEXT_PAGE_LEFT, NAME_COLS, true);
	return state;
}

static void detail_destroy(void *arg)
{
	struct detail *state = arg;

	text_page_finish(&state->page);
	free(state->request);
	free(state->command);
	free(state);
}

static void detail_open(void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct detail *state = arg;
	const struct request *line;
	int64_t number;

	(void)ui;
	if (!str_to_i64(str_of(argument), &number)) {
		str_copy(state->id, sizeof(state->id), str_of(argument));
		ui_print_command(&state->command,
			args_create(&command_version_show, "SERVICE@VERSION", state->id, NULL));
		return;
	}
	state->line = number;
	line = request_log_get(model->lines, number);
	if (line)
		state->request = request_copy(line);
	if (line && line->id.n > 0 && line->id.n < 200) {
		char filter[256];

		(void)snprintf(filter, sizeof(filter), "id:%.*s", STR_ARG(line->id));
		ui_print_command(&state->command,
			args_create(&command_logs, "FILTER", filter, "--output", "json", NULL));
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

static void add_fields(struct text_page *page, const struct record_type *type, const void *record)
{
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *field = &type->fields[i];
		size_t from = page->text.len;

		if (!field_is_set(field, record))
			continue;
		add_value(&page->text, field, record);
		text_page_take(page, field->name, ROLE_BASE, from);
	}
}

static void describe_request(struct detail *state)
{
	const struct request *request = state->request;

	if (request->reason < REASON_COUNT)
		text_page_add(&state->page, "why", format_reason_role(request->reason),
			reason_sentences[request->reason]);
	if (request->answered_by == ANSWERED_BY_PROXY)
		text_page_add(&state->page, "who answered", ROLE_WARNING,
			"The proxy answered this itself; no version saw it.");
	if (request->conflict)
		text_page_add(&state->page, "conflict", ROLE_WARNING,
			"Two carriers named different sessions; the first in order counted.");
	add_fields(&state->page, &request_type, request);
}

static void add_version(struct detail *state, const struct model *model)
{
	struct str service, name;
	const struct version *version = NULL;

	if (name_split_version(str_of(state->id), &service, &name))
		version = environment_version(model->env, service, name);
	if (!version) {
		char text[128];

		keymap_text(text, sizeof(text),
			"It was retired or has expired. {global.view-timeline} says when, "
			"{global.back} goes back.");
		text_page_add(&state->page, "gone", ROLE_WARNING, text);
		return;
	}
	describe_version(&state->page, model, version);
	text_page_blank(&state->page);
	text_page_add(&state->page, NULL, ROLE_QUIET, "All fields, as the API has them:");
	add_fields(&state->page, &version_type, version);
}

static void detail_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct detail *state = arg;

	(void)ui;
	(void)parts;
	text_page_begin(&state->page);
	if (state->request)
		describe_request(state);
	else
		add_version(state, model);
	text_page_resize(&state->page, rows - 2, cols);
}

static void detail_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct detail *state = arg;
	struct canvas part = canvas_part(canvas, 0, 0, canvas->rows - 2, canvas->cols);

	(void)model;
	text_page_draw(&state->page, &part, str_of(ui->find));
	canvas_rule(canvas, canvas->rows - 2);
	draw_text_command(canvas, canvas->rows - 1, state->command);
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

static void detail_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct detail *state = arg;
	struct str service, version, session;

	(void)model;
	if (state->request) {
		service = state->request->service;
		version = request_version(state->request);
		session = state->request->session;
		ret_selection->kind = SELECTED_REQUEST;
		ret_selection->number = state->line;
		(void)str_copy(
			ret_selection->trace, sizeof(ret_selection->trace), state->request->trace);
	} else if (name_split_version(str_of(state->id), &service, &version)) {
		session = str_of("");
		ret_selection->kind = SELECTED_VERSION;
	} else {
		return;
	}
	(void)str_copy(ret_selection->service, sizeof(ret_selection->service), service);
	(void)str_copy(ret_selection->version, sizeof(ret_selection->version), version);
	(void)str_copy(ret_selection->session, sizeof(ret_selection->session), session);
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
	.act = text_page_act,
	.selected = detail_selected,
	.find = text_page_find,
	.position = text_page_position,
};
