/* Following a trace, from the list of requests and from the details of one. */
#ifndef UMBRA_TUI_VIEWS_REQUESTS_TRACE_H
#define UMBRA_TUI_VIEWS_REQUESTS_TRACE_H

#include "core/model/request.h"

#include "tui/ui/ui_state.h"

/* All the hops of its trace in Requests; Esc comes back. Says so when it has none, or is NULL. */
void trace_open(const struct request *line, struct ui *ui);
/* The same of a trace's id; "" when nothing is known to have lost its session. */
void trace_open_lost(const char *trace, struct ui *ui);

#endif
