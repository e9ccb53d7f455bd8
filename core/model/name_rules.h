/*
 * The names of things and how they are checked (design of names: one DNS label holds
 * <session>--<service>, 30 + 2 + 31 = 63).
 *
 *   service   [a-z]([a-z0-9-]{0,29}[a-z0-9])?     no "--"
 *   session   [a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?  no "--"
 *   version   [A-Za-z0-9][A-Za-z0-9._-]{0,62}
 */
#ifndef UMBRA_MODEL_NAME_RULES_H
#define UMBRA_MODEL_NAME_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/limits.h"
#include "core/base/str.h"

bool name_is_service(struct str s);
bool name_is_session(struct str s);
bool name_is_version(struct str s);
/* A DNS host name, lower case, labels of 1..63, at most 253, no port, no trailing dot. */
bool name_is_host(struct str s);

/* The rules, for people. */
#define NAME_RULE_SERVICE "1 to 31 of a-z 0-9 -, a letter first, no - last, no --"
#define NAME_RULE_SESSION "1 to 30 of a-z 0-9 -, no - first or last, no --"
#define NAME_RULE_VERSION "1 to 63 of A-Z a-z 0-9 . _ -, a letter or digit first"

/*
 * The nearest name that is one: "feature/login" as a version is "feature-login", "My Cart" as a service
 * "my-cart". False, and "", when nothing is left. What is a name stays as it is.
 */
enum name_kind { NAME_SERVICE, NAME_SESSION, NAME_VERSION };
bool name_mend(struct str s, enum name_kind kind, char dst[LIMIT_VERSION_NAME + 1]);

/* The same as checks with a sentence that quotes the name (made safe) and says what is accepted. For record tables. */
enum err name_check_service(struct str s, const char *field, struct errbuf *eb);
enum err name_check_session(struct str s, const char *field, struct errbuf *eb);
enum err name_check_version(struct str s, const char *field, struct errbuf *eb);
enum err name_check_host(struct str s, const char *field, struct errbuf *eb);
/* Free text on one line: UTF-8 or not, but no control characters. For owners, authors, branches. */
enum err name_check_word(struct str s, const char *field, struct errbuf *eb);

/* A link that a person may be offered to open: http:// or https://, without spaces. */
enum err name_check_link(struct str s, const char *field, struct errbuf *eb);

/*
 * The path of a check goes into the proxy's configuration: a path and a query (RFC 3986 sections 3.3 and 3.4)
 * without what a configuration might read as quoting.
 */
enum err name_check_path(struct str s, const char *field, struct errbuf *eb);

/* host:port, [v6]:port; the parts are views into `s`, the brackets cut. Port 1..65535. */
struct endpoint_parts {
	struct str host;
	uint16_t port;
	bool is_address; /* an IPv4 or IPv6 literal: nothing to resolve */
};
bool endpoint_parse(struct str s, struct endpoint_parts *ret_parts);
/* The one text of an endpoint: lower case, the shortest form of its address and of its port. */
void endpoint_write(struct str s, char *dst, size_t size_bytes);
/*
 * Whether what is sent to the endpoint comes back to a proxy on this machine that listens on `listen`
 * ("127.0.0.1:8080"; "" is nowhere). `address` is what its name stands for; "": only what needs no look-up
 * is recognised.
 */
bool endpoint_is_proxy(const struct endpoint_parts *parts, struct str address, struct str listen);
/* What is wrong with one that endpoint_parse() refuses, as what to do: "drop http://". */
const char *endpoint_fault(struct str s);
enum err endpoint_check(struct str s, const char *field, struct errbuf *eb);

/* service@version and service=version. The views are checked names. */
bool name_split_version(struct str s, struct str *ret_service, struct str *ret_version);
bool name_split_pin(struct str s, struct str *ret_service, struct str *ret_version);
/* "service@version" with its terminator. */
enum { VERSION_ID_SIZE = LIMIT_SERVICE_NAME + 1 + LIMIT_VERSION_NAME + 1 };
void name_join_version(struct str service, struct str version, char dst[VERSION_ID_SIZE]);

/* A session's name ("Checkout flow!") cut to [a-z0-9-], so that "-" and four characters still fit; "session" when nothing is left. */
void name_slug(struct str s, char dst[LIMIT_SESSION_KEY + 1]);

/*
 * The names nearest to `wanted` (edit distance <= 3, or sharing a prefix), best first.
 * `ret_near` takes indexes into `names`; returns how many, at most `max`.
 */
size_t name_near(
	struct str wanted, const char *const *names, size_t count, size_t *ret_near, size_t max);

#endif
