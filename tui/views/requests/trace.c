/*
 * o: the requests of one trace, all its hops. Called by the views that show a request; the control plane is
 * asked for them, so hops are there that the tail before did not show.
 */
#include "tui/views/requests/trace.h"

#include <stdio.h>

#include "tui/ui/view.h"

void trace_open(const struct request *line, struct ui *ui)
{
	char scope[LIMIT_FILTER + 1];

	if (!line || line->trace.n == 0 || line->trace.n > LIMIT_WORD) {
		ui_say(ui, ROLE_WARNING, "this one has no trace: its caller sent no traceparent");
		return;
	}
	(void)snprintf(scope, sizeof(scope), "trace:%.*s", STR_ARG(line->trace));
	ui_open(ui, &view_requests, scope);
}

void trace_open_lost(const char *trace, struct ui *ui)
{
	char scope[LIMIT_FILTER + 1];

	if (trace[0] == '\0') {
		ui_say(ui, ROLE_QUIET,
			"{detail.trace} follows a request that lost its session: none is known "
			"here");
		return;
	}
	(void)snprintf(scope, sizeof(scope), "trace:%s", trace);
	ui_open(ui, &view_requests, scope);
}
