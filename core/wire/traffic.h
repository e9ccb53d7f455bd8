/*
 * Figures as an entry of GET /v1/traffic:
 *
 *   {"key":"cart@pr-482","rate":12.1,"share_4xx":0.01,"share_5xx":0,"p50_ms":3.1,"p95_ms":9,"p99_ms":20.5,
 *    "count":726,"bytes_in":310,"bytes_out":1882,"last_seen":"…","history":[0, … 60 counts, oldest first]}
 *
 * The key is a version's id, "caller callee" for an edge, a session's key.
 */
#ifndef UMBRA_WIRE_TRAFFIC_H
#define UMBRA_WIRE_TRAFFIC_H

#include <cjson/cJSON.h>

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/str.h"
#include "core/model/window.h"

/* One object, in an open array. */
void wire_write_figures(struct json_writer *w, const char *key, const struct figures *figures);
/* The key is borrowed from the tree. ERR_BAD_JSON says which member is missing or wrong. */
enum err wire_read_figures(
	const cJSON *object, struct str *ret_key, struct figures *ret_figures, struct errbuf *eb);

#endif
