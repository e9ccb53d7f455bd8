/*
 * The calls the Map is drawn from: the model's edges, with copies of their names, so that rows made from them
 * live as long as this does. Also what both of its screens say and draw of a call.
 */
#ifndef UMBRA_TUI_VIEWS_MAP_CALLS_H
#define UMBRA_TUI_VIEWS_MAP_CALLS_H

#include "core/model/filter.h"

#include "tui/term/canvas.h"
#include "tui/data/model.h"
#include "tui/data/selection.h"
#include "tui/views/map/layout.h"

struct map_names;

struct map_calls {
	struct map_call *calls;
	struct map_names *names;
	size_t count;
	size_t call_cap, name_cap;
	size_t hidden; /* by the filter */
};

/* Anew; `filter` NULL takes all. Calls of which none was within the window are left out. */
void map_calls_collect(struct map_calls *calls, const struct model *model,
	const struct call_graph *edges, const struct filter *filter);
void map_calls_finish(struct map_calls *calls);

/* The filter of exactly the requests a row stands for: "caller:gateway service:booking version:pr-482". */
/* `session` "": of everybody's requests, else of that one's. */
void map_scope(const struct map_row *row, const char *session, char dst[LIMIT_FILTER + 1]);
/* "gateway calls booking 12.4 times a second: 51 % of its calls; ..." */
void map_sentence(const struct map_row *row, const char *session, char *dst, size_t size);
/* "schedule@pr-540 lost the session on 3 of 37 requests", "... probably lost ...", "" when nobody did. */
void map_lost(const struct map_row *row, char *dst, size_t size);
/* The same for a column of that width: "3 of 37, by pr-540". */
void map_lost_cell(const struct map_row *row, int cols, char *dst, size_t size);
void map_select(const struct map_row *row, struct selection *ret_selection);
/* The fields of a selection that say what was lost. */
void map_select_lost(const struct map_row *row, struct selection *ret_selection);

/* As stats of a table are: what is fine is quiet. */
void map_draw_errors(const struct canvas *canvas, int y, int x, int cols, const struct map_sum *sum,
	bool counts);
/* A share from 0 to 1 as a bar of `cols` cells. */
void map_draw_share(const struct canvas *canvas, int y, int x, int cols, double share);

#endif
