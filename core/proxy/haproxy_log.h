/*
 * One datagram of HAProxy's log: a request (the log-format of haproxy_rules.c), a word about a server's
 * health, or something else HAProxy had to say. Pure.
 *
 * Whatever a client or a server sent may stand in a line. Fields are separated by one space; those before
 * the path are numbers or words that our rules cannot let hold a space, the path holds none because HAProxy
 * refuses such requests. The rest of the line is what was captured of the request, as it came, "{host|
 * Routing-Session|baggage|traceparent|...}"; what would be mistaken in it, or in the path, HAProxy writes as #XX.
 *
 * Of most requests HAProxy has not read the carriers header and baggage, nor the caller, for the log; then
 * the caller's field is empty and they are read here from what was captured. So is the trace where its field
 * is empty.
 */
#ifndef UMBRA_PROXY_HAPROXY_LOG_H
#define UMBRA_PROXY_HAPROXY_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/model/request.h"

enum { LOG_KEY_MAX = 64 }; /* bytes of a session key that count, see RULES_KEY_MAX */

enum log_kind {
	LOG_OTHER,
	LOG_MALFORMED, /* it says it is a request and is none */
	LOG_REQUEST,
	LOG_HEALTH,
};

struct log_health {
	struct str backend;
	struct str server; /* "pr-482:0" */
	bool up;
	int64_t duration_ms; /* of the check, 0 when the line says nothing about it */
	char detail[128]; /* "connection refused"; "" when the line says nothing about it */
};

struct log_record {
	struct request request; /* views into the line and `id`; `kind` and `seq` are not set */
	size_t endpoint_index; /* of the version, SIZE_MAX when no server was chosen */
	int64_t pid; /* the process that wrote it */
	int64_t counter; /* one up with each line of that process */
	char id[48];
	char caller[VERSION_ID_SIZE];
	char keys[2][3 * LOG_KEY_MAX + 1]; /* of header and baggage, when they are no valid keys */
	struct log_health health;
};

/*
 * What a person reads of a failed check in a table: "answered 500", "connection refused", "no answer in time".
 * `reason` is HAProxy's ("Layer4 connection problem"), `code` of an answer and `info` may be empty.
 */
void log_write_detail(
	struct str reason, struct str code, struct str info, char *dst, size_t size_bytes);

/* Changes the line: parts of it are decoded where they stand. */
enum log_kind log_parse(char *line, size_t len, struct log_record *ret_record);

#endif
