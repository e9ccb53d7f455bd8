/*
 * Answers that are one thing: a service, a version, a session, with its tag and how to reach it; or that
 * it is not there, with what was meant or what became of it.
 */
#ifndef UMBRA_API_ANSWER_H
#define UMBRA_API_ANSWER_H

#include "core/api/call.h"
#include "core/model/environment.h"
#include "core/model/missing.h"
#include "core/plane/plane.h"

/* Writes the body and the ETag; the caller replies. */
void answer_thing(struct call *call, enum thing thing, const void *record);
/* The same of what a write came to, with what else it has made or brought back. */
void answer_written(struct call *call, enum thing thing, const struct plane_result *written);
/*
 * Takes out of the call's body what an answer has besides the fields: how_to only when it says what the
 * answer for `current` (NULL: there is none) says. A client that sends back what it read does nothing wrong.
 */
void answer_strip(struct call *call, enum thing thing, const void *current);
/* Its revision. */
int64_t thing_revision(enum thing thing, const void *record);

/* Each ends the call as core/model/missing.h says: 404 with near names, or 410 and the tombstone. */
void answer_missing(struct call *call, const struct missing *missing, const struct errbuf *eb);
void answer_no_service(struct call *call, const char *service);
void answer_no_version(struct call *call, const char *service, const char *version);
void answer_no_session(struct call *call, const char *key);

#endif
