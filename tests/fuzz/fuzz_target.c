/*
 * Any bytes as the target of a request (path, `?`, query) and as its Host: the path finds a row that takes
 * it or none, the query is read within its bounds or refused with a sentence, and a host that passes for
 * loopback is one.
 */
#include "tests/support/fuzz_main.h"

#include <stdlib.h>
#include <string.h>

#include "core/api/query.h"
#include "core/api/route.h"
#include "core/base/xalloc.h"
#include "core/base/net.h"

static void find(struct str path)
{
	struct route_match match;

	for (int method = 0; method <= METHOD_COUNT; method++) {
		route_find((enum route_method)method, path, &match);
		if (match.route == NULL)
			continue;
		if (!(match.methods & 1u << method) || match.part_count > ROUTE_PARTS)
			abort();
		for (size_t i = 0; i < match.part_count; i++) {
			if (match.parts[i].p < path.p || match.parts[i].n == 0 ||
				match.parts[i].p + match.parts[i].n > path.p + path.n)
				abort();
		}
	}
}

static void read_query(const char *text)
{
	static const char *const names[] = {"since", "wait", "filter", NULL};
	struct query query;
	struct errbuf eb;
	int64_t number = 5;

	errbuf_clear(&eb);
	if (query_parse(&query, text, names, ARRAY_LEN(names), &eb) != ERR_NONE) {
		if (eb.err != ERR_BAD_PARAMETER || eb.text[0] == '\0')
			abort();
		return;
	}
	for (size_t i = 0; i < query.count; i++) {
		if (memchr(query.items[i].value.p, '\0', query.items[i].value.n) != NULL)
			abort();
	}
	if (query_int(&query, "since", 1, 9, &number, NULL) == ERR_NONE &&
		(number < 1 || number > 9))
		abort();
	(void)query_duration(&query, "wait", 0, 60000, &number, NULL);
	query_finish(&query);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* As evhttp hands it over: a C string. */
	char *text = xstrndup((const char *)data, size);
	char *mark = strchr(text, '?');
	bool loopback = net_is_loopback(net_host(str_of(text)));

	if (loopback && strchr(text, '@') != NULL)
		abort();
	if (mark != NULL)
		*mark = '\0';
	find(str_of(text));
	read_query(mark != NULL ? mark + 1 : text);
	free(text);
	return 0;
}
