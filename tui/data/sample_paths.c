/*
 * Learning and finding the paths. Called when the tail changes what it is about, and by what writes lines to copy.
 * Only what was asked with GET and answered well counts: it may be asked again by anybody.
 */
#include "tui/data/sample_paths.h"

#include <string.h>

#include "tui/data/request_log.h"

enum { LOOKED_AT = 2000 };

/* A key in the query would send whoever copies it into somebody's session. */
static bool is_good(const struct request *line)
{
	return line && line->seq != 0 && str_eq_c(line->method, "GET") && line->status >= 200 &&
	       line->status < 400 && line->path.n > 0 && line->path.n < SEEN_PATH_SIZE &&
	       str_find(line->path, STR_LIT("routing-session")) == line->path.n;
}

static int64_t first_looked_at(const struct request_log *lines)
{
	int64_t first = request_log_first(lines);

	return request_log_end(lines) - first > LOOKED_AT ? request_log_end(lines) - LOOKED_AT
							  : first;
}

/* paths->count when there is none. */
static size_t place_of(const struct sample_paths *paths, struct str service)
{
	size_t at = 0;

	while (at < paths->count && !str_eq_c(service, paths->all[at].service))
		at++;
	return at;
}

/* The oldest first: the newest stays. */
void sample_paths_learn(struct sample_paths *paths, const struct request_log *lines)
{
	for (int64_t n = first_looked_at(lines); n < request_log_end(lines); n++) {
		const struct request *line = request_log_get(lines, n);
		size_t at;

		if (!is_good(line) || line->service.n > LIMIT_SERVICE_NAME)
			continue;
		at = place_of(paths, line->service);
		if (at == SAMPLE_PATHS_MAX)
			continue;
		if (at == paths->count)
			paths->count++;
		str_copy(paths->all[at].service, sizeof(paths->all[at].service), line->service);
		str_copy(paths->all[at].path, sizeof(paths->all[at].path), line->path);
	}
}

struct str sample_paths_find(
	const struct sample_paths *paths, const struct request_log *lines, struct str service)
{
	size_t at;

	for (int64_t n = request_log_end(lines); n-- > first_looked_at(lines);) {
		const struct request *line = request_log_get(lines, n);

		if (is_good(line) && str_eq(line->service, service))
			return line->path;
	}
	at = place_of(paths, service);
	return at < paths->count ? str_of(paths->all[at].path) : STR_LIT("/");
}
