/*
 * GET /v1/requests: what was, newest first, from the ring and the history; the searching is done by a
 * worker (traffic/traffic.h).
 */
#include "core/api/exchange.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/traffic/traffic.h"
#include "core/wire/record.h"

enum { PAGE_DEFAULT = 100, PAGE_MAX = 1000 };

static void search_release(struct exchange *exchange)
{
	if (exchange->state != NULL)
		search_cancel(exchange->state);
}

static void search_done(void *arg, const struct search_result *result)
{
	struct exchange *exchange = arg;
	struct json_writer w;

	exchange->state = NULL;
	if (result->err != ERR_NONE) {
		exchange_fail(exchange, result->eb, NULL);
		return;
	}
	w = exchange_json(exchange);
	json_object(&w, NULL);
	json_array(&w, "requests");
	for (size_t i = 0; i < result->count; i++)
		wire_write_request(&w, NULL, result->requests[i]);
	json_array_end(&w);
	if (result->next > 0)
		json_int(&w, "next", result->next);
	else
		json_null(&w, "next");
	json_int(&w, "oldest", result->oldest);
	json_object_end(&w);
	exchange_reply(exchange, 200);
}

void requests_get(struct exchange *exchange)
{
	int64_t before = 0;
	int64_t limit = PAGE_DEFAULT;
	struct filter *filter;
	struct search *search;
	struct errbuf eb = {0};

	if (query_int(&exchange->query, "before", 1, INT64_MAX, &before, &eb) != ERR_NONE ||
		query_int(&exchange->query, "limit", 1, PAGE_MAX, &limit, &eb) != ERR_NONE ||
		(filter = query_filter(&exchange->query, &eb)) == NULL) {
		exchange_fail(exchange, &eb, NULL);
		return;
	}
	exchange->release = search_release;
	search = traffic_search(exchange->api->options.traffic, filter, before, (size_t)limit,
		search_done, exchange);
	exchange->state = search;
}
