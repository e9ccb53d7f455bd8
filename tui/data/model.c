/*
 * Keeps the model together after each batch of the changes feed. Called by the app. Invariant: `pinned`
 * agrees with the sessions of `env`, so that a row of the screen asks for one entry and not for all
 * sessions.
 */
#include "tui/data/model.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/hashmap.h"
#include "core/base/xalloc.h"
#include "core/model/name_rules.h"

static const struct environment nothing;

void model_init(struct model *model, const char *url)
{
	memset(model, 0, sizeof(*model));
	model->env = &nothing;
	model->stats = traffic_stats_create();
	model->lines = request_log_create(0, 0);
	model->edges = call_graph_create();
	model->session_edges = call_graph_create();
	model->events = event_log_create();
	model->pinned = hashmap_create();
	model->url = url;
	model->program = "umbra";
}

bool model_url_is_default(const struct model *model)
{
	return strcmp(model->url, "http://127.0.0.1:7070") == 0;
}

void model_finish(struct model *model)
{
	traffic_stats_destroy(model->stats);
	request_log_destroy(model->lines);
	request_log_destroy(model->lines_before);
	call_graph_destroy(model->edges);
	call_graph_destroy(model->session_edges);
	event_log_destroy(model->events);
	hashmap_destroy(model->pinned, free);
}

static void count_pin(
	struct model *model, const struct session *session, const struct dict_entry *pin)
{
	char id[VERSION_ID_SIZE];
	struct pinned *pinned;

	name_join_version(str_of(pin->key), str_of(pin->value), id);
	pinned = hashmap_get(model->pinned, str_of(id));
	if (!pinned) {
		pinned = xcalloc(1, sizeof(*pinned));
		(void)hashmap_set(model->pinned, str_of(id), pinned);
	}
	if (pinned->count < PINNED_NAMED)
		pinned->sessions[pinned->count] = session;
	pinned->count++;
}

static void count_pins(struct model *model)
{
	hashmap_destroy(model->pinned, free);
	model->pinned = hashmap_create();
	for (size_t i = 0; i < model->env->session_count; i++) {
		const struct session *session = model->env->sessions[i];

		for (size_t j = 0; j < session->pins.count; j++)
			count_pin(model, session, &session->pins.entries[j]);
	}
}

/* Stats of what is gone are not part of the sums any more. */
static void forget_stats(struct model *model, const struct change *change)
{
	struct str service, version;

	if (change->record)
		return;
	if (change->kind == OBJECT_SERVICE)
		traffic_stats_remove_service(model->stats, str_of(change->id));
	else if (change->kind == OBJECT_VERSION &&
		 name_split_version(str_of(change->id), &service, &version))
		traffic_stats_remove(model->stats, service, version);
}

unsigned model_take(struct model *model, const struct environment *env,
	const struct change *changes, size_t count, bool full)
{
	bool anew = full || !model->known;
	unsigned parts = anew ? MODEL_SERVICES | MODEL_SESSIONS : 0;

	model->env = env;
	model->known = true;
	if (full)
		traffic_stats_clear(model->stats);
	if (anew)
		recent_changes_reset(&model->glow, env->revision);
	else
		recent_changes_heard(&model->glow, env->revision, model->now_ms);
	for (size_t i = 0; i < count; i++) {
		parts |= changes[i].kind == OBJECT_SESSION ? MODEL_SESSIONS : MODEL_SERVICES;
		forget_stats(model, &changes[i]);
	}
	if (parts & MODEL_SESSIONS)
		count_pins(model);
	return parts;
}

const struct pinned *model_pinned(const struct model *model, struct str service, struct str version)
{
	char id[VERSION_ID_SIZE];

	name_join_version(service, version, id);
	return hashmap_get(model->pinned, str_of(id));
}

size_t model_pin_count(const struct model *model, struct str service, struct str version)
{
	const struct pinned *pinned = model_pinned(model, service, version);

	return pinned ? pinned->count : 0;
}

bool model_find_node(const struct model *model, struct str service, size_t *ret_node)
{
	const struct service_node *node =
		model->env->node_count > 0 ? environment_node(model->env, service) : NULL;

	if (!node)
		return false;
	*ret_node = (size_t)(node - model->env->nodes);
	return true;
}

/* ---- what is tailed ---- */

/* Of REQUEST_LOG_BYTES_MAX, which both share. */
enum { BEFORE_BYTES_MAX = REQUEST_LOG_BYTES_MAX / 5 * 3 };

static void swap_scopes(struct model *model, const char *scope)
{
	struct request_log *lines = model->lines_before;

	model->lines_before = model->lines;
	model->lines = lines ? lines : request_log_create(0, 0);
	str_copy(model->scope_before, sizeof(model->scope_before), str_of(model->scope));
	str_copy(model->scope, sizeof(model->scope), str_of(scope));
}

bool model_change_scope(struct model *model, const char *scope)
{
	bool kept = model->lines_before && strcmp(model->scope_before, scope) == 0 &&
		    request_log_first(model->lines_before) < request_log_end(model->lines_before);

	swap_scopes(model, scope);
	request_log_limit(model->lines_before, BEFORE_BYTES_MAX);
	if (!kept)
		request_log_clear(model->lines, request_log_end(model->lines_before));
	request_log_limit(
		model->lines, REQUEST_LOG_BYTES_MAX - request_log_bytes(model->lines_before));
	request_log_filter_like(model->lines, model->lines_before, model->env, model->now_ms);
	return kept;
}
