/*
 * Reads what a request carries for routing; the rules stand in context.h. Called for a hop by
 * whoever decides or explains it. Pure: nothing is decoded or copied but the lower-cased host, and
 * text from outside is only ever cut into views.
 */
#include "core/model/context.h"

#include <assert.h>
#include <string.h>

#include "core/model/environment.h"
#include "core/model/names.h"

const char *const carrier_names[CARRIER_COUNT + 1] = {
	[CARRIER_HEADER] = "header",
	[CARRIER_BAGGAGE] = "baggage",
	[CARRIER_QUERY] = "query",
	[CARRIER_COOKIE] = "cookie",
	[CARRIER_HOST] = "host",
};

/* Enough to see that there is one line too many. Cookies are read line by line, without a bound. */
enum { LINES_MAX = 5 };
static_assert((int)LINES_MAX > (int)BAGGAGE_LINES && (int)LINES_MAX > (int)PINS_LINES,
	"one more than is read");

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
	if (key.n == 0 || !((key.p[0] >= 'a' && key.p[0] <= 'z') || key.p[0] == '*'))
		return false;
	for (size_t i = 1; i < key.n; i++) {
		char c = key.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) && !is_one_of(c, "_-.*"))
			return false;
	}
	return true;
}

/* name="string" and nothing else. */
static bool pins_member(struct str member, struct str *ret_name, struct str *ret_value)
{
	struct str value = str_trim(member);
	struct str name = str_cut(&value, '=');

	if (!is_dictionary_key(name) || value.n < 2 || value.p[0] != '"' ||
		value.p[value.n - 1] != '"')
		return false;
	value = (struct str){value.p + 1, value.n - 2};
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] < 0x20 || value.p[i] > 0x7e || value.p[i] == '"' ||
			value.p[i] == '\\')
			return false;
	*ret_name = name;
	*ret_value = value;
	return true;
}

bool direct_pin(const struct str *lines, size_t line_count, struct str service, struct str *ret_pin)
{
	struct str pin = {0};

	*ret_pin = pin;
	if (line_count > PINS_LINES)
		return false;
	if (line_count == 1 && str_trim(lines[0]).n == 0)
		return true;
	for (size_t i = 0; i < line_count; i++) {
		struct str rest = lines[i];
		do {
			struct str name, value;
			if (!pins_member(str_cut(&rest, ','), &name, &value))
				return false;
			if (str_eq(name, service))
				pin = value;
		} while (rest.p != NULL);
	}
	if (pin.n > 0)
		*ret_pin = pin;
	return true;
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

static struct str read_header(const struct hop *hop)
{
	struct str line = {0};

	header_lines(hop, "Routing-Session", &line, 1);
	return line;
}

static struct str read_cookie(const struct hop *hop)
{
	struct str found = {0};

	for (size_t i = 0; i < hop->header_count; i++)
		if (str_eq_nocase(hop->headers[i].name, STR_LIT("Cookie")))
			found = cookie_of_line(
				str_trim(hop->headers[i].value), STR_LIT(CARRIER_NAME), found);
	return found;
}

static struct str read_baggage(const struct hop *hop, bool *malformed)
{
	struct str lines[LINES_MAX];
	size_t count = header_lines(hop, "baggage", lines, LINES_MAX);

	if (count > BAGGAGE_LINES) {
		*malformed = true;
		count = BAGGAGE_LINES;
	}
	return baggage_member(lines, count, STR_LIT(CARRIER_NAME));
}

static bool read_strict(const struct hop *hop)
{
	for (size_t i = 0; i < hop->header_count; i++)
		if (str_eq_nocase(hop->headers[i].name, STR_LIT("Routing-Strict")) &&
			str_eq(str_trim(hop->headers[i].value), STR_LIT("1")))
			return true;
	return false;
}

/* ---- the host ---- */

/*
 * Without port and trailing dot, lower-cased into ctx->host. Empty when it is too long for a host.
 */
static struct str read_host(struct context *ctx, struct str host)
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

static void read_service(
	const struct environment *env, struct str domain, struct str host, struct context *ctx)
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
static void weigh_carriers(struct context *ctx)
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
}

void context_read(const struct environment *env, struct str domain, const struct hop *hop,
	struct context *ret_context)
{
	struct context *ctx = ret_context;
	struct str pins[LINES_MAX];
	size_t pins_count = header_lines(hop, "Routing-Pins", pins, LINES_MAX);

	*ctx = (struct context){.carrier = CARRIER_COUNT};
	read_service(env, domain, read_host(ctx, hop->host), ctx);
	ctx->values[CARRIER_HEADER] = read_header(hop);
	ctx->values[CARRIER_BAGGAGE] = read_baggage(hop, &ctx->malformed);
	ctx->values[CARRIER_QUERY] = query_parameter(hop->target, STR_LIT(CARRIER_NAME));
	ctx->values[CARRIER_COOKIE] = read_cookie(hop);
	weigh_carriers(ctx);

	struct str service = ctx->service != NULL ? str_of(ctx->service->name) : (struct str){0};
	if (!direct_pin(pins, pins_count, service, &ctx->direct_pin))
		ctx->malformed = true;
	ctx->strict_asked = read_strict(hop);
}
