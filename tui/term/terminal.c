/*
 * The one place that owns the terminal: curses, colour depth, keys, size, suspending. Called by the app.
 *
 * Between terminal_create() and terminal_destroy() the terminal is ours; a frame is everything drawn between
 * two terminal_show(), and goes out as one burst, between the marks of synchronized output (DEC mode 2026)
 * where the terminal is one that knows private modes.
 */
#include "tui/term/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/base/time.h"

#include "tui/term/theme_attrs.h"
#include "tui/term/key_decode.h"
#include "tui/term/cell_buffer.h"
#include "tui/term/keys.h"
#include "tui/term/crash_restore.h"

#define SYNC_BEGIN "\033[?2026h"
#define SYNC_END "\033[?2026l"
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
/* Presses and motion while a button is down (xterm's 1000 and 1002), in SGR form where that is known (1006). */
#define MOUSE_ON "\033[?1000h\033[?1002h\033[?1006h"
#define MOUSE_OFF "\033[?1002l\033[?1000l\033[?1006l"

/* What colour is behind the text? The answer has the same form (xterm's ctlseqs, OSC 11). */
#define ASK_GROUND "\033]11;?\a"
enum { ANSWER_WAIT_MS = 200 };

struct terminal {
	SCREEN *curses;
	FILE *out; /* the terminal, for curses */
	int frame; /* memory that stands in its place while a frame is made; -1: there is none */
	char *bytes; /* of the frame, on their way */
	size_t bytes_cap;
	WINDOW *keys; /* a pad that is in keypad mode: stdscr would be painted with it */
	struct theme_attrs colours;
	struct cell_buffer grid;
	struct theme theme;
	enum depth depth;
	bool ascii;
	bool modern; /* private modes are understood, or swallowed */
	bool pastes; /* bracketed paste is on */
	bool mouse; /* ours: what it does comes as keys */
	bool no_sync;
	struct decoder decoder;
	int64_t asked_ms; /* monotonic: when the terminal was asked for its ground; 0: it was not */
	uint64_t sent_bytes;
	uint64_t frames;
	bool anew; /* the next frame is painted over everything */
	int rows, cols;
};

/* The keys that are not characters, as terminfo names them; kf1 to kf12 beside them. */
static const struct {
	const char *name;
	int32_t key;
} capabilities[] = {
	{"kcuu1", KEYS_UP},
	{"kcud1", KEYS_DOWN},
	{"kcub1", KEYS_LEFT},
	{"kcuf1", KEYS_RIGHT},
	{"khome", KEYS_HOME},
	{"kend", KEYS_END},
	{"kpp", KEYS_PAGE_UP},
	{"knp", KEYS_PAGE_DOWN},
	{"kbs", KEYS_BACKSPACE},
	{"kdch1", KEYS_DELETE},
	{"kcbt", KEYS_BACK_TAB},
	{"kri", KEYS_SHIFT_UP},
	{"kind", KEYS_SHIFT_DOWN},
	{"kent", KEYS_ENTER},
};

/* A terminal that is gone is told by SIGHUP. */
static void send_bytes(const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t written = write(STDOUT_FILENO, bytes, len);

		if (written < 0 && errno != EINTR)
			return;
		bytes += written > 0 ? written : 0;
		len -= written > 0 ? (size_t)written : 0;
	}
}

static void send_now(const char *bytes)
{
	send_bytes(bytes, strlen(bytes));
}

/* "" when the terminal has none. */
static const char *capability(const char *name)
{
	const char *text = tigetstr(name);

	return text == NULL || text == (const char *)-1 ? "" : text;
}

/* A capability of terminfo without its padding; "" when there is none. */
static void add_capability(struct strbuf *out, const char *name)
{
	const char *text = capability(name);

	while (*text != '\0') {
		const char *end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;

		if (end)
			text = end + 1;
		else
			strbuf_add_char(out, *text++);
	}
}

static void arm(const struct terminal *screen)
{
	struct strbuf sequence;

	strbuf_init(&sequence, 400);
	if (screen->modern)
		strbuf_add_c(&sequence, SYNC_END PASTE_OFF MOUSE_OFF);
	add_capability(&sequence, "sgr0");
	add_capability(&sequence, "cnorm");
	add_capability(&sequence, "rmkx");
	add_capability(&sequence, "rmcup");
	strbuf_add_c(&sequence, "\r\n");
	crash_restore_arm(sequence.data ? sequence.data : "");
	strbuf_finish(&sequence);
}

static enum depth depth_of(void)
{
	const char *no_color = getenv("NO_COLOR");

	if ((no_color && no_color[0] != '\0') || !has_colors())
		return DEPTH_MONO;
	/* terminfo's xterm-direct and the like; the others have a palette. */
	return COLORS > 256 ? DEPTH_DIRECT : COLORS == 256 ? DEPTH_256 : DEPTH_16;
}

static void apply_theme(struct terminal *screen)
{
	attr_t attributes;

	theme_attrs_init(&screen->colours, &screen->theme, screen->depth, COLORS);
	attributes = screen->colours.attributes[ROLE_BASE];
	if (screen->depth != DEPTH_MONO)
		attributes |= (attr_t)COLOR_PAIR(screen->colours.pairs[ROLE_BASE]);
	wbkgdset(stdscr,
		(chtype)(attributes | ' ')); /* curses clears what is behind curscr with it */
	wbkgdset(newscr, (chtype)(attributes | ' '));
	terminal_repaint(screen);
}

/*
 * C-s would stop the output, and with it the loop; C-v and C-o would not come through; C-c would end the program,
 * and whatever runs with it (make, a demo), from within a line that is typed.
 */
static void free_control_keys(void)
{
	struct termios modes;

	if (tcgetattr(STDIN_FILENO, &modes) != 0)
		return;
	modes.c_iflag &= ~(tcflag_t)IXON;
	modes.c_lflag &= ~(tcflag_t)IEXTEN;
	modes.c_cc[VINTR] = _POSIX_VDISABLE;
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &modes);
	(void)def_prog_mode();
}

static void set_modes(struct terminal *screen)
{
	(void)cbreak();
	(void)noecho();
	(void)nonl();
	free_control_keys();
	(void)curs_set(0);
	(void)idlok(stdscr, TRUE);
	(void)leaveok(newscr, TRUE);
	(void)typeahead(-1); /* a frame is whole, also while someone types */
	screen->keys = newpad(1, 1);
	(void)keypad(screen->keys, TRUE);
	if (has_colors()) {
		(void)start_color();
		(void)use_default_colors();
	}
}

static void know_keys(struct decoder *decoder)
{
	key_decode_init(decoder);
	for (size_t i = 0; i < ARRAY_LEN(capabilities); i++)
		key_decode_know(decoder, capability(capabilities[i].name), capabilities[i].key);
	for (int i = 0; i < 12; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "kf%d", i + 1);
		key_decode_know(decoder, capability(name), KEYS_F1 + i);
	}
}

static bool can_move_cursor(const char *term)
{
	int rc = 0;
	const char *cup;

	if (!term || !*term || setupterm(NULL, STDOUT_FILENO, &rc) != OK)
		return false;
	cup = tigetstr("cup");
	(void)del_curterm(cur_term); /* newterm() makes one of its own */
	return cup != NULL;
}

bool terminal_can_show(struct errbuf *eb)
{
	const char *term = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(eb, ERR_USAGE,
			"the dashboard needs a terminal; `umbra --once` prints what it shows to "
			"anything");
		return false;
	}
	if (!can_move_cursor(term)) {
		err_set(eb, ERR_USAGE,
			"the terminal \"%s\" cannot move its cursor; `umbra --plain` tells what is "
			"and what changes line by line, `umbra --once` prints it once",
			term ? term : "");
		return false;
	}
	return true;
}

static void close_output(struct terminal *screen)
{
	if (screen->out)
		(void)fclose(screen->out);
	if (screen->frame >= 0)
		close(screen->frame);
	free(screen->bytes);
}

/* Whether what curses writes stays in memory, until terminal_show() sends it; else it goes to the terminal. */
static void hold_output(const struct terminal *screen, bool held)
{
	if (screen->frame >= 0)
		(void)dup3(held ? screen->frame : STDOUT_FILENO, fileno(screen->out), O_CLOEXEC);
}

/*
 * Until it has come back from endwin() once, curses (6.4, _nc_mvcur) takes the program for one that only moves the
 * cursor, and writes at each move: 140 times for a page. So it goes and comes back, and the terminal does not hear.
 */
static void start_running(struct terminal *screen)
{
	hold_output(screen, true);
	if (screen->frame < 0)
		return;
	(void)endwin();
	(void)doupdate();
	(void)lseek(screen->frame, 0, SEEK_SET);
	terminal_repaint(screen);
}

/* ---- what comes in ---- */

static bool is_readable(int ms)
{
	struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&fd, 1, ms) > 0 && (fd.revents & POLLIN) != 0;
}

static bool read_bytes(struct terminal *screen, int64_t now_ms)
{
	char block[KEY_DECODE_BYTES];
	ssize_t n = 0;

	if (is_readable(0))
		n = read(STDIN_FILENO, block, key_decode_room(&screen->decoder));
	if (n > 0)
		key_decode_add(&screen->decoder, (struct str){block, (size_t)n}, now_ms);
	return n > 0;
}

bool terminal_key(struct terminal *screen, int32_t *ret_key)
{
	int64_t now = time_monotonic_ms();

	return key_decode_next(&screen->decoder, now, ret_key) ||
	       (read_bytes(screen, now) && key_decode_next(&screen->decoder, now, ret_key));
}

bool terminal_has_input(const struct terminal *screen)
{
	return key_decode_holds(&screen->decoder) || is_readable(0);
}

int64_t terminal_key_wait_ms(const struct terminal *screen)
{
	return key_decode_wait_ms(&screen->decoder, time_monotonic_ms());
}

static void take_pastes(struct terminal *screen, bool on)
{
	if (!screen->modern || screen->pastes == on)
		return;
	screen->pastes = on;
	send_now(on ? PASTE_ON : PASTE_OFF);
}

/* ---- its ground ---- */

/* Not GNU screen, and not what is no kin of xterm: Linux' console is known to be dark. */
bool terminal_can_ask(const struct terminal *screen)
{
	struct str term = str_of(getenv("TERM"));
	bool in_screen = str_of(getenv("STY")).n > 0 ||
			 (str_starts(term, STR_LIT("screen")) && str_of(getenv("TMUX")).n == 0);

	return screen->depth != DEPTH_MONO && !in_screen && !str_starts(term, STR_LIT("linux")) &&
	       (screen->modern || str_starts(term, STR_LIT("xterm")) ||
		       str_starts(term, STR_LIT("rxvt")));
}

void terminal_ask_ground(struct terminal *screen)
{
	screen->asked_ms = time_monotonic_ms();
	screen->decoder.asked = true;
	send_now(ASK_GROUND);
}

const char *terminal_answer(const struct terminal *screen)
{
	return screen->decoder.answer;
}

/* At the end: an answer that is still on its way would be typed into the shell. */
static void take_answer(struct terminal *screen)
{
	int64_t deadline = screen->asked_ms + ANSWER_WAIT_MS;
	int64_t now = time_monotonic_ms();
	int32_t key;

	while (screen->decoder.asked && now < deadline && is_readable((int)(deadline - now))) {
		while (terminal_key(screen, &key))
			;
		now = time_monotonic_ms();
	}
}

/* ---- beginning and end ---- */

struct terminal *terminal_create(const struct theme *theme, struct errbuf *eb)
{
	struct terminal *screen;

	(void)setlocale(LC_ALL, "");
	/* With these two in the environment curses would keep a size that is not the terminal's. */
	(void)unsetenv("LINES");
	(void)unsetenv("COLUMNS");
	if (!terminal_can_show(eb))
		return NULL;
	crash_restore_remember();
	screen = xcalloc(1, sizeof(*screen));
	screen->frame = -1;
	screen->out = fdopen(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), "w");
	if (screen->out)
		screen->curses = newterm(NULL, screen->out, stdin);
	if (!screen->curses) {
		close_output(screen);
		free(screen);
		err_set(eb, ERR_USAGE, "the terminal could not be set up");
		return NULL;
	}
	screen->frame = memfd_create("frame", MFD_CLOEXEC);
	set_modes(screen);
	know_keys(&screen->decoder);
	screen->theme = *theme;
	screen->depth = depth_of();
	screen->ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	screen->modern = COLORS >= 256;
	getmaxyx(stdscr, screen->rows, screen->cols);
	arm(screen);
	crash_restore_hold_stderr();
	apply_theme(screen);
	cell_buffer_resize(
		&screen->grid, screen->rows, screen->cols, &screen->colours.blanks[ROLE_BASE]);
	start_running(screen);
	take_pastes(screen, true);
	return screen;
}

void terminal_destroy(struct terminal *screen)
{
	if (!screen)
		return;
	take_answer(screen);
	take_pastes(screen, false);
	(void)terminal_mouse(screen, false);
	crash_restore_disarm();
	(void)delwin(screen->keys);
	hold_output(screen, false);
	(void)endwin();
	crash_restore_release_stderr();
	delscreen(screen->curses);
	close_output(screen);
	cell_buffer_finish(&screen->grid);
	free(screen);
}

void terminal_set_theme(struct terminal *screen, const struct theme *theme)
{
	screen->theme = *theme;
	apply_theme(screen);
}

/* ---- the mouse ---- */

/* Not by mousemask(): curses would read a report to its end, however long that takes. */
bool terminal_mouse(struct terminal *screen, bool ours)
{
	if (!screen->modern || screen->mouse == ours)
		return screen->mouse;
	if (*capability("kmous") == '\0')
		return false; /* terminfo knows of none */
	send_now(ours ? MOUSE_ON : MOUSE_OFF);
	screen->mouse = ours;
	return ours;
}

const struct pointer *terminal_pointer(const struct terminal *screen)
{
	return &screen->decoder.pointer;
}

void terminal_no_sync(struct terminal *screen)
{
	screen->no_sync = true;
}

void terminal_cost(const struct terminal *screen, uint64_t *ret_bytes, uint64_t *ret_frames)
{
	*ret_bytes = screen->sent_bytes;
	*ret_frames = screen->frames;
}

bool terminal_send(struct terminal *screen, struct str sequence)
{
	if (screen->modern)
		send_bytes(sequence.p, sequence.n);
	return screen->modern;
}

struct canvas terminal_canvas(struct terminal *screen, int64_t now_ms, int64_t *next_change_ms)
{
	struct canvas canvas;

	memset(&canvas, 0, sizeof(canvas));
	canvas.colours = &screen->colours;
	canvas.grid = &screen->grid;
	canvas.rows = screen->rows;
	canvas.cols = screen->cols;
	canvas.ascii = screen->ascii;
	canvas.now_ms = now_ms;
	canvas.next_change_ms = next_change_ms;
	return canvas;
}

/*
 * curses writes whenever it moves the cursor: three dozen times for a key. So it makes the frame in memory,
 * and what is there goes out at once.
 */
static void send_frame(struct terminal *screen)
{
	const struct str begin = STR_LIT(SYNC_BEGIN);
	const struct str end = STR_LIT(SYNC_END);
	off_t len = lseek(screen->frame, 0, SEEK_CUR);
	bool marked = screen->modern && !screen->no_sync;
	size_t at = marked ? begin.n : 0;
	ssize_t got;

	if (len <= 0)
		return;
	array_reserve(&screen->bytes, &screen->bytes_cap, begin.n + (size_t)len + end.n, 1);
	memcpy(screen->bytes, begin.p, at);
	got = pread(screen->frame, screen->bytes + at, (size_t)len, 0);
	at += got > 0 ? (size_t)got : 0;
	if (marked) {
		memcpy(screen->bytes + at, end.p, end.n);
		at += end.n;
	}
	(void)lseek(screen->frame, 0, SEEK_SET);
	send_bytes(screen->bytes, at);
	screen->sent_bytes += at;
	screen->frames++;
}

void terminal_show(struct terminal *screen)
{
	/* Straight into what curses compares with the terminal: a window between would be a copy more. */
	cell_buffer_give(&screen->grid, newscr);
	/* What is as it was sends nothing, not even the marks. */
	if (!screen->anew && !is_wintouched(newscr))
		return;
	(void)doupdate();
	screen->anew = false;
	if (screen->frame >= 0)
		send_frame(screen);
}

bool terminal_resize(struct terminal *screen)
{
	struct winsize size = {0};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
		return false;
	if (size.ws_row == screen->rows && size.ws_col == screen->cols)
		return false;
	if (resizeterm(size.ws_row, size.ws_col) != OK)
		return false;
	getmaxyx(stdscr, screen->rows, screen->cols);
	cell_buffer_resize(
		&screen->grid, screen->rows, screen->cols, &screen->colours.blanks[ROLE_BASE]);
	screen->anew = true;
	(void)werase(newscr);
	return true;
}

void terminal_repaint(struct terminal *screen)
{
	screen->anew = true;
	cell_buffer_forget(&screen->grid);
	(void)werase(newscr);
	(void)clearok(curscr, TRUE);
}

void terminal_suspend(struct terminal *screen)
{
	bool mouse = screen->mouse;

	take_pastes(screen, false);
	(void)terminal_mouse(screen, false);
	hold_output(screen, false);
	(void)endwin();
	crash_restore_release_stderr();
	(void)raise(SIGSTOP);
	crash_restore_hold_stderr();
	(void)reset_prog_mode();
	hold_output(screen, true);
	(void)terminal_resize(screen);
	take_pastes(screen, true);
	(void)terminal_mouse(screen, mouse);
	terminal_repaint(screen);
}
