/*
 * Health checks in words: what was asked of whom, and what to do about the answer. For whoever has to say why
 * a version is not ready.
 */
#ifndef UMBRA_MODEL_CHECK_H
#define UMBRA_MODEL_CHECK_H

#include "core/base/strbuf.h"
#include "core/model/service.h"
#include "core/model/version.h"

/* "GET http://127.0.0.1:9002/healthz", "a connection to 127.0.0.1:9002 and the same for 1 other
 * endpoint". `service` may be NULL. */
void check_say(struct strbuf *out, const struct service *service, const struct version *version);
/*
 * What to do about a version's state_detail: "nothing listens there; see ...". Nothing, and false, when nothing is
 * known to help.
 */
bool check_say_advice(struct strbuf *out, const struct version *version);

#endif
