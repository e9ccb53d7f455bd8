/* The parts of the Pull requests view know each other through this; nobody else includes it. */
#ifndef UMBRA_TUI_VIEWS_PULLS_INTERNAL_H
#define UMBRA_TUI_VIEWS_PULLS_INTERNAL_H

#include "core/model/pull.h"

#include "tui/ui/view.h"
#include "tui/ui/list_view.h"

enum { PULLS_ORDERS = 8 };
extern const struct sort_order pulls_orders[PULLS_ORDERS];

enum pulls_column {
	PULLS_NAME,
	PULLS_AUTHOR,
	PULLS_HEALTH,
	PULLS_SERVICES,
	PULLS_AGE,
	PULLS_EXPIRES,
	PULLS_RATE,
	PULLS_ERRORS,
	PULLS_P95,
	PULLS_SESSIONS,
	PULLS_KEYS,
	PULLS_TOTAL
};

extern const struct column_set pulls_columns;

struct pulls_row {
	uint32_t pull; /* into the list */
	int32_t version; /* into the pull request's versions; -1: the pull request itself */
};

struct pulls {
	struct list_view view; /* rows by number, link and, of a version, its name */
	struct pull_list
		list; /* borrows from the environment: valid from prepare to the next batch */
	uint32_t *order; /* of the list, those that match */
	size_t order_count;
	size_t order_cap;
	struct pulls_row *rows;
	size_t count;
	size_t cap;
	struct hashmap *unfolded; /* "482 https://..." of those that show their versions */
	char *command; /* what shows the selected row; NULL: none is */
	int64_t asked_number; /* a session on all of it is asked about */
	bool below; /* what is known of the selected row stands below the list */
};

/* list.c */
const struct pull *pulls_at(const struct pulls *state, size_t row);
/* NULL for a pull request's own row. */
const struct version *pulls_version_at(const struct pulls *state, size_t row);
bool pulls_is_unfolded(const struct pulls *state, const struct pull *pull);
void pulls_fold(struct pulls *state, const struct pull *pull, bool folded);
/* Numbers are counted by repositories: the link tells them apart. */
void pulls_id(const void *arg, const struct model *model, size_t row, char id[LIST_ID_SIZE]);
/* Groups the versions anew: before anything else after a batch, for the list borrows from the environment. */
void pulls_gather(struct pulls *state, const struct model *model);
void pulls_add_stats(struct pulls *state, const struct model *model);
/* Which rows there are, in which order. */
void pulls_build(struct pulls *state, const struct model *model);

/* rows.c */
/* What the texts need of the columns: after they were gathered. */
void pulls_measure(struct pulls *state);
void pulls_draw_row(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, size_t at);
/* Rule, headline, sentence. */
void pulls_draw_below(
	const struct pulls *state, const struct model *model, const struct canvas *canvas);

#endif
