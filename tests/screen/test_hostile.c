/*
 * Text from outside that wants to be more than text: in titles, authors, owners, actors, paths, hosts, callers,
 * errors and files. It is shown, bounded and escaped, and moves nothing beside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/model/version.h"

#include "tests/support/dashboard_pool.h"

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

static void add(struct control_plane_plane *plane, struct str path)
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
	control_plane_request(plane, &request);
}

static void furnish(struct control_plane_plane *plane)
{
	enum { LONG = LIMIT_LOG_VALUE }; /* the log's intake cuts what is longer */
	char *path = malloc(LONG);

	control_plane_service(
		plane, "booking", "{\"owner\":\"o\\u200bw\",\"description\":\"a\\u202ebc\"}");
	control_plane_version(plane, "booking", "1.0",
		"{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:9001\"],\"commit\":\"abc\"}");
	control_plane_up(plane, "booking", "1.0");
	control_plane_version(plane, "booking", "pr-1",
		"{\"endpoints\":[\"127.0.0.1:9002\"],\"pr\":{\"number\":1,\"title\":\"t\\u001b]0;"
		"x\\u0007\\u009b2J\","
		"\"author\":\"\\u202edlrow\",\"branch\":\"b\\u200b\"}}");
	control_plane_down(plane, "booking", "pr-1", "why\033[2J\r\n\342\200\256");
	control_plane_actor(plane, "\033]0;x\007\342\200\256\344\275\220\350\227\244");
	control_plane_version(plane, "booking", "pr-2",
		"{\"endpoints\":[\"127.0.0.1:9003\"],\"pr\":{\"number\":2,\"title\":"
		"\"\\u65e5\\u672c\\u8a9e"
		"\\u306e\\u984c\\u540d\\u3092\\u9577\\u304f\\u9577\\u304f\\u9577\\u304f\\u3059\\u30"
		"8b\\u3068"
		"\\u4f55\\u304c\\u8d77\\u3053\\u308b\\u304b\",\"author\":"
		"\"\\u4f50\\u85e4\\u82b1\\u5b50\\u592a\\u90ce\""
		"},\"commit\":\"\\uff41\\uff42\\uff43\"}");
	control_plane_up(plane, "booking", "pr-2");
	control_plane_version(plane, "booking", "pr-3",
		"{\"endpoints\":[\"127.0.0.1:9004\"],\"pr\":{\"number\":3,\"title\":"
		"\"e\\u0301e\\u0302\\u0303"
		"e\\u0304\\u0305\\u0306\\u0307 \\ud83d\\udc68\\u200d\\ud83d\\udc69 "
		"\\u05e9\\u05dc\\u05d5\\u05dd\","
		"\"author\":\"a\\u0300\\u0301\\u0302\\u0303\"}}");
	control_plane_down(
		plane, "booking", "pr-3", "\346\227\245\346\234\254\033[1;31m\302\2332J");
	control_plane_session(
		plane, "{\"key\":\"s1\",\"owner\":\"o\\u202ex\",\"pins\":{\"booking\":\"pr-1\"}}");
	control_plane_session(plane,
		"{\"key\":\"s2\",\"owner\":\"\\u4f50\\u85e4\\u200b\",\"pins\":{"
		"\"booking\":\"pr-2\"}}");
	if (!path)
		return;
	memset(path, 'A', LONG);
	add(plane, (struct str){path, LONG});
	free(path);
	for (size_t i = 0; i < ARRAY_LEN(evil); i++)
		add(plane, str_of(evil[i]));
}

static const struct control_plane_script script = {.furnish = furnish};

static int setup(void **state)
{
	(void)state;
	control_plane_start(&stage, &script, 0);
	return 0;
}

/* None of it came out as it went in. With a theme that was chosen the dashboard asks nothing of the terminal. */
static void check_raw(const struct pty *terminal)
{
	static const char *const never[] = {"\033]", "\033[2J\033[31mred", "\007", "\302\233",
		"\302\235", "\342\200\256", "\342\201\246", "\342\200\213", "\363\240", "\377",
		"\2332J", "\177", "\357\270\217", "\356\200\200", "\342\200\215", "\033[1;31m\302"};

	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (memmem(terminal->raw.data, terminal->raw.len, never[i], strlen(never[i])))
			fail_msg("sequence %zu came through", i);
	assert_int_equal(terminal->asked, 0);
}

/* clang-format off */
#define PRESS(keys, shows) {keys, shows, false}
#define HAS(keys, shows) {PRESS(keys, shows)}

static const struct place places[] = {
	{"hostile-services", HAS("jj", "booking@pr-1"), false, NULL},
	{"hostile-version", HAS("jj\r", "pinned by"), false, NULL},
	{"hostile-pulls", HAS("2", "#3"), false, NULL},
	{"hostile-sessions", HAS("3", "s2"), false, NULL},
	{"hostile-pins", HAS("3\r", "NOW"), false, NULL},
	{"hostile-requests", HAS("4", "/private"), false, NULL},
	{"hostile-request", {PRESS("4", "/private"), PRESS("k\r", "upstream_ms")}, false, NULL},
	{"hostile-timeline", HAS("5", "unhealthy"), false, NULL},
	{"Map, which takes no such caller", HAS("6", "No request in the last minute"), false, NULL},
	{"explain", HAS("jjx", "because"), false, NULL},
	{"explain a request", {PRESS("4", "/private"), PRESS("kx", "because")}, false, NULL},
	{"side by side", {PRESS("4", "/private"), PRESS("kv", "which version")}, false, NULL},
	{"rules", HAS("7\t\r", "Enter choose"), false, NULL},
	{"chooser", HAS("jjp", "which session?"), true, NULL},
	{"copy", HAS("jjjjy", "umbra version show"), false, NULL},
	{"palette", HAS(":session show ", "s2"), false, NULL},
	{"versions", HAS(":version list\r", "Services › Answer › "), false, NULL},
	{"sessions", HAS(":session list\r", "Services › Answer › "), false, NULL},
	{"pull requests", HAS(":pr list\r", "Services › Answer › "), false, NULL},
	{"a mistake", HAS("/status:\302\233\342\200\256\346\227\245", "^"), false, NULL},
	{"found nothing", HAS("f\342\200\213\302\2332J", "no row has that text"), false, NULL},
};
/* clang-format on */

static void look_at_all(const struct dashboard_options *options)
{
	dashboard_pool_sit(places, ARRAY_LEN(places), options, NULL);
	dashboard_pool_go("the start");
}

static void test_every_view(void **state)
{
	(void)state;
	look_at_all(&(struct dashboard_options){.rows = 30, .theme = "dark"});
	for (size_t i = 0; i < seat_count; i++) {
		if (strncmp(seats[i].place->name, "hostile-", 8) == 0)
			pty_check_golden(&seats[i].pty, seats[i].place->name);
		pty_quiet(&seats[i].pty, 30);
		check_raw(&seats[i].pty);
	}
	dashboard_pool_home("all of it");
}

static void test_ascii(void **state)
{
	static const char *const env[] = {"LC_ALL=C", NULL};

	(void)state;
	dashboard_open((struct dashboard_options){.rows = 30, .theme = "dark", .env = env});
	for (const char *key = "234567"; *key; key++) {
		pty_keys(&pty, (const char[]){*key, '\0'});
		pty_quiet(&pty, 100);
	}
	for (size_t i = 0; i < pty.raw.len; i++)
		assert_true((unsigned char)pty.raw.data[i] < 0x80);
	check_raw(&pty);
	dashboard_quit();
}

static void write_file(const char *directory, const char *below, const char *text)
{
	char path[160];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s%s", directory, below);
	file = fopen(path, "we");
	assert_non_null(file);
	(void)fputs(text, file);
	(void)fclose(file);
}

/* What is wrong in a file of the user's is said with the words of the file. */
static void test_files(void **state)
{
	static const char *const made[] = {"/umbra", "/umbra/themes"};
	static const char *const configs[] = {"[keys]\nversion.retire = \033[2J\033]0;x\007\n",
		"[keys]\n\033]0;x\007 = q\n", "theme = \342\200\256\033]0;x\007\n",
		"\033]0;x\007 = y\n", "[\033]0;x\007]\nurl = http://127.0.0.1:1\n"};
	char directory[] = "/tmp/umbra-screen-XXXXXX";
	char variable[64], path[160];
	const char *env[] = {variable, NULL};

	(void)state;
	assert_non_null(mkdtemp(directory));
	(void)snprintf(variable, sizeof(variable), "XDG_CONFIG_HOME=%s", directory);
	for (size_t i = 0; i < ARRAY_LEN(made); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", directory, made[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(configs); i++) {
		write_file(directory, "/umbra/config", configs[i]);
		dashboard_close();
		dashboard_start(&pty, &stage, &(struct dashboard_options){.env = env});
		assert_int_equal(pty_wait_end(&pty), 2);
		check_raw(&pty);
	}
	write_file(directory, "/umbra/config", "");
	write_file(directory, "/umbra/themes/mine.theme", "[roles]\nbase = default on default\n");
	dashboard_open((struct dashboard_options){.env = env, .theme = "mine"});
	write_file(directory, "/umbra/themes/mine.theme",
		"[roles]\nselected = \033]0;x\007\342\200\256red\n");
	pty_wait_text(&pty, "mine.theme:2:");
	check_raw(&pty);
	dashboard_quit();
	write_file(directory, "/umbra/themes/mine.theme", "[\033]0;x\007]\n\302\2332J = 1\n");
	dashboard_close();
	dashboard_start(&pty, &stage, &(struct dashboard_options){.env = env, .theme = "mine"});
	assert_int_equal(pty_wait_end(&pty), 2);
	check_raw(&pty);
	for (size_t i = 0; i < 4; i++) {
		static const char *const names[] = {
			"/umbra/themes/mine.theme", "/umbra/config", "/umbra/themes", "/umbra"};

		(void)snprintf(path, sizeof(path), "%s%s", directory, names[i]);
		assert_int_equal(remove(path), 0);
	}
	assert_int_equal(rmdir(directory), 0);
}

#define HOSTILE(name) cmocka_unit_test_setup_teardown(name, setup, dashboard_pool_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOSTILE(test_every_view),
		HOSTILE(test_ascii),
		HOSTILE(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
