/*
 * HAProxy's configuration and map files as text, from a table. Pure, so that goldens can hold it.
 *
 * One frontend reads a request: service, session key from its carriers, direct pins. The backend of the
 * service (or its strict twin) looks up the pin and names the server. What stands in core/model/routing_context.h
 * and model/decision.h is what it must decide; a test holds the two together on the real HAProxy.
 *
 * The log line is read by haproxy_log.c; the two change together.
 */
#ifndef UMBRA_PROXY_HAPROXY_CONFIG_H
#define UMBRA_PROXY_HAPROXY_CONFIG_H

#include <stdint.h>

#include "core/base/strbuf.h"
#include "core/model/environment.h"
#include "core/proxy/haproxy_mirror.h"

struct config_options {
	const char *dir; /* absolute; sockets are written with it, files relative to it */
	const char *runtime_path; /* the runtime socket, absolute */
	const char *listen; /* "127.0.0.1:8080" */
	const char *domain;
	const char *api_url;
	int64_t revision; /* of the environment the table was made from */
	int64_t generation; /* a number that tells this configuration from those before: `get var proc.generation` */
	int64_t max_files; /* RLIMIT_NOFILE it may have */
	int64_t max_connections;
};

/* The most bytes of configuration: 4,000 services with two backends and 100,000 versions. */
enum { CONFIG_MAX_BYTES = 256 << 20 };

/* haproxy.cfg */
void config_write(
	struct strbuf *out, const struct config_options *options, const struct mirror *table);
/* The part of it that is one service. */
void config_write_service(struct strbuf *out, const struct config_options *options,
	const struct mirror *table, const struct mirror_service *service);
/* The file of `server-state-file-name global`: which endpoints are up, so that a start begins with that. */
void config_write_state(struct strbuf *out, const struct mirror *table);

/*
 * The map files: `each` gets the name, relative to the directory ("maps/cart.pins"), and the text, which is
 * borrowed for the call. Services' maps come from the table, those of sessions from the environment.
 */
typedef void (*config_file_fn)(void *arg, const char *name, struct str text);
void config_each_map(const struct config_options *options, const struct mirror *table,
	const struct environment *env, config_file_fn each, void *arg);

#endif
