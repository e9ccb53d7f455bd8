/*
 * The query of a request target: `name=value` joined by `&`, percent-decoded, `+` a space (as in HTML
 * forms). A parameter the route does not take, or one given twice, is refused by name.
 */
#ifndef UMBRA_API_QUERY_H
#define UMBRA_API_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

struct filter;

enum { QUERY_MAX = 4 };

struct query {
	char *storage; /* owned; NULL without a query */
	struct {
		struct str name;
		struct str value;
	} items[QUERY_MAX];
	size_t count;
};

/* `text` may be NULL; `allowed` has `allowed_count` names, NULL ones skipped. Nothing to finish on failure. */
enum err query_parse(struct query *query, const char *text, const char *const *allowed,
	size_t allowed_count, struct errbuf *eb);
void query_finish(struct query *query);

/* p == NULL when it was not given. */
struct str query_get(const struct query *query, const char *name);
/* Absent leaves *value as it is. ERR_BAD_PARAMETER outside of min..max. */
enum err query_int(const struct query *query, const char *name, int64_t min, int64_t max,
	int64_t *value, struct errbuf *eb);
/* Durations ("30s"); bounds in ms. */
enum err query_duration(const struct query *query, const char *name, int64_t min_ms, int64_t max_ms,
	int64_t *value_ms, struct errbuf *eb);
/* One of `choices` (NULL-terminated); *value is its index. */
enum err query_choice(const struct query *query, const char *name, const char *const *choices,
	int *value, struct errbuf *eb);

/* 0 or 1; absent is false. */
enum err query_switch(const struct query *query, const char *name, bool *ret_on, struct errbuf *eb);
/* The parameter "filter", parsed; NULL on a mistake. The caller destroys it. */
struct filter *query_filter(const struct query *query, struct errbuf *eb);

/* Percent-decoding into `dst`, which has room for s.n bytes; false on a broken escape or a NUL. */
bool query_decode(struct str s, bool plus_is_space, char *dst, size_t *ret_len);

#endif
