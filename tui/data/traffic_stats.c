/*
 * Stats by service and version. Fed by the app, read by the views. Invariant: the sum of a service is
 * that of its entries, kept whenever one of them changes, so that reading costs one look-up; but for its
 * quantiles, which are dear and wait for whoever reads them.
 */
#include "tui/data/traffic_stats.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/hashmap.h"
#include "core/base/xalloc.h"
#include "core/client/client.h"

struct version_entry {
	struct version_entry *next;
	char name[LIMIT_VERSION_NAME + 1];
	struct stats stats;
};

struct service_entry {
	struct version_entry *versions;
	struct stats sum;
	bool blurred; /* its quantiles are worked out when they are read */
};

struct traffic_stats_table {
	struct hashmap *services; /* name -> struct service_entry */
	bool changed; /* by what is being read */
};

static void service_entry_free(void *value)
{
	struct service_entry *entry = value;

	while (entry->versions) {
		struct version_entry *version = entry->versions;

		entry->versions = version->next;
		free(version);
	}
	free(entry);
}

struct traffic_stats_table *traffic_stats_create(void)
{
	struct traffic_stats_table *table = xcalloc(1, sizeof(*table));

	table->services = hashmap_create();
	return table;
}

void traffic_stats_destroy(struct traffic_stats_table *table)
{
	if (!table)
		return;
	hashmap_destroy(table->services, service_entry_free);
	free(table);
}

void traffic_stats_clear(struct traffic_stats_table *table)
{
	hashmap_destroy(table->services, service_entry_free);
	table->services = hashmap_create();
}

/* ---- the quantiles of a sum ---- */

enum { HALVINGS = 24 }; /* of the range: to a ten-millionth of it */

/* The share of a version's requests that took at most `ms`, evenly spread between the quantiles it knows. */
static double share_within(const struct stats *f, double ms)
{
	const struct {
		double ms, share;
	} known[] = {{f->p50_ms, 0.5}, {f->p95_ms, 0.95}, {f->p99_ms, 0.99}, {2 * f->p99_ms, 1}};
	double from_ms = 0, from = 0;

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (ms < known[i].ms)
			return from +
			       (known[i].share - from) * (ms - from_ms) / (known[i].ms - from_ms);
		if (known[i].ms > from_ms)
			from_ms = known[i].ms;
		from = known[i].share;
	}
	return 1;
}

/* Where `share` of the requests of all versions lie, each version by how many it had; 0 without any. */
static double quantile_of_sum(const struct service_entry *entry, double share)
{
	const double wanted = share * (double)entry->sum.count;
	double low = 0, high = 0;

	for (const struct version_entry *v = entry->versions; v; v = v->next)
		if (v->stats.count > 0 && 2 * v->stats.p99_ms > high)
			high = 2 * v->stats.p99_ms;
	for (int i = 0; i < HALVINGS && high > 0; i++) {
		double middle = (low + high) / 2, within = 0;

		for (const struct version_entry *v = entry->versions; v; v = v->next)
			if (v->stats.count > 0)
				within += share_within(&v->stats, middle) * (double)v->stats.count;
		if (within < wanted)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* Of one version alone they are its own, to the digit. */
static void sharpen(struct service_entry *entry)
{
	const struct stats *only = NULL;
	size_t with_requests = 0;

	for (const struct version_entry *v = entry->versions; v; v = v->next) {
		if (v->stats.count > 0) {
			only = &v->stats;
			with_requests++;
		}
	}
	entry->blurred = false;
	entry->sum.p50_ms = with_requests == 1 ? only->p50_ms : quantile_of_sum(entry, 0.50);
	entry->sum.p95_ms = with_requests == 1 ? only->p95_ms : quantile_of_sum(entry, 0.95);
	entry->sum.p99_ms = with_requests == 1 ? only->p99_ms : quantile_of_sum(entry, 0.99);
}

/* ---- the table ---- */

static void sum_up(struct service_entry *entry)
{
	struct stats sum;

	memset(&sum, 0, sizeof(sum));
	for (const struct version_entry *v = entry->versions; v; v = v->next) {
		const struct stats *f = &v->stats;

		sum.rate += f->rate;
		sum.share_4xx += f->share_4xx * f->rate;
		sum.share_5xx += f->share_5xx * f->rate;
		sum.count += f->count;
		sum.bytes_in += f->bytes_in;
		sum.bytes_out += f->bytes_out;
		if (f->last_seen > sum.last_seen)
			sum.last_seen = f->last_seen;
		for (int i = 0; i < WINDOW_SLOTS; i++)
			sum.history[i] += f->history[i];
	}
	if (sum.rate > 0) {
		sum.share_4xx /= sum.rate;
		sum.share_5xx /= sum.rate;
	}
	entry->sum = sum;
	entry->blurred = true;
}

static struct version_entry **find_version(struct service_entry *entry, struct str version)
{
	struct version_entry **at = &entry->versions;

	while (*at && !str_eq_c(version, (*at)->name))
		at = &(*at)->next;
	return at;
}

void traffic_stats_put(struct traffic_stats_table *table, struct str service, struct str version,
	const struct stats *stats)
{
	struct service_entry *entry = hashmap_get(table->services, service);
	struct version_entry **at;

	if (!entry) {
		entry = xcalloc(1, sizeof(*entry));
		hashmap_set(table->services, service, entry);
	}
	at = find_version(entry, version);
	if (!*at) {
		*at = xcalloc(1, sizeof(**at));
		str_copy((*at)->name, sizeof((*at)->name), version);
	}
	(*at)->stats = *stats;
	sum_up(entry);
}

void traffic_stats_remove(struct traffic_stats_table *table, struct str service, struct str version)
{
	struct service_entry *entry = hashmap_get(table->services, service);
	struct version_entry **at = entry ? find_version(entry, version) : NULL;
	struct version_entry *gone = at ? *at : NULL;

	if (!gone)
		return;
	*at = gone->next;
	free(gone);
	sum_up(entry);
}

void traffic_stats_remove_service(struct traffic_stats_table *table, struct str service)
{
	struct service_entry *entry = hashmap_remove(table->services, service);

	if (entry)
		service_entry_free(entry);
}

const struct stats *traffic_stats_version(
	const struct traffic_stats_table *table, struct str service, struct str version)
{
	struct service_entry *entry = hashmap_get(table->services, service);
	struct version_entry *found = entry ? *find_version(entry, version) : NULL;

	return found ? &found->stats : NULL;
}

const struct stats *traffic_stats_service(
	const struct traffic_stats_table *table, struct str service)
{
	struct service_entry *entry = hashmap_get(table->services, service);

	if (entry && entry->blurred)
		sharpen(entry);
	return entry ? &entry->sum : NULL;
}

void traffic_stats_total(const struct traffic_stats_table *table, struct traffic_stats_sum *ret_sum)
{
	size_t cursor = 0;
	struct str name;
	void *value;
	double errors = 0, count = 0;
	struct traffic_stats_sum sum = {0};

	while (hashmap_next(table->services, &cursor, &name, &value)) {
		const struct service_entry *entry = value;

		sum.rate += entry->sum.rate;
		count += (double)entry->sum.count;
		errors += entry->sum.share_5xx * entry->sum.rate;
	}
	if (sum.rate > 0) {
		sum.share_5xx = errors / sum.rate;
		sum.over_s = (int)(count / sum.rate + 0.5);
	}
	*ret_sum = sum;
}

/* ---- GET /v1/traffic ---- */

/* "cart@pr-482", or "cart" for what nobody served. */
static void read_one(void *arg, const char *key, const struct stats *stats)
{
	struct traffic_stats_table *table = arg;
	struct str version = str_of(key);
	struct str service = str_cut(&version, '@');

	traffic_stats_put(table, service, version, stats);
	table->changed = true;
}

bool traffic_stats_read(struct traffic_stats_table *table, struct str body, int64_t *ret_since,
	bool *ret_changed, struct errbuf *eb)
{
	bool good;

	table->changed = false;
	good = client_read_stats(body, read_one, table, ret_since, eb);
	*ret_changed = table->changed;
	return good;
}
