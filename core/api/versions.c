/*
 * /v1/services/{service}/versions/{version}.
 */
#include "core/api/respond.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/api/mutation.h"

void version_get(struct exchange *exchange)
{
	const struct environment *env = plane_environment(exchange->api->options.plane);
	const struct version *version =
		environment_version(env, str_of(exchange->parts[0]), str_of(exchange->parts[1]));

	if (version == NULL) {
		respond_no_version(exchange, exchange->parts[0], exchange->parts[1]);
		return;
	}
	respond_object(exchange, OBJECT_VERSION, version);
	exchange_reply(exchange, 200);
}

static void version_write(struct exchange *exchange, enum plane_verb verb, enum wire_mode mode)
{
	struct version version = {0};
	struct plane_write write = {
		.verb = verb, .service = exchange->parts[0], .version = exchange->parts[1]};
	struct errbuf eb = {0};

	if (query_switch(&exchange->query, "take", &write.take, &eb) != ERR_NONE ||
		query_switch(&exchange->query, "force", &write.force, &eb) != ERR_NONE ||
		query_switch(&exchange->query, "keep", &write.keep, &eb) != ERR_NONE ||
		query_switch(&exchange->query, "create-service", &write.create_service, &eb) !=
			ERR_NONE) {
		exchange_fail(exchange, &eb, NULL);
		return;
	}
	mutation_start_record(exchange, OBJECT_VERSION, mode, &version, &write);
}

void version_put(struct exchange *exchange)
{
	version_write(exchange, PLANE_PUT_VERSION, WIRE_PUT);
}

void version_patch(struct exchange *exchange)
{
	version_write(exchange, PLANE_PATCH_VERSION, WIRE_PATCH);
}

void version_delete(struct exchange *exchange)
{
	struct plane_write write = {.verb = PLANE_DELETE_VERSION,
		.service = exchange->parts[0],
		.version = exchange->parts[1]};

	mutation_start(exchange, &write);
}
