/* What is selected, seen as what one can act on. Called by what acts on it and by what offers the keys for it. */
#include "tui/data/selection.h"

enum selected_kind selection_kind(const struct selection *what)
{
	if (what->kind != SELECTED_EVENT)
		return what->kind;
	return what->session[0] != '\0'   ? SELECTED_SESSION
	       : what->version[0] != '\0' ? SELECTED_VERSION
	       : what->service[0] != '\0' ? SELECTED_SERVICE
					  : SELECTED_NONE;
}
