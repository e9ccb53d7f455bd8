/*
 * /v1/sessions and below: sessions and their pins. The list of all is in environment.c, beside the other
 * long answer.
 */
#include "core/api/answer.h"
#include "core/api/body.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/api/write.h"
#include "core/base/mem.h"

void session_post(struct call *call)
{
	struct session session = {0};
	struct plane_write write = {.verb = PLANE_CREATE_SESSION};

	write_record(call, THING_SESSION, WIRE_PUT, &session, &write);
}

void session_get(struct call *call)
{
	const struct environment *env = plane_environment(call->api->options.plane);
	const struct session *session = environment_session(env, str_of(call->parts[0]));

	if (session == NULL) {
		answer_no_session(call, call->parts[0]);
		return;
	}
	answer_thing(call, THING_SESSION, session);
	call_reply(call, 200);
}

void session_patch(struct call *call)
{
	struct session session = {0};
	struct plane_write write = {.verb = PLANE_PATCH_SESSION, .session = call->parts[0]};

	write_record(call, THING_SESSION, WIRE_PATCH, &session, &write);
}

void session_delete(struct call *call)
{
	struct plane_write write = {.verb = PLANE_DELETE_SESSION, .session = call->parts[0]};

	write_start(call, &write);
}

/* {"version":"pr-12"} */
void pin_put(struct call *call)
{
	static const struct body_field fields[] = {{"version", BODY_VERSION, true}};
	struct plane_write write = {
		.verb = PLANE_PUT_PIN, .session = call->parts[0], .service = call->parts[1]};
	struct errbuf eb;

	errbuf_clear(&eb);
	if (body_check(call->body, fields, ARRAY_LEN(fields), &eb) != ERR_NONE) {
		call_fail(call, &eb, NULL);
		return;
	}
	write.version = cJSON_GetObjectItemCaseSensitive(call->body, "version")->valuestring;
	write_start(call, &write);
}

void pin_delete(struct call *call)
{
	struct plane_write write = {
		.verb = PLANE_DELETE_PIN, .session = call->parts[0], .service = call->parts[1]};

	write_start(call, &write);
}
