/*
 * A service: what requests are addressed to. It always has the versions of environment.h beside it;
 * `stable` repeats the name of the stable one, so that whoever shows a service needs no second look.
 */
#ifndef UMBRA_MODEL_SERVICE_H
#define UMBRA_MODEL_SERVICE_H

#include <stdint.h>

#include "core/model/record.h"

enum protocol { PROTOCOL_HTTP1, PROTOCOL_H2C, PROTOCOL_COUNT };
extern const char *const protocol_names[PROTOCOL_COUNT + 1];

struct service {
	unsigned refs;
	char *name;
	struct strlist hosts;
	char *health_path; /* NULL: a TCP connect is the check */
	int64_t health_interval_ms; /* 0: the default, 2 s */
	int protocol; /* enum protocol */
	char *owner;
	char *repository;
	char *description;
	char *refused; /* the proxy's words why it leaves the service out; NULL: it does not */
	char *stable; /* name of the stable version, NULL without one; kept by the environment's owner */
	int64_t revision;
};

extern const struct record_type service_type;

#endif
