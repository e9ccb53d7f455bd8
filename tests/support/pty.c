/*
 * The terminal of the screen tests, see pty.h. One program a pty; the test's process is the terminal.
 */
#include "tests/support/pty.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"

enum { RAW_MAX = 256 * 1024, FRAME_GAP_MS = 8 };

/* ---- libvterm ---- */

static int on_property(VTermProp property, VTermValue *value, void *arg)
{
	struct pty *pty = arg;

	if (property == VTERM_PROP_ALTSCREEN)
		pty->alternate = value->boolean;
	else if (property == VTERM_PROP_MOUSE)
		pty->mouse = value->number != 0;
	return 1;
}

static const VTermScreenCallbacks screen_callbacks = {.settermprop = on_property};

static void make_terminal(struct pty *pty, int rows, int cols)
{
	pty->rows = rows;
	pty->cols = cols;
	pty->vterm = vterm_new(rows, cols);
	vterm_set_utf8(pty->vterm, 1);
	pty->screen = vterm_obtain_screen(pty->vterm);
	vterm_screen_set_callbacks(pty->screen, &screen_callbacks, pty);
	vterm_screen_enable_altscreen(pty->screen, 1);
	vterm_screen_reset(pty->screen, 1);
}

/* ---- the program ---- */

static void run_program(const struct pty *pty, const char *const *argv, const char *const *env)
{
	/* A shell in whose background the tests run has some of them ignored, and that is handed on. */
	for (int number = 1; number < NSIG; number++)
		(void)signal(number, SIG_DFL);
	(void)setsid();
	(void)ioctl(pty->slave, TIOCSCTTY, 0);
	for (int fd = 0; fd < 3; fd++)
		(void)dup2(pty->slave, fd);
	if (pty->slave > 2)
		close(pty->slave);
	close(pty->master);
	for (; env && *env; env++) {
		char *copy = xstrdup(*env);
		char *equals = strchr(copy, '=');

		*equals = '\0';
		if (equals[1] != '\0')
			(void)setenv(copy, equals + 1, 1);
		else
			(void)unsetenv(copy);
	}
	(void)execv(argv[0], (char *const *)(uintptr_t)argv);
	(void)dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

void pty_start(struct pty *pty, int rows, int cols, const char *const *argv, const char *const *env)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

	memset(pty, 0, sizeof(*pty));
	strbuf_init(&pty->raw, RAW_MAX);
	if (openpty(&pty->master, &pty->slave, NULL, NULL, &size) != 0)
		fail_msg("no pty: %s", strerror(errno));
	(void)fcntl(pty->master, F_SETFD, FD_CLOEXEC);
	(void)fcntl(pty->slave, F_SETFD, FD_CLOEXEC);
	(void)fcntl(pty->master, F_SETFL, O_NONBLOCK);
	make_terminal(pty, rows, cols);
	pty->pid = fork();
	if (pty->pid == 0)
		run_program(pty, argv, env);
	assert_true(pty->pid > 0);
}

void pty_finish(struct pty *pty)
{
	if (!pty->ended && pty->pid > 0) {
		(void)kill(pty->pid, SIGKILL);
		(void)kill(pty->pid, SIGCONT);
		(void)waitpid(pty->pid, &pty->status, 0);
	}
	close(pty->master);
	close(pty->slave);
	vterm_free(pty->vterm);
	strbuf_finish(&pty->raw);
}

void pty_keys(struct pty *pty, const char *bytes)
{
	size_t len = strlen(bytes);

	while (len > 0) {
		ssize_t n = write(pty->master, bytes, len);

		if (n < 0 && errno == EAGAIN) {
			(void)pty_read(pty, 10);
			continue;
		}
		assert_true(n > 0);
		bytes += n;
		len -= (size_t)n;
	}
}

void pty_resize(struct pty *pty, int rows, int cols)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

	pty->rows = rows;
	pty->cols = cols;
	vterm_set_size(pty->vterm, rows, cols);
	assert_int_equal(ioctl(pty->master, TIOCSWINSZ, &size), 0);
}

void pty_signal(struct pty *pty, int number)
{
	assert_int_equal(kill(pty->pid, number), 0);
}

/* ---- what it writes ---- */

static void keep(struct pty *pty, const char *bytes, size_t len)
{
	if (pty->raw.len + len > RAW_MAX)
		strbuf_reset(&pty->raw);
	strbuf_add(&pty->raw, bytes, len);
}

static void answer_queries(struct pty *pty)
{
	char block[256];
	size_t n;

	while ((n = vterm_output_read(pty->vterm, block, sizeof(block))) > 0)
		pty->asked += n;
}

/* libvterm passes over this one. The program may be too busy to read: the answer is short enough to wait in the pty. */
static void answer_ground(struct pty *pty, const char *bytes, size_t len)
{
	static const char question[] = "\033]11;?";
	char answer[128];

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] != question[pty->question])
			pty->question = bytes[i] == question[0];
		else if (question[++pty->question] == '\0') {
			pty->question = 0;
			pty->ground_asked++;
			if (!pty->ground)
				continue;
			(void)snprintf(answer, sizeof(answer), "\033]11;%s\033\\", pty->ground);
			assert_true(write(pty->master, answer, strlen(answer)) > 0);
		}
	}
}

static bool take(struct pty *pty)
{
	char block[16384];
	ssize_t n = read(pty->master, block, sizeof(block));

	if (n <= 0)
		return false;
	pty->bytes += (uint64_t)n;
	pty->last_ns = time_monotonic_ns();
	keep(pty, block, (size_t)n);
	answer_ground(pty, block, (size_t)n);
	(void)vterm_input_write(pty->vterm, block, (size_t)n);
	answer_queries(pty);
	return true;
}

bool pty_read(struct pty *pty, int ms)
{
	struct pollfd fd = {.fd = pty->master, .events = POLLIN};
	bool any = false;

	while (poll(&fd, 1, any ? FRAME_GAP_MS : ms) > 0 && (fd.revents & POLLIN) && take(pty))
		any = true;
	if (any)
		pty->frames++;
	return any;
}

bool pty_take(struct pty *pty, int ms)
{
	struct pollfd fd = {.fd = pty->master, .events = POLLIN};
	bool any = false;

	while (poll(&fd, 1, any ? 0 : ms) > 0 && (fd.revents & POLLIN) && take(pty))
		any = true;
	return any;
}

void pty_quiet(struct pty *pty, int ms)
{
	int64_t deadline = time_monotonic_ms() + PTY_WAIT_MS;

	while (pty_read(pty, ms))
		if (time_monotonic_ms() > deadline)
			fail_msg("the program does not fall silent");
}

static void fail_with_screen(const struct pty *pty, const char *what, const char *text)
{
	struct strbuf dump;

	strbuf_init(&dump, 1 << 20);
	pty_dump(pty, &dump);
	(void)fputs(dump.data, stderr);
	strbuf_finish(&dump);
	fail_msg("%s \"%s\"", what, text);
}

/* What the kernel says of a program that does not end: its state, and which signals it waits for or has missed. */
static void show_process(const struct pty *pty)
{
	char path[64], line[256];
	FILE *status;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pty->pid);
	status = fopen(path, "r");
	while (status && fgets(line, sizeof(line), status))
		if (strncmp(line, "State", 5) == 0 || strncmp(line, "Sig", 3) == 0 ||
			strncmp(line, "Shd", 3) == 0)
			(void)fputs(line, stderr);
	if (status)
		(void)fclose(status);
}

void pty_wait_text(struct pty *pty, const char *text)
{
	int64_t deadline = time_monotonic_ms() + PTY_WAIT_MS;

	while (!pty_shows(pty, text)) {
		if (time_monotonic_ms() > deadline)
			fail_with_screen(pty, "never seen:", text);
		(void)pty_read(pty, 100);
	}
}

void pty_wait_gone(struct pty *pty, const char *text)
{
	int64_t deadline = time_monotonic_ms() + PTY_WAIT_MS;

	while (pty_shows(pty, text)) {
		if (time_monotonic_ms() > deadline)
			fail_with_screen(pty, "still there:", text);
		(void)pty_read(pty, 100);
	}
}

int pty_wait_end(struct pty *pty)
{
	int64_t deadline = time_monotonic_ms() + PTY_WAIT_MS;

	while (!pty->ended) {
		if (waitpid(pty->pid, &pty->status, WNOHANG) == pty->pid)
			pty->ended = true;
		else if (time_monotonic_ms() > deadline) {
			show_process(pty);
			fail_with_screen(pty, "the program", "does not end");
		}
		(void)pty_read(pty, pty->ended ? 20 : 10);
	}
	return WIFEXITED(pty->status) ? WEXITSTATUS(pty->status) : 128 + WTERMSIG(pty->status);
}

/* ---- looking ---- */

static size_t put_utf8(uint32_t c, char *dst)
{
	if (c < 0x80) {
		dst[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		dst[0] = (char)(0xc0 | c >> 6);
		dst[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		dst[0] = (char)(0xe0 | c >> 12);
		dst[1] = (char)(0x80 | (c >> 6 & 63));
		dst[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	dst[0] = (char)(0xf0 | c >> 18);
	dst[1] = (char)(0x80 | (c >> 12 & 63));
	dst[2] = (char)(0x80 | (c >> 6 & 63));
	dst[3] = (char)(0x80 | (c & 63));
	return 4;
}

static bool get_cell(const struct pty *pty, int row, int col, VTermScreenCell *cell)
{
	VTermPos at = {.row = row, .col = col};

	return vterm_screen_get_cell(pty->screen, at, cell) != 0;
}

void pty_row(const struct pty *pty, int row, char dst[PTY_ROW_SIZE])
{
	size_t len = 0;
	VTermScreenCell cell;

	for (int col = 0; col < pty->cols && get_cell(pty, row, col, &cell);
		col += cell.width > 0 ? cell.width : 1) {
		if (cell.chars[0] == 0)
			dst[len++] = ' ';
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0 &&
				len + 8 < PTY_ROW_SIZE;
			i++)
			len += put_utf8(cell.chars[i], dst + len);
	}
	while (len > 0 && dst[len - 1] == ' ')
		len--;
	dst[len] = '\0';
}

bool pty_shows(const struct pty *pty, const char *text)
{
	char row[PTY_ROW_SIZE];

	for (int i = 0; i < pty->rows; i++) {
		pty_row(pty, i, row);
		if (strstr(row, text))
			return true;
	}
	return false;
}

/* One look of a cell, as a word of the legend. */
static void describe_colour(char *dst, size_t size, const VTermColor *colour)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(colour) || VTERM_COLOR_IS_DEFAULT_BG(colour))
		(void)snprintf(dst, size, "-");
	else if (VTERM_COLOR_IS_INDEXED(colour))
		(void)snprintf(dst, size, "%d", colour->indexed.idx);
	else
		(void)snprintf(dst, size, "#%02x%02x%02x", colour->rgb.red, colour->rgb.green,
			colour->rgb.blue);
}

/* The look of the first cell, that of the ground, is a dot, so that what stands out stands out. */
static const char letters[] = ".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

enum { LOOK_SIZE = 96, LOOKS_MAX = 60 };

static void describe_look(char dst[LOOK_SIZE], const VTermScreenCell *cell)
{
	char ink[16], ground[16];

	describe_colour(ink, sizeof(ink), &cell->fg);
	describe_colour(ground, sizeof(ground), &cell->bg);
	(void)snprintf(dst, LOOK_SIZE, "%s on %s%s%s%s%s", ink, ground,
		cell->attrs.bold ? " bold" : "", cell->attrs.underline ? " underline" : "",
		cell->attrs.reverse ? " reverse" : "", cell->attrs.italic ? " italic" : "");
}

static char letter_of(char looks[LOOKS_MAX][LOOK_SIZE], int *count, const VTermScreenCell *cell)
{
	char look[LOOK_SIZE];
	int i = 0;

	describe_look(look, cell);
	while (i < *count && strcmp(looks[i], look) != 0)
		i++;
	if (i == LOOKS_MAX)
		return '?';
	if (i == *count)
		memcpy(looks[(*count)++], look, LOOK_SIZE);
	return letters[i];
}

static void dump_looks(const struct pty *pty, struct strbuf *out)
{
	char looks[LOOKS_MAX][LOOK_SIZE];
	int count = 0;

	for (int row = 0; row < pty->rows; row++) {
		VTermScreenCell cell;
		size_t from = out->len;
		size_t last = 0;

		for (int col = 0; col < pty->cols && get_cell(pty, row, col, &cell); col++) {
			char letter = letter_of(looks, &count, &cell);

			strbuf_add_char(out, letter);
			if (letter != '.')
				last = out->len - from;
		}
		strbuf_truncate(out, from + last);
		strbuf_add_char(out, '\n');
	}
	for (int i = 0; i < count; i++)
		strbuf_addf(out, "%c  %s\n", letters[i], looks[i]);
}

void pty_dump(const struct pty *pty, struct strbuf *out)
{
	char row[PTY_ROW_SIZE];

	for (int i = 0; i < pty->rows; i++) {
		pty_row(pty, i, row);
		strbuf_addf(out, "%s\n", row);
	}
	strbuf_addf(out, "---- looks ----\n");
	dump_looks(pty, out);
}

/* Where the last of it stands in the output, 0: nowhere. */
static size_t last_of(const struct pty *pty, const char *sequence)
{
	size_t last = 0;

	for (const char *at = pty->raw.data; (at = strstr(at, sequence)) != NULL; at++)
		last = (size_t)(at - pty->raw.data) + 1;
	return last;
}

void pty_check_restored(const struct pty *pty)
{
	struct termios modes;

	assert_int_equal(tcgetattr(pty->slave, &modes), 0);
	assert_true(modes.c_lflag & ICANON);
	assert_true(modes.c_lflag & ECHO);
	assert_true(modes.c_lflag & ISIG);
	assert_true(modes.c_oflag & OPOST);
	/* Not asked of libvterm: it takes visibility back with the cursor's place (DECRC), terminals do not. */
	assert_true(last_of(pty, "\033[?25h") >= last_of(pty, "\033[?25l"));
	assert_false(pty->alternate);
	assert_false(pty->mouse);
}

/* ---- goldens ---- */

static void read_file(const char *path, struct strbuf *out)
{
	FILE *file = fopen(path, "r");
	char block[4096];
	size_t n;

	if (!file)
		return;
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		strbuf_add(out, block, n);
	(void)fclose(file);
}

static void write_file(const char *path, struct str text)
{
	FILE *file = fopen(path, "w");

	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	assert_int_equal(fwrite(text.p, 1, text.n, file), text.n);
	assert_int_equal(fclose(file), 0);
}

/* The first line that differs, both ways. */
static void tell_difference(const char *path, struct str golden, struct str now)
{
	for (int line = 1; golden.n > 0 || now.n > 0; line++) {
		struct str a = str_cut(&golden, '\n');
		struct str b = str_cut(&now, '\n');

		if (!str_eq(a, b)) {
			print_message("%s:%d\n  golden: %.*s\n  now:    %.*s\n", path, line,
				STR_ARG(a), STR_ARG(b));
			return;
		}
	}
}

static void update_golden(struct pty *pty, const char *path)
{
	struct strbuf now;

	pty_quiet(pty, 400);
	strbuf_init(&now, 1 << 20);
	pty_dump(pty, &now);
	write_file(path, strbuf_str(&now));
	strbuf_finish(&now);
}

void pty_check_golden(struct pty *pty, const char *name)
{
	const char *update = getenv("UPDATE_GOLDEN");
	int64_t deadline = time_monotonic_ms() + PTY_WAIT_MS / 2;
	char path[512];
	struct strbuf golden, now;
	bool same;

	(void)snprintf(path, sizeof(path), "tests/screen/golden/%s.txt", name);
	if (update && update[0] == '1')
		update_golden(pty, path);
	strbuf_init(&golden, 1 << 20);
	strbuf_init(&now, 1 << 20);
	read_file(path, &golden);
	do {
		(void)pty_read(pty, 20);
		strbuf_reset(&now);
		pty_dump(pty, &now);
		same = str_eq(strbuf_str(&golden), strbuf_str(&now));
	} while (!same && golden.len > 0 && time_monotonic_ms() < deadline);
	if (!same)
		tell_difference(path, strbuf_str(&golden), strbuf_str(&now));
	if (!same && golden.len > 0)
		print_message("make screens-update rewrites the goldens\n");
	strbuf_finish(&golden);
	strbuf_finish(&now);
	if (!same)
		fail_msg("the screen is not as in %s", path);
}
