/*
 * What a request carries that routing looks at: the service it is addressed to, the session key,
 * direct pins, strictness. Every rule of extraction stands here, because HAProxy's configuration
 * must read the same from the same bytes.
 *
 * Service. From Host: what follows the last ':' outside brackets is cut, then one trailing dot, the
 * rest is lower-cased (HAProxy: host_only, lower). More than LIMIT_HOST_NAME bytes name nothing.
 * Then, first that fits:
 *   1. <service>.<domain>, of a known service;
 *   2. a host registered on a service, as a whole;
 *   3. <session>--<service>.<domain>, cut at the last "--"; the service must be known. What stands
 *      before is the host carrier, whatever it is: "x.y--cart.<domain>" carries the malformed key
 *      "x.y", "--cart.<domain>" carries nothing, "xn--cart.<domain>" the key "xn".
 *   An IPv6 literal, an empty host, "<session>--" before a registered host: no service.
 *
 * Carriers. Space and tab around a value are cut, then it is compared byte for byte. An empty value
 * is absent, also when a duplicate after it has one: which duplicate counts is settled first. The
 * first carrier present, in order of enum carrier, counts, also when it is no valid key; `conflict`
 * says that two of those present differ.
 *   header   Routing-Session, first line, as a whole: "a, b" is one malformed key. But clients join
 *            header lines by commas: "a, a" is a.
 *   baggage  member routing-session (W3C Baggage section 3.2), exact, lower case. The first
 *            BAGGAGE_LINES header lines are one list (empty lines count as lines); one more is
 *            noted as malformed and not read. Space and tab around , ; = are cut, properties after
 *            ; ignored; the value begins after the first '=' and may contain more of them. The
 *            first member of the name counts. A member without '=' before its first ';' is none,
 *            nor is one whose name is empty or has a blank in it: that is noted as malformed, and
 *            an empty member is not.
 *   query    routing-session=, exact, from the first '?' on. Only '&' separates, nothing is
 *            decoded, the first counts. A name without '=' is no parameter.
 *   cookie   routing-session, exact, as HAProxy 2.6 reads req.cook: the LAST one of all Cookie
 *            lines. ';' and ',' separate, except between double quotes in a value, and quotes stay
 *            part of the value. Space and tab around name and value are cut; a name without '=' is
 *            no cookie. An oddity of it (tried on 2.6.12): a last and empty cookie of a line, or
 *            before a ',', is seen only when white space stands between a ';' and its name;
 *            otherwise the one before it counts: "routing-session=a;routing-session=" is a, with a
 *            space after the ';' it is absent. Where none is read and yet one with a value stands
 *            in a line (behind a quote that is not closed, or before an empty one), that is noted
 *            as malformed.
 *   host     the prefix of form 3 above, in lower case like all of the host.
 * A key needs no percent-encoding, so nothing is decoded: an encoded key is no key. That the key
 * which counts is malformed is noted.
 *
 * Direct pins, for some services, without a session. From the header Routing-Pins where it is well
 * formed and not empty, else from the baggage member routing-pins: tracing SDKs forward baggage and
 * nothing else. What has another form is ignored and noted as malformed.
 *   header   A Dictionary (RFC 9651 section 3.2) whose members are all name="VERSION": name is a
 *            dictionary key ([a-z*][a-z0-9_.*-]*, at most PIN_NAME_MAX), VERSION a version's name.
 *            All its header lines are one list; the last member of a name counts. An empty member is
 *            another form. One empty line is the empty dictionary.
 *   baggage  name~VERSION~~name~VERSION, read percent-decoded (SDKs write ~ as %7E). The last of a
 *            name counts; empty is absent.
 *
 * Strictness. From the header Routing-Strict where a line of it is not empty, else from the baggage
 * member routing-strict. "0" is lenient, anything else strict: it was meant so. What is neither "0"
 * nor "1" is noted as malformed. One line that is strict is enough.
 *
 * Hops. How many proxies the request has passed, this one included: one more than the larger of the
 * header Routing-Hops (last line) and the baggage member routing-hops. Up to HOPS_DIGITS digits are
 * read; what begins with none is 0.
 *
 * The caller is the baggage member routing-hop, service@version, read percent-decoded.
 *
 * Trace. traceparent (Trace Context section 3.2, last line) of version 00, or of a later one: it
 * begins like version 00 and may go on behind a '-'.
 */
#ifndef UMBRA_MODEL_ROUTING_CONTEXT_H
#define UMBRA_MODEL_ROUTING_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/model/name_rules.h"

struct environment;
struct service;

/* PINS_LINES: no fewer than HAProxy takes of one request: tune.http.maxhdr, and of HTTP/2 twice as many. */
enum { BAGGAGE_LINES = 4, PINS_LINES = 512, PIN_NAME_MAX = 63, HOPS_DIGITS = 4 };

#define CARRIER_NAME "routing-session" /* of the baggage member, the parameter and the cookie */

/* In order of precedence. */
enum carrier {
	CARRIER_HEADER,
	CARRIER_BAGGAGE,
	CARRIER_QUERY,
	CARRIER_COOKIE,
	CARRIER_HOST,
	CARRIER_COUNT
};
extern const char *const carrier_names[CARRIER_COUNT + 1];

/* One header line of a request, as received. */
struct header_line {
	struct str name;
	struct str value;
};

/* What the proxy sees of a request before it decides. */
struct hop {
	struct str host; /* the Host header, with port and trailing dot as sent */
	struct str target; /* path and query */
	const struct header_line *headers; /* in order; names in any case */
	size_t header_count;
};

/*
 * What was found in it: views into the hop, into the environment and into `host` and `pin`. So it is
 * not copied while it is in use.
 */
struct routing_context {
	const struct service *service; /* NULL: the host is unknown */
	struct str values[CARRIER_COUNT]; /* p == NULL where the carrier is absent or empty */
	unsigned carriers; /* bit set of those present */
	enum carrier carrier; /* the one that counts; CARRIER_COUNT without any */
	struct str key; /* its value; may be no valid key */
	bool key_valid;
	bool conflict; /* two carriers differ */
	bool malformed; /* something was not as it must be: see above */
	bool pins_sent; /* there are direct pins, for whatever services */
	struct str direct_pin; /* for this service; p == NULL without one */
	bool strict_asked; /* by header or baggage */
	unsigned hops; /* this one included */
	char host[LIMIT_HOST_NAME + 1]; /* lower-cased, port and dot cut */
	char pin[LIMIT_VERSION_NAME + 1]; /* the direct pin when it is from baggage */
};

/* `domain` is the environment's, lower case, without a dot in front ("env.localhost"). */
void routing_context_read(const struct environment *env, struct str domain, const struct hop *hop,
	struct routing_context *ret_context);

/*
 * One member of a baggage list over several lines, first wins; p == NULL when absent. Empty is not
 * absent.
 */
struct str baggage_member(const struct str *lines, size_t line_count, struct str name);
/* The cookie of this name over several Cookie lines, as HAProxy reads it; p == NULL when absent. */
struct str cookie_value(const struct str *lines, size_t line_count, struct str name);
/* The first parameter of this name in a target; p == NULL when absent. */
struct str query_parameter(struct str target, struct str name);
/* The key in the value of the header Routing-Session: "a" of "a, a"; else all of it. */
struct str header_key(struct str value);
/* Whether every member of a baggage line that is not empty has a name and a '='. */
bool baggage_is_well_formed(struct str line);

/* A version's name that a direct pin gives, and what it was found in. */
enum pins_form { PINS_ABSENT, PINS_READ, PINS_MALFORMED };
/* The pin of `service` in Routing-Pins; p == NULL when it has none. */
enum pins_form header_pins(
	const struct str *lines, size_t line_count, struct str service, struct str *ret_pin);
/* The same of the baggage member's value; ret_pin is "" when the service has none. */
enum pins_form baggage_pins(
	struct str value, struct str service, char ret_pin[LIMIT_VERSION_NAME + 1]);

/* "cart%40pr-1" or "cart@pr-1", the value of routing-hop, to "cart@pr-1"; false when it is no version. */
bool caller_read(struct str value, char ret_caller[VERSION_ID_SIZE]);
/* The trace id in a traceparent; p == NULL when it is not valid. */
struct str traceparent_id(struct str value);

#endif
