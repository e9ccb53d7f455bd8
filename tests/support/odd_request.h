/*
 * Requests as clients, tools and attackers make them, for the test that HAProxy and the model read the same from the
 * same bytes: every carrier, well-formed, broken and with reserved characters, by chance from a seed.
 */
#ifndef UMBRA_TESTS_SUPPORT_ODD_REQUEST_H
#define UMBRA_TESTS_SUPPORT_ODD_REQUEST_H

#include <stdint.h>

#include "core/base/strbuf.h"
#include "core/model/routing_context.h"

#define ODD_DOMAIN "env.localhost"

enum {
	ODD_HEADERS_MAX = 24,
	ODD_SERVICES = 5,
	ODD_VERSIONS = 7,
	ODD_SESSIONS = 7,
	ODD_RESERVED = 97 * 22, /* how many odd_request_reserved() knows */
};

/* The names that the requests speak of, the longest there are among them. */
extern const char *const odd_services[ODD_SERVICES];
extern const char *const odd_versions[ODD_VERSIONS];
extern const char *const odd_sessions[ODD_SESSIONS];

struct odd_request {
	struct hop hop;
	struct header_line headers[ODD_HEADERS_MAX];
	char host[400];
	char target[1200];
	char values[ODD_HEADERS_MAX][900];
};

void odd_seed(uint64_t seed);
/* 0 to sides - 1; one seed gives the same run again. */
unsigned roll(unsigned sides);
#define PICK(list) ((list)[roll((unsigned)ARRAY_LEN(list))])

/* `request` is all zeros before. Its path is /case/ROUND/NUMBER. */
void odd_request_random(struct odd_request *request, int round, size_t number);
/* A character that is reserved somewhere, in a place where a name or a value is expected. */
void odd_request_reserved(struct odd_request *request, int round, size_t number, unsigned which);
void odd_request_add(struct odd_request *request, const char *name, const char *value);
/* For a request that was filled by hand; the others are. */
void odd_request_finish(struct odd_request *request);
/* As it is sent. */
void odd_request_write(const struct odd_request *request, struct strbuf *out);

#endif
