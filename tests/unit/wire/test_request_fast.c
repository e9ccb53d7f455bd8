/* The quick reader of request records: what our writer writes, it reads; what it reads, the general reader reads so. */
#include "core/wire/request_fast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "core/base/xalloc.h"
#include "core/base/limits.h"
#include "core/base/random.h"
#include "core/model/version.h"
#include "core/wire/record.h"
#include "core/wire/tail.h"

static void assert_same(struct str line)
{
	struct request quick, slow;
	cJSON *tree = json_parse(line, NULL);

	assert_true(wire_read_request_fast(line, &quick));
	assert_non_null(tree);
	assert_int_equal(wire_read_request(tree, &slow, NULL), ERR_NONE);
	if (!record_equal(&request_type, &quick, &slow, 0) || quick.carriers != slow.carriers)
		fail_msg("read otherwise: %.*s", STR_ARG(line));
	cJSON_Delete(tree);
}

static struct str random_text(void)
{
	static const char *const texts[] = {
		"", "a", "pr-482", "/items?page=2&x=%20", "service-0001", "127.0.0.1:9002"};

	return str_of(texts[random_u64() % ARRAY_LEN(texts)]);
}

static int random_choice(unsigned count)
{
	return (int)(random_u64() % (count + 1));
}

static struct request random_request(void)
{
	return (struct request){.seq = 1 + (int64_t)(random_u64() % 1000000),
		.time = 1795372927113 + (int64_t)(random_u64() % 100000),
		.id = random_text(),
		.trace = random_text(),
		.service = random_text(),
		.version = random_text(),
		.kind = random_choice(KIND_COUNT),
		.endpoint = random_text(),
		.session = random_text(),
		.carrier = random_choice(CARRIER_COUNT),
		.carriers = (unsigned)(random_u64() % (1u << CARRIER_COUNT)),
		.conflict = random_u64() % 2,
		.malformed = random_u64() % 2,
		.reason = random_choice(REASON_COUNT),
		.intended = random_choice(REASON_COUNT),
		.caller = random_text(),
		.method = random_text(),
		.host = random_text(),
		.path = random_text(),
		.status = (int64_t)(random_u64() % 600),
		.answered_by = (int)(random_u64() % ANSWERED_BY_COUNT),
		.error = random_text(),
		.retries = (int64_t)(random_u64() % 3),
		.total_ms = (double)(random_u64() % 10000000) / 1000,
		.upstream_ms = (double)(random_u64() % 10000) / 7,
		.bytes_in = (int64_t)(random_u64() % 100000),
		.bytes_out = (int64_t)(random_u64() % 100000),
		.protocol = random_text(),
		.revision = (int64_t)(random_u64() % 100000)};
}

static void written_records_are_read(void **state)
{
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 10000);
	for (int i = 0; i < 5000; i++) {
		struct request request = random_request();

		strbuf_reset(&out);
		wire_write_tail_record(&out, &request);
		assert_same((struct str){out.data, out.len - 1});
	}
	strbuf_finish(&out);
}

static void edges_are_read_the_same(void **state)
{
	static const char *const lines[] = {
		"{\"seq\":1,\"carriers\":[]}",
		"{\"seq\":99999999999999,\"carriers\":[\"header\",\"header\"]}",
		"{\"seq\":1,\"total_ms\":0.1,\"upstream_ms\":123456789.001,\"carriers\":[]}",
		"{\"seq\":1,\"total_ms\":0,\"upstream_ms\":0.300,\"carriers\":[]}",
		"{\"seq\":1,\"time\":\"1970-01-01T00:00:00Z\",\"service\":\"\",\"carriers\":[]}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		assert_same(str_of(lines[i]));
}

/* All of these are for the general reader to take or to refuse. */
static void others_are_left_alone(void **state)
{
	static const char *const lines[] = {
		"",
		"{",
		"{}",
		"[]",
		"{\"seq\":1}",
		"{\"seq\":1,\"carriers\":[]",
		"{\"seq\":1,\"carriers\":[]} ",
		"{\"seq\":1,\"carriers\":[]}x",
		"{\"seq\":1,\"carriers\":[\"header\",]}",
		"{\"seq\":1,\"carriers\":[,\"header\"]}",
		"{\"seq\":1,\"carriers\":[\"nobody\"]}",
		"{\"seq\":1,\"carriers\":[],\"path\":\"/\"}",
		"{\"seq\": 1,\"carriers\":[]}",
		"{\"seq\":01,\"carriers\":[]}",
		"{\"seq\":-1,\"carriers\":[]}",
		"{\"seq\":1.5,\"carriers\":[]}",
		"{\"seq\":999999999999999999999999999999,\"carriers\":[]}",
		"{\"seq\":null,\"carriers\":[]}",
		"{\"seq\":1,\"seq\":2,\"carriers\":[]}",
		"{\"path\":\"/\",\"seq\":1,\"carriers\":[]}",
		"{\"seq\":1,\"path\":\"/\\u001b\",\"carriers\":[]}",
		"{\"seq\":1,\"path\":\"/\xc3\xa4\",\"carriers\":[]}",
		"{\"seq\":1,\"path\":\"/\x1b[31m\",\"carriers\":[]}",
		"{\"seq\":1,\"path\":\"/",
		"{\"seq\":1,\"reason\":\"whim\",\"carriers\":[]}",
		"{\"seq\":1,\"total_ms\":1e3,\"carriers\":[]}",
		"{\"seq\":1,\"total_ms\":1.,\"carriers\":[]}",
		"{\"seq\":1,\"total_ms\":0.1234,\"carriers\":[]}",
		"{\"seq\":1,\"total_ms\":99999999999999.999,\"carriers\":[]}",
		"{\"seq\":1,\"conflict\":0,\"carriers\":[]}",
		"{\"seq\":1,\"time\":\"yesterday\",\"carriers\":[]}",
		"{\"heartbeat\":\"2026-11-22T18:42:07.113Z\",\"seq\":10}",
	};
	struct request request;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (wire_read_request_fast(str_of(lines[i]), &request))
			fail_msg("read: %s", lines[i]);
}

/* A text that is longer than a record may hold is refused by the general reader, not by this one. */
static void bounds_hold(void **state)
{
	struct request request;
	struct strbuf line;

	(void)state;
	strbuf_init(&line, 100000);
	strbuf_add_c(&line, "{\"seq\":1,\"path\":\"");
	for (size_t i = 0; i <= LIMIT_LOG_VALUE; i++)
		strbuf_add_char(&line, 'a');
	strbuf_add_c(&line, "\",\"carriers\":[]}");
	assert_false(wire_read_request_fast(strbuf_str(&line), &request));
	strbuf_finish(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_records_are_read),
		cmocka_unit_test(edges_are_read_the_same),
		cmocka_unit_test(others_are_left_alone),
		cmocka_unit_test(bounds_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
