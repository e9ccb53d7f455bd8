/*
 * Durable state behind one asynchronous vtable.
 *
 * A store keeps rows (kind, id, JSON text) and a few named numbers; it knows nothing of what they mean.
 * It is loaded once, before the loop runs, and then takes batches. A batch is all or nothing. Batches are
 * made durable in the order they were committed, several at a time where that saves a sync, and `done` is
 * called on the loop, in that order, after the bytes are on the disk. When a batch fails, those committed
 * after it and not yet reported fail too; a store may recover for later ones.
 */
#ifndef UMBRA_STORE_STORE_H
#define UMBRA_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

struct event_base;
struct store;

/* Kinds of rows. Values are on the disk: append only. */
enum row_kind {
	ROW_SERVICE = 1,
	ROW_VERSION = 2,
	ROW_SESSION = 3,
	ROW_TOMBSTONE = 4,
	ROW_EVENT = 5, /* id is row_event_id(seq); such rows are only appended and trimmed */
	ROW_META = 6, /* "epoch", "revision-ceiling", "probe" (the store's own) ... */
};

struct row {
	enum row_kind kind;
	char *id; /* owned by the batch */
	char *json; /* NULL deletes */
};

struct batch {
	struct row *rows;
	size_t count;
	size_t cap;
	int64_t trim_events_below; /* rows of events with a lower seq may go; 0: none */
};

void batch_init(struct batch *batch);
void batch_finish(struct batch *batch);
/* `json` NULL deletes. Both are copied. */
void batch_put(struct batch *batch, enum row_kind kind, const char *id, const char *json);

/* A sequence number with zeros in front, so that the order of ids is that of the numbers. */
enum { ROW_EVENT_ID_SIZE = 20 };
void row_event_id(int64_t seq, char dst[ROW_EVENT_ID_SIZE]);

typedef void (*store_done_fn)(void *arg, enum err err, const struct errbuf *eb);
/*
 * Called for each row, in order of kind and id. False, with why in `eb`: the row cannot be used. It stays in
 * the store, is counted and named in the damage, and the load goes on.
 */
typedef bool (*store_row_fn)(
	void *arg, enum row_kind kind, struct str id, struct str json, struct errbuf *eb);

struct store_ops {
	const char *name;
	/* Blocking; only before the loop runs. */
	enum err (*load)(struct store *store, store_row_fn row, void *arg, struct errbuf *eb);
	/* Takes the rows over and leaves `batch` empty. `done` may be NULL. */
	void (*commit)(struct store *store, struct batch *batch, store_done_fn done, void *arg);
	/* Finishes what was committed (their `done` are called), then closes. */
	void (*destroy)(struct store *store);
	/* For status: the members of a JSON object (driver, pending batches, size, last error), without braces; "" when `dst` is too small. */
	void (*describe)(const struct store *store, char *dst, size_t size_bytes);
	/*
	 * Whether what is committed now can be stored; else `why` gets a sentence: a file is gone, or the last
	 * write failed. The driver finds the end of both by itself. NULL: always.
	 */
	bool (*ready)(const struct store *store, char *why, size_t size_bytes);
};

/* What was found to be wrong while opening and loading. */
struct store_damage {
	char text[768]; /* what happened to the file, and where it is kept; "" when nothing */
	size_t lost; /* rows that are not there any more, or cannot be used */
	char **names; /* of the first LOST_NAMES of them, with a reason where there is one */
	size_t name_count;
	size_t name_cap;
};

enum { LOST_NAMES = 1000 };

/* Every driver's struct begins with this. */
struct store {
	const struct store_ops *ops;
	struct store_damage damage;
};

/* `why` may be NULL. */
void store_damage_add(
	struct store_damage *damage, enum row_kind kind, struct str id, const char *why);
/* The sentence about the file. */
void store_damage_say(struct store_damage *damage, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool store_is_damaged(const struct store *store);
void store_damage_finish(struct store_damage *damage);

static inline enum err store_load(
	struct store *store, store_row_fn row, void *arg, struct errbuf *eb)
{
	return store->ops->load(store, row, arg, eb);
}

static inline void store_commit(
	struct store *store, struct batch *batch, store_done_fn done, void *arg)
{
	store->ops->commit(store, batch, done, arg);
}

static inline void store_describe(const struct store *store, char *dst, size_t size_bytes)
{
	store->ops->describe(store, dst, size_bytes);
}

static inline bool store_ready(const struct store *store, char *why, size_t size_bytes)
{
	return store->ops->ready == NULL || store->ops->ready(store, why, size_bytes);
}

static inline void store_destroy(struct store *store)
{
	if (store == NULL)
		return;
	store_damage_finish(&store->damage);
	store->ops->destroy(store);
}

/*
 * SQLite, WAL, synchronous=FULL, one writer thread, group commit. `dir` is made when missing (mode 0700);
 * the file is dir/state.db, and dir/lock keeps a second control plane out. Errors name the file and what to
 * do: not writable, of a newer schema, not a database, locked by pid N.
 *
 * Each row has a checksum, and its name stands in a second place of the file; dir/state.commits says how many
 * commits there were. So a file that is damaged anywhere is noticed when it is opened: it is kept beside the
 * new one, into which goes all that can be read, and the rest is in `damage`. A file that was removed or
 * replaced while it is open is noticed too: what is committed then fails, and `ready` says why.
 */
struct store *store_sqlite_open(struct event_base *base, const char *dir, struct errbuf *eb);

#endif
