/*
 * HAProxy and decide() agree: thousands of generated (environment, request) pairs, asked of the real HAProxy
 * with real servers behind it and of core/model/decision.h, from a printed seed (SEED=n repeats a run). What
 * the proxy logged is compared too. The environments change under it as they do in life: by commands where
 * that is promised, by reloads for services.
 */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/base/strbuf.h"
#include "core/base/time.h"
#include "core/model/decision.h"
#include "core/model/environment.h"
#include "core/model/names.h"
#include "core/proxy/proxy.h"
#include "tests/support/backends.h"
#include "tests/support/exchange.h"

#define DOMAIN "env.localhost"

enum {
	UP_PORTS = 28,
	DOWN_PORTS = 6,
	ROUNDS = 14,
	CASES = 350,
	CONNECTIONS = 6,
	HEADERS_MAX = 16,
	CHECK_MS = 100,
	PATIENCE_MS = 15000,
};

/* ---- chance ---------------------------------------------------------------------------------------------- */

static uint64_t seed;

static unsigned roll(unsigned sides)
{
	/* splitmix64: one number gives the same run again. */
	uint64_t z = (seed += 0x9e3779b97f4a7c15U);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return (unsigned)((z ^ (z >> 31)) % sides);
}

#define PICK(list) ((list)[roll((unsigned)ARRAY_LEN(list))])

/* ---- the world --------------------------------------------------------------------------------------------- */

static struct world {
	struct event_base *base;
	struct backends backends;
	struct environment env;
	struct proxy *proxy;
	char dir[64];
	int port;
	bool up;
	int64_t applied;
	unsigned used; /* up ports given out, each to one endpoint */
} world;

static const char *const service_names[] = {
	"cart", "search", "s", "s234567890123456789012345678901", "pay-2"};
static const char *const version_names[] = {"2026.11.20", "pr-1", "pr-2", "pr-12", "A.b_c-d", "v",
	"V234567890123456789012345678901234567890123456789012345678901_x"};
static const char *const session_keys[] = {
	"dev", "a", "qa-4f2k", "a23456789012345678901234567890", "strict-1", "gone-1", "gone-2"};

static void apply_all(struct change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		environment_apply(&world.env, &changes[i]);
	if (world.up)
		proxy_apply(world.proxy, &world.env, changes, count);
	for (size_t i = 0; i < count; i++)
		change_finish(&changes[i]);
}

static void put(enum thing thing, void *record)
{
	struct change change;

	change_init(&change, thing, record, world.env.revision + 1);
	record_unref(thing_type(thing), record);
	apply_all(&change, 1);
}

static void take_out(enum thing thing, const char *id)
{
	struct change change;

	change_init_removed(&change, thing, id, world.env.revision + 1);
	apply_all(&change, 1);
}

static void put_service(const char *name, const char *host)
{
	struct service *service = record_create(&service_type);

	text_set(&service->name, name);
	text_set(&service->health_path, "/healthz");
	service->health_type = HEALTH_HTTP;
	service->health_interval_ms = CHECK_MS;
	if (host != NULL)
		strlist_add(&service->hosts, str_of(host));
	put(THING_SERVICE, service);
}

static bool is_up_port(int port)
{
	for (int i = 0; i < world.backends.up_count; i++)
		if (world.backends.up[i] == port)
			return !world.backends.sick[i];
	return false;
}

static int endpoint_port(const struct version *version, size_t index)
{
	struct endpoint_parts parts;

	assert_true(endpoint_parse(str_of(version->endpoints.items[index]), &parts));
	return parts.port;
}

/* Ready in the environment's eyes: what checks will find. */
static int state_of(const struct version *version)
{
	for (size_t i = 0; i < version->endpoints.count; i++)
		if (is_up_port(endpoint_port(version, i)))
			return STATE_READY;
	return STATE_UNHEALTHY;
}

static void add_endpoint(struct version *version, uint16_t port)
{
	char text[32];

	snprintf(text, sizeof(text), "127.0.0.1:%u", (unsigned)port);
	strlist_add(&version->endpoints, str_of(text));
}

static void carry_health(const struct version *version);

static void put_version(const char *service, const char *name, int kind, unsigned up, unsigned down)
{
	struct version *version = record_create(&version_type);

	text_set(&version->service, service);
	text_set(&version->name, name);
	version->kind = kind;
	for (unsigned i = 0; i < down; i++)
		add_endpoint(version, world.backends.down[roll(DOWN_PORTS)]);
	for (unsigned i = 0; i < up; i++)
		add_endpoint(version, world.backends.up[world.used++ % UP_PORTS]);
	version->state = state_of(version);
	carry_health(version);
	put(THING_VERSION, version);
}

static void put_session(const char *key, int policy)
{
	struct session *session = record_create(&session_type);

	text_set(&session->key, key);
	session->policy = policy;
	for (size_t i = 0; i < ARRAY_LEN(service_names); i++)
		if (roll(2) == 0)
			dict_set(&session->pins, str_of(service_names[i]), PICK(version_names));
	put(THING_SESSION, session);
}

static void bury(int kind, const char *id, int policy)
{
	struct tombstone *tombstone = record_create(&tombstone_type);

	tombstone->kind = kind;
	text_set(&tombstone->id, id);
	tombstone->gone_at = time_now_ms();
	tombstone->policy = policy;
	text_set(&tombstone->actor, "ci \"quoted\" \\ 100%");
	put(THING_TOMBSTONE, tombstone);
}

static void end_session(const char *key)
{
	struct session *session = environment_session(&world.env, str_of(key));
	int policy = session != NULL ? session->policy : (int)roll(2);

	if (session != NULL)
		take_out(THING_SESSION, key);
	bury(GONE_SESSION, key, policy);
}

/* ---- events ------------------------------------------------------------------------------------------------ */

static void compare_log(const struct request *request);

static void on_up(void *arg, bool adopted)
{
	(void)arg;
	(void)adopted;
	world.up = true;
}

static void on_down(void *arg, const struct errbuf *eb)
{
	(void)arg;
	print_message("proxy down: %s\n", eb->text);
}

static void on_applied(void *arg, int64_t revision)
{
	(void)arg;
	world.applied = revision;
}

/* Which endpoints of which version are up, as told: "cart@pr-1" -> bits. */
static struct health {
	char id[VERSION_ID_SIZE];
	unsigned bits;
} healths[64];

static struct health *health_of(struct str service, struct str version)
{
	char id[VERSION_ID_SIZE];

	name_join_version(service, version, id);
	for (size_t i = 0; i < ARRAY_LEN(healths); i++) {
		if (healths[i].id[0] == '\0')
			memcpy(healths[i].id, id, sizeof(id));
		if (strcmp(healths[i].id, id) == 0)
			return &healths[i];
	}
	abort();
}

/* As the plane does it: what is known of an endpoint stays with its address, a new one is unknown. */
static void carry_health(const struct version *version)
{
	struct str service = str_of(version->service), name = str_of(version->name);
	const struct version *old = environment_version(&world.env, service, name);
	struct health *health = health_of(service, name);
	unsigned bits = 0;

	for (size_t i = 0; i < version->endpoints.count; i++)
		for (size_t j = 0; old != NULL && j < old->endpoints.count; j++)
			if (strcmp(version->endpoints.items[i], old->endpoints.items[j]) == 0)
				bits |= (health->bits >> j & 1U) << i;
	health->bits = bits;
}

static void on_health(void *arg, struct str service, struct str version, size_t index, bool up,
	const char *detail)
{
	struct health *health = health_of(service, version);

	(void)arg;
	(void)detail;
	health->bits = up ? health->bits | 1U << index : health->bits & ~(1U << index);
}

static void on_request(void *arg, const struct request *request)
{
	(void)arg;
	compare_log(request);
}

static unsigned malformed_lines, lost_lines;

static void on_malformed(void *arg)
{
	(void)arg;
	malformed_lines++;
}

static void on_lost(void *arg, int64_t count, const char *why)
{
	(void)arg;
	(void)why;
	lost_lines += (unsigned)count;
}

static bool on_resolve(void *arg, const struct endpoint_parts *endpoint, struct str *ret_address)
{
	(void)arg;
	*ret_address = endpoint->host;
	return endpoint->is_address;
}

static char unchecked[VERSION_ID_SIZE + 64]; /* the endpoint that is waited for */

/* Runs the loop until `is_true`, at most PATIENCE_MS. */
static void wait_for(bool (*is_true)(void), const char *what)
{
	int64_t end = time_monotonic_ms() + PATIENCE_MS;
	struct timeval tick = {0, 2000};

	while (!is_true()) {
		if (time_monotonic_ms() > end)
			fail_msg("waited in vain for: %s (%s)", what, unchecked);
		event_base_loopexit(world.base, &tick);
		event_base_dispatch(world.base);
	}
}

static bool is_up(void)
{
	return world.up;
}

static bool is_applied(void)
{
	return world.applied >= world.env.revision;
}

/* Every endpoint's health has been told as it is. */
static bool is_checked(void)
{
	for (size_t n = 0; n < world.env.node_count; n++) {
		const struct service_node *node = &world.env.nodes[n];
		for (size_t v = 0; v < node->version_count; v++) {
			const struct version *version = node->versions[v];
			struct health *health =
				health_of(str_of(version->service), str_of(version->name));
			for (size_t i = 0; i < version->endpoints.count; i++)
				if (is_up_port(endpoint_port(version, i)) !=
					((health->bits >> i & 1U) != 0)) {
					snprintf(unchecked, sizeof(unchecked),
						"%s endpoint %zu, %s", health->id, i,
						version->endpoints.items[i]);
					return false;
				}
		}
	}
	return true;
}

static void settle(void)
{
	wait_for(is_applied, "the revision to be applied");
	wait_for(is_checked, "the health of all endpoints");
	/* Health became commands of its own; one more revision comes after them. */
	put_service("settled", NULL);
	wait_for(is_applied, "the last health to be applied");
}

/* ---- a request and what is expected ------------------------------------------------------------------------ */

struct test_case {
	struct strbuf text; /* as sent */
	struct hop hop;
	struct header_line headers[HEADERS_MAX];
	char host[400];
	char target[1200];
	char values[HEADERS_MAX][700];
	struct context context;
	struct decision decision;
	struct answer answer; /* status only */
	bool answered, logged, is_upgrade;
	char served[LIMIT_VERSION_NAME + 1];
};

static struct test_case cases[CASES];
static size_t case_count, next_case;
static int round_number;

static void add_header(struct test_case *c, const char *name, const char *value)
{
	size_t n = c->hop.header_count;

	if (n == HEADERS_MAX)
		return;
	snprintf(c->values[n], sizeof(c->values[n]), "%s", value);
	c->headers[n] = (struct header_line){str_of(name), str_of(c->values[n])};
	c->hop.header_count++;
}

static const char *any_key(void)
{
	static const char *const odd[] = {"", "nobody", "BAD", "a--b", "-a", "a-", "a b", "a%20b",
		"\"dev\"", "a=b", "a:b", "a/b", "a234567890123456789012345678901", "dev;x",
		"dev,a"};

	return roll(3) != 0 ? PICK(session_keys) : PICK(odd);
}

/* A key that can stand in a list without ending the member. */
static const char *any_word(void)
{
	const char *key = any_key();

	while (strpbrk(key, " ,;&?\"") != NULL)
		key = any_key();
	return key;
}

static void add_baggage(struct test_case *c)
{
	static const char *const shapes[] = {"routing-session=%s", "a=1,routing-session=%s,b=2;p=q",
		" a=1 , routing-session = %s ;p ", "routing-session=%s;x=y,routing-session=other",
		"xrouting-session=%s", "Routing-Session=%s", "routing-session;p=%s,c=3",
		"routing-session=,routing-session=%s", "a=routing-session=%s",
		"\ta=1\t,\trouting-session\t=\t%s", "routing-hop=gateway%%40v1,routing-session=%s",
		"%s", "routing-session=%s,,", ",routing-session=%s"};
	static const char *const fillers[] = {"a=1", "", "b=2,c=3;p", "routing-session", "="};
	unsigned lines = roll(4) == 0 ? roll(7) : 1, at = lines > 0 ? roll(lines) : 0;
	char value[300];

	for (unsigned i = 0; i < lines; i++) {
		if (i == at) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(value, sizeof(value), PICK(shapes), any_word());
#pragma GCC diagnostic pop
			add_header(c, roll(2) ? "baggage" : "Baggage", value);
		} else {
			add_header(c, "baggage", PICK(fillers));
		}
	}
}

static void add_cookies(struct test_case *c)
{
	static const char *const shapes[] = {"routing-session=%s", "a=b; routing-session=%s; c=d",
		"routing-session=first; routing-session=%s", "xrouting-session=%s",
		"routing-session=\"%s\"", "routing-session = %s ;x=1", "a=b,routing-session=%s",
		"Routing-Session=%s", "routing-session=%s; routing-session",
		"x=\"1; routing-session=no\"; routing-session=%s"};
	unsigned lines = roll(6) == 0 ? 2 : 1;
	char value[300];

	for (unsigned i = 0; i < lines; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(value, sizeof(value), PICK(shapes), any_word());
#pragma GCC diagnostic pop
		add_header(c, "Cookie", value);
	}
}

static void add_pins(struct test_case *c)
{
	static const char *const shapes[] = {"%s=\"%s\"", "search=\"x\", %s=\"%s\"",
		"%s=\"nope\" ,\t%s=\"%s\"", "%s=%s", "%s=\"%s\";p=1", "%s=\"%s\",", "%s=\"%s", "",
		"x=\"1\"", "a.b=\"%s:%s=z\"", "%s=\"\""};
	unsigned lines = roll(5) == 0 ? roll(6) : 1;
	char value[400];

	for (unsigned i = 0; i < lines; i++) {
		const char *service = PICK(service_names), *version = PICK(version_names);
		size_t shape = roll(3) == 0 ? roll(ARRAY_LEN(shapes)) : roll(2);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(value, sizeof(value), shapes[shape], service,
			shape == 2 ? service : version, version);
#pragma GCC diagnostic pop
		add_header(c, "Routing-Pins", value);
	}
}

static void make_host(struct test_case *c)
{
	static const char *const shapes[] = {"%s." DOMAIN, "%s." DOMAIN ":8080", "%s." DOMAIN ".",
		"%s." DOMAIN ".:80", "%s.Env.LocalHost", "%s"};
	static const char *const others[] = {"shop.example", "SHOP.example.:99", "nobody." DOMAIN,
		DOMAIN, "127.0.0.1", "[::1]:80", "x--cart", "cart." DOMAIN "..",
		"dev--shop.example"};
	char name[200];

	if (roll(12) == 0) {
		snprintf(c->host, sizeof(c->host), "%s", PICK(others));
		return;
	}
	if (roll(4) == 0)
		snprintf(name, sizeof(name), "%s--%s", any_word(), PICK(service_names));
	else
		snprintf(name, sizeof(name), "%s", PICK(service_names));
	size_t shape = roll(3) == 0 ? roll(ARRAY_LEN(shapes)) : 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(c->host, sizeof(c->host), shapes[shape], name);
#pragma GCC diagnostic pop
}

static void make_target(struct test_case *c, size_t number)
{
	static const char *const shapes[] = {"?routing-session=%s", "?a=1&routing-session=%s&b",
		"?routing-session=%s&routing-session=other", "?routing-session=&routing-session=%s",
		"?xrouting-session=%s", "?Routing-Session=%s", "?a=1;routing-session=%s",
		"?x?routing-session=%s", "?routing-session&routing-session=%s", "?",
		"?routing%%2dsession=%s"};
	int len = snprintf(c->target, sizeof(c->target), "/case/%d/%zu", round_number, number);

	if (roll(4) == 0) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(
			c->target + len, sizeof(c->target) - (size_t)len, PICK(shapes), any_word());
#pragma GCC diagnostic pop
	}
}

static void finish_case(struct test_case *c)
{
	c->hop.host = str_of(c->host);
	c->hop.target = str_of(c->target);
	c->hop.headers = c->headers;
	strbuf_reset(&c->text);
	strbuf_addf(&c->text, "GET %s HTTP/1.1\r\nHost: %s\r\n", c->target, c->host);
	for (size_t i = 0; i < c->hop.header_count; i++)
		strbuf_addf(&c->text, "%s: %s\r\n", c->headers[i].name.p, c->headers[i].value.p);
	strbuf_add_c(&c->text, "\r\n");
	context_read(&world.env, STR_LIT(DOMAIN), &c->hop, &c->context);
	decide(&world.env, &c->context, &c->decision);
}

static struct test_case *new_case(void)
{
	struct test_case *c = &cases[case_count++];
	struct strbuf text = c->text;

	*c = (struct test_case){.text = text};
	if (text.max == 0)
		strbuf_init(&c->text, 1 << 16);
	return c;
}

static void make_case(void)
{
	struct test_case *c = new_case();

	make_host(c);
	make_target(c, case_count - 1);
	if (roll(2) == 0)
		add_header(c, roll(2) ? "Routing-Session" : "routing-session", any_key());
	if (roll(3) == 0)
		add_baggage(c);
	if (roll(4) == 0)
		add_cookies(c);
	if (roll(5) == 0)
		add_pins(c);
	if (roll(4) == 0)
		add_header(c, "Routing-Strict", roll(4) == 0 ? "true" : "1");
	if (roll(8) == 0)
		add_header(c, "Routing-Session", any_key());
	finish_case(c);
}

/* ---- asking and comparing ---------------------------------------------------------------------------------- */

static const char *next_request(void *arg, size_t *ret_len, void **ret_tag)
{
	struct test_case *c;

	(void)arg;
	if (next_case == case_count)
		return NULL;
	c = &cases[next_case++];
	*ret_tag = c;
	*ret_len = c->text.len;
	return c->text.data;
}

static bool has_port(const struct version *version, struct str port)
{
	for (size_t i = 0; i < version->endpoints.count; i++) {
		char text[16];
		snprintf(text, sizeof(text), "%d", endpoint_port(version, i));
		if (str_eq_c(port, text))
			return true;
	}
	return false;
}

/* "reason" of Routing-Decision: cart="pr-1";reason=pinned;... */
static struct str parameter(struct str header, const char *name)
{
	size_t at = str_find(header, str_of(name));
	struct str rest = at < header.n ? (struct str){header.p + at + strlen(name),
						  header.n - at - strlen(name)}
					: (struct str){0};

	return str_cut(&rest, ';');
}

static unsigned failures;
static unsigned reload_after; /* answers until a new service is put, 0: never */

/* Noted, not thrown: a test must not leave the loop it runs in by a long jump. */
static void fail_case(const struct test_case *c, const char *what, struct str got, const char *want)
{
	if (failures++ < 10)
		print_message("round %d: %s: HAProxy says '%.*s', decide() '%s', of\n%s\n",
			round_number, what, STR_ARG(got), want, c->text.data);
}

static void compare_served(struct test_case *c, const struct answer *answer)
{
	const struct version *version = c->decision.version;
	struct str port = answer_header(answer, "X-Port", 0);

	if (answer->status != (c->is_upgrade ? 101 : 200) || !has_port(version, port)) {
		fail_case(c, "served by port", port, version->name);
		return;
	}
	str_copy(c->served, sizeof(c->served), str_of(version->name));
}

/* What the version saw: our key and no other, a trace, who served; and strict when it is. */
static void compare_upstream(const struct test_case *c, const struct answer *answer)
{
	struct answer seen = {.head = answer->body};
	struct str key = answer_header(&seen, "routing-session", 0);
	struct str baggage = answer_header(&seen, "baggage", 0);
	char hop[160];

	if (c->context.key_valid && !str_eq(key, c->context.key))
		fail_case(c, "Routing-Session upstream", key, c->text.data);
	if (answer_header(&seen, "routing-session", 1).p != NULL && c->context.key.p != NULL)
		fail_case(c, "Routing-Session upstream twice", key, "once");
	if (c->context.key_valid &&
		!str_eq(baggage_member(&baggage, 1, STR_LIT("routing-session")), c->context.key))
		fail_case(c, "baggage upstream", baggage, "the key");
	snprintf(hop, sizeof(hop), "%s%%40%s", c->decision.service->name, c->served);
	if (!str_eq_c(baggage_member(&baggage, 1, STR_LIT("routing-hop")), hop))
		fail_case(c, "routing-hop", baggage, hop);
	if (answer_header(&seen, "traceparent", 0).n != 55)
		fail_case(c, "traceparent", answer_header(&seen, "traceparent", 0),
			"one of 55 characters");
	if (c->decision.strict && !str_eq_c(answer_header(&seen, "routing-strict", 0), "1"))
		fail_case(c, "Routing-Strict upstream", answer_header(&seen, "routing-strict", 0),
			"1");
}

static void on_answer(void *arg, void *tag, const struct answer *answer)
{
	struct test_case *c = tag;
	const struct decision *decision = &c->decision;
	struct str header = answer_header(answer, "Routing-Decision", 0);
	char status[16];

	(void)arg;
	c->answered = true;
	c->answer.status = answer->status;
	if (reload_after > 0 && --reload_after == 0)
		put_service("fresh", NULL);
	if (decision->status != 0) {
		snprintf(status, sizeof(status), "%d", answer->status);
		if (answer->status != decision->status)
			fail_case(c, "status", str_of(status),
				decision->status == 404 ? "404" : "503");
		if (!str_eq_c(answer_header(answer, "Content-Type", 0), "application/problem+json"))
			fail_case(c, "type", answer_header(answer, "Content-Type", 0), "a problem");
	} else {
		compare_served(c, answer);
		if (!c->is_upgrade)
			compare_upstream(c, answer);
	}
	if (decision->service != NULL &&
		!str_eq_c(parameter(header, "reason="), reason_names[decision->reason]))
		fail_case(c, "reason", header, reason_names[decision->reason]);
	if ((c->context.key.p != NULL || decision->status != 0) &&
		!str_eq_c(answer_header(answer, "Cache-Control", 0), "no-store"))
		fail_case(
			c, "Cache-Control", answer_header(answer, "Cache-Control", 0), "no-store");
}

static void compare_log(const struct request *request)
{
	struct str rest = request->path;
	uint64_t number_of_round;
	uint64_t number;
	struct test_case *c;

	if (!str_starts(rest, STR_LIT("/case/")))
		return;
	rest = (struct str){rest.p + 6, rest.n - 6};
	if (!str_to_u64(str_cut(&rest, '/'), &number_of_round) || !str_to_u64(rest, &number) ||
		number_of_round != (uint64_t)round_number)
		return;
	c = &cases[number];
	c->logged = true;
	if (c->decision.service == NULL)
		return; /* the carriers are not read before the service is known */
	if (request->carriers != c->context.carriers || request->carrier != (int)c->context.carrier)
		fail_case(c, "logged carrier", str_of(carrier_names[request->carrier]), "another");
	if (request->conflict != c->context.conflict)
		fail_case(c, "logged conflict", request->session,
			c->context.conflict ? "true" : "false");
	if (request->malformed != c->context.malformed)
		fail_case(c, "logged malformed", request->session,
			c->context.malformed ? "true" : "false");
	if (request->reason != (int)c->decision.reason)
		fail_case(c, "logged reason", str_of(reason_names[request->reason]),
			reason_names[c->decision.reason]);
	if (request->intended != (int)c->decision.intended)
		fail_case(c, "logged intended", str_of("another"),
			reason_names[c->decision.intended]);
	if (c->context.key_valid && !str_eq(request->session, c->context.key))
		fail_case(c, "logged session", request->session, "another");
	if (!str_eq_c(request->service, c->decision.service->name))
		fail_case(c, "logged service", request->service, c->decision.service->name);
	if (request->status != c->answer.status && c->answered)
		fail_case(c, "logged status", request->service, "another");
	if ((request->answered_by == ANSWERED_BY_VERSION) != (c->decision.version != NULL))
		fail_case(c, "answered by", request->version, "the other");
	if (c->decision.version != NULL && !str_eq_c(request->version, c->decision.version->name))
		fail_case(c, "logged version", request->version, c->decision.version->name);
}

static bool is_logged(void)
{
	for (size_t i = 0; i < case_count; i++)
		if (!cases[i].logged)
			return false;
	return true;
}

static void ask_all(void)
{
	const struct exchange_ops ops = {next_request, on_answer, NULL};

	next_case = 0;
	exchange_run(world.base, "127.0.0.1", world.port, CONNECTIONS, &ops);
	for (size_t i = 0; i < case_count; i++)
		if (!cases[i].answered)
			fail_msg("no answer to\n%s", cases[i].text.data);
	wait_for(is_logged, "every request's record");
	assert_int_equal(failures, 0);
	case_count = 0;
	round_number++;
}

/* ---- the environment changes --------------------------------------------------------------------------------- */

static void change_version(void)
{
	const char *service = PICK(service_names), *name = PICK(version_names);
	struct service_node *node = environment_node(&world.env, str_of(service));
	struct version *version = environment_version(&world.env, str_of(service), str_of(name));
	char id[VERSION_ID_SIZE];

	if (node == NULL)
		return;
	name_join_version(str_of(service), str_of(name), id);
	if (version != NULL && roll(2) == 0) {
		char tombstone[VERSION_ID_SIZE];
		memcpy(tombstone, id, sizeof(id));
		take_out(THING_VERSION, id);
		bury(GONE_VERSION, tombstone, 0);
		health_of(str_of(service), str_of(name))->bits = 0;
		return;
	}
	int kind = version != NULL                        ? version->kind
		   : node_stable(node) == NULL && roll(2) ? KIND_STABLE
							  : KIND_EPHEMERAL;
	unsigned up = roll(4), down = roll(3);
	put_version(service, name, kind, up, up + down == 0 ? 1 : down);
}

static void change_session(void)
{
	const char *key = PICK(session_keys);

	if (roll(4) == 0)
		end_session(key);
	else
		put_session(key, (int)roll(2));
}

/* A port gets sick or well; every version that has it changes state, as the plane would say. */
static void change_health(void)
{
	uint16_t port = world.backends.up[roll(UP_PORTS)];

	backends_set_sick(&world.backends, port, is_up_port(port));
	for (size_t n = 0; n < world.env.node_count; n++) {
		for (size_t v = 0; v < world.env.nodes[n].version_count; v++) {
			struct version *version = world.env.nodes[n].versions[v];
			int state = state_of(version);
			if (version->state == state)
				continue;
			version = record_clone(&version_type, version);
			version->state = state;
			put(THING_VERSION, version);
		}
	}
}

static void begin(void)
{
	put_service("cart", "shop.example");
	for (size_t i = 1; i < ARRAY_LEN(service_names) - 1; i++)
		put_service(service_names[i], NULL);
	for (size_t i = 0; i < ARRAY_LEN(service_names) - 1; i++) {
		put_version(service_names[i], "2026.11.20", KIND_STABLE, 1 + roll(2), roll(2));
		put_version(service_names[i], "pr-1", KIND_EPHEMERAL, 1 + roll(2), roll(2));
		put_version(service_names[i], "pr-2", KIND_EPHEMERAL, 0, 1);
	}
	for (size_t i = 0; i < 5; i++)
		put_session(session_keys[i], (int)roll(2));
	end_session("gone-1");
	end_session("gone-2");
	bury(GONE_VERSION, "cart@pr-12", 0);
}

static void agrees_on_generated_cases(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < CASES; i++)
			make_case();
		ask_all();
		for (unsigned i = 0; i < 12; i++) {
			if (roll(2) == 0)
				change_version();
			else if (roll(4) != 0)
				change_session();
			else
				change_health();
		}
		if (round == ROUNDS / 2)
			put_service("pay-2", "pay.example");
		settle();
	}
	print_message("%d cases, %u lines lost\n", ROUNDS * CASES, lost_lines);
	assert_int_equal(malformed_lines, 0);
	assert_int_equal(lost_lines, 0);
}

/* ---- upgrades and reloads ------------------------------------------------------------------------------------- */

static void websockets_go_where_the_pin_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(session_keys); i++) {
		struct test_case *c = new_case();

		snprintf(c->host, sizeof(c->host), "cart." DOMAIN);
		snprintf(c->target, sizeof(c->target), "/case/%d/%zu?routing-session=%s",
			round_number, i, session_keys[i]);
		add_header(c, "Connection", "Upgrade");
		add_header(c, "Upgrade", "websocket");
		add_header(c, "Sec-WebSocket-Version", "13");
		add_header(c, "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
		c->is_upgrade = true;
		finish_case(c);
	}
	/* One connection each: after the upgrade it is the version's. */
	const struct exchange_ops ops = {next_request, on_answer, NULL};
	next_case = 0;
	exchange_run(world.base, "127.0.0.1", world.port, (int)case_count, &ops);
	wait_for(is_logged, "every upgrade's record");
	assert_int_equal(failures, 0);
	case_count = 0;
	round_number++;
}

static void no_request_fails_over_a_reload(void **state)
{
	struct proxy_facts before, after;
	(void)state;

	proxy_facts(world.proxy, &before);
	for (unsigned round = 0; round < 3; round++) {
		for (int i = 0; i < CASES; i++)
			make_case();
		reload_after = 40;
		ask_all();
		assert_non_null(environment_service(&world.env, str_of("fresh")));
		wait_for(is_applied, "the new service");
		take_out(THING_SERVICE, "fresh");
		wait_for(is_applied, "its end");
	}
	proxy_facts(world.proxy, &after);
	assert_true(after.reloads > before.reloads);
	assert_int_equal(after.restarts, 0);
	assert_int_equal(after.pid, before.pid);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

static void on_refused(void *arg, struct str service, const char *complaint)
{
	(void)arg;
	if (complaint != NULL)
		fail_msg("%.*s is refused: %s", STR_ARG(service), complaint);
}

static int set_up(void **state)
{
	const char *text = getenv("SEED");
	static const struct proxy_events events = {on_up, on_down, on_applied, on_health,
		on_refused, on_request, on_malformed, on_lost, on_resolve, NULL};
	struct proxy_options options = {
		.listen = "127.0.0.1:0", .domain = DOMAIN, .api_url = "http://127.0.0.1:7070"};
	struct proxy_facts facts;
	struct errbuf eb = {0};

	(void)state;
	seed = text != NULL ? strtoull(text, NULL, 10) : random_u64() % 1000000;
	print_message("SEED=%llu\n", (unsigned long long)seed);
	backends_start(&world.backends, UP_PORTS, DOWN_PORTS);
	world.base = event_base_new();
	environment_init(&world.env);
	snprintf(world.dir, sizeof(world.dir), "/tmp/umbra-agree-XXXXXX");
	assert_non_null(mkdtemp(world.dir));
	options.dir = world.dir;
	world.proxy = proxy_haproxy_create(world.base, &options, &events, &eb);
	if (world.proxy == NULL) {
		fail_msg("%s", eb.text);
		return -1;
	}
	proxy_facts(world.proxy, &facts);
	world.port = (int)strtol(strrchr(facts.address, ':') + 1, NULL, 10);
	begin();
	proxy_start(world.proxy, &world.env);
	wait_for(is_up, "the proxy to take traffic");
	settle();
	return 0;
}

static bool stopped;

static void on_stopped(void *arg)
{
	(void)arg;
	stopped = true;
}

static bool is_stopped(void)
{
	return stopped;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
	(void)info;
	(void)type;
	(void)where;
	return remove(path);
}

static void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int tear_down(void **state)
{
	(void)state;
	proxy_stop(world.proxy, on_stopped, NULL);
	wait_for(is_stopped, "the proxy to stop");
	proxy_destroy(world.proxy);
	backends_stop(&world.backends);
	environment_finish(&world.env);
	event_base_free(world.base);
	for (size_t i = 0; i < CASES; i++)
		if (cases[i].text.max > 0)
			strbuf_finish(&cases[i].text);
	remove_tree(world.dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_on_generated_cases),
		cmocka_unit_test(websockets_go_where_the_pin_says),
		cmocka_unit_test(no_request_fails_over_a_reload),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
