/* The filter of a view: what was typed after `/`, and what it means there. */
#ifndef UMBRA_TUI_UI_FILTERING_H
#define UMBRA_TUI_UI_FILTERING_H

#include <stddef.h>

#include "core/base/err.h"
#include "core/base/limits.h"
#include "core/model/filter.h"

/* What a view lists. */
enum filtered {
	FILTERED_VERSIONS,
	FILTERED_SESSIONS,
	FILTERED_PULLS,
	FILTERED_EVENTS,
	FILTERED_CALLS,
	FILTERED_REQUESTS
};

/* Zeroed it shows all. */
struct filtering {
	struct filter *filter; /* NULL: everything matches */
	char text[LIMIT_FILTER + 1];
};

void filtering_finish(struct filtering *filtering);
/*
 * Takes another filter; "" is none. A mistake, or a term that the listed things have no field for, leaves the one
 * there is, as view.h asks of set_filter(): ret_column is the byte it is about, or SIZE_MAX.
 */
enum err filtering_set(struct filtering *filtering, enum filtered what, const char *text,
	size_t *ret_column, struct errbuf *eb);

/* NULL with ERR_BAD_FILTER when the text is none, or has a term the things have no field for. The caller frees. */
struct filter *filtering_parse(
	enum filtered what, const char *text, size_t *ret_column, struct errbuf *eb);

#endif
