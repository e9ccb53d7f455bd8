/*
 * Any bytes as JSON, then as every record a client may send: what parses is within our bounds, what is
 * refused is refused with a sentence, and a record that was read comes back the same when it is written.
 */
#include "tests/support/fuzz_main.h"

#include <stdlib.h>

#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/model/environment.h"
#include "core/wire/problem.h"
#include "core/wire/record.h"

static void require(bool is_so)
{
	if (!is_so)
		abort();
}

static void check_depth(const cJSON *item, int depth)
{
	require(depth <= LIMIT_JSON_DEPTH + 1);
	for (const cJSON *child = item->child; child != NULL; child = child->next)
		check_depth(child, depth + 1);
}

static void check_round_trip(const struct record_type *type, const void *record)
{
	void *back = record_create(type);
	struct strbuf out;
	struct json_writer w;

	strbuf_init(&out, 64 << 20);
	json_start(&w, &out);
	wire_write_record(&w, NULL, type, record);
	cJSON *tree = json_parse(strbuf_str(&out), NULL);
	require(tree != NULL);
	require(wire_read_record(type, tree, WIRE_TRUST, back, NULL, NULL) == ERR_NONE);
	require(record_equal(type, record, back, 0));
	cJSON_Delete(tree);
	record_unref(type, back);
	strbuf_finish(&out);
}

static void check_record(const struct record_type *type, const cJSON *tree, enum wire_mode mode)
{
	void *record = record_create(type);
	uint64_t present = 0;
	struct errbuf eb;

	errbuf_clear(&eb);
	if (wire_read_record(type, tree, mode, record, &present, &eb) != ERR_NONE) {
		require(eb.err != ERR_NONE && eb.text[0] != '\0');
		free(record);
		return;
	}
	/* A patch holds removals, which are no record. */
	if (mode != WIRE_PATCH)
		check_round_trip(type, record);
	record_unref(type, record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct record_type *const types[] = {
		&service_type, &version_type, &session_type, &tombstone_type};
	struct errbuf eb;

	errbuf_clear(&eb);
	cJSON *tree = json_parse((struct str){(const char *)data, size}, &eb);
	if (tree == NULL) {
		require(eb.err == ERR_BAD_JSON && eb.text[0] != '\0');
		return 0;
	}
	check_depth(tree, 1);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		check_record(types[i], tree, WIRE_PUT);
		check_record(types[i], tree, WIRE_PATCH);
		check_record(types[i], tree, WIRE_TRUST);
	}
	cJSON_Delete(tree);
	wire_read_problem((struct str){(const char *)data, size}, 500, &eb);
	require(eb.err != ERR_NONE && eb.text[0] != '\0');
	return 0;
}
