/*
 * Any bytes as a filter: it parses or it is a mistake with a column inside the text, and what
 * parses can be held against everything.
 */
#include "tests/support/fuzz_main.h"

#include <stdlib.h>

#include "core/base/xalloc.h"
#include "core/model/filter.h"

static void match_everything(const struct filter *filter)
{
	const int64_t now_ms = 1700000000000;
	char name[] = "pr-482", service_name[] = "cart", key[] = "dev-4f2k", owner[] = "dev1";
	char object[] = "cart@pr-482";
	struct dict_entry pin = {service_name, name};
	struct service service = {.name = service_name, .owner = owner};
	struct version version = {.service = service_name, .name = name, .pr_number = 482};
	struct session session = {.key = key, .owner = owner, .pins = {1, &pin}};
	struct event event = {.object = object, .actor = owner};
	struct request request = {.service = STR_LIT("cart"),
		.version = STR_LIT("pr-482"),
		.session = STR_LIT("dev-4f2k"),
		.caller = STR_LIT("gateway@1.2"),
		.path = STR_LIT("/items/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"),
		.method = STR_LIT("GET"),
		.intended = REASON_COUNT,
		.time = now_ms - 1000,
		.status = 503};

	bool matches = filter_match_request(filter, &request, NULL, now_ms);
	/* What matches without an environment must be possible without one. */
	if (matches && !filter_may_match_request(filter, &request, now_ms))
		abort();
	filter_match_version(filter, &service, &version, now_ms);
	filter_match_session(filter, &session, now_ms);
	filter_match_event(filter, &event, now_ms);
	filter_exact(filter, "service");
	filter_since(filter, now_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct errbuf eb;
	struct str text = {(const char *)data, size};
	size_t column = SIZE_MAX;

	errbuf_clear(&eb);
	struct filter *filter = filter_parse(text, &column, &eb);
	if (filter == NULL) {
		if (column > size || eb.err != ERR_BAD_FILTER || eb.text[0] == '\0' ||
			eb.expected[0] == '\0')
			abort();
		return 0;
	}
	match_everything(filter);
	filter_destroy(filter);
	return 0;
}
