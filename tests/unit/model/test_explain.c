/*
 * Whole explanations, as people read them: requests by reason, policy and who answered; decisions typed
 * by hand; sessions, versions and services in their states. A line begins with its kind.
 */
#include "core/model/explain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/model/environment.h"
#include "core/model/name_rules.h"
#include "tests/support/environment_builder.h"

#define NOW INT64_C(1795388400000)
#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define BIT(carrier) (1U << CARRIER_##carrier)

/* Parts that many of the records have. */
#define BOOKING .service = TEXT("booking")
#define STABLE .version = TEXT("2026.11.20"), .kind = KIND_STABLE
#define PR_482 .version = TEXT("pr-482"), .kind = KIND_EPHEMERAL
#define KEY(key) .session = TEXT(key), .carrier = CARRIER_HEADER, .carriers = BIT(HEADER)
#define BY_PROXY .answered_by = ANSWERED_BY_PROXY
#define ROUTED .intended = REASON_COUNT, .upstream_ms = 12.3

/* clang-format off */
#define TEXT(literal) {literal, sizeof(literal) - 1}
/* Lines that many of them have. */
#define NO_SESSION \
	"rule: Rule no-session: a request without a session key goes to stable, strict or not.\n"
#define NO_PIN \
	"rule: Rule no-pin: a session moves only the services it pins; its other requests go to stable, strict or not.\n"
#define PINNED \
	"rule: Rule pinned: a session's pin is followed while the version it names has a ready endpoint.\n"
#define NO_KEY "not: No key in header, baggage, query, cookie or host name.\n"
#define NO_DIRECT_PIN "not: No direct pin named booking; it would have won.\n"
#define ANSWERED_200 "note: The version answered 200, after 12.3 ms.\n"
#define NO_CALLER \
	"note: No caller is known: it came from outside, or from a service that does not pass baggage on.\n"
#define SAME_TODAY "now: The same request would be routed the same way now.\n"
#define WHOSE_PIN \
	"note: The log does not record whether the session or Routing-Pins pinned it.\n"
#define REMEMBERED \
	"note: That is remembered for a day; umbra events and the timeline go back further.\n"
#define WAY_OUT(key) \
	"hint: umbra session pin " key " booking=VERSION pins another, umbra session unpin " key \
	" booking leaves it to stable.\n"
#define PROXY_503 "warn: The proxy itself answered 503; no version received the request.\n"
#define PINS_WIN \
	"not: A Routing-Pins header on a request wins over its pins for the services it names.\n"
#define SEEN "note: Its last request came 2s ago.\n"
#define BARE_IS_DOWN "warn: bare, not pinned, gets 503: bare has no stable version.\n"
#define DOWN_IS_DOWN \
	"warn: down, not pinned, gets 503: stable stable has been unhealthy for 12m (answered 500).\n"
#define LENIENT "note: It is lenient: where a pinned version cannot serve, stable does.\n"
#define STRICT "note: It is strict: where a pinned version cannot serve, the answer is 503.\n"
#define DEV1_7H "note: It belongs to dev1 and expires in 7h.\n"
#define NOT_WITHOUT_PIN \
	"not: Requests without a pin on it never come here; they go to stable.\n"
/* clang-format on */

static struct environment env;

static void put_version(const char *id, int kind, int state, const char *detail, int64_t expires_at)
{
	struct version *version = record_create(&version_type);
	struct str service, name;

	assert_true(name_split_version(str_of(id), &service, &name));
	version->service = str_dup(service);
	version->name = str_dup(name);
	version->kind = kind;
	version->state = state;
	version->state_since = NOW - 12 * MINUTE;
	text_set(&version->state_detail, detail);
	version->expires_at = expires_at;
	strlist_add(&version->endpoints, STR_LIT("127.0.0.1:9001"));
	if (kind == KIND_STABLE)
		strlist_add(&version->endpoints, STR_LIT("127.0.0.1:9002"));
	environment_put(&env, OBJECT_VERSION, version);
}

/* Pins as "booking=pr-482 search=pr-9". */
static void put_session(const char *key, int policy, const char *owner, const char *pins)
{
	struct session *session = record_create(&session_type);
	struct str rest = str_of(pins);

	text_set(&session->key, key);
	text_set(&session->owner, owner);
	session->policy = policy;
	session->expires_at = strcmp(key, "over") == 0 ? NOW - 1 : NOW + 7 * HOUR;
	while (rest.n > 0) {
		struct str pin = str_cut(&rest, ' ');
		struct str service = str_cut(&pin, '=');
		char *version = str_dup(pin);

		dict_set(&session->pins, service, version);
		free(version);
	}
	environment_put(&env, OBJECT_SESSION, session);
}

static void put_tombstone(
	int kind, const char *id, int why, int64_t ago_ms, const char *actor, int policy)
{
	struct tombstone *tombstone = record_create(&tombstone_type);

	tombstone->kind = kind;
	text_set(&tombstone->id, id);
	tombstone->why = why;
	tombstone->gone_at = NOW - ago_ms;
	text_set(&tombstone->actor, actor);
	tombstone->policy = policy;
	if (strcmp(id, "booking@pr-gone") == 0) {
		tombstone->pr_number = 482;
		text_set(&tombstone->pr_author, "dev2");
		text_set(&tombstone->commit, "a1b2c3d");
	}
	if (policy == POLICY_STRICT)
		text_set(&tombstone->owner, actor);
	environment_put(&env, OBJECT_TOMBSTONE, tombstone);
}

static int set_up(void **state)
{
	(void)state;
	environment_init(&env);
	env.remembers = true;
	environment_put_service(&env, "booking");
	environment_put_service(&env, "down");
	environment_put_service(&env, "bare");
	environment_put_service(&env, "notify");
	put_version("booking@2026.11.20", KIND_STABLE, STATE_READY, NULL, 0);
	put_version("booking@pr-482", KIND_EPHEMERAL, STATE_READY, NULL, NOW + 21 * HOUR);
	put_version("booking@pr-sick", KIND_EPHEMERAL, STATE_UNHEALTHY, "connection refused",
		NOW + HOUR);
	put_version("booking@pr-new", KIND_EPHEMERAL, STATE_STARTING, NULL, 0);
	put_version("booking@pr-lone", KIND_EPHEMERAL, STATE_READY, NULL, NOW - 1);
	put_version("down@stable", KIND_STABLE, STATE_UNHEALTHY, "answered 500", 0);
	put_version("down@pr-2", KIND_EPHEMERAL, STATE_DRAINING, NULL, NOW + HOUR);
	put_version("bare@pr-1", KIND_EPHEMERAL, STATE_READY, NULL, NOW + HOUR);
	put_version("notify@7", KIND_STABLE, STATE_READY, NULL, 0);
	put_session("dev-4f2k", POLICY_LENIENT, "dev1", "booking=pr-482");
	put_session("plain", POLICY_LENIENT, NULL, "");
	put_session("strict-1", POLICY_STRICT, "dev5", "booking=pr-482");
	put_session("sick-1", POLICY_LENIENT, "dev1", "booking=pr-sick down=pr-2");
	put_session("sick-2", POLICY_STRICT, "dev1", "booking=pr-sick");
	put_session("gone-1", POLICY_LENIENT, "dev1", "booking=pr-gone down=pr-0");
	put_session("gone-2", POLICY_STRICT, "dev1", "booking=pr-gone");
	put_session("mixed", POLICY_LENIENT, "dev2", "booking=pr-482 bare=pr-1 down=pr-2 old=1");
	put_session("over", POLICY_LENIENT, "dev2", "booking=2026.11.20 bare=pr-1");
	put_tombstone(GONE_VERSION, "booking@pr-gone", WHY_RETIRED, 3 * MINUTE, "dev1", 0);
	put_tombstone(GONE_VERSION, "notify@6", WHY_EXPIRED, HOUR, "umbra", 0);
	put_tombstone(GONE_VERSION, "old@1", WHY_SERVICE_REMOVED, 3 * MINUTE, "dev3", 0);
	put_tombstone(GONE_SESSION, "ended-1", WHY_EXPIRED, HOUR, "umbra", POLICY_LENIENT);
	put_tombstone(GONE_SESSION, "ended-2", WHY_RETIRED, 200, "dev3", POLICY_STRICT);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	environment_finish(&env);
	return 0;
}

/* The headline, then each line behind its kind. */
static void check(const char *what, const char *name, const struct explanation *e, const char *says)
{
	static const char *const kinds[EXPLAIN_COUNT] = {
		[EXPLAIN_RULE] = "rule",
		[EXPLAIN_NOT] = "not",
		[EXPLAIN_NOTE] = "note",
		[EXPLAIN_WARN] = "warn",
		[EXPLAIN_NOW] = "now",
		[EXPLAIN_HINT] = "hint",
	};
	struct strbuf all;

	strbuf_init(&all, 65536);
	strbuf_add_str(&all, explanation_headline(e));
	strbuf_add_char(&all, '\n');
	for (size_t i = 0; i < e->count; i++) {
		enum explain_kind kind;
		struct str line = explanation_line(e, i, &kind);

		strbuf_addf(&all, "%s: %.*s\n", kinds[kind], STR_ARG(line));
		assert_true(line.n <= 240); /* three lines of a narrow screen */
	}
	if (strcmp(all.data, says) != 0)
		print_message("%s: %s\n%s", what, name, all.data);
	assert_string_equal(all.data, says);
	strbuf_finish(&all);
}

/* clang-format off */
static const struct {
	const char *name;
	struct request request;
	const char *lost_by;
	const char *says;
} requests[] = {
	{"no session",
		{STABLE, .status = 200, BOOKING, .reason = REASON_NO_SESSION,
			.carrier = CARRIER_COUNT, ROUTED},
		"",
		"booking answered from stable 2026.11.20: the request carried no session key.\n"
		NO_SESSION NO_KEY ANSWERED_200 NO_CALLER SAME_TODAY},
	{"no session any more stable",
		{.version = TEXT("2026.11.01"), .kind = KIND_STABLE, .status = 200, BOOKING,
			.reason = REASON_NO_SESSION, .carrier = CARRIER_COUNT, ROUTED},
		"",
		"booking answered from stable 2026.11.01: the request carried no session key.\n"
		NO_SESSION NO_KEY ANSWERED_200 NO_CALLER
		"now: Today it would go to stable 2026.11.20: that is the stable one now.\n"},
	{"no session and lost",
		{STABLE, .status = 200, BOOKING, .reason = REASON_NO_SESSION,
			.carrier = CARRIER_COUNT, ROUTED},
		"schedule@pr-540",
		"booking answered from stable 2026.11.20: the request carried no session key.\n"
		NO_SESSION NO_KEY ANSWERED_200
		"warn: schedule@pr-540 called it and lost the session on the way: it had one and did not pass it on.\n"
		SAME_TODAY
		"hint: schedule@pr-540 must copy Routing-Session or baggage from the request it serves to those it makes.\n"},
	{"no session, the version says 503",
		{STABLE, .status = 503, BOOKING, .reason = REASON_NO_SESSION,
			.carrier = CARRIER_COUNT, ROUTED},
		"",
		"booking answered from stable 2026.11.20: the request carried no session key.\n"
		NO_SESSION NO_KEY
		"warn: The version itself answered 503, after 12.3 ms.\n"
		NO_CALLER SAME_TODAY},
	{"no session, the proxy says 504",
		{STABLE, .status = 504, BY_PROXY, .error = TEXT("no answer in time"), BOOKING,
			.reason = REASON_NO_SESSION, .carrier = CARRIER_COUNT, ROUTED},
		"",
		"The proxy itself answered 504 for booking: stable 2026.11.20, no answer in time.\n"
		"rule: Why there: the request carried no session key.\n"
		NO_SESSION NO_KEY
		"warn: The proxy itself answered 504; the version it had chosen had not answered (no answer in time).\n"
		NO_CALLER SAME_TODAY},
	{"no session, the client left",
		{STABLE, .status = 0, BY_PROXY, .error = TEXT("client went away"), BOOKING,
			.reason = REASON_NO_SESSION, .carrier = CARRIER_COUNT, ROUTED},
		"",
		"booking gave no answer: stable 2026.11.20, client went away.\n"
		"rule: Why there: the request carried no session key.\n"
		NO_SESSION NO_KEY
		"warn: Nobody answered (client went away).\n"
		NO_CALLER SAME_TODAY},
	{"no pin",
		{STABLE, .status = 200, KEY("plain"), .reason = REASON_NO_PIN, BOOKING, ROUTED},
		"",
		"booking answered from stable 2026.11.20: session plain pinned other services, not this one.\n"
		NO_PIN
		"note: The key plain came in the header.\n"
		ANSWERED_200 NO_CALLER SAME_TODAY},
	{"no pin, pinned since",
		{STABLE, .status = 200, KEY("dev-4f2k"), .reason = REASON_NO_PIN, BOOKING, ROUTED},
		"",
		"booking answered from stable 2026.11.20: session dev-4f2k pinned other services, not this one.\n"
		NO_PIN
		"note: The key dev-4f2k came in the header.\n"
		ANSWERED_200 NO_CALLER
		"now: Today it would go to pr-482: session dev-4f2k pins it now.\n"},
	{"pinned",
		{PR_482, .status = 200, KEY("dev-4f2k"), .reason = REASON_PINNED,
			.caller = TEXT("gateway@2026.11.20"), BOOKING, ROUTED},
		"",
		"booking answered from pr-482: session dev-4f2k pinned it, and the key came in the header.\n"
		PINNED NO_DIRECT_PIN ANSWERED_200
		"note: gateway@2026.11.20 called it.\n"
		SAME_TODAY},
	{"pinned, baggage as well",
		{PR_482, .status = 200, .session = TEXT("dev-4f2k"), .carrier = CARRIER_HEADER,
			.carriers = BIT(BAGGAGE)|BIT(HEADER), .reason = REASON_PINNED, BOOKING, ROUTED},
		"",
		"booking answered from pr-482: session dev-4f2k pinned it, and the key came in the header.\n"
		PINNED
		"not: The same key was in baggage as well.\n"
		NO_DIRECT_PIN ANSWERED_200 NO_CALLER SAME_TODAY},
	{"pinned, conflict",
		{PR_482, .status = 200, KEY("dev-4f2k")|BIT(COOKIE), .conflict = true,
			.reason = REASON_PINNED, BOOKING, ROUTED},
		"",
		"booking answered from pr-482: session dev-4f2k pinned it, and the key came in the header.\n"
		PINNED
		"warn: Conflict: header and cookie did not all name the same session. The first of them counts: header.\n"
		NO_DIRECT_PIN ANSWERED_200 NO_CALLER SAME_TODAY},
	{"pinned, the version says 503",
		{PR_482, .status = 503, KEY("dev-4f2k"), .reason = REASON_PINNED, BOOKING, ROUTED},
		"",
		"booking answered from pr-482: session dev-4f2k pinned it, and the key came in the header.\n"
		PINNED NO_DIRECT_PIN
		"warn: The version itself answered 503, after 12.3 ms.\n"
		NO_CALLER SAME_TODAY},
	{"pinned, the proxy says 502",
		{PR_482, .status = 502, BY_PROXY, .error = TEXT("closed before it answered"),
			KEY("dev-4f2k"), .reason = REASON_PINNED, .retries = 3, BOOKING, ROUTED},
		"",
		"The proxy itself answered 502 for booking: pr-482, closed before it answered.\n"
		"rule: Why there: session dev-4f2k pinned it, and the key came in the header.\n"
		PINNED NO_DIRECT_PIN
		"warn: The proxy itself answered 502; the version it had chosen had not answered (closed before it answered); the connection was tried 3 more times.\n"
		NO_CALLER SAME_TODAY},
	{"pinned, retired since",
		{.version = TEXT("pr-gone"), .kind = KIND_EPHEMERAL, .status = 200, KEY("gone-1"),
			.reason = REASON_PINNED, BOOKING, ROUTED},
		"",
		"booking answered from pr-gone: session gone-1 pinned it, and the key came in the header.\n"
		PINNED NO_DIRECT_PIN ANSWERED_200 NO_CALLER
		"now: Today it would go to stable 2026.11.20: pr-gone was retired by dev1 3m ago.\n"
		WAY_OUT("gone-1")},
	{"pinned, retired since, strict",
		{.version = TEXT("pr-gone"), .kind = KIND_EPHEMERAL, .status = 200, KEY("gone-2"),
			.reason = REASON_PINNED, BOOKING, ROUTED},
		"",
		"booking answered from pr-gone: session gone-2 pinned it, and the key came in the header.\n"
		PINNED NO_DIRECT_PIN ANSWERED_200 NO_CALLER
		"now: Today the proxy would say 503: pr-gone was retired by dev1 3m ago.\n"
		WAY_OUT("gone-2")},
	{"pinned, unpinned since",
		{PR_482, .status = 200, KEY("plain"), .reason = REASON_PINNED, BOOKING, ROUTED},
		"",
		"booking answered from pr-482: session plain pinned it, and the key came in the header.\n"
		PINNED NO_DIRECT_PIN ANSWERED_200 NO_CALLER
		"now: Today it would go to stable 2026.11.20: session plain does not pin it any more.\n"},
	{"pinned, another pin since",
		{.version = TEXT("pr-9"), .kind = KIND_EPHEMERAL, .status = 200, KEY("dev-4f2k"),
			.reason = REASON_PINNED, BOOKING, ROUTED},
		"",
		"booking answered from pr-9: session dev-4f2k pinned it, and the key came in the header.\n"
		PINNED NO_DIRECT_PIN ANSWERED_200 NO_CALLER
		"now: Today it would go to pr-482: session dev-4f2k pins it now.\n"},
	{"pinned, the session expired since",
		{PR_482, .status = 200, KEY("ended-1"), .reason = REASON_PINNED, BOOKING, ROUTED},
		"",
		"booking answered from pr-482: session ended-1 pinned it, and the key came in the header.\n"
		PINNED NO_DIRECT_PIN ANSWERED_200 NO_CALLER
		"now: Today it would go to stable 2026.11.20: session ended-1 expired 1h ago.\n"},
	{"pinned, the session ended since, strict",
		{PR_482, .status = 200, KEY("ended-2"), .reason = REASON_PINNED, BOOKING, ROUTED},
		"",
		"booking answered from pr-482: session ended-2 pinned it, and the key came in the header.\n"
		PINNED NO_DIRECT_PIN ANSWERED_200 NO_CALLER
		"now: Today the proxy would say 503: session ended-2 was ended by dev3 just now.\n"},
	{"pinned, the session not remembered",
		{PR_482, .status = 200, KEY("long-gone"), .reason = REASON_PINNED, BOOKING,
			ROUTED},
		"",
		"booking answered from pr-482: session long-gone pinned it, and the key came in the header.\n"
		PINNED NO_DIRECT_PIN ANSWERED_200 NO_CALLER
		"now: Today it would go to stable 2026.11.20: session long-gone has ended.\n"
		"note: Had it been a strict session, it is a 503 for a day after its end.\n"},
	{"direct pin",
		{PR_482, .status = 200, .reason = REASON_DIRECT_PIN, BOOKING,
			.carrier = CARRIER_COUNT, ROUTED},
		"",
		"booking answered from pr-482: a direct pin of the request named it.\n"
		"rule: Rule direct-pin: Routing-Pins wins over the session for the services it names.\n"
		ANSWERED_200 NO_CALLER SAME_TODAY},
	{"direct pin over a session",
		{PR_482, .status = 200, KEY("gone-2"), .reason = REASON_DIRECT_PIN,
			.malformed = true, BOOKING, ROUTED},
		"",
		"booking answered from pr-482: a direct pin of the request named it.\n"
		"rule: Rule direct-pin: Routing-Pins wins over the session for the services it names.\n"
		"note: The key gone-2 came in the header; for this service the direct pin came first.\n"
		"warn: Something in it is malformed: its key, Routing-Pins, Routing-Strict, a member of the baggage or a fifth line of it, or a quote that is not closed hides a cookie.\n"
		ANSWERED_200 NO_CALLER SAME_TODAY},
	{"unknown session, lenient",
		{STABLE, .status = 200, KEY("nobody"), .reason = REASON_SESSION_UNKNOWN, BOOKING,
			ROUTED},
		"",
		"booking answered from stable 2026.11.20: no session had the key \"nobody\".\n"
		"rule: Rule session-unknown, lenient: stable takes its place; a strict request gets 503.\n"
		"note: The key nobody came in the header.\n"
		ANSWERED_200 NO_CALLER SAME_TODAY
		"hint: umbra session list shows the keys there are.\n"},
	{"unknown session, strict",
		{.status = 503, BY_PROXY, KEY("nobody"), .reason = REASON_SESSION_UNKNOWN,
			BOOKING, ROUTED},
		"",
		"The proxy itself answered 503 for booking: no session had the key \"nobody\".\n"
		"rule: Rule session-unknown, strict: 503 and never stable; a lenient request goes to stable.\n"
		"note: The key nobody came in the header.\n"
		PROXY_503 NO_CALLER
		"now: Today it would go to stable 2026.11.20: no session has the key \"nobody\".\n"
		"note: With Routing-Strict: 1 on the request it is still a 503.\n"
		"hint: umbra session list shows the keys there are.\n"},
	{"malformed key",
		{STABLE, .status = 200, .session = TEXT("%7Bkey%7D"), .carrier = CARRIER_COOKIE,
			.carriers = BIT(COOKIE), .reason = REASON_SESSION_UNKNOWN, BOOKING, ROUTED},
		"",
		"booking answered from stable 2026.11.20: \"%7Bkey%7D\" cannot be the key of a session.\n"
		"rule: Rule session-unknown, lenient: stable takes its place; a strict request gets 503.\n"
		"note: The key %7Bkey%7D came in a cookie.\n"
		ANSWERED_200 NO_CALLER SAME_TODAY
		"hint: umbra session list shows the keys there are.\n"},
	{"expired session, lenient",
		{STABLE, .status = 200, KEY("ended-1"), .reason = REASON_SESSION_EXPIRED, BOOKING,
			ROUTED},
		"",
		"booking answered from stable 2026.11.20: session ended-1 had ended.\n"
		"rule: Rule session-expired, lenient: stable takes its place; a strict request gets 503.\n"
		"note: The key ended-1 came in the header.\n"
		ANSWERED_200 NO_CALLER SAME_TODAY
		"hint: umbra session create makes a new one.\n"},
	{"expired session, strict",
		{.status = 503, BY_PROXY, KEY("ended-2"), .reason = REASON_SESSION_EXPIRED,
			BOOKING, ROUTED},
		"",
		"The proxy itself answered 503 for booking: session ended-2 had ended.\n"
		"rule: Rule session-expired, strict: 503 and never stable; a lenient request goes to stable.\n"
		"note: The key ended-2 came in the header.\n"
		PROXY_503 NO_CALLER SAME_TODAY
		"hint: umbra session create makes a new one.\n"},
	{"expired session, forgotten since",
		{.status = 503, BY_PROXY, KEY("long-gone"), .reason = REASON_SESSION_EXPIRED,
			BOOKING, ROUTED},
		"",
		"The proxy itself answered 503 for booking: session long-gone had ended.\n"
		"rule: Rule session-expired, strict: 503 and never stable; a lenient request goes to stable.\n"
		"note: The key long-gone came in the header.\n"
		PROXY_503 NO_CALLER
		"now: Today it would go to stable 2026.11.20: session long-gone has ended.\n"
		"note: Had it been a strict session, it is a 503 for a day after its end.\n"
		"hint: umbra session create makes a new one.\n"},
	{"version gone, lenient",
		{STABLE, .status = 200, KEY("gone-1"), .reason = REASON_VERSION_GONE, BOOKING,
			ROUTED},
		"",
		"booking answered from stable 2026.11.20: the version it was pinned to was gone.\n"
		"rule: Rule version-gone, lenient: stable takes its place; a strict request gets 503.\n"
		"note: The key gone-1 came in the header.\n"
		WHOSE_PIN ANSWERED_200 NO_CALLER
		"now: The same request would be routed the same way now: pr-gone was retired by dev1 3m ago.\n"
		WAY_OUT("gone-1")},
	{"version gone, strict",
		{.status = 503, BY_PROXY, KEY("gone-2"), .reason = REASON_VERSION_GONE, BOOKING,
			ROUTED},
		"",
		"The proxy itself answered 503 for booking: the version it was pinned to was gone.\n"
		"rule: Rule version-gone, strict: 503 and never stable; a lenient request goes to stable.\n"
		"note: The key gone-2 came in the header.\n"
		WHOSE_PIN PROXY_503 NO_CALLER
		"now: The same request would be routed the same way now: pr-gone was retired by dev1 3m ago.\n"
		WAY_OUT("gone-2")},
	{"version gone, a direct pin",
		{STABLE, .status = 200, .reason = REASON_VERSION_GONE, BOOKING,
			.carrier = CARRIER_COUNT, ROUTED},
		"",
		"booking answered from stable 2026.11.20: the version it was pinned to was gone.\n"
		"rule: Rule version-gone, lenient: stable takes its place; a strict request gets 503.\n"
		"note: There was no session key, so the pin was one of Routing-Pins.\n"
		ANSWERED_200 NO_CALLER
		"hint: umbra events shows what became of it.\n"},
	{"version unhealthy, lenient",
		{STABLE, .status = 200, KEY("sick-1"), .reason = REASON_VERSION_UNHEALTHY,
			BOOKING, ROUTED},
		"",
		"booking answered from stable 2026.11.20: the version it was pinned to had no ready endpoint.\n"
		"rule: Rule version-unhealthy, lenient: stable takes its place; a strict request gets 503.\n"
		"note: The key sick-1 came in the header.\n"
		WHOSE_PIN ANSWERED_200 NO_CALLER SAME_TODAY},
	{"version unhealthy, strict",
		{.status = 503, BY_PROXY, KEY("sick-2"), .reason = REASON_VERSION_UNHEALTHY,
			.error = TEXT("no ready endpoint"), BOOKING, ROUTED},
		"",
		"The proxy itself answered 503 for booking: the version it was pinned to had no ready endpoint.\n"
		"rule: Rule version-unhealthy, strict: 503 and never stable; a lenient request goes to stable.\n"
		"note: The key sick-2 came in the header.\n"
		WHOSE_PIN
		"warn: The proxy itself answered 503; no version received the request (no ready endpoint).\n"
		NO_CALLER SAME_TODAY},
	{"version unhealthy, by its name",
		{.status = 503, BY_PROXY, KEY("sick-2"), .reason = REASON_VERSION_UNHEALTHY,
			.pinned = TEXT("pr-sick"), BOOKING, ROUTED},
		"",
		"The proxy itself answered 503 for booking: it was pinned to pr-sick, which had no ready endpoint.\n"
		"rule: Rule version-unhealthy, strict: 503 and never stable; a lenient request goes to stable.\n"
		"note: The key sick-2 came in the header.\n"
		WHOSE_PIN PROXY_503 NO_CALLER SAME_TODAY},
	{"version gone, a direct pin by its name",
		{STABLE, .status = 200, .reason = REASON_VERSION_GONE, BOOKING,
			.pinned = TEXT("pr-gone"), .carrier = CARRIER_COUNT, ROUTED},
		"",
		"booking answered from stable 2026.11.20: it was pinned to pr-gone, which was gone.\n"
		"rule: Rule version-gone, lenient: stable takes its place; a strict request gets 503.\n"
		"note: There was no session key, so the pin was one of Routing-Pins.\n"
		ANSWERED_200 NO_CALLER
		"now: The same request would be routed the same way now: pr-gone was retired by dev1 3m ago.\n"
		"hint: umbra events shows what became of it.\n"},
	{"version unhealthy, strict, refused",
		{.version = TEXT("pr-sick"), .kind = KIND_EPHEMERAL, .status = 503, BY_PROXY,
			KEY("sick-2"), .reason = REASON_VERSION_UNHEALTHY,
			.error = TEXT("connection refused"), BOOKING, ROUTED},
		"",
		"The proxy itself answered 503 for booking: pr-sick, connection refused.\n"
		"rule: Why there: the version it was pinned to had no ready endpoint.\n"
		"rule: Rule version-unhealthy, strict: 503 and never stable; a lenient request goes to stable.\n"
		"note: The key sick-2 came in the header.\n"
		WHOSE_PIN
		"warn: The proxy itself answered 503; the version it had chosen had not answered (connection refused).\n"
		NO_CALLER SAME_TODAY},
	{"version unhealthy, strict was asked for",
		{.status = 503, BY_PROXY, KEY("sick-1"), .reason = REASON_VERSION_UNHEALTHY,
			BOOKING, ROUTED},
		"",
		"The proxy itself answered 503 for booking: the version it was pinned to had no ready endpoint.\n"
		"rule: Rule version-unhealthy, strict: 503 and never stable; a lenient request goes to stable.\n"
		"note: The key sick-1 came in the header.\n"
		WHOSE_PIN PROXY_503 NO_CALLER
		"now: Today it would go to stable 2026.11.20: pr-sick has been unhealthy for 12m (connection refused).\n"
		"note: With Routing-Strict: 1 on the request it is still a 503.\n"},
	{"version unhealthy, left before",
		{.status = 0, BY_PROXY, KEY("sick-1"), .reason = REASON_VERSION_UNHEALTHY,
			.error = TEXT("client went away"), BOOKING, ROUTED},
		"",
		"booking gave no answer: the version it was pinned to had no ready endpoint.\n"
		"rule: Rule version-unhealthy: a lenient request goes to stable, a strict one gets 503.\n"
		"note: The key sick-1 came in the header.\n"
		WHOSE_PIN
		"warn: Nobody answered (client went away).\n"
		NO_CALLER
		"now: Today it would go to stable 2026.11.20: pr-sick has been unhealthy for 12m (connection refused).\n"},
	{"stable down, no session",
		{.status = 503, BY_PROXY, .service = TEXT("down"), .reason = REASON_STABLE_DOWN,
			.intended = REASON_NO_SESSION, .error = TEXT("no ready endpoint"),
			.carrier = CARRIER_COUNT, .upstream_ms = 12.3},
		"",
		"The proxy itself answered 503 for down: stable should have, and the proxy reached no endpoint of it.\n"
		"rule: Stable was to serve it, for the request carried no session key. Rule stable-down: nothing else may serve then, so 503.\n"
		NO_SESSION NO_KEY
		"warn: The proxy itself answered 503; no version received the request (no ready endpoint).\n"
		NO_CALLER SAME_TODAY},
	{"stable down, no pin",
		{.status = 503, BY_PROXY, .service = TEXT("bare"), KEY("dev-4f2k"),
			.reason = REASON_STABLE_DOWN, .intended = REASON_NO_PIN, .upstream_ms = 12.3},
		"",
		"The proxy itself answered 503 for bare: stable should have, and the proxy reached no endpoint of it.\n"
		"rule: Stable was to serve it, for session dev-4f2k pinned other services, not this one. Rule stable-down: nothing else may serve then, so 503.\n"
		NO_PIN
		"note: The key dev-4f2k came in the header.\n"
		PROXY_503 NO_CALLER SAME_TODAY},
	{"stable down, version gone",
		{.version = TEXT("stable"), .kind = KIND_STABLE, .status = 503, BY_PROXY,
			.service = TEXT("down"), KEY("gone-1"), .reason = REASON_STABLE_DOWN,
			.intended = REASON_VERSION_GONE, .error = TEXT("connection refused"),
			.upstream_ms = 12.3},
		"",
		"The proxy itself answered 503 for down: stable should have, and the proxy reached no endpoint of it.\n"
		"rule: Stable was to serve it, for the version it was pinned to was gone. Rule stable-down: nothing else may serve then, so 503.\n"
		"rule: Rule version-gone, lenient: stable takes its place; a strict request gets 503.\n"
		"note: The key gone-1 came in the header.\n"
		WHOSE_PIN
		"warn: The proxy itself answered 503; the version it had chosen had not answered (connection refused).\n"
		NO_CALLER SAME_TODAY
		"hint: umbra session pin gone-1 down=VERSION pins another, umbra session unpin gone-1 down leaves it to stable.\n"},
	{"stable down, ready since",
		{.status = 503, BY_PROXY, .reason = REASON_STABLE_DOWN,
			.intended = REASON_NO_SESSION, BOOKING, .carrier = CARRIER_COUNT,
			.upstream_ms = 12.3},
		"",
		"The proxy itself answered 503 for booking: stable should have, and the proxy reached no endpoint of it.\n"
		"rule: Stable was to serve it, for the request carried no session key. Rule stable-down: nothing else may serve then, so 503.\n"
		NO_SESSION NO_KEY PROXY_503 NO_CALLER
		"now: Today it would go to stable 2026.11.20: it is ready now.\n"},
	{"stable down, no intended",
		{.status = 503, BY_PROXY, .reason = REASON_STABLE_DOWN, .intended = REASON_COUNT,
			BOOKING, .carrier = CARRIER_COUNT, .upstream_ms = 12.3},
		"",
		"The proxy itself answered 503 for booking: stable should have, and the proxy reached no endpoint of it.\n"
		"rule: Stable was to serve it, for the record gives no reason that is known here. Rule stable-down: nothing else may serve then, so 503.\n"
		PROXY_503 NO_CALLER},
	{"service removed since",
		{.version = TEXT("1"), .kind = KIND_STABLE, .status = 200, .service = TEXT("old"),
			.reason = REASON_NO_SESSION, .carrier = CARRIER_COUNT, ROUTED},
		"",
		"old answered from stable 1: the request carried no session key.\n"
		NO_SESSION NO_KEY ANSWERED_200 NO_CALLER
		"now: Today there is no service old.\n"
		"note: 1 went with its service, removed by dev3 3m ago.\n"},
	{"unknown host",
		{.status = 404, BY_PROXY, .service = TEXT(""), .host = TEXT("nope.env.localhost"),
			.reason = REASON_COUNT, .carrier = CARRIER_COUNT, ROUTED},
		"",
		"The proxy itself answered 404: no service answers to the host \"nope.env.localhost\".\n"
		"rule: The host names the service: SERVICE.DOMAIN, SESSION--SERVICE.DOMAIN, or a host registered on a service.\n"
		NO_CALLER},
	{"bad request",
		{.status = 400, BY_PROXY, .service = TEXT(""), .reason = REASON_COUNT,
			.error = TEXT("request is not valid HTTP"), .carrier = CARRIER_COUNT, ROUTED},
		"",
		"The proxy itself answered 400, before routing.\n"
		"note: The proxy's word for it: request is not valid HTTP.\n"
		NO_CALLER},
	{"a body that is none",
		{.version = TEXT("1"), .kind = KIND_STABLE, .status = 400, BY_PROXY,
			.reason = REASON_NO_SESSION, BOOKING, .carrier = CARRIER_COUNT,
			.error = TEXT("request body is not valid HTTP")},
		"",
		"The proxy itself answered 400 for booking: the client's request body is not valid HTTP.\n"
		"rule: Why there: the request carried no session key.\n"
		NO_SESSION NO_KEY
		"warn: The proxy itself answered 400; the version it had chosen had not answered (request body is not valid HTTP).\n"
		NO_CALLER
		"now: Today it would go to stable 2026.11.20: that is the stable one now.\n"},
	{"a reason from another time",
		{.version = TEXT("1"), .kind = KIND_EPHEMERAL, .status = 200,
			.reason = REASON_COUNT, BOOKING, .carrier = CARRIER_COUNT, ROUTED},
		"",
		"booking answered from 1: the record gives no reason that is known here.\n"
		ANSWERED_200 NO_CALLER},
	{"hostile words",
		{STABLE, .status = 200, KEY("a\033[2Jb\nc"), .caller = TEXT("\xe2\x80\xae"),
			.reason = REASON_SESSION_UNKNOWN, BOOKING, ROUTED},
		"",
		"booking answered from stable 2026.11.20: \"a\\x1b[2Jb\\x0ac\" cannot be the key of a session.\n"
		"rule: Rule session-unknown, lenient: stable takes its place; a strict request gets 503.\n"
		"note: The key a\\x1b[2Jb\\x0ac came in the header.\n"
		ANSWERED_200
		"note: \\u{202E} called it.\n"
		SAME_TODAY
		"hint: umbra session list shows the keys there are.\n"},
};
/* clang-format on */

static void test_requests(void **state)
{
	struct explanation e;

	(void)state;
	explanation_init(&e);
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		explain_request(&e, &env, &requests[i].request, str_of(requests[i].lost_by), NOW);
		check("request", requests[i].name, &e, requests[i].says);
	}
	explanation_finish(&e);
}

/* clang-format off */
static const struct {
	const char *name;
	const char *host, *target;
	struct header_line headers[2];
	const char *says;
} decisions[] = {
	{"nothing", "booking.env.localhost", "/", {{{0}, {0}}},
		"booking goes to stable 2026.11.20: the request carries no session key.\n"
		NO_SESSION NO_KEY},
	{"header and cookie differ", "booking.env.localhost:8080", "/", {{TEXT("Routing-Session"), TEXT("dev-4f2k")}, {TEXT("Cookie"), TEXT("routing-session=other")}},
		"booking goes to pr-482: session dev-4f2k pins it.\n"
		PINNED
		"note: The key dev-4f2k stands in the header.\n"
		"not: other in a cookie does not count: header comes before cookie.\n"
		"warn: Two carriers name different sessions; the log marks such a request as a conflict.\n"
		"not: No direct pin names booking; it would win.\n"},
	{"query and baggage the same", "booking.env.localhost", "/?routing-session=dev-4f2k", {{TEXT("baggage"), TEXT("routing-session=dev-4f2k")}},
		"booking goes to pr-482: session dev-4f2k pins it.\n"
		PINNED
		"note: The key dev-4f2k stands in the baggage.\n"
		"not: The same key stands in the query.\n"
		"not: No direct pin names booking; it would win.\n"},
	{"the host", "dev-4f2k--booking.env.localhost", "/", {{{0}, {0}}},
		"booking goes to pr-482: session dev-4f2k pins it.\n"
		PINNED
		"note: The key dev-4f2k stands in the host name.\n"
		"not: No direct pin names booking; it would win.\n"},
	{"no pin", "bare.env.localhost", "/", {{TEXT("Routing-Session"), TEXT("dev-4f2k")}},
		"bare gets 503 from the proxy: bare has no stable version.\n"
		"rule: Stable was to serve it, for session dev-4f2k does not pin bare. Rule stable-down: without a ready endpoint of stable that is a 503.\n"
		NO_PIN
		"note: The key dev-4f2k stands in the header.\n"},
	{"direct pin over a session", "booking.env.localhost", "/", {{TEXT("Routing-Session"), TEXT("gone-2")}, {TEXT("Routing-Pins"), TEXT("booking=\"pr-482\"")}},
		"booking goes to pr-482: a direct pin of the request names it.\n"
		"rule: Rule direct-pin: Routing-Pins wins over the session for the services it names.\n"
		"note: The key gone-2 stands in the header; it counts for services without a direct pin.\n"
		"note: It is strict: the session is.\n"},
	{"direct pin to nothing", "booking.env.localhost", "/", {{TEXT("Routing-Pins"), TEXT("booking=\"pr-0\"")}},
		"booking goes to stable 2026.11.20: pr-0 is not there.\n"
		"rule: Rule version-gone, lenient: stable takes its place; a strict request gets 503.\n"
		"note: Routing-Pins pins booking to pr-0.\n"
		NO_KEY},
	{"malformed pins", "booking.env.localhost", "/", {{TEXT("Routing-Pins"), TEXT("booking=pr-482")}},
		"booking goes to stable 2026.11.20: the request carries no session key.\n"
		NO_SESSION NO_KEY
		"warn: Something in it is malformed: its key, Routing-Pins, Routing-Strict, a member of the baggage or a fifth line of it, or a quote that is not closed hides a cookie.\n"},
	{"unknown key", "booking.env.localhost", "/", {{TEXT("Routing-Session"), TEXT("nobody")}},
		"booking goes to stable 2026.11.20: no session has the key \"nobody\".\n"
		"rule: Rule session-unknown, lenient: stable takes its place; a strict request gets 503.\n"
		"note: The key nobody stands in the header.\n"},
	{"unknown key, strict", "booking.env.localhost", "/", {{TEXT("Routing-Session"), TEXT("nobody")}, {TEXT("Routing-Strict"), TEXT("1")}},
		"booking gets 503 from the proxy: no session has the key \"nobody\".\n"
		"rule: Rule session-unknown, strict: 503 and never stable; a lenient request goes to stable.\n"
		"note: The key nobody stands in the header.\n"
		"note: It is strict: it asks for it, by Routing-Strict or its baggage.\n"},
	{"malformed key", "booking.env.localhost", "/", {{TEXT("Routing-Session"), TEXT("No Key")}},
		"booking goes to stable 2026.11.20: \"No Key\" cannot be the key of a session.\n"
		"rule: Rule session-unknown, lenient: stable takes its place; a strict request gets 503.\n"
		"note: The key No Key stands in the header.\n"
		"warn: Something in it is malformed: its key, Routing-Pins, Routing-Strict, a member of the baggage or a fifth line of it, or a quote that is not closed hides a cookie.\n"},
	{"expired, lenient", "booking.env.localhost", "/", {{TEXT("Routing-Session"), TEXT("ended-1")}},
		"booking goes to stable 2026.11.20: session ended-1 expired 1h ago.\n"
		"rule: Rule session-expired, lenient: stable takes its place; a strict request gets 503.\n"
		"note: The key ended-1 stands in the header.\n"},
	{"expired, strict", "booking.env.localhost", "/", {{TEXT("Routing-Session"), TEXT("ended-2")}},
		"booking gets 503 from the proxy: session ended-2 was ended by dev3 just now.\n"
		"rule: Rule session-expired, strict: 503 and never stable; a lenient request goes to stable.\n"
		"note: The key ended-2 stands in the header.\n"
		"note: It is strict: the session was, and that outlives it by a day.\n"},
	{"gone, lenient", "booking.env.localhost", "/", {{TEXT("Routing-Session"), TEXT("gone-1")}},
		"booking goes to stable 2026.11.20: pr-gone was retired by dev1 3m ago.\n"
		"rule: Rule version-gone, lenient: stable takes its place; a strict request gets 503.\n"
		"note: The session pins booking to pr-gone.\n"
		"note: The key gone-1 stands in the header.\n"},
	{"gone, strict", "booking.env.localhost", "/", {{TEXT("Routing-Session"), TEXT("gone-2")}},
		"booking gets 503 from the proxy: pr-gone was retired by dev1 3m ago.\n"
		"rule: Rule version-gone, strict: 503 and never stable; a lenient request goes to stable.\n"
		"note: The session pins booking to pr-gone.\n"
		"note: The key gone-2 stands in the header.\n"
		"note: It is strict: the session is.\n"},
	{"unhealthy, lenient", "booking.env.localhost", "/", {{TEXT("Routing-Session"), TEXT("sick-1")}},
		"booking goes to stable 2026.11.20: pr-sick has been unhealthy for 12m (connection refused).\n"
		"rule: Rule version-unhealthy, lenient: stable takes its place; a strict request gets 503.\n"
		"note: The session pins booking to pr-sick.\n"
		"note: The key sick-1 stands in the header.\n"},
	{"unhealthy, strict", "booking.env.localhost", "/", {{TEXT("Routing-Session"), TEXT("sick-2")}},
		"booking gets 503 from the proxy: pr-sick has been unhealthy for 12m (connection refused).\n"
		"rule: Rule version-unhealthy, strict: 503 and never stable; a lenient request goes to stable.\n"
		"note: The session pins booking to pr-sick.\n"
		"note: The key sick-2 stands in the header.\n"
		"note: It is strict: the session is.\n"},
	{"stable down", "down.env.localhost", "/", {{{0}, {0}}},
		"down gets 503 from the proxy: stable stable has been unhealthy for 12m (answered 500).\n"
		"rule: Stable was to serve it, for the request carries no session key. Rule stable-down: without a ready endpoint of stable that is a 503.\n"
		NO_SESSION NO_KEY},
	{"stable down for a lenient pin", "down.env.localhost", "/", {{TEXT("Routing-Session"), TEXT("gone-1")}},
		"down gets 503 from the proxy: stable stable has been unhealthy for 12m (answered 500).\n"
		"rule: Stable was to serve it, for pr-0 is not there. Rule stable-down: without a ready endpoint of stable that is a 503.\n"
		"rule: Rule version-gone, lenient: stable takes its place; a strict request gets 503.\n"
		"note: The session pins down to pr-0.\n"
		"note: The key gone-1 stands in the header.\n"},
	{"no stable", "bare.env.localhost", "/", {{{0}, {0}}},
		"bare gets 503 from the proxy: bare has no stable version.\n"
		"rule: Stable was to serve it, for the request carries no session key. Rule stable-down: without a ready endpoint of stable that is a 503.\n"
		NO_SESSION NO_KEY},
	{"unknown service", "nope.env.localhost", "/", {{{0}, {0}}},
		"The proxy says 404: no service answers to the host \"nope.env.localhost\".\n"
		"rule: The host names the service: SERVICE.DOMAIN, SESSION--SERVICE.DOMAIN, or a host registered on a service.\n"},
};
/* clang-format on */

static void test_decisions(void **state)
{
	struct explanation e;

	(void)state;
	explanation_init(&e);
	for (size_t i = 0; i < ARRAY_LEN(decisions); i++) {
		struct hop hop = {.host = str_of(decisions[i].host),
			.target = str_of(decisions[i].target),
			.headers = decisions[i].headers};
		struct routing_context context;
		struct decision decision;

		while (hop.header_count < 2 && decisions[i].headers[hop.header_count].name.n > 0)
			hop.header_count++;
		routing_context_read(&env, STR_LIT("env.localhost"), &hop, &context);
		decide(&env, &context, &decision);
		explain_decision(&e, &env, &context, &decision, NOW);
		check("decision", decisions[i].name, &e, decisions[i].says);
	}
	explanation_finish(&e);
}

/* clang-format off */
static const struct {
	enum object_kind kind;
	const char *id;
	const char *says;
} things[] = {
	{OBJECT_SESSION, "dev-4f2k",
		"Session dev-4f2k gets what it pins (1 service), and stable for the rest.\n"
		"rule: booking goes to pr-482: pinned, and ready.\n"
		BARE_IS_DOWN DOWN_IS_DOWN
		"rule: Everything else goes to stable: 1 service.\n"
		LENIENT DEV1_7H SEEN PINS_WIN},
	{OBJECT_SESSION, "plain",
		"Session plain pins nothing: its requests go to stable.\n"
		BARE_IS_DOWN DOWN_IS_DOWN
		"rule: Everything else goes to stable: 2 services.\n"
		LENIENT
		"note: It expires in 7h.\n"
		SEEN PINS_WIN},
	{OBJECT_SESSION, "gone-1",
		"Session gone-1 does not get all it pins: 2 of 2 pins cannot be served.\n"
		"warn: booking goes to stable 2026.11.20: pr-gone was retired by dev1 3m ago.\n"
		"warn: down gets 503: pr-0 is not there, and stable stable has been unhealthy for 12m (answered 500).\n"
		WAY_OUT("gone-1")
		BARE_IS_DOWN
		"rule: Everything else goes to stable: 1 service.\n"
		LENIENT DEV1_7H SEEN PINS_WIN},
	{OBJECT_SESSION, "gone-2",
		"Session gone-2 does not get all it pins: 1 of 1 pin cannot be served.\n"
		"warn: booking gets 503: pr-gone was retired by dev1 3m ago, and the session is strict.\n"
		WAY_OUT("gone-2")
		BARE_IS_DOWN DOWN_IS_DOWN
		"rule: Everything else goes to stable: 1 service.\n"
		STRICT DEV1_7H SEEN PINS_WIN},
	{OBJECT_SESSION, "sick-1",
		"Session sick-1 does not get all it pins: 2 of 2 pins cannot be served.\n"
		"warn: booking goes to stable 2026.11.20: pr-sick has been unhealthy for 12m (connection refused).\n"
		"warn: down gets 503: pr-2 has been draining for 12m, and stable stable has been unhealthy for 12m (answered 500).\n"
		BARE_IS_DOWN
		"rule: Everything else goes to stable: 1 service.\n"
		LENIENT DEV1_7H SEEN PINS_WIN},
	{OBJECT_SESSION, "sick-2",
		"Session sick-2 does not get all it pins: 1 of 1 pin cannot be served.\n"
		"warn: booking gets 503: pr-sick has been unhealthy for 12m (connection refused), and the session is strict.\n"
		BARE_IS_DOWN DOWN_IS_DOWN
		"rule: Everything else goes to stable: 1 service.\n"
		STRICT DEV1_7H SEEN PINS_WIN},
	{OBJECT_SESSION, "mixed",
		"Session mixed does not get all it pins: 2 of 4 pins cannot be served.\n"
		"rule: bare goes to pr-1: pinned, and ready.\n"
		"rule: booking goes to pr-482: pinned, and ready.\n"
		"warn: down gets 503: pr-2 has been draining for 12m, and stable stable has been unhealthy for 12m (answered 500).\n"
		"warn: old gets 404: there is no such service now.\n"
		"rule: Everything else goes to stable: 1 service.\n"
		LENIENT
		"note: It belongs to dev2 and expires in 7h.\n"
		SEEN PINS_WIN},
	{OBJECT_SESSION, "over",
		"Session over gets what it pins (2 services), and stable for the rest.\n"
		"rule: bare goes to pr-1: pinned, and ready.\n"
		"rule: booking goes to stable 2026.11.20: pinned, and ready.\n"
		DOWN_IS_DOWN
		"rule: Everything else goes to stable: 1 service.\n"
		LENIENT
		"warn: It belongs to dev2 and is over its time: it ends any moment.\n"
		SEEN PINS_WIN},
	{OBJECT_VERSION, "booking@2026.11.20",
		"booking@2026.11.20 is stable: it gets every request for booking that is not pinned elsewhere.\n"
		"rule: Pinned by over (dev2).\n"
		"rule: A direct pin names it for one request: Routing-Pins: booking=\"2026.11.20\".\n"
		"note: stable 2026.11.20 has been ready for 12m.\n"
		"note: It is ready while one of its 2 endpoints is.\n"
		"note: It does not expire.\n"
		"note: It cannot be retired while it is stable. A pin on it stays on it when another becomes stable.\n"},
	{OBJECT_VERSION, "booking@pr-482",
		"booking@pr-482 gets only requests that pin it: those of 3 sessions.\n"
		"rule: Pinned by dev-4f2k (dev1), mixed (dev2), strict-1 (dev5).\n"
		"rule: A direct pin names it for one request: Routing-Pins: booking=\"pr-482\".\n"
		NOT_WITHOUT_PIN
		"note: pr-482 has been ready for 12m.\n"
		"note: It expires in 21h. Lenient requests that pin it then go to stable, strict ones get 503.\n"
		"hint: Promoted, it gets all requests without a pin; 2026.11.20 stays for 72h, and pins keep naming their versions.\n"},
	{OBJECT_VERSION, "booking@pr-sick",
		"booking@pr-sick gets no requests: it is unhealthy (connection refused).\n"
		"rule: Pinned by sick-1 (dev1), sick-2 (dev1).\n"
		"rule: A direct pin names it for one request: Routing-Pins: booking=\"pr-sick\".\n"
		NOT_WITHOUT_PIN
		"warn: pr-sick has been unhealthy for 12m (connection refused): no endpoint of it passes the health check, which is a connection to 127.0.0.1:9001.\n"
		"hint: \"connection refused\" means: nothing listens there; see that it runs, and that this is its address and port.\n"
		"warn: Meanwhile lenient requests that pin it go to stable 2026.11.20, strict ones get 503.\n"
		"warn: 1 session of those that pin it is strict.\n"
		"note: It expires in 1h. Lenient requests that pin it then go to stable, strict ones get 503.\n"
		"not: While it is not ready, a promotion is refused unless it is forced.\n"},
	{OBJECT_VERSION, "booking@pr-new",
		"booking@pr-new gets no requests: it is starting.\n"
		"rule: A direct pin names it for one request: Routing-Pins: booking=\"pr-new\".\n"
		NOT_WITHOUT_PIN
		"warn: pr-new has been starting for 12m: no request before its first passed health check, which is a connection to 127.0.0.1:9001.\n"
		"warn: Meanwhile lenient requests that pin it go to stable 2026.11.20, strict ones get 503.\n"
		"note: It does not expire.\n"
		"not: While it is not ready, a promotion is refused unless it is forced.\n"},
	{OBJECT_VERSION, "booking@pr-lone",
		"booking@pr-lone is pinned by no session: only a direct pin reaches it.\n"
		"rule: A direct pin names it for one request: Routing-Pins: booking=\"pr-lone\".\n"
		NOT_WITHOUT_PIN
		"note: pr-lone has been ready for 12m.\n"
		"warn: It is over its time and goes any moment.\n"
		"hint: Promoted, it gets all requests without a pin; 2026.11.20 stays for 72h, and pins keep naming their versions.\n"},
	{OBJECT_VERSION, "down@stable",
		"down@stable gets no requests: it is unhealthy (answered 500).\n"
		"rule: A direct pin names it for one request: Routing-Pins: down=\"stable\".\n"
		"warn: stable stable has been unhealthy for 12m (answered 500): no endpoint of it passes the health check, which is a connection to 127.0.0.1:9001 and the same for 1 other endpoint.\n"
		"hint: \"answered 500\" means: it runs and says that it is not well; its own log may say why.\n"
		"warn: Meanwhile requests for down get 503, but for those pinned to another version that is ready.\n"
		"note: It does not expire.\n"
		"note: It cannot be retired while it is stable. A pin on it stays on it when another becomes stable.\n"},
	{OBJECT_VERSION, "down@pr-2",
		"down@pr-2 gets no requests: it is draining.\n"
		"rule: Pinned by mixed (dev2), sick-1 (dev1).\n"
		"rule: A direct pin names it for one request: Routing-Pins: down=\"pr-2\".\n"
		NOT_WITHOUT_PIN
		"warn: pr-2 has been draining for 12m: no new requests.\n"
		"warn: Meanwhile requests that pin it get 503: stable is not ready either.\n"
		"note: It expires in 1h. Lenient requests that pin it then go to stable, strict ones get 503.\n"
		"not: While it is not ready, a promotion is refused unless it is forced.\n"},
	{OBJECT_VERSION, "bare@pr-1",
		"bare@pr-1 gets only requests that pin it: those of 2 sessions.\n"
		"rule: Pinned by mixed (dev2), over (dev2).\n"
		"rule: A direct pin names it for one request: Routing-Pins: bare=\"pr-1\".\n"
		NOT_WITHOUT_PIN
		"note: pr-1 has been ready for 12m.\n"
		"note: It expires in 1h. Lenient requests that pin it then go to stable, strict ones get 503.\n"
		"hint: Promoted, it gets all requests without a pin, which nobody serves now.\n"},
	{OBJECT_SERVICE, "booking",
		"Requests for booking go to stable 2026.11.20, but for those that pin another version.\n"
		"rule: pr-482 has been ready for 12m; pinned by dev-4f2k (dev1), mixed (dev2), strict-1 (dev5).\n"
		"rule: pr-lone has been ready for 12m; no session pins it.\n"
		"warn: pr-new has been starting for 12m; no session pins it.\n"
		"warn: pr-sick has been unhealthy for 12m (connection refused); pinned by sick-1 (dev1), sick-2 (dev1).\n"
		"note: Where a pinned version is not ready, lenient requests go to stable, strict ones get 503.\n"},
	{OBJECT_SERVICE, "down",
		"Requests for down without a pin get 503: stable stable has been unhealthy for 12m (answered 500).\n"
		"warn: pr-2 has been draining for 12m; pinned by mixed (dev2), sick-1 (dev1).\n"
		"note: A pinned version that is ready works all the same; whoever pins another gets 503.\n"},
	{OBJECT_SERVICE, "bare",
		"Requests for bare without a pin get 503: bare has no stable version.\n"
		"rule: pr-1 has been ready for 12m; pinned by mixed (dev2), over (dev2).\n"
		"note: A pinned version that is ready works all the same; whoever pins another gets 503.\n"},
	{OBJECT_SERVICE, "notify",
		"Requests for notify go to stable 7: there is no other version.\n"},
};
/* clang-format on */

static void explain_thing(struct explanation *e, enum object_kind kind, struct str id)
{
	struct str service, version;

	if (kind == OBJECT_SESSION) {
		explain_session(e, &env, environment_session(&env, id), NOW - 2000, NOW);
	} else if (kind == OBJECT_SERVICE) {
		explain_service(e, &env, environment_service(&env, id), NULL, NOW);
	} else {
		assert_true(name_split_version(id, &service, &version));
		explain_version(e, &env, environment_version(&env, service, version), NULL, NOW);
	}
}

static void test_things(void **state)
{
	struct explanation e;

	(void)state;
	explanation_init(&e);
	for (size_t i = 0; i < ARRAY_LEN(things); i++) {
		explain_thing(&e, things[i].kind, str_of(things[i].id));
		check(object_kind_names[things[i].kind], things[i].id, &e, things[i].says);
	}
	explanation_finish(&e);
}

/* What failed in the last minute is said in whole requests, and only where something failed. */
static void test_failures(void **state)
{
	static const struct {
		uint64_t count;
		double share;
		const char *says;
	} cases[] = {
		{0, 0, NULL},
		{7, 0, NULL},
		{7, 1.0 / 7, "Of its last minute's 7 requests 1 ended with a 5xx."},
		{1, 1, "Of its last minute's 1 request 1 ended with a 5xx."},
		{12000, 0.25, "Of its last minute's 12000 requests 3000 ended with a 5xx."},
	};
	struct explanation e;

	(void)state;
	explanation_init(&e);
	for (size_t i = 0; i < ARRAY_LEN(cases) * 2; i++) {
		const struct stats minute = {
			.count = cases[i / 2].count, .share_5xx = cases[i / 2].share};
		const char *hint =
			"umbra logs 'service:booking version:pr-482 status:5xx' lists them";

		if (i % 2 == 0) {
			explain_version(&e, &env,
				environment_version(&env, STR_LIT("booking"), STR_LIT("pr-482")),
				&minute, NOW);
		} else {
			explain_service(&e, &env, environment_service(&env, STR_LIT("booking")),
				&minute, NOW);
			hint = "umbra logs 'service:booking status:5xx' lists them";
		}
		assert_int_equal(
			strstr(e.text.data, "ended with") != NULL, cases[i / 2].says != NULL);
		if (cases[i / 2].says != NULL) {
			assert_non_null(strstr(e.text.data, cases[i / 2].says));
			assert_non_null(strstr(e.text.data, hint));
		}
	}
	explanation_finish(&e);
}

/* One that an older control plane stored has no such time: nothing is said of it, and not "for 57 years". */
static void test_state_of_unknown_age(void **state)
{
	struct explanation e;

	(void)state;
	put_version("booking@pr-old", KIND_EPHEMERAL, STATE_UNHEALTHY, NULL, 0);
	environment_version(&env, STR_LIT("booking"), STR_LIT("pr-old"))->state_since = 0;
	explanation_init(&e);
	explain_version(&e, &env, environment_version(&env, STR_LIT("booking"), STR_LIT("pr-old")),
		NULL, NOW);
	assert_non_null(strstr(e.text.data, "pr-old is unhealthy"));
	assert_null(strstr(e.text.data, "has been"));
	explanation_finish(&e);
}

/* clang-format off */
static const struct {
	int kind;
	const char *id;
	const char *says;
} graves[] = {
	{GONE_VERSION, "booking@pr-gone",
		"pr-gone of booking was retired by dev1 3m ago.\n"
		"rule: Rule version-gone: a lenient request goes to stable, a strict one gets 503.\n"
		"note: It was built for #482 by dev2 from commit a1b2c3d.\n"
		"warn: Still pinned by gone-1, gone-2.\n"
		"hint: umbra session pin gone-1 booking=VERSION pins another, umbra session unpin gone-1 booking leaves it to stable.\n"
		"hint: umbra version register booking@pr-gone brings it back, with the endpoints it has now.\n"
		REMEMBERED},
	{GONE_VERSION, "notify@6",
		"6 of notify expired 1h ago.\n"
		"rule: Rule version-gone: a lenient request goes to stable, a strict one gets 503.\n"
		"hint: umbra version register notify@6 brings it back, with the endpoints it has now.\n"
		REMEMBERED},
	{GONE_VERSION, "old@1",
		"1 of old went with its service, removed by dev3 3m ago.\n"
		"rule: Rule version-gone: a lenient request goes to stable, a strict one gets 503.\n"
		"warn: Still pinned by mixed.\n"
		"hint: umbra session pin mixed old=VERSION pins another, umbra session unpin mixed old leaves it to stable.\n"
		"note: There is no service old any more.\n"
		REMEMBERED},
	{GONE_SESSION, "ended-1",
		"Session ended-1 expired 1h ago.\n"
		"rule: Rule session-expired, lenient: stable takes its place; a strict request gets 503.\n"
		"hint: umbra session create makes a new one.\n"
		REMEMBERED},
	{GONE_SESSION, "ended-2",
		"Session ended-2 was ended by dev3 just now.\n"
		"rule: Rule session-expired, strict: 503 and never stable; a lenient request goes to stable.\n"
		"note: It belonged to dev3.\n"
		"hint: umbra session create makes a new one.\n"
		REMEMBERED},
};
/* clang-format on */

static void test_graves(void **state)
{
	struct explanation e;

	(void)state;
	explanation_init(&e);
	for (size_t i = 0; i < ARRAY_LEN(graves); i++) {
		const struct tombstone *gone = environment_tombstone(
			&env, (enum tombstone_kind)graves[i].kind, str_of(graves[i].id));

		assert_non_null(gone);
		explain_tombstone(&e, &env, gone, NOW);
		check("grave", graves[i].id, &e, graves[i].says);
	}
	explanation_finish(&e);
}

/* A client that was not told of the gone says what may be, and not what it cannot know. */
static void test_without_tombstones(void **state)
{
	static const struct header_line header = {TEXT("Routing-Session"), TEXT("ended-2")};
	struct environment client;
	struct hop hop = {
		.host = STR_LIT("booking.env.localhost"), .headers = &header, .header_count = 1};
	struct routing_context context;
	struct decision decision;
	struct explanation e;
	enum explain_kind kind;

	(void)state;
	environment_copy(&client, &env);
	client.remembers = false;
	while (client.tombstone_count > 0) {
		struct change change;
		char *id = object_id(OBJECT_TOMBSTONE, client.tombstones[0]);

		change_init_removed(&change, OBJECT_TOMBSTONE, id, client.revision + 1);
		assert_true(environment_apply(&client, &change));
		change_finish(&change);
		free(id);
	}
	explanation_init(&e);
	routing_context_read(&client, STR_LIT("env.localhost"), &hop, &context);
	decide(&client, &context, &decision);
	explain_decision(&e, &client, &context, &decision, NOW);
	assert_true(e.count > 0);
	assert_true(str_starts(explanation_line(&e, e.count - 1, &kind),
		STR_LIT("Ended sessions are not in sight here")));
	explain_session(&e, &client, environment_session(&client, STR_LIT("gone-1")), 0, NOW);
	assert_true(str_eq_c(explanation_line(&e, 0, &kind),
		"booking goes to stable 2026.11.20: pr-gone is not there."));
	explanation_finish(&e);
	environment_finish(&client);
}

/* What does not fit is left out, and what is there stays whole. */
static void test_many_pins(void **state)
{
	struct session *session = record_create(&session_type);
	struct explanation e;
	enum explain_kind kind;
	char name[LIMIT_SERVICE_NAME + 1];

	(void)state;
	text_set(&session->key, "many");
	for (int i = 0; i < LIMIT_PINS; i++) {
		(void)snprintf(name, sizeof(name), "service-%d", i);
		dict_set(&session->pins, str_of(name), "pr-1");
	}
	explanation_init(&e);
	explain_session(&e, &env, session, 0, NOW);
	assert_true(e.count > LIMIT_PINS);
	for (size_t i = 0; i < e.count; i++)
		assert_true(explanation_line(&e, i, &kind).n > 0);
	explanation_finish(&e);
	record_unref(&session_type, session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_decisions),
		cmocka_unit_test(test_things),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_state_of_unknown_age),
		cmocka_unit_test(test_graves),
		cmocka_unit_test(test_without_tombstones),
		cmocka_unit_test(test_many_pins),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
