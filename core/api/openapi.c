/*
 * GET /v1/openapi.json: the description of all of this, as it was built in.
 */
#include "core/api/openapi.h"

#include "core/api/exchange.h"
#include "core/api/handlers.h"

void openapi_get(struct exchange *exchange)
{
	exchange_reply_static(
		exchange, "application/json", data_openapi_json, data_openapi_json_size);
}
