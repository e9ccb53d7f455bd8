/*
 * What names may look like, and what is near to a name that is not there.
 *
 * Called wherever a name comes in: record tables, the plane, the command line, the decision. Everything
 * is pure. Invariant: a name that passes needs no escaping in a DNS label, a header, a cookie, a URL, a
 * shell word or the proxy's configuration.
 */
#include "core/model/name_rules.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/net.h"
#include "core/base/strbuf.h"
#include "core/base/term_text.h"

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* [a-z0-9-], no '-' at either end, no "--" unless `doubled`. */
static bool is_label(struct str s, size_t max, bool doubled)
{
	if (s.n == 0 || s.n > max || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!is_lower(c) && !is_digit(c) && c != '-')
			return false;
		if (c == '-' && s.p[i + 1] == '-' && !doubled)
			return false;
	}
	return true;
}

bool name_is_service(struct str s)
{
	return is_label(s, LIMIT_SERVICE_NAME, false) && is_lower(s.p[0]);
}

bool name_is_session(struct str s)
{
	return is_label(s, LIMIT_SESSION_KEY, false);
}

bool name_is_version(struct str s)
{
	if (s.n == 0 || s.n > LIMIT_VERSION_NAME)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool word = is_lower(c) || is_upper(c) || is_digit(c);

		if (!word && (i == 0 || (c != '.' && c != '_' && c != '-')))
			return false;
	}
	return true;
}

bool name_is_host(struct str s)
{
	if (s.n == 0 || s.n > LIMIT_HOST_NAME || s.p[s.n - 1] == '.')
		return false;
	while (s.p != NULL) {
		if (!is_label(str_cut(&s, '.'), 63, true))
			return false;
	}
	return true;
}

bool name_mend(struct str s, enum name_kind kind, char dst[LIMIT_VERSION_NAME + 1])
{
	static const size_t most[] = {[NAME_SERVICE] = LIMIT_SERVICE_NAME,
		[NAME_SESSION] = LIMIT_SESSION_KEY,
		[NAME_VERSION] = LIMIT_VERSION_NAME};
	bool version = kind == NAME_VERSION;
	size_t len = 0;

	for (size_t i = 0; i < s.n && len < most[kind]; i++) {
		char c = s.p[i];
		bool word;

		if (!version && is_upper(c))
			c = (char)(c - 'A' + 'a');
		word = is_lower(c) || is_upper(c) || is_digit(c);
		if (len == 0 && (!word || (kind == NAME_SERVICE && is_digit(c))))
			continue;
		if (word || (version && (c == '.' || c == '_' || c == '-')))
			dst[len++] = c;
		else if (dst[len - 1] != '-')
			dst[len++] = '-';
	}
	while (len > 0 && dst[len - 1] == '-' && !(version && name_is_version(s)))
		len--;
	dst[len] = '\0';
	return len > 0;
}

static enum err refuse_name(
	struct str s, const char *what, const char *field, const char *expected, struct errbuf *eb)
{
	struct strbuf safe;
	struct str shown = {s.p, s.n < 80 ? s.n : 80};

	strbuf_init(&safe, 400);
	text_add_safe(&safe, shown);
	err_set_field(eb, ERR_BAD_NAME, field, expected, "\"%.*s%s\" is not a %s",
		STR_ARG(strbuf_str(&safe)), s.n > shown.n ? "..." : "", what);
	strbuf_finish(&safe);
	return ERR_BAD_NAME;
}

/* The rule, and the name that is near to `s` and keeps it. */
static enum err refuse_kind(struct str s, enum name_kind kind, const char *field, struct errbuf *eb)
{
	static const struct {
		const char *what, *rule;
	} words[] = {[NAME_SERVICE] = {"service name", NAME_RULE_SERVICE},
		[NAME_SESSION] = {"session key", NAME_RULE_SESSION},
		[NAME_VERSION] = {"version name", NAME_RULE_VERSION}};
	char mended[LIMIT_VERSION_NAME + 1];
	char expected[2 * LIMIT_VERSION_NAME + 64];
	bool near = name_mend(s, kind, mended);

	(void)snprintf(expected, sizeof(expected), "%s%s%s%s", words[kind].rule, near ? ": \"" : "",
		near ? mended : "", near ? "\" would be one" : "");
	return refuse_name(s, words[kind].what, field, expected, eb);
}

enum err name_check_service(struct str s, const char *field, struct errbuf *eb)
{
	return name_is_service(s) ? ERR_NONE : refuse_kind(s, NAME_SERVICE, field, eb);
}

enum err name_check_session(struct str s, const char *field, struct errbuf *eb)
{
	return name_is_session(s) ? ERR_NONE : refuse_kind(s, NAME_SESSION, field, eb);
}

enum err name_check_version(struct str s, const char *field, struct errbuf *eb)
{
	return name_is_version(s) ? ERR_NONE : refuse_kind(s, NAME_VERSION, field, eb);
}

enum err name_check_host(struct str s, const char *field, struct errbuf *eb)
{
	if (name_is_host(s))
		return ERR_NONE;
	return refuse_name(s, "host name", field,
		"a DNS name in lower case, without port and without a dot at its end", eb);
}

enum err name_check_word(struct str s, const char *field, struct errbuf *eb)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7f) {
			return err_set_field(eb, ERR_BAD_VALUE, field,
				"text on one line, without control characters",
				"%s has a control character (byte %zu)", field, i);
		}
	}
	return ERR_NONE;
}

enum err name_check_link(struct str s, const char *field, struct errbuf *eb)
{
	struct str rest = s;
	struct str scheme = str_cut(&rest, '/');

	if (name_check_word(s, field, NULL) == ERR_NONE && str_find_char(s, ' ') == s.n &&
		(str_eq_c(scheme, "https:") || str_eq_c(scheme, "http:")) && rest.n >= 1 &&
		rest.p[0] == '/')
		return ERR_NONE;
	return err_set_field(eb, ERR_BAD_VALUE, field,
		"a link that begins with https:// or http://, without spaces", "%s is not a link",
		field);
}

enum err name_check_path(struct str s, const char *field, struct errbuf *eb)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
		"-._~/%?=&+:@,;!*()";
	bool good = s.n > 0 && s.p[0] == '/';

	for (size_t i = 0; good && i < s.n; i++)
		good = memchr(allowed, s.p[i], sizeof(allowed) - 1) != NULL;
	if (good)
		return ERR_NONE;
	return err_set_field(eb, ERR_BAD_VALUE, field,
		"a path that begins with / , like /healthz; letters, digits and -._~/%?=&+:@,;!*()",
		"%s is not a path that can be asked for", field);
}

/* ---- endpoints ----------------------------------------------------------------------------------- */

static bool is_v6(struct str s)
{
	struct net_address address;

	return str_find_char(s, ':') < s.n && net_address_parse(s, &address);
}

static bool is_v4(struct str s)
{
	struct net_address address;

	return str_find_char(s, ':') == s.n && net_address_parse(s, &address);
}

/* What a resolver takes: host names in any case; containers' names may have a '_'. */
static bool is_resolvable(struct str s)
{
	char lower[LIMIT_HOST_NAME + 1];
	struct str host = {lower, s.n};
	size_t last_dot = 0;
	bool numeric = true;
	struct in_addr unused;

	if (!str_copy(lower, sizeof(lower), s))
		return false;
	str_lower(lower, s.n);
	for (size_t i = 0; i < s.n; i++) {
		if (lower[i] == '_')
			lower[i] = 'x';
		if (lower[i] == '.')
			last_dot = i + 1;
	}
	if (!name_is_host(host))
		return false;
	/* A resolver takes 0x7f000001 and 127.0x1 for addresses (inet_aton(3)). */
	if (inet_aton(lower, &unused) != 0)
		return false;
	/* 10.0.0.256 is a mistyped address, not a name. */
	for (size_t i = last_dot; i < s.n; i++)
		numeric = numeric && is_digit(lower[i]);
	return !numeric;
}

bool endpoint_parse(struct str s, struct endpoint_parts *ret_parts)
{
	struct endpoint_parts parts = {0};
	struct str port;
	uint64_t number;
	size_t host_end;

	if (s.n > 0 && s.p[0] == '[') {
		size_t close = str_find_char(s, ']');

		if (close + 1 >= s.n || s.p[close + 1] != ':')
			return false;
		parts.host = (struct str){s.p + 1, close - 1};
		parts.is_address = is_v6(parts.host);
		if (!parts.is_address)
			return false;
		host_end = close + 1;
	} else {
		host_end = str_find_char(s, ':');
		parts.host = (struct str){s.p, host_end};
		parts.is_address = is_v4(parts.host);
		if (host_end == s.n || (!parts.is_address && !is_resolvable(parts.host)))
			return false;
	}
	port = (struct str){s.p + host_end + 1, s.n - host_end - 1};
	if (port.n > 8 || !str_to_u64(port, &number) || number == 0 || number > UINT16_MAX)
		return false;
	parts.port = (uint16_t)number;
	*ret_parts = parts;
	return true;
}

void endpoint_write(struct str s, char *dst, size_t size_bytes)
{
	struct endpoint_parts parts;
	struct net_address address;
	char text[NET_ADDRESS_SIZE];

	if (!endpoint_parse(s, &parts)) {
		(void)str_copy(dst, size_bytes, s);
	} else if (parts.is_address && net_address_parse(parts.host, &address)) {
		net_address_write(&address, text);
		(void)snprintf(dst, size_bytes, address.v6 ? "[%s]:%u" : "%s:%u", text,
			(unsigned)parts.port);
	} else {
		(void)snprintf(
			dst, size_bytes, "%.*s:%u", STR_ARG(parts.host), (unsigned)parts.port);
		str_lower(dst, strlen(dst));
	}
}

bool endpoint_is_proxy(const struct endpoint_parts *parts, struct str address, struct str listen)
{
	struct endpoint_parts at;
	struct net_address to, listener;

	if (!endpoint_parse(listen, &at) || at.port != parts->port ||
		!net_address_parse(at.host, &listener))
		return false;
	if (address.n == 0 && !parts->is_address && net_is_loopback(parts->host))
		address = STR_LIT("127.0.0.1");
	return net_address_parse(address.n > 0 ? address : parts->host, &to) &&
	       net_address_reaches(&to, &listener);
}

const char *endpoint_fault(struct str s)
{
	struct str scheme = STR_LIT("://");
	struct str port = s;
	uint64_t number;

	if (str_find(s, scheme) < s.n)
		return str_starts(s, STR_LIT("https://")) ? "drop https://" : "drop http://";
	if (str_find_char(s, '/') < s.n)
		return "drop the path";
	if (is_v6(s) && s.p[0] != '[')
		return "an IPv6 address stands in brackets";
	while (str_find_char(port, ':') < port.n)
		(void)str_cut(&port, ':');
	if (port.n == s.n || port.n == 0 || port.p[port.n - 1] == ']')
		return "the port is missing";
	for (size_t i = 0; i < port.n; i++)
		if (!is_digit(port.p[i]))
			return "the port is not a number";
	/* So many digits that they are no number here are too many as well. */
	if (!str_to_u64(port, &number) || number > UINT16_MAX)
		return "ports end at 65535";
	if (number == 0)
		return "ports begin at 1";
	return "there is no such host";
}

enum err endpoint_check(struct str s, const char *field, struct errbuf *eb)
{
	struct endpoint_parts parts;

	if (endpoint_parse(s, &parts))
		return ERR_NONE;
	refuse_name(s, "endpoint", field, "host:port or [IPv6]:port, a port of 1 to 65535", eb);
	if (eb != NULL) {
		size_t len = strlen(eb->text);

		snprintf(eb->text + len, sizeof(eb->text) - len, ": %s", endpoint_fault(s));
		eb->err = ERR_BAD_VALUE;
	}
	return ERR_BAD_VALUE;
}

/* ---- compound names ------------------------------------------------------------------------------ */

static bool split_at(struct str s, char sep, struct str *ret_service, struct str *ret_version)
{
	struct str rest = s;
	struct str service = str_cut(&rest, sep);

	if (rest.p == NULL || !name_is_service(service) || !name_is_version(rest))
		return false;
	*ret_service = service;
	*ret_version = rest;
	return true;
}

bool name_split_version(struct str s, struct str *ret_service, struct str *ret_version)
{
	return split_at(s, '@', ret_service, ret_version);
}

bool name_split_pin(struct str s, struct str *ret_service, struct str *ret_version)
{
	return split_at(s, '=', ret_service, ret_version);
}

void name_join_version(struct str service, struct str version, char dst[VERSION_ID_SIZE])
{
	assert(service.n <= LIMIT_SERVICE_NAME && version.n <= LIMIT_VERSION_NAME);
	memcpy(dst, service.p, service.n);
	dst[service.n] = '@';
	memcpy(dst + service.n + 1, version.p, version.n);
	dst[service.n + 1 + version.n] = '\0';
}

void name_slug(struct str s, char dst[LIMIT_SESSION_KEY + 1])
{
	enum { ROOM = LIMIT_SESSION_KEY - 5 };
	size_t len = 0;

	for (size_t i = 0; i < s.n && len < ROOM; i++) {
		char c = s.p[i];

		if (is_upper(c))
			c = (char)(c - 'A' + 'a');
		if (is_lower(c) || is_digit(c))
			dst[len++] = c;
		else if (len > 0 && dst[len - 1] != '-')
			dst[len++] = '-';
	}
	while (len > 0 && dst[len - 1] == '-')
		len--;
	dst[len] = '\0';
	if (len == 0)
		str_copy(dst, LIMIT_SESSION_KEY + 1, STR_LIT("session"));
}

/* ---- near names ---------------------------------------------------------------------------------- */

enum { NEAR_DISTANCE = 3, NEAR_PREFIX = 3, NEAR_TEXT = 63, NEAR_MAX = 32 };

/* Edits (insert, delete, replace) from a to b, or NEAR_DISTANCE + 1 for more than NEAR_DISTANCE. */
static unsigned edit_distance(struct str a, struct str b)
{
	unsigned row[NEAR_TEXT + 1];

	if ((a.n > b.n ? a.n - b.n : b.n - a.n) > NEAR_DISTANCE)
		return NEAR_DISTANCE + 1;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= a.n; i++) {
		unsigned diagonal = row[0];
		unsigned least = row[0] = (unsigned)i;

		for (size_t j = 1; j <= b.n; j++) {
			unsigned above = row[j];
			unsigned best = diagonal + (a.p[i - 1] != b.p[j - 1]);

			best = above + 1 < best ? above + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			row[j] = best;
			diagonal = above;
			least = best < least ? best : least;
		}
		if (least > NEAR_DISTANCE)
			return NEAR_DISTANCE + 1;
	}
	return row[b.n] > NEAR_DISTANCE ? NEAR_DISTANCE + 1 : row[b.n];
}

/* Smaller is nearer; UINT32_MAX is not near. */
static unsigned near_score(struct str wanted, struct str name)
{
	size_t shorter = wanted.n < name.n ? wanted.n : name.n;
	size_t prefix = 0;
	unsigned distance;

	if (wanted.n > NEAR_TEXT || name.n > NEAR_TEXT || shorter == 0)
		return UINT32_MAX;
	while (prefix < shorter && wanted.p[prefix] == name.p[prefix])
		prefix++;
	distance = edit_distance(wanted, name);
	/* Three edits turn any three letters into any other three: some of the name must stay. */
	if (distance > NEAR_DISTANCE || distance >= shorter) {
		if (prefix < NEAR_PREFIX && prefix < shorter)
			return UINT32_MAX;
		distance = NEAR_DISTANCE + 1;
	}
	return distance * (NEAR_TEXT + 1) + (NEAR_TEXT - (unsigned)prefix);
}

size_t name_near(
	struct str wanted, const char *const *names, size_t count, size_t *ret_near, size_t max)
{
	unsigned scores[NEAR_MAX];
	size_t found = 0;

	assert(max <= NEAR_MAX);
	for (size_t i = 0; i < count; i++) {
		unsigned score = near_score(wanted, str_of(names[i]));
		size_t at = found;

		while (at > 0 && scores[at - 1] > score)
			at--;
		if (score == UINT32_MAX || at == max)
			continue;
		found = found < max ? found + 1 : max;
		for (size_t j = found - 1; j > at; j--) {
			scores[j] = scores[j - 1];
			ret_near[j] = ret_near[j - 1];
		}
		scores[at] = score;
		ret_near[at] = i;
	}
	return found;
}
