/*
 * What a request must be before a handler sees it: for us (Host), HTTP without two readings, JSON where a
 * body is taken, by somebody with a printable name. Each check fills `eb` and names what is accepted.
 */
#ifndef UMBRA_API_GUARD_H
#define UMBRA_API_GUARD_H

#include "core/base/err.h"

struct call;

/*
 * A loopback name or address, the listener's address, or a name given by option; with any port. A web
 * page that has made its own name point here (DNS rebinding) is thus refused.
 */
enum err guard_host(struct call *call, struct errbuf *eb);
/* A body that evhttp and somebody before it might see the end of in different places. */
enum err guard_framing(struct call *call, struct errbuf *eb);
/* Umbra-Actor, If-Match and If-None-Match into the call. */
enum err guard_write(struct call *call, struct errbuf *eb);
/* Content-Type, size and JSON; call->body is an object afterwards. */
enum err guard_body(struct call *call, struct errbuf *eb);

#endif
