/*
 * The driver beside a HAProxy that the test plays: it listens at the runtime socket, and says what it wants when it
 * wants to.
 */
#include "core/proxy/haproxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/demo/process.h"

enum { PATIENCE_MS = 10000 };

static char dir[64];
static struct event_base *base;
static struct environment env;
static struct proxy *proxy;
static struct haproxy *h; /* the same */
static int listener;
static int health_told;
static char health_said[256]; /* the last of them */

/* ---- what is told ------------------------------------------------------------------------------------------ */

static void on_up(void *arg, bool adopted)
{
	(void)arg;
	(void)adopted;
}

static void on_down(void *arg, const struct errbuf *eb)
{
	(void)arg;
	(void)eb;
}

static void on_applied(void *arg, int64_t revision)
{
	(void)arg;
	(void)revision;
}

static void on_health(void *arg, struct str service, struct str version, size_t endpoint_index,
	bool up, const char *detail)
{
	(void)arg;
	(void)snprintf(health_said, sizeof(health_said), "%.*s@%.*s %zu %s %s", STR_ARG(service),
		STR_ARG(version), endpoint_index, up ? "up" : "down", detail != NULL ? detail : "");
	health_told++;
}

static void on_refused(void *arg, struct str service, const char *words)
{
	(void)arg;
	(void)service;
	(void)words;
}

static bool resolve(void *arg, const struct endpoint_parts *endpoint, struct str *ret_address)
{
	(void)arg;
	*ret_address = endpoint->host;
	return true;
}

static const struct proxy_events events = {
	.up = on_up,
	.down = on_down,
	.applied = on_applied,
	.health = on_health,
	.refused = on_refused,
	.resolve = resolve,
};

/* ---- the environment --------------------------------------------------------------------------------------- */

static void put(enum object_kind kind, void *record)
{
	struct change change;

	change_init(&change, kind, record, env.revision + 1);
	record_unref(object_type(kind), record);
	environment_apply(&env, &change);
	change_finish(&change);
}

static void put_service(const char *name)
{
	struct service *service = record_create(&service_type);

	text_set(&service->name, name);
	put(OBJECT_SERVICE, service);
}

static void put_version(const char *name, const char *endpoint)
{
	struct version *version = record_create(&version_type);

	text_set(&version->service, "cart");
	text_set(&version->name, name);
	strlist_add(&version->endpoints, str_of(endpoint));
	put(OBJECT_VERSION, version);
}

/* ---- the other side ---------------------------------------------------------------------------------------- */

/* A program that says it is HAProxy, and does nothing. */
static char *write_program(void)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/haproxy", dir);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs("#!/bin/sh\necho HAProxy version 2.6.12\n", file) > 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0700), 0);
	return xstrdup(path);
}

static void turn(void)
{
	(void)event_base_loop(base, EVLOOP_NONBLOCK);
}

static int accept_one(void)
{
	int64_t until_ms = time_monotonic_ms() + PATIENCE_MS;
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) < 0) {
		assert_true(time_monotonic_ms() < until_ms);
		turn();
	}
	return fd;
}

/* Reads until the last thing read is `line`. */
static void await(int fd, const char *line)
{
	int64_t until_ms = time_monotonic_ms() + PATIENCE_MS;
	char text[8192];
	size_t len = 0;

	while (len < strlen(line) || memcmp(text + len - strlen(line), line, strlen(line)) != 0) {
		ssize_t got = recv(fd, text + len, sizeof(text) - 1 - len, 0);

		len += got > 0 ? (size_t)got : 0;
		text[len] = '\0';
		if (time_monotonic_ms() > until_ms)
			fail_msg("no \"%s\", but: %s", line, text);
		turn();
	}
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	for (int i = 0; i < 8; i++)
		turn();
}

/* A new worker, whose connection for commands is returned; it has answered the greeting and waits with the rest. */
static int load_worker(int *ret_log)
{
	struct runtime_events closed = haproxy_runtime_events(h);
	int fd;

	h->step = RELOAD_NONE;
	haproxy_loaded(h, runtime_open(base, h->runtime_path, &closed));
	fd = accept_one();
	*ret_log = accept_one();
	say(fd, "\n> \n> \n> ");
	return fd;
}

static int set_up(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct errbuf eb = {0};
	char *program;

	(void)state;
	base = event_base_new();
	(void)snprintf(dir, sizeof(dir), "/tmp/umbra-haproxy-XXXXXX");
	assert_non_null(mkdtemp(dir));
	program = write_program();
	proxy = proxy_haproxy_create(base,
		&(struct proxy_options){.program = program,
			.dir = dir,
			.listen = "127.0.0.1:0",
			.domain = "env.localhost"},
		&events, &eb);
	free(program);
	if (proxy == NULL)
		fail_msg("%s", eb.text);
	h = (struct haproxy *)proxy;
	environment_init(&env);
	put_service("cart");
	put_version("v1", "127.0.0.1:9001");
	h->env = &env;
	mirror_build(&h->table, &env);
	assert_true(str_copy(address.sun_path, sizeof(address.sun_path), str_of(h->runtime_path)));
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 8), 0);
	health_told = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	proxy_destroy(proxy);
	environment_finish(&env);
	event_base_free(base);
	close(listener);
	return process_remove_tree(dir) ? 0 : -1;
}

/* ---- a worker that was replaced ---------------------------------------------------------------------------- */

static void an_old_worker_is_not_taken_for_the_new_one(void **state)
{
	int old_log, new_log;
	int old = load_worker(&old_log);
	int new;

	(void)state;
	await(old, "show info\nset var proc.revision int(2)\n");
	new = load_worker(&new_log);
	say(new, "Pid: 22\n\n> \n> ");
	assert_int_equal(h->worker_pid, 22);
	say(old, "Pid: 11\n\n> \n> ");
	assert_int_equal(h->worker_pid, 22);
	close(old);
	close(old_log);
	close(new);
	close(new_log);
}

/* What HAProxy says of its servers: `state` 2 is up. */
#define SERVERS(state)                                                                           \
	"1\n# be_id be_name srv_id srv_name\n2 cart 1 v1:0 127.0.0.1 " state " 0 0 1 1 1 0 0 0 " \
	"0 0 0 - 9001 -\n\n> "

static void health_is_the_new_workers(void **state)
{
	struct mirror_place place;
	int old_log, new_log;
	int old = load_worker(&old_log);
	int new;

	(void)state;
	say(old, "Pid: 11\n\n> \n> ");
	assert_true(mirror_find_server(&h->table, STR_LIT("cart"), STR_LIT("v1:0"), &place));
	place.version->servers[0].up = true;
	h->ticks = 39;
	event_active(h->tick, EV_TIMEOUT, 0);
	await(old, "show servers state\n");
	new = load_worker(&new_log);
	say(new, "Pid: 22\n\n> \n> ");
	say(old, SERVERS("0"));
	assert_int_equal(health_told, 0);
	/* The new one itself is believed. */
	h->ticks = 39;
	event_active(h->tick, EV_TIMEOUT, 0);
	await(new, "show servers state\n");
	say(new, SERVERS("0"));
	assert_int_equal(health_told, 1);
	close(old);
	close(old_log);
	close(new);
	close(new_log);
}

/* The old worker's answer comes while there is no other yet. */
static void an_answer_may_come_when_there_is_no_worker(void **state)
{
	int log, fd = load_worker(&log);

	(void)state;
	say(fd, "Pid: 11\n\n> \n> ");
	h->ticks = 39;
	event_active(h->tick, EV_TIMEOUT, 0);
	await(fd, "show servers state\n");
	workers_replace(h, NULL);
	say(fd, SERVERS("0"));
	assert_int_equal(health_told, 0);
	close(fd);
	close(log);
}

static void note_runtime(void *arg, const struct runtime_result *result)
{
	struct runtime **ret_runtime = arg;

	assert_true(result->errors > 0);
	*ret_runtime = h->runtime;
}

static void nobody_sends_while_it_closes(void **state)
{
	int log, fd = load_worker(&log);
	struct runtime *seen = h->runtime;
	struct haproxy_batch commands;

	(void)state;
	assert_non_null(seen);
	haproxy_batch_init(&commands);
	haproxy_batch_addf(&commands, "show info");
	runtime_send(h->runtime, &commands, note_runtime, &seen);
	haproxy_batch_finish(&commands);
	workers_close(h);
	assert_null(seen);
	close(fd);
	close(log);
}

/* ---- changes ----------------------------------------------------------------------------------------------- */

/* The table is that of a load that failed: what HAProxy has is asked first. */
static void changes_wait_until_it_is_known_what_is_loaded(void **state)
{
	int log, fd = load_worker(&log);
	int ping;

	(void)state;
	say(fd, "Pid: 11\n\n> \n> ");
	assert_true(process_watch(h->process, getpid()));
	h->unsure = true;
	h->silent = true;
	put_version("v2", "127.0.0.1:9002");
	proxy_readdress(proxy, STR_LIT("cart"), STR_LIT("v2"));
	assert_int_equal(hashmap_count(h->dirty[OBJECT_VERSION]), 1);
	watch_tick(h);
	ping = accept_one();
	await(ping, "get var proc.generation\n");
	assert_int_equal(send(ping, "<1>\n", 4, MSG_NOSIGNAL), 4);
	close(ping);
	while (h->ping != NULL)
		turn();
	assert_false(h->silent);
	assert_int_equal(hashmap_count(h->dirty[OBJECT_VERSION]), 1);
	close(fd);
	close(log);
}

/* The words stay with the version whose command it was, and those that follow from it are not told too. */
static void a_refused_command_is_of_its_version(void **state)
{
	int log, fd = load_worker(&log);

	(void)state;
	say(fd, "Pid: 11\n\n> \n> ");
	put_version("v2", "127.0.0.1:9002");
	proxy_readdress(proxy, STR_LIT("cart"), STR_LIT("v2"));
	await(fd, "add map maps/cart.versions v2 version-unhealthy\nset var proc.revision "
		  "int(3)\n");
	say(fd, "New server registered.\n\n> "
		"[3]:'server v2:0' : no room\n\n> "
		"\n> "
		"[3]:No such server.\n\n> [3]:No such server.\n\n> \n> "
		"\n> \n> \n> ");
	assert_string_equal(health_said,
		"cart@v2 0 down HAProxy refuses the version: 'server v2:0' "
		": no room");
	assert_int_equal(health_told, 1);
	assert_string_equal(h->error.text, "");
	assert_true(h->repair_wanted);
	/* Loaded: what is up is told again. */
	{
		struct mirror_place place;
		int old = fd, old_log = log;

		assert_true(
			mirror_find_server(&h->table, STR_LIT("cart"), STR_LIT("v2:0"), &place));
		place.version->servers[0].up = true;
		fd = load_worker(&log);
		close(old);
		close(old_log);
	}
	assert_string_equal(health_said, "cart@v2 0 up ");
	/* What names no version stays with the proxy. */
	say(fd, "Pid: 12\n\n> [3]:Unable to set a variable.\n\n> ");
	assert_non_null(strstr(h->error.text, "Unable to set a variable."));
	close(fd);
	close(log);
}

/* What was to be told of a service when the load that left it out began, is told after it, and means nothing. */
static void a_command_of_what_is_left_out_is_forgotten(void **state)
{
	int log, fd = load_worker(&log);
	struct mirror_service *cart;

	(void)state;
	health_told = 0;
	say(fd, "Pid: 11\n\n> \n> ");
	put_version("v2", "127.0.0.1:9002");
	proxy_readdress(proxy, STR_LIT("cart"), STR_LIT("v2"));
	await(fd, "add map maps/cart.versions v2 version-unhealthy\nset var proc.revision "
		  "int(3)\n");
	cart = hashmap_get(h->table.services, STR_LIT("cart"));
	cart->refused = xstrdup("unknown keyword");
	say(fd, "[3]:No such backend.\n\n> [3]:No such backend.\n\n> [3]:No such backend.\n\n> "
		"[3]:No such server.\n\n> [3]:No such server.\n\n> [3]:No such server.\n\n> "
		"[3]:No such server.\n\n> [3]:No such backend.\n\n> "
		"[3]:Unknown map identifier. Please use #<id> or <file>.\n\n> \n> ");
	assert_int_equal(health_told, 0);
	assert_string_equal(h->error.text, "");
	assert_false(h->repair_wanted);
	free(cart->refused);
	cart->refused = NULL;
	close(fd);
	close(log);
}

/* Each change comes before the ones before it have been waited for long enough. */
static void changes_that_do_not_end_are_loaded_too(void **state)
{
	struct timeval apart = time_wait_ms(5);
	int calls = 0;

	(void)state;
	for (; h->step == RELOAD_NONE && calls < 400; calls++) {
		reload_want(h);
		event_base_loopexit(base, &apart);
		(void)event_base_dispatch(base);
	}
	assert_int_not_equal(h->step, RELOAD_NONE);
}

/* Not when the next try is due, which is ten ticks later. */
static void a_directory_that_is_back_is_written_at_once(void **state)
{
	struct timeval tick = time_wait_ms(500);
	char away[80];

	(void)state;
	assert_true(process_watch(h->process, getpid()));
	(void)snprintf(away, sizeof(away), "%s-away", dir);
	assert_int_equal(rename(dir, away), 0);
	assert_int_equal(symlink("/dev/null/nowhere", dir), 0); /* or it would be made */
	reload_begin(h);
	while (h->step != RELOAD_NONE)
		turn();
	assert_non_null(strstr(h->error.text, dir));
	event_add(h->tick, &tick);
	assert_int_equal(unlink(dir), 0);
	assert_int_equal(rename(away, dir), 0);
	while (h->asking == NULL && h->step == RELOAD_NONE)
		turn();
	assert_in_range(h->ticks, 1, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_old_worker_is_not_taken_for_the_new_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(health_is_the_new_workers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_answer_may_come_when_there_is_no_worker, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_sends_while_it_closes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			changes_wait_until_it_is_known_what_is_loaded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_refused_command_is_of_its_version, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_command_of_what_is_left_out_is_forgotten, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			changes_that_do_not_end_are_loaded_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_directory_that_is_back_is_written_at_once, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
