/*
 * Every key of the keymap in every view and in all that opens over one, and many that are not in it. None ends
 * the program but q, and the terminal is a shell's again when it has gone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/xalloc.h"

#include "tui/ui/keymap.h"
#include "tui/term/keys.h"

#include "tests/support/dashboard_pool.h"

/* ---- the keys ---- */

/* As an xterm sends them. */
static const struct {
	int32_t key;
	const char *bytes;
} sequences[] = {
	{KEYS_UP, "\033OA"},
	{KEYS_DOWN, "\033OB"},
	{KEYS_RIGHT, "\033OC"},
	{KEYS_LEFT, "\033OD"},
	{KEYS_HOME, "\033OH"},
	{KEYS_END, "\033OF"},
	{KEYS_PAGE_UP, "\033[5~"},
	{KEYS_PAGE_DOWN, "\033[6~"},
	{KEYS_BACKSPACE, "\177"},
	{KEYS_DELETE, "\033[3~"},
	{KEYS_BACK_TAB, "\033[Z"},
	{KEYS_SHIFT_UP, "\033[1;2A"},
	{KEYS_SHIFT_DOWN, "\033[1;2B"},
	{KEYS_F1, "\033OP"},
	{KEYS_F1 + 1, "\033OQ"},
	{KEYS_F1 + 2, "\033OR"},
	{KEYS_F1 + 3, "\033OS"},
	{KEYS_F1 + 4, "\033[15~"},
	{KEYS_F1 + 5, "\033[17~"},
	{KEYS_F1 + 6, "\033[18~"},
	{KEYS_F1 + 8, "\033[20~"},
	{KEYS_F1 + 9, "\033[21~"},
	{KEYS_F1 + 10, "\033[23~"},
};

/* Pressed twice, as what they turn on stays on: F8 has the mouse, F12 the dashboard's own cost. */
static const struct {
	int32_t key;
	const char *bytes;
} switches[] = {
	{KEYS_F1 + 7, "\033[19~"},
	{KEYS_F12, "\033[24~"},
};

/* No keys: the mouse, a paste, sequences nobody knows, bytes that are no UTF-8. */
static const char *const others[] = {
	"\033[<0;12;6M\033[<0;12;6m",
	"\033[<0;5;2M\033[<0;5;2m",
	"\033[<65;12;9M",
	"\033[<64;12;9M",
	"\033[<0;9999;9999M",
	"\033[<0;0;0M",
	"\033[<99999999999;1;1M",
	"\033[200~some text\rand more\033[201~",
	"\033[200~\033[201~",
	"\033[201~",
	"\033[999;999H",
	"\303\244\342\202\254\360\237\230\200",
	"\302",
	"\377\376\300\200\355\240\200\364\220\200\200",
};

static const char *bytes_of(int32_t key, char one[2])
{
	for (size_t i = 0; i < ARRAY_LEN(sequences); i++)
		if (sequences[i].key == key)
			return sequences[i].bytes;
	for (size_t i = 0; i < ARRAY_LEN(switches); i++)
		if (switches[i].key == key)
			return switches[i].bytes;
	if (key <= 0 || key > 0x7f)
		fail_msg("key %d of the keymap is in no table here", (int)key);
	one[0] = (char)key;
	one[1] = '\0';
	return one;
}

/* ---- all of them at once ---- */

/* Pressed at the place it is meant for, which is gone to anew for it; and time to paint what comes of it. */
static void round_of(const char *bytes, const char *then)
{
	dashboard_pool_go(bytes);
	dashboard_pool_press(bytes);
	dashboard_pool_press(then);
	dashboard_pool_home(bytes);
}

static void press_everything(const char *then)
{
	char one[2] = "";

	for (int c = 1; c <= 0x7f; c++) {
		if (c == 'q' || c == 3 || c == 26 || c == 28) /* leave, interrupt, suspend, quit */
			continue;
		one[0] = (char)c;
		round_of(one, then);
	}
	for (size_t i = 0; i < ARRAY_LEN(sequences); i++)
		round_of(sequences[i].bytes, then);
	for (size_t i = 0; i < ARRAY_LEN(switches); i++)
		round_of(switches[i].bytes, switches[i].bytes);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		round_of(others[i], then);
}

static char dir[] = "/tmp/umbra-keys-XXXXXX"; /* for what some keys write */

static int setup_all(void **state)
{
	const char *umbra = getenv("UMBRA");
	char *program = realpath(umbra ? umbra : "build/umbra", NULL);

	(void)state;
	assert_non_null(program);
	assert_int_equal(setenv("UMBRA", program, 1), 0);
	free(program);
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	return 0;
}

static int teardown_all(void **state)
{
	DIR *left = opendir(".");

	(void)state;
	for (struct dirent *entry; left && (entry = readdir(left));)
		(void)unlink(entry->d_name);
	if (left)
		(void)closedir(left);
	(void)rmdir(dir);
	return 0;
}

/* ---- the tests ---- */

static void test_the_keymap_is_covered(void **state)
{
	(void)state;
	for (size_t i = 0; i < binding_count; i++) {
		struct str rest = str_of(keymap_keys(&bindings[i]));

		while (rest.p) {
			char one[2];
			int32_t key;

			assert_true(key_from_name(str_cut(&rest, ' '), &key));
			(void)bytes_of(key, one);
		}
	}
}

static void test_every_key(void **state)
{
	(void)state;
	dashboard_pool_sit(shop_places, shop_place_count, &(struct dashboard_options){0}, NULL);
	press_everything("");
	dashboard_pool_quit();
}

/* What a key asks is answered, too; what that would write is refused by --read-only. */
static void test_every_answer(void **state)
{
	(void)state;
	dashboard_pool_sit(shop_places, shop_place_count,
		&(struct dashboard_options){.read_only = true}, NULL);
	press_everything("a\r");
	dashboard_pool_quit();
}

static void furnish_nothing(struct control_plane_plane *plane)
{
	control_plane_clock(plane, 0);
}

static void test_nothing_there(void **state)
{
	static const struct control_plane_script nothing = {.furnish = furnish_nothing};

	(void)state;
	control_plane_stop(&stage);
	control_plane_start(&stage, &nothing, 0);
	dashboard_pool_sit(tab_places, tab_place_count,
		&(struct dashboard_options){.read_only = true}, "No service is registered yet.");
	press_everything("a\r");
	dashboard_pool_quit();
}

/* Port 1 is nobody's. */
static void test_nobody_there(void **state)
{
	(void)state;
	dashboard_pool_sit(tab_places, tab_place_count,
		&(struct dashboard_options){.url = "http://127.0.0.1:1"},
		"No control plane answers at");
	press_everything("a\r");
	dashboard_pool_quit();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_keymap_is_covered),
		DASHBOARD_POOL_TEST(test_every_key),
		DASHBOARD_POOL_TEST(test_every_answer),
		DASHBOARD_POOL_TEST(test_nothing_there),
		DASHBOARD_POOL_TEST(test_nobody_there),
	};

	return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
