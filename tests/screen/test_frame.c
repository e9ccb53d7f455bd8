/*
 * What is around the views: where one was, the palette, keys of one's own, what is kept from one run to the
 * next, and the dashboard's own cost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"

#include "tests/support/dashboard_fixture.h"

/* What was staged is still there when one comes back; Esc is back, too, and forgets nothing. */
static void test_history(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "[");
	pty_wait_text(&pty, "there is nothing before this");
	pty_keys(&pty, "3\r");
	pty_wait_text(&pty, "WHAT CHANGES");
	pty_keys(&pty, "-");
	pty_wait_text(&pty, "1 change staged");
	pty_keys(&pty, "l");
	pty_wait_text(&pty, "Requests › session:checkout-4f2k");
	pty_keys(&pty, "[");
	pty_wait_text(&pty, "1 change staged");
	pty_keys(&pty, "[");
	pty_wait_text(&pty, "OWNER");
	pty_keys(&pty, "[");
	pty_wait_text(&pty, "SERVICE / VERSION");
	pty_keys(&pty, "]]");
	pty_wait_text(&pty, "1 change staged");
	pty_keys(&pty, "]");
	pty_wait_text(&pty, "Requests › session:checkout-4f2k");
	pty_keys(&pty, "]");
	pty_wait_text(&pty, "there is nothing after this");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "1 change staged");
	pty_keys(&pty, "\033"); /* drops what is staged */
	pty_wait_gone(&pty, "1 change staged");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "OWNER");
	pty_keys(&pty, "\033"); /* a tab's own key led here: there is no way up */
	pty_quiet(&pty, 80);
	assert_true(pty_shows(&pty, "OWNER"));
}

/* Many more places than are kept. */
static void test_history_is_bounded(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	for (int i = 0; i < 30; i++)
		pty_keys(&pty, "1jj\r3\r");
	pty_wait_text(&pty, "WHAT CHANGES");
	for (int i = 0; i < 60; i++)
		pty_keys(&pty, "[");
	pty_wait_text(&pty, "there is nothing before this");
	for (int i = 0; i < 60; i++)
		pty_keys(&pty, "]");
	pty_wait_text(&pty, "there is nothing after this");
	assert_true(pty_shows(&pty, "WHAT CHANGES"));
	pty_keys(&pty, "q");
	assert_int_equal(pty_wait_end(&pty), 0);
}

/* A key that does nothing says so; a session is no longer one's own. */
static void test_nothing_is_silent(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.session = "qa-seats"});
	pty_wait_text(&pty, "you: qa-seats");
	pty_keys(&pty, "Z");
	pty_wait_text(&pty, "Z does nothing here; ? lists the keys");
	pty_keys(&pty, "{");
	pty_wait_text(&pty, "That does nothing here; ? lists the keys");
	pty_keys(&pty, ":session use --none\r");
	pty_wait_text(&pty, "no session is yours now");
	pty_wait_gone(&pty, "you: qa-seats");
	pty_keys(&pty, ":version promote booking@2026.11.20\r");
	pty_wait_text(&pty, "is the stable version of booking already");
	pty_keys(&pty, "\033");
}

static void test_palette_shows_a_list(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, ":verlist");
	pty_wait_text(&pty, "list versions, all or those that match a filter");
	pty_keys(&pty, "\tunheal\t");
	pty_wait_text(&pty, ":version list ");
	pty_keys(&pty, "\025version list state:unh\t\r");
	pty_wait_text(&pty, "Services › Answer › umbra version list state:unhealthy");
	pty_wait_text(&pty, "1 of 1");
	assert_true(pty_shows(&pty, "ENDPOINTS"));
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "pinned by");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "ENDPOINTS");
	pty_keys(&pty, ":");
	pty_keys(&pty, "\033[A");
	pty_wait_text(&pty, ":version list state:unhealthy");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "ENDPOINTS");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "SERVICE / VERSION");
}

/* It asks first, says what is lost, and only y is a yes. */
static void test_palette_asks_first(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, ":session end checkout-4f2k\r");
	pty_wait_text(&pty, "Lost: its key, and its pins booking=pr-482");
	pty_wait_text(&pty, "$ umbra session end checkout-4f2k");
	pty_keys(&pty, "\r");
	pty_quiet(&pty, 80);
	assert_true(pty_shows(&pty, "Lost: its key"));
	pty_keys(&pty, "y");
	pty_wait_text(&pty, "session checkout-4f2k has ended");
	pty_keys(&pty, ":session create try\r");
	pty_wait_text(&pty, "WHAT CHANGES");
}

/* Refused, the line is still there, with what was said of it. */
static void test_palette_is_refused(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, ":version lst ");
	pty_wait_text(&pty, "did you mean \"list\"");
	pty_keys(&pty, "\025version show booking@nothing\r");
	pty_wait_text(&pty, ":version show booking@nothing");
	pty_wait_text(&pty, "nothing");
	pty_wait_gone(&pty, "sent, waiting");
	assert_true(pty_shows(&pty, "Tab complete"));
	pty_keys(&pty, "\025session create --key checkout-4f2k\r");
	pty_wait_gone(&pty, "sent, waiting");
	pty_quiet(&pty, 100);
	assert_true(pty_shows(&pty, ":session create --key checkout-4f2k"));
	pty_keys(&pty, "\025q\r");
	assert_int_equal(pty_wait_end(&pty), 0);
}

static void test_palette_has_words_of_its_own(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.read_only = true});
	pty_keys(&pty, ":session end checkout-4f2k\r");
	pty_wait_text(&pty, "READ-ONLY: nothing is sent from here");
	pty_keys(&pty, "\025requests session:qa-seats\r");
	pty_wait_text(&pty, "Requests › session:qa-seats");
	pty_keys(&pty, ":requests staet:1\r");
	pty_wait_text(&pty, "^");
	pty_keys(&pty, "\025requests state:ready\r");
	pty_wait_text(&pty, "requests have no state");
	pty_keys(&pty, "\025pins qa-seats\r");
	pty_wait_text(&pty, "WHAT CHANGES");
	pty_keys(&pty, ":theme light\r");
	pty_wait_text(&pty, "theme light");
	pty_keys(&pty, ":theme crimson\r");
	pty_wait_text(&pty, "crimson");
	pty_keys(&pty, "\033:sessions\r");
	pty_wait_text(&pty, "OWNER");
}

/* What a view asked for is refused by the control plane: the text is not lost. */
static void test_refused_prompt_comes_back(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "jje\025never\r");
	pty_wait_text(&pty, "lifetime of booking@pr-482 from now");
	pty_wait_text(&pty, "is not a duration");
	assert_true(pty_shows(&pty, "never"));
	pty_keys(&pty, "\0253d\r");
	pty_wait_gone(&pty, "lifetime of booking@pr-482 from now");
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	(void)fputs(text, file);
	(void)fclose(file);
}

static void test_own_keys(void **state)
{
	char directory[] = "/tmp/umbra-screen-XXXXXX";
	char config[64], path[128];
	const char *env[] = {config, NULL};

	(void)state;
	assert_non_null(mkdtemp(directory));
	(void)snprintf(config, sizeof(config), "XDG_CONFIG_HOME=%s", directory);
	(void)snprintf(path, sizeof(path), "%s/umbra", directory);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/umbra/config", directory);
	write_file(path, "[keys]\nglobal.help = F1\nversion.retire = X\n");
	dashboard_open((struct dashboard_options){.env = env});
	pty_wait_text(&pty, "X retire");
	pty_wait_text(&pty, "F1 help");
	pty_keys(&pty, "?jjX");
	pty_wait_text(&pty, "Retire booking@pr-482?");
	pty_keys(&pty, "\033\033OP");
	pty_wait_text(&pty, "Services › Help");
	pty_keys(&pty, "qq");
	assert_int_equal(pty_wait_end(&pty), 0);
	dashboard_close();
	write_file(path, "[keys]\n\nversion.retire = q\n");
	dashboard_start(&pty, &stage, &(struct dashboard_options){.env = env, .cols = 160});
	pty_wait_text(&pty, "config:3: q is global.quit already");
	assert_int_equal(pty_wait_end(&pty), 2);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s/umbra", directory);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(directory), 0);
}

/* The one file in the directory, and its text overwritten when `text` is not NULL. */
static void find_state(const char *directory, char path[512], const char *text)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;

	assert_non_null(dir);
	path[0] = '\0';
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			(void)snprintf(path, 512, "%s/%s", directory, entry->d_name);
	closedir(dir);
	assert_non_null(strstr(path, ".json"));
	if (text)
		write_file(path, text);
}

static void leave(const char *keys)
{
	pty_keys(&pty, keys);
	assert_int_equal(pty_wait_end(&pty), 0);
}

static void test_state_is_kept(void **state)
{
	static const char *const broken[] = {"", "{", "[]",
		"{\"view\":7,\"views\":[],\"lines\":{}}",
		"{\"view\":\"pins\",\"theme\":\"/dev/zero\",\"lines\":[1,null,\"a\"]}",
		"{\"views\":{\"services\":7,\"sessions\":{\"order\":\"\\u001b[2J\"}}}"};
	char directory[] = "/tmp/umbra-screen-XXXXXX";
	char home[64], inside[64], path[512];
	const char *env[] = {home, NULL};
	const struct dashboard_options options = {.env = env};

	(void)state;
	assert_non_null(mkdtemp(directory));
	(void)snprintf(home, sizeof(home), "XDG_STATE_HOME=%s", directory);
	(void)snprintf(inside, sizeof(inside), "%s/umbra", directory);
	dashboard_open(options);
	pty_keys(&pty, ":theme light\r");
	pty_wait_text(&pty, "theme light");
	pty_keys(&pty, "3");
	pty_wait_text(&pty, "qa-seats");
	leave("q");
	find_state(inside, path, NULL);
	dashboard_open(options);
	pty_wait_text(&pty, "qa-seats"); /* Sessions again */
	pty_keys(&pty, ":\033[A");
	pty_wait_text(&pty, ":theme light");
	leave("\033q");
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		find_state(inside, path, broken[i]);
		dashboard_open(options);
		pty_wait_text(&pty, "SERVICE / VERSION");
		if (i == 1 || i == 2)
			pty_wait_text(&pty, "not as you left it");
		leave("q");
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(inside), 0);
	assert_int_equal(rmdir(directory), 0); /* and nothing else was left */
}

static void test_own_cost(void **state)
{
	uint64_t bytes;

	(void)state;
	dashboard_open((struct dashboard_options){0});
	assert_non_null(strstr(pty.raw.data, "\033[?2026h"));
	pty_keys(&pty, "\033[24~");
	pty_wait_text(&pty, "WHAT THIS DASHBOARD TAKES");
	pty_wait_text(&pty, "half of them under");
	pty_wait_text(&pty, " kB/s"); /* it sends itself, once a second */
	pty_keys(&pty, "\033[24~");
	pty_wait_gone(&pty, "half of them under");
	pty_quiet(&pty, 300);
	bytes = pty.bytes;
	for (int i = 0; i < 15; i++) /* closed, it costs nothing */
		(void)pty_read(&pty, 100);
	assert_int_equal(pty.bytes, bytes);
}

/* A real environment never looks like the demo, in no view. */
static void test_a_demo_says_so(void **state)
{
	const struct control_plane_script demo = {.furnish = control_plane_shop, .demo = true};

	(void)state;
	dashboard_open((struct dashboard_options){.rows = 24, .cols = 80});
	for (const char *key = "1234567"; *key; key++) {
		pty_keys(&pty, (const char[]){*key, '\0'});
		pty_quiet(&pty, 60);
		assert_false(pty_shows(&pty, " DEMO "));
	}
	control_plane_stop(&stage);
	control_plane_start(&stage, &demo, 0);
	dashboard_open((struct dashboard_options){.rows = 24, .cols = 80});
	for (const char *key = "1234567?"; *key; key++) {
		pty_keys(&pty, (const char[]){*key, '\0'});
		pty_quiet(&pty, 60);
		pty_wait_text(&pty, " umbra  studio-demo  DEMO  live ");
	}
	pty_keys(&pty, "q");
	dashboard_quit();
}

/* What was found stays where it is when the window grows. */
static void test_find_in_help(void **state)
{
	static const char heading[] = "why a request went where it went";

	(void)state;
	dashboard_open((struct dashboard_options){.rows = 24, .cols = 80});
	pty_keys(&pty, "?");
	pty_wait_text(&pty, "1 to 20 of");
	pty_keys(&pty, "/a request went\r");
	pty_wait_text(&pty, heading);
	pty_keys(&pty, "gf{\033"); /* dropped */
	pty_wait_text(&pty, "1 to 20 of");
	pty_keys(&pty, "fa request went\r");
	pty_wait_text(&pty, heading);
	pty_keys(&pty, "jk");
	pty_resize(&pty, 30, 110);
	pty_wait_text(&pty, heading);
	pty_keys(&pty, "fin every list\rn");
	pty_wait_text(&pty, "┃in every list");
	pty_keys(&pty, "q");
	pty_wait_text(&pty, "SERVICE / VERSION");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASHBOARD_TEST(test_history),
		DASHBOARD_TEST(test_history_is_bounded),
		DASHBOARD_TEST(test_nothing_is_silent),
		DASHBOARD_TEST(test_palette_shows_a_list),
		DASHBOARD_TEST(test_palette_asks_first),
		DASHBOARD_TEST(test_palette_is_refused),
		DASHBOARD_TEST(test_palette_has_words_of_its_own),
		DASHBOARD_TEST(test_refused_prompt_comes_back),
		DASHBOARD_TEST(test_own_keys),
		DASHBOARD_TEST(test_state_is_kept),
		DASHBOARD_TEST(test_own_cost),
		DASHBOARD_TEST(test_a_demo_says_so),
		DASHBOARD_TEST(test_find_in_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
