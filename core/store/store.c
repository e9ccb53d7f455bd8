/*
 * What all stores share: batches of rows. The plane fills them, a driver takes them over.
 */
#include "core/store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"

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
