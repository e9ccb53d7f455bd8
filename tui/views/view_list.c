/* The views there are, in the order of their tabs; a new one is a file beside this and a row here. */
#include "tui/ui/view.h"

const struct view *const view_list[] = {
	&view_services,
	&view_pulls,
	&view_sessions,
	&view_requests,
	&view_timeline,
	&view_map,
	&view_learn,
	&view_map_service,
	&view_map_session,
	&view_pins,
	&view_detail,
	&view_side,
	&view_result,
	&view_columns,
	&view_help,
	&view_explain,
	&view_qr,
	&view_copied,
	NULL,
};
