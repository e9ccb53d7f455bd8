/*
 * Help topics, a row each. Called by cli.c for `umbra help TOPIC`. Invariant: a limit that is a number of the
 * program is printed from its constant.
 */
#include "core/cli/topics.h"

#include <string.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/cli/config.h"
#include "core/cli/help.h"

static void write_limits(struct strbuf *out)
{
	static const struct {
		const char *what;
		long long most;
	} counts[] = {
		{"services", LIMIT_SERVICES},
		{"versions", LIMIT_VERSIONS},
		{"versions of a service", LIMIT_VERSIONS_PER_SERVICE},
		{"endpoints of a version", LIMIT_ENDPOINTS},
		{"hosts of a service", LIMIT_HOSTS},
		{"sessions", LIMIT_SESSIONS},
		{"pins of a session", LIMIT_PINS},
		{"labels of a version", LIMIT_LABELS},
		{"events that are kept", LIMIT_EVENTS_KEPT},
		{"bytes of a request to the control plane", LIMIT_BODY},
		{"connections to the control plane", LIMIT_CONNECTIONS},
		{"held requests (feeds and tails)", LIMIT_HELD_REQUESTS},
	};
	char silence[DURATION_TEXT_SIZE], connect[DURATION_TEXT_SIZE], most[DURATION_TEXT_SIZE];

	duration_format(LIMIT_SILENCE_MS, silence);
	duration_format(DEFAULT_CONNECT_TIMEOUT_MS, connect);
	duration_format(LIMIT_CONNECT_TIMEOUT_MS, most);
	strbuf_addf(out,
		"What the proxy waits for. The first three are a service's own where it says so:\n"
		"service set SERVICE --timeout-connect D --timeout-response D --timeout-idle D\n\n"
		"  connect       %-5s a connection to an endpoint; at most %s. Then another\n"
		"                      endpoint or stable is tried, and the answer is 503\n"
		"  response      %-5s a version sends nothing, before its answer (504 follows)\n"
		"                      or within it (it is cut): event streams, gRPC; at most %s\n"
		"  idle          %-5s a WebSocket is silent in both directions; at most %s\n"
		"  client        %-5s a client sends nothing within a request or stream\n"
		"  request head  10s   the lines of a request until the empty one; 408 follows\n"
		"  keep-alive    15s   a connection without a request\n\n"
		"HAProxy has one timeout for two things: the wait for an answer to begin, and a\n"
		"pause within it. A service with long pauses therefore needs a long timeout for\n"
		"both. Clients set their own limit (curl --max-time). Keepalives find a peer that\n"
		"is gone without closing: after 60s without a byte one is sent every 15s, and the\n"
		"fourth without an answer ends the connection.\n\n"
		"The proxy takes 8192 connections of clients at once, fewer where it may not have\n"
		"the files. Checks of endpoints are 2s apart unless the service says otherwise,\n"
		"and 10s with more than 2000 endpoints.\n\n"
		"How many there may be; `umbra status -o json` says how many there are:\n\n",
		connect, most, silence, silence, silence, silence, silence);
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		strbuf_addf(out, "  %8lld  %s\n", counts[i].most, counts[i].what);
}

static void write_grpc(struct strbuf *out)
{
	strbuf_add_c(out,
		"gRPC is HTTP/2. The proxy takes it without TLS and with prior knowledge (h2c),\n"
		"at the address it takes HTTP/1.1 at, and speaks h2c to the endpoints of a\n"
		"service that says so:\n\n"
		"  umbra service set search --protocol h2c --health-type grpc\n\n"
		"  --protocol h2c      the endpoints are spoken to in HTTP/2\n"
		"  --health-type grpc  a check calls grpc.health.v1.Health/Check for the whole\n"
		"                      server; SERVING is ready, and any other answer is not\n"
		"  --health-type tcp   for a server without grpc.health.v1: it must take a\n"
		"                      connection\n\n"
		"A call carries the session key or a direct pin as metadata:\n\n"
		"  grpcurl -plaintext -H 'routing-session: checkout-4f2k' \\\n"
		"      -authority search.env.localhost 127.0.0.1:8080 list\n\n"
		"`umbra version register` and `umbra session create` print the line for theirs\n"
		"with -o json, as how_to.grpcurl. A call is in umbra logs once it has ended.\n");
}

const char *const exit_codes[][2] = {
	{"0", "Done."},
	{"1", "Failed, or not in time."},
	{"2", "Not understood: a word, an option or a value, here or by the control plane."},
	{"3", "The control plane cannot be reached."},
	{"4", "Not found, or gone."},
	{"5", "Refused: it conflicts with what is there, or that has changed meanwhile."},
	{NULL, NULL},
};

const char *const config_files[][2] = {
	{"$XDG_CONFIG_HOME/umbra/config",
		"The settings, as name = value lines (~/.config without the variable)."},
	{"$XDG_CONFIG_HOME/umbra/themes/NAME.theme", "Themes of your own."},
	{"$XDG_STATE_HOME/umbra", "What umbra serve keeps, when --data names no other directory "
				  "(~/.local/state without the variable)."},
	{NULL, NULL},
};

static void write_rows(struct strbuf *out, const char *const rows[][2], size_t column)
{
	for (; (*rows)[0]; rows++)
		help_write_entry(out, (*rows)[0], (*rows)[1], column);
}

static void write_exit_codes(struct strbuf *out)
{
	write_rows(out, exit_codes, 6);
	strbuf_add_c(out, "\nWhat is repeated and done already is 0: retiring a version that is "
			  "gone, ending\n"
			  "a session that has ended, registering the same again.\n");
}

static void write_filters(struct strbuf *out)
{
	strbuf_add_c(out,
		"Lists, logs, the dashboard's / and t, and the API take the same filters. All\n"
		"terms must match; !term must not; a,b in a term is a or b; * at either end of a\n"
		"value stands for any text. Quote a filter with > or * for the shell.\n\n");
	help_write_filter_terms(out);
	strbuf_add_c(
		out, "\nExample:\n  umbra logs service:booking status:5xx '>200ms' since:15m\n");
}

static void write_environment(struct strbuf *out)
{
	strbuf_add_c(out, "Options win over these variables, these over the config file.\n\n");
	help_write_variables(out);
}

static void write_carriers(struct strbuf *out)
{
	static const char *const carriers[][2] = {
		{"header", "Routing-Session: KEY"},
		{"baggage", "the member routing-session=KEY of the W3C baggage header"},
		{"query", "?routing-session=KEY"},
		{"cookie", "routing-session=KEY"},
		{"host", "KEY--SERVICE.DOMAIN as the host name: what links use"},
		{NULL, NULL},
	};

	strbuf_add_c(out,
		"A request says its session in one of these. The first that is there counts, in\n"
		"this order:\n\n");
	write_rows(out, carriers, 12);
	strbuf_add_c(out,
		"\nThe proxy passes the key on as header and as baggage. A service must forward\n"
		"one of them to the services it calls; tracing libraries forward baggage by\n"
		"themselves. Where it forwards neither, the services it calls see a request\n"
		"without a session: umbra session map KEY shows where that happens.\n\n"
		"Without a session a request may pin versions itself:\n"
		"  Routing-Pins: booking=\"pr-482\", search=\"pr-9\"\n"
		"  Routing-Strict: 1     503, not stable, where a pinned version cannot serve\n\n"
		"umbra session link KEY prints every form for a session.\n");
}

static void write_config(struct strbuf *out)
{
	strbuf_add_c(out,
		"The settings, each as an option, a variable, or a line of the config file; the\n"
		"first of these counts. umbra config prints them with where each comes from.\n\n");
	for (int i = 0; i < SETTING_COUNT; i++)
		help_write_entry(out, setting_infos[i].name, setting_infos[i].help, 12);
	strbuf_add_c(out,
		"\nLines before the first section hold for every context. A section holds the\n"
		"settings of one control plane; `context` says which section counts:\n\n"
		"  context = studio\n"
		"  user = dev1\n\n"
		"  [context studio]\n"
		"  url = http://umbra.studio.example:7070\n"
		"  theme = light\n\n"
		"  [keys]\n"
		"  version.pin = C-p\n\n"
		"In [keys] a name is view.action, and the ? of the dashboard shows both. "
		"Files:\n\n");
	write_rows(out, config_files, 26);
}

static const struct {
	const char *name;
	const char *summary;
	void (*write)(struct strbuf *out);
} topics[] = {
	{"carriers", "how a request says its session, and how that travels", write_carriers},
	{"config", "the settings, and the config file", write_config},
	{"environment", "the environment variables", write_environment},
	{"exit-codes", "what a script can tell from the exit code", write_exit_codes},
	{"filters", "how lists and logs are filtered", write_filters},
	{"grpc", "services that speak gRPC, and how they are checked", write_grpc},
	{"limits", "what the proxy waits for, and how much there may be", write_limits},
	{"topics", "this list", topics_write},
};

void topics_write(struct strbuf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(topics); i++)
		strbuf_addf(out, "  umbra help %-12s %s\n", topics[i].name, topics[i].summary);
	strbuf_add_c(
		out, "\nA word of the dashboard or of an answer is told as well: umbra help pin\n");
}

bool topic_write(struct strbuf *out, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
		if (strcmp(topics[i].name, name) != 0)
			continue;
		topics[i].write(out);
		return true;
	}
	return false;
}
