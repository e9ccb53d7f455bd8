/*
 * What a request must be before a handler sees it: for us (Host), HTTP without two readings, JSON where a
 * body is taken, by somebody with a printable name. Each check fills `eb` and names what is accepted.
 */
#ifndef UMBRA_API_PRECONDITIONS_H
#define UMBRA_API_PRECONDITIONS_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/base/str.h"

struct api;
struct exchange;

/*
 * A loopback name or address, the listener's address, or a name given by option; with any port. A web
 * page that has made its own name point here (DNS rebinding) is thus refused.
 */
enum err precondition_host(struct exchange *exchange, struct errbuf *eb);
/* Whether that is a host precondition_host would take. */
bool precondition_host_is_ours(const struct api *api, struct str host);
/* A body that evhttp has not read. */
enum err precondition_framing(struct exchange *exchange, struct errbuf *eb);
/* Umbra-Actor, If-Match and If-None-Match into the exchange. */
enum err precondition_write(struct exchange *exchange, struct errbuf *eb);
/* Content-Type, size and JSON; exchange->body is an object afterwards. */
enum err precondition_body(struct exchange *exchange, struct errbuf *eb);

#endif
