/*
 * The texts that let a person target a session or a version with what they have: a curl line, a
 * link, a header, a baggage member, a cookie, a grpcurl line. Made here and nowhere else, so that
 * the API's how_to, the CLI and the dashboard's copy menu say the same.
 */
#ifndef UMBRA_MODEL_ACCESS_FORMS_H
#define UMBRA_MODEL_ACCESS_FORMS_H

#include <stdbool.h>

#include "core/base/str.h"
#include "core/base/strbuf.h"

enum access_form {
	ACCESS_CURL, /* curl -g -H 'Routing-Session: KEY' http://cart.env.localhost:8080/ */
	ACCESS_LINK, /* http://KEY--cart.env.localhost:8080/ */
	ACCESS_HEADER, /* Routing-Session: KEY */
	ACCESS_BAGGAGE, /* baggage: routing-session=KEY */
	ACCESS_COOKIE, /* routing-session=KEY; Domain=.env.localhost; Path=/ */
	ACCESS_QUERY, /* http://cart.env.localhost:8080/?routing-session=KEY */
	ACCESS_GRPCURL,
	ACCESS_COUNT
};
extern const char *const access_names[ACCESS_COUNT + 1];

/*
 * Where requests enter: the proxy's base URL as clients reach it ("http://127.0.0.1:8080") and the
 * domain.
 */
struct entry_point {
	struct str proxy_url;
	struct str domain;
};
/*
 * An http or https URL of a host and perhaps a port, and a domain. The control plane says both, and they become
 * words of a shell and of curl: with anything else no form is made.
 */
bool entry_point_ok(const struct entry_point *entry);

/*
 * For a session; `service` may be empty where the form does not need one (header, baggage, cookie);
 * others append nothing then.
 */
void access_session(struct strbuf *out, enum access_form howto, const struct entry_point *entry,
	struct str key, struct str service, struct str path);
/*
 * For one version without a session: the direct pin. ACCESS_CURL and ACCESS_HEADER and ACCESS_GRPCURL
 * only; others append nothing.
 */
void access_version(struct strbuf *out, enum access_form howto, const struct entry_point *entry,
	struct str service, struct str version, struct str path);
/*
 * A URL to paste into a browser or a shell: what is no part of a URL, and what a shell would read, is
 * percent-encoded. Where it has an & or ; it is single-quoted: encoded these would mean something else.
 */
void access_url(struct strbuf *out, struct str url);

/* Whether the link leads to the machine it is opened on, and what to say of that beside its QR code. */
bool access_link_is_local(struct str link);
extern const char access_local_note[];

#endif
