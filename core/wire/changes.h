/*
 * The lines of the changes feed (GET /v1/changes, NDJSON):
 *
 *   {"epoch":"...","since":R,"full":false}
 *   {"service":{...}}  {"version":{...}}  {"session":{...}}  {"removed":{"kind":"version","id":"cart@pr-1"}}
 *   {"revision":N}
 *
 * A client that did not see the last line discards the batch.
 */
#ifndef UMBRA_WIRE_CHANGES_H
#define UMBRA_WIRE_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/strbuf.h"
#include "core/model/environment.h"

enum feed_line_kind { FEED_FIRST, FEED_CHANGE, FEED_LAST };

struct feed_line {
	enum feed_line_kind kind;
	char epoch[EPOCH_SIZE]; /* first */
	int64_t since;
	bool full;
	struct change change; /* change; the reader owns it */
	int64_t revision; /* last */
};

/* Each appends one line with its newline. Tombstones are not written. */
void wire_write_feed_first(struct strbuf *out, const char *epoch, int64_t since, bool full);
void wire_write_feed_change(struct strbuf *out, const struct change *change);
void wire_write_feed_last(struct strbuf *out, int64_t revision);
enum err wire_read_feed_line(struct str text, struct feed_line *ret_line, struct errbuf *eb);

#endif
