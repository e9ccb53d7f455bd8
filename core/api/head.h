/*
 * The head of a request, and the sizes of its chunks, looked at as the bytes come in and before evhttp reads
 * them. evhttp takes what RFC 9112 forbids, because it can be read in two ways: two Hosts, two lengths, a
 * length beside chunks, folded lines, spaces before a colon, versions that do not exist.
 */
#ifndef UMBRA_API_HEAD_H
#define UMBRA_API_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

enum { HEAD_LINE_SIZE = 600, HEAD_END_SIZE = 10 };

enum head_state {
	HEAD_REQUEST_LINE,
	HEAD_FIELDS,
	HEAD_CHUNK_SIZE,
	HEAD_CHUNK_DATA,
	HEAD_DONE, /* what comes is evhttp's alone, until head_start */
};

struct head {
	enum head_state state;
	char line[HEAD_LINE_SIZE]; /* the beginning of the current line */
	size_t line_len; /* of the whole line so far */
	char end[HEAD_END_SIZE]; /* its last bytes, the newest last */
	bool carriage_return; /* the last byte was one, so a newline must follow */
	bool minor_0; /* HTTP/1.0 */
	bool has_host, has_length, has_coding;
	int64_t length; /* of the body, as announced */
	int64_t chunk_left; /* of the chunk and the line end behind it */
};

/* Before the first byte of each request. */
void head_start(struct head *head);
/*
 * The next bytes. ERR_NONE, or what is wrong, with a sentence: then the request is to be refused and nothing
 * more read. `host_is_ours` is asked about the host of a target that names one.
 */
enum err head_feed(struct head *head, struct str bytes,
	bool (*host_is_ours)(void *arg, struct str host), void *arg, struct errbuf *eb);

#endif
