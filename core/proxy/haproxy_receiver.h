/*
 * The socket HAProxy sends its log to, and the count of lines that did not arrive.
 *
 * Lines go into a ring in HAProxy's memory and from there over a stream to us, each with its length before
 * it ("123 R 0 ..."; RFC 6587 section 3.4.1). A datagram socket would be simpler, but the kernel lets 10
 * datagrams wait (net.unix.max_dgram_qlen) and HAProxy drops what does not fit; the ring holds some 30,000
 * lines, also while the control plane is away. When even that is too small, the oldest lines are gone: each
 * line carries its number among those of its process (%lc), so loss is a gap in the numbers. A gap counts
 * once it has stayed open over a second.
 *
 * A worker that a reload replaces lets go of the ring at once. What it answers from then on comes as datagrams,
 * to a second socket; that is little, for it takes no new connections. What is no line (too long, cut short, without its length) comes as
 * LOG_MALFORMED with nothing in the record.
 */
#ifndef UMBRA_PROXY_HAPROXY_RECEIVER_H
#define UMBRA_PROXY_HAPROXY_RECEIVER_H

#include <stdint.h>

#include "core/base/err.h"
#include "core/proxy/haproxy_log.h"

struct event_base;
struct receiver;

struct receiver_events {
	void (*line)(void *arg, enum log_kind kind, struct log_record *record);
	void (*lost)(void *arg, int64_t count);
	void *arg;
};

/*
 * Listens on `path` for the ring and takes datagrams on `leaving_path` (replacing what an earlier run left).
 * NULL with the sentence in `eb`.
 */
struct receiver *receiver_create(struct event_base *base, const char *path,
	const char *leaving_path, const struct receiver_events *events, struct errbuf *eb);
void receiver_destroy(struct receiver *receiver);

/* The numbers seen of each process. Pure; the receiver has one. */
enum { COUNTED_PROCESSES = 16 };
struct line_counts {
	struct line_count {
		int64_t pid; /* 0: unused */
		int64_t first, last; /* numbers seen */
		int64_t arrived;
		int64_t told; /* lost lines already reported */
		int64_t open; /* gaps at the last check */
	} of[COUNTED_PROCESSES];
	unsigned next; /* the entry to give to a new process */
};
void line_counts_add(struct line_counts *counts, int64_t pid, int64_t number);
/* Lines that are surely lost and not yet told. Called once a second. */
int64_t line_counts_check(struct line_counts *counts);

#endif
