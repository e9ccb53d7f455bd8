/*
 * o: the requests of one trace, all its hops. Called where a request or a call is selected; the control plane is
 * asked for them, so hops are there that the tail before did not show.
 */
#include "tui/views/requests/trace.h"

#include <stdio.h>

#include "tui/ui/view.h"

void trace_open(const struct selection *what, struct ui *ui)
{
	char scope[LIMIT_FILTER + 1];

	if (what->trace[0] != '\0') {
		(void)snprintf(scope, sizeof(scope), "trace:%s", what->trace);
		ui_open(ui, &view_requests, scope);
	} else if (what->kind == SELECTED_REQUEST) {
		ui_say(ui, ROLE_WARNING, "this one has no trace: its caller sent no traceparent");
	} else {
		ui_say(ui, ROLE_QUIET,
			"{request.trace} follows a request that lost its session: none is known "
			"here");
	}
}
