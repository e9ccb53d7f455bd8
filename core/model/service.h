/*
 * A service: what requests are addressed to. It always has the versions of environment.h beside it;
 * `stable` repeats the name of the stable one, so that whoever shows a service needs no second look.
 */
#ifndef UMBRA_MODEL_SERVICE_H
#define UMBRA_MODEL_SERVICE_H

#include <stdint.h>

#include "core/model/schema.h"

enum protocol { PROTOCOL_HTTP1, PROTOCOL_H2C, PROTOCOL_COUNT };
extern const char *const protocol_names[PROTOCOL_COUNT + 1];

/* What a check asks. A service without a word about it has HTTP when it has a path, and TCP else. */
enum health_type { HEALTH_TCP, HEALTH_HTTP, HEALTH_GRPC, HEALTH_TYPE_COUNT };
extern const char *const health_type_names[HEALTH_TYPE_COUNT + 1];

struct service {
	unsigned refs;
	char *name;
	struct strlist hosts;
	int health_type; /* enum health_type */
	char *health_path; /* of HEALTH_HTTP */
	int64_t health_port; /* 0: the endpoint's */
	int64_t health_interval_ms; /* 0: the default, 2 s */
	int protocol; /* enum protocol */
	int64_t connect_timeout_ms; /* of each of these, 0: the default of base/limits.h */
	int64_t response_timeout_ms;
	int64_t idle_timeout_ms;
	char *owner;
	char *repository;
	char *description;
	char *refused; /* the proxy's words why it leaves the service out; NULL: it does not */
	char *stable; /* name of the stable version, NULL without one; kept by the environment's owner */
	int64_t revision;
};

extern const struct record_type service_type;

/* What is only shown: a proxy that routes to the service need not know it. */
uint64_t service_mask_shown(void);
/* The check a path (or none) stands for, where no type is said. */
enum health_type service_health_default(const struct service *service);

#endif
