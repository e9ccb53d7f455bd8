/*
 * The calls as a tree and as two sides. Called by the Map when the stats change. Invariant: every call is in
 * exactly one service's row of the tree, unless a fold hides it.
 */
#include "tui/views/map/layout.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"

double map_share_5xx(const struct map_sum *sum)
{
	return sum->rate > 0 ? sum->errors / sum->rate : 0;
}

static void add_call(struct map_sum *sum, const struct map_call *call)
{
	sum->rate += call->rate;
	sum->errors += call->rate * call->share_5xx;
	if (call->p95_ms > sum->p95_ms)
		sum->p95_ms = call->p95_ms;
	sum->count += call->count;
	sum->lost += call->lost;
	sum->pinned += call->pinned;
	sum->without += call->without;
	sum->likely += call->likely;
}

/* All calls of the caller's version of calls[at], if it is the first that lost any of them; else 0. */
static uint64_t losers_calls(const struct map_call *const *calls, size_t count, size_t at)
{
	uint64_t all = 0;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(calls[i]->caller_version, calls[at]->caller_version) != 0)
			continue;
		if (i < at && calls[i]->lost > 0)
			return 0;
		all += calls[i]->count;
	}
	return all;
}

/* Who lost the session on these calls of one service to another, which are in the sum. */
static void weigh_losses(struct map_sum *sum, const struct map_call *const *calls, size_t count)
{
	uint64_t most = 0, likely = 0;

	for (size_t i = 0; sum->likely > 0 && i < count; i++) {
		if (calls[i]->likely <= likely)
			continue;
		likely = calls[i]->likely;
		sum->likely_by = calls[i]->caller_version;
	}
	for (size_t i = 0; sum->lost > 0 && i < count; i++) {
		if (calls[i]->lost == 0)
			continue;
		sum->lost_of += losers_calls(calls, count, i);
		if (sum->lost_by && strcmp(sum->lost_by, calls[i]->caller_version) != 0)
			sum->lost_by_others = true;
		if (calls[i]->lost <= most)
			continue;
		most = calls[i]->lost;
		sum->lost_by = calls[i]->caller_version;
		if (calls[i]->lost_trace && calls[i]->lost_trace[0] != '\0')
			sum->lost_trace = calls[i]->lost_trace;
	}
}

/* ---- the tree ---- */

/* All calls of one service to another, as a run of the sorted calls. */
struct edge_run {
	const char *caller, *service;
	size_t from, count; /* into `calls` */
	struct map_sum sum;
};

enum visit { VISIT_NOT_YET, VISIT_UNDER_WAY, VISIT_DONE };

struct node {
	const char *name;
	enum visit visit;
	double calls; /* a second, that it makes */
	bool called;
};

struct plan {
	struct map_tree *tree;
	struct map_call *calls; /* sorted by caller, service, version */
	const struct map_call **refs; /* to each of them */
	size_t call_count;
	struct edge_run *runs; /* sorted by caller, then the busiest first */
	size_t run_count;
	struct node *nodes; /* sorted by name; without the outside */
	size_t node_count;
	bool (*is_folded)(void *arg, const char *service);
	void *arg;
};

static int compare_calls(const void *left, const void *right)
{
	const struct map_call *a = left;
	const struct map_call *b = right;
	int order = strcmp(a->caller, b->caller);

	if (order == 0)
		order = strcmp(a->service, b->service);
	if (order == 0 && a->ephemeral != b->ephemeral)
		order = a->ephemeral ? 1 : -1;
	return order != 0 ? order : strcmp(a->version, b->version);
}

static int compare_runs(const void *left, const void *right)
{
	const struct edge_run *a = left;
	const struct edge_run *b = right;
	int order = strcmp(a->caller, b->caller);

	if (order == 0 && a->sum.rate != b->sum.rate)
		order = a->sum.rate > b->sum.rate ? -1 : 1;
	return order != 0 ? order : strcmp(a->service, b->service);
}

static int compare_nodes(const void *left, const void *right)
{
	return strcmp(((const struct node *)left)->name, ((const struct node *)right)->name);
}

static struct node *node_named(const struct plan *plan, const char *name)
{
	const struct node key = {.name = name};

	return plan->node_count > 0 ? bsearch(&key, plan->nodes, plan->node_count,
					      sizeof(*plan->nodes), compare_nodes)
				    : NULL;
}

static void make_runs(struct plan *plan)
{
	for (size_t i = 0; i < plan->call_count; i++) {
		const struct map_call *call = &plan->calls[i];
		struct edge_run *run =
			plan->run_count > 0 ? &plan->runs[plan->run_count - 1] : NULL;

		if (!run || strcmp(run->caller, call->caller) != 0 ||
			strcmp(run->service, call->service) != 0) {
			run = &plan->runs[plan->run_count++];
			*run = (struct edge_run){
				.caller = call->caller, .service = call->service, .from = i};
		}
		run->count++;
		add_call(&run->sum, call);
	}
	for (size_t i = 0; i < plan->run_count; i++)
		weigh_losses(
			&plan->runs[i].sum, plan->refs + plan->runs[i].from, plan->runs[i].count);
	if (plan->run_count > 1)
		qsort(plan->runs, plan->run_count, sizeof(*plan->runs), compare_runs);
}

static void make_nodes(struct plan *plan)
{
	size_t kept = 0;

	for (size_t i = 0; i < plan->run_count; i++) {
		if (plan->runs[i].caller[0] != '\0')
			plan->nodes[plan->node_count++].name = plan->runs[i].caller;
		plan->nodes[plan->node_count++].name = plan->runs[i].service;
	}
	if (plan->node_count > 1)
		qsort(plan->nodes, plan->node_count, sizeof(*plan->nodes), compare_nodes);
	for (size_t i = 0; i < plan->node_count; i++)
		if (kept == 0 || strcmp(plan->nodes[kept - 1].name, plan->nodes[i].name) != 0)
			plan->nodes[kept++].name = plan->nodes[i].name;
	plan->node_count = kept;
	for (size_t i = 0; i < plan->run_count; i++) {
		const struct edge_run *run = &plan->runs[i];
		struct node *caller = node_named(plan, run->caller);

		if (caller)
			caller->calls += run->sum.rate;
		/* Who calls only itself is called by nobody. */
		if (strcmp(run->caller, run->service) != 0)
			node_named(plan, run->service)->called = true;
	}
}

static struct map_row *add_row(struct map_row **rows, size_t *count, size_t *cap)
{
	array_reserve(rows, cap, *count + 1, sizeof(**rows));
	memset(&(*rows)[*count], 0, sizeof(**rows));
	return &(*rows)[(*count)++];
}

static struct map_row *tree_row(struct plan *plan)
{
	struct map_tree *tree = plan->tree;

	return add_row(&tree->rows, &tree->count, &tree->cap);
}

/* The first run of a caller; plan->run_count when it calls nobody. */
static size_t runs_of(const struct plan *plan, const char *caller)
{
	size_t low = 0;
	size_t high = plan->run_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(plan->runs[middle].caller, caller) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < plan->run_count && strcmp(plan->runs[low].caller, caller) == 0
		       ? low
		       : plan->run_count;
}

/* Rows of the versions that served the calls, when it was not stable alone. */
static void add_versions(struct plan *plan, const struct edge_run *run, int depth)
{
	const struct map_call *calls = plan->calls + run->from;
	size_t i = 0;

	while (i < run->count) {
		struct map_row *row = tree_row(plan);
		size_t from = i;

		row->kind = MAP_VERSION;
		row->more = MAP_LEAF;
		row->depth = depth;
		row->caller = run->caller;
		row->service = run->service;
		row->version = calls[i].version;
		row->ephemeral = calls[i].ephemeral;
		for (; i < run->count && strcmp(calls[i].version, row->version) == 0; i++)
			add_call(&row->sum, &calls[i]);
		weigh_losses(&row->sum, plan->refs + run->from + from, i - from);
		row->share = run->sum.rate > 0 ? row->sum.rate / run->sum.rate : 0;
	}
}

/* The one version that served all of it, where that needs no row of its own; NULL when there is more to say. */
static const char *only_version(const struct plan *plan, const struct edge_run *run)
{
	const struct map_call *calls = plan->calls + run->from;

	for (size_t i = 0; i < run->count; i++)
		if ((calls[i].ephemeral && !plan->tree->inline_versions) ||
			strcmp(calls[i].version, calls[0].version) != 0)
			return NULL;
	return run->count > 0 ? calls[0].version : NULL;
}

static enum map_more more_of(const struct plan *plan, const struct node *node)
{
	if (node->visit == VISIT_UNDER_WAY)
		return MAP_CYCLE;
	if (runs_of(plan, node->name) == plan->run_count)
		return MAP_LEAF;
	if (node->visit == VISIT_DONE)
		return MAP_ABOVE;
	return plan->is_folded && plan->is_folded(plan->arg, node->name) ? MAP_FOLDED : MAP_OPEN;
}

static void visit(struct plan *plan, struct node *node, int depth);

static void visit_run(struct plan *plan, const struct edge_run *run, double of, int depth)
{
	struct node *node = node_named(plan, run->service);
	struct map_row *row = tree_row(plan);
	bool open;

	row->kind = MAP_SERVICE;
	row->more = more_of(plan, node);
	row->depth = depth;
	row->caller = run->caller;
	row->service = run->service;
	row->version = only_version(plan, run);
	row->ephemeral = row->version && plan->calls[run->from].ephemeral;
	row->sum = run->sum;
	row->share = of > 0 ? run->sum.rate / of : 0;
	if (row->more == MAP_FOLDED) {
		node->visit = VISIT_DONE;
		return;
	}
	open = row->more == MAP_OPEN;
	if (!row->version)
		add_versions(plan, run, depth + 1); /* and `row` may have moved */
	if (open)
		visit(plan, node, depth + 1);
	else if (node->visit == VISIT_NOT_YET)
		node->visit = VISIT_DONE; /* a leaf */
}

static void visit(struct plan *plan, struct node *node, int depth)
{
	node->visit = VISIT_UNDER_WAY;
	for (size_t i = runs_of(plan, node->name);
		i < plan->run_count && strcmp(plan->runs[i].caller, node->name) == 0; i++)
		visit_run(plan, &plan->runs[i], node->calls, depth);
	node->visit = VISIT_DONE;
}

static void visit_outside(struct plan *plan)
{
	size_t first = runs_of(plan, "");
	struct map_row *row;
	bool folded = plan->is_folded && plan->is_folded(plan->arg, "");

	for (size_t i = first; i < plan->run_count && plan->runs[i].caller[0] == '\0'; i++) {
		struct map_sum *sum = &plan->tree->outside;

		sum->rate += plan->runs[i].sum.rate;
		sum->errors += plan->runs[i].sum.errors;
		sum->count += plan->runs[i].sum.count;
		if (plan->runs[i].sum.p95_ms > sum->p95_ms)
			sum->p95_ms = plan->runs[i].sum.p95_ms;
	}
	if (first == plan->run_count)
		return;
	row = tree_row(plan);
	row->kind = MAP_OUTSIDE;
	row->more = folded ? MAP_FOLDED : MAP_OPEN;
	row->caller = row->service = "";
	row->sum = plan->tree->outside;
	row->share = 1;
	for (size_t i = first; !folded && i < plan->run_count && plan->runs[i].caller[0] == '\0';
		i++)
		visit_run(plan, &plan->runs[i], plan->tree->outside.rate, 1);
}

/* Those nobody outside leads to: first who is called by nobody, then what only goes round. */
static void visit_rest(struct plan *plan, bool called)
{
	for (size_t i = 0; i < plan->node_count; i++) {
		struct node *node = &plan->nodes[i];
		struct map_row *row;

		if (node->visit != VISIT_NOT_YET || node->called != called)
			continue;
		row = tree_row(plan);
		row->kind = MAP_SERVICE;
		row->more = more_of(plan, node);
		row->caller = "";
		row->service = node->name;
		row->root = true;
		if (row->more == MAP_OPEN)
			visit(plan, node, 1);
		node->visit = VISIT_DONE;
	}
}

/* What a fold hides is no root. */
static void mark_hidden(struct plan *plan, struct node *node)
{
	for (size_t i = runs_of(plan, node->name);
		i < plan->run_count && strcmp(plan->runs[i].caller, node->name) == 0; i++) {
		struct node *next = node_named(plan, plan->runs[i].service);

		if (next->visit != VISIT_NOT_YET)
			continue;
		next->visit = VISIT_DONE;
		mark_hidden(plan, next);
	}
}

static void mark_folded(struct plan *plan)
{
	for (size_t i = 0; i < plan->tree->count; i++) {
		const struct map_row *row = &plan->tree->rows[i];
		struct node outside = {.name = ""};

		if (row->more == MAP_FOLDED)
			mark_hidden(plan, row->kind == MAP_OUTSIDE
						  ? &outside
						  : node_named(plan, row->service));
	}
}

void map_tree_init(struct map_tree *tree)
{
	memset(tree, 0, sizeof(*tree));
}

void map_tree_finish(struct map_tree *tree)
{
	free(tree->rows);
	memset(tree, 0, sizeof(*tree));
}

void map_tree_build(struct map_tree *tree, const struct map_call *calls, size_t count,
	bool (*is_folded)(void *arg, const char *service), void *arg)
{
	struct plan plan = {.tree = tree, .call_count = count, .is_folded = is_folded, .arg = arg};

	tree->count = 0;
	memset(&tree->outside, 0, sizeof(tree->outside));
	plan.calls = xcalloc(count + 1, sizeof(*plan.calls));
	plan.refs = xcalloc(count + 1, sizeof(*plan.refs));
	plan.runs = xcalloc(count + 1, sizeof(*plan.runs));
	plan.nodes = xcalloc(2 * count + 1, sizeof(*plan.nodes));
	if (count > 0) {
		memcpy(plan.calls, calls, count * sizeof(*calls));
		qsort(plan.calls, count, sizeof(*calls), compare_calls);
	}
	for (size_t i = 0; i < count; i++)
		plan.refs[i] = &plan.calls[i];
	make_runs(&plan);
	make_nodes(&plan);
	tree->services = plan.node_count;
	visit_outside(&plan);
	mark_folded(&plan);
	visit_rest(&plan, false);
	mark_folded(&plan);
	visit_rest(&plan, true);
	free(plan.calls);
	free(plan.refs);
	free(plan.runs);
	free(plan.nodes);
}

/* ---- one side of a service ---- */

void map_side_finish(struct map_side *side)
{
	free(side->rows);
	memset(side, 0, sizeof(*side));
}

/* A call as seen from one end: the other service, and its version. */
struct far_end {
	const struct map_call *call;
	const char *service, *version;
	double rate; /* of all to or from that service: the order */
};

static int compare_names(const void *left, const void *right)
{
	const struct far_end *a = left;
	const struct far_end *b = right;
	int order = strcmp(a->service, b->service);

	return order != 0 ? order : strcmp(a->version, b->version);
}

static int compare_ends(const void *left, const void *right)
{
	const struct far_end *a = left;
	const struct far_end *b = right;

	if (a->rate != b->rate)
		return a->rate > b->rate ? -1 : 1;
	return compare_names(left, right);
}

/* The end of those of the same service, and with `same_version` of the same version. */
static size_t run_end(const struct far_end *ends, size_t count, size_t from, bool same_version)
{
	size_t to = from + 1;

	while (to < count && strcmp(ends[to].service, ends[from].service) == 0 &&
		(!same_version || strcmp(ends[to].version, ends[from].version) == 0))
		to++;
	return to;
}

static void weigh_services(struct far_end *ends, size_t count)
{
	size_t to;

	for (size_t from = 0; from < count; from = to) {
		double rate = 0;

		to = run_end(ends, count, from, false);
		for (size_t i = from; i < to; i++)
			rate += ends[i].call->rate;
		for (size_t i = from; i < to; i++)
			ends[i].rate = rate;
	}
}

static size_t collect(struct far_end *ends, const struct map_call *calls, size_t count,
	const char *service, bool callers)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		const struct map_call *call = &calls[i];

		if (strcmp(callers ? call->service : call->caller, service) != 0)
			continue;
		ends[found++] = (struct far_end){call, callers ? call->caller : call->service,
			callers ? call->caller_version : call->version, 0};
	}
	if (found > 1)
		qsort(ends, found, sizeof(*ends), compare_names);
	weigh_services(ends, found);
	if (found > 1)
		qsort(ends, found, sizeof(*ends), compare_ends);
	return found;
}

/* Where stable alone is there, it needs no row of its own. */
static void merge_lone(struct map_side *side)
{
	size_t kept = 0;

	for (size_t i = 0; i < side->count; i++) {
		const struct map_row *row = &side->rows[i];
		bool lone = row->kind == MAP_VERSION && !row->ephemeral &&
			    side->rows[i - 1].kind == MAP_SERVICE &&
			    (i + 1 == side->count || side->rows[i + 1].kind != MAP_VERSION);

		if (lone)
			side->rows[kept - 1].version = row->version;
		else
			side->rows[kept++] = *row;
	}
	side->count = kept;
}

struct side_plan {
	struct map_side *side;
	const struct far_end *ends;
	const struct map_call **refs; /* of the same */
	bool callers;
};

static struct map_row *side_row(const struct side_plan *plan, size_t from, size_t to)
{
	struct map_side *side = plan->side;
	const struct far_end *end = &plan->ends[from];
	struct map_row *row = add_row(&side->rows, &side->count, &side->cap);

	row->caller = end->call->caller;
	row->service = end->service;
	row->kind = plan->callers && end->service[0] == '\0' ? MAP_OUTSIDE : MAP_SERVICE;
	row->more = MAP_LEAF;
	for (size_t i = from; i < to; i++)
		add_call(&row->sum, plan->ends[i].call);
	weigh_losses(&row->sum, plan->refs + from, to - from);
	return row;
}

static void add_side_versions(const struct side_plan *plan, size_t from, size_t to)
{
	size_t next;

	for (; from < to; from = next) {
		const struct far_end *end = &plan->ends[from];
		struct map_row *row;

		next = run_end(plan->ends, to, from, true);
		row = side_row(plan, from, next);
		row->kind = MAP_VERSION;
		row->depth = 1;
		row->version = end->version;
		row->ephemeral = plan->callers ? end->call->caller_ephemeral : end->call->ephemeral;
	}
}

void map_side_build(struct map_side *side, const struct map_call *calls, size_t count,
	const char *service, bool callers)
{
	struct far_end *ends = xcalloc(count + 1, sizeof(*ends));
	const struct map_call **refs = xcalloc(count + 1, sizeof(*refs));
	struct side_plan plan = {side, ends, refs, callers};
	size_t found = collect(ends, calls, count, service, callers);
	size_t to;

	side->count = 0;
	memset(&side->sum, 0, sizeof(side->sum));
	for (size_t i = 0; i < found; i++) {
		refs[i] = ends[i].call;
		add_call(&side->sum, ends[i].call);
	}
	for (size_t from = 0; from < found; from = to) {
		to = run_end(ends, found, from, false);
		(void)side_row(&plan, from, to);
		if (ends[from].service[0] != '\0')
			add_side_versions(&plan, from, to);
	}
	merge_lone(side);
	for (size_t i = 0; i < side->count; i++)
		side->rows[i].share =
			side->sum.rate > 0 ? side->rows[i].sum.rate / side->sum.rate : 0;
	free(ends);
	free(refs);
}
