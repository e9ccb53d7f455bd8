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

#include "core/base/xalloc.h"
#include "core/base/random.h"
#include "core/base/strbuf.h"
#include "core/base/time.h"
#include "core/model/decision.h"
#include "core/model/environment.h"
#include "core/model/name_rules.h"
#include "core/proxy/proxy.h"
#include "tests/support/backends.h"
#include "tests/support/raw_http_client.h"
#include "tests/support/odd_request.h"

#define DOMAIN ODD_DOMAIN

enum {
	UP_PORTS = 28,
	DOWN_PORTS = 6,
	ROUNDS = 15,
	CASES = 350,
	CONNECTIONS = 6,
	CHECK_MS = 100,
	PATIENCE_MS = 60000,
};

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

static void apply_all(struct change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		environment_apply(&world.env, &changes[i]);
	if (world.up)
		proxy_apply(world.proxy, &world.env, changes, count);
	for (size_t i = 0; i < count; i++)
		change_finish(&changes[i]);
}

static void put(enum object_kind kind, void *record)
{
	struct change change;

	change_init(&change, kind, record, world.env.revision + 1);
	record_unref(object_type(kind), record);
	apply_all(&change, 1);
}

static void take_out(enum object_kind kind, const char *id)
{
	struct change change;

	change_init_removed(&change, kind, id, world.env.revision + 1);
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
	put(OBJECT_SERVICE, service);
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
	put(OBJECT_VERSION, version);
}

static void put_session(const char *key, int policy)
{
	struct session *session = record_create(&session_type);

	text_set(&session->key, key);
	session->policy = policy;
	for (size_t i = 0; i < ARRAY_LEN(odd_services); i++)
		if (roll(2) == 0)
			dict_set(&session->pins, str_of(odd_services[i]), PICK(odd_versions));
	put(OBJECT_SESSION, session);
}

static void bury(int kind, const char *id, int policy)
{
	struct tombstone *tombstone = record_create(&tombstone_type);

	tombstone->kind = kind;
	text_set(&tombstone->id, id);
	tombstone->gone_at = time_now_ms();
	tombstone->policy = policy;
	text_set(&tombstone->actor, "ci \"quoted\" \\ 100%");
	put(OBJECT_TOMBSTONE, tombstone);
}

static void end_session(const char *key)
{
	struct session *session = environment_session(&world.env, str_of(key));
	int policy = session != NULL ? session->policy : (int)roll(2);

	if (session != NULL)
		take_out(OBJECT_SESSION, key);
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

static char unchecked[VERSION_ID_SIZE + 96]; /* the endpoint that is waited for */

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
						"%s endpoint %zu, %s, was told to be %s",
						health->id, i, version->endpoints.items[i],
						health->bits >> i & 1U ? "up" : "down");
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
	struct odd_request request;
	struct strbuf text; /* as sent */
	struct routing_context context;
	struct decision decision;
	struct answer answer; /* status only */
	bool answered, logged, is_upgrade;
	char served[LIMIT_VERSION_NAME + 1];
	char trace[33]; /* as the version saw it */
};

static struct test_case cases[CASES];
static size_t case_count, next_case;
static int round_number;

static void finish_case(struct test_case *c)
{
	odd_request_finish(&c->request);
	strbuf_reset(&c->text);
	odd_request_write(&c->request, &c->text);
	routing_context_read(&world.env, STR_LIT(DOMAIN), &c->request.hop, &c->context);
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

	odd_request_random(&c->request, round_number, case_count - 1);
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

	char got[48];

	if (answer->status != (c->is_upgrade ? 101 : 200) || !has_port(version, port)) {
		snprintf(got, sizeof(got), "%d, port %.*s", answer->status, STR_ARG(port));
		fail_case(c, "served by", str_of(got), version->name);
		return;
	}
	str_copy(c->served, sizeof(c->served), str_of(version->name));
}

static bool is_ours(struct str name)
{
	static const char *const ours[] = {
		"routing-session", "routing-hop", "routing-hops", "routing-pins", "routing-strict"};

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (str_eq_c(name, ours[i]))
			return true;
	return false;
}

/* Adds the members of a line that are not ours, as they came. Says how many are ours. */
static unsigned add_others(struct strbuf *out, struct str line)
{
	unsigned ours = 0;

	while (line.p != NULL) {
		struct str member = str_trim(str_cut(&line, ',')), value = member;
		struct str rest = str_cut(&value, ';');
		struct str name = str_trim(str_cut(&rest, '='));

		if (rest.p == NULL || name.n == 0 || str_find_char(name, ' ') < name.n)
			continue;
		if (is_ours(name))
			ours++;
		else
			strbuf_addf(out, "%.*s,", STR_ARG(member));
	}
	return ours;
}

/* The one list that goes upstream: whole, ours once each, the others as they came. */
static void compare_others(const struct test_case *c, struct str baggage, unsigned ours)
{
	struct strbuf want, got;
	struct str rest = baggage;

	strbuf_init(&want, 1 << 16);
	strbuf_init(&got, 1 << 16);
	for (size_t i = 0; i < c->request.hop.header_count; i++)
		if (str_eq_nocase(c->request.headers[i].name, STR_LIT("baggage")))
			(void)add_others(&want, c->request.headers[i].value);
	if (add_others(&got, baggage) != ours)
		fail_case(c, "our members upstream", baggage, "another number of them");
	if (!str_eq(strbuf_str(&want), strbuf_str(&got)))
		fail_case(c, "other members upstream", baggage, strbuf_str(&want).p);
	while (rest.p != NULL)
		if (str_trim(str_cut(&rest, ',')).n == 0)
			fail_case(c, "an empty member upstream", baggage, "none");
	if (!baggage_is_well_formed(baggage))
		fail_case(c, "the list upstream", baggage, "well-formed");
	strbuf_finish(&want);
	strbuf_finish(&got);
}

/* Direct pins go upstream in both ways, and say the same in both. */
static void compare_pins(const struct test_case *c, const struct answer *seen, struct str baggage)
{
	struct str lines[PINS_LINES + 1];
	struct str member = baggage_member(&baggage, 1, STR_LIT("routing-pins"));
	size_t count = 0;

	while (count < ARRAY_LEN(lines) &&
		(lines[count] = answer_header(seen, "routing-pins", (int)count)).p != NULL)
		count++;
	for (size_t i = 0; i < ARRAY_LEN(odd_services); i++) {
		char of_member[LIMIT_VERSION_NAME + 1];
		struct str service = str_of(odd_services[i]), of_header;
		enum pins_form header = header_pins(lines, count, service, &of_header);
		enum pins_form list = baggage_pins(member, service, of_member);

		if ((header == PINS_READ) != c->context.pins_sent || header != list)
			fail_case(
				c, "pins upstream", member, c->context.pins_sent ? "pins" : "none");
		else if (!str_eq(of_header, str_of(of_member)))
			fail_case(c, "the pin upstream", member, odd_services[i]);
		else if (str_eq_c(service, c->decision.service->name) &&
			 !str_eq(of_header, c->context.direct_pin))
			fail_case(c, "this service's pin upstream", of_header, odd_services[i]);
	}
}

static struct str sent_header(const struct test_case *c, const char *name)
{
	struct str last = {0};

	for (size_t i = 0; i < c->request.hop.header_count; i++)
		if (str_eq_nocase(c->request.headers[i].name, str_of(name)))
			last = str_trim(c->request.headers[i].value);
	return last;
}

/* One that came stays; one is added to what carries a key or pins; else nothing is touched. */
static void compare_trace(struct test_case *c, const struct answer *seen)
{
	struct str sent = sent_header(c, "traceparent");
	struct str got = answer_header(seen, "traceparent", 0);
	struct str state = answer_header(seen, "tracestate", 0);
	bool valid = traceparent_id(sent).p != NULL;
	bool begins = !valid && (c->context.carriers != 0 || c->context.pins_sent ||
					c->context.hops > LIMIT_HOPS / 2);

	str_copy(c->trace, sizeof(c->trace), traceparent_id(got));
	if (begins ? got.n != 55 || c->trace[0] == '\0' || got.p[54] != '1' : !str_eq(got, sent))
		fail_case(c, "traceparent", got, begins ? "a new one" : "what was sent");
	if ((state.p != NULL) !=
		(sent_header(c, "tracestate").p != NULL && !begins && sent.p != NULL))
		fail_case(c, "tracestate", state, "only with its trace");
}

/* What the version saw: our key and no other, a trace, who served; and strict when it is. */
static void compare_upstream(struct test_case *c, const struct answer *answer)
{
	struct answer seen = {.head = answer->body};
	struct str key = answer_header(&seen, "routing-session", 0);
	struct str baggage = answer_header(&seen, "baggage", 0);
	struct str strict = answer_header(&seen, "routing-strict", 0);
	struct str of_us = c->context.key_valid ? c->context.key : (struct str){0};
	char hop[160], hops[16];

	if (!str_eq(key, of_us) || answer_header(&seen, "routing-session", 1).p != NULL)
		fail_case(c, "Routing-Session upstream", key,
			c->context.key_valid ? "the key" : "none");
	if (!str_eq(baggage_member(&baggage, 1, STR_LIT("routing-session")), of_us))
		fail_case(c, "baggage upstream", baggage,
			c->context.key_valid ? "the key" : "no key");
	if (answer_header(&seen, "baggage", 1).p != NULL)
		fail_case(c, "baggage upstream", answer_header(&seen, "baggage", 1), "one line");
	snprintf(hop, sizeof(hop), "%s%%40%s", c->decision.service->name, c->served);
	if (!str_eq_c(baggage_member(&baggage, 1, STR_LIT("routing-hop")), hop))
		fail_case(c, "routing-hop", baggage, hop);
	snprintf(hops, sizeof(hops), "%u", c->context.hops);
	if (!str_eq_c(baggage_member(&baggage, 1, STR_LIT("routing-hops")), hops) ||
		!str_eq_c(answer_header(&seen, "routing-hops", 0), hops))
		fail_case(c, "routing-hops", baggage, hops);
	if (c->decision.strict !=
		str_eq_c(baggage_member(&baggage, 1, STR_LIT("routing-strict")), "1"))
		fail_case(c, "routing-strict", baggage, c->decision.strict ? "1" : "none");
	if (c->decision.strict && !str_eq_c(strict, "1"))
		fail_case(c, "Routing-Strict upstream", strict, "1");
	compare_others(
		c, baggage, 2U + c->context.key_valid + c->context.pins_sent + c->decision.strict);
	compare_pins(c, &seen, baggage);
	compare_trace(c, &seen);
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
			fail_case(c, "status", str_of(status), "another");
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

static bool expected_caller(const struct test_case *c, char caller[VERSION_ID_SIZE])
{
	struct str lines[BAGGAGE_LINES];
	size_t count = 0;

	for (size_t i = 0; i < c->request.hop.header_count && count < BAGGAGE_LINES; i++)
		if (str_eq_nocase(c->request.headers[i].name, STR_LIT("baggage")))
			lines[count++] = str_trim(c->request.headers[i].value);
	return caller_read(baggage_member(lines, count, STR_LIT("routing-hop")), caller);
}

static void compare_log(const struct request *request)
{
	struct str rest = request->path;
	char caller[VERSION_ID_SIZE] = "";
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
	if (c->decision.status == 508 && request->error.n == 0)
		fail_case(c, "logged error", request->error, "a loop");
	if (c->served[0] != '\0' && !c->is_upgrade && !str_eq_c(request->trace, c->trace))
		fail_case(c, "logged trace", request->trace, c->trace);
	if (!str_eq(request->caller, str_of(expected_caller(c, caller) ? caller : NULL)))
		fail_case(c, "logged caller", request->caller, caller);
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
	const struct raw_http_ops ops = {next_request, on_answer, NULL};

	next_case = 0;
	raw_http_run(world.base, "127.0.0.1", world.port, CONNECTIONS, &ops);
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
	const char *service = PICK(odd_services), *name = PICK(odd_versions);
	struct service_node *node = environment_node(&world.env, str_of(service));
	struct version *version = environment_version(&world.env, str_of(service), str_of(name));
	char id[VERSION_ID_SIZE];

	if (node == NULL)
		return;
	name_join_version(str_of(service), str_of(name), id);
	if (version != NULL && roll(2) == 0) {
		char tombstone[VERSION_ID_SIZE];
		memcpy(tombstone, id, sizeof(id));
		take_out(OBJECT_VERSION, id);
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
	const char *key = PICK(odd_sessions);

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
			put(OBJECT_VERSION, version);
		}
	}
}

static void begin(void)
{
	put_service("cart", "shop.example");
	for (size_t i = 1; i < ARRAY_LEN(odd_services) - 1; i++)
		put_service(odd_services[i], NULL);
	for (size_t i = 0; i < ARRAY_LEN(odd_services) - 1; i++) {
		put_version(odd_services[i], "2026.11.20", KIND_STABLE, 1 + roll(2), roll(2));
		put_version(odd_services[i], "pr-1", KIND_EPHEMERAL, 1 + roll(2), roll(2));
		put_version(odd_services[i], "pr-2", KIND_EPHEMERAL, 0, 1);
	}
	for (size_t i = 0; i < 5; i++)
		put_session(odd_sessions[i], (int)roll(2));
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

/* ---- reserved characters ------------------------------------------------------------------------------------ */

static void agrees_on_every_reserved_character(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ODD_RESERVED; i++) {
		struct test_case *c = new_case();

		odd_request_reserved(&c->request, round_number, case_count - 1, i);
		finish_case(c);
		if (case_count == CASES || i + 1 == ODD_RESERVED)
			ask_all();
	}
}

/* ---- upgrades and reloads ------------------------------------------------------------------------------------- */

static void websockets_go_where_the_pin_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd_sessions); i++) {
		struct test_case *c = new_case();

		snprintf(c->request.host, sizeof(c->request.host), "cart." DOMAIN);
		snprintf(c->request.target, sizeof(c->request.target),
			"/case/%d/%zu?routing-session=%s", round_number, i, odd_sessions[i]);
		odd_request_add(&c->request, "Connection", "Upgrade");
		odd_request_add(&c->request, "Upgrade", "websocket");
		odd_request_add(&c->request, "Sec-WebSocket-Version", "13");
		odd_request_add(&c->request, "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
		c->is_upgrade = true;
		finish_case(c);
	}
	/* One connection each: after the upgrade it is the version's. */
	const struct raw_http_ops ops = {next_request, on_answer, NULL};
	next_case = 0;
	raw_http_run(world.base, "127.0.0.1", world.port, (int)case_count, &ops);
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
		take_out(OBJECT_SERVICE, "fresh");
		wait_for(is_applied, "its end");
	}
	proxy_facts(world.proxy, &after);
	assert_true(after.reloads > before.reloads);
	assert_int_equal(after.restarts, 0);
	assert_int_equal(after.pid, before.pid);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

/* No line comes twice here: nothing reads the log before this program does. */
static bool on_recorded(void *arg, struct str id)
{
	(void)arg;
	(void)id;
	return false;
}

static void on_refused(void *arg, struct str service, const char *complaint)
{
	(void)arg;
	if (complaint != NULL)
		fail_msg("%.*s is refused: %s", STR_ARG(service), complaint);
}

static int set_up(void **state)
{
	const char *text = getenv("SEED");
	static const struct proxy_events events = {
		.up = on_up,
		.down = on_down,
		.applied = on_applied,
		.health = on_health,
		.refused = on_refused,
		.request = on_request,
		.malformed = on_malformed,
		.recorded = on_recorded,
		.lost = on_lost,
		.resolve = on_resolve,
	};
	struct proxy_options options = {
		.listen = "127.0.0.1:0", .domain = DOMAIN, .api_url = "http://127.0.0.1:7070"};
	struct proxy_facts facts;
	struct errbuf eb = {0};

	(void)state;
	uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : random_u64() % 1000000;
	odd_seed(seed);
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
		cmocka_unit_test(agrees_on_every_reserved_character),
		cmocka_unit_test(agrees_on_generated_cases),
		cmocka_unit_test(websockets_go_where_the_pin_says),
		cmocka_unit_test(no_request_fails_over_a_reload),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
