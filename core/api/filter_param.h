/* The query parameter `filter`, shared by what lists and tails requests. */
#ifndef UMBRA_API_FILTER_PARAM_H
#define UMBRA_API_FILTER_PARAM_H

#include "core/api/query.h"
#include "core/model/filter.h"

/* NULL with ERR_BAD_FILTER, whose sentence says at which column. Absent: matches everything. */
struct filter *filter_param(const struct query *query, struct errbuf *eb);

#endif
