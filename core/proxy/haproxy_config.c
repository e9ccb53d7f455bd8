/*
 * Writes what HAProxy loads. Called by the driver before each start and reload.
 *
 * Everything that is named here from outside is a checked name, a number or a numeric address, which have
 * no character that is special in a configuration; the rest (directory, URL, health path) goes through
 * add_quoted() or add_format(). How the routing rules are laid out is told in haproxy_mirror.h; what is
 * measured about their cost, beside the rules.
 */
#include "core/proxy/haproxy_config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/model/routing_context.h"
#include "core/proxy/haproxy_answers.h"
#include "core/proxy/haproxy_rules.h"

enum { KNOWN_NAMES = 20, BAGGAGE_KEPT = 64 };

/* ---- quoting ------------------------------------------------------------------------------------- */

/* One word of a configuration line: between single quotes nothing is special but the quote. */
static void add_quoted(struct strbuf *out, struct str word)
{
	strbuf_add_char(out, '\'');
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] == '\'')
			strbuf_add_c(out, "'\\''");
		else
			strbuf_add_char(out, word.p[i]);
	}
	strbuf_add_char(out, '\'');
}

/* The same for text inside a log-format between single quotes, where % is special too. */
static void add_format(struct strbuf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'')
			strbuf_add_c(out, "'\\''");
		else if (text.p[i] == '%')
			strbuf_add_c(out, "%%");
		else
			strbuf_add_char(out, text.p[i]);
	}
}

static void add_regex(struct strbuf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '.')
			strbuf_add_char(out, '\\');
		strbuf_add_char(out, *text);
	}
}

/* ---- sections ------------------------------------------------------------------------------------- */

/* A path below the directory, as one word. */
static void add_path(struct strbuf *out, const char *prefix, const char *dir, const char *name)
{
	struct strbuf path;

	strbuf_init(&path, 4096);
	strbuf_addf(&path, "%s%s/%s", prefix, dir, name);
	add_quoted(out, strbuf_str(&path));
	strbuf_finish(&path);
}

static void write_global(struct strbuf *out, const struct config_options *options)
{
	strbuf_add_c(out, "# Written by umbra; changes are lost.\nglobal\n\tdefault-path config\n"
			  "\tlog ring@umbra:log len 24576 format raw local0\n\tstats socket ");
	add_quoted(out, str_of(options->runtime_path));
	strbuf_add_c(out, " level admin mode 600 expose-fd listeners\n\tstats timeout 24h\n"
			  "\tserver-state-file ");
	add_path(out, "", options->dir, "state");
	strbuf_addf(out,
		/* No worker is ended by a number of reloads or an hour: what is open stays open. */
		"\n\tnoreuseport\n\tmworker-max-reloads 2147483647\n"
		"\ttune.bufsize 81920\n\ttune.maxrewrite 2048\n\ttune.http.maxhdr "
		"256\n\ttune.http.logurilen 4096\n\tmaxconn %" PRId64 "\n\tulimit-n %" PRId64 "\n"
		"\tset-var proc.revision int(%" PRId64 ")\n"
		"\tset-var proc.generation int(%" PRId64 ")\n\n",
		options->max_connections, options->max_files, options->revision,
		options->generation);
	/* Read by haproxy_log_socket.c. A ring with a server of its own costs CPU for as long as nobody listens there. */
	strbuf_add_c(out, "ring umbra:log\n\tformat raw\n\tmaxlen 24576\n\tsize 8388608\n\n");
}

/* Sorted by name, as people expect a list to be. */
static int by_name(const void *a, const void *b)
{
	const struct mirror_service *const *x = a;
	const struct mirror_service *const *y = b;

	return strcmp((*x)->service->name, (*y)->service->name);
}

static struct mirror_service **sorted_services(const struct mirror *table, size_t *ret_count)
{
	struct mirror_service **list = xcalloc(hashmap_count(table->services) + 1, sizeof(*list));
	size_t cursor = 0;
	struct str name;
	void *value;

	*ret_count = 0;
	while (hashmap_next(table->services, &cursor, &name, &value))
		list[(*ret_count)++] = value;
	qsort(list, *ret_count, sizeof(*list), by_name);
	return list;
}

/* 404: at most 20 names, how many there are, and where to ask. */
static void write_unknown_host(
	struct strbuf *out, const struct config_options *options, const struct mirror *table)
{
	size_t count;
	struct mirror_service **services = sorted_services(table, &count);
	struct json_writer w;
	struct strbuf json;

	strbuf_init(&json, 16384);
	json_start(&w, &json);
	json_object(&w, NULL);
	json_c(&w, "type", "urn:umbra:problem:service-unknown");
	json_c(&w, "title", err_title(ERR_SERVICE_UNKNOWN));
	json_int(&w, "status", 404);
	json_c(&w, "code", err_code(ERR_SERVICE_UNKNOWN));
	json_c(&w, "reason", err_code(ERR_SERVICE_UNKNOWN));
	json_c(&w, "domain", options->domain);
	json_array(&w, "known");
	for (size_t i = 0; i < count && i < KNOWN_NAMES; i++)
		json_c(&w, NULL, services[i]->service->name);
	json_array_end(&w);
	json_uint(&w, "total", count);
	json_c(&w, "api", options->api_url);
	json_object_end(&w);
	strbuf_add_c(out,
		"backend " RULES_UNKNOWN " from unknown\n"
		"\thttp-request return status 404 content-type application/problem+json hdr "
		"Cache-Control no-store hdr Routing-Decision "
		"'*=\"\";reason=service-unknown;revision=%[var(txn.revision)]' lf-string '" PAGE(
			"service-unknown"));
	/* The host is put in before the closing brace, by HAProxy. */
	strbuf_truncate(&json, json.len - 1);
	add_format(out, strbuf_str(&json));
	strbuf_add_c(out, ",\"detail\":\"no service answers to this host\","
			  "\"host\":\"%[" RULES_HOST
			  ",bytes(0,320),json(utf8s),regsub(<,?,g)]\"}" PAGE_END "'\n\n");
	strbuf_finish(&json);
	free(services);
}

static void add_lines(struct strbuf *out, const char *name, int to)
{
	for (int i = 1; i <= to; i++)
		strbuf_addf(out, "%s%%[req.fhdr(%s,%d)]", i > 1 ? "," : "", name, i);
}

/*
 * The baggage as ",line,line" in a variable: one line as it is in nearly every request, up to four are read.
 * Up to 64 become the one line that is passed on; the commas left by lines that are not there go with the
 * other members that are empty.
 */
static void write_baggage(struct strbuf *out)
{
	strbuf_add_c(out, "\thttp-request set-var-fmt(txn.baggage) ',%[req.fhdr(baggage,1)]'"
			  " if { req.fhdr(baggage) -m found }\n"
			  "\thttp-request set-var(txn.lines) req.fhdr_cnt(baggage)"
			  " if { req.fhdr_cnt(baggage) gt 1 }\n"
			  "\thttp-request set-var-fmt(txn.baggage) ',");
	add_lines(out, "baggage", BAGGAGE_LINES);
	strbuf_add_c(out, "' if { var(txn.lines) -m found }\n"
			  "\thttp-request set-header baggage '");
	add_lines(out, "baggage", BAGGAGE_KEPT);
	strbuf_addf(out,
		"' if { var(txn.lines) -m found }\n"
		"\thttp-request set-var(txn.malformed) str(baggage)"
		" if { var(txn.lines) -m int gt %d }\n",
		BAGGAGE_LINES);
}

static void write_frontend(
	struct strbuf *out, const struct config_options *options, const struct mirror *table)
{
	strbuf_addf(out, "frontend " RULES_FRONTEND " from base\n\tbind %s\n", options->listen);
	strbuf_add_c(out, rules_log);
	strbuf_add_c(out, rules_captures);
	strbuf_add_c(out, answers_captures);
	strbuf_add_c(out, answers_frontend);
	strbuf_add_c(out, answers_own);
	strbuf_add_c(out, rules_service);
	strbuf_add_c(out, rules_connect);
	strbuf_add_c(out, rules_hops);
	strbuf_add_c(out, rules_key);
	strbuf_add_c(out, rules_upgrade);
	write_baggage(out);
	strbuf_add_c(out, rules_carriers);
	strbuf_add_c(out, rules_pins);
	strbuf_add_c(out, rules_backend);
	write_unknown_host(out, options, table);
}

/* The baggage once it is one line, and the request with one endpoint to go to that may have come with more. */
#define ANY_BAGGAGE "req.fhdr(baggage,1)"
#define LONG_WAY "{ var(txn.caller) -m found }"
#define KEYED "{ var(txn.key) -m found }"
#define PLAIN_PIN "{ var(txn.reason) -m str pinned } !" LONG_WAY

/*
 * Ours before what came, which had another hop's and perhaps a key of its own. `baggage` is where that
 * is; it gets a comma in front, so that every member has one, and goes without what is ours, empty or has no
 * name: one such member, and a strict reader drops the whole list.
 */
struct upstream {
	const char *ours; /* members, each with its comma */
	const char *to; /* the expression of the version */
	const char *baggage;
	const char *condition;
};

static void write_upstream(struct strbuf *out, const char *service, const struct upstream *upstream)
{
	strbuf_addf(out,
		"\thttp-request set-header baggage '%srouting-hop=%s%%%%40%%[%s],"
		"routing-hops=%%[var(txn.hops,0),add(1)]%%[%s,regsub(\"^\",\",\"),"
		"regsub(\"(?:,(?![ \\t]*+(?!routing-(?:session|hops?|pins|strict)[ \\t]*=)"
		"[^ \\t,;=]++[ \\t]*=)[^,]*)+\",,g)]' %s\n",
		upstream->ours, service, upstream->to, upstream->baggage, upstream->condition);
}

#define OUR_KEY "routing-session=%[var(txn.key)],"

/* For those that took the long way through the frontend, and for those that did not. */
static void write_any_upstream(
	struct strbuf *out, const char *service, const char *to, const char *strict)
{
	char ours[64], key[64];

	snprintf(ours, sizeof(ours), "%%[var(txn.ours)]%s", strict);
	snprintf(key, sizeof(key), "%s%s", OUR_KEY, strict);
	write_upstream(out, service,
		&(struct upstream){ours, to, ANY_BAGGAGE, "if " LONG_WAY " or !" KEYED});
	write_upstream(
		out, service, &(struct upstream){key, to, ANY_BAGGAGE, "if !" LONG_WAY " " KEYED});
}

/* Pin, version and reason: looked up in maps of this service, which are small and so cheap to change. */
static void write_decision(struct strbuf *out, const char *service)
{
	strbuf_addf(out,
		"\thttp-request set-var(txn.want) var(txn.key),map_str(maps/%s.pins)\n"
		"\thttp-request set-var(txn.reason) "
		"var(txn.want),map_str(maps/%s.versions,version-gone)\n",
		service, service);
}

/* What is seldom: a direct pin, and an entry that says more than the reason. */
static void write_decision_rest(struct strbuf *out, const char *service)
{
	strbuf_addf(out,
		"\thttp-request set-var(txn.want) var(txn.direct)\n"
		"\thttp-request set-var(txn.reason) "
		"var(txn.direct),map_str(maps/%s.versions,version-gone)\n",
		service);
	strbuf_add_c(out,
		"\thttp-request set-var(txn.entry) var(txn.reason) if { var(txn.reason) -m sub : "
		"}\n"
		"\thttp-request set-var(txn.reason) var(txn.entry),field(1,:)\n"
		"\thttp-request set-var(txn.reason) str(direct-pin)"
		" if { var(txn.direct) -m found } { var(txn.reason) -m str pinned }\n"
		/* Which of several endpoints comes first is chance. */
		"\thttp-request set-var(txn.endpoints) var(txn.entry),field(2,:),add(0)"
		" if { var(txn.entry) -m found }\n"
		"\thttp-request set-var(txn.first) rand,mod(txn.endpoints)"
		" if { var(txn.endpoints) -m found } " RULES_READY "\n"
		"\thttp-request set-var-fmt(txn.server) '%[var(txn.want)]:%[var(txn.first)]'"
		" if { var(txn.first) -m found }\n");
}

/*
 * Tried in order past those that are down; the first name that is unknown ends the search. A name made of
 * two expressions would be garbled here (HAProxy has two buffers to convert in), so it comes in a variable.
 */
static void write_choice(struct strbuf *out, const char *version, const char *condition)
{
	strbuf_addf(out,
		"\tuse-server %%[str(-)] if !%s\n"
		"\tuse-server %%[var(txn.server)] if { var(txn.server) -m found }\n",
		condition);
	for (int i = 0; i < LIMIT_ENDPOINTS; i++)
		strbuf_addf(out, "\tuse-server %%[var(%s)]:%d if TRUE\n", version, i);
}

/* Three kinds of requests: pinned to a version with one endpoint, those that have no key, and others. */
static void write_lenient_rules(struct strbuf *out, const char *service)
{
	char stable[128];

	snprintf(stable, sizeof(stable), "str(~stable),map_str(maps/%s.versions)", service);
	write_decision(out, service);
	write_upstream(out, service,
		&(struct upstream){OUR_KEY, "var(txn.want)", RULES_BAGGAGE, "if " PLAIN_PIN});
	strbuf_add_c(out, "\thttp-request allow if " PLAIN_PIN "\n");
	write_upstream(out, service,
		&(struct upstream){"", stable, ANY_BAGGAGE, "unless { var(txn.reason) -m found }"});
	strbuf_add_c(out, "\thttp-request allow unless { var(txn.reason) -m found }\n");
	write_decision_rest(out, service);
	strbuf_addf(out,
		"\thttp-request set-var(txn.to) %s\n"
		"\thttp-request set-var(txn.to) var(txn.want) if " RULES_READY "\n",
		stable);
	strbuf_add_c(out, rules_loop);
	write_any_upstream(out, service, "var(txn.to)", "");
}

static void write_server(
	struct strbuf *out, const struct mirror_version *version, size_t index, const char *twin)
{
	const struct mirror_server *server = &version->servers[index];

	strbuf_addf(out, "\tserver %s:%zu%s %s%s%s:%u weight ", version->name, index, twin,
		strchr(server->address, ':') != NULL ? "ipv6@[" : "", server->address,
		strchr(server->address, ':') != NULL ? "]" : "", (unsigned)server->port);
}

static void write_timeouts(struct strbuf *out, const struct service *service)
{
	const struct {
		const char *name;
		int64_t ms;
	} timeouts[] = {
		{"connect", service->connect_timeout_ms},
		{"server", service->response_timeout_ms},
		{"tunnel", service->idle_timeout_ms},
	};

	for (size_t i = 0; i < ARRAY_LEN(timeouts); i++)
		if (timeouts[i].ms > 0)
			strbuf_addf(out, "\ttimeout %s %" PRId64 "ms\n", timeouts[i].name,
				timeouts[i].ms);
}

/* The path is the service's, or what maps/paths says for the version. */
static void write_http_check(
	struct strbuf *out, const struct config_options *options, const struct service *service)
{
	strbuf_addf(out,
		"\toption httpchk\n"
		"\thttp-check set-var-fmt(check.id) '%s@%%[srv_name,field(1,:)]'\n"
		"\thttp-check set-var-fmt(check.path) '",
		service->name);
	add_format(out, str_of(service->health_path));
	strbuf_addf(out,
		"'\n"
		"\thttp-check set-var(check.path) var(check.id),map_str(maps/paths)\n"
		"\thttp-check send meth GET uri-lf '%%[var(check.path)]' ver HTTP/1.1"
		" hdr Host %s.%s\n",
		service->name, options->domain);
}

static void add_hex(struct strbuf *out, const void *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		strbuf_addf(out, "%02x", ((const unsigned char *)bytes)[i]);
}

/* A header of HPACK (RFC 7541, section 6.2.2): never indexed, no Huffman, and here under 127 bytes. */
static void add_field(struct strbuf *block, const char *lead, size_t lead_len, const char *value)
{
	strbuf_add(block, lead, lead_len);
	strbuf_add_char(block, (char)strlen(value));
	strbuf_add_c(block, value);
}

/*
 * The call grpc.health.v1.Health/Check for the whole server, as bytes: an HTTP check has no way to send its
 * message, which begins with a zero. The answer is 1 in field 1 when it serves. What else may come (another
 * status; an end without a message, as from a server that has no such service) is told at once.
 */
static void write_grpc_check(
	struct strbuf *out, const struct config_options *options, const struct service *service)
{
	static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
	static const unsigned char settings[] = {0, 0, 0, 4, 0, 0, 0, 0, 0};
	static const unsigned char message[] = {0, 0, 5, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0};
	struct strbuf block, host;

	strbuf_init(&block, 1024);
	strbuf_init(&host, 512);
	strbuf_addf(&host, "%s.%s", service->name, options->domain);
	strbuf_add(&block, "\x83\x86", 2); /* :method POST, :scheme http */
	add_field(&block, "\x04", 1, "/grpc.health.v1.Health/Check"); /* :path */
	/* A name that is too long for one byte of length is cut: nobody routes by it here. */
	strbuf_truncate(&host, host.len > 126 ? 126 : host.len);
	add_field(&block, "\x01", 1, host.data); /* :authority */
	add_field(&block, "\x0f\x10", 2, "application/grpc"); /* content-type */
	strbuf_add(&block, "\0\2te", 4);
	add_field(&block, "", 0, "trailers");
	strbuf_add_c(out, "\toption tcp-check\n\ttcp-check connect\n\ttcp-check send-binary ");
	add_hex(out, preface, sizeof(preface) - 1);
	add_hex(out, settings, sizeof(settings));
	strbuf_addf(out, "%06zx010400000001", block.len);
	add_hex(out, block.data, block.len);
	add_hex(out, message, sizeof(message));
	strbuf_add_c(out,
		"\n"
		"\ttcp-check expect rbinary "
		"(0000000002080[0-9A-F]|000005000[01]000000010000000000|01[0-9A-F]500000001)"
		" error-status L7STS on-error 'no gRPC answer'\n"
		"\ttcp-check expect min-recv 1 rbinary 0000000002080[0-9A-F]"
		" error-status L7STS on-error 'the server has no grpc.health.v1'\n"
		"\ttcp-check expect min-recv 1 rbinary 00000000020801"
		" error-status L7STS on-error 'gRPC health is not SERVING'\n");
	strbuf_finish(&block);
	strbuf_finish(&host);
}

/*
 * Clients of gRPC take calls back, and the version is told. Not for HTTP/1.1, where a client that has only
 * finished sending would be answered 400.
 */
static void write_cancelling(struct strbuf *out, const struct service *service)
{
	if (service->protocol == PROTOCOL_H2C)
		strbuf_add_c(out, "\toption abortonclose\n");
}

/* A twin has no checks; it begins as its server is known to be. */
static void write_twin(struct strbuf *out, const struct service *service,
	const struct mirror_version *version, size_t index)
{
	strbuf_addf(out, "%s%s\n", service->protocol == PROTOCOL_H2C ? " proto h2" : "",
		version->servers[index].up ? "" : " disabled");
}

static void write_check_section(
	struct strbuf *out, const struct config_options *options, const struct service *service)
{
	if (service->health_type == HEALTH_HTTP)
		write_http_check(out, options, service);
	else if (service->health_type == HEALTH_GRPC)
		write_grpc_check(out, options, service);
	/* Of TCP the connection is the check. */
}

static struct mirror_version **sorted_versions(
	const struct mirror_service *service, size_t *ret_count);

static void write_lenient(struct strbuf *out, const struct config_options *options,
	const struct mirror *table, const struct mirror_service *service)
{
	size_t count;
	struct mirror_version **versions = sorted_versions(service, &count);
	const struct service *record = service->service;

	strbuf_addf(out, "backend %s from lenient\n", record->name);
	write_cancelling(out, record);
	write_timeouts(out, record);
	write_check_section(out, options, record);
	write_lenient_rules(out, record->name);
	write_choice(out, "txn.want", RULES_READY);
	for (size_t v = 0; v < count; v++) {
		for (size_t i = 0; i < versions[v]->count; i++) {
			if (versions[v]->servers[i].twin) {
				write_server(out, versions[v], i, "t");
				strbuf_add_c(out, "1");
				write_twin(out, record, versions[v], i);
			}
			write_server(out, versions[v], i, "");
			strbuf_add_c(out, versions[v]->stable ? "1 " : "0 ");
			mirror_write_check(out, table, record, versions[v]);
			strbuf_add_c(out, versions[v]->servers[i].place == SERVER_ACTIVE
						  ? "\n"
						  : " disabled\n");
		}
	}
	free(versions);
}

static void write_strict(struct strbuf *out, const struct mirror_service *service)
{
	size_t count;
	struct mirror_version **versions = sorted_versions(service, &count);
	const struct service *record = service->service;

	strbuf_addf(out,
		"backend %s:strict from strict\n"
		"\thttp-request set-var(txn.reason) var(txn.reason),field(1,.)\n",
		record->name);
	write_cancelling(out, record);
	write_decision(out, record->name);
	write_decision_rest(out, record->name);
	strbuf_addf(out,
		"\thttp-request set-var(txn.refused) "
		"var(txn.reason,no-session),map_str(maps/refused)\n"
		"\thttp-request set-var(txn.intended) var(txn.reason,no-session)"
		" if { var(txn.refused) -m str stable-down }\n"
		"\thttp-request set-var(txn.use) str(~stable),map_str(maps/%s.versions)"
		" if { var(txn.intended) -m found }\n"
		"\thttp-request set-var(txn.use) var(txn.want) if " RULES_READY "\n"
		"\thttp-request set-var-fmt(txn.tombstone) '%s@%%[var(txn.want)]'"
		" if { var(txn.reason) -m str version-gone }\n"
		"\thttp-request set-var-fmt(txn.tombstone) 'session:%%[var(txn.key)]'"
		" if { var(txn.reason) -m str session-expired }\n"
		"\thttp-request set-header Routing-Strict 1\n",
		record->name, record->name);
	strbuf_add_c(out, rules_loop);
	write_any_upstream(out, record->name, "var(txn.use)", "routing-strict=1,");
	write_choice(out, "txn.use", "{ var(txn.use) -m found }");
	for (size_t v = 0; v < count; v++) {
		for (size_t i = 0; i < versions[v]->count; i++) {
			write_server(out, versions[v], i, "");
			strbuf_add_c(out, "0");
			write_twin(out, record, versions[v], i);
		}
	}
	free(versions);
}

/* Stable first, then by name, as everywhere. */
static int by_version(const void *a, const void *b)
{
	const struct mirror_version *x = *(const struct mirror_version *const *)a;
	const struct mirror_version *y = *(const struct mirror_version *const *)b;

	if (x->stable != y->stable)
		return x->stable ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Without those that are retired. The caller frees. */
static struct mirror_version **sorted_versions(
	const struct mirror_service *service, size_t *ret_count)
{
	struct mirror_version **list = xcalloc(hashmap_count(service->versions) + 1, sizeof(*list));
	size_t cursor = 0;
	struct str name;
	void *value;

	*ret_count = 0;
	while (hashmap_next(service->versions, &cursor, &name, &value))
		if (!((struct mirror_version *)value)->gone)
			list[(*ret_count)++] = value;
	qsort(list, *ret_count, sizeof(*list), by_version);
	return list;
}

/*
 * A service that HAProxy does not take has backends that say so, with HAProxy's words. They hold nothing of the
 * service but its name.
 */
static void write_refused(struct strbuf *out, const struct mirror_service *service)
{
	static const char *const twins[] = {"", ":strict"};
	const char *name = service->service->name;
	struct json_writer w;
	struct strbuf json;

	strbuf_init(&json, 4096);
	json_start(&w, &json);
	json_object(&w, NULL);
	json_c(&w, "type", "urn:umbra:problem:service-refused");
	json_c(&w, "title", err_title(ERR_SERVICE_REFUSED));
	json_int(&w, "status", 503);
	json_c(&w, "code", err_code(ERR_SERVICE_REFUSED));
	json_c(&w, "reason", "stable-down");
	json_c(&w, "service", name);
	json_c(&w, "detail", service->refused);
	json_object_end(&w);
	for (size_t i = 0; i < ARRAY_LEN(twins); i++) {
		strbuf_addf(out,
			"backend %s%s from base\n"
			"\thttp-request set-var(txn.intended) "
			"var(txn.reason,no-session),field(1,.),map_str(maps/fallen)\n"
			"\thttp-request set-var(txn.reason) str(stable-down)\n"
			"\thttp-after-response set-header Routing-Decision "
			"'%s=\"\";reason=stable-down;revision=%%[var(txn.revision)]'\n"
			"\thttp-request return status 503 content-type application/problem+json "
			"hdr Cache-Control no-store lf-string '",
			name, twins[i], name);
		add_format(out, strbuf_str(&json));
		strbuf_add_c(out, "'\n");
	}
	strbuf_finish(&json);
}

void config_write_service(struct strbuf *out, const struct config_options *options,
	const struct mirror *table, const struct mirror_service *service)
{
	write_lenient(out, options, table, service);
	write_strict(out, service);
}

/*
 * Never used: names every map before the first condition. HAProxy looks a map up, in its configuration and
 * for each command, from the front of one list of all maps and conditions; with 1,000 services there are
 * 2,000 of these and 30,000 of those, and it takes ten times as long to start when they are mixed.
 */
static void write_map_names(
	struct strbuf *out, struct mirror_service *const *services, size_t count)
{
	strbuf_add_c(out, "backend umbra:maps from base\n"
			  "\thttp-request set-var(txn.to) str(-),map_str(maps/paths)\n");
	for (size_t i = 0; i < count; i++) {
		if (services[i]->refused != NULL)
			continue;
		strbuf_addf(out,
			"\thttp-request set-var(txn.to) str(-),map_str(maps/%s.pins)\n"
			"\thttp-request set-var(txn.to) str(-),map_str(maps/%s.versions)\n",
			services[i]->service->name, services[i]->service->name);
	}
	strbuf_add_char(out, '\n');
}

static void write_answers(struct strbuf *out)
{
	strbuf_add_c(out, answers_errors);
	strbuf_add_c(out, answers_noted);
	strbuf_add_c(out, answers_cross_origin);
	strbuf_add_c(out, answers_own);
	strbuf_add_char(out, '\n');
}

void config_write(
	struct strbuf *out, const struct config_options *options, const struct mirror *table)
{
	size_t count;
	struct mirror_service **services = sorted_services(table, &count);

	write_global(out, options);
	strbuf_add_c(out, rules_base);
	strbuf_add_c(out, rules_lenient);
	write_answers(out);
	strbuf_add_c(out, rules_strict);
	write_answers(out);
	strbuf_add_c(out, answers_unknown);
	strbuf_add_c(out, answers_own);
	strbuf_add_char(out, '\n');
	write_map_names(out, services, count);
	write_frontend(out, options, table);
	for (size_t i = 0; i < count; i++) {
		if (services[i]->refused == NULL)
			config_write_service(out, options, table, services[i]);
		else if (!services[i]->nameless)
			write_refused(out, services[i]);
		strbuf_add_char(out, '\n');
	}
	free(services);
}

/* ---- state ------------------------------------------------------------------------------------------ */

static void write_state_line(
	struct strbuf *out, const char *service, const struct mirror_version *version, size_t index)
{
	const struct mirror_server *server = &version->servers[index];
	int weight = version->stable ? 1 : 0;

	/* Operational state 2 is up, 0 down; check result 3 passed, 2 failed; health of rise 1 and fall 2. */
	strbuf_addf(out, "1 %s 1 %s:%zu %s %d %d %d %d 1 1 %d %d 6 0 0 0 - %u - 0 0 - - 0\n",
		service, version->name, index, server->address, server->up ? 2 : 0,
		server->place == SERVER_ACTIVE ? 0 : 1, weight, weight, server->up ? 3 : 2,
		server->up ? 2 : 0, (unsigned)server->port);
}

void config_write_state(struct strbuf *out, const struct mirror *table)
{
	size_t count;
	struct mirror_service **services = sorted_services(table, &count);

	strbuf_add_c(out,
		"1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state "
		"srv_uweight srv_iweight srv_time_since_last_change srv_check_status "
		"srv_check_result srv_check_health srv_check_state srv_agent_state "
		"bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl "
		"srv_check_port srv_check_addr srv_agent_addr srv_agent_port\n");
	for (size_t s = 0; s < count; s++) {
		size_t versions_count;
		struct mirror_version **versions = sorted_versions(services[s], &versions_count);

		for (size_t v = 0; services[s]->refused == NULL && v < versions_count; v++)
			for (size_t i = 0; i < versions[v]->count; i++)
				write_state_line(out, services[s]->service->name, versions[v], i);
		free(versions);
	}
	free(services);
}

/* ---- maps ------------------------------------------------------------------------------------------- */

static void write_hosts(
	struct strbuf *out, const struct config_options *options, const struct mirror *table)
{
	size_t count;
	struct mirror_service **services = sorted_services(table, &count);
	static const char *const ends[] = {"", "."};

	/* A service's own name comes before hosts that are registered: the first of two entries counts. */
	for (size_t i = 0; i < count; i++)
		for (size_t e = 0; e < ARRAY_LEN(ends); e++)
			strbuf_addf(out, "%s.%s%s %s\n", services[i]->service->name,
				options->domain, ends[e], services[i]->service->name);
	for (size_t i = 0; i < count; i++) {
		const struct strlist *hosts = &services[i]->service->hosts;
		for (size_t h = 0; h < hosts->count; h++)
			for (size_t e = 0; e < ARRAY_LEN(ends); e++)
				strbuf_addf(out, "%s%s %s\n", hosts->items[h], ends[e],
					services[i]->service->name);
	}
	free(services);
}

/* <session>--<service>.<domain>, cut at the last "--": the service's own host, "/" and the key before it. */
static void write_prefix(struct strbuf *out, const char *domain)
{
	strbuf_addf(out, "^(?=.{1,%d}\\.?$)(.*)--([a-z0-9-]+)\\.", LIMIT_HOST_NAME);
	add_regex(out, domain);
	strbuf_addf(out, "\\.?$ \\2.%s/\\1\n", domain);
}

static void write_sessions(struct strbuf *out, const struct environment *env)
{
	for (size_t i = 0; i < env->session_count; i++)
		strbuf_addf(out, "%s %s\n", env->sessions[i]->key,
			mirror_session_state(env, str_of(env->sessions[i]->key)));
	for (size_t i = 0; i < env->tombstone_count; i++) {
		const struct tombstone *tombstone = env->tombstones[i];
		if (tombstone->kind == GONE_SESSION &&
			environment_session(env, str_of(tombstone->id)) == NULL)
			strbuf_addf(out, "%s %s\n", tombstone->id,
				mirror_session_state(env, str_of(tombstone->id)));
	}
}

static void write_gone(struct strbuf *out, const struct environment *env)
{
	for (size_t i = 0; i < env->tombstone_count; i++) {
		char *id = mirror_gone_id(env->tombstones[i]);

		strbuf_addf(out, "%s ", id);
		mirror_write_facts(out, env->tombstones[i]);
		strbuf_add_char(out, '\n');
		free(id);
	}
}

/* The paths of checks that are not their service's. */
static void write_paths(struct strbuf *out, const struct mirror *table)
{
	size_t services = 0, versions;
	struct str service, name;
	void *known, *version;

	while (hashmap_next(table->services, &services, &service, &known))
		for (versions = 0; hashmap_next(((struct mirror_service *)known)->versions,
			     &versions, &name, &version);)
			if (((struct mirror_version *)version)->path != NULL)
				strbuf_addf(out, "%.*s@%.*s %s\n", STR_ARG(service), STR_ARG(name),
					((struct mirror_version *)version)->path);
}

static void write_versions(struct strbuf *out, const struct mirror_service *service)
{
	size_t count;
	struct mirror_version **versions = sorted_versions(service, &count);

	if (service->stable != NULL)
		strbuf_addf(out, "~stable %s\n", service->stable);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(out, "%s %s\n", versions[i]->name, versions[i]->entry);
	free(versions);
}

/* The pins of all sessions, sorted into a text for each service. */
static struct hashmap *collect_pins(const struct mirror *table, const struct environment *env)
{
	struct hashmap *texts = hashmap_create();

	for (size_t i = 0; i < env->session_count; i++) {
		const struct dict *pins = &env->sessions[i]->pins;
		for (size_t p = 0; p < pins->count; p++) {
			struct str service = str_of(pins->entries[p].key);
			struct strbuf *text = hashmap_get(texts, service);
			if (hashmap_get(table->services, service) == NULL)
				continue;
			if (text == NULL) {
				text = xcalloc(1, sizeof(*text));
				strbuf_init(text, CONFIG_MAX_BYTES);
				hashmap_set(texts, service, text);
			}
			strbuf_addf(text, "%s %s\n", env->sessions[i]->key, pins->entries[p].value);
		}
	}
	return texts;
}

static void free_text(void *value)
{
	strbuf_finish(value);
	free(value);
}

static void each_service_map(
	const struct mirror *table, const struct environment *env, config_file_fn each, void *arg)
{
	struct hashmap *pins = collect_pins(table, env);
	struct strbuf text;
	struct str name;
	size_t cursor = 0;
	void *value;

	strbuf_init(&text, CONFIG_MAX_BYTES);
	while (hashmap_next(table->services, &cursor, &name, &value)) {
		struct strbuf *of_service = hashmap_get(pins, name);
		char file[64];

		if (((struct mirror_service *)value)->refused != NULL)
			continue;
		snprintf(file, sizeof(file), "maps/%.*s.pins", STR_ARG(name));
		each(arg, file, of_service != NULL ? strbuf_str(of_service) : (struct str){0});
		strbuf_reset(&text);
		write_versions(&text, value);
		snprintf(file, sizeof(file), "maps/%.*s.versions", STR_ARG(name));
		each(arg, file, strbuf_str(&text));
	}
	strbuf_finish(&text);
	hashmap_destroy(pins, free_text);
}

void config_each_map(const struct config_options *options, const struct mirror *table,
	const struct environment *env, config_file_fn each, void *arg)
{
	struct strbuf text;

	strbuf_init(&text, CONFIG_MAX_BYTES);
	for (size_t i = 0; i < rules_file_count; i++)
		each(arg, rules_files[i].name, str_of(rules_files[i].text));
	write_hosts(&text, options, table);
	each(arg, "maps/hosts", strbuf_str(&text));
	strbuf_reset(&text);
	write_prefix(&text, options->domain);
	each(arg, "maps/prefix", strbuf_str(&text));
	strbuf_reset(&text);
	write_sessions(&text, env);
	each(arg, "maps/sessions", strbuf_str(&text));
	strbuf_reset(&text);
	write_gone(&text, env);
	each(arg, "maps/gone", strbuf_str(&text));
	strbuf_reset(&text);
	write_paths(&text, table);
	each(arg, "maps/paths", strbuf_str(&text));
	strbuf_finish(&text);
	each_service_map(table, env, each, arg);
}
