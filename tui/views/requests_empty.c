/*
 * Requests while there is none: what it waits for, and a line that sends one. What the tail is narrowed to is what is
 * selected then, so that y and x have something to work with. Called by the view; pure.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/model/howto.h"

#include "tui/keymap.h"
#include "tui/views/cells.h"
#include "tui/views/requests_internal.h"

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
	strbuf_add_str(&target, paths_find(&model->paths, model->lines, str_of(service)));
	howto_shell_quote(line, strbuf_str(&target));
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
	strbuf_add_c(line, "umbra curl ");
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
		howto_shell_quote(line, str_of(pin));
	} else if (model->scope[0] == '\0' && model->env->node_count > 0) {
		add_target(line, model, model->env->nodes[0].service->name);
	} else {
		return false;
	}
	return true;
}

void requests_draw_empty(const struct model *model, const struct canvas *canvas)
{
	struct canvas part = canvas_part(canvas, 2, 0, canvas->rows - 2, canvas->cols);
	bool refused = model->scope_error[0] != '\0';
	const char *what = refused                           ? model->scope_error
			   : model->tail.state == FEED_STALE ? model->tail.why
			   : model->scope[0] != '\0'
				   ? "No request of these yet. The next one shows here at once."
				   : "No request yet. The next one shows here at once.";
	struct strbuf line;
	char text[128];
	int y = cell_sentence(&part, 0, 3, refused ? ROLE_FAILED : ROLE_BASE, str_of(what));

	strbuf_init(&line, LIMIT_FILTER);
	if (!refused && add_example(&line, model)) {
		y = cell_sentence(&part, y, 3, ROLE_QUIET, STR_LIT("This sends one:"));
		y = cell_sentence(&part, y, 3, ROLE_COMMAND, strbuf_str(&line));
	}
	strbuf_finish(&line);
	if (!refused && model->env->node_count == 0)
		y = cell_sentence(&part, y, 3, ROLE_QUIET,
			STR_LIT("No service is registered yet: 1 says how one is."));
	if (model->scope[0] == '\0')
		return;
	(void)snprintf(text, sizeof(text), "%.*s shows all requests, %.*s asks for others.",
		STR_ARG(keymap_key(AREA_REQUESTS, ACTION_ALL)),
		STR_ARG(keymap_key(AREA_REQUESTS, ACTION_SCOPE)));
	(void)cell_sentence(&part, y, 3, ROLE_QUIET, str_of(text));
}
