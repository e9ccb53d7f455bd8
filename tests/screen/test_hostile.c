/*
 * Text from outside that wants to be more than text: in titles, owners, paths, callers and errors. It is
 * shown, bounded and escaped, and moves nothing beside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/mem.h"
#include "core/model/version.h"

#include "tests/support/dash.h"

static const char *const evil[] = {
	"/esc\033[2J\033[31mred",
	"/osc\033]0;title\007\033]52;c;aGk=\007",
	"/cr\rFAKE 200",
	"/lf\nFAKE 200",
	"/bs\b\b\b\b\b\b\b\bFAKE",
	"/tab\there",
	"/del\177",
	"/c1\302\2332J\302\2350;x\302\234",
	"/raw\2332J",
	"/bidi\342\200\256gnp.exe\342\201\246",
	"/zero\342\200\213width\363\240\201\201",
	"/bad\377\376\300\200",
	"/wide\346\227\245\346\234\254\350\252\236",
	"/emoji\360\237\221\250\342\200\215\360\237\221\251\357\270\217",
	"/markse\314\201\314\202\314\203\314\204\314\205",
	"/private\356\200\200",
};

static void add(struct stage_plane *plane, struct str path)
{
	struct request request;

	memset(&request, 0, sizeof(request));
	request.service = STR_LIT("booking");
	request.version = STR_LIT("1.0");
	request.kind = KIND_STABLE;
	request.carrier = CARRIER_COUNT;
	request.reason = REASON_NO_SESSION;
	request.intended = REASON_COUNT;
	request.method = STR_LIT("GET");
	request.path = path;
	request.caller = str_of(evil[0]);
	request.session = str_of(evil[9]);
	request.host = str_of(evil[1]);
	request.status = 200;
	stage_request(plane, &request);
}

static void furnish(struct stage_plane *plane)
{
	enum { LONG = LIMIT_LOG_VALUE }; /* the log's intake cuts what is longer */
	char *path = malloc(LONG);

	stage_service(plane, "booking", "{\"owner\":\"o\\u200bw\",\"description\":\"a\\u202ebc\"}");
	stage_version(plane, "booking", "1.0",
		"{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:9001\"],\"commit\":\"abc\"}");
	stage_up(plane, "booking", "1.0");
	stage_version(plane, "booking", "pr-1",
		"{\"endpoints\":[\"127.0.0.1:9002\"],\"pr\":{\"number\":1,\"title\":\"t\\u001b]0;"
		"x\\u0007\\u009b2J\","
		"\"author\":\"\\u202edlrow\",\"branch\":\"b\\u200b\"}}");
	stage_down(plane, "booking", "pr-1", "why\033[2J\r\n\342\200\256");
	stage_session(
		plane, "{\"key\":\"s1\",\"owner\":\"o\\u202ex\",\"pins\":{\"booking\":\"pr-1\"}}");
	if (!path)
		return;
	memset(path, 'A', LONG);
	add(plane, (struct str){path, LONG});
	free(path);
	for (size_t i = 0; i < ARRAY_LEN(evil); i++)
		add(plane, str_of(evil[i]));
}

static const struct stage_script script = {.furnish = furnish};

static int setup(void **state)
{
	(void)state;
	stage_start(&stage, &script, 0);
	return 0;
}

/* None of it came out as it went in. */
static void check_raw(void)
{
	static const char *const never[] = {"\033]", "\033[2J\033[31mred", "\007", "\302\233",
		"\302\235", "\342\200\256", "\342\201\246", "\342\200\213", "\363\240", "\377",
		"\2332J", "\177", "\357\270\217", "\356\200\200", "\342\200\215"};

	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (memmem(pty.raw.data, pty.raw.len, never[i], strlen(never[i])))
			fail_msg("sequence %zu came through", i);
	assert_int_equal(pty.asked, 0);
}

static void test_every_view(void **state)
{
	static const char *const names[] = {
		"services", "version", "sessions", "pins", "requests", "request"};
	static const char *const keys[] = {"jj", "jj\r", "3", "3\r", "4", "4k\r"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct dash_options options = {.rows = 30, .cols = 120};
		char name[64];

		dash_open(options);
		dash_press(keys[i]);
		pty_quiet(&pty, 150);
		check_raw();
		(void)snprintf(name, sizeof(name), "hostile-%s", names[i]);
		pty_check_golden(&pty, name);
	}
}

static void test_ascii(void **state)
{
	static const char *const env[] = {"LC_ALL=C", NULL};
	struct dash_options options = {.rows = 30, .cols = 120, .env = env};

	(void)state;
	dash_open(options);
	pty_keys(&pty, "4");
	pty_quiet(&pty, 200);
	for (size_t i = 0; i < pty.raw.len; i++)
		assert_true((unsigned char)pty.raw.data[i] < 0x80);
	check_raw();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_view),
		cmocka_unit_test(test_ascii),
	};

	return cmocka_run_group_tests(tests, setup, dash_teardown);
}
