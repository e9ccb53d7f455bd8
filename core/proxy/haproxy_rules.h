/*
 * The parts of HAProxy's configuration that are the same for every environment: how a request is read, what
 * is answered and logged, and the map files that hold a regular expression or a small table.
 */
#ifndef UMBRA_PROXY_HAPROXY_RULES_H
#define UMBRA_PROXY_HAPROXY_RULES_H

#include <stddef.h>

/* The frontend's name, and that of the backend for hosts of no service; no service can have them. */
#define RULES_FRONTEND "umbra:in"
#define RULES_UNKNOWN "umbra:unknown"

/* The host of a request: lower case, without its port. */
#define RULES_HOST "capture.req.hdr(0),host_only"
/* The last line of baggage, up to RULES_BAGGAGE_MAX bytes of it. */
#define RULES_BAGGAGE "capture.req.hdr(2)"
/* Captured for the proxy's own answers, see haproxy_answers.h; Accept only as far as "text/html" goes. */
#define RULES_UPGRADE "capture.req.hdr(9)"
#define RULES_ACCEPT "capture.req.hdr(10)"
#define RULES_ORIGIN "capture.req.hdr(11)"
#define RULES_ASKED "capture.req.hdr(12)"
/* The condition that a pinned version serves. */
#define RULES_READY "{ var(txn.reason) -m str pinned direct-pin }"

/* Bytes of a session key and of the baggage that the log line has as they came. */
#define RULES_KEY_MAX 64
#define RULES_BAGGAGE_MAX 1024
/* Digits of a number of hops that are read, and from which one on a request takes the long way. */
#define RULES_HOPS_DIGITS 4
#define RULES_HOPS_DEEP 16
/* The hop at which it is answered 508. */
#define RULES_HOPS_MAX 32

/* The named defaults sections. */
extern const char rules_base[];
extern const char rules_lenient[];
extern const char rules_strict[];
/* Lines of the frontend, in the order they are used. */
extern const char rules_log[];
extern const char rules_captures[];
extern const char rules_service[];
extern const char rules_connect[];
extern const char rules_upgrade[];
extern const char rules_hops[];
extern const char rules_key[];
extern const char rules_carriers[];
extern const char rules_pins[];
extern const char rules_backend[];
/* The last line before a request is sent on, in both backends of a service. */
extern const char rules_loop[];

struct rules_file {
	const char *name; /* "maps/titles" */
	const char *text;
};
extern const struct rules_file rules_files[];
extern const size_t rules_file_count;

#endif
