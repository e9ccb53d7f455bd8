/*
 * What all stores share: batches of rows. The plane fills them, a driver takes them over.
 */
#include "core/store/store.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/xalloc.h"

enum { LIMIT_ROW_NAME = 128 }; /* bytes of it that are told */

void batch_init(struct batch *batch)
{
	*batch = (struct batch){0};
}

void batch_finish(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		free(batch->rows[i].id);
		free(batch->rows[i].json);
	}
	free(batch->rows);
	batch_init(batch);
}

void batch_put(struct batch *batch, enum row_kind kind, const char *id, const char *json)
{
	array_reserve(&batch->rows, &batch->cap, batch->count + 1, sizeof(*batch->rows));
	batch->rows[batch->count++] =
		(struct row){.kind = kind, .id = xstrdup(id), .json = xstrdup(json)};
}

void row_event_id(int64_t seq, char dst[ROW_EVENT_ID_SIZE])
{
	snprintf(dst, ROW_EVENT_ID_SIZE, "%019" PRId64, seq < 0 ? 0 : seq);
}

static const char *kind_name(enum row_kind kind)
{
	static const char *const names[] = {
		[ROW_SERVICE] = "service",
		[ROW_VERSION] = "version",
		[ROW_SESSION] = "session",
		[ROW_TOMBSTONE] = "what was remembered of",
		[ROW_EVENT] = "event",
		[ROW_META] = "number",
	};

	return (size_t)kind < ARRAY_LEN(names) && names[kind] != NULL ? names[kind] : "row";
}

void store_damage_add(
	struct store_damage *damage, enum row_kind kind, struct str id, const char *why)
{
	char text[512];

	damage->lost++;
	if (damage->name_count == LOST_NAMES)
		return;
	/* An event's id is its number with zeros in front. */
	while (kind == ROW_EVENT && id.n > 1 && id.p[0] == '0')
		id = (struct str){id.p + 1, id.n - 1};
	if (id.n > LIMIT_ROW_NAME)
		id.n = LIMIT_ROW_NAME;
	(void)snprintf(text, sizeof(text), "%s %.*s%s%s", kind_name(kind), STR_ARG(id),
		why != NULL ? ": " : "", why != NULL ? why : "");
	array_reserve(
		&damage->names, &damage->name_cap, damage->name_count + 1, sizeof(*damage->names));
	damage->names[damage->name_count++] = xstrdup(text);
}

void store_damage_say(struct store_damage *damage, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(damage->text, sizeof(damage->text), format, ap);
	va_end(ap);
}

bool store_is_damaged(const struct store *store)
{
	return store->damage.lost > 0 || store->damage.text[0] != '\0';
}

void store_damage_finish(struct store_damage *damage)
{
	for (size_t i = 0; i < damage->name_count; i++)
		free(damage->names[i]);
	free(damage->names);
	*damage = (struct store_damage){0};
}
