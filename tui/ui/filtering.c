/*
 * Taking filters. Called by the views while one is typed. Invariant: a filter that is there has terms, and each of
 * them is one that the things of the view can match.
 */
#include "tui/ui/filtering.h"

#include <stdint.h>
#include <string.h>

static const struct {
	const char *things;
	const char *(*unsupported)(const struct filter *filter);
	const char *terms;
} kinds[] = {
	[FILTERED_VERSIONS] = {"versions", filter_not_of_versions,
		"service version pr author owner kind state since"},
	[FILTERED_SESSIONS] = {"sessions", filter_not_of_sessions,
		"service version session owner since"},
	[FILTERED_PULLS] = {"pull requests", filter_not_of_pulls,
		"service version session pr author state since"},
	[FILTERED_EVENTS] = {"events", filter_not_of_events,
		"service version session author since"},
	[FILTERED_CALLS] = {"calls", filter_not_of_calls,
		"service version caller pr author kind since status:4xx status:5xx > <"},
	[FILTERED_REQUESTS] = {"requests", filter_not_of_requests, "every other term"},
};

void filtering_finish(struct filtering *filtering)
{
	filter_destroy(filtering->filter);
	memset(filtering, 0, sizeof(*filtering));
}

struct filter *filtering_parse(
	enum filtered what, const char *text, size_t *ret_column, struct errbuf *eb)
{
	struct filter *filter = filter_parse(str_of(text), ret_column, eb);
	const char *unsupported = filter ? kinds[what].unsupported(filter) : NULL;

	if (!unsupported)
		return filter;
	*ret_column = SIZE_MAX;
	filter_destroy(filter);
	(void)err_set(eb, ERR_BAD_FILTER, "%s have no %s; they have %s and text",
		kinds[what].things, unsupported, kinds[what].terms);
	return NULL;
}

enum err filtering_set(struct filtering *filtering, enum filtered what, const char *text,
	size_t *ret_column, struct errbuf *eb)
{
	struct filter *filter = filtering_parse(what, text, ret_column, eb);

	if (!filter)
		return ERR_BAD_FILTER;
	filter_destroy(filtering->filter);
	filtering->filter = filter;
	if (filter_is_empty(filter)) {
		filter_destroy(filter);
		filtering->filter = NULL;
	}
	str_copy(filtering->text, sizeof(filtering->text), str_of(text));
	return ERR_NONE;
}
