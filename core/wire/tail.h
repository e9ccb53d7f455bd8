/*
 * The lines of the live tail (GET /v1/requests/tail, NDJSON):
 *
 *   {"seq":90210, … a request record}
 *   {"dropped":N,"why":"…"}             where records were lost; N null when unknown
 *   {"heartbeat":"…time","seq":N}       first of all, and whenever nothing was sent for some seconds
 *
 * The heartbeat's seq is that of the newest record this tail has passed, matching or not: whoever comes
 * back with it misses nothing, also when his filter has matched nothing for hours.
 */
#ifndef UMBRA_WIRE_TAIL_H
#define UMBRA_WIRE_TAIL_H

#include <stdint.h>

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/str.h"
#include "core/base/strbuf.h"
#include "core/model/request.h"

enum tail_line_kind { TAIL_RECORD, TAIL_LOST, TAIL_HEARTBEAT };

struct tail_line {
	enum tail_line_kind kind;
	cJSON *tree; /* what the views point into, NULL: the text itself; the reader deletes it */
	struct request request; /* record */
	int64_t lost; /* lost; -1: unknown how many */
	struct str why; /* lost */
	int64_t seq; /* record, heartbeat; -1: a heartbeat that does not say */
};

/* Each appends one line with its newline. */
void wire_write_tail_record(struct strbuf *out, const struct request *request);
void wire_write_tail_lost(struct strbuf *out, int64_t count, const char *why);
void wire_write_tail_heartbeat(struct strbuf *out, int64_t now_ms, int64_t seq);
/* Views are valid while `text` is. On success the caller ends with cJSON_Delete(ret_line->tree). */
enum err wire_read_tail_line(struct str text, struct tail_line *ret_line, struct errbuf *eb);

#endif
