/*
 * What a request must be before a handler sees it: for us (Host), HTTP without two readings, JSON where a
 * body is taken, by somebody with a printable name. Each check fills `eb` and names what is accepted.
 */
#ifndef UMBRA_API_GUARD_H
#define UMBRA_API_GUARD_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/base/str.h"

struct api;
struct call;

/*
 * A loopback name or address, the listener's address, or a name given by option; with any port. A web
 * page that has made its own name point here (DNS rebinding) is thus refused.
 */
enum err guard_host(struct call *call, struct errbuf *eb);
/* Whether that is a host guard_host would take. */
bool guard_host_is_ours(const struct api *api, struct str host);
/* A body that evhttp has not read. */
enum err guard_framing(struct call *call, struct errbuf *eb);
/* Umbra-Actor, If-Match and If-None-Match into the call. */
enum err guard_write(struct call *call, struct errbuf *eb);
/* Content-Type, size and JSON; call->body is an object afterwards. */
enum err guard_body(struct call *call, struct errbuf *eb);

#endif
