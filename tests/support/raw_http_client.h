/*
 * An HTTP/1.1 client that sends exactly the bytes it is given and shows the answer as text: for tests of
 * what a proxy makes of odd requests. Several connections, each with one request at a time.
 */
#ifndef UMBRA_TESTS_SUPPORT_RAW_HTTP_CLIENT_H
#define UMBRA_TESTS_SUPPORT_RAW_HTTP_CLIENT_H

#include <stddef.h>

#include "core/base/str.h"

struct event_base;

struct answer {
	int status; /* 0: the connection was closed without one */
	struct str head; /* with the status line */
	struct str body;
};

/* The value of a header of the answer, the `nth` from 0; p == NULL when absent. */
struct str answer_header(const struct answer *answer, const char *name, int nth);

struct raw_http_ops {
	/* The next request to send, NULL when there is none any more; `ret_tag` comes back with the answer. */
	const char *(*next)(void *arg, size_t *ret_len, void **ret_tag);
	void (*answered)(void *arg, void *tag, const struct answer *answer);
	void *arg;
};

/* Runs the loop until every request is answered, over `connections` at a time. */
void raw_http_run(struct event_base *base, const char *host, int port, int connections,
	const struct raw_http_ops *ops);

#endif
