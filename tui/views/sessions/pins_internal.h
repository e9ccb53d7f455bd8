/* The parts of the view of a session's pins know each other through this; nobody else includes it. */
#ifndef UMBRA_TUI_VIEWS_SESSIONS_PINS_INTERNAL_H
#define UMBRA_TUI_VIEWS_SESSIONS_PINS_INTERNAL_H

#include "tui/ui/view.h"
#include "tui/ui/list_view.h"
#include "tui/views/sessions/dry_run_preview.h"

enum pins_column { PINS_SERVICE, PINS_NOW, PINS_STAGED, PINS_EFFECT, PINS_TOTAL };

extern const struct column_set pins_columns;

struct staged {
	char service[LIMIT_SERVICE_NAME + 1];
	char version[LIMIT_VERSION_NAME + 1]; /* "": no pin any more */
};

struct pins {
	struct list_view list; /* rows by the name of the service */
	char key[LIMIT_SESSION_KEY + 1];
	struct staged *staged; /* in the order they were staged, so that undo takes the last */
	size_t staged_count;
	size_t staged_cap;
	struct staged *before; /* what the last apply replaced: u puts it back */
	size_t before_count;
	struct dry_run_preview effects; /* of what is staged, as the control plane says */
	bool only_staged; /* the other rows are not shown */
	uint32_t *rows; /* into the environment's nodes */
	size_t count;
	size_t cap;
	int foot; /* rows below the list */
	char *command; /* what apply would run; without anything staged, what shows the session */
};

/* pins.c */
const struct session *pins_session(const struct pins *state, const struct model *model);
const struct service_node *pins_node(
	const struct pins *state, const struct model *model, size_t row);

/* pins_staging.c: what is staged; NULL when nothing is for the service. */
const struct staged *pins_staged(const struct pins *state, const char *service);
/* In place of what was staged for the service; what is so already is not staged. */
void pins_stage(struct pins *state, const struct session *session, const char *service,
	const char *version);
/* All versions of a pull request, a service each. */
void pins_stage_pull(struct pins *state, const struct session *session, const struct model *model,
	int64_t number);
/* What the environment has come to say is staged no more. */
void pins_drop_what_is_so(struct pins *state, const struct session *session);
/* The command that the state is shown by: apply, or session show. */
struct command_args *pins_command(const struct pins *state);
/* It was changed: what it would do is asked of the control plane, which alone knows. */
void pins_staged_anew(struct pins *state, struct ui *ui);
void pins_apply(struct pins *state, const struct session *session, struct ui *ui);
/* The last thing staged; when nothing is, the last apply, as one change. */
void pins_undo(struct pins *state, const struct session *session, struct ui *ui);

/* pins_rows.c */
/* Rows for the list, and the places of the columns. */
void pins_lay_out(struct pins *state, int rows, int cols);
void pins_draw_row(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, size_t row);
void pins_draw_foot(
	const struct pins *state, const struct model *model, const struct canvas *canvas);

#endif
