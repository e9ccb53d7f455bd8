/*
 * The lines of the changes feed (GET /v1/changes, NDJSON):
 *
 *   {"epoch":"...","since":R,"full":false}
 *   {"service":{...}}  {"version":{...}}  {"session":{...}}  {"removed":{"kind":"version","id":"cart@pr-1"}}
 *   {"revision":N}
 *
 * A client that did not see the last line discards the batch. One that asked for tombstones gets
 * "tombstones":true in the first line, and lines with what is remembered of the gone:
 *
 *   {"tombstone":{"kind":"version","id":"cart@pr-1","why":"retired",...}}
 *   {"removed":{"kind":"tombstone","id":"version:cart@pr-1"}}
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
	bool tombstones; /* they are in it */
	struct change change; /* change; the reader owns it */
	int64_t revision; /* last */
};

/* Each appends one line with its newline. Of the first line `epoch`, `since`, `full` and `tombstones` count. */
void wire_write_feed_first(struct strbuf *out, const struct feed_line *line);
void wire_write_feed_change(struct strbuf *out, const struct change *change);
void wire_write_feed_last(struct strbuf *out, int64_t revision);
enum err wire_read_feed_line(struct str text, struct feed_line *ret_line, struct errbuf *eb);

#endif
