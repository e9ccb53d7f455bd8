/*
 * Problem details (RFC 9457): {"type":"urn:umbra:problem:CODE","title","status","code","detail","field",
 * "expected"}, with members of the case at hand beside them (`near`, `tombstone`, `known`).
 */
#ifndef UMBRA_WIRE_PROBLEM_H
#define UMBRA_WIRE_PROBLEM_H

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/str.h"

#define PROBLEM_MEDIA_TYPE "application/problem+json"

/* Writes the members into an open object, so that the caller can add its own. */
void wire_write_problem(struct json_writer *w, const struct errbuf *eb);
/* Fills `eb` from a response body; a body that is no problem gives ERR_FAILED and the status in the text. */
void wire_read_problem(struct str body, int http_status, struct errbuf *eb);

#endif
