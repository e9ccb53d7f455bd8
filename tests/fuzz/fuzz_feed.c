/*
 * Any bytes as lines of the changes feed and of the tail, applied to an environment as the client does it:
 * no line crashes it, and a line that was understood is understood again when it is written anew.
 */
#include "tests/support/fuzz_main.h"

#include <stdlib.h>

#include "core/model/environment.h"
#include "core/wire/changes.h"
#include "core/wire/record.h"
#include "core/wire/request_fast.h"
#include "core/wire/tail.h"

static void require(bool is_so)
{
	if (!is_so)
		abort();
}

static void check_change(struct environment *env, struct change *change)
{
	struct strbuf out;
	struct feed_line again;

	strbuf_init(&out, 64 << 20);
	wire_write_feed_change(&out, change);
	require(wire_read_feed_line(strbuf_str(&out), &again, NULL) == ERR_NONE);
	require(again.kind == FEED_CHANGE && again.change.kind == change->kind);
	require(str_eq(str_of(again.change.id), str_of(change->id)));
	change_finish(&again.change);
	strbuf_finish(&out);
	environment_apply(env, change);
	change_finish(change);
}

static void check_feed_line(struct environment *env, struct str text)
{
	struct feed_line line;
	struct errbuf eb;

	errbuf_clear(&eb);
	if (wire_read_feed_line(text, &line, &eb) != ERR_NONE)
		require(eb.err != ERR_NONE && eb.text[0] != '\0');
	else if (line.kind == FEED_CHANGE)
		check_change(env, &line.change);
	else if (line.kind == FEED_FIRST)
		require(line.epoch[0] != '\0' && line.since >= 0);
	else
		require(line.revision >= 0);
}

/* The quick reader and the general one see the same. */
static void check_request_line(struct str text)
{
	struct request quick, slow;
	struct strbuf a, b;
	cJSON *tree;

	if (!wire_read_request_fast(text, &quick))
		return;
	tree = json_parse(text, NULL);
	require(tree != NULL && wire_read_request(tree, &slow, NULL) == ERR_NONE);
	strbuf_init(&a, 64 << 20);
	strbuf_init(&b, 64 << 20);
	wire_write_tail_record(&a, &quick);
	wire_write_tail_record(&b, &slow);
	require(str_eq(strbuf_str(&a), strbuf_str(&b)));
	require(record_equal(&request_type, &quick, &slow, 0));
	strbuf_finish(&a);
	strbuf_finish(&b);
	cJSON_Delete(tree);
}

static void check_tail_line(struct str text)
{
	struct tail_line line, again;
	struct strbuf out;

	if (wire_read_tail_line(text, &line, NULL) != ERR_NONE)
		return;
	strbuf_init(&out, 64 << 20);
	if (line.kind == TAIL_RECORD) {
		wire_write_tail_record(&out, &line.request);
		require(wire_read_tail_line(strbuf_str(&out), &again, NULL) == ERR_NONE);
		require(again.seq == line.seq && again.request.carriers == line.request.carriers);
		require(str_eq(again.request.path, line.request.path));
		cJSON_Delete(again.tree);
	}
	cJSON_Delete(line.tree);
	strbuf_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct environment env;
	struct str rest = {(const char *)data, size};

	environment_init(&env);
	while (rest.p != NULL) {
		struct str text = str_cut(&rest, '\n');
		check_feed_line(&env, text);
		check_request_line(text);
		check_tail_line(text);
	}
	environment_finish(&env);
	return 0;
}
