/* The log's socket: lines in any pieces, and what is no line counted without losing the ones behind it. */
#include "core/proxy/haproxy_receiver.h"

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

#include "core/base/mem.h"
#include "core/base/strbuf.h"

#define HUGE_LINE 100000

struct bench {
	struct event_base *base;
	struct receiver *receiver;
	char path[64];
	char leaving[64];
	char seen[64]; /* a letter for each line */
};

static void on_line(void *arg, enum log_kind kind, struct log_record *record)
{
	static const char letters[] = {
		[LOG_REQUEST] = 'R', [LOG_HEALTH] = 'H', [LOG_OTHER] = 'o', [LOG_MALFORMED] = '!'};
	struct bench *bench = arg;
	size_t len = strlen(bench->seen);

	(void)record;
	assert_true(len + 1 < sizeof(bench->seen));
	bench->seen[len] = letters[kind];
}

static void on_lost(void *arg, int64_t count)
{
	(void)arg;
	(void)count;
	fail();
}

static void bench_init(struct bench *bench)
{
	const struct receiver_events events = {on_line, on_lost, bench};
	struct errbuf eb;

	*bench = (struct bench){.base = event_base_new()};
	snprintf(bench->path, sizeof(bench->path), P_tmpdir "/umbra-log-%d", (int)getpid());
	snprintf(bench->leaving, sizeof(bench->leaving), P_tmpdir "/umbra-leaving-%d",
		(int)getpid());
	bench->receiver = receiver_create(bench->base, bench->path, bench->leaving, &events, &eb);
	assert_non_null(bench->receiver);
}

static void bench_finish(struct bench *bench)
{
	receiver_destroy(bench->receiver);
	event_base_free(bench->base);
	unlink(bench->path);
	unlink(bench->leaving);
}

static int connect_to(const struct bench *bench)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(str_copy(address.sun_path, sizeof(address.sun_path), str_of(bench->path)));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Sends `text`, `piece` bytes at a time, and the end of the connection. */
static void send_all(struct bench *bench, struct str text, size_t piece)
{
	int fd = connect_to(bench);

	while (text.n > 0) {
		size_t len = text.n < piece ? text.n : piece;

		if (send(fd, text.p, len, MSG_NOSIGNAL) != (ssize_t)len)
			break; /* it was closed on us */
		text = (struct str){text.p + len, text.n - len};
		for (int i = 0; i < 4; i++)
			event_base_loop(bench->base, EVLOOP_NONBLOCK);
	}
	close(fd);
	for (int i = 0; i < 8; i++)
		event_base_loop(bench->base, EVLOOP_NONBLOCK);
}

/* "#" stands for HUGE_LINE bytes. */
static void test_what_is_no_line(void **state)
{
	static const struct {
		const char *text;
		const char *seen;
	} cases[] = {
		{"", ""},
		{"2 ab3 abc", "oo"},
		{"2 R 2 ab", "!o"},
		/* Too long: counted once, and the next is read. */
		{"100000 #2 ab", "!o"},
		{"2 ab100000 #100000 #2 ab", "o!!o"},
		/* Out of step: counted, and the connection with it. */
		{"hello2 ab", "!"},
		{"0 2 ab", "!"},
		{"12345678 ab", "!"},
		/* Cut short. */
		{"12", "!"},
		{"2 ab9 abc", "o!"},
		{"100000 abc", "!"},
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
				strbuf_add_char(&text, *c);
		memset(bench.seen, 0, sizeof(bench.seen));
		send_all(&bench, strbuf_str(&text), piece);
		if (strcmp(bench.seen, cases[at].seen) != 0)
			fail_msg("%s by %zu: %s", cases[at].text, piece, bench.seen);
	}
	strbuf_finish(&text);
	bench_finish(&bench);
}

/* What a worker that is leaving sends: a datagram a line. */
static void test_datagrams(void **state)
{
	static char huge[HUGE_LINE];
	static const struct str lines[] = {
		{"ab", 2}, {"R ", 2}, {huge, sizeof(huge)}, {"abc", 3}, {"", 0}};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct bench bench;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)state;
	bench_init(&bench);
	memset(huge, 'x', sizeof(huge));
	assert_true(str_copy(address.sun_path, sizeof(address.sun_path), str_of(bench.leaving)));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		assert_int_equal(send(fd, lines[i].p, lines[i].n, 0), lines[i].n);
		event_base_loop(bench.base, EVLOOP_NONBLOCK);
	}
	assert_string_equal(bench.seen, "o!!o!");
	close(fd);
	bench_finish(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_no_line),
		cmocka_unit_test(test_datagrams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
