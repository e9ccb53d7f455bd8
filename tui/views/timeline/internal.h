/* The parts of the Timeline know each other through this; nobody else includes it. */
#ifndef UMBRA_TUI_VIEWS_TIMELINE_INTERNAL_H
#define UMBRA_TUI_VIEWS_TIMELINE_INTERNAL_H

#include "tui/ui/list_view.h"
#include "tui/views/timeline/event_text.h"

enum timeline_column {
	TIMELINE_TIME,
	TIMELINE_REVISION,
	TIMELINE_WHO,
	TIMELINE_WHAT,
	TIMELINE_CHANGE,
	TIMELINE_TOTAL
};

extern const struct column_set timeline_columns;

/* A row is an event, or stands between two. */
enum timeline_row_kind { ROW_EVENT, ROW_DAY, ROW_MARK };
struct timeline_row {
	enum timeline_row_kind kind;
	int64_t seq; /* of the event; of a row between, that of the one below it */
};

/* What is detail of an event, kept while it is in sight. */
struct event_detail {
	int64_t seq;
	struct event_diff diff;
};

enum { DETAIL_SLOTS = 128 };

struct timeline {
	struct list_view list; /* rows by seq; those between events have no id */
	struct timeline_row *rows;
	size_t count;
	size_t cap;
	size_t shown; /* events among the rows */
	size_t fresh; /* of these, newer than the mark; 0 without one */
	size_t hidden; /* by the filter, or because nobody did it */
	int who_cols, what_cols; /* of the widest among the events that are shown */
	struct event_detail *detail; /* DETAIL_SLOTS, by seq */
	size_t window;
	bool wide; /* the pane has what the change needs, at most most of the rows */
	bool people; /* only what people did */
	int64_t newest; /* seq that was there when it was shown last */
	int64_t mark; /* up to here one had seen all; 0: no mark */
	int64_t back_until_ms; /* what is new is brought into sight, where it comes until then */
	int pane_rows;
	char *command; /* what shows the window elsewhere */
};

/* timeline.c */
/* 0: there is none. */
int64_t timeline_selected_seq(const struct timeline *state);
/* NULL when it is not at hand. */
const struct event_detail *timeline_detail(const struct timeline *state, int64_t seq);

/* rows.c */
void timeline_measure(struct timeline *state, const struct event *event);
void timeline_place(struct timeline *state, int cols);
void timeline_draw_row(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, size_t row);
/* The whole change that is selected, on the last rows. */
void timeline_draw_pane(
	const struct timeline *state, const struct model *model, const struct canvas *canvas);

#endif
