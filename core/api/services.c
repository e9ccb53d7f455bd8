/*
 * /v1/services/{service}, and which version of it is stable.
 */
#include "core/api/answer.h"
#include "core/api/body.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/api/write.h"
#include "core/base/mem.h"

void service_get(struct call *call)
{
	const struct environment *env = plane_environment(call->api->options.plane);
	const struct service *service = environment_service(env, str_of(call->parts[0]));

	if (service == NULL) {
		answer_no_service(call, call->parts[0]);
		return;
	}
	answer_thing(call, THING_SERVICE, service);
	call_reply(call, 200);
}

void service_put(struct call *call)
{
	struct service service = {0};
	struct plane_write write = {.verb = PLANE_PUT_SERVICE, .service = call->parts[0]};

	write_record(call, THING_SERVICE, WIRE_PUT, &service, &write);
}

void service_delete(struct call *call)
{
	struct plane_write write = {.verb = PLANE_DELETE_SERVICE, .service = call->parts[0]};

	write_start(call, &write);
}

/* {"version":"2026.11.20","force":false} */
void service_promote(struct call *call)
{
	static const struct body_field fields[] = {
		{"version", BODY_VERSION, true},
		{"force", BODY_BOOL, false},
	};
	struct plane_write write = {.verb = PLANE_PROMOTE, .service = call->parts[0]};
	struct errbuf eb;

	errbuf_clear(&eb);
	if (body_check(call->body, fields, ARRAY_LEN(fields), &eb) != ERR_NONE) {
		call_fail(call, &eb, NULL);
		return;
	}
	write.version = cJSON_GetObjectItemCaseSensitive(call->body, "version")->valuestring;
	(void)json_get_bool(call->body, "force", &write.force);
	write_start(call, &write);
}
