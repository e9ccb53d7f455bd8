/*
 * What a change of a session would do, as JSON and back:
 *
 *   {"dry_run":true,"session":{…},"routes_changed":1,
 *    "changes":[{"service":"cart","before":{"version":"1.0","kind":"stable","reason":"no-session","intended":null,"pin":null},
 *                "after":{"version":"pr-482","kind":"ephemeral","reason":"pinned","intended":null,"pin":"pr-482"},
 *                "sentence":"cart goes from stable 1.0 to pr-482."}],
 *    "unchanged":[{"service":"profile","decision":{…},"gone":null,"sentence":"…"}],"unchanged_total":1}
 *
 * `version` null: nobody serves, the answer is 503.
 */
#ifndef UMBRA_WIRE_SESSION_DIFF_H
#define UMBRA_WIRE_SESSION_DIFF_H

#include <cjson/cJSON.h>

#include "core/base/json.h"
#include "core/model/session_diff.h"

/* `after` and `pr` as given to session_diff_make(). */
void wire_write_session_diff(struct json_writer *w, const struct environment *env,
	const struct session *after, int64_t pr, const struct session_diff *dryrun, int64_t now_ms);

/*
 * One of `changes`, with what it names looked up in `env`. It borrows from both. False when something that it names is
 * not there: one of the two is older than the other.
 */
bool wire_read_session_change(
	const cJSON *item, const struct environment *env, struct session_diff_change *ret_change);

#endif
