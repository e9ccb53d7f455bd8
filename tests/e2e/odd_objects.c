/*
 * Random objects of odd values, for every field of service, version and session that a client may set. The
 * values are such as the API may well accept: what a configuration, a map, a command or a log line of the proxy
 * could read as something else.
 *
 *   odd_objects SEED COUNT PORT...     prints COUNT lines "METHOD PATH BODY"; PORT are those of live servers
 *
 * The first are always those that once stopped every load of the configuration. A service whose health path is
 * /spoilt is one that tests/e2e/lib.sh's `spoiling_haproxy` refuses.
 *
 * Endpoints are of this machine only. The same seed prints the same lines.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/strbuf.h"

static uint64_t seed;
static char **ports;
static unsigned port_count;

/* splitmix64 */
static unsigned below(unsigned limit)
{
	uint64_t z = (seed += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (unsigned)((z ^ (z >> 31)) % limit);
}

static bool chance(unsigned percent)
{
	return below(100) < percent;
}

/* The last `bad` of a list are such as the API refuses, and seldom taken: one spoils the object. */
#define PICK_BAD(list, bad) ((list)[below(ARRAY_LEN(list) - (chance(2) ? 0 : (bad)))])
#define PICK(list) PICK_BAD(list, 0)

/* ---- values ---------------------------------------------------------------------------------------- */

/* Words that mean something in a configuration, a map or a command. */
static const char *const service_names[] = {"global", "defaults", "frontend", "backend", "listen",
	"base", "lenient", "strict", "umbra", "maps", "none", "server", "default", "unknown", "x",
	"a-1", "program", "ring", "peers", "resolvers", "admin", "stats", "pins", "hosts", "z0z",
	"carrier", "caller", "member", "sessions", "paths", "abcdefghijklmnopqrstuvwxyz01234",
	"master", "env", "localhost", "null", "true"};
static const char *const version_names[] = {"strict", "0", "00", "1", "TRUE", "stable", "none",
	"pinned", "a.b_c-d", "9.", "Z-", "srv_name", "no-pin", "null", "2026.11.20",
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.", "v_", "backend", "if",
	"~stable", "-1"};
static const char *const keys[] = {"0", "no-pin", "no-session", "maps", "session", "a-b-c",
	"strict", "pinned", "1a", "none", "012345678901234567890123456789", "z", "session-expired",
	"99"};
static const char *const texts[] = {"'", "\"", "\\", "\\'", "'\\''", "%", "%[rand]", "%%",
	"${HOME}", "$(id)", "`id`", "#", "# x", " ", "  x  ", ";", "; quit", "<<", "{}", "{ x",
	"\xc3\xa9\xe2\x80\xae", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", "if TRUE",
	"' no-such-word", "\\x00", "a,b", "a=b", "a|b", "null", "0", "server x 127.0.0.1:1", "://",
	"]}", "\",\"x\":\"", "%5B", "%0a", "@", "~", "*", "?", "--", "-o json", "\xe2\x80\xa8",
	"\xc2\x85", "\xff", "a\tb", "a\nb", "\x7f"};
static const char *const paths[] = {"/", "/healthz", "/spoilt", "/spoilt", "/spoilt", "//", "/%00",
	"/%", "/a,b", "/a)b(", "/;a", "/!", "/*", "/a?b=c&d=%20", "/.", "/..", "/~", "/@", "/a=b",
	"/:1", "/(a", "/a)", "/,", "/%%", "/%T", "/%0a", "/quit;", "/a;show", "/'", "/\"", "/#",
	"/a b", "/\\", "healthz", "/%[rand]", "/$HOME", "/{x}"};
static const char *const durations[] = {"200ms", "201ms", "999ms", "1s", "2s", "60s", "1m",
	"1001ms", "60000ms", "365d", "0s", "-1s", "1"};
static const char *const silences[] = {
	"1ms", "1s", "2s", "5m", "24h", "1d", "86400000ms", "1439m", "3s", "25h", "1w"};
static const char *const hosts[] = {"shop.example", "a.b.c.d.e.f", "x", "127.0.0.1", "1.2.3.4",
	"a--b.example", "xn--bcher-kva.example", "maps",
	"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz0123456789a.example", "0.0.0.0", "9",
	"none", "SHOP.example", "a_b.example", "-a.example", "shop.example.", "*.example"};
static const char *const places[] = {"127.0.0.1", "127.1.2.3", "127.255.255.254", "localhost",
	"[::1]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:0:0:1]", "nowhere.invalid", "a-b.invalid",
	"[::ffff:7f00:1]", "LOCALHOST", "xn--a.invalid", "127.0.0.01"};
static const char *const some_ports[] = {"1", "9", "65535", "80", "7", "0080", "65536", "0"};
static const char *const types[] = {"tcp", "http", "grpc", "http", "http", "icmp"};

/* A word of several pieces, now and then as long as a field may be. */
static void text(struct json_writer *w, const char *key)
{
	struct strbuf value;
	unsigned pieces = chance(5) ? 200 : 1 + below(3);

	strbuf_init(&value, chance(50) ? 128 : 1024);
	for (unsigned i = 0; i < pieces; i++)
		strbuf_add_c(&value, PICK_BAD(texts, 5));
	json_str(w, key, strbuf_str(&value));
	strbuf_finish(&value);
}

static void maybe_text(struct json_writer *w, const char *key, unsigned percent)
{
	if (chance(percent))
		text(w, key);
}

static void maybe(struct json_writer *w, const char *key, const char *value, unsigned percent)
{
	if (chance(percent))
		json_c(w, key, value);
}

static void maybe_number(struct json_writer *w, const char *key, unsigned percent)
{
	static const int64_t numbers[] = {
		0, 1, 65535, 65536, 1000000000, 8, -1, INT64_C(9007199254740992)};

	if (chance(percent))
		json_int(w, key, PICK_BAD(numbers, 2));
}

static const char *service_name(void)
{
	return PICK(service_names);
}

/* ---- objects --------------------------------------------------------------------------------------- */

static void health(struct json_writer *w, bool typed)
{
	const char *type = PICK_BAD(types, 1);

	json_object(w, "health");
	if (typed)
		maybe(w, "type", type, 50);
	/* Only HTTP takes a path; now and then one is given, or left out, nevertheless. */
	maybe(w, "path", PICK_BAD(paths, 9), !typed || strcmp(type, "http") == 0 ? 97 : 3);
	if (typed)
		maybe(w, "interval", PICK_BAD(durations, 4), 60);
	if (chance(20))
		json_int(w, "port", 1 + below(65535));
	json_object_end(w);
}

static void service(struct json_writer *w)
{
	if (chance(20)) {
		json_array(w, "hosts");
		for (unsigned i = 1 + below(2); i > 0; i--)
			json_c(w, NULL, PICK_BAD(hosts, 5));
		json_array_end(w);
	}
	if (chance(80))
		health(w, true);
	maybe(w, "protocol", chance(99) ? "h2c" : "h3", 40);
	if (chance(40)) {
		json_object(w, "timeouts");
		maybe(w, "connect", PICK_BAD(durations, 4), 60);
		maybe(w, "response", PICK_BAD(silences, 2), 60);
		maybe(w, "idle", PICK_BAD(silences, 2), 60);
		json_object_end(w);
	}
	maybe_text(w, "owner", 30);
	maybe_text(w, "repository", 20);
	maybe_text(w, "description", 30);
}

static void endpoint(struct json_writer *w)
{
	char value[128];

	if (chance(50))
		(void)snprintf(value, sizeof(value), "127.0.0.1:%s", ports[below(port_count)]);
	else
		(void)snprintf(value, sizeof(value), "%s:%s", PICK_BAD(places, 1),
			chance(80) ? ports[below(port_count)] : PICK_BAD(some_ports, 3));
	json_c(w, NULL, value);
}

static void version(struct json_writer *w)
{
	bool stable = chance(30);

	json_c(w, "kind", stable ? "stable" : "ephemeral");
	json_array(w, "endpoints");
	for (unsigned i = chance(80) ? 1 : 1 + below(8); i > 0; i--)
		endpoint(w);
	json_array_end(w);
	if (chance(15))
		health(w, false);
	if (chance(40)) {
		json_object(w, "pr");
		maybe_number(w, "number", 80);
		maybe_text(w, "title", 50);
		maybe(w, "url", chance(95) ? "https://x/%[rand]'\"" : "javascript:x", 30);
		maybe_text(w, "branch", 50);
		maybe_text(w, "author", 50);
		json_object_end(w);
	}
	maybe_text(w, "commit", 30);
	maybe_text(w, "base_commit", 10);
	maybe_number(w, "build", 30);
	maybe(w, "ttl", PICK_BAD(durations, 4), stable ? 2 : 20);
	if (chance(30)) {
		json_object(w, "labels");
		json_c(w, PICK_BAD(texts, 5), PICK_BAD(texts, 5));
		json_object_end(w);
	}
}

static void session(struct json_writer *w)
{
	maybe(w, "key", PICK(keys), 70);
	maybe_text(w, "name", 50);
	maybe_text(w, "owner", 50);
	maybe(w, "policy", "strict", 50);
	maybe(w, "ttl", PICK_BAD(durations, 4), 20);
	if (chance(20)) {
		json_object(w, "pins");
		json_c(w, service_name(), PICK_BAD(version_names, 2));
		json_object_end(w);
	}
}

static void object(void)
{
	struct json_writer w;
	struct strbuf body;
	unsigned kind = below(100);
	const char *name = service_name();

	strbuf_init(&body, 1 << 20);
	json_start(&w, &body);
	json_object(&w, NULL);
	if (kind < 40) {
		(void)printf("PUT /v1/services/%s ", name);
		service(&w);
	} else if (kind < 75) {
		(void)printf("PUT /v1/services/%s/versions/%s?create-service=1&take=1 ", name,
			PICK_BAD(version_names, 2));
		version(&w);
	} else if (kind < 97) {
		(void)printf("POST /v1/sessions ");
		session(&w);
	} else {
		(void)printf("DELETE /v1/services/%s ", name);
	}
	json_object_end(&w);
	(void)printf("%s\n", body.data);
	strbuf_finish(&body);
}

static void known(const char *service, const char *body)
{
	(void)printf("PUT /v1/services/%s %s\n", service, body);
	(void)printf("PUT /v1/services/%s/versions/1 "
		     "{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:%s\"]}\n",
		service, ports[0]);
}

int main(int argc, char **argv)
{
	long count;

	if (argc < 4)
		return 2;
	seed = strtoull(argv[1], NULL, 10);
	ports = argv + 3;
	port_count = (unsigned)argc - 3;
	count = strtol(argv[2], NULL, 10);
	known("greeter", "{\"protocol\":\"h2c\"}");
	known("carrier", "{}");
	known("refused", "{\"health\":{\"path\":\"/spoilt\"}}");
	for (long i = 6; i < count; i++)
		object();
	return 0;
}
