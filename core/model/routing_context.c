/*
 * Reads what a request carries for routing; the rules stand in routing_context.h. Called for a hop by
 * whoever decides or explains it. Pure: nothing is copied but the lower-cased host and what has to be
 * decoded; text from outside is only ever cut into views.
 */
#include "core/model/routing_context.h"

#include <string.h>

#include "core/model/environment.h"
#include "core/model/name_rules.h"

const char *const carrier_names[CARRIER_COUNT + 1] = {
	[CARRIER_HEADER] = "header",
	[CARRIER_BAGGAGE] = "baggage",
	[CARRIER_QUERY] = "query",
	[CARRIER_COOKIE] = "cookie",
	[CARRIER_HOST] = "host",
};

/* Enough to see that there is one line too many. Cookies are read line by line, without a bound. */
enum { LINES_MAX = BAGGAGE_LINES + 1 };

/* ---- lists ---- */

static struct str str_from(struct str s, size_t at)
{
	return (struct str){s.p + at, s.n - at};
}

struct str baggage_member(const struct str *lines, size_t line_count, struct str name)
{
	for (size_t i = 0; i < line_count; i++) {
		struct str rest = lines[i];

		while (rest.p != NULL) {
			struct str member = str_cut(&rest, ',');
			struct str value = str_cut(&member, ';');
			struct str key = str_cut(&value, '=');

			if (value.p != NULL && str_eq(str_trim(key), name))
				return str_trim(value);
		}
	}
	return (struct str){0};
}

bool baggage_is_well_formed(struct str line)
{
	while (line.p != NULL) {
		struct str member = str_trim(str_cut(&line, ','));
		struct str value = str_cut(&member, ';');
		struct str key = str_trim(str_cut(&value, '='));

		if ((key.n > 0 || value.p != NULL || member.p != NULL) &&
			(value.p == NULL || key.n == 0 || str_find_char(key, ' ') < key.n ||
				str_find_char(key, '\t') < key.n))
			return false;
	}
	return true;
}

struct str query_parameter(struct str target, struct str name)
{
	str_cut(&target, '?');
	while (target.p != NULL) {
		struct str value = str_cut(&target, '&');
		struct str key = str_cut(&value, '=');

		if (value.p != NULL && str_eq(key, name))
			return value;
	}
	return (struct str){0};
}

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/*
 * Where a part of a Cookie line ends; a stop between double quotes is none, nor a quote behind \.
 */
static size_t cookie_part_end(struct str s, const char *stops)
{
	bool quoted = false;

	for (size_t i = 0; i < s.n; i++) {
		if (quoted && s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
		else if (!quoted && is_one_of(s.p[i], stops))
			return i;
	}
	return s.n;
}

/* The first cookie of the name in *rest, which is moved behind it. False at the end. */
static bool cookie_next(struct str *rest, struct str name, struct str *ret_value)
{
	/* HAProxy looks no further when not more is left than the name and its '='. */
	while (rest->n > name.n + 1) {
		size_t equal = 0;
		while (equal < rest->n && !is_one_of(rest->p[equal], "=;,"))
			equal++;
		bool has_value = equal < rest->n && rest->p[equal] == '=';
		struct str key = str_trim((struct str){rest->p, equal});
		struct str tail = str_from(*rest, has_value ? equal + 1 : equal);
		size_t end = cookie_part_end(tail, ";,");

		*rest = end < tail.n ? str_from(tail, end + 1) : (struct str){0};
		if (has_value && str_eq(key, name)) {
			*ret_value = str_trim((struct str){tail.p, end});
			return true;
		}
	}
	return false;
}

/* The last cookie of the name in a line, `found` when it has none. */
static struct str cookie_of_line(struct str line, struct str name, struct str found)
{
	while (line.n > 0) {
		size_t end = cookie_part_end(line, ",");
		struct str part = str_trim((struct str){line.p, end});

		while (cookie_next(&part, name, &found))
			;
		line = end < line.n ? str_from(line, end + 1) : (struct str){0};
	}
	return found;
}

struct str cookie_value(const struct str *lines, size_t line_count, struct str name)
{
	struct str found = {0};

	for (size_t i = 0; i < line_count; i++)
		found = cookie_of_line(lines[i], name, found);
	return found;
}

static bool is_dictionary_key(struct str key)
{
	if (key.n == 0 || key.n > PIN_NAME_MAX ||
		!((key.p[0] >= 'a' && key.p[0] <= 'z') || key.p[0] == '*'))
		return false;
	for (size_t i = 1; i < key.n; i++) {
		char c = key.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) && !is_one_of(c, "_-.*"))
			return false;
	}
	return true;
}

/* name="VERSION" and nothing else. */
static bool pins_member(struct str member, struct str *ret_name, struct str *ret_value)
{
	struct str value = str_trim(member);
	struct str name = str_cut(&value, '=');

	if (!is_dictionary_key(name) || value.n < 2 || value.p[0] != '"' ||
		value.p[value.n - 1] != '"')
		return false;
	value = (struct str){value.p + 1, value.n - 2};
	*ret_name = name;
	*ret_value = value;
	return name_is_version(value);
}

enum pins_form header_pins(
	const struct str *lines, size_t line_count, struct str service, struct str *ret_pin)
{
	struct str pin = {0};

	*ret_pin = pin;
	if (line_count == 0 || (line_count == 1 && str_trim(lines[0]).n == 0))
		return PINS_ABSENT;
	for (size_t i = 0; i < line_count; i++) {
		struct str rest = lines[i];
		do {
			struct str name, value;
			if (!pins_member(str_cut(&rest, ','), &name, &value))
				return PINS_MALFORMED;
			if (str_eq(name, service))
				pin = value;
		} while (rest.p != NULL);
	}
	*ret_pin = pin;
	return PINS_READ;
}

/* ---- what is percent-encoded ---- */

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The next character, decoded; '\0' at the end, and, with the rest gone, where an escape is broken. */
static char next_decoded(struct str *rest)
{
	int high, low;
	char c;

	if (rest->n == 0)
		return '\0';
	c = rest->p[0];
	if (c != '%') {
		*rest = str_from(*rest, 1);
		return c;
	}
	high = rest->n > 2 ? hex_value(rest->p[1]) : -1;
	low = high >= 0 ? hex_value(rest->p[2]) : -1;
	c = '\0';
	if (low >= 0)
		c = (char)(high * 16 + low);
	*rest = c != '\0' ? str_from(*rest, 3) : (struct str){0};
	return c;
}

/* A name in a value that is percent-encoded, up to `stop` or the end. */
struct piece {
	char text[LIMIT_VERSION_NAME + 1];
	size_t len; /* more than fits when it is too long */
	char end; /* the stop, or '\0' */
};

static struct str read_piece(struct str *rest, char stop, struct piece *piece)
{
	char c;

	for (piece->len = 0; (c = next_decoded(rest)) != stop && c != '\0'; piece->len++)
		if (piece->len < sizeof(piece->text))
			piece->text[piece->len] = c;
	if (rest->p == NULL)
		piece->len = sizeof(piece->text);
	piece->end = c;
	return piece->len < sizeof(piece->text) ? (struct str){piece->text, piece->len}
						: (struct str){0};
}

enum pins_form baggage_pins(
	struct str value, struct str service, char ret_pin[LIMIT_VERSION_NAME + 1])
{
	struct piece name, version;
	bool more = true;

	ret_pin[0] = '\0';
	if (value.n == 0)
		return PINS_ABSENT;
	while (more) {
		struct str of = read_piece(&value, '~', &name);
		struct str pin = read_piece(&value, '~', &version);

		more = version.end == '~';
		if (!is_dictionary_key(of) || name.end != '~' || !name_is_version(pin) ||
			(more && next_decoded(&value) != '~')) {
			ret_pin[0] = '\0';
			return PINS_MALFORMED;
		}
		if (str_eq(of, service))
			str_copy(ret_pin, LIMIT_VERSION_NAME + 1, pin);
	}
	return PINS_READ;
}

bool caller_read(struct str value, char ret_caller[VERSION_ID_SIZE])
{
	struct piece service, version;
	struct str name = read_piece(&value, '@', &service);
	struct str pin = read_piece(&value, '@', &version);

	if (!name_is_service(name) || service.end != '@' || !name_is_version(pin) ||
		version.end != '\0')
		return false;
	name_join_version(name, pin, ret_caller);
	return true;
}

/* ---- trace ---- */

static bool is_hex(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f')))
			return false;
	return true;
}

static bool is_zero(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] != '0')
			return false;
	return true;
}

struct str traceparent_id(struct str value)
{
	/* version-trace-parent-flags */
	enum { TRACE = 3, PARENT = 36, FLAGS = 53, LEN = 55 };
	const char *p = value.p;

	if (value.n < LEN || p[TRACE - 1] != '-' || p[PARENT - 1] != '-' || p[FLAGS - 1] != '-' ||
		!is_hex(p, 2) || !is_hex(p + TRACE, 32) || !is_hex(p + PARENT, 16) ||
		!is_hex(p + FLAGS, 2) || is_zero(p + TRACE, 32) || is_zero(p + PARENT, 16))
		return (struct str){0};
	if (p[0] == 'f' && p[1] == 'f')
		return (struct str){0};
	if (value.n > LEN && (is_zero(p, 2) || p[LEN] != '-'))
		return (struct str){0};
	return (struct str){p + TRACE, 32};
}

/* ---- the request ---- */

/* The first `max` lines of a header; returns how many there are of these. */
static size_t header_lines(const struct hop *hop, const char *name, struct str *lines, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < hop->header_count && count < max; i++)
		if (str_eq_nocase(hop->headers[i].name, str_of(name)))
			lines[count++] = str_trim(hop->headers[i].value);
	return count;
}

struct str header_key(struct str value)
{
	struct str rest = value, first = str_trim(str_cut(&rest, ','));

	if (first.n == 0)
		return value;
	while (rest.p != NULL)
		if (!str_eq(str_trim(str_cut(&rest, ',')), first))
			return value;
	return first;
}

static struct str read_header(const struct hop *hop)
{
	struct str line = {0};

	header_lines(hop, "Routing-Session", &line, 1);
	return header_key(line);
}

/* Whether one of the name with a value stands in the line, quotes or not. */
static bool names_cookie(struct str line, struct str name)
{
	for (size_t i = 0; i < line.n; i++) {
		size_t start = i;

		while (i < line.n && line.p[i] != ';' && line.p[i] != ',')
			i++;
		struct str value = {line.p + start, i - start};
		struct str key = str_cut(&value, '=');
		if (str_eq(str_trim(key), name) && str_trim(value).n > 0)
			return true;
	}
	return false;
}

static struct str read_cookie(const struct hop *hop, bool *malformed)
{
	struct str name = STR_LIT(CARRIER_NAME), found = {0};
	bool named = false;

	for (size_t i = 0; i < hop->header_count; i++) {
		struct str line = str_trim(hop->headers[i].value);

		if (!str_eq_nocase(hop->headers[i].name, STR_LIT("Cookie")))
			continue;
		found = cookie_of_line(line, name, found);
		named = named || names_cookie(line, name);
	}
	if (named && found.n == 0)
		*malformed = true;
	return found;
}

/* The baggage that is read, and whether it is as it must be. */
struct baggage {
	struct str lines[LINES_MAX];
	size_t count;
};

static void read_baggage(const struct hop *hop, struct baggage *baggage, bool *malformed)
{
	baggage->count = header_lines(hop, "baggage", baggage->lines, LINES_MAX);
	if (baggage->count > BAGGAGE_LINES) {
		*malformed = true;
		baggage->count = BAGGAGE_LINES;
	}
	for (size_t i = 0; i < baggage->count; i++)
		if (!baggage_is_well_formed(baggage->lines[i]))
			*malformed = true;
}

static struct str member(const struct baggage *baggage, const char *name)
{
	return baggage_member(baggage->lines, baggage->count, str_of(name));
}

static void read_pins(
	const struct hop *hop, const struct baggage *baggage, struct routing_context *ctx)
{
	struct str service = ctx->service != NULL ? str_of(ctx->service->name) : (struct str){0};
	struct str lines[PINS_LINES];
	size_t count = header_lines(hop, "Routing-Pins", lines, PINS_LINES);
	enum pins_form form = header_pins(lines, count, service, &ctx->direct_pin);

	ctx->malformed |= form == PINS_MALFORMED;
	if (form != PINS_READ) {
		form = baggage_pins(member(baggage, "routing-pins"), service, ctx->pin);
		ctx->malformed |= form == PINS_MALFORMED;
		if (ctx->pin[0] != '\0')
			ctx->direct_pin = str_of(ctx->pin);
	}
	ctx->pins_sent = form == PINS_READ;
}

static void weigh_strict(struct str value, struct routing_context *ctx)
{
	ctx->strict_asked |= !str_eq_c(value, "0");
	ctx->malformed |= !str_eq_c(value, "0") && !str_eq_c(value, "1");
}

static void read_strict(const struct hop *hop, struct str of_baggage, struct routing_context *ctx)
{
	bool sent = false;

	for (size_t i = 0; i < hop->header_count; i++) {
		struct str value = str_trim(hop->headers[i].value);

		if (value.n == 0 || !str_eq_nocase(hop->headers[i].name, STR_LIT("Routing-Strict")))
			continue;
		sent = true;
		weigh_strict(value, ctx);
	}
	if (!sent && of_baggage.n > 0)
		weigh_strict(of_baggage, ctx);
}

static unsigned read_number(struct str s)
{
	unsigned value = 0;

	for (size_t i = 0; i < s.n && i < HOPS_DIGITS && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		value = value * 10 + (unsigned)(s.p[i] - '0');
	return value;
}

/* As HAProxy reads a number. */
static unsigned read_header_number(struct str s)
{
	s.n = s.n < HOPS_DIGITS ? s.n : HOPS_DIGITS;
	return read_number(s.n > 0 && s.p[0] == '+' ? str_from(s, 1) : s);
}

static unsigned read_hops(const struct hop *hop, struct str of_baggage)
{
	unsigned passed = read_number(of_baggage), in_header = 0;

	for (size_t i = 0; i < hop->header_count; i++)
		if (str_eq_nocase(hop->headers[i].name, STR_LIT("Routing-Hops")))
			in_header = read_header_number(str_trim(hop->headers[i].value));
	return (in_header > passed ? in_header : passed) + 1;
}

/* ---- the host ---- */

/*
 * Without port and trailing dot, lower-cased into ctx->host. Empty when it is too long for a host.
 */
static struct str read_host(struct routing_context *ctx, struct str host)
{
	host = str_trim(host);
	for (size_t i = host.n; i > 0 && host.p[i - 1] != ']'; i--) {
		if (host.p[i - 1] == ':') {
			host.n = i - 1;
			break;
		}
	}
	if (host.n > 0 && host.p[host.n - 1] == '.')
		host.n--;
	if (!str_copy(ctx->host, sizeof(ctx->host), host))
		return (struct str){0};
	str_lower(ctx->host, host.n);
	return (struct str){ctx->host, host.n};
}

/* Position of the last "--", or s.n. */
static size_t find_last_dashes(struct str s)
{
	for (size_t i = s.n; i >= 2; i--)
		if (s.p[i - 1] == '-' && s.p[i - 2] == '-')
			return i - 2;
	return s.n;
}

static void read_service(const struct environment *env, struct str domain, struct str host,
	struct routing_context *ctx)
{
	struct str label = {0};

	if (host.n > domain.n + 1 && str_ends(host, domain) &&
		host.p[host.n - domain.n - 1] == '.') {
		label = (struct str){host.p, host.n - domain.n - 1};
		ctx->service = environment_service(env, label);
	}
	if (ctx->service == NULL && host.n > 0)
		ctx->service = environment_service_by_host(env, host);
	if (ctx->service != NULL || label.n == 0)
		return;

	size_t dashes = find_last_dashes(label);
	if (dashes == label.n)
		return;
	ctx->service = environment_service(env, str_from(label, dashes + 2));
	if (ctx->service != NULL)
		ctx->values[CARRIER_HOST] = (struct str){label.p, dashes};
}

/* Drops the empty ones, and says which one counts and whether they agree. */
static void weigh_carriers(struct routing_context *ctx)
{
	for (unsigned i = 0; i < CARRIER_COUNT; i++) {
		if (ctx->values[i].n == 0) {
			ctx->values[i] = (struct str){0};
			continue;
		}
		if (ctx->carriers == 0) {
			ctx->carrier = (enum carrier)i;
			ctx->key = ctx->values[i];
		} else if (!str_eq(ctx->key, ctx->values[i])) {
			ctx->conflict = true;
		}
		ctx->carriers |= 1U << i;
	}
	ctx->key_valid = name_is_session(ctx->key);
	ctx->malformed |= ctx->carriers != 0 && !ctx->key_valid;
}

void routing_context_read(const struct environment *env, struct str domain, const struct hop *hop,
	struct routing_context *ret_context)
{
	struct routing_context *ctx = ret_context;
	struct baggage baggage;

	*ctx = (struct routing_context){.carrier = CARRIER_COUNT};
	read_service(env, domain, read_host(ctx, hop->host), ctx);
	read_baggage(hop, &baggage, &ctx->malformed);
	ctx->values[CARRIER_HEADER] = read_header(hop);
	ctx->values[CARRIER_BAGGAGE] = member(&baggage, CARRIER_NAME);
	ctx->values[CARRIER_QUERY] = query_parameter(hop->target, STR_LIT(CARRIER_NAME));
	ctx->values[CARRIER_COOKIE] = read_cookie(hop, &ctx->malformed);
	weigh_carriers(ctx);
	read_pins(hop, &baggage, ctx);
	read_strict(hop, member(&baggage, "routing-strict"), ctx);
	ctx->hops = read_hops(hop, member(&baggage, "routing-hops"));
}
