/*
 * What the routing rules cost: CPU of HAProxy per request with the configuration that serve wrote, against the
 * same HAProxy with the same log and a map of hosts only. Both get the same requests from 32 connections, in
 * short turns, answer from the same servers, and write their log to equal readers that throw it away: serve's
 * own, which works on each line, would cool the caches of one of them only. Both are started anew in each
 * round, because where a process happens to lie in memory moves its cost by a tenth for as long as it lives.
 * A round's ratio is that of the lowest quarters, the turns in which the rest of the machine disturbed them
 * least; the figure is the median of the rounds.
 *
 * The peer's configuration is made from the one that serve wrote: its globals, its defaults, and its log with
 * what that writes down of every request, whoever routes it: captured headers, when it came and
 * when it was answered. What the rules find out stays empty in its log.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/str.h"
#include "core/base/time.h"
#include "tests/support/bench_result.h"
#include "tests/support/system_fixture.h"

enum { CONNECTIONS = 32, ROUNDS = 9, TURNS = 12, TURN_MS = 60, ANSWER_MAX = 16384 };

#define QUIET 0.25 /* of the turns, those that the machine disturbed least */

static struct system served;

/* ---- the two ---- */

struct peer {
	pid_t pid;
	pid_t sink; /* takes its log */
	char address[SYSTEM_ADDRESS_SIZE];
};

/* Reads its log as serve does, from its runtime socket, and throws it away. */
static bool start_sink(struct peer *peer, const char *path)
{
	static const char command[] = "show events umbra:log -w\n";
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	if (!str_copy(name.sun_path, sizeof(name.sun_path), str_of(path)))
		return false;
	peer->sink = fork();
	while (peer->sink == 0) {
		static char block[1 << 16];
		int from = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (connect(from, (struct sockaddr *)&name, sizeof(name)) == 0 &&
			write(from, command, sizeof(command) - 1) > 0)
			while (read(from, block, sizeof(block)) > 0)
				;
		(void)close(from);
		(void)usleep(10000); /* it is not there yet */
	}
	return peer->sink > 0;
}

/* What the peer takes over from serve's configuration, beside the basis. */
struct taken {
	char log[8192]; /* what is captured, and the log's format */
	char times[512]; /* rules that note when a request came and was answered */
	char service[256]; /* the rule that finds the service by its host */
};

static bool is_one_of(const char *line, const char *const *starts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(line, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static void take(char *dst, size_t size, const char *line)
{
	size_t len = strlen(dst);

	if (strstr(dst, line) == NULL)
		(void)str_copy(dst + len, size - len, str_of(line));
}

static void take_line(const char *line, struct taken *taken)
{
	static const char *const logged[] = {"\tcapture request header Host ",
		"\tcapture request header Routing-Session ", "\tcapture request header baggage ",
		"\tcapture request header traceparent ", "\tlog-format "};

	if (is_one_of(line, logged, ARRAY_LEN(logged)))
		take(taken->log, sizeof(taken->log), line);
	else if (strstr(line, " set-var(txn.came) ") != NULL ||
		 strstr(line, " set-var(txn.answered) ") != NULL)
		take(taken->times, sizeof(taken->times), line);
	else if (strstr(line, " set-var(txn.service) ") != NULL && taken->service[0] == '\0')
		take(taken->service, sizeof(taken->service), line);
}

/* What holds for a process that serve runs only, and the socket its log is read from, which is another here. */
static const char *const other[] = {
	"\tstats ", "\tserver-state-file", "\tmworker", "\tload-server-state"};

static void write_socket(FILE *to, const char *line, const char *sink)
{
	if (strncmp(line, "\tstats socket", 13) == 0)
		(void)fprintf(to, "\tstats socket '%s' level admin\n\tstats timeout 1h\n", sink);
}

/* The lines of serve's configuration that have nothing to do with routing. */
static void copy_basis(FILE *from, FILE *to, const char *sink, struct taken *taken)
{
	static const char *const sections[] = {"global", "ring ", "defaults base"};
	static char line[65536];
	bool wanted = false;

	while (fgets(line, sizeof(line), from) != NULL) {
		if (line[0] != '\t' && line[0] != '\n')
			wanted = is_one_of(line, sections, ARRAY_LEN(sections));
		if (wanted && !is_one_of(line, other, ARRAY_LEN(other)))
			(void)fputs(line, to);
		write_socket(to, line, sink);
		take_line(line, taken);
	}
}

/* All of it, with another address and reader. */
static bool write_ours(FILE *from, FILE *to, const char *sink, int listener)
{
	static char line[65536];

	while (fgets(line, sizeof(line), from) != NULL) {
		write_socket(to, line, sink);
		if (strncmp(line, "\tbind ", 6) == 0)
			(void)fprintf(to, "\tbind fd@%d\n", listener);
		else if (!is_one_of(line, other, ARRAY_LEN(other)))
			(void)fputs(line, to);
	}
	return true;
}

static bool write_theirs(FILE *from, FILE *to, const char *sink, int listener)
{
	static struct taken taken;

	copy_basis(from, to, sink, &taken);
	(void)fprintf(to,
		"\nfrontend in from base\n\tbind fd@%d\n%s%s%s\tuse_backend %%[var(txn.service)]\n"
		"\nbackend cart from base\n\tserver b0 127.0.0.1:%d\n",
		listener, taken.log, taken.times, taken.service, served.ports[0]);
	return strstr(taken.log, "log-format") != NULL && strstr(taken.times, "came") != NULL &&
	       strstr(taken.times, "answered") != NULL;
}

typedef bool (*write_fn)(FILE *from, FILE *to, const char *sink, int listener);

static bool write_configuration(const char *path, write_fn writer, const char *sink, int listener)
{
	char ours[400];
	FILE *from, *to;
	bool good;

	(void)snprintf(ours, sizeof(ours), "%s/data/proxy/haproxy.cfg", served.dir);
	from = fopen(ours, "r");
	to = fopen(path, "w");
	good = from != NULL && to != NULL && writer(from, to, sink, listener);
	if (from != NULL)
		(void)fclose(from);
	if (to != NULL)
		(void)fclose(to);
	return good;
}

static int listen_somewhere(char address[SYSTEM_ADDRESS_SIZE])
{
	struct sockaddr_in name = {.sin_family = AF_INET};
	socklen_t len = sizeof(name);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) != 0 || listen(fd, 1024) != 0 ||
		getsockname(fd, (struct sockaddr *)&name, &len) != 0)
		return -1;
	(void)snprintf(address, SYSTEM_ADDRESS_SIZE, "127.0.0.1:%d", ntohs(name.sin_port));
	return fd;
}

/* The configuration lies beside serve's, for the maps. */
static bool peer_start(struct peer *peer, const char *name, write_fn writer)
{
	char path[320], sink[320];
	int listener = listen_somewhere(peer->address);

	(void)snprintf(path, sizeof(path), "%s/data/proxy/%s.cfg", served.dir, name);
	(void)snprintf(sink, sizeof(sink), "%s/%s.sink", served.dir, name);
	if (listener < 0 || !start_sink(peer, sink) ||
		!write_configuration(path, writer, sink, listener))
		return false;
	peer->pid = fork();
	if (peer->pid == 0) {
		(void)execlp("haproxy", "haproxy", "-db", "-q", "-f", path, (char *)NULL);
		_exit(127);
	}
	(void)close(listener);
	return peer->pid > 0;
}

static void peer_stop(const struct peer *peer)
{
	const pid_t pids[] = {peer->pid, peer->sink};

	for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
		if (pids[i] <= 0)
			continue;
		(void)kill(pids[i], SIGTERM);
		(void)waitpid(pids[i], NULL, 0);
	}
}

/* ---- the client: every answer is followed by the next request ---- */

static const char *expected; /* stands in every good answer */

struct lane {
	int fd;
	size_t need; /* bytes of the answer that are still to come, 0 while its headers are */
	char answer[ANSWER_MAX];
	size_t len;
};

static bool lane_ask(const struct lane *lane, const char *request)
{
	return write(lane->fd, request, strlen(request)) == (ssize_t)strlen(request);
}

/* 1 when the answer is whole, 0 when more comes, -1 when it is not a good one. */
static int lane_read(struct lane *lane)
{
	ssize_t got = read(lane->fd, lane->answer + lane->len, ANSWER_MAX - 1 - lane->len);
	const char *end;
	const char *length;

	if (got <= 0)
		return -1;
	lane->len += (size_t)got;
	lane->answer[lane->len] = '\0';
	end = strstr(lane->answer, "\r\n\r\n");
	if (end == NULL)
		return 0;
	length = strcasestr(lane->answer, "content-length: ");
	if (strncmp(lane->answer, "HTTP/1.1 200", 12) != 0 || length == NULL ||
		strstr(lane->answer, expected) == NULL)
		return -1;
	lane->need = (size_t)(end + 4 - lane->answer) + strtoul(length + 16, NULL, 10);
	if (lane->len < lane->need)
		return 0;
	lane->len = 0;
	return 1;
}

static int connect_to(const char *address)
{
	struct sockaddr_storage name;
	int len = sizeof(name);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (evutil_parse_sockaddr_port(address, (struct sockaddr *)&name, &len) != 0 ||
		connect(fd, (struct sockaddr *)&name, (socklen_t)len) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Microseconds of CPU per request of the process and its children; -1 when a request failed. */
static double measure(const char *address, int pid, const char *request)
{
	static struct lane lanes[CONNECTIONS];
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	double cpu = bench_result_cpu_seconds(pid);
	int64_t until_ms = time_monotonic_ms() + TURN_MS;
	unsigned answers = 0;
	bool good = true;

	for (unsigned i = 0; i < CONNECTIONS; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};

		lanes[i].len = 0;
		lanes[i].fd = connect_to(address);
		good &= lanes[i].fd >= 0 &&
			epoll_ctl(epoll, EPOLL_CTL_ADD, lanes[i].fd, &event) == 0 &&
			lane_ask(&lanes[i], request);
	}
	while (good && time_monotonic_ms() < until_ms) {
		struct epoll_event events[CONNECTIONS];
		int count = epoll_wait(epoll, events, CONNECTIONS, 100);

		for (int i = 0; good && i < count; i++) {
			struct lane *lane = &lanes[events[i].data.u32];
			int got = lane_read(lane);

			answers += got > 0;
			good = got == 0 || (got > 0 && lane_ask(lane, request));
		}
	}
	for (int i = 0; i < CONNECTIONS; i++)
		(void)close(lanes[i].fd);
	(void)close(epoll);
	return good && answers > 0 ? (bench_result_cpu_seconds(pid) - cpu) * 1e6 / answers : -1;
}

/* ---- the run ---- */

static bool file_has(const char *name, const char *text)
{
	static char content[65536];
	char path[320];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/data/proxy/%s", served.dir, name);
	file = fopen(path, "r");
	if (file == NULL)
		return false;
	content[fread(content, 1, sizeof(content) - 1, file)] = '\0';
	(void)fclose(file);
	return strstr(content, text) != NULL;
}

/* Everything ready, and then one more service, with which the maps are written as they are by now. */
static bool furnish(struct http *http)
{
	char body[256];
	int64_t until_ms = time_monotonic_ms() + 20000;

	(void)system_ask(http, "PUT", "/v1/services/cart", "{\"health\":{\"path\":\"/healthz\"}}");
	(void)snprintf(body, sizeof(body), "{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:%d\"]}",
		served.ports[0]);
	(void)system_ask(http, "PUT", "/v1/services/cart/versions/v1", body);
	(void)snprintf(body, sizeof(body),
		"{\"kind\":\"ephemeral\",\"endpoints\":[\"127.0.0.1:%d\"]}", served.ports[1]);
	(void)system_ask(http, "PUT", "/v1/services/cart/versions/pr-1", body);
	if (system_ask(http, "POST", "/v1/sessions",
		    "{\"key\":\"dev-1\",\"pins\":{\"cart\":\"pr-1\"}}") != 201)
		return false;
	while (system_ask(http, "GET", "/v1/services/cart/versions/pr-1", NULL) != 200 ||
		strstr(http->body, "\"ready\"") == NULL ||
		system_ask(http, "GET", "/v1/services/cart/versions/v1", NULL) != 200 ||
		strstr(http->body, "\"ready\"") == NULL)
		if (time_monotonic_ms() > until_ms)
			return false;
	(void)system_ask(http, "PUT", "/v1/services/other", "{}");
	while (!file_has("maps/cart.versions", "\npr-1 pinned\n") ||
		!file_has("maps/cart.versions", "\nv1 pinned\n") ||
		!file_has("maps/sessions", "dev-1 ") ||
		!file_has("haproxy.cfg", "backend other ")) {
		if (time_monotonic_ms() > until_ms)
			return false;
		(void)usleep(20000);
	}
	return true;
}

/* A way for a request to say its session. The peer knows the services' own hosts only. */
struct row {
	const char *what;
	const char *host; /* NULL: the service's own */
	const char *target;
	const char *headers;
	const char *reason;
};

#define TRACE "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
#define SECOND_HOP                                                                    \
	"Routing-Hops: 1\r\nbaggage: routing-session=dev-1,routing-hop=gateway%40v1," \
	"routing-hops=1\r\n" TRACE

static const struct row rows[] = {
	{"CPU per request, no session", NULL, "/items", "", "no-session"},
	{"CPU per request, pinned by header", NULL, "/items", "Routing-Session: dev-1\r\n",
		"pinned"},
	{"CPU per request, pinned by header and baggage, with a trace", NULL, "/items",
		"Routing-Session: dev-1\r\nbaggage: routing-session=dev-1,"
		"routing-hop=gateway%40v1\r\ntraceparent: "
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n",
		"pinned"},
	{"CPU per request, pinned by baggage alone", NULL, "/items",
		"baggage: user=42,routing-session=dev-1\r\n", "pinned"},
	{"CPU per request, pinned by query", NULL, "/items?page=2&routing-session=dev-1", "",
		"pinned"},
	{"CPU per request, pinned by cookie", NULL, "/items",
		"Cookie: id=42; routing-session=dev-1\r\n", "pinned"},
	{"CPU per request, pinned by host", "dev-1--cart.env.localhost", "/items", "", "pinned"},
	{"CPU per request, pinned by all of them, with a trace", "dev-1--cart.env.localhost",
		"/items?page=2&routing-session=dev-1",
		"Routing-Session: dev-1\r\nCookie: id=42; routing-session=dev-1\r\n" SECOND_HOP,
		"pinned"},
	{"CPU per request, no session, second hop", NULL, "/items",
		"Routing-Hops: 1\r\nbaggage: "
		"user=42,routing-hop=gateway%40v1,routing-hops=1\r\n" TRACE,
		"no-session"},
	{"CPU per request, pinned by header and baggage, second hop", NULL, "/items",
		"Routing-Session: dev-1\r\n" SECOND_HOP, "pinned"},
};

struct round {
	double ratio, our_us, their_us; /* ratio -1: a request failed */
};

static struct round compare(const struct row *row, const struct peer *mine, const struct peer *peer)
{
	static const char format[] = "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\n"
				     "Accept: */*\r\n%s\r\n";
	static const char host[] = "cart.env.localhost";
	double ours[TURNS], theirs[TURNS];
	char request[512], peers_request[512], reason[64];
	struct round round;

	(void)snprintf(request, sizeof(request), format, row->target,
		row->host != NULL ? row->host : host, row->headers);
	(void)snprintf(
		peers_request, sizeof(peers_request), format, row->target, host, row->headers);
	(void)snprintf(reason, sizeof(reason), ";reason=%s;", row->reason);
	for (int i = 0; i < TURNS; i++) {
		expected = reason;
		ours[i] = measure(mine->address, mine->pid, request);
		expected = "";
		theirs[i] = measure(peer->address, peer->pid, peers_request);
	}
	round.our_us = bench_result_percentile(ours, TURNS, QUIET);
	round.their_us = bench_result_percentile(theirs, TURNS, QUIET);
	/* A turn that failed is -1, the lowest. */
	round.ratio = bench_result_percentile(ours, TURNS, 0) > 0 &&
				      bench_result_percentile(theirs, TURNS, 0) > 0
			      ? round.our_us / round.their_us
			      : -1;
	return round;
}

static struct round results[ARRAY_LEN(rows)][ROUNDS];

/* Until it answers; its start is nobody's request. */
static bool peer_is_up(const struct peer *peer)
{
	int64_t until_ms = time_monotonic_ms() + 10000;

	expected = "";
	while (measure(peer->address, peer->pid,
		       "GET / HTTP/1.1\r\nHost: cart.env.localhost\r\n\r\n") < 0)
		if (time_monotonic_ms() > until_ms)
			return false;
	return true;
}

static bool run_round(int number)
{
	struct peer mine = {0}, peer = {0};
	bool good = peer_start(&mine, "mine", write_ours) &&
		    peer_start(&peer, "peer", write_theirs) && peer_is_up(&mine) &&
		    peer_is_up(&peer);

	for (size_t i = 0; good && i < ARRAY_LEN(rows); i++)
		results[i][number] = compare(&rows[i], &mine, &peer);
	peer_stop(&mine);
	peer_stop(&peer);
	return good;
}

static void print_row(const struct row *row, const struct round *rounds)
{
	double ratios[ROUNDS], ours[ROUNDS], theirs[ROUNDS];
	bool whole = true;
	char more[160];

	for (int i = 0; i < ROUNDS; i++) {
		ratios[i] = rounds[i].ratio;
		ours[i] = rounds[i].our_us;
		theirs[i] = rounds[i].their_us;
		whole = whole && rounds[i].ratio > 0;
	}
	(void)snprintf(more, sizeof(more),
		"\"us_per_request\":%.1f,\"peer_us\":%.1f,\"lowest\":%.3f,\"highest\":%.3f",
		bench_result_percentile(ours, ROUNDS, 0.5),
		bench_result_percentile(theirs, ROUNDS, 0.5),
		bench_result_percentile(ratios, ROUNDS, 0),
		bench_result_percentile(ratios, ROUNDS, 1));
	(void)bench_result_print(&(struct bench_result){"routing", row->what, "x",
		whole ? bench_result_percentile(ratios, ROUNDS, 0.5) : -1, 1.2, false,
		"HAProxy with the same log and a host map", 1, more});
}

int main(void)
{
	bool good = system_start(&served, 2) && furnish(served.crowd[0]);

	for (int i = 0; good && i < ROUNDS; i++)
		good = run_round(i);
	for (size_t i = 0; good && i < ARRAY_LEN(rows); i++)
		print_row(&rows[i], results[i]);
	if (served.base != NULL)
		system_stop(&served);
	return good ? 0 : 1;
}
