/*
 * Writes a dry run for the API. The sentences are the model's; the words are those of a request's record.
 */
#include "core/wire/session_diff.h"

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
