/*
 * Building the flat list of the tree. Called by the Services view when the environment, the filter, the
 * order or a fold changed, never for a key that only moves. Invariant: rows of one service stand together,
 * the service first.
 */
#include "tui/views/services/tree.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/hashmap.h"
#include "core/base/xalloc.h"
#include "core/model/name_rules.h"

/* Values of the map of folds; pointers to tell them from "absent". */
static char folded_mark, unfolded_mark;

void tree_init(struct tree_index *tree)
{
	memset(tree, 0, sizeof(*tree));
	tree->folds = hashmap_create();
	tree->mine_pins = hashmap_create();
}

void tree_finish(struct tree_index *tree)
{
	hashmap_destroy(tree->folds, NULL);
	hashmap_destroy(tree->mine_pins, NULL);
	free(tree->rows);
	free(tree->nodes);
	free(tree->keys);
	free(tree->mine_nodes);
}

bool tree_is_folded(const struct tree_index *tree, const struct service_node *node, bool filtered)
{
	const void *said = hashmap_get(tree->folds, str_of(node->service->name));

	if (said)
		return said == &folded_mark;
	return !filtered &&
	       (node->version_count == 0 ||
		       (node->version_count == 1 && node->versions[0]->kind == KIND_STABLE));
}

void tree_fold(struct tree_index *tree, const struct service_node *node, bool folded)
{
	(void)hashmap_set(
		tree->folds, str_of(node->service->name), folded ? &folded_mark : &unfolded_mark);
}

/* ---- mine ---- */

static bool owns(const struct owner_filter *mine, const struct session *session)
{
	return strcmp(session->key, mine->session) == 0 ||
	       (mine->actor[0] != '\0' && session->owner &&
		       strcmp(session->owner, mine->actor) == 0);
}

static void gather_pins(
	struct tree_index *tree, const struct model *model, const struct owner_filter *mine)
{
	hashmap_destroy(tree->mine_pins, NULL);
	tree->mine_pins = hashmap_create();
	for (size_t i = 0; mine && i < model->env->session_count; i++) {
		const struct session *session = model->env->sessions[i];

		for (size_t j = 0; owns(mine, session) && j < session->pins.count; j++) {
			const struct dict_entry *pin = &session->pins.entries[j];
			char id[VERSION_ID_SIZE];

			name_join_version(str_of(pin->key), str_of(pin->value), id);
			(void)hashmap_set(tree->mine_pins, str_of(id), &folded_mark);
		}
	}
}

/* A stable version is everybody's, whoever wrote it. */
static bool is_mine(const struct tree_index *tree, const struct owner_filter *mine,
	const struct version *version)
{
	char id[VERSION_ID_SIZE];

	if (version->kind == KIND_STABLE)
		return false;
	if (version->pr_author && mine->actor[0] != '\0' &&
		strcmp(version->pr_author, mine->actor) == 0)
		return true;
	if (hashmap_count(tree->mine_pins) == 0)
		return false;
	name_join_version(str_of(version->service), str_of(version->name), id);
	return hashmap_get(tree->mine_pins, str_of(id)) != NULL;
}

static void find_mine(
	struct tree_index *tree, const struct model *model, const struct owner_filter *mine)
{
	size_t count = model->env->node_count;

	tree->mine_count = 0;
	gather_pins(tree, model, mine);
	array_reserve(&tree->mine_nodes, &tree->mine_cap, count + 1, sizeof(*tree->mine_nodes));
	memset(tree->mine_nodes, 0, (count + 1) * sizeof(*tree->mine_nodes));
	for (size_t i = 0; mine && i < count; i++) {
		const struct service_node *node = &model->env->nodes[i];

		for (size_t j = 0; j < node->version_count; j++) {
			if (!is_mine(tree, mine, node->versions[j]))
				continue;
			tree->mine_nodes[i] = true;
			tree->mine_count++;
		}
	}
}

/* ---- order: larger keys first, but for names ---- */

static double key_of_version(
	const struct model *model, const struct version *version, enum tree_order order)
{
	static const double by_state[STATE_COUNT] = {
		[STATE_UNHEALTHY] = 3, [STATE_DRAINING] = 2, [STATE_STARTING] = 1};
	const struct stats *stats;

	switch (order) {
	case ORDER_AGE:
		return (double)(version->deployed_at ? version->deployed_at : version->created_at);
	case ORDER_EXPIRES:
		return version->expires_at ? -(double)version->expires_at : -1e300;
	case ORDER_HEALTH:
		return by_state[version->state];
	case ORDER_PINS:
		return (double)model_pin_count(
			model, str_of(version->service), str_of(version->name));
	default:
		stats = traffic_stats_version(
			model->stats, str_of(version->service), str_of(version->name));
		if (!stats)
			return -1;
		return order == ORDER_RATE     ? stats->rate
		       : order == ORDER_ERRORS ? stats->share_5xx
					       : stats->p95_ms;
	}
}

/* A service stands where its first version would; its stats are its own. */
static double key_of_node(
	const struct model *model, const struct service_node *node, enum tree_order order)
{
	const struct stats *stats;
	double best = -1e301;

	if (order == ORDER_RATE || order == ORDER_ERRORS || order == ORDER_P95) {
		stats = traffic_stats_service(model->stats, str_of(node->service->name));
		if (!stats)
			return -1;
		return order == ORDER_RATE     ? stats->rate
		       : order == ORDER_ERRORS ? stats->share_5xx
					       : stats->p95_ms;
	}
	for (size_t i = 0; i < node->version_count; i++) {
		double key = key_of_version(model, node->versions[i], order);

		if (key > best)
			best = key;
	}
	return best;
}

struct order_context {
	const double *keys; /* by node */
	const bool *mine; /* by node */
	bool reverse;
};

/* Stable: the environment's order (names) decides among equals. */
static int compare_nodes(const void *a, const void *b, void *arg)
{
	const struct order_context *context = arg;
	uint32_t left = *(const uint32_t *)a;
	uint32_t right = *(const uint32_t *)b;
	double difference =
		context->keys ? context->keys[right] - context->keys[left] : (double)left - right;

	if (context->mine[left] != context->mine[right])
		return context->mine[left] ? -1 : 1;
	if (difference == 0)
		return left < right ? -1 : left > right;
	return (difference < 0) != context->reverse ? -1 : 1;
}

static void order_nodes(
	struct tree_index *tree, const struct model *model, enum tree_order order, bool reverse)
{
	size_t count = model->env->node_count;
	struct order_context context = {NULL, tree->mine_nodes, reverse};

	array_reserve(&tree->nodes, &tree->node_cap, count + 1, sizeof(*tree->nodes));
	for (size_t i = 0; i < count; i++)
		tree->nodes[i] = (uint32_t)i;
	if (order == ORDER_NAME && !reverse && tree->mine_count == 0)
		return;
	if (order != ORDER_NAME) {
		array_reserve(&tree->keys, &tree->key_cap, count + 1, sizeof(*tree->keys));
		for (size_t i = 0; i < count; i++)
			tree->keys[i] = key_of_node(model, &model->env->nodes[i], order);
		context.keys = tree->keys;
	}
	qsort_r(tree->nodes, count, sizeof(*tree->nodes), compare_nodes, &context);
}

/* ---- rows ---- */

static void add_row(struct tree_index *tree, uint32_t node, int32_t version)
{
	array_reserve(&tree->rows, &tree->cap, tree->count + 1, sizeof(*tree->rows));
	tree->rows[tree->count++] = (struct tree_row){node, version};
}

struct building {
	struct tree_index *tree;
	const struct model *model;
	const struct filter *filter; /* NULL: everything matches */
	const struct owner_filter *mine; /* NULL: nobody asked */
};

/* The order among the versions of one service. */
enum rank { RANK_STABLE, RANK_MINE, RANK_OTHER, RANK_COUNT };

static enum rank rank_of(const struct building *b, const struct version *version)
{
	if (!b->mine || version->kind == KIND_STABLE)
		return RANK_STABLE; /* as the environment has them */
	return is_mine(b->tree, b->mine, version) ? RANK_MINE : RANK_OTHER;
}

static void add_ranked(const struct building *b, uint32_t at, enum rank rank, bool folded)
{
	const struct service_node *node = &b->model->env->nodes[at];

	for (size_t i = 0; i < node->version_count; i++) {
		const struct version *version = node->versions[i];

		if (rank_of(b, version) != rank)
			continue;
		if (b->filter && !filter_match_version(
					 b->filter, node->service, version, b->model->now_ms)) {
			b->tree->hidden++;
			continue;
		}
		b->tree->matched++;
		if (!folded)
			add_row(b->tree, at, (int32_t)i);
	}
}

/* The matching versions behind the service's row; how many there are. Folded: counted, not kept. */
static size_t add_versions(const struct building *b, uint32_t at, bool folded)
{
	b->tree->matched = 0;
	add_ranked(b, at, RANK_STABLE, folded);
	for (int rank = RANK_MINE; b->mine && rank < RANK_COUNT; rank++)
		add_ranked(b, at, (enum rank)rank, folded);
	return b->tree->matched;
}

/* A service and its versions; with a filter it is shown only for those of them that are. */
static void add_service(struct building *b, uint32_t at, const struct filter *filter)
{
	const struct service_node *node = &b->model->env->nodes[at];
	enum filter_reach reach = filter ? filter_reach_service(filter, node->service) : FILTER_ALL;
	bool folded = tree_is_folded(b->tree, node, filter != NULL);

	if (reach == FILTER_NONE) {
		b->tree->hidden += node->version_count;
		return;
	}
	add_row(b->tree, at, -1);
	if (!filter && folded)
		return;
	b->filter = reach == FILTER_ALL ? NULL : filter;
	if (add_versions(b, at, folded) == 0 && filter)
		b->tree->count--; /* the service's row, which has nothing to show */
}

void tree_build(struct tree_index *tree, const struct model *model, const struct filter *filter,
	enum tree_order order, bool reverse, const struct owner_filter *mine)
{
	struct building b = {tree, model, NULL, mine};

	if (filter && filter_is_empty(filter))
		filter = NULL;
	find_mine(tree, model, mine);
	order_nodes(tree, model, order, reverse);
	tree->count = tree->hidden = 0;
	for (size_t i = 0; i < model->env->node_count; i++)
		add_service(&b, tree->nodes[i], filter);
}
