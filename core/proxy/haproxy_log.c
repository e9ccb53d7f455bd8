/*
 * Reads lines of HAProxy's log. Called for each datagram by the driver; the fuzzer calls it with anything.
 * Invariant: no line, however broken, makes a record with a field that the rules could not have written.
 */
#include "core/proxy/haproxy_log.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/model/name_rules.h"
#include "core/model/version.h"
#include "core/proxy/haproxy_rules.h"

/* The fields of a request's line after its "R", in order. What was captured follows the last. */
enum column {
	COLUMN_COUNTER,
	COLUMN_PID,
	COLUMN_CAME,
	COLUMN_ENDED,
	COLUMN_ANSWERED,
	COLUMN_STATUS,
	COLUMN_BYTES_OUT,
	COLUMN_BYTES_IN,
	COLUMN_RETRIES,
	COLUMN_END_STATE,
	COLUMN_PROTOCOL,
	COLUMN_METHOD,
	COLUMN_BACKEND,
	COLUMN_SERVER,
	COLUMN_ENDPOINT,
	COLUMN_REASON,
	COLUMN_INTENDED, /* "INTENDED/PINNED": the version a pin named; the service where a rule of the frontend failed */
	COLUMN_REVISION,
	COLUMN_TRACE,
	COLUMN_CALLER,
	COLUMN_CARRIERS,
	COLUMN_MALFORMED = COLUMN_CARRIERS + CARRIER_COUNT,
	COLUMN_PATH,
	COLUMN_COUNT
};

/* What follows the path, in the order of the rules' captures. */
enum capture { CAPTURE_HOST, CAPTURE_SESSION, CAPTURE_BAGGAGE, CAPTURE_TRACE, CAPTURE_COUNT };

static_assert((int)LOG_KEY_MAX == (int)RULES_KEY_MAX, "the rules cut keys to the same length");
static_assert((int)HOPS_DIGITS == (int)RULES_HOPS_DIGITS && (int)LIMIT_HOPS == (int)RULES_HOPS_MAX,
	"the rules count hops as the model does");

/* ---- small readers ---------------------------------------------------------------------------------- */

/* "-" is what HAProxy writes for what is not there. */
static struct str optional(struct str s)
{
	return str_eq_c(s, "-") ? (struct str){0} : s;
}

static int64_t number_or(struct str s, int64_t otherwise)
{
	int64_t value;

	return str_to_i64(s, &value) ? value : otherwise;
}

/* The index of `s` in a list of names, or `count`. */
static int name_index(struct str s, const char *const *names, int count)
{
	for (int i = 0; i < count; i++)
		if (str_eq_c(s, names[i]))
			return i;
	return count;
}

static bool is_prefix_cut(struct str *s, const char *prefix)
{
	struct str p = str_of(prefix);

	if (!str_starts(*s, p))
		return false;
	*s = (struct str){s->p + p.n, s->n - p.n};
	return true;
}

/* What stands between `before` and `after` in `s`; p == NULL without. */
static struct str between(struct str s, const char *before, const char *after)
{
	size_t at = str_find(s, str_of(before));
	struct str rest;

	if (at == s.n)
		return (struct str){0};
	rest = (struct str){s.p + at + strlen(before), s.n - at - strlen(before)};
	return (struct str){rest.p, str_find(rest, str_of(after))};
}

/* ---- requests ----------------------------------------------------------------------------------------- */

/*
 * Why the proxy answered, or why the answer is not whole: the first two characters of the termination
 * state (configuration.txt, section 8.5). Without a server, "SC" means that there was none to connect to.
 */
static const struct {
	const char *state;
	const char *words;
} end_states[] = {
	{"SC", "connection refused"},
	{"sC", "no connection in time"},
	{"SH", "closed before it answered"},
	{"sH", "no answer in time"},
	{"SL", "broken off before the answer"},
	{"sL", "no answer in time"},
	{"SD", "answer broken off"},
	{"sD", "answer stalled"},
	{"SQ", "no place in the queue"},
	{"sQ", "too long in the queue"},
	{"PH", "answer is not valid HTTP"},
	{"PR", "request is not valid HTTP"},
	{"PD", "request body is not valid HTTP"}, /* that of an answer is SD */
	{"LH", "changed to a protocol that was not asked for"},
	{"RC", "proxy out of resources"},
	{"IC", "proxy failed"},
	{"IH", "proxy failed"},
	{"ID", "proxy failed"},
	{"CR", "client went away"},
	{"cR", "client too slow to ask"},
	{"CQ", "client went away"},
	{"CC", "client went away"},
	{"CH", "client went away"},
	{"cH", "client went silent"},
	{"CL", "client went away"},
	{"CD", "client went away"},
	{"cD", "client went silent"},
	{"KD", "cut by the proxy's operator"},
	{"KC", "cut by the proxy's operator"},
	{"DD", "version went down meanwhile"},
};

static struct str end_words(struct str state, bool has_server)
{
	if (!has_server && str_starts(state, STR_LIT("SC")))
		return STR_LIT("no ready endpoint");
	for (size_t i = 0; i < ARRAY_LEN(end_states); i++)
		if (str_starts(state, str_of(end_states[i].state)))
			return str_of(end_states[i].words);
	return (struct str){0};
}

/* "[127.0.0.1]:9002" to "127.0.0.1:9002"; an IPv6 address keeps its brackets. */
static struct str read_endpoint(struct str s)
{
	size_t close = str_find_char(s, ']');
	char *p = (char *)(uintptr_t)s.p; /* into the line, which is ours to change */

	if (s.n < 4 || s.p[0] != '[' || close == s.n || str_eq_c(s, "[-]:-"))
		return (struct str){0};
	if (memchr(s.p, ':', close) != NULL)
		return s;
	memmove(p + 2, p + 1, close - 1); /* over the closing bracket */
	return (struct str){p + 2, s.n - 2};
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* "#7C" to "|", in place. */
static struct str decode_capture(struct str s)
{
	char *p = (char *)(uintptr_t)s.p;
	size_t len = 0;

	for (size_t i = 0; i < s.n; i++) {
		int high = i + 2 < s.n && p[i] == '#' ? hex_value(p[i + 1]) : -1;
		int low = high >= 0 ? hex_value(p[i + 2]) : -1;

		if (low >= 0) {
			p[len++] = (char)(high << 4 | low);
			i += 2;
		} else {
			p[len++] = p[i];
		}
	}
	return (struct str){s.p, len};
}

static void read_captures(struct str rest, struct str captures[CAPTURE_COUNT])
{
	if (rest.n < 2 || rest.p[0] != '{' || rest.p[rest.n - 1] != '}')
		return; /* there are none when the request was none */
	rest = (struct str){rest.p + 1, rest.n - 2};
	for (int i = 0; i < CAPTURE_COUNT && rest.p != NULL; i++)
		captures[i] = decode_capture(str_cut(&rest, '|'));
}

/* As HAProxy's converter host_only: lower case, without what follows the last ':' outside brackets. */
static struct str read_host(struct str s)
{
	char *p = (char *)(uintptr_t)s.p;

	for (size_t i = s.n; i > 0; i--) {
		if (p[i - 1] == ']')
			break;
		if (p[i - 1] == ':') {
			s.n = i - 1;
			break;
		}
	}
	str_lower(p, s.n);
	return s.n > 0 ? s : (struct str){0};
}

/* As HAProxy's converters bytes(0,64),url_enc: a valid key stays as it is, any other becomes harmless. */
static struct str read_key(struct str raw, char dst[3 * LOG_KEY_MAX + 1])
{
	size_t len = 0;

	if (raw.n > LOG_KEY_MAX)
		raw.n = LOG_KEY_MAX;
	if (raw.n == 0)
		return (struct str){0};
	for (size_t i = 0; i < raw.n; i++) {
		unsigned char c = (unsigned char)raw.p[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			     (c >= 'A' && c <= 'Z') || strchr("-._~", c) != NULL;

		len += (size_t)snprintf(dst + len, 4, plain ? "%c" : "%%%02X", c);
	}
	return (struct str){dst, len};
}

/*
 * What HAProxy writes for all that the first line of a request says when it could not read one. No request
 * can have it as its method: '<' is in no token.
 */
static const char no_request[] = "<BADREQ>";

/*
 * HAProxy writes what was asked for as it came, without the query: "/path", "http://host/path" (each request of
 * HTTP/2), "*", or the authority of CONNECT (RFC 9112 section 3.2).
 */
static struct str read_path(struct str target, struct str method)
{
	size_t scheme = str_find(target, STR_LIT("://"));
	struct str rest;

	if (str_eq_c(method, "CONNECT") || scheme == target.n || target.p[0] == '/')
		return decode_capture(target);
	rest = (struct str){target.p + scheme + 3, target.n - scheme - 3};
	size_t path = str_find_char(rest, '/');
	if (path == rest.n)
		return str_eq_c(method, "OPTIONS") ? STR_LIT("*") : STR_LIT("/");
	return decode_capture((struct str){rest.p + path, rest.n - path});
}

/* The first line of the request. Of one that HAProxy could not read nothing is known. */
static void read_first_line(const struct str *columns, struct request *request)
{
	if (str_eq_c(columns[COLUMN_METHOD], no_request))
		return;
	request->method = columns[COLUMN_METHOD];
	request->path = read_path(columns[COLUMN_PATH], request->method);
	if (request->path.n > LIMIT_LOG_VALUE)
		request->path.n = LIMIT_LOG_VALUE;
	/* It stands behind the URL, and is cut off with what is longer than HAProxy keeps of that. */
	if (!str_eq_c(columns[COLUMN_PROTOCOL], "HTTP/0.9"))
		request->protocol = columns[COLUMN_PROTOCOL];
}

static void weigh_carriers(const struct str keys[CARRIER_COUNT], struct request *request)
{
	request->carrier = CARRIER_COUNT;
	for (int i = 0; i < CARRIER_COUNT; i++) {
		if (keys[i].n == 0)
			continue;
		if (request->carriers == 0) {
			request->carrier = i;
			request->session = keys[i];
		} else if (!str_eq(keys[i], request->session)) {
			request->conflict = true;
		}
		request->carriers |= 1U << i;
	}
}

/* The carriers and the caller, from the rules or from what they have left to us. */
static void read_context(
	const struct str *columns, const struct str *captures, struct log_record *record)
{
	struct str keys[CARRIER_COUNT];
	struct str baggage = captures[CAPTURE_BAGGAGE];
	struct str caller = columns[COLUMN_CALLER];
	struct str trace = optional(columns[COLUMN_TRACE]);

	for (int i = 0; i < CARRIER_COUNT; i++)
		keys[i] = optional(columns[COLUMN_CARRIERS + i]);
	if (optional(caller).p == NULL) {
		keys[CARRIER_HEADER] =
			read_key(header_key(captures[CAPTURE_SESSION]), record->keys[0]);
		keys[CARRIER_BAGGAGE] = read_key(
			baggage_member(&baggage, 1, STR_LIT(CARRIER_NAME)), record->keys[1]);
		caller = baggage_member(&baggage, 1, STR_LIT("routing-hop"));
		if (!baggage_is_well_formed(baggage))
			record->request.malformed = true;
	}
	weigh_carriers(keys, &record->request);
	if (caller_read(caller, record->caller))
		record->request.caller = str_of(record->caller);
	record->request.trace = trace.p != NULL ? trace : traceparent_id(captures[CAPTURE_TRACE]);
}

/* The backend is "cart" or "cart:strict". */
static void read_target(const struct str *columns, struct log_record *record)
{
	struct request *request = &record->request;
	struct str server = columns[COLUMN_SERVER];
	struct str rest = columns[COLUMN_BACKEND];
	uint64_t index;

	record->endpoint_index = SIZE_MAX;
	request->service = str_cut(&rest, ':');
	rest = server;
	request->version = str_cut(&rest, ':');
	if (rest.n > 1 && rest.p[rest.n - 1] == 't')
		rest.n--; /* its twin, see haproxy_mirror.h */
	if (rest.p == NULL || !str_to_u64(rest, &index)) {
		request->version = (struct str){0};
		return;
	}
	record->endpoint_index = (size_t)index;
	request->endpoint = read_endpoint(columns[COLUMN_ENDPOINT]);
}

/* With a '+' before it when the last of them went to another server. */
static int64_t read_retries(struct str s)
{
	(void)is_prefix_cut(&s, "+");
	return number_or(s, 0);
}

static void read_outcome(const struct str *columns, struct request *request)
{
	bool has_server = request->version.p != NULL;
	bool answered = optional(columns[COLUMN_ANSWERED]).p != NULL;
	int64_t came = number_or(columns[COLUMN_CAME], 0);
	int64_t reply = number_or(columns[COLUMN_ANSWERED], came);
	struct str reason = optional(columns[COLUMN_REASON]);
	struct str pinned = columns[COLUMN_INTENDED];

	request->answered_by = answered ? ANSWERED_BY_VERSION : ANSWERED_BY_PROXY;
	request->error = end_words(columns[COLUMN_END_STATE], has_server);
	if (!answered && request->status == 508)
		request->error = STR_LIT("too many hops: a loop");
	/* Of what the proxy answered because it could not go on, the state tells only when. */
	if (!answered && request->status == 400 && has_server)
		request->error = STR_LIT("request body is not valid HTTP");
	if (!answered && request->status == 500 && columns[COLUMN_END_STATE].p[0] == 'P')
		request->error = STR_LIT("a rule failed, most likely for want of room for headers");
	/* A stream that breaks HTTP/2 ends as one does that the client has cancelled. */
	if (str_eq_c(request->error, "client went away") && str_eq_c(request->protocol, "HTTP/2.0"))
		request->error = STR_LIT("client went away or broke HTTP/2");
	request->total_ms = (double)(number_or(columns[COLUMN_ENDED], came) - came) / 1000.0;
	request->upstream_ms = (double)(reply - came) / 1000.0;
	request->reason = reason.p == NULL ? (int)REASON_NO_SESSION
					   : name_index(reason, reason_names, REASON_COUNT);
	request->intended = name_index(optional(str_cut(&pinned, '/')), reason_names, REASON_COUNT);
	if (name_is_version(pinned) && !str_eq(pinned, request->version))
		request->pinned = pinned;
}

static bool read_request(struct str line, struct log_record *record)
{
	struct request *request = &record->request;
	struct str columns[COLUMN_COUNT], captures[CAPTURE_COUNT] = {0};
	struct str number;
	int64_t came;

	for (int i = 0; i < COLUMN_COUNT; i++) {
		columns[i] = str_cut(&line, ' ');
		if (columns[i].n == 0 || line.p == NULL)
			return false;
	}
	number = columns[COLUMN_COUNTER];
	if (!str_to_i64(str_cut(&number, '/'), &record->counter) ||
		!str_to_i64(columns[COLUMN_PID], &record->pid) || record->counter < 0)
		return false;
	/* A request that was not one to the end (400, 408) never reached the rules: it came when it ended. */
	if (!str_to_i64(columns[COLUMN_CAME], &came)) {
		columns[COLUMN_CAME] = columns[COLUMN_ENDED];
		if (!str_to_i64(columns[COLUMN_CAME], &came))
			return false;
	}
	snprintf(record->id, sizeof(record->id), "%llx-%llx", (unsigned long long)came,
		(unsigned long long)number_or(number, record->counter));
	request->id = str_of(record->id);
	request->time = came / 1000;
	read_captures(line, captures);
	read_first_line(columns, request);
	request->host = read_host(captures[CAPTURE_HOST]);
	request->status = number_or(columns[COLUMN_STATUS], 0);
	request->retries = read_retries(columns[COLUMN_RETRIES]);
	request->bytes_in = number_or(columns[COLUMN_BYTES_IN], 0);
	request->bytes_out = number_or(columns[COLUMN_BYTES_OUT], 0);
	request->revision = number_or(columns[COLUMN_REVISION], 0);
	request->malformed = optional(columns[COLUMN_MALFORMED]).p != NULL;
	if (request->status < 0)
		request->status = 0;
	read_context(columns, captures, record);
	read_target(columns, record);
	read_outcome(columns, request);
	if (str_eq_c(columns[COLUMN_BACKEND], RULES_FRONTEND) ||
		str_eq_c(columns[COLUMN_BACKEND], RULES_UNKNOWN)) {
		struct str service = columns[COLUMN_INTENDED];

		/* Answered before a version was looked for, and mostly before a service was found. */
		str_cut(&service, '/');
		request->service = request->status == 500 && name_is_service(service)
					   ? service
					   : (struct str){0};
		request->pinned = (struct str){0};
		request->reason = REASON_COUNT;
	}
	return true;
}

/* ---- health --------------------------------------------------------------------------------------------- */

static bool read_server(struct str *rest, struct log_health *health)
{
	struct str name = str_cut(rest, ' ');

	health->server = name;
	health->backend = str_cut(&health->server, '/');
	return health->server.p != NULL && rest->p != NULL;
}

void log_write_detail(
	struct str reason, struct str code, struct str info, char *dst, size_t size_bytes)
{
	static const struct {
		const char *reason, *words;
	} words[] = {
		{"Layer4 timeout", "no connection in time"},
		{"Layer6 timeout", "no connection in time"},
		{"Layer7 timeout", "no answer in time"},
		{"Layer7 invalid response", "answer is not valid HTTP"},
	};

	/* Of a gRPC check it is 0, and what is wrong stands in info. */
	if (code.n > 0 && code.n <= 3 && !str_eq_c(code, "0")) {
		snprintf(dst, size_bytes, "answered %.*s", STR_ARG(code));
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq_c(reason, words[i].reason))
			info = str_of(words[i].words);
	if (info.n == 0)
		info = reason;
	str_copy(dst, size_bytes, info);
	str_lower(dst, dst[0] != '\0');
}

static void write_detail(struct str line, struct log_health *health)
{
	log_write_detail(between(line, "reason: ", ","), between(line, ", code: ", ","),
		between(line, "info: \"", "\""), health->detail, sizeof(health->detail));
}

/* "Health check for server cart/pr-1:0 failed, reason: ..., status: 0/1 DOWN." */
static bool read_check(struct str rest, struct log_health *health)
{
	struct str status;

	if (!read_server(&rest, health))
		return false;
	status = between(rest, "status: ", ".");
	str_cut(&status, ' ');
	if (!str_eq_c(status, "UP") && !str_eq_c(status, "DRAIN") && !str_eq_c(status, "DOWN"))
		return false;
	health->up = !str_eq_c(status, "DOWN");
	health->duration_ms = number_or(between(rest, "check duration: ", "ms"), 0);
	if (!health->up)
		write_detail(rest, health);
	return true;
}

/*
 * "Server cart/pr-1:0 is DOWN, reason: ..."; what our own commands cause is no news. Nor is one that is UP: the
 * line of its check came before and says how long that took.
 */
static bool read_state(struct str rest, struct log_health *health)
{
	if (!read_server(&rest, health) || !is_prefix_cut(&rest, "is DOWN"))
		return false;
	if (rest.n == 0 || (rest.p[0] != '.' && rest.p[0] != ','))
		return false; /* "UP/READY (leaving forced maintenance)" */
	if (is_prefix_cut(&rest, ", changed from"))
		return false;
	health->duration_ms = number_or(between(rest, "check duration: ", "ms"), 0);
	if (str_find(rest, STR_LIT("reason: ")) < rest.n)
		write_detail(rest, health);
	return true;
}

enum log_kind log_parse(char *line, size_t len, struct log_record *ret_record)
{
	struct str rest = {line, len};

	*ret_record = (struct log_record){.request = {.kind = KIND_COUNT}};
	while (rest.n > 0 && (rest.p[rest.n - 1] == '\n' || rest.p[rest.n - 1] == '\r'))
		rest.n--;
	if (is_prefix_cut(&rest, "R "))
		return read_request(rest, ret_record) ? LOG_REQUEST : LOG_MALFORMED;
	if (is_prefix_cut(&rest, "Health check for server "))
		return read_check(rest, &ret_record->health) ? LOG_HEALTH : LOG_OTHER;
	if (is_prefix_cut(&rest, "Server "))
		return read_state(rest, &ret_record->health) ? LOG_HEALTH : LOG_OTHER;
	return LOG_OTHER;
}
