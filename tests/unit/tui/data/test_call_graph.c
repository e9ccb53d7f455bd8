/* Edges out of answers: sorted, one of each, and what is no edge left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/strbuf.h"

#include "tui/data/call_graph.h"

static void add_entry(struct strbuf *out, const char *who, double rate)
{
	strbuf_addf(out,
		"%s{%s,\"rate\":%g,\"share_4xx\":0,\"share_5xx\":0,\"p50_ms\":1,\"p95_ms\":2,"
		"\"p99_ms\":3,\"count\":4,\"bytes_in\":5,\"bytes_out\":6,\"last_seen\":null,"
		"\"history\":[",
		out->data[out->len - 1] == '[' ? "" : ",", who, rate);
	for (int i = 0; i < WINDOW_SLOTS; i++)
		strbuf_addf(out, "%s0", i > 0 ? "," : "");
	strbuf_addf(out, "]}");
}

static void read_all(struct call_graph *edges, const char *const *who, size_t count, double rate)
{
	struct strbuf body;
	int64_t since = 0;
	bool changed = false;

	strbuf_init(&body, 4096);
	strbuf_addf(&body, "{\"edges\":[");
	for (size_t i = 0; i < count; i++)
		add_entry(&body, who[i], rate);
	strbuf_addf(&body, "],\"since\":12}");
	assert_true(call_graph_read(edges, strbuf_str(&body), &since, &changed, NULL));
	assert_int_equal(since, 12);
	assert_true(changed);
	strbuf_finish(&body);
}

static void test_sorted_and_once(void **state)
{
	static const char *const first[] = {
		"\"caller\":\"gateway@1.2\",\"service\":\"search\",\"version\":\"7\"",
		"\"caller\":\"gateway@1.2\",\"service\":\"booking\",\"version\":\"pr-482\"",
		"\"caller\":\"booking@pr-482\",\"service\":\"pricing\",\"version\":null",
		"\"service\":\"lonely\",\"version\":\"1\"",
		"\"caller\":\"\",\"service\":\"gateway\",\"version\":\"1.2\"",
	};
	struct call_graph *edges = call_graph_create();
	const struct edge *edge;

	(void)state;
	read_all(edges, first, 5, 1);
	read_all(edges, first, 2, 2.5);
	assert_int_equal(call_graph_count(edges), 4);
	edge = call_graph_at(edges, 0); /* from outside */
	assert_string_equal(edge->caller_service, "");
	assert_string_equal(edge->service, "gateway");
	edge = call_graph_at(edges, 1);
	assert_string_equal(edge->caller_service, "booking");
	assert_string_equal(edge->caller_version, "pr-482");
	assert_string_equal(edge->service, "pricing");
	assert_string_equal(edge->version, "");
	edge = call_graph_at(edges, 2);
	assert_string_equal(edge->service, "booking");
	assert_string_equal(edge->version, "pr-482");
	assert_int_equal((int)(edge->stats.rate * 10), 25);
	assert_string_equal(call_graph_at(edges, 3)->service, "search");
	assert_null(call_graph_at(edges, 4));
	call_graph_clear(edges);
	assert_int_equal(call_graph_count(edges), 0);
	call_graph_destroy(edges);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_sorted_and_once)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
