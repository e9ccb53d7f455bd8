/*
 * What changed since a revision: every thing once, at its last change, in a list ordered by revision.
 *
 * Landing adds to it, the changes feed reads it. A change of a thing that is in the list moves it to the
 * end, so the list is as long as there are things, not as there were changes. Invariant: a thing that
 * changed after `floor` is in the list.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/plane/internal.h"

void change_log_init(struct change_log *feed, int64_t floor)
{
	*feed = (struct change_log){.entries = hashmap_create(), .floor = floor};
}

static void entry_destroy(struct change_log_entry *entry)
{
	change_finish(&entry->change);
	free(entry);
}

void change_log_finish(struct change_log *feed)
{
	while (feed->first != NULL) {
		struct change_log_entry *entry = feed->first;

		feed->first = entry->next;
		entry_destroy(entry);
	}
	hashmap_destroy(feed->entries, NULL);
}

static void unlink_entry(struct change_log *feed, struct change_log_entry *entry)
{
	*(entry->prev != NULL ? &entry->prev->next : &feed->first) = entry->next;
	*(entry->next != NULL ? &entry->next->prev : &feed->last) = entry->prev;
}

static void append_entry(struct change_log *feed, struct change_log_entry *entry)
{
	entry->prev = feed->last;
	entry->next = NULL;
	*(feed->last != NULL ? &feed->last->next : &feed->first) = entry;
	feed->last = entry;
}

static void make_key(struct strbuf *key, const struct change *change)
{
	strbuf_init(key, 512);
	strbuf_add_c(key, object_kind_names[change->kind]);
	strbuf_add_char(key, ':');
	strbuf_add_c(key, change->id);
	assert(strbuf_ok(key));
}

/* The oldest is forgotten: who is that far behind gets everything. */
static void forget_first(struct change_log *feed)
{
	struct change_log_entry *entry = feed->first;
	struct strbuf key;

	feed->floor = entry->change.revision;
	make_key(&key, &entry->change);
	hashmap_remove(feed->entries, strbuf_str(&key));
	strbuf_finish(&key);
	unlink_entry(feed, entry);
	entry_destroy(entry);
}

void change_log_add(struct change_log *feed, const struct change *change)
{
	struct change_log_entry *entry;
	struct strbuf key;

	make_key(&key, change);
	entry = hashmap_get(feed->entries, strbuf_str(&key));
	if (entry != NULL) {
		unlink_entry(feed, entry);
		change_finish(&entry->change);
	} else {
		entry = xcalloc(1, sizeof(*entry));
		hashmap_set(feed->entries, strbuf_str(&key), entry);
	}
	strbuf_finish(&key);
	if (change->record != NULL)
		change_init(&entry->change, change->kind, change->record, change->revision);
	else
		change_init_removed(&entry->change, change->kind, change->id, change->revision);
	append_entry(feed, entry);
	if (hashmap_count(feed->entries) > LIMIT_CHANGES_KEPT)
		forget_first(feed);
}

/* The first entry after `since`. */
static const struct change_log_entry *first_after(const struct change_log *feed, int64_t since)
{
	const struct change_log_entry *entry = feed->last;

	if (entry == NULL || entry->change.revision <= since)
		return NULL;
	while (entry->prev != NULL && entry->prev->change.revision > since)
		entry = entry->prev;
	return entry;
}

/* A version may be older than the last change of its service, and a client may have neither yet. */
static bool goes_first(const struct change *change)
{
	return change->kind == OBJECT_SERVICE && change->record != NULL;
}

bool plane_changes_since(const struct plane *plane, const char *epoch, int64_t since,
	void (*each)(void *arg, const struct change *change), void *arg)
{
	const struct change_log_entry *first = first_after(&plane->feed, since);

	if (!str_eq_c(str_of(epoch), plane->committed.epoch) || since < plane->feed.floor ||
		since > plane->committed.revision)
		return false;
	for (const struct change_log_entry *entry = first; entry != NULL; entry = entry->next) {
		if (goes_first(&entry->change))
			each(arg, &entry->change);
	}
	for (const struct change_log_entry *entry = first; entry != NULL; entry = entry->next) {
		if (!goes_first(&entry->change))
			each(arg, &entry->change);
	}
	return true;
}
