/* An environment that a unit test makes by hand: things put into it, one revision each. */
#ifndef UMBRA_TESTS_SUPPORT_ENVIRONMENT_BUILDER_H
#define UMBRA_TESTS_SUPPORT_ENVIRONMENT_BUILDER_H

#include "core/model/environment.h"

/* Takes over the caller's reference; fails the test when there is no place for it. */
void environment_put(struct environment *env, enum object_kind kind, void *record);
/* A service with nothing but its name. */
void environment_put_service(struct environment *env, const char *name);

#endif
