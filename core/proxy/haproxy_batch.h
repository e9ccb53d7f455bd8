/*
 * Commands for HAProxy's runtime socket (management.txt, "Unix Socket commands"): a batch of lines with the
 * number of replies they cause.
 *
 * What goes into a command comes from outside; the words are checked names, numbers and numeric addresses,
 * none of which can hold a space, a semicolon or a line end. Free text (facts of tombstones) goes as a
 * payload, in which nothing is special but an empty line; it is JSON text, which has no raw line end.
 */
#ifndef UMBRA_PROXY_HAPROXY_BATCH_H
#define UMBRA_PROXY_HAPROXY_BATCH_H

#include <stddef.h>

#include "core/base/str.h"
#include "core/base/strbuf.h"

struct haproxy_batch {
	struct strbuf text;
	size_t replies;
};

void haproxy_batch_init(struct haproxy_batch *commands);
void haproxy_batch_finish(struct haproxy_batch *commands);
void haproxy_batch_reset(struct haproxy_batch *commands);

/* One line; several commands in it are separated by "; " and answered one by one. */
void haproxy_batch_addf(struct haproxy_batch *commands, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* `add map MAP` with one entry whose value may hold spaces. */
void haproxy_batch_add_entry(
	struct haproxy_batch *commands, const char *map, struct str key, struct str value);

/* The command of `text` that is answered as number `at`, counted from 0, without a payload; empty: there is none. */
struct str haproxy_batch_find(struct str text, size_t at);

#endif
