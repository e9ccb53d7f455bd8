/*
 * Requests while none is shown: what it waits for, and a line that sends one, where such a line would show. What the
 * tail is narrowed to is what is selected then, so that y and x have something to work with. Called by the view; pure.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/shell.h"
#include "core/base/strbuf.h"
#include "core/model/decision.h"
#include "core/model/access_forms.h"

#include "tui/ui/draw_text.h"
#include "tui/widgets/format.h"
#include "tui/views/requests/internal.h"

/* The value of "session:KEY" in the scope, where it names exactly one. */
static struct str named(const struct model *model, struct str term)
{
	struct str rest = str_of(model->scope);

	while (rest.p != NULL && rest.n > 0) {
		struct str word = str_cut(&rest, ' ');

		if (str_starts(word, term))
			return (struct str){word.p + term.n, word.n - term.n};
	}
	return (struct str){0};
}

void requests_scope_selection(const struct model *model, struct selection *ret_selection)
{
	struct str session = named(model, STR_LIT("session:"));
	struct str service = named(model, STR_LIT("service:"));
	struct str version = named(model, STR_LIT("version:"));
	struct selection *what = ret_selection;

	if (environment_session(model->env, session)) {
		what->kind = SELECTED_SESSION;
		str_copy(what->session, sizeof(what->session), session);
	} else if (environment_version(model->env, service, version)) {
		what->kind = SELECTED_VERSION;
		str_copy(what->service, sizeof(what->service), service);
		str_copy(what->version, sizeof(what->version), version);
	}
}

/* A path the service was seen answering, behind its name: "booking/bookings". */
static void add_target(struct strbuf *line, const struct model *model, const char *service)
{
	struct strbuf target;

	strbuf_init(&target, LIMIT_FILTER);
	strbuf_add_c(&target, service);
	strbuf_add_str(&target, sample_paths_find(&model->paths, model->lines, str_of(service)));
	shell_quote(line, strbuf_str(&target));
	strbuf_finish(&target);
}

/* False when nothing could be sent that would come here. */
static bool add_example(struct strbuf *line, const struct model *model)
{
	struct selection what = {0};
	const struct session *session;
	char pin[VERSION_ID_SIZE + 32];

	requests_scope_selection(model, &what);
	session = environment_session(model->env, str_of(what.session));
	strbuf_addf(line, "%s curl ", model->program);
	if (!model_url_is_default(model))
		strbuf_addf(line, "--url %s ", model->url);
	if (what.kind == SELECTED_SESSION && session->pins.count > 0) {
		strbuf_addf(line, "--session %s ", session->key);
		add_target(line, model, session->pins.entries[0].key);
	} else if (what.kind == SELECTED_VERSION) {
		add_target(line, model, what.service);
		(void)snprintf(
			pin, sizeof(pin), "Routing-Pins: %s=\"%s\"", what.service, what.version);
		strbuf_add_c(line, " -H ");
		shell_quote(line, str_of(pin));
	} else if (model->scope[0] == '\0' && model->env->node_count > 0) {
		add_target(line, model, model->env->nodes[0].service->name);
	} else {
		return false;
	}
	return true;
}

/* The one the tail is narrowed to, when nothing reaches it; else NULL. */
static const struct version *version_down(const struct model *model)
{
	struct selection what = {0};
	const struct version *version;

	requests_scope_selection(model, &what);
	if (what.kind != SELECTED_VERSION)
		return NULL;
	version = environment_version(model->env, str_of(what.service), str_of(what.version));
	return version && !version_is_ready(version) ? version : NULL;
}

/* What is meant for it is answered by somebody else, so it never shows here. */
static int draw_down(const struct canvas *canvas, int y, const struct version *version)
{
	bool stable = version->kind == KIND_STABLE;
	const char *detail = version->state_detail;
	struct strbuf text;

	strbuf_init(&text, LIMIT_FILTER);
	strbuf_addf(&text, "%s@%s is %s%s%s.", version->service, version->name,
		version_state_names[version->state], detail ? ": " : "", detail ? detail : "");
	y = format_sentence(canvas, y, 3, ROLE_WARNING, strbuf_str(&text));
	y = format_sentence(canvas, y, 3, ROLE_BASE,
		stable ? STR_LIT("While it is not ready, what would go to it gets 503.")
		       : STR_LIT("While it is not ready, requests pinned to it go to stable, or "
				 "get 503 where they are strict."));
	y = draw_text_keys(canvas, y, 3, ROLE_QUIET, "{requests.scope} and this shows those:");
	strbuf_reset(&text);
	strbuf_addf(&text, "reason:%s service:%s",
		reason_names[stable ? REASON_STABLE_DOWN : REASON_VERSION_UNHEALTHY],
		version->service);
	y = format_sentence(canvas, y, 3, ROLE_COMMAND, strbuf_str(&text));
	strbuf_finish(&text);
	return y;
}

/* There are some, and it is the reader's own filter that hides them. */
static int draw_hidden(
	const struct requests *state, const struct model *model, const struct canvas *canvas, int y)
{
	struct request_log_counts counts;
	struct strbuf text;

	request_log_count(model->lines, model->now_ms, &counts);
	strbuf_init(&text, LIMIT_FILTER);
	if (counts.hidden > 0)
		strbuf_addf(&text, "%zu request%s here; none matches", counts.hidden,
			counts.hidden == 1 ? "" : "s");
	else
		strbuf_add_c(&text, "No request yet that matches");
	strbuf_addf(&text, " %s.", state->filter_text);
	y = format_sentence(canvas, y, 3, ROLE_BASE, strbuf_str(&text));
	strbuf_finish(&text);
	y = draw_text_keys(canvas, y, 3, ROLE_QUIET,
		"New ones that do show at once; {global.back} drops the filter.");
	return draw_text_keys(
		canvas, y, 3, ROLE_QUIET, "{requests.scope} looks for older ones, in the history.");
}

/* What would send one. */
static int draw_example(const struct model *model, const struct canvas *canvas, int y)
{
	struct strbuf line;

	strbuf_init(&line, LIMIT_FILTER);
	if (add_example(&line, model)) {
		y = format_sentence(canvas, y, 3, ROLE_QUIET, STR_LIT("This sends one:"));
		y = format_sentence(canvas, y, 3, ROLE_COMMAND, strbuf_str(&line));
	}
	strbuf_finish(&line);
	if (model->env->node_count == 0)
		y = format_sentence(canvas, y, 3, ROLE_QUIET,
			STR_LIT("No service is registered yet: 1 says how one is."));
	return y;
}

static int draw_none(
	const struct requests *state, const struct model *model, const struct canvas *canvas, int y)
{
	const struct version *down = version_down(model);
	const char *what = model->scope[0] != '\0'
				   ? "No request of these yet. The next one shows here at once."
				   : "No request yet. The next one shows here at once.";

	if (model->scope_error[0] != '\0')
		return format_sentence(canvas, y, 3, ROLE_FAILED, str_of(model->scope_error));
	if (model->tail.state == FEED_STALE)
		return format_sentence(canvas, y, 3, ROLE_BASE, str_of(model->tail.why));
	if (model->tail.state == FEED_CONNECTING)
		return format_sentence(
			canvas, y, 3, ROLE_QUIET, STR_LIT("Asking for what there was so far."));
	if (state->filter_text[0] != '\0')
		return draw_hidden(state, model, canvas, y);
	if (down)
		return draw_down(canvas, y, down);
	y = format_sentence(canvas, y, 3, ROLE_BASE, str_of(what));
	return draw_example(model, canvas, y);
}

void requests_draw_empty(
	const struct requests *state, const struct model *model, const struct canvas *canvas)
{
	struct canvas part = canvas_part(canvas, 2, 0, canvas->rows - 2, canvas->cols);
	int y = draw_none(state, model, &part, 0);

	if (model->scope[0] != '\0')
		(void)draw_text_keys(&part, y, 3, ROLE_QUIET,
			"{requests.all} shows all requests, {requests.scope} asks for others.");
}
