/*
 * One proxied hop, as logged. A request is made of views into the line it was read from, or into its
 * own block after request_copy(); it has no owner of its fields and is freed with free().
 */
#ifndef UMBRA_MODEL_REQUEST_H
#define UMBRA_MODEL_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/model/decision.h"
#include "core/model/schema.h"

enum answered_by { ANSWERED_BY_VERSION, ANSWERED_BY_PROXY, ANSWERED_BY_COUNT };
extern const char *const answered_by_names[ANSWERED_BY_COUNT + 1];

struct request {
	int64_t seq;
	int64_t time;
	struct str id;
	struct str trace;
	struct str service;
	struct str version;
	struct str pinned; /* the version a pin named, where that did not serve */
	int kind; /* enum version_kind; KIND_COUNT when no version served */
	struct str endpoint;
	struct str session;
	int carrier; /* enum carrier; CARRIER_COUNT is none */
	unsigned carriers; /* bit set over enum carrier, all that were found */
	bool conflict;
	bool malformed; /* a carrier was not as it must be */
	int reason; /* enum reason */
	int intended; /* enum reason that stable-down replaced; REASON_COUNT is none */
	struct str caller; /* "gateway@2026.11.20" */
	struct str method;
	struct str host;
	struct str path;
	int64_t status; /* 0 when the request was cut before one */
	int answered_by;
	struct str error; /* the proxy's word for what went wrong ("connection refused"), or none */
	int64_t retries;
	double total_ms;
	double upstream_ms;
	int64_t bytes_in;
	int64_t bytes_out;
	struct str protocol;
	int64_t revision; /* of the routing table the proxy used */
};

extern const struct record_type request_type;

/* The version that served; where none did, the one that should have. p == NULL without either. */
struct str request_version(const struct request *request);

/* One block that holds the struct and all its text; the caller frees it with free(). */
struct request *request_copy(const struct request *request);
/* Bytes of that block, for rings with a cap. */
size_t request_size(const struct request *request);

#endif
