/*
 * The table of places, and the dashboards that are at them (dashboard_pool.h). A failure shows the screen of the seat it
 * is about.
 */
#include "tests/support/dashboard_pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"

/* clang-format off */
#define PRESS(keys, shows) {keys, shows, false}
#define AS_NEEDED(keys, shows) {keys, shows, true}

const struct place shop_places[] = {
	{"Services", {PRESS("1", "SERVICE / VERSION")}, false, NULL},
	{"Pull requests", {PRESS("2", "#482")}, false, NULL},
	{"a pull request's service", {PRESS("2", "#482"), PRESS("g\033OCj", "#482")}, false, NULL},
	{"Sessions", {PRESS("3", "OWNER")}, false, NULL},
	{"pins", {PRESS(":pins qa-seats\r", "WHAT CHANGES")}, false, NULL},
	{"staged pins", {PRESS(":pins checkout-4f2k\r", "WHAT CHANGES"), PRESS("g-", "1 change staged")}, true, "a"},
	{"Requests", {PRESS("4", "WHY")}, false, NULL},
	{"a request", {PRESS(":logs\r", "Requests › all requests"), PRESS("G", "/find?q=yoga"), PRESS("\r", "upstream_ms")}, false, NULL},
	{"side by side", {PRESS(":requests version:pr-533\r", "Requests › version:pr-533"), PRESS("G", "/pay"), PRESS("v", "DIFFERENCE")}, false, NULL},
	{"Timeline", {PRESS("5", "WHAT IS DIFFERENT")}, false, NULL},
	{"Map", {PRESS("6", " outside ")}, false, NULL},
	{"Map of a service", {PRESS("6", " outside "), PRESS("g\033OCj\r", "CALLED BY")}, false, NULL},
	{"Learn", {PRESS("7", "Learn")}, false, NULL},
	{"Learn's rules", {PRESS("7", "Learn"), AS_NEEDED("\t", "reason: ")}, false, NULL},
	{"a field of the rules", {PRESS("7", "Learn"), AS_NEEDED("\t", "reason: "), PRESS("gj\r", "Enter apply")}, false, NULL},
	{"Learn's words", {PRESS("7", "Learn"), AS_NEEDED("\tg", "The whole: ")}, false, NULL},
	{"details", {PRESS(":version list state:unhealthy\r", "Services › Answer › "), PRESS("\r", "pinned by")}, false, NULL},
	{"explain", {PRESS(":version list state:unhealthy\r", "Services › Answer › "), PRESS("x", "because")}, false, NULL},
	{"QR code", {PRESS("3gyqr", "QR"), PRESS("\r", "QR code")}, false, NULL},
	{"answer", {PRESS(":version list\r", "Services › Answer › ")}, false, NULL},
	{"columns", {PRESS("C", "Services › Columns")}, false, NULL},
	{"help", {PRESS("?", "Services › Help")}, false, NULL},
	{"filter", {PRESS("/", "filter")}, false, NULL},
	{"find", {PRESS("f", "find")}, false, NULL},
	{"sort", {PRESS("s", "sort by")}, false, NULL},
	{"copy", {PRESS("gy", "umbra service show")}, false, NULL},
	{"palette", {PRESS(":", "Tab complete")}, false, NULL},
	{"chooser", {PRESS("gjjp", "which session?")}, true, NULL},
	{"prompt", {PRESS("3c", "name of the new session")}, true, "\r"},
	{"confirmation", {PRESS(":session end qa-seats\r", "Lost: its key")}, true, "y"},
	{"cost", {PRESS("\033[24~", "WHAT THIS DASHBOARD TAKES")}, false, NULL},
};

const struct place tab_places[] = {
	{"Services", {PRESS("1", " Services")}, false, NULL},
	{"Pull requests", {PRESS("2", " Pull requests")}, false, NULL},
	{"Sessions", {PRESS("3", " Sessions")}, false, NULL},
	{"Requests", {PRESS("4", " Requests")}, false, NULL},
	{"Timeline", {PRESS("5", " Timeline")}, false, NULL},
	{"Map", {PRESS("6", " Map")}, false, NULL},
	{"Learn", {PRESS("7", " Learn")}, false, NULL},
};
/* clang-format on */

const size_t shop_place_count = ARRAY_LEN(shop_places);
const size_t tab_place_count = ARRAY_LEN(tab_places);

struct seat seats[DASHBOARD_POOL_MAX];
size_t seat_count;
static const char *home_text;

/* Columns shows the same words, with a mark before them. */
static bool at_home(const struct pty *terminal)
{
	char row[PTY_ROW_SIZE];

	if (home_text)
		return pty_shows(terminal, home_text);
	pty_row(terminal, 3, row);
	return strncmp(row, "   SERVICE / VERSION", 20) == 0;
}

static void fail_at(const struct seat *seat, const char *after, const char *what)
{
	struct strbuf text, name;

	strbuf_init(&text, 1 << 20);
	strbuf_init(&name, 256);
	pty_dump(&seat->pty, &text);
	(void)fputs(text.data, stderr);
	for (; *after; after++)
		strbuf_addf(&name, *after > ' ' && *after < 0x7f ? "%c" : "\\%03o",
			(unsigned char)*after);
	fail_msg("in %s, after \"%s\": never seen: %s", seat->place->name, name.data, what);
}

static bool sees(const struct seat *seat, const char *text)
{
	return text ? pty_shows(&seat->pty, text) : at_home(&seat->pty);
}

/* Until it shows the text, or, with NULL, its home. `again` is pressed once more when nothing comes; may be NULL. */
static void wait_for(struct seat *seat, const char *text, const char *again, const char *after)
{
	int64_t deadline = time_monotonic_ms() + PTY_WAIT_MS;

	while (!sees(seat, text)) {
		if (time_monotonic_ms() > deadline)
			fail_at(seat, after, text ? text : "home");
		if (!pty_take(&seat->pty, again ? 60 : 20) && again)
			pty_keys(&seat->pty, again);
	}
}

static void take_step(size_t step, const char *after)
{
	for (size_t i = 0; i < seat_count; i++) {
		const struct way *way = &seats[i].place->way[step];

		if (way->keys && !way->again)
			pty_keys(&seats[i].pty, way->keys);
	}
	for (size_t i = 0; i < seat_count; i++) {
		const struct way *way = &seats[i].place->way[step];

		if (way->keys)
			wait_for(&seats[i], way->shows, way->again ? way->keys : NULL, after);
	}
}

void dashboard_pool_wait(const char *text, const char *after)
{
	for (size_t i = 0; i < seat_count; i++)
		wait_for(&seats[i], text, NULL, after);
}

void dashboard_pool_sit(const struct place *from, size_t count,
	const struct dashboard_options *options, const char *home)
{
	home_text = home;
	for (size_t i = 0; i < count; i++) {
		if (options->read_only && from[i].writes)
			continue;
		assert_true(seat_count < DASHBOARD_POOL_MAX);
		seats[seat_count].place = &from[i];
		dashboard_start(&seats[seat_count++].pty, &stage, options);
	}
	dashboard_pool_wait(NULL, "the start");
	for (size_t i = 0; i < seat_count; i++)
		pty_quiet(&seats[i].pty, i == 0 ? 150 : 20);
}

void dashboard_pool_go(const char *after)
{
	for (size_t step = 0; step < WAY_STEPS; step++)
		take_step(step, after);
}

/* Esc for a prompt, for what is open, and for what was begun there. */
void dashboard_pool_home(const char *after)
{
	for (size_t i = 0; i < seat_count; i++)
		pty_keys(&seats[i].pty, "\033\033\033\033"
					"1");
	dashboard_pool_wait(NULL, after);
}

void dashboard_pool_press(const char *keys)
{
	for (size_t i = 0; i < seat_count; i++)
		if (!seats[i].place->never || !strpbrk(keys, seats[i].place->never))
			pty_keys(&seats[i].pty, keys);
	for (size_t i = 0; i < seat_count; i++)
		(void)pty_take(&seats[i].pty, i == 0 ? 20 : 2);
}

void dashboard_pool_quit(void)
{
	for (size_t i = 0; i < seat_count; i++)
		pty_keys(&seats[i].pty, "q");
	for (size_t i = 0; i < seat_count; i++) {
		assert_int_equal(pty_wait_end(&seats[i].pty), 0);
		pty_check_restored(&seats[i].pty);
	}
}

int dashboard_pool_teardown(void **state)
{
	while (seat_count > 0)
		pty_finish(&seats[--seat_count].pty);
	return dashboard_teardown(state);
}
