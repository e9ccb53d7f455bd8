/*
 * Answers that are the proxy's own, and what of answers a page in a browser may read.
 *
 * Whatever HAProxy answers itself behind the frontend is problem+json (RFC 9457) with the reason; a client whose
 * Accept begins with text/html gets the same as a page, with a sentence of what to do before it. A page of one
 * of the environment's own hosts may read it (CORS), and its preflight passes, so that it gets to the answer.
 *
 * What a version answers is its own. Only where it allows a page of another origin, the page may see where the
 * request went, and may send the headers that route one.
 */
#ifndef UMBRA_PROXY_HAPROXY_ANSWERS_H
#define UMBRA_PROXY_HAPROXY_ANSWERS_H

#include "core/proxy/haproxy_rules.h"

/* Before and behind the JSON of an answer; nothing when no page is wanted. `code` is a row of maps/pages. */
#define PAGE(code) "%[" RULES_ACCEPT ",concat(:" code "),map_str(maps/pages)]"
#define PAGE_OF(variable) "%[" RULES_ACCEPT ",concat(:," variable "),map_str(maps/pages)]"
#define PAGE_END "%[" RULES_ACCEPT ",concat(:end),map_str(maps/pages)]"

/* Lines of the frontend. */
extern const char answers_captures[];
extern const char answers_frontend[];
/* Lines of the defaults of both kinds of backends: of 503s there are more, in haproxy_rules.c. */
extern const char answers_errors[];
extern const char answers_noted[];
extern const char answers_cross_origin[];
extern const char answers_own[];
/* The defaults of the backend for hosts of no service; answers_own follows. */
extern const char answers_unknown[];
/* maps/pages and maps/titles: "KEY VALUE" lines. */
extern const char answers_pages[];
extern const char answers_titles[];

#endif
