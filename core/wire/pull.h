/*
 * Pull requests as JSON:
 *
 *   {"number":482,"title":"…","url":"…","branch":"…","author":"dev1","state":"ready","services":3,"ready":3,
 *    "created_at":"…","deployed_at":"…","expires_at":"…","rate":0.6,"share_5xx":0,"revision":1041,
 *    "versions":[{… as a version is written …,"newest":true}],"sessions":["checkout-4f2k"]}
 */
#ifndef UMBRA_WIRE_PULL_H
#define UMBRA_WIRE_PULL_H

#include "core/base/json.h"
#include "core/model/pull.h"

/* `key` may be NULL. */
void wire_write_pull(struct json_writer *w, const char *key, const struct pull *pull);

#endif
