/*
 * /v1/services/{service}, and which version of it is stable.
 */
#include "core/api/respond.h"
#include "core/api/body_schema.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/api/mutation.h"
#include "core/base/xalloc.h"

void service_get(struct exchange *exchange)
{
	const struct environment *env = plane_environment(exchange->api->options.plane);
	const struct service *service = environment_service(env, str_of(exchange->parts[0]));

	if (service == NULL) {
		respond_no_service(exchange, exchange->parts[0]);
		return;
	}
	respond_object(exchange, OBJECT_SERVICE, service);
	exchange_reply(exchange, 200);
}

void service_put(struct exchange *exchange)
{
	struct service service = {0};
	struct plane_write write = {.verb = PLANE_PUT_SERVICE, .service = exchange->parts[0]};

	mutation_start_record(exchange, OBJECT_SERVICE, WIRE_PUT, &service, &write);
}

void service_delete(struct exchange *exchange)
{
	struct plane_write write = {.verb = PLANE_DELETE_SERVICE, .service = exchange->parts[0]};

	mutation_start(exchange, &write);
}

/* {"version":"2026.11.20","force":false} */
void service_promote(struct exchange *exchange)
{
	static const struct body_field fields[] = {
		{"version", BODY_VERSION, true},
		{"force", BODY_BOOL, false},
	};
	struct plane_write write = {.verb = PLANE_PROMOTE, .service = exchange->parts[0]};
	struct errbuf eb = {0};

	if (body_check(exchange->body, fields, ARRAY_LEN(fields), &eb) != ERR_NONE) {
		exchange_fail(exchange, &eb, NULL);
		return;
	}
	write.version = cJSON_GetObjectItemCaseSensitive(exchange->body, "version")->valuestring;
	(void)json_get_bool(exchange->body, "force", &write.force);
	mutation_start(exchange, &write);
}
