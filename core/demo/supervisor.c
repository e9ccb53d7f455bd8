/*
 * Owns the processes of the demo. Each is a struct member; when one ends, it is started again after a
 * moment, on the same port; one that keeps ending at once is given up, and without serve there is no demo.
 *
 * Ports are chosen once and kept by a socket that is bound and never listens (SO_REUSEADDR lets the
 * member listen there beside it, socket(7)); so nobody else gets the port while a member is being started
 * again, and the version that is absent on purpose refuses connections for sure.
 *
 * Ends by TERM, by the end of its death_pipe, or when serve is given up; then ends all it started.
 */
#include "core/demo/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/util.h>

#include "core/base/file.h"
#include "core/base/xalloc.h"
#include "core/base/str.h"
#include "core/base/time.h"
#include "core/client/client.h"
#include "core/demo/process.h"
#include "core/demo/register.h"

/* Where `umbra serve` listens when it is not told (core/cli/serve.h). */
enum { API_PORT = 7070, PROXY_PORT = 8080, ADDRESS_SIZE = sizeof("127.0.0.1:65535") };

enum {
	ARGS_MAX = 24,
	ARG_SIZE = 128,
	AGAIN_MS = 300,
	QUICK_MS = 2000, /* ending sooner than that is ending at once */
	QUICK_MAX = 5,
	GRACE_MS = 3000,
	LINE_MAX_BYTES = 1024,
};

struct supervisor;

struct member {
	struct supervisor *host;
	char name[112]; /* "booking@pr-482", for people */
	char args[ARGS_MAX][ARG_SIZE];
	size_t arg_count;
	pid_t pid; /* 0: not running */
	int64_t started_ms;
	int quick; /* times it ended at once, in a row */
	int death_signal;
	struct event *again;
};

struct supervisor {
	struct event_base *base;
	struct process_args args;
	struct place places[PLACES_MAX];
	size_t place_count;
	struct member serve;
	struct member visitors;
	struct member shops[PLACES_MAX];
	size_t shop_count;
	char api[ARG_SIZE]; /* "" until serve has said so */
	char proxy[ARG_SIZE];
	struct event *serve_out; /* serve's stdout */
	char line[LINE_MAX_BYTES];
	size_t line_len;
	int log;
	struct client *client;
	struct registration *setup;
	int status;
};

/* ---- telling ------------------------------------------------------------------------------------- */

/* Never waits: a reader that does not read misses lines, a reader that is gone ends us elsewhere. */
__attribute__((format(printf, 1, 2))) static void report(const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line) - 1, format, ap);
	va_end(ap);
	if (n < 0)
		return;
	n = n < (int)sizeof(line) - 1 ? n : (int)sizeof(line) - 2;
	line[n++] = '\n';
	(void)!write(PROCESS_REPORT, line, (size_t)n);
}

static void supervisor_fail(struct supervisor *host, const char *sentence)
{
	report("failed %s", sentence);
	host->status = 1;
	(void)event_base_loopbreak(host->base);
}

/* ---- members ------------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void member_arg(
	struct member *m, const char *format, ...)
{
	va_list ap;

	if (m->arg_count + 1 >= ARGS_MAX)
		return;
	va_start(ap, format);
	(void)vsnprintf(m->args[m->arg_count++], ARG_SIZE, format, ap);
	va_end(ap);
}

static void member_option(struct member *m, const char *name, const char *value)
{
	member_arg(m, "%s", name);
	member_arg(m, "%s", value);
}

static int serve_pipe(struct supervisor *host);

static void member_start(struct member *m)
{
	struct supervisor *host = m->host;
	const char *argv[ARGS_MAX + 1];
	const int out = m == &host->serve ? serve_pipe(host) : -1;
	size_t i;

	for (i = 0; i < m->arg_count; i++)
		argv[i] = m->args[i];
	argv[i] = NULL;
	m->started_ms = time_monotonic_ms();
	m->pid = process_spawn(&(struct process_start){.argv = argv,
		.death_signal = m->death_signal,
		.out = out,
		.err = host->log,
		.death_pipe = -1,
		.report = -1});
	if (out >= 0)
		(void)close(out);
	if (m->pid < 0) {
		m->pid = 0;
		supervisor_fail(host, "no process can be started");
	}
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	member_start(arg);
}

static void member_init(struct supervisor *host, struct member *m, int death_signal,
	const char *name, const char *version)
{
	m->host = host;
	m->death_signal = death_signal;
	m->again = evtimer_new(host->base, on_again, m);
	(void)snprintf(m->name, sizeof(m->name), "%s%s%s", name, version != NULL ? "@" : "",
		version != NULL ? version : "");
	member_arg(m, "umbra");
}

static void describe_end(int status, char *dst, size_t size)
{
	if (WIFSIGNALED(status))
		(void)snprintf(dst, size, "by signal %d", WTERMSIG(status));
	else
		(void)snprintf(dst, size, "with %d", WEXITSTATUS(status));
}

/* The last line of the log, without its time and level, for the sentence that says why. */
static void last_words(const struct supervisor *host, char *dst, size_t size)
{
	char text[2048];
	const off_t end = lseek(host->log, 0, SEEK_END);
	const off_t from = end > (off_t)sizeof(text) - 1 ? end - (off_t)sizeof(text) + 1 : 0;
	ssize_t n = pread(host->log, text, sizeof(text) - 1, from);
	const char *line;
	const char *said;

	while (n > 0 && text[n - 1] == '\n')
		n--;
	text[n > 0 ? n : 0] = '\0';
	line = strrchr(text, '\n');
	line = line != NULL ? line + 1 : text;
	said = strstr(line, " error   ");
	(void)str_copy(dst, size, str_of(said != NULL ? said + strlen(" error   ") : line));
}

/* Without last words its log could not be written, most likely. */
static void explain_silence(const struct supervisor *host, char *dst, size_t size_bytes)
{
	struct statvfs fs;
	bool full = statvfs(host->args.dir, &fs) == 0 && fs.f_bavail == 0;

	(void)snprintf(dst, size_bytes, "%s %s; TMPDIR names another place",
		full ? "no space left on" : "it left no word in", host->args.dir);
}

static void member_ended(struct member *m, int status)
{
	const struct timeval moment = time_wait_ms(AGAIN_MS);
	struct supervisor *host = m->host;
	char how[32];
	char why[512];
	char sentence[700];

	m->pid = 0;
	m->quick = time_monotonic_ms() - m->started_ms < QUICK_MS ? m->quick + 1 : 0;
	describe_end(status, how, sizeof(how));
	if (m == &host->serve && (m->quick >= QUICK_MAX || host->api[0] == '\0')) {
		last_words(host, why, sizeof(why));
		if (why[0] == '\0')
			explain_silence(host, why, sizeof(why));
		(void)snprintf(sentence, sizeof(sentence), "serve ended %s: %s", how, why);
		supervisor_fail(host, sentence);
	} else if (m->quick >= QUICK_MAX) {
		report("say %s ended %s %d times right after its start; it is not started again",
			m->name, how, QUICK_MAX);
	} else {
		report("say %s ended %s; it is started again", m->name, how);
		(void)evtimer_add(m->again, &moment);
	}
}

static struct member *member_of(struct supervisor *host, pid_t pid)
{
	size_t i;

	if (host->serve.pid == pid)
		return &host->serve;
	if (host->visitors.pid == pid)
		return &host->visitors;
	for (i = 0; i < host->shop_count; i++)
		if (host->shops[i].pid == pid)
			return &host->shops[i];
	return NULL;
}

static void on_child(evutil_socket_t signal, short what, void *arg)
{
	struct supervisor *host = arg;
	struct member *m;
	int status;
	pid_t pid;

	(void)signal;
	(void)what;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		m = member_of(host, pid);
		if (m != NULL)
			member_ended(m, status);
	}
}

/* ---- the shop and its visitors ------------------------------------------------------------------- */

static void common_options(struct supervisor *host, struct member *m)
{
	member_option(m, "--proxy", host->proxy + strlen("http://"));
	member_arg(m, "--seed");
	member_arg(m, "%llu", (unsigned long long)host->args.seed);
}

static void start_shop(struct supervisor *host, const struct place *place)
{
	struct member *m;

	if (place->build != NULL && (place->build->traits & TRAIT_ABSENT) != 0)
		return;
	m = &host->shops[host->shop_count++];
	member_init(host, m, SIGKILL, place->service->name, place->version);
	member_arg(m, "__shop");
	member_arg(m, "serve");
	member_option(m, place->service->name, place->version);
	member_arg(m, "--port");
	member_arg(m, "%u", place->port);
	common_options(host, m);
	member_start(m);
}

static void start_visitors(struct supervisor *host)
{
	struct member *m = &host->visitors;

	member_init(host, m, SIGKILL, "visitors", NULL);
	member_arg(m, "__shop");
	member_arg(m, "visitors");
	member_arg(m, "--rate");
	member_arg(m, "%g", host->args.rate);
	common_options(host, m);
	member_start(m);
}

static void on_setup(void *arg, const struct errbuf *eb)
{
	struct supervisor *host = arg;

	if (eb != NULL) {
		supervisor_fail(host, eb->text[0] != '\0' ? eb->text : err_title(eb->err));
		return;
	}
	start_visitors(host);
	report("ready");
}

/* ---- serve --------------------------------------------------------------------------------------- */

static const char *after_slashes(const char *url)
{
	const char *p = strstr(url, "://");

	return p != NULL ? p + 3 : url;
}

/* From now on the same addresses, so that what was learnt of them stays true over a restart of serve. */
static void keep_addresses(struct supervisor *host)
{
	struct member *m = &host->serve;
	size_t i;

	for (i = 0; i + 1 < m->arg_count; i++) {
		if (strcmp(m->args[i], "--listen") == 0)
			(void)snprintf(m->args[i + 1], ARG_SIZE, "%s", after_slashes(host->api));
		if (strcmp(m->args[i], "--proxy-listen") == 0)
			(void)snprintf(m->args[i + 1], ARG_SIZE, "%s", after_slashes(host->proxy));
	}
}

static void serve_is_ready(struct supervisor *host, const char *api, const char *proxy)
{
	static const struct register_ops ops = {.done = on_setup};
	struct errbuf eb = {0};
	size_t i;

	(void)snprintf(host->api, sizeof(host->api), "%s", api);
	(void)snprintf(host->proxy, sizeof(host->proxy), "%s", proxy);
	keep_addresses(host);
	report("api %s %s %s", host->api, host->proxy, host->args.dir);
	for (i = 0; i < host->place_count; i++)
		start_shop(host, &host->places[i]);
	host->client = client_create(
		host->base, &(struct client_options){.url = host->api, .actor = "demo"}, &eb);
	if (host->client == NULL) {
		supervisor_fail(host, eb.text);
		return;
	}
	host->setup = register_start(
		host->base, host->client, host->places, host->place_count, &ops, host);
}

static void serve_said(struct supervisor *host, const char *line)
{
	char api[ARG_SIZE];
	char proxy[ARG_SIZE];

	if (host->api[0] == '\0' && sscanf(line, "ready api=%127s proxy=%127s", api, proxy) == 2)
		serve_is_ready(host, api, proxy);
}

static void on_serve_out(evutil_socket_t fd, short what, void *arg)
{
	struct supervisor *host = arg;
	const ssize_t n =
		read(fd, host->line + host->line_len, sizeof(host->line) - 1 - host->line_len);
	char *end;

	(void)what;
	if (n <= 0) {
		(void)event_del(host->serve_out);
		return;
	}
	host->line_len += (size_t)n;
	host->line[host->line_len] = '\0';
	while ((end = strchr(host->line, '\n')) != NULL) {
		*end++ = '\0';
		serve_said(host, host->line);
		host->line_len -= (size_t)(end - host->line);
		memmove(host->line, end, host->line_len + 1);
	}
	if (host->line_len + 1 == sizeof(host->line))
		host->line_len = 0;
}

/* What serve prints is read from a pipe of its own each time; returns the end it writes to. */
static int serve_pipe(struct supervisor *host)
{
	int ends[2];

	if (host->serve_out != NULL) {
		(void)close(event_get_fd(host->serve_out));
		event_free(host->serve_out);
		host->serve_out = NULL;
	}
	host->line_len = 0;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	host->serve_out = event_new(host->base, ends[0], EV_READ | EV_PERSIST, on_serve_out, host);
	(void)event_add(host->serve_out, NULL);
	return ends[1];
}

/*
 * The usual port, so that `umbra` and its commands in another terminal find the demo without being told
 * where it is; 0, any free one, when somebody has it.
 */
static const char *usual_address(uint16_t port, char dst[ADDRESS_SIZE])
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int yes = 1;
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_free = fd >= 0 &&
		       setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
		       bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
		       listen(fd, 1) == 0;

	if (fd >= 0)
		(void)close(fd);
	(void)snprintf(dst, ADDRESS_SIZE, "127.0.0.1:%u", is_free ? port : 0U);
	return dst;
}

static void start_serve(struct supervisor *host)
{
	struct member *m = &host->serve;
	char api[ADDRESS_SIZE];
	char proxy[ADDRESS_SIZE];

	member_init(host, m, SIGTERM, "serve", NULL);
	member_arg(m, "serve");
	member_arg(m, "--data");
	member_arg(m, "%s/data", host->args.dir);
	member_option(m, "--listen", usual_address(API_PORT, api));
	member_option(m, "--proxy-listen", usual_address(PROXY_PORT, proxy));
	member_option(m, "--name", "studio-demo");
	member_arg(m, "--demo");
	if (host->args.haproxy != NULL)
		member_option(m, "--haproxy", host->args.haproxy);
	member_start(m);
}

/* ---- the process --------------------------------------------------------------------------------- */

/* A free port that stays ours: see above. The socket is left open on purpose. */
static bool keep_port(uint16_t *ret_port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	const int yes = 1;
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
		bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		getsockname(fd, (struct sockaddr *)&address, &len) != 0)
		return false;
	*ret_port = ntohs(address.sin_port);
	return true;
}

static bool supervisor_prepare(struct supervisor *host)
{
	char path[ARG_SIZE];
	size_t i;

	(void)snprintf(path, sizeof(path), "%s/log", host->args.dir);
	host->log = file_open_private(path, O_RDWR | O_APPEND, NULL);
	if (host->log < 0)
		return false;
	host->place_count = places_fill(host->places);
	for (i = 0; i < host->place_count; i++)
		if (!keep_port(&host->places[i].port))
			return false;
	return true;
}

static void on_end(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)event_base_loopbreak(arg);
}

static void supervisor_run(struct supervisor *host)
{
	struct event *ends[] = {
		evsignal_new(host->base, SIGTERM, on_end, host->base),
		event_new(host->base, PROCESS_LIFELINE, EV_READ, on_end, host->base),
		evsignal_new(host->base, SIGCHLD, on_child, host),
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(ends); i++)
		(void)event_add(ends[i], NULL);
	start_serve(host);
	(void)event_base_dispatch(host->base);
	for (i = 0; i < ARRAY_LEN(ends); i++)
		event_free(ends[i]);
	register_destroy(host->setup);
	client_destroy(host->client);
}

int supervisor_main(int argc, const char *const *argv)
{
	static struct supervisor host;

	if (!process_args_read(argc, argv, &host.args) || host.args.dir == NULL) {
		report("failed the demo was started with options it does not know");
		return 2;
	}
	process_adopt_orphans();
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)fcntl(PROCESS_LIFELINE, F_SETFD, FD_CLOEXEC);
	(void)fcntl(PROCESS_LOCK, F_SETFD, FD_CLOEXEC);
	(void)fcntl(PROCESS_REPORT, F_SETFD, FD_CLOEXEC);
	(void)fcntl(PROCESS_REPORT, F_SETFL, O_NONBLOCK);
	if (!supervisor_prepare(&host)) {
		report("failed %s: %s", host.args.dir, strerror(errno));
		return 1;
	}
	host.base = event_base_new();
	supervisor_run(&host);
	process_end_all(GRACE_MS);
	(void)process_remove_tree(host.args.dir);
	return host.status;
}
