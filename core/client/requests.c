/*
 * An answer of GET /v1/requests as records, for the dashboard, which knows no JSON of the control plane.
 */
#include "core/client/client.h"

#include "core/base/json.h"
#include "core/wire/record.h"

bool client_read_requests(struct str body, client_request_fn each, void *arg, struct errbuf *eb)
{
	cJSON *tree = json_parse(body, eb);
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, "requests");
	bool good = cJSON_IsArray(list);

	if (tree != NULL && !good)
		err_set(eb, ERR_BAD_JSON, "The answer has no list of requests");
	for (int i = good ? cJSON_GetArraySize(list) : 0; i > 0; i--) {
		struct request request;

		if (wire_read_request(cJSON_GetArrayItem(list, i - 1), &request, NULL) == ERR_NONE)
			each(arg, &request);
	}
	cJSON_Delete(tree);
	return good;
}
