/*
 * The reader of a worker's log: lines in any pieces, what is no line counted without losing the ones behind it,
 * and a line that comes twice taken once.
 */
#include "core/proxy/haproxy_log_socket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"

#define HUGE_LINE 100000

struct bench {
	struct event_base *base;
	struct log_socket *receiver;
	char path[64];
	char seen[64]; /* a letter for each line */
	int64_t lost;
	bool recorded; /* what is asked for was */
	bool ended;
};

static void on_line(
	void *arg, const struct source *source, enum log_kind kind, struct log_record *record)
{
	static const char letters[] = {
		[LOG_REQUEST] = 'R', [LOG_HEALTH] = 'H', [LOG_OTHER] = 'o', [LOG_MALFORMED] = '!'};
	struct bench *bench = arg;
	size_t len = strlen(bench->seen);

	(void)source;
	(void)record;
	assert_true(len + 1 < sizeof(bench->seen));
	bench->seen[len] = letters[kind];
}

static void on_lost(void *arg, int64_t count)
{
	((struct bench *)arg)->lost += count;
}

static bool on_recorded(void *arg, const struct log_record *record)
{
	(void)record;
	return ((struct bench *)arg)->recorded;
}

static void on_ended(void *arg, struct source *source)
{
	((struct bench *)arg)->ended = true;
	source_close(source);
}

static void bench_init(struct bench *bench)
{
	const struct log_socket_events events = {on_line, on_lost, on_recorded, on_ended, bench};

	*bench = (struct bench){.base = event_base_new()};
	snprintf(bench->path, sizeof(bench->path), P_tmpdir "/umbra-log-%d", (int)getpid());
	bench->receiver = log_socket_create(bench->base, &events);
	assert_non_null(bench->receiver);
}

static void bench_finish(struct bench *bench)
{
	log_socket_destroy(bench->receiver);
	event_base_free(bench->base);
	unlink(bench->path);
}

static int listen_at(const struct bench *bench)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	unlink(bench->path);
	assert_true(str_copy(address.sun_path, sizeof(address.sun_path), str_of(bench->path)));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void turn(struct bench *bench, int turns)
{
	for (int i = 0; i < turns; i++)
		event_base_loop(bench->base, EVLOOP_NONBLOCK);
}

/* Answers a reader of `kind` with the text, `piece` bytes at a time, and the end of the connection. */
static void send_all(struct bench *bench, enum source_kind kind, struct str text, size_t piece)
{
	char asked[64] = "";
	int listener = listen_at(bench), fd;

	bench->ended = false;
	assert_non_null(source_open(bench->receiver, bench->path, kind));
	turn(bench, 4);
	fd = accept(listener, NULL, NULL);
	assert_true(recv(fd, asked, sizeof(asked) - 1, 0) > 0);
	assert_string_equal(asked, "show events umbra:log -w\n");
	while (text.n > 0) {
		size_t len = text.n < piece ? text.n : piece;

		assert_int_equal(send(fd, text.p, len, MSG_NOSIGNAL), len);
		text = (struct str){text.p + len, text.n - len};
		turn(bench, 4);
	}
	close(fd);
	close(listener);
	turn(bench, 8);
	assert_true(bench->ended);
}

/* "#" stands for HUGE_LINE bytes. */
static void test_what_is_no_line(void **state)
{
	static const struct {
		const char *text;
		const char *seen;
	} cases[] = {
		{"", ""},
		{"ab\nabc\n", "oo"},
		{"ab\n\nabc\n", "oo"},
		{"R \nab\n", "!o"},
		/* Too long: counted once, and the next is read. */
		{"#\nab\n", "!o"},
		{"ab\n#\n##\nab\n", "o!!o"},
		/* Cut short. */
		{"a", "!"},
		{"ab\nabc", "o!"},
		{"#", "!"},
	};
	static const size_t pieces[] = {50000, 5000, 3};
	struct bench bench;
	struct strbuf text;

	(void)state;
	bench_init(&bench);
	strbuf_init(&text, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(cases) * ARRAY_LEN(pieces); i++) {
		size_t at = i / ARRAY_LEN(pieces);
		size_t piece = pieces[i % ARRAY_LEN(pieces)];

		if (piece == 3 && strchr(cases[at].text, '#') != NULL)
			continue;
		strbuf_reset(&text);
		for (const char *c = cases[at].text; *c != '\0'; c++)
			for (int n = *c == '#' ? HUGE_LINE : 1; n > 0; n--)
				strbuf_add_char(&text, *c == '#' ? 'x' : *c);
		memset(bench.seen, 0, sizeof(bench.seen));
		send_all(&bench, SOURCE_NEW, strbuf_str(&text), piece);
		if (strcmp(bench.seen, cases[at].seen) != 0)
			fail_msg("%s by %zu: %s", cases[at].text, piece, bench.seen);
	}
	assert_int_equal(bench.lost, 0);
	strbuf_finish(&text);
	bench_finish(&bench);
}

/* A line with this number of process 7. */
static void add_request(struct strbuf *text, int number)
{
	strbuf_addf(text,
		"R %d 7 179537906418%04d 1795379064189145 - 200 1 1 0 -- HTTP/1.1 GET cart v:0 "
		"[127.0.0.1]:1 no-pin - 7 - - - - - - - - / {h||}\n",
		number, number);
}

/* A log that is read a second time, and one that goes on. */
static void test_twice(void **state)
{
	struct bench bench;
	struct strbuf text;

	(void)state;
	bench_init(&bench);
	strbuf_init(&text, 1 << 20);
	for (int i = 0; i < 3; i++)
		add_request(&text, i);
	strbuf_add_c(&text, "Server cart/v:0 is DOWN.\n");
	send_all(&bench, SOURCE_NEW, strbuf_str(&text), 50000);
	assert_string_equal(bench.seen, "RRRH");
	/* What an earlier run has recorded; its word about health is an old one. */
	bench.recorded = true;
	send_all(&bench, SOURCE_AGAIN, strbuf_str(&text), 50000);
	assert_string_equal(bench.seen, "RRRHo");
	/* A log that is read as a whole each time. */
	bench.recorded = false;
	memset(bench.seen, 0, sizeof(bench.seen));
	for (int i = 0; i < 2; i++) {
		strbuf_reset(&text);
		for (int n = 10; n < 13 + i; n++)
			add_request(&text, n);
		log_socket_take(bench.receiver, text.data, text.len);
		assert_string_equal(bench.seen, i == 0 ? "RRR" : "RRRR");
	}
	assert_int_equal(bench.lost, 0);
	strbuf_finish(&text);
	bench_finish(&bench);
}

/* A log that begins with line 500: those before were overwritten, unless an earlier run has read as far. */
static void test_begins_late(void **state)
{
	struct bench bench;
	struct strbuf text;

	(void)state;
	for (int recorded = 0; recorded < 2; recorded++) {
		bench_init(&bench);
		bench.recorded = recorded == 1;
		strbuf_init(&text, 1 << 20);
		add_request(&text, 500);
		send_all(&bench, SOURCE_AGAIN, strbuf_str(&text), 50000);
		assert_string_equal(bench.seen, recorded == 1 ? "" : "R");
		assert_int_equal(bench.lost, recorded == 1 ? 0 : -1);
		strbuf_finish(&text);
		bench_finish(&bench);
	}
}

/* Numbers come in any order, one may come twice in another's place, and those that never come are lost. */
static void test_counts(void **state)
{
	static const int64_t numbers[] = {2, 0, 1, 5, 3, 7, 7};
	struct line_counts counts = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		assert_int_equal(line_counts_add(&counts, 7, numbers[i]), i == 0);
	assert_int_equal(line_counts_check(&counts), 0);
	assert_int_equal(line_counts_check(&counts), 1);
	assert_int_equal(line_counts_check(&counts), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_no_line),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_begins_late),
		cmocka_unit_test(test_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
