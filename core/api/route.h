/*
 * The route table: every path of the API once. Dispatch, 404 and 405, the check of query parameters and
 * of names in the path, and the test that holds openapi.json to the program all read it.
 */
#ifndef UMBRA_API_ROUTE_H
#define UMBRA_API_ROUTE_H

#include <stddef.h>

#include "core/base/str.h"
#include "core/base/strbuf.h"

struct exchange;

enum route_method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_PUT,
	METHOD_POST,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_COUNT
};
extern const char *const route_method_names[METHOD_COUNT + 1];

enum route_flag {
	ROUTE_BODY = 1 << 0, /* takes a JSON object */
	ROUTE_WRITE = 1 << 1, /* changes the environment: Umbra-Actor, If-Match */
	ROUTE_STREAM = 1 << 2, /* answered in pieces: there is no HEAD of it */
};

enum { ROUTE_PARTS = 2, ROUTE_PARAMS = 4 };

struct route {
	enum route_method method;
	const char *path; /* "/v1/services/{service}" */
	void (*handle)(struct exchange *exchange);
	unsigned flags;
	const char *params[ROUTE_PARAMS]; /* query parameters it takes, the rest NULL */
};

extern const struct route routes[];
extern const size_t route_count;

/* The variable parts of a path, as sent (still percent-encoded), in order. */
struct route_match {
	const struct route *route; /* NULL: not by this method */
	struct str parts[ROUTE_PARTS];
	size_t part_count;
	unsigned methods; /* bit set of the methods the path takes; 0: there is no such path */
};

/* `method` METHOD_COUNT is one we do not know. HEAD finds the GET that is answered in one piece. */
void route_find(enum route_method method, struct str path, struct route_match *ret_match);
/* "GET, HEAD, PUT" for the header Allow. */
void route_allow(struct strbuf *out, unsigned methods);
/* The name of the n-th variable part: "service". */
struct str route_part_name(const struct route *route, size_t n);

#endif
