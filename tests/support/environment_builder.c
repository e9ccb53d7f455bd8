/* Puts things into environments, as the plane does: by changes. Used by the unit tests of the pure parts. */
#include "tests/support/environment_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

void environment_put(struct environment *env, enum object_kind kind, void *record)
{
	struct change change;

	change_init(&change, kind, record, env->revision + 1);
	assert_true(environment_apply(env, &change));
	change_finish(&change);
	record_unref(object_type(kind), record);
}

void environment_put_service(struct environment *env, const char *name)
{
	struct service *service = record_create(&service_type);

	text_set(&service->name, name);
	environment_put(env, OBJECT_SERVICE, service);
}
