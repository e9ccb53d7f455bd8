/*
 * An answer of GET /v1/events as events, for the dashboard, which knows no JSON of the control plane.
 */
#include "core/client/client.h"

#include "core/base/json.h"
#include "core/wire/record.h"

/* cJSON keeps the last child as the first one's `prev`: that is how the list is gone over backwards. */
static const cJSON *last_of(const cJSON *list)
{
	return list->child != NULL ? list->child->prev : NULL;
}

bool client_read_events(
	struct str body, client_event_fn each, void *arg, int64_t *ret_last, struct errbuf *eb)
{
	cJSON *tree = json_parse(body, eb);
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, "events");
	uint64_t last = 0;
	bool good = cJSON_IsArray(list) && json_get_u64(tree, "last", &last);
	const cJSON *next;

	if (tree != NULL && !good)
		err_set(eb, ERR_BAD_JSON, "The answer has no list of events");
	for (const cJSON *item = good ? last_of(list) : NULL; item != NULL; item = next) {
		struct event event;

		next = item == list->child ? NULL : item->prev;
		if (wire_read_event(item, &event, NULL) != ERR_NONE)
			continue;
		each(arg, &event);
		record_finish(&event_type, &event);
	}
	cJSON_Delete(tree);
	if (good)
		*ret_last = (int64_t)last;
	return good;
}
