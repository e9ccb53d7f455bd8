/*
 * Starting and ending the real system for the benches, see system_fixture.h.
 */
#include "tests/support/system_fixture.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"

enum { WORDS_MAX = 24, LOAD_RATE = 500 };

/* ---- processes ---- */

/* Its standard output comes back as a stream. */
static FILE *start_program(const char *const *words, pid_t *ret_pid)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return NULL;
	*ret_pid = fork();
	if (*ret_pid == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)execv(words[0], (char *const *)(uintptr_t)words);
		_exit(127);
	}
	(void)close(ends[1]);
	return fdopen(ends[0], "r");
}

static void end_program(pid_t *pid, int signal_number)
{
	if (*pid <= 0)
		return;
	(void)kill(*pid, signal_number);
	(void)waitpid(*pid, NULL, 0);
	*pid = 0;
}

static void helper_path(char dst[512], const char *name)
{
	const char *bin = getenv("TEST_BIN");

	(void)snprintf(dst, 512, "%s/e2e/%s", bin != NULL ? bin : "build/tests", name);
}

/* " key=http://A:P" of the ready line. */
static bool read_address(const char *line, const char *key, char dst[SYSTEM_ADDRESS_SIZE])
{
	const char *at = strstr(line, key);

	return at != NULL && sscanf(at + strlen(key), "%63[^ \n]", dst) == 1;
}

static bool start_serve(struct system *served)
{
	char data[300], line[512] = "";
	const char *program = getenv("UMBRA");
	const char *const words[] = {program != NULL ? program : "build/umbra", "serve", "--data",
		data, "--listen", served->api, "--proxy-listen", served->proxy, "--log-level",
		"error", NULL};
	FILE *out;
	bool ready;

	(void)snprintf(data, sizeof(data), "%s/data", served->dir);
	out = start_program(words, &served->pid);
	ready = out != NULL && fgets(line, sizeof(line), out) != NULL &&
		read_address(line, " api=http://", served->api) &&
		read_address(line, " proxy=http://", served->proxy);
	if (out != NULL)
		(void)fclose(out);
	return ready;
}

static bool start_backends(struct system *served, int count)
{
	static const char *const names[SYSTEM_BACKENDS_MAX] = {"b0", "b1", "b2", "b3", "b4", "b5",
		"b6", "b7", "b8", "b9", "b10", "b11", "b12", "b13", "b14", "b15"};
	char path[512];
	const char *words[WORDS_MAX] = {path};
	FILE *out;
	bool good;

	helper_path(path, "backend");
	for (int i = 0; i < count; i++)
		words[i + 1] = names[i];
	out = start_program(words, &served->backend_pid);
	good = out != NULL;
	for (int i = 0; good && i < count; i++) {
		char line[64];

		good = fgets(line, sizeof(line), out) != NULL && strchr(line, ' ') != NULL;
		served->ports[i] = good ? (int)strtol(strchr(line, ' '), NULL, 10) : 0;
	}
	if (out != NULL)
		(void)fclose(out);
	return good;
}

static void open_crowd(struct system *served)
{
	for (int i = 0; i < SYSTEM_CROWD; i++)
		served->crowd[i] = http_open(served->base, served->api);
}

static void close_crowd(struct system *served)
{
	for (int i = 0; i < SYSTEM_CROWD; i++) {
		if (served->crowd[i] != NULL)
			http_close(served->crowd[i]);
		served->crowd[i] = NULL;
	}
}

bool system_start(struct system *served, int backends)
{
	const char *tmp = getenv("TMPDIR");

	memset(served, 0, sizeof(*served));
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setenv("XDG_CONFIG_HOME", "/dev/null/nowhere", 1);
	(void)snprintf(served->dir, sizeof(served->dir), "%s/umbra-bench-XXXXXX",
		tmp != NULL ? tmp : P_tmpdir);
	if (mkdtemp(served->dir) == NULL)
		return false;
	(void)str_copy(served->api, sizeof(served->api), str_of("127.0.0.1:0"));
	(void)str_copy(served->proxy, sizeof(served->proxy), str_of("127.0.0.1:0"));
	served->base = event_base_new();
	if (!start_backends(served, backends) || !start_serve(served)) {
		(void)fprintf(stderr, "the system did not start\n");
		system_stop(served);
		return false;
	}
	open_crowd(served);
	return true;
}

void system_kill(struct system *served)
{
	close_crowd(served);
	end_program(&served->pid, SIGKILL);
}

double system_restart(struct system *served)
{
	int64_t begin_ns;

	close_crowd(served);
	end_program(&served->pid, SIGKILL);
	begin_ns = time_monotonic_ns();
	if (!start_serve(served))
		return -1;
	open_crowd(served);
	return (double)(time_monotonic_ns() - begin_ns) / 1e6;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

void system_stop(struct system *served)
{
	close_crowd(served);
	end_program(&served->pid, SIGTERM);
	end_program(&served->backend_pid, SIGTERM);
	if (served->base != NULL)
		event_base_free(served->base);
	(void)nftw(served->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- requests ---- */

int system_ask(struct http *http, const char *method, const char *path, const char *body)
{
	http_ask(http, method, path, NULL, body);
	return http_answer(http, false) ? http->status : 0;
}

static bool take_answers(struct system *served, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		struct http *http = served->crowd[i - from];

		if (http_answer(http, false) && http->status / 100 == 2)
			continue;
		(void)fprintf(stderr, "write %zu: %d %s\n", i, http->status,
			http->body != NULL ? http->body : "");
		return false;
	}
	return true;
}

bool system_write_all(struct system *served, size_t count, served_make_fn make)
{
	struct strbuf path, body;
	bool good = true;

	strbuf_init(&path, LIMIT_BODY);
	strbuf_init(&body, LIMIT_BODY);
	for (size_t from = 0; good && from < count; from += SYSTEM_CROWD) {
		size_t to = from + SYSTEM_CROWD < count ? from + SYSTEM_CROWD : count;

		for (size_t i = from; i < to; i++) {
			const char *method = "PUT";

			strbuf_reset(&path);
			strbuf_reset(&body);
			make(i, &method, &path, &body);
			http_ask(served->crowd[i - from], method, path.data, NULL,
				body.len > 0 ? body.data : NULL);
		}
		good = take_answers(served, from, to);
	}
	strbuf_finish(&path);
	strbuf_finish(&body);
	return good;
}

double system_number(const struct http *http, const char *key)
{
	char quoted[64];
	const char *at;

	(void)snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	at = http->body != NULL ? strstr(http->body, quoted) : NULL;
	return at != NULL ? strtod(at + strlen(quoted), NULL) : -1;
}

/* The line that `load` prints; false when it could not be run or a request failed. */
static bool run_load(const struct system *served, const char *host, int rate_per_s, int seconds,
	void (*meanwhile)(void *arg, int64_t until_ms), void *arg, char line[512])
{
	char path[512], rate[16], time[16];
	const char *const words[] = {path, "--proxy", served->proxy, "--host", host, "--rate", rate,
		"--seconds", time, NULL};
	int64_t until_ms = time_monotonic_ms() + seconds * 1000LL;
	pid_t pid;
	FILE *out;

	helper_path(path, "load");
	(void)snprintf(rate, sizeof(rate), "%d", rate_per_s);
	(void)snprintf(time, sizeof(time), "%d", seconds);
	out = start_program(words, &pid);
	if (out == NULL)
		return false;
	if (meanwhile != NULL)
		meanwhile(arg, until_ms);
	if (fgets(line, 512, out) == NULL)
		line[0] = '\0';
	(void)fclose(out);
	(void)waitpid(pid, NULL, 0);
	return strstr(line, "\"failed\":0,\"refused\":0,") != NULL;
}

double system_requests(const struct system *served, const char *host, int rate, int seconds)
{
	char line[512] = "";
	const char *sent;

	if (!run_load(served, host, rate, seconds, NULL, NULL, line))
		return -1;
	sent = strstr(line, "\"sent\":");
	return sent != NULL ? strtod(sent + 7, NULL) : -1;
}

double system_load(const struct system *served, const char *host, int seconds,
	void (*meanwhile)(void *arg, int64_t until_ms), void *arg)
{
	char line[512] = "";
	const char *p99;

	if (!run_load(served, host, LOAD_RATE, seconds, meanwhile, arg, line))
		return -1;
	p99 = strstr(line, "\"p99_ms\":");
	return p99 != NULL ? strtod(p99 + 9, NULL) : -1;
}
