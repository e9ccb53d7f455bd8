/*
 * What is checked and chosen before HAProxy is started, so that what is wrong is told at once and by name.
 */
#ifndef UMBRA_PROXY_HAPROXY_PREFLIGHT_H
#define UMBRA_PROXY_HAPROXY_PREFLIGHT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

/* Makes the directory; returns its absolute path, at most max_bytes long. NULL on failure. The caller frees. */
char *preflight_dir(const char *dir, size_t max_bytes, struct errbuf *eb);

/* The address the HAProxy of an earlier run has, when it is `alive`; NULL otherwise. The caller frees. */
char *preflight_kept_address(const char *dir, const char *listen, bool alive);

/*
 * "host:port" with a numeric host that can be bound; port 0 becomes a free one. `kept` (may be NULL) is held
 * by the HAProxy that will be adopted: it is taken without a test, and for port 0 when the host is the same.
 * NULL when it is no address or is taken. The caller frees.
 */
char *preflight_address(const char *listen, const char *kept, struct errbuf *eb);

#endif
