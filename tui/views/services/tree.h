/*
 * The rows of the tree, as a flat list: which services and versions are shown, in which order, folded or
 * not. Made from the environment, the filter and the order; kept until one of them changes.
 */
#ifndef UMBRA_TUI_VIEWS_SERVICES_TREE_H
#define UMBRA_TUI_VIEWS_SERVICES_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/filter.h"

#include "tui/data/model.h"

/* Who asks for what is theirs; "" names nobody. */
struct owner_filter {
	char actor[LIMIT_WORD +
		   1]; /* wrote the pull request, or owns a session that pins the version */
	char session[LIMIT_SESSION_KEY + 1]; /* or this one pins it */
};

struct tree_row {
	uint32_t node; /* into the environment's nodes */
	int32_t version; /* into the node's versions; -1: the service itself */
};

enum tree_order {
	ORDER_NAME,
	ORDER_RATE,
	ORDER_ERRORS,
	ORDER_P95,
	ORDER_AGE,
	ORDER_EXPIRES,
	ORDER_HEALTH,
	ORDER_PINS,
	ORDER_COUNT
};

struct tree_index {
	struct tree_row *rows;
	size_t count;
	size_t cap;
	struct hashmap *folds; /* service name -> FOLDED or UNFOLDED, where a person said so */
	size_t hidden; /* versions the filter hides */
	size_t matched; /* versions of the service looked at last */
	size_t mine_count; /* versions that are mine; 0 also when nobody asked */
	/* Work space, kept between rebuilds. */
	uint32_t *nodes;
	size_t node_cap;
	double *keys;
	size_t key_cap;
	bool *mine_nodes;
	size_t mine_cap;
	struct hashmap *mine_pins; /* ids of versions that a session of mine pins */
};

void tree_init(struct tree_index *tree);
void tree_finish(struct tree_index *tree);
/*
 * `filter` NULL or empty shows all. With `mine`, services that have a version of mine come first, and in each
 * the stable version, then mine, then the others. O(versions).
 */
void tree_build(struct tree_index *tree, const struct model *model, const struct filter *filter,
	enum tree_order order, bool reverse, const struct owner_filter *mine);

/* Without a word from a person a service is open when it has versions beside stable, or a filter found some. */
bool tree_is_folded(const struct tree_index *tree, const struct service_node *node, bool filtered);
void tree_fold(struct tree_index *tree, const struct service_node *node, bool folded);

#endif
