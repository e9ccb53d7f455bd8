/*
 * Answers that are one thing: a service, a version, a session, with its tag and how to reach it; or that
 * it is not there, with what was meant or what became of it.
 */
#ifndef UMBRA_API_RESPOND_H
#define UMBRA_API_RESPOND_H

#include "core/api/exchange.h"
#include "core/model/environment.h"
#include "core/model/not_found.h"
#include "core/plane/plane.h"

/* Writes the body and the ETag; the caller replies. */
void respond_object(struct exchange *exchange, enum object_kind kind, const void *record);
/* The same of what a write came to, with what else it has made or brought back. */
void respond_written(
	struct exchange *exchange, enum object_kind kind, const struct plane_result *written);
/*
 * Takes out of the exchange's body what an answer has besides the fields: how_to of a version only when it says what
 * the answer for `current` (NULL: there is none) says. A client that sends back what it read does nothing wrong.
 */
void respond_strip(struct exchange *exchange, enum object_kind kind, const void *current);
/* The service where requests come in, borrowed; NULL while it is not known, or is there no more. */
const char *respond_entrance(const struct api *api);

/* Each ends the exchange as core/model/not_found.h says: 404 with near names, or 410 and the tombstone. */
void respond_missing(
	struct exchange *exchange, const struct not_found *missing, const struct errbuf *eb);
void respond_no_service(struct exchange *exchange, const char *service);
void respond_no_version(struct exchange *exchange, const char *service, const char *version);
void respond_no_session(struct exchange *exchange, const char *key);

#endif
