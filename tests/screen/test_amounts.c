/*
 * Nothing at all, and very much: an empty environment says in every view what to do, and 2,000 services with 20
 * versions each are opened, moved through and filtered in every view as few are, with no key lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "core/base/xalloc.h"
#include "core/model/version.h"

#include "tests/support/dashboard_fixture.h"

enum { SERVICES = 2000, VERSIONS = 20, SESSIONS = 2000, KEYS = 150 };

/* ---- nothing ---- */

static void furnish_nothing(struct control_plane_plane *plane)
{
	control_plane_clock(plane, 0);
}

static const struct {
	const char *key, *says, *to_do;
} empty_views[] = {
	{"1", "No service is registered yet.", "umbra version register"},
	{"2", "No version names a pull request.", "umbra version register"},
	{"3", "There is no session yet.", "c creates one"},
	{"4", "No request yet.", "1 says how one is"},
	{"5", "Nothing has changed yet", "1 says how one is"},
	{"6", "No request in the last minute.", "umbra curl SERVICE/PATH sends one"},
	{"7", "Twelve things", "Enter begin"},
};

static void test_empty(void **state)
{
	static const struct control_plane_script nothing = {.furnish = furnish_nothing};

	(void)state;
	control_plane_start(&stage, &nothing, 0);
	dashboard_start(&pty, &stage, &(struct dashboard_options){.rows = 24, .cols = 80});
	pty_wait_text(&pty, "0 services");
	for (size_t i = 0; i < ARRAY_LEN(empty_views); i++) {
		pty_keys(&pty, empty_views[i].key);
		pty_wait_text(&pty, empty_views[i].says);
		pty_wait_text(&pty, empty_views[i].to_do);
	}
	dashboard_quit();
}

/* ---- much ---- */

static void add_request(struct control_plane_plane *plane, const char *caller, const char *service)
{
	struct request request;

	memset(&request, 0, sizeof(request));
	request.service = str_of(service);
	request.version = STR_LIT("v0");
	request.kind = KIND_STABLE;
	request.carrier = CARRIER_COUNT;
	request.reason = REASON_NO_SESSION;
	request.intended = REASON_COUNT;
	request.caller = str_of(caller);
	request.method = STR_LIT("GET");
	request.path = STR_LIT("/items");
	request.host = str_of(service);
	request.status = 200;
	control_plane_request(plane, &request);
}

static void furnish_service(struct control_plane_plane *plane, int i)
{
	char service[32], caller[32], version[16], body[256];

	(void)snprintf(service, sizeof(service), "service-%04d", i);
	control_plane_service(plane, service, "{\"owner\":\"studio\"}");
	control_plane_version(
		plane, service, "v0", "{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:9001\"]}");
	control_plane_up(plane, service, "v0");
	for (int j = 1; j < VERSIONS; j++) {
		(void)snprintf(version, sizeof(version), "pr-%d", i * VERSIONS + j);
		(void)snprintf(body, sizeof(body),
			"{\"endpoints\":[\"127.0.0.1:%d\"],\"pr\":{\"number\":%d,\"title\":"
			"\"Change "
			"%d of %s\",\"author\":\"dev%d\"}}",
			9100 + j, i * VERSIONS + j, j, service, i % 30);
		control_plane_version(plane, service, version, body);
		control_plane_up(plane, service, version);
	}
	(void)snprintf(caller, sizeof(caller), "service-%04d@v0", i / 2);
	add_request(plane, i == 0 ? "" : caller, service);
}

static void furnish_much(struct control_plane_plane *plane)
{
	char body[128];

	control_plane_clock(plane, 10000);
	for (int i = 0; i < SERVICES; i++)
		furnish_service(plane, i);
	for (int i = 0; i < SESSIONS; i++) {
		(void)snprintf(body, sizeof(body),
			"{\"key\":\"s-%04d\",\"owner\":\"dev%d\",\"pins\":{\"service-%04d\":\"pr-%"
			"d\"}}",
			i, i % 30, i, i * VERSIONS + 1);
		control_plane_session(plane, body);
	}
}

static const struct {
	const char *key, *open; /* what is seen then */
	const char *at; /* what is said of the row KEYS below the first; NULL: no list */
	const char *filter, *left, *hidden; /* what is seen of it, and what not */
} big_views[] = {
	{"1", "sort: name", "umbra version show service-0007@pr-142", "/service:service-1234",
		"pr-24681", "service-0000"},
	{"2", "sort: number", "umbra pr show 39842", "/author:dev7", "#36151", "#39999"},
	{"3", "sort: name", "umbra session show s-0150", "/s-1234", "s-1234", "s-0001"},
	{"4", "service-1999", "service-1150", "/service:service-1999", "999 hidden",
		"service-1998"},
	{"5", "created session s-1999", "stage created session s-1849, 10s ago", "/session:s-1999",
		"999 hidden", "s-1998"},
	{"6", " outside ", "service-0547 calls service-1095", "/service:service-1234",
		"service-0617 calls service-1234", "service-1095"},
	{"7", "Twelve things", NULL, NULL, NULL, NULL},
};

static void test_much(void **state)
{
	static const struct control_plane_script much = {.furnish = furnish_much};

	(void)state;
	control_plane_start(&stage, &much, 0);
	dashboard_start(&pty, &stage, &(struct dashboard_options){0});
	pty_wait_text(&pty, "2000 services  40000 versions  2000 sessions");
	for (size_t i = 0; i < ARRAY_LEN(big_views); i++) {
		pty_keys(&pty, big_views[i].key);
		pty_wait_text(&pty, big_views[i].open);
		if (!big_views[i].at)
			continue;
		pty_keys(&pty, "g");
		for (int j = 0; j < KEYS; j++)
			pty_keys(&pty, "j");
		pty_wait_text(&pty, big_views[i].at);
		pty_keys(&pty, big_views[i].filter);
		pty_wait_text(&pty, big_views[i].left);
		pty_wait_gone(&pty, big_views[i].hidden);
		pty_keys(&pty, "\033");
		pty_wait_gone(&pty, "Enter keep ");
	}
	dashboard_quit();
}

#define AMOUNT(name) cmocka_unit_test_teardown(name, dashboard_teardown)

/* ---- as many pins as a session has ---- */

enum { WIDE = 2 * LIMIT_PINS };

/* One pull request in one half of the services, one in the other, all names at their longest. */
static void furnish_wide(struct control_plane_plane *plane)
{
	char service[LIMIT_SERVICE_NAME + 1], version[LIMIT_VERSION_NAME + 1], body[128];

	control_plane_clock(plane, 10000);
	for (int i = 0; i < WIDE; i++) {
		(void)snprintf(service, sizeof(service), "s%03u-a-service-of-31-characters",
			(unsigned)i % 1000);
		(void)snprintf(version, sizeof(version), "%063d", i);
		control_plane_service(plane, service, "{}");
		(void)snprintf(body, sizeof(body),
			"{\"endpoints\":[\"127.0.0.1:9001\"],\"pr\":{\"number\":%d,\"title\":"
			"\"All\",\"author\":\"dev1\"}}",
			i < LIMIT_PINS ? 7 : 8);
		control_plane_version(plane, service, version, body);
		control_plane_up(plane, service, version);
	}
	control_plane_session(plane, "{\"key\":\"wide\",\"owner\":\"dev1\",\"pins\":{}}");
}

/* Staged and sent as one command; then a half is taken back and as many others as may be are pinned, in one command. */
static void test_all_pins(void **state)
{
	static const struct control_plane_script wide = {.furnish = furnish_wide};

	(void)state;
	control_plane_start(&stage, &wide, 0);
	dashboard_start(&pty, &stage, &(struct dashboard_options){0});
	pty_wait_text(&pty, "512 services");
	pty_keys(&pty, "3\r");
	pty_wait_text(&pty, "WHAT CHANGES");
	pty_keys(&pty, "p7\r");
	pty_wait_text(&pty, "256 changes staged, nothing sent yet.");
	pty_keys(&pty, "a");
	pty_wait_gone(&pty, "staged, nothing sent yet");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "256  ");
	pty_keys(&pty, "\rspg");
	pty_wait_text(&pty, "pinned first");
	pty_wait_text(&pty, "s000-");
	for (int i = 0; i < LIMIT_PINS / 2; i++)
		pty_keys(&pty, "-j");
	pty_wait_text(&pty, "128 changes staged, nothing sent yet; 128 routes would change.");
	pty_keys(&pty, "p8\r");
	pty_wait_text(&pty, "384 changes staged, nothing sent yet.");
	pty_wait_text(&pty, "pins has too many: 384; accepted: at most 256");
	dashboard_quit();
}

/* ---- as many marks as one likes ---- */

enum { MARKS = 150 };

static void furnish_versions(struct control_plane_plane *plane)
{
	char version[16], body[64];

	control_plane_clock(plane, 10000);
	control_plane_service(plane, "cart", "{}");
	for (int i = 0; i < MARKS; i++) {
		(void)snprintf(version, sizeof(version), "pr-%03d", i);
		(void)snprintf(body, sizeof(body), "{\"endpoints\":[\"127.0.0.1:%d\"]}", 9001 + i);
		control_plane_version(plane, "cart", version, body);
	}
	control_plane_version(plane, "cart", "v-stays", "{\"endpoints\":[\"127.0.0.1:9000\"]}");
}

/* Every one of them is extended, then retired, by a dashboard that may have fewer descriptors than there are marks. */
static void test_all_marks(void **state)
{
	static const struct control_plane_script versions = {.furnish = furnish_versions};
	struct rlimit files, few;

	(void)state;
	control_plane_start(&stage, &versions, 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	few = (struct rlimit){.rlim_cur = 100, .rlim_max = files.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	dashboard_start(&pty, &stage, &(struct dashboard_options){0});
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	pty_wait_text(&pty, "151 versions");
	pty_keys(&pty, "j");
	pty_wait_text(&pty, "umbra version show cart@pr-000");
	for (int i = 0; i < MARKS; i++)
		pty_keys(&pty, " ");
	pty_wait_text(&pty, "150 marked");
	pty_keys(&pty, "e");
	pty_wait_text(&pty, "lifetime of 150 versions from now");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "150 of 150 done");
	pty_keys(&pty, "g");
	pty_wait_text(&pty, "umbra service show cart");
	pty_keys(&pty, "j");
	for (int i = 0; i < MARKS; i++)
		pty_keys(&pty, " ");
	pty_wait_text(&pty, "150 marked");
	pty_keys(&pty, "R");
	pty_wait_text(
		&pty, "$ umbra version retire cart@pr-000 && umbra version retire cart@pr-001");
	pty_keys(&pty, "y");
	pty_wait_text(&pty, "1 versions");
	pty_wait_text(&pty, "150 of 150 done");
	dashboard_quit();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AMOUNT(test_empty),
		AMOUNT(test_much),
		AMOUNT(test_all_pins),
		AMOUNT(test_all_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
