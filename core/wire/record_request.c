/*
 * Request records as JSON. The table knows all of a request but the set of carriers, which is a list of
 * words on the wire. Written for each line of a tail, so it allocates nothing.
 */
#include "core/wire/record.h"

#include <string.h>

#include "core/model/version.h"
#include "core/wire/read.h"

void wire_write_request(struct json_writer *w, const char *key, const struct request *request)
{
	json_object(w, key);
	wire_write_fields(w, &request_type, request, 0);
	json_array(w, "carriers");
	for (unsigned i = 0; i < CARRIER_COUNT; i++)
		if (request->carriers >> i & 1)
			json_c(w, NULL, carrier_names[i]);
	json_array_end(w);
	json_object_end(w);
}

static enum err read_carriers(const cJSON *list, unsigned *ret_carriers, struct errbuf *eb)
{
	const cJSON *item;
	unsigned carriers = 0;

	cJSON_ArrayForEach(item, list)
	{
		unsigned i = 0;
		while (i < CARRIER_COUNT &&
			(!cJSON_IsString(item) || strcmp(carrier_names[i], item->valuestring) != 0))
			i++;
		if (i == CARRIER_COUNT)
			return err_set_field(eb, ERR_BAD_VALUE, "carriers", NULL,
				"carriers has one that is not known");
		carriers |= 1u << i;
	}
	*ret_carriers = carriers;
	return ERR_NONE;
}

enum err wire_read_request(const cJSON *object, struct request *ret_request, struct errbuf *eb)
{
	struct wire_reading reading = {.type = &request_type, .mode = WIRE_TRUST};
	struct request request = {.kind = KIND_COUNT,
		.carrier = CARRIER_COUNT,
		.reason = REASON_COUNT,
		.intended = REASON_COUNT};
	enum err err = wire_read_fields(&reading, object, &request, eb);

	if (err == ERR_NONE)
		err = read_carriers(cJSON_GetObjectItemCaseSensitive(object, "carriers"),
			&request.carriers, eb);
	if (err == ERR_NONE)
		*ret_request = request;
	return err;
}
