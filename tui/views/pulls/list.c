/*
 * The rows of the Pull requests view: which there are, in which order, and where the selected one is. Called by
 * pulls.c in prepare. Invariant: rows are indexes into the list that was gathered last.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hashmap.h"
#include "core/base/xalloc.h"

#include "tui/views/pulls/internal.h"

static char is_unfolded; /* the value in the map of those that are */

const struct pull *pulls_at(const struct pulls *state, size_t row)
{
	return row < state->count ? &state->list.items[state->rows[row].pull] : NULL;
}

const struct version *pulls_version_at(const struct pulls *state, size_t row)
{
	const struct pull *pull = pulls_at(state, row);

	return pull && state->rows[row].version >= 0
		       ? pull->versions[state->rows[row].version].version
		       : NULL;
}

enum { FOLD_KEY_SIZE = LIMIT_URL + 32 };

static struct str fold_key(const struct pull *pull, char dst[FOLD_KEY_SIZE])
{
	(void)snprintf(dst, FOLD_KEY_SIZE, "%" PRId64 " %.*s", pull->number, STR_ARG(pull->url));
	return str_of(dst);
}

bool pulls_is_unfolded(const struct pulls *state, const struct pull *pull)
{
	char key[FOLD_KEY_SIZE];

	return hashmap_get(state->unfolded, fold_key(pull, key)) != NULL;
}

void pulls_fold(struct pulls *state, const struct pull *pull, bool folded)
{
	char key[FOLD_KEY_SIZE];

	if (folded)
		(void)hashmap_remove(state->unfolded, fold_key(pull, key));
	else
		(void)hashmap_set(state->unfolded, fold_key(pull, key), &is_unfolded);
}

/* ---- what there is ---- */

void pulls_gather(struct pulls *state, const struct model *model)
{
	pulls_finish(&state->list);
	pulls_collect(model->env, 0, &state->list);
	pulls_add_sessions(&state->list, model->env);
	pulls_measure(state);
}

void pulls_add_stats(struct pulls *state, const struct model *model)
{
	for (size_t i = 0; i < state->list.count; i++) {
		struct pull *pull = &state->list.items[i];

		pull->rate = pull->share_5xx = 0;
		pull->count = 0;
		for (size_t j = 0; j < pull->version_count; j++) {
			const struct version *version = pull->versions[j].version;
			const struct stats *stats = traffic_stats_version(
				model->stats, str_of(version->service), str_of(version->name));

			if (stats)
				pull_add_stats(pull, stats);
		}
	}
}

/* ---- order ---- */

const struct sort_order pulls_orders[PULLS_ORDERS] = {{'n', "number", false}, {'o', "author", true},
	{'h', "health", false}, {'a', "age", true}, {'x', "expires", true}, {'r', "req/s", false},
	{'e', "5xx", false}, {'i', "sessions", false}};

static double key_of(const struct pull *pull, char sort)
{
	switch (sort) {
	case 'a':
		return (double)pull->deployed_at;
	case 'x':
		return pull->expires_at ? -(double)pull->expires_at : -1e300;
	case 'h':
		return (double)(pull->services - pull->ready);
	case 'r':
		return pull->rate;
	case 'e':
		return pull->rate > 0 ? pull->share_5xx : -1;
	case 'i':
		return (double)pull->session_count;
	default:
		return (double)pull->number;
	}
}

/* The larger first; among equals as the list has them. */
static int compare(const void *left, const void *right, void *arg)
{
	const struct pulls *state = arg;
	uint32_t a = *(const uint32_t *)left;
	uint32_t b = *(const uint32_t *)right;
	const struct pull *x = &state->list.items[a];
	const struct pull *y = &state->list.items[b];
	char sort = pulls_orders[state->view.order].letter;
	double difference = sort == 'o' ? (double)str_cmp(x->author, y->author)
					: key_of(y, sort) - key_of(x, sort);

	if (difference == 0)
		return a < b ? -1 : a > b;
	return (difference < 0) != state->view.reverse ? -1 : 1;
}

static void put_in_order(struct pulls *state, const struct model *model)
{
	const struct filter *filter = state->view.filtering.filter;

	array_reserve(
		&state->order, &state->order_cap, state->list.count + 1, sizeof(*state->order));
	state->order_count = 0;
	for (size_t i = 0; i < state->list.count; i++)
		if (!filter || filter_match_pull(filter, &state->list.items[i], model->now_ms))
			state->order[state->order_count++] = (uint32_t)i;
	if (state->order_count > 0)
		qsort_r(state->order, state->order_count, sizeof(*state->order), compare, state);
}

static void add_row(struct pulls *state, uint32_t pull, int32_t version)
{
	array_reserve(&state->rows, &state->cap, state->count + 1, sizeof(*state->rows));
	state->rows[state->count++] = (struct pulls_row){pull, version};
}

void pulls_id(const void *arg, const struct model *model, size_t row, char id[LIST_ID_SIZE])
{
	const struct pull *pull = pulls_at(arg, row);
	const struct version *version = pulls_version_at(arg, row);
	char name[VERSION_ID_SIZE] = "";

	(void)model;
	id[0] = '\0';
	if (!pull)
		return;
	if (version)
		name_join_version(str_of(version->service), str_of(version->name), name);
	(void)snprintf(id, LIST_ID_SIZE, "%" PRId64 " %.*s%s%s", pull->number, STR_ARG(pull->url),
		version ? " " : "", name);
}

void pulls_build(struct pulls *state, const struct model *model)
{
	put_in_order(state, model);
	state->count = 0;
	for (size_t i = 0; i < state->order_count; i++) {
		const struct pull *pull = &state->list.items[state->order[i]];

		add_row(state, state->order[i], -1);
		for (size_t j = 0; pulls_is_unfolded(state, pull) && j < pull->version_count; j++)
			add_row(state, state->order[i], (int32_t)j);
	}
	list_view_built(state, model, state->count, state->list.count - state->order_count);
}
