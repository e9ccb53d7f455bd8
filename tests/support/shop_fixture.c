/*
 * The shop on the stage of the screen tests: eight services, pull requests of every kind, sessions, and a
 * minute of traffic that is the same each time.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/model/version.h"

#include "tests/support/control_plane_fixture.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

static const struct {
	const char *name, *stable, *commit, *description;
	int64_t age_ms;
} services[] = {
	{"booking", "2026.11.20", "9c1e0d2", "Takes and holds seats in classes", 2LL * DAY},
	{"gateway", "2026.11.19", "55aa001", "What browsers and apps talk to", 3LL * DAY},
	{"notify", "2026.11.12", "0a0b0c0", "Mail and push", 10LL * DAY},
	{"payments", "2026.11.18", "0b7c9aa", "Cards and refunds", 4LL * DAY},
	{"pricing", "2026.11.20", "81f00d1", "What a seat costs, and for whom", 2LL * DAY},
	{"profile", "2026.11.02", "bc44a10", "Who people are", 20LL * DAY},
	{"schedule", "2026.11.17", "ab12cd3", "Which class is when", 5LL * DAY},
	{"search", "2026.11.16", "5eac4e5", "Finds classes", 6LL * DAY},
};

static const struct {
	const char *service, *version;
	int pr;
	const char *author, *title, *branch, *commit, *ttl;
	int64_t age_ms;
	const char *down; /* why, NULL: up, "": not checked yet */
} versions[] = {
	{"booking", "pr-482", 482, "dev1", "Move seat holds to pricing", "holds-in-pricing",
		"a1b2c3d", "24h", 3LL * HOUR, NULL},
	{"booking", "pr-560", 560, "dev4", "Shorter holds", "short-holds", "77fe012", "54m",
		50LL * MINUTE, NULL},
	{"payments", "pr-533", 533, "dev2", "Retry less", "retry-less", "4dd81f0", "24h",
		6LL * HOUR, NULL},
	{"pricing", "pr-482", 482, "dev1", "Move seat holds to pricing", "holds-in-pricing",
		"a1b2c3d", "24h", 3LL * HOUR, NULL},
	{"profile", "pr-551", 551, "dev3", "Pictures", "pictures", "e0e0e0e", "24h", 30LL * MINUTE,
		"connection refused"},
	{"schedule", "pr-540", 540, "dev6", "Half hours", "half-hours", "c0ffee0", "24h",
		1LL * HOUR, NULL},
	{"search", "pr-571", 571, "dev5", "Typo-tolerant", "typos", "d15ea5e", "24h", 5LL * MINUTE,
		""},
};

static const char *const sessions[] = {
	"{\"key\":\"checkout-4f2k\",\"owner\":\"dev1\",\"ttl\":\"10h\",\"pins\":{\"booking\":\"pr-"
	"482\",\"schedule\":\"pr-540\"}}",
	"{\"key\":\"dev-9xyz\",\"owner\":\"dev4\",\"ttl\":\"10h\",\"pins\":{\"booking\":\"pr-560\","
	"\"profile\":\"pr-551\"}}",
	"{\"key\":\"nothing-yet1\",\"owner\":\"dev7\",\"ttl\":\"10h\"}",
	"{\"key\":\"qa-seats\",\"owner\":\"dev5\",\"ttl\":\"10h\",\"policy\":\"strict\",\"pins\":{"
	"\"booking\":\"pr-482\",\"payments\":\"pr-533\"}}",
};

static void furnish_services(struct control_plane_plane *plane)
{
	char body[1024];

	for (size_t i = 0; i < ARRAY_LEN(services); i++) {
		control_plane_clock(plane, services[i].age_ms);
		(void)snprintf(body, sizeof(body), "{\"owner\":\"studio\",\"description\":\"%s\"}",
			services[i].description);
		control_plane_service(plane, services[i].name, body);
		(void)snprintf(body, sizeof(body),
			"{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:%zu\"],\"commit\":\"%s\"}",
			9000 + i, services[i].commit);
		control_plane_version(plane, services[i].name, services[i].stable, body);
		control_plane_up(plane, services[i].name, services[i].stable);
	}
}

static void furnish_versions(struct control_plane_plane *plane)
{
	char body[1024];

	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		control_plane_clock(plane, versions[i].age_ms);
		(void)snprintf(body, sizeof(body),
			"{\"endpoints\":[\"127.0.0.1:%zu\"],\"commit\":\"%s\",\"ttl\":\"%s\","
			"\"pr\":{\"number\":%d,"
			"\"title\":\"%s\",\"branch\":\"%s\",\"author\":\"%s\"}}",
			9100 + i, versions[i].commit, versions[i].ttl, versions[i].pr,
			versions[i].title, versions[i].branch, versions[i].author);
		control_plane_version(plane, versions[i].service, versions[i].version, body);
		control_plane_clock(plane, 12LL * MINUTE);
		if (!versions[i].down)
			control_plane_up(plane, versions[i].service, versions[i].version);
		else if (versions[i].down[0] != '\0')
			control_plane_down(
				plane, versions[i].service, versions[i].version, versions[i].down);
	}
}

struct step {
	const char *service, *version, *caller, *method, *path;
	int kind, reason;
	int64_t status;
	double ms;
	const char *session;
};

static const struct step steps[] = {
	{"gateway", "2026.11.19", "", "POST", "/book", KIND_STABLE, REASON_NO_PIN, 200, 61.0,
		"checkout-4f2k"},
	{"booking", "pr-482", "gateway@2026.11.19", "POST", "/seats/hold", KIND_EPHEMERAL,
		REASON_PINNED, 200, 44.2, "checkout-4f2k"},
	{"pricing", "2026.11.20", "booking@pr-482", "POST", "/quote", KIND_STABLE, REASON_NO_PIN,
		200, 12.9, "checkout-4f2k"},
	{"schedule", "pr-540", "booking@pr-482", "GET", "/class/19", KIND_EPHEMERAL, REASON_PINNED,
		200, 20.0, "checkout-4f2k"},
	{"profile", "2026.11.02", "schedule@pr-540", "GET", "/me", KIND_STABLE, REASON_NO_SESSION,
		200, 6.1, ""},
	{"payments", "pr-533", "gateway@2026.11.19", "POST", "/pay", KIND_EPHEMERAL, REASON_PINNED,
		503, 33.0, "qa-seats"},
	{"search", "2026.11.16", "gateway@2026.11.19", "GET", "/find?q=yoga", KIND_STABLE,
		REASON_NO_SESSION, 200, 9.4, ""},
};

/* Each second's visit is a trace of its own, and a visitor's search another. */
static void add_step(struct control_plane_plane *plane, const struct step *step, int second)
{
	bool search = strcmp(step->service, "search") == 0;
	struct request request;
	char trace[40];

	memset(&request, 0, sizeof(request));
	request.id = STR_LIT("7c0ffee");
	(void)snprintf(trace, sizeof(trace), "%s%02x",
		search ? "a3ce929d0e0e47364bf92f3577b34d" : "4bf92f3577b34da6a3ce929d0e0e47",
		(search ? 0xa5U : 0x35U) + (unsigned)second);
	request.trace = str_of(trace);
	request.service = str_of(step->service);
	request.version = str_of(step->version);
	request.kind = step->kind;
	request.endpoint = STR_LIT("127.0.0.1:9100");
	request.session = str_of(step->session);
	request.carrier = step->session[0] ? CARRIER_HEADER : CARRIER_COUNT;
	request.carriers = step->session[0] ? 1U << CARRIER_HEADER : 0;
	request.reason = step->reason;
	request.intended = REASON_COUNT;
	request.caller = str_of(step->caller);
	request.method = str_of(step->method);
	request.host = STR_LIT("shop.env.localhost");
	request.path = str_of(step->path);
	request.status = step->status;
	request.answered_by = ANSWERED_BY_VERSION;
	request.total_ms = step->ms;
	request.upstream_ms = step->ms - 0.4;
	request.bytes_in = 310;
	request.bytes_out = 1882;
	request.protocol = STR_LIT("HTTP/1.1");
	request.revision = 1041;
	control_plane_request(plane, &request);
}

static void furnish_traffic(struct control_plane_plane *plane)
{
	for (int second = 59; second > 0; second--) {
		for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
			int64_t offset = (int64_t)i * 9;

			if ((second * 7 + (int)i * 3) % 5 == 0)
				continue;
			control_plane_clock(plane, second * 1000LL - offset);
			add_step(plane, &steps[i], second);
		}
	}
}

void control_plane_shop(struct control_plane_plane *plane)
{
	furnish_services(plane);
	furnish_versions(plane);
	control_plane_clock(plane, 2LL * HOUR);
	for (size_t i = 0; i < ARRAY_LEN(sessions); i++)
		control_plane_session(plane, sessions[i]);
	furnish_traffic(plane);
}

static void more(struct control_plane_plane *plane, char order)
{
	static size_t next;
	int count = order == 'R' ? 100 : 1;

	control_plane_clock(plane, 0);
	if (order == 'd') {
		control_plane_clock(plane, CONTROL_PLANE_NOW_MS - time_now_ms());
		control_plane_down(plane, "notify", "2026.11.12", "off");
		return;
	}
	for (int i = 0; i < count; i++)
		add_step(plane, &steps[next++ % ARRAY_LEN(steps)], 1);
}

const struct control_plane_script stage_shop_script = {
	.furnish = control_plane_shop, .order = more};
