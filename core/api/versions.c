/*
 * /v1/services/{service}/versions/{version}.
 */
#include "core/api/answer.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/api/write.h"

void version_get(struct call *call)
{
	const struct environment *env = plane_environment(call->api->options.plane);
	const struct version *version =
		environment_version(env, str_of(call->parts[0]), str_of(call->parts[1]));

	if (version == NULL) {
		answer_no_version(call, call->parts[0], call->parts[1]);
		return;
	}
	answer_thing(call, THING_VERSION, version);
	call_reply(call, 200);
}

static void version_write(struct call *call, enum plane_verb verb, enum wire_mode mode)
{
	struct version version = {0};
	struct plane_write write = {
		.verb = verb, .service = call->parts[0], .version = call->parts[1]};
	struct errbuf eb;

	errbuf_clear(&eb);
	if (query_switch(&call->query, "take", &write.take, &eb) != ERR_NONE ||
		query_switch(&call->query, "force", &write.force, &eb) != ERR_NONE ||
		query_switch(&call->query, "create-service", &write.create_service, &eb) !=
			ERR_NONE) {
		call_fail(call, &eb, NULL);
		return;
	}
	write_record(call, THING_VERSION, mode, &version, &write);
}

void version_put(struct call *call)
{
	version_write(call, PLANE_PUT_VERSION, WIRE_PUT);
}

void version_patch(struct call *call)
{
	version_write(call, PLANE_PATCH_VERSION, WIRE_PATCH);
}

void version_delete(struct call *call)
{
	struct plane_write write = {
		.verb = PLANE_DELETE_VERSION, .service = call->parts[0], .version = call->parts[1]};

	write_start(call, &write);
}
