/*
 * Help topics, a row each. Called by cli.c for `umbra help TOPIC`. Invariant: a limit that is a number of the
 * program is printed from its constant.
 */
#include "core/cli/topics.h"

#include <string.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"

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
		"gRPC is HTTP/2. The proxy takes it without TLS and with prior knowledge (h2c), "
		"at\n"
		"the address it takes HTTP/1.1 at, and speaks h2c to the endpoints of a service\n"
		"that says so:\n\n"
		"  umbra service set search --protocol h2c --health-type grpc\n\n"
		"  --protocol h2c      the endpoints are spoken to in HTTP/2\n"
		"  --health-type grpc  a check calls grpc.health.v1.Health/Check for the whole\n"
		"                      server; SERVING is ready, and any other answer is not\n"
		"  --health-type tcp   for a server without grpc.health.v1: a connection will "
		"do\n\n"
		"A call carries the session key or a direct pin as metadata:\n\n"
		"  grpcurl -plaintext -H 'routing-session: checkout-4f2k' \\\n"
		"      -authority search.env.localhost 127.0.0.1:8080 list\n\n"
		"`umbra version register` and `umbra session create` print the line for theirs "
		"with\n"
		"-o json, as how_to.grpcurl. A call is in umbra logs once it has ended.\n");
}

static const struct {
	const char *name;
	const char *summary;
	void (*write)(struct strbuf *out);
} topics[] = {
	{"grpc", "services that speak gRPC: how to say so, and how they are checked", write_grpc},
	{"limits", "what the proxy waits for, and how much there may be", write_limits},
	{"topics", "this list", topics_write},
};

void topics_write(struct strbuf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(topics); i++)
		strbuf_addf(out, "  umbra help %-10s %s\n", topics[i].name, topics[i].summary);
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
