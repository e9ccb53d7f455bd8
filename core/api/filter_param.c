/*
 * Parses the filter of a request's query. Called by requests.c and tail.c.
 */
#include "core/api/filter_param.h"

#include <stdio.h>

struct filter *filter_param(const struct query *query, struct errbuf *eb)
{
	size_t column = 0;
	struct filter *filter = filter_parse(query_get(query, "filter"), &column, eb);

	if (filter == NULL && eb->field[0] == '\0')
		(void)snprintf(eb->field, sizeof(eb->field), "filter");
	return filter;
}
