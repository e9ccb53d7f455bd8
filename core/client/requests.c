/*
 * An answer of GET /v1/requests as records, and records as lines of a tail, for the dashboard, which knows no
 * JSON of the control plane.
 */
#include "core/client/client.h"

#include "core/base/json.h"
#include "core/wire/record.h"
#include "core/wire/tail.h"

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

int64_t client_read_newest(struct str body)
{
	cJSON *tree = json_parse(body, NULL);
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, "requests");
	uint64_t seq = 0;
	int64_t newest = TAIL_CLIENT_FROM_NOW;

	if (json_get_u64(cJSON_GetArrayItem(list, 0), "seq", &seq))
		newest = (int64_t)seq;
	else if (json_get_u64(tree, "oldest", &seq) && seq > 0)
		newest = (int64_t)seq - 1;
	cJSON_Delete(tree);
	return newest;
}

void client_write_request(struct strbuf *out, const struct request *request)
{
	wire_write_tail_record(out, request);
}

void client_write_missing(struct strbuf *out, int64_t count, const char *why)
{
	wire_write_tail_lost(out, count, why);
}
