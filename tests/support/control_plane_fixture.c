/*
 * The control plane of the screen tests, see control_plane_fixture.h. Everything below "in the child" runs in the forked
 * process, where a failure cannot jump back into the test: it is printed and the process ends.
 */
#include "tests/support/control_plane_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/listener.h>

#include "core/api/server.h"
#include "core/plane/plane.h"
#include "core/store/store.h"
#include "core/traffic/traffic.h"
#include "core/wire/record.h"
#include "tests/support/store_memory.h"

struct control_plane_plane {
	struct event_base *base;
	struct store *store;
	struct plane *plane;
	struct traffic *traffic;
	struct api *api;
	const struct control_plane_script *script;
	int orders, acks;
	bool written;
	const char *actor;
};

static int64_t clock_ms = CONTROL_PLANE_NOW_MS;

static int64_t control_plane_now(void)
{
	return clock_ms;
}

static _Noreturn void give_up(const char *what, const char *why)
{
	(void)fprintf(stderr, "stage: %s: %s\n", what, why);
	_exit(99);
}

void control_plane_clock(struct control_plane_plane *plane, int64_t ago_ms)
{
	(void)plane;
	clock_ms = CONTROL_PLANE_NOW_MS - ago_ms;
}

void control_plane_actor(struct control_plane_plane *plane, const char *actor)
{
	plane->actor = actor;
}

static void on_written(void *arg, const struct plane_result *result)
{
	struct control_plane_plane *plane = arg;

	if (result->err != ERR_NONE)
		give_up("a write was refused", result->eb->text);
	plane->written = true;
}

static void write_body(struct control_plane_plane *plane, struct plane_write *write,
	const struct record_type *type, const char *body)
{
	struct errbuf eb;
	cJSON *object;
	void *record = record_create(type);

	errbuf_clear(&eb);
	object = json_parse(str_of(body), &eb);
	if (!object ||
		wire_read_record(type, object, WIRE_PUT, record, &write->present, &eb) != ERR_NONE)
		give_up(body, eb.text);
	write->record = record;
	write->actor = plane->actor;
	plane->written = false;
	plane_write(plane->plane, write, on_written, plane);
	while (!plane->written)
		(void)event_base_loop(plane->base, EVLOOP_ONCE);
	cJSON_Delete(object);
	record_unref(type, record);
}

void control_plane_service(struct control_plane_plane *plane, const char *name, const char *body)
{
	struct plane_write write = {.verb = PLANE_PUT_SERVICE, .service = name};

	write_body(plane, &write, &service_type, body);
}

void control_plane_version(struct control_plane_plane *plane, const char *service,
	const char *version, const char *body)
{
	struct plane_write write = {
		.verb = PLANE_PUT_VERSION, .service = service, .version = version};

	write_body(plane, &write, &version_type, body);
}

void control_plane_session(struct control_plane_plane *plane, const char *body)
{
	struct plane_write write = {.verb = PLANE_CREATE_SESSION};

	write_body(plane, &write, &session_type, body);
}

void control_plane_up(struct control_plane_plane *plane, const char *service, const char *version)
{
	plane_report_health(plane->plane, str_of(service), str_of(version), 0, ENDPOINT_UP, NULL);
}

void control_plane_down(struct control_plane_plane *plane, const char *service, const char *version,
	const char *why)
{
	plane_report_health(plane->plane, str_of(service), str_of(version), 0, ENDPOINT_DOWN, why);
}

void control_plane_request(struct control_plane_plane *plane, const struct request *request)
{
	struct request copy = *request;

	copy.time = clock_ms;
	(void)traffic_take(plane->traffic, &copy);
}

void control_plane_loss(struct control_plane_plane *plane, int64_t lost, const char *why)
{
	traffic_report_loss(plane->traffic, lost, why);
}

/* ---- the child's life ---- */

static const struct environment *environment_of(void *arg)
{
	return plane_environment(((struct control_plane_plane *)arg)->plane);
}

static void on_order(evutil_socket_t fd, short what, void *arg)
{
	struct control_plane_plane *plane = arg;
	char order;

	(void)what;
	if (read((int)fd, &order, 1) != 1)
		_exit(0); /* the test is gone */
	if (plane->script->order)
		plane->script->order(plane, order);
	if (write(plane->acks, &order, 1) != 1)
		_exit(0);
}

static void run_stage(const struct control_plane_script *script, int port, int orders, int acks)
{
	const struct plane_options plane_options = {
		"studio-demo", control_plane_now, "env.localhost"};
	struct control_plane_plane *plane = calloc(1, sizeof(*plane));
	const struct traffic_options traffic_options = {.now_ms = control_plane_now,
		.environment = environment_of,
		.environment_arg = plane};
	struct api_options options = {.now_ms = control_plane_now,
		.entry = {STR_LIT("http://127.0.0.1:8080"), STR_LIT("env.localhost")}};
	struct evconnlistener *listener;
	char address[API_ADDRESS_SIZE];
	struct errbuf eb;

	if (!plane)
		_exit(99);
	errbuf_clear(&eb);
	(void)signal(SIGPIPE, SIG_IGN);
	plane->script = script;
	plane->acks = acks;
	plane->actor = "stage";
	plane->base = event_base_new();
	plane->store = store_memory_create(plane->base);
	plane->plane = plane_create(plane->base, plane->store, &plane_options, &eb);
	plane->traffic = traffic_create(plane->base, &traffic_options, &eb);
	(void)snprintf(address, sizeof(address), "127.0.0.1:%d", port);
	listener = api_bind(plane->base, address, address, &eb);
	if (!plane->plane || !plane->traffic || !listener)
		give_up("start", eb.text);
	plane_report_proxy(plane->plane, false);
	script->furnish(plane);
	control_plane_clock(plane, 0);
	options.plane = plane->plane;
	options.traffic = plane->traffic;
	options.store = plane->store;
	options.demo = script->demo;
	plane->api = api_create(plane->base, listener, &options);
	(void)event_add(
		event_new(plane->base, orders, EV_READ | EV_PERSIST, on_order, plane), NULL);
	if (write(acks, address, sizeof(address)) != (ssize_t)sizeof(address))
		_exit(99);
	(void)event_base_loop(plane->base, EVLOOP_NO_EXIT_ON_EMPTY);
	_exit(0);
}

/* ---- in the test ---- */

void control_plane_start(
	struct control_plane *stage, const struct control_plane_script *script, int port)
{
	int orders[2], acks[2];
	char address[API_ADDRESS_SIZE] = "";

	assert_int_equal(pipe(orders), 0);
	assert_int_equal(pipe(acks), 0);
	stage->pid = fork();
	assert_true(stage->pid >= 0);
	if (stage->pid == 0) {
		close(orders[1]);
		close(acks[0]);
		run_stage(script, port, orders[0], acks[1]);
	}
	close(orders[0]);
	close(acks[1]);
	stage->orders = orders[1];
	stage->acks = acks[0];
	if (read(stage->acks, address, sizeof(address)) != (ssize_t)sizeof(address))
		fail_msg("the stage did not start");
	(void)snprintf(stage->url, sizeof(stage->url), "http://%.*s", (int)sizeof(stage->url) - 8,
		address);
	stage->port = (int)strtol(strrchr(address, ':') + 1, NULL, 10);
}

static void deny(int listener, int status)
{
	char answer[160], ignored[8192];

	(void)snprintf(answer, sizeof(answer),
		"HTTP/1.1 %d No\r\nContent-Type: text/html\r\nContent-Length: 12\r\n"
		"Connection: close\r\n\r\n<h1>No.</h1>",
		status);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			_exit(99);
		if (read(fd, ignored, sizeof(ignored)) > 0 && write(fd, answer, strlen(answer)) < 0)
			_exit(99);
		(void)shutdown(fd, SHUT_WR);
		close(fd);
	}
}

void control_plane_deny(struct control_plane *stage, int port, int status)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int yes = 1;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	(void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 64), 0);
	stage->orders = stage->acks = -1;
	stage->pid = fork();
	assert_true(stage->pid >= 0);
	if (stage->pid == 0) {
		(void)signal(SIGPIPE, SIG_IGN);
		deny(listener, status);
	}
	close(listener);
}

void control_plane_order(struct control_plane *stage, char order)
{
	char ack = '\0';

	assert_int_equal(write(stage->orders, &order, 1), 1);
	assert_int_equal(read(stage->acks, &ack, 1), 1);
	assert_int_equal(ack, order);
}

void control_plane_stop(struct control_plane *stage)
{
	if (stage->pid <= 0)
		return;
	(void)kill(stage->pid, SIGKILL);
	(void)waitpid(stage->pid, NULL, 0);
	(void)close(stage->orders);
	(void)close(stage->acks);
	stage->pid = 0;
}
