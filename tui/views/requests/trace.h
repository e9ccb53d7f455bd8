/* Following a trace, from a request or from a call that lost its session. */
#ifndef UMBRA_TUI_VIEWS_REQUESTS_TRACE_H
#define UMBRA_TUI_VIEWS_REQUESTS_TRACE_H

#include "tui/data/selection.h"
#include "tui/ui/ui_state.h"

/* All the hops of what->trace in Requests; Esc comes back. Says so when there is none. */
void trace_open(const struct selection *what, struct ui *ui);

#endif
