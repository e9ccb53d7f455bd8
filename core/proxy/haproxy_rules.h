/*
 * The parts of HAProxy's configuration that are the same for every environment: how a request is read, what
 * is answered and logged, and the map files that hold a regular expression or a small table.
 */
#ifndef UMBRA_PROXY_HAPROXY_RULES_H
#define UMBRA_PROXY_HAPROXY_RULES_H

#include <stddef.h>

/* The frontend's name; no service can have it. */
#define RULES_FRONTEND "umbra:in"

/* The named defaults sections. */
extern const char rules_base[];
extern const char rules_lenient[];
extern const char rules_strict[];
/* Lines of the frontend, in the order they are used. */
extern const char rules_log_format[];
extern const char rules_service[];
extern const char rules_key[];
extern const char rules_pins[];
extern const char rules_trace[];
extern const char rules_backend[];

struct rules_file {
	const char *name; /* "maps/trace" */
	const char *text;
};
extern const struct rules_file rules_files[];
extern const size_t rules_file_count;

#endif
