/*
 * Emoji sequences on the screen: each stands as its first sign, as wide as the terminal has it, so that what is
 * painted over it later is where it should be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"

#include "tests/support/dashboard_fixture.h"

/* A title and how it is shown: the selector, the joiner, skin, a flag of two parts, flags, a keycap. */
static const struct {
	const char *title, *shown;
} titles[] = {
	{"\342\232\241\357\270\217 fast", "\342\232\241 fast"},
	{"\342\231\273\357\270\217 again", "\342\231\273 again"},
	{"\360\237\221\251\342\200\215\360\237\222\273 works", "\360\237\221\251 works"},
	{"\360\237\217\263\357\270\217\342\200\215\360\237\214\210 waves",
		"\360\237\217\263 waves"},
	{"1\357\270\217\342\203\243 first", "1 first"},
	{"\360\237\221\215\360\237\217\275 fine", "\360\237\221\215 fine"},
	{"\360\237\207\251\360\237\207\252 flag", "DE flag"},
	{"\342\235\244\357\270\217\342\200\215\360\237\224\245 hot", "\342\235\244 hot"},
};

static void furnish(struct control_plane_plane *plane)
{
	char service[32], body[512];

	control_plane_clock(plane, 10000);
	for (size_t i = 0; i < ARRAY_LEN(titles); i++) {
		(void)snprintf(service, sizeof(service), "service-%zu", i);
		(void)snprintf(body, sizeof(body),
			"{\"endpoints\":[\"127.0.0.1:9001\"],\"pr\":{\"number\":%zu,\"title\":\"%"
			"s\","
			"\"author\":\"dev1\"}}",
			100 + i, titles[i].title);
		control_plane_service(plane, service, "{}");
		control_plane_version(plane, service, "pr-1", body);
		control_plane_up(plane, service, "pr-1");
	}
}

/* What is on the screen after moves is what a paint from scratch puts there. Of looks libvterm keeps those of halves. */
static void check_repaint(void)
{
	const struct str looks = STR_LIT("---- looks");
	struct strbuf before, after;

	strbuf_init(&before, 1 << 20);
	strbuf_init(&after, 1 << 20);
	pty_quiet(&pty, 150);
	pty_dump(&pty, &before);
	pty_keys(&pty, "\f");
	pty_quiet(&pty, 150);
	pty_dump(&pty, &after);
	for (struct str a = strbuf_str(&before), b = strbuf_str(&after); !str_starts(a, looks);) {
		struct str was = str_cut(&a, '\n'), is = str_cut(&b, '\n');

		if (!str_eq(was, is))
			fail_msg("\n%.*s\n%.*s", STR_ARG(was), STR_ARG(is));
	}
	strbuf_finish(&before);
	strbuf_finish(&after);
}

static void test_sequences(void **state)
{
	static const struct control_plane_script emoji = {.furnish = furnish};
	static const int widths[] = {80, 120, 200};

	(void)state;
	control_plane_start(&stage, &emoji, 0);
	for (size_t w = 0; w < ARRAY_LEN(widths); w++) {
		dashboard_close();
		dashboard_start(
			&pty, &stage, &(struct dashboard_options){.rows = 40, .cols = widths[w]});
		pty_wait_text(&pty, "8 services");
		pty_keys(&pty, "2");
		for (size_t i = 0; i < ARRAY_LEN(titles); i++)
			pty_wait_text(&pty, titles[i].shown);
		check_repaint();
		pty_keys(&pty, "jjjjsn");
		check_repaint();
		pty_keys(&pty, "S/fa");
		pty_wait_text(&pty, "\342\232\241 fast");
		check_repaint();
		/* In a line that is typed, with the cursor before and behind it. */
		pty_keys(&pty, "\025\342\232\241\357\270\217x\360\237\207\251\360\237\207\252");
		pty_wait_text(&pty, "filter \342\232\241xDE");
		pty_keys(&pty, "\002\002\002");
		check_repaint();
		pty_keys(&pty, "\003");
		pty_wait_text(&pty, "\342\231\273 again");
		check_repaint();
		dashboard_quit();
	}
	control_plane_stop(&stage);
}

static int close_all(void **state)
{
	(void)state;
	dashboard_close();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_sequences, close_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
