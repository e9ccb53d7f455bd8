/*
 * Writes a dry run for the API, and reads its changes for the dashboard. The sentences are the model's; the words are
 * those of a request's record.
 */
#include "core/wire/session_diff.h"

#include "core/model/name_rules.h"
#include "core/wire/record.h"

enum { SENTENCE_MAX = 1024 };

static void write_reason(struct json_writer *w, const char *key, enum reason reason)
{
	json_c(w, key, reason < REASON_COUNT ? reason_names[reason] : NULL);
}

static void write_decision(struct json_writer *w, const char *key, const struct decision *decision)
{
	const struct version *version = decision->version;

	json_object(w, key);
	json_c(w, "version", version != NULL ? version->name : NULL);
	json_c(w, "kind", version != NULL ? version_kind_names[version->kind] : NULL);
	write_reason(w, "reason", decision->reason);
	write_reason(w, "intended", decision->intended);
	if (decision->wanted.p != NULL)
		json_str(w, "pin", decision->wanted);
	else
		json_null(w, "pin");
	json_object_end(w);
}

static void write_change(struct json_writer *w, const struct environment *env,
	const struct session_diff_change *change, int64_t now_ms, struct strbuf *sentence)
{
	strbuf_reset(sentence);
	session_diff_say_change(sentence, env, change, now_ms);
	json_object(w, NULL);
	json_str(w, "service", change->service);
	write_decision(w, "before", &change->before);
	write_decision(w, "after", &change->after);
	json_str(w, "sentence", strbuf_str(sentence));
	json_object_end(w);
}

static void write_unchanged(struct json_writer *w, const struct session_diff_unchanged *unchanged,
	int64_t pr, int64_t now_ms, struct strbuf *sentence)
{
	strbuf_reset(sentence);
	session_diff_say_unchanged(sentence, unchanged, pr, now_ms);
	json_object(w, NULL);
	json_c(w, "service", unchanged->service->name);
	write_decision(w, "decision", &unchanged->decision);
	json_c(w, "gone", unchanged->gone != NULL ? unchanged->gone->id : NULL);
	json_str(w, "sentence", strbuf_str(sentence));
	json_object_end(w);
}

void wire_write_session_diff(struct json_writer *w, const struct environment *env,
	const struct session *after, int64_t pr, const struct session_diff *dryrun, int64_t now_ms)
{
	struct strbuf sentence;

	strbuf_init(&sentence, SENTENCE_MAX);
	json_object(w, NULL);
	json_bool(w, "dry_run", true);
	wire_write_record(w, "session", &session_type, after);
	json_uint(w, "routes_changed", dryrun->routes_changed);
	json_array(w, "changes");
	for (size_t i = 0; i < dryrun->count; i++)
		write_change(w, env, &dryrun->changes[i], now_ms, &sentence);
	json_array_end(w);
	json_array(w, "unchanged");
	for (size_t i = 0; i < dryrun->unchanged_count; i++)
		write_unchanged(w, &dryrun->unchanged[i], pr, now_ms, &sentence);
	json_array_end(w);
	json_uint(w, "unchanged_total", dryrun->unchanged_total);
	json_object_end(w);
	strbuf_finish(&sentence);
}

/* ---- back ---------------------------------------------------------------------------------------- */

/* REASON_COUNT when it is none. */
static enum reason read_reason(const cJSON *decision, const char *key)
{
	struct str name = {0};
	int reason = 0;

	(void)json_get_str(decision, key, &name);
	while (reason < REASON_COUNT && !str_eq_c(name, reason_names[reason]))
		reason++;
	return (enum reason)reason;
}

static bool read_decision(const cJSON *object, const struct environment *env,
	const struct service *service, struct decision *ret_decision)
{
	struct decision decision = {.service = service,
		.reason = read_reason(object, "reason"),
		.intended = read_reason(object, "intended")};
	enum reason why = decision.intended != REASON_COUNT ? decision.intended : decision.reason;
	struct str name = str_of(service->name);
	struct str version;
	char id[VERSION_ID_SIZE];

	(void)json_get_str(object, "pin", &decision.wanted);
	if (json_get_str(object, "version", &version))
		decision.version = environment_version(env, name, version);
	else
		decision.status = 503;
	if (decision.wanted.n > LIMIT_VERSION_NAME || (!decision.version && !decision.status))
		return false;
	if (decision.wanted.n > 0) {
		name_join_version(name, decision.wanted, id);
		decision.gone = environment_tombstone(env, GONE_VERSION, str_of(id));
	}
	*ret_decision = decision;
	return why != REASON_VERSION_UNHEALTHY ||
	       environment_version(env, name, decision.wanted) != NULL;
}

bool wire_read_session_change(
	const cJSON *item, const struct environment *env, struct session_diff_change *ret_change)
{
	const struct service *service;

	if (!json_get_str(item, "service", &ret_change->service))
		return false;
	service = environment_service(env, ret_change->service);
	return service &&
	       read_decision(cJSON_GetObjectItemCaseSensitive(item, "before"), env, service,
		       &ret_change->before) &&
	       read_decision(cJSON_GetObjectItemCaseSensitive(item, "after"), env, service,
		       &ret_change->after);
}
