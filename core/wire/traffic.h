/*
 * Stats as an entry of GET /v1/traffic. Before the stats stand the members that say of what: service
 * and version (null when nobody served), for an edge with the caller before them, or session.
 *
 *   {"caller":"gateway@1.2","service":"cart","version":"pr-482",
 *    "rate":12.1,"share_4xx":0.01,"share_5xx":0,"p50_ms":3.1,"p95_ms":9,"p99_ms":20.5,"count":726,
 *    "bytes_in":310,"bytes_out":1882,"last_seen":"…","history":[0, … 60 counts, oldest first]}
 *
 * An edge has "lost" and "lost_trace" after the version: how many of `count` had lost their session at the caller,
 * and the trace of the newest of them or null. An edge of one session has "pinned" and "without", too.
 */
#ifndef UMBRA_WIRE_TRAFFIC_H
#define UMBRA_WIRE_TRAFFIC_H

#include <cjson/cJSON.h>

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/strbuf.h"
#include "core/model/sliding_window.h"

/* The members of the stats, into an open object. */
void wire_write_stats(struct json_writer *w, const struct stats *stats);
/*
 * Appends to `key` what the stats are of: "cart@pr-482", "cart" when nobody served, "gateway@1.2
 * cart@pr-482" for an edge, a session's key. ERR_BAD_JSON says which member is missing or wrong.
 */
enum err wire_read_stats(
	const cJSON *object, struct strbuf *key, struct stats *ret_stats, struct errbuf *eb);

#endif
