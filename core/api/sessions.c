/*
 * /v1/sessions and below: sessions and their pins. The list of all is in environment.c, beside the other
 * long answer.
 */
#include <math.h>

#include "core/api/respond.h"
#include "core/api/body_schema.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/api/mutation.h"
#include "core/base/limits.h"
#include "core/base/xalloc.h"

static bool read_dry_run(struct exchange *exchange, struct plane_write *write)
{
	struct errbuf eb = {0};

	if (query_switch(&exchange->query, "dry-run", &write->dry_run, &eb) == ERR_NONE)
		return true;
	exchange_fail(exchange, &eb, NULL);
	return false;
}

/* The two members of a body that are no field of a session: what it shall pin, not what it has. */
struct pull_members {
	cJSON *number;
	cJSON *url;
};

static enum err read_pull(
	const struct pull_members *members, struct plane_write *write, struct errbuf *eb)
{
	const cJSON *number = members->number;
	bool numbered = number != NULL && !cJSON_IsNull(number);
	bool linked = members->url != NULL && !cJSON_IsNull(members->url);

	if (linked && !cJSON_IsString(members->url))
		return err_set_field(
			eb, ERR_WRONG_TYPE, "pr_url", "a text", "pr_url is not a text");
	if (linked && !numbered)
		return err_set_field(eb, ERR_MISSING_FIELD, "pr", "the number of a pull request",
			"pr_url says which of those with a number, and pr is missing");
	if (!numbered)
		return ERR_NONE;
	if (!cJSON_IsNumber(number) || number->valuedouble != floor(number->valuedouble) ||
		number->valuedouble < 1 || number->valuedouble > LIMIT_PULL_NUMBER)
		return err_set_field(eb, cJSON_IsNumber(number) ? ERR_BAD_VALUE : ERR_WRONG_TYPE,
			"pr", "the number of a pull request, like 482",
			"pr is not the number of a pull request");
	write->pr = (int64_t)number->valuedouble;
	write->pr_url = linked ? members->url->valuestring : NULL;
	return ERR_NONE;
}

/* A write with a session in its body, and perhaps a pull request. */
static void write_session(struct exchange *exchange, enum wire_mode mode, struct plane_write *write)
{
	const struct pull_members members = {
		cJSON_DetachItemFromObjectCaseSensitive(exchange->body, "pr"),
		cJSON_DetachItemFromObjectCaseSensitive(exchange->body, "pr_url")};
	struct session session = {0};
	struct errbuf eb = {0};

	if (read_pull(&members, write, &eb) != ERR_NONE)
		exchange_fail(exchange, &eb, NULL);
	else if (read_dry_run(exchange, write))
		mutation_start_record(exchange, OBJECT_SESSION, mode, &session, write);
	cJSON_Delete(members.number);
	cJSON_Delete(members.url);
}

void session_post(struct exchange *exchange)
{
	struct plane_write write = {.verb = PLANE_CREATE_SESSION};
	int64_t length = 0;
	struct errbuf eb = {0};

	if (query_int(&exchange->query, "key-length", LIMIT_KEY_LENGTH_MIN, LIMIT_KEY_LENGTH_MAX,
		    &length, &eb) != ERR_NONE) {
		exchange_fail(exchange, &eb, NULL);
		return;
	}
	write.key_length = (int)length;
	write_session(exchange, WIRE_PUT, &write);
}

void session_get(struct exchange *exchange)
{
	const struct environment *env = plane_environment(exchange->api->options.plane);
	const struct session *session = environment_session(env, str_of(exchange->parts[0]));

	if (session == NULL) {
		respond_no_session(exchange, exchange->parts[0]);
		return;
	}
	respond_object(exchange, OBJECT_SESSION, session);
	exchange_reply(exchange, 200);
}

void session_patch(struct exchange *exchange)
{
	struct plane_write write = {.verb = PLANE_PATCH_SESSION, .session = exchange->parts[0]};

	write_session(exchange, WIRE_PATCH, &write);
}

void session_delete(struct exchange *exchange)
{
	struct plane_write write = {.verb = PLANE_DELETE_SESSION, .session = exchange->parts[0]};

	mutation_start(exchange, &write);
}

/* {"version":"pr-12"} */
void pin_put(struct exchange *exchange)
{
	static const struct body_field fields[] = {{"version", BODY_VERSION, true}};
	struct plane_write write = {.verb = PLANE_PUT_PIN,
		.session = exchange->parts[0],
		.service = exchange->parts[1]};
	struct errbuf eb = {0};

	if (body_check(exchange->body, fields, ARRAY_LEN(fields), &eb) != ERR_NONE) {
		exchange_fail(exchange, &eb, NULL);
		return;
	}
	write.version = cJSON_GetObjectItemCaseSensitive(exchange->body, "version")->valuestring;
	if (read_dry_run(exchange, &write))
		mutation_start(exchange, &write);
}

void pin_delete(struct exchange *exchange)
{
	struct plane_write write = {.verb = PLANE_DELETE_PIN,
		.session = exchange->parts[0],
		.service = exchange->parts[1]};

	if (read_dry_run(exchange, &write))
		mutation_start(exchange, &write);
}
