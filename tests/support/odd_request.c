/*
 * Makes requests out of shapes and names, by chance. Called by the agreement test; whatever is made is valid HTTP, so
 * that the proxy's rules see it.
 */
#include "tests/support/odd_request.h"

#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"

const char *const odd_services[ODD_SERVICES] = {
	"cart", "search", "s", "s234567890123456789012345678901", "pay-2"};
const char *const odd_versions[ODD_VERSIONS] = {"2026.11.20", "pr-1", "pr-2", "pr-12", "A.b_c-d",
	"v", "V234567890123456789012345678901234567890123456789012345678901_x"};
const char *const odd_sessions[ODD_SESSIONS] = {
	"dev", "a", "qa-4f2k", "a23456789012345678901234567890", "strict-1", "gone-1", "gone-2"};

static uint64_t seed;

void odd_seed(uint64_t value)
{
	seed = value;
}

unsigned roll(unsigned sides)
{
	/* splitmix64 */
	uint64_t z = (seed += 0x9e3779b97f4a7c15U);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return (unsigned)((z ^ (z >> 31)) % sides);
}

void odd_request_add(struct odd_request *r, const char *name, const char *value)
{
	size_t n = r->hop.header_count;

	if (n == ODD_HEADERS_MAX)
		return;
	snprintf(r->values[n], sizeof(r->values[n]), "%s", value);
	r->headers[n] = (struct header_line){str_of(name), str_of(r->values[n])};
	r->hop.header_count++;
}

static const char *any_key(void)
{
	static const char *const odd[] = {"", "nobody", "BAD", "a--b", "-a", "a-", "a b", "a%20b",
		"\"dev\"", "a=b", "a:b", "a/b", "a234567890123456789012345678901", "dev;x", "dev,a",
		"dev, dev", "dev,dev ,\tdev", "dev,,dev", "nobody, nobody", "BAD,BAD",
		"session:dev", "~stable"};

	return roll(3) != 0 ? PICK(odd_sessions) : PICK(odd);
}

/* A key that can stand in a list without ending the member. */
static const char *any_word(void)
{
	const char *key = any_key();

	while (strpbrk(key, " ,;&?\"") != NULL)
		key = any_key();
	return key;
}

/* A member of ours that stands beside the key's, or one that is broken. */
static const char *any_member(void)
{
	static const char *const members[] = {"routing-pins=cart~pr-1", "routing-pins=cart%7Epr-2",
		"routing-pins=search~pr-9~~cart~pr-1~~s~v", "routing-pins=cart~pr-1%7e%7Es~pr-2",
		"routing-pins=cart~A.b_c-d;p=1", "routing-pins=cart~~pr-1", "routing-pins=cart",
		"routing-pins=", "routing-pins=cart~~stable", "routing-pins=cart~%7Estable",
		"routing-pins=cart~pr-1~~", "routing-pins=cart~pr-1%0a", "routing-pins=cart~pr%-1",
		"routing-pins=cart~pr-1%00", "routing-pins=cart~pr-1,routing-pins=cart~pr-2",
		"routing-pins=cart~pr-2~~cart~pr-1", "routing-pins = s~pr-1 ;x", "routing-strict=1",
		"routing-strict=0", "routing-strict=", "routing-strict=true",
		" routing-strict\t=\t1 ;a", "routing-strict;x=1",
		"routing-strict=0,routing-strict=1", "routing-hop=gateway%40v1",
		"routing-hop=gateway@v1", "routing-hop=pay%2D2%40A%2eb_c-d", "routing-hop=gateway",
		"routing-hop=Gateway@v1", "routing-hop=gateway@v1@", "routing-hop=gateway%4",
		"routing-hop=gateway@v1 ;p", "routing-hops=1", "routing-hops=15", "routing-hops=16",
		"routing-hops=30", "routing-hops=31", "routing-hops=4711", "routing-hops=x",
		"routing-hops=", "routing-hops= 7 ;p=1", "routing-hops=2,routing-hops=31", "x", "",
		"=", ";p=1", "a b=c", "a=\"b\"", "user=%C3%A9;p=1;q", "routing-sessions=x",
		"routing=1"};

	return PICK(members);
}

static void add_baggage(struct odd_request *r)
{
	static const char *const shapes[] = {"routing-session=%s", "a=1,routing-session=%s,b=2;p=q",
		" a=1 , routing-session = %s ;p ", "routing-session=%s;x=y,routing-session=other",
		"xrouting-session=%s", "Routing-Session=%s", "routing-session;p=%s,c=3",
		"routing-session=,routing-session=%s", "a=routing-session=%s",
		"\ta=1\t,\trouting-session\t=\t%s", "routing-hop=gateway%%40v1,routing-session=%s",
		"%s", "routing-session=%s,,", ",routing-session=%s"};
	static const char *const fillers[] = {"a=1", "", "b=2,c=3;p", "routing-session", "="};
	unsigned lines = roll(4) == 0 ? roll(7) : 1, at = lines > 0 ? roll(lines) : 0;
	char value[800], members[400];

	for (unsigned i = 0; i < lines; i++) {
		size_t len = 0;

		for (unsigned n = roll(3); n > 0; n--)
			len += (size_t)snprintf(members + len, sizeof(members) - len, "%s%s",
				len > 0 ? "," : "", any_member());
		members[len] = '\0';
		if (i == at && roll(3) != 0) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(value, sizeof(value), PICK(shapes), any_word());
#pragma GCC diagnostic pop
		} else {
			snprintf(value, sizeof(value), "%s", PICK(fillers));
		}
		if (len > 0 && roll(2) == 0) {
			char first[sizeof(value)];
			memcpy(first, value, sizeof(first));
			if (snprintf(value, sizeof(value), "%s,%s", members, first) >=
				(int)sizeof(value))
				continue; /* too long: no line this time */
		} else if (len > 0) {
			size_t at_end = strlen(value);
			snprintf(value + at_end, sizeof(value) - at_end, ",%s", members);
		}
		odd_request_add(r, roll(2) ? "baggage" : "Baggage", value);
	}
}

static void add_cookies(struct odd_request *r)
{
	static const char *const shapes[] = {"routing-session=%s", "a=b; routing-session=%s; c=d",
		"routing-session=first; routing-session=%s", "xrouting-session=%s",
		"routing-session=\"%s\"", "routing-session = %s ;x=1", "a=b,routing-session=%s",
		"Routing-Session=%s", "routing-session=%s; routing-session",
		"x=\"1; routing-session=no\"; routing-session=%s", "x=\"1; routing-session=%s",
		"x=\"1; routing-session=%s\"; y=\"", "a=\"b, routing-session = %s"};
	unsigned lines = roll(6) == 0 ? 2 : 1;
	char value[300];

	for (unsigned i = 0; i < lines; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(value, sizeof(value), PICK(shapes), any_word());
#pragma GCC diagnostic pop
		odd_request_add(r, "Cookie", value);
	}
}

static void add_pins(struct odd_request *r)
{
	static const char *const shapes[] = {"%s=\"%s\"", "search=\"x\", %s=\"%s\"",
		"%s=\"nope\" ,\t%s=\"%s\"", "%s=%s", "%s=\"%s\";p=1", "%s=\"%s\",", "%s=\"%s", "",
		"x=\"1\"", "a.b=\"%s:%s=z\"", "%s=\"\"", "%s=\"~stable\"",
		"a_*.b=\"%s\", %s=\"%s\""};
	unsigned lines = roll(5) == 0 ? roll(9) : 1;
	char value[400];

	for (unsigned i = 0; i < lines; i++) {
		const char *service = PICK(odd_services), *version = PICK(odd_versions);
		size_t shape = roll(3) == 0 ? roll(ARRAY_LEN(shapes)) : roll(2);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(value, sizeof(value), shapes[shape], service,
			shape == 2 ? service : version, version);
#pragma GCC diagnostic pop
		odd_request_add(r, "Routing-Pins", value);
	}
}

static void make_host(struct odd_request *r)
{
	static const char *const shapes[] = {"%s." ODD_DOMAIN, "%s." ODD_DOMAIN ":8080",
		"%s." ODD_DOMAIN ".", "%s." ODD_DOMAIN ".:80", "%s.Env.LocalHost", "%s"};
	static const char *const others[] = {"shop.example", "SHOP.example.:99",
		"nobody." ODD_DOMAIN, ODD_DOMAIN, "127.0.0.1", "[::1]:80", "x--cart",
		"cart." ODD_DOMAIN "..", "dev--shop.example"};
	char name[200];

	if (roll(12) == 0) {
		snprintf(r->host, sizeof(r->host), "%s", PICK(others));
		return;
	}
	if (roll(4) == 0)
		snprintf(name, sizeof(name), "%s--%s", any_word(), PICK(odd_services));
	else
		snprintf(name, sizeof(name), "%s", PICK(odd_services));
	size_t shape = roll(3) == 0 ? roll(ARRAY_LEN(shapes)) : 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(r->host, sizeof(r->host), shapes[shape], name);
#pragma GCC diagnostic pop
}

static void make_target(struct odd_request *r, int round, size_t number)
{
	static const char *const shapes[] = {"?routing-session=%s", "?a=1&routing-session=%s&b",
		"?routing-session=%s&routing-session=other", "?routing-session=&routing-session=%s",
		"?xrouting-session=%s", "?Routing-Session=%s", "?a=1;routing-session=%s",
		"?x?routing-session=%s", "?routing-session&routing-session=%s", "?",
		"?routing%%2dsession=%s"};
	int len = snprintf(r->target, sizeof(r->target), "/case/%d/%zu", round, number);

	if (roll(4) == 0) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(
			r->target + len, sizeof(r->target) - (size_t)len, PICK(shapes), any_word());
#pragma GCC diagnostic pop
	}
}

static void add_trace(struct odd_request *r)
{
#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "00f067aa0ba902b7"
	static const char *const values[] = {"00-" TRACE "-" PARENT "-01",
		"00-" TRACE "-" PARENT "-00", "01-" TRACE "-" PARENT "-01",
		"cc-" TRACE "-" PARENT "-09-what-comes-later", "fe-" TRACE "-" PARENT "-01-",
		"ff-" TRACE "-" PARENT "-01", "00-" TRACE "-" PARENT "-01-more",
		"01-" TRACE "-" PARENT "-01x", "00-" TRACE "-" PARENT "-0",
		"00-" TRACE "-" PARENT "-0G", "00-00000000000000000000000000000000-" PARENT "-01",
		"00-" TRACE "-0000000000000000-01",
		"00-4BF92F3577B34DA6A3CE929D0E0E4736-" PARENT "-01", "", "garbage",
		"00_" TRACE "_" PARENT "_01"};

	if (roll(4) != 0)
		odd_request_add(r, "traceparent", roll(2) ? values[0] : PICK(values));
	if (roll(2) == 0)
		odd_request_add(r, "tracestate", "vendor=1");
}

void odd_request_finish(struct odd_request *r)
{
	r->hop.host = str_of(r->host);
	r->hop.target = str_of(r->target);
	r->hop.headers = r->headers;
}

void odd_request_write(const struct odd_request *r, struct strbuf *out)
{
	strbuf_addf(out, "GET %s HTTP/1.1\r\nHost: %s\r\n", r->target, r->host);
	for (size_t i = 0; i < r->hop.header_count; i++)
		strbuf_addf(out, "%s: %s\r\n", r->headers[i].name.p, r->headers[i].value.p);
	strbuf_add_c(out, "\r\n");
}

void odd_request_random(struct odd_request *r, int round, size_t number)
{
	static const char *const strict[] = {"1", "0", "", "true", "1, 1", "00", "01", "~", "%30"};
	static const char *const hops[] = {
		"1", "3", "15", "16", "30", "31", "99", "12345678", "", "x", "0", "-5", "7x"};

	make_host(r);
	make_target(r, round, number);
	if (roll(2) == 0)
		odd_request_add(r, roll(2) ? "Routing-Session" : "routing-session", any_key());
	if (roll(3) == 0)
		add_baggage(r);
	if (roll(4) == 0)
		add_cookies(r);
	if (roll(5) == 0)
		add_pins(r);
	if (roll(4) == 0)
		odd_request_add(r, "Routing-Strict", roll(2) ? "1" : PICK(strict));
	if (roll(12) == 0)
		odd_request_add(r, "routing-strict", PICK(strict));
	if (roll(6) == 0)
		odd_request_add(r, "Routing-Hops", PICK(hops));
	if (roll(3) == 0)
		add_trace(r);
	if (roll(8) == 0)
		odd_request_add(r, "Routing-Session", any_key());
	odd_request_finish(r);
}

/* A value with the character in it, as it is or percent-encoded. */
static void add_with(struct odd_request *r, const char *name, const char *before,
	unsigned char byte, const char *after)
{
	char value[200], text[8];

	if (roll(3) == 0)
		snprintf(text, sizeof(text), roll(2) ? "%%%02X" : "%%%02x", byte);
	else
		snprintf(text, sizeof(text), "%c", byte);
	snprintf(value, sizeof(value), "%s%s%s", before, text, after);
	odd_request_add(r, name, value);
}

void odd_request_reserved(struct odd_request *r, int round, size_t number, unsigned which)
{
	static const struct {
		const char *name, *before, *after;
	} places[] = {
		{"Routing-Session", "de", "v"},
		{"Routing-Session", "", "dev"},
		{"Routing-Session", "dev", "dev"},
		{"baggage", "routing-session=de", "v"},
		{"baggage", "routing-session=dev", ""},
		{"baggage", "a=1", "routing-session=dev"},
		{"Cookie", "routing-session=de", "v"},
		{"Cookie", "a=1", "routing-session=dev"},
		{"Routing-Pins", "cart=\"pr-", "1\""},
		{"Routing-Pins", "cart=\"", "stable\""},
		{"Routing-Pins", "ca", "rt=\"pr-1\""},
		{"Routing-Pins", "cart=\"pr-1\"", "search=\"pr-1\""},
		{"baggage", "routing-pins=cart~pr-", "1"},
		{"baggage", "routing-pins=cart~", "stable"},
		{"baggage", "routing-pins=cart", "pr-1"},
		{"baggage", "routing-pins=cart~pr-1", ""},
		{"baggage", "routing-strict=", ""},
		{"Routing-Strict", "", ""},
		{"Routing-Hops", "", "3"},
		{"baggage", "routing-hops=3", "1"},
		{"baggage", "routing-hop=cart", "pr-1"},
		{"baggage", "routing-hop=cart@pr-", "1"},
	};
	/* Tab, all of ASCII that is printed, and a byte beyond it. */
	unsigned char byte = (unsigned char)(which % 97 == 95   ? '\t'
					     : which % 97 == 96 ? 0xe9
								: which % 97 + 0x20);
	size_t place = which / 97 % ARRAY_LEN(places);

	snprintf(r->host, sizeof(r->host), "cart." ODD_DOMAIN);
	snprintf(r->target, sizeof(r->target), "/case/%d/%zu", round, number);
	add_with(r, places[place].name, places[place].before, byte, places[place].after);
	odd_request_finish(r);
}
