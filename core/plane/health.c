/*
 * Health: what the agent says of endpoints, and the state of versions that follows from it.
 *
 * Reports are kept per endpoint and looked at together, once per turn of the loop, so that a thousand
 * versions that come up at once are one step of the environment. A state changes by a txn without rows;
 * the event of it is a txn of its own that is stored, so that a disk in trouble does not hold the truth
 * back. Invariant: `endpoints` of an entry are those of the visible version.
 */
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/model/name_rules.h"
#include "core/plane/internal.h"

struct health {
	bool known; /* a state was told before: a first "ready" after a start is no news */
	char id[VERSION_ID_SIZE];
	struct strlist endpoints;
	enum endpoint_health up[LIMIT_ENDPOINTS];
	char detail[LIMIT_DETAIL + 1]; /* of the last that went down */
};

static void health_free(void *arg)
{
	struct health *health = arg;

	strlist_finish(&health->endpoints);
	free(health);
}

/* ---- from endpoints to a state ------------------------------------------------------------------- */

static enum endpoint_health endpoint_known(const struct health *health, const char *endpoint)
{
	for (size_t i = 0; health != NULL && i < health->endpoints.count; i++) {
		if (strcmp(health->endpoints.items[i], endpoint) == 0)
			return health->up[i];
	}
	return ENDPOINT_UNKNOWN;
}

static void set_detail(struct version *version, const struct health *health, size_t down)
{
	struct strbuf text;

	strbuf_init(&text, LIMIT_DETAIL);
	if (version->state == STATE_READY)
		strbuf_addf(&text, "%zu of %zu endpoints down", down, version->endpoints.count);
	if (health != NULL && health->detail[0] != '\0')
		strbuf_addf(&text, "%s%s", text.len > 0 ? ": " : "", health->detail);
	text_set(&version->state_detail, down > 0 && text.len > 0 ? text.data : NULL);
	strbuf_finish(&text);
}

static void judge(struct plane *plane, const struct health *health, struct version *version)
{
	size_t counts[ENDPOINT_DOWN + 1] = {0};
	int state = STATE_UNHEALTHY;

	for (size_t i = 0; i < version->endpoints.count; i++)
		counts[endpoint_known(health, version->endpoints.items[i])]++;
	if (counts[ENDPOINT_UP] > 0)
		state = STATE_READY;
	else if (counts[ENDPOINT_UNKNOWN] > 0)
		state = STATE_STARTING;
	if (state != version->state || version->state_since == 0)
		version->state_since = plane->now_ms();
	version->state = state;
	version->endpoints_ready = (int64_t)counts[ENDPOINT_UP];
	set_detail(version, health, counts[ENDPOINT_DOWN]);
}

static struct health *find(const struct plane *plane, const char *id)
{
	return hashmap_get(plane->health, str_of(id));
}

void health_judge(struct plane *plane, struct version *version)
{
	char id[VERSION_ID_SIZE];

	name_join_version(str_of(version->service), str_of(version->name), id);
	judge(plane, find(plane, id), version);
}

/* ---- looking at what was reported ---------------------------------------------------------------- */

static struct version *find_version(const struct environment *env, const char *id)
{
	struct str service;
	struct str name;

	if (!name_split_version(str_of(id), &service, &name))
		return NULL;
	return environment_version(env, service, name);
}

static void note_state(
	struct plane *plane, struct health *health, int before, const struct version *now)
{
	struct txn *txn;
	struct strbuf detail;
	struct json_writer w;
	bool known = health->known;

	if (now->state == before || now->state == STATE_STARTING)
		return;
	health->known = true;
	if (now->state == STATE_READY && !known && now->deployed_at < plane->started_at)
		return;
	strbuf_init(&detail, 2048);
	if (now->state_detail != NULL) {
		json_start(&w, &detail);
		json_object(&w, NULL);
		json_c(&w, "state_detail", now->state_detail);
		json_object_end(&w);
	}
	txn = txn_begin(plane, "umbra");
	txn_event(txn, now->state == STATE_READY ? EVENT_VERSION_READY : EVENT_VERSION_UNHEALTHY,
		health->id, NULL, detail.len > 0 ? strbuf_detach(&detail) : NULL);
	strbuf_finish(&detail);
	txn_commit(txn);
}

/*
 * What the version becomes, or NULL when that is nothing new. While a write of it is in txn its
 * endpoints may be others: it is looked at again when that has applied.
 */
static struct version *judged(struct plane *plane, const struct health *health,
	const struct version *visible, const struct version *pending)
{
	struct version *new;

	if (visible == NULL || visible != pending)
		return NULL;
	new = record_clone(&version_type, visible);
	judge(plane, health, new);
	if (!record_equal(&version_type, visible, new, 0))
		return new;
	record_unref(&version_type, new);
	return NULL;
}

struct news {
	struct health *health;
	struct version *version; /* a reference */
	int before; /* its state */
};

struct news_list {
	struct news *items;
	size_t count;
	size_t cap;
};

static void look_at(
	struct plane *plane, struct health *health, struct txn *txn, struct news_list *news)
{
	const struct version *visible = find_version(&plane->committed, health->id);
	const struct version *pending = find_version(&plane->pending, health->id);
	struct version *new = judged(plane, health, visible, pending);

	if (visible != pending)
		reports_defer(plane, REPORT_HEALTH, str_of(health->id));
	if (visible == NULL || new == NULL)
		return;
	array_reserve(&news->items, &news->cap, news->count + 1, sizeof(*news->items));
	news->items[news->count++] = (struct news){health, record_ref(new), visible->state};
	txn_put_volatile(txn, OBJECT_VERSION, new);
}

static void on_health(evutil_socket_t fd, short what, void *arg)
{
	struct plane *plane = arg;
	struct txn *txn = txn_begin(plane, "umbra");
	struct hashmap *ids = reports_take(plane, REPORT_HEALTH);
	struct news_list news = {0};
	size_t cursor = 0;
	struct str id;
	void *value;

	(void)fd;
	(void)what;
	while (hashmap_next(ids, &cursor, &id, &value)) {
		struct health *health = hashmap_get(plane->health, id);

		if (health != NULL)
			look_at(plane, health, txn, &news);
	}
	hashmap_destroy(ids, NULL);
	if (news.count == 0) {
		txn_discard(txn);
		return;
	}
	txn_commit(txn);
	for (size_t i = 0; i < news.count; i++) {
		note_state(
			plane, news.items[i].health, news.items[i].before, news.items[i].version);
		record_unref(&version_type, news.items[i].version);
	}
	free(news.items);
}

/* ---- what comes in ------------------------------------------------------------------------------- */

static struct health *find_or_make(
	struct plane *plane, const struct version *version, const char *id)
{
	struct health *health = find(plane, id);

	if (health != NULL)
		return health;
	health = xcalloc(1, sizeof(*health));
	str_copy(health->id, sizeof(health->id), str_of(id));
	for (size_t i = 0; i < version->endpoints.count; i++)
		strlist_add(&health->endpoints, str_of(version->endpoints.items[i]));
	hashmap_set(plane->health, str_of(id), health);
	return health;
}

void plane_report_health(struct plane *plane, struct str service, struct str version,
	size_t endpoint_index, enum endpoint_health up, const char *detail)
{
	const struct version *visible = environment_version(&plane->committed, service, version);
	char id[VERSION_ID_SIZE];
	struct health *health;

	if (visible == NULL || endpoint_index >= visible->endpoints.count)
		return;
	name_join_version(service, version, id);
	health = find_or_make(plane, visible, id);
	health->up[endpoint_index] = up;
	if (up == ENDPOINT_DOWN)
		str_copy(health->detail, sizeof(health->detail), str_of(detail));
	reports_add(plane, REPORT_HEALTH, str_of(id));
}

static void follow_endpoints(struct health *health, const struct version *version)
{
	enum endpoint_health up[LIMIT_ENDPOINTS] = {ENDPOINT_UNKNOWN};

	for (size_t i = 0; i < version->endpoints.count; i++)
		up[i] = endpoint_known(health, version->endpoints.items[i]);
	strlist_finish(&health->endpoints);
	for (size_t i = 0; i < version->endpoints.count; i++)
		strlist_add(&health->endpoints, str_of(version->endpoints.items[i]));
	memcpy(health->up, up, sizeof(up));
}

static void health_committed(struct plane *plane, const struct change *change)
{
	struct health *health = change->kind == OBJECT_VERSION ? find(plane, change->id) : NULL;
	const struct version *now = change->record;

	if (health != NULL && now == NULL) {
		health_free(hashmap_remove(plane->health, str_of(change->id)));
	} else if (health != NULL && !strlist_equal(&health->endpoints, &now->endpoints)) {
		follow_endpoints(health, now);
		reports_add(plane, REPORT_HEALTH, str_of(change->id));
	}
}

static bool health_aborted(struct plane *plane, const struct change *change)
{
	if (change->kind != OBJECT_VERSION || find(plane, change->id) == NULL)
		return false;
	reports_defer(plane, REPORT_HEALTH, str_of(change->id));
	return true;
}

const struct txn_hook health_hook = {.committed = health_committed, .aborted = health_aborted};

bool health_init(struct plane *plane)
{
	plane->health = hashmap_create();
	return reports_init(plane, REPORT_HEALTH, on_health);
}

void health_finish(struct plane *plane)
{
	reports_finish(plane, REPORT_HEALTH);
	hashmap_destroy(plane->health, health_free);
}
