/*
 * Furnishing and keeping busy the benches' environments. Runs in the server's process; a refused write
 * ends it, and bench_server_start() says false.
 */
#include "tests/support/bench_environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/model/version.h"
#include "core/wire/record.h"
#include "tests/support/api_fixture.h"

enum { NAME_SIZE = 32, BODY_SIZE = 1024, IN_FLIGHT = 500, TICK_MS = 10, DOWN_EVERY = 50 };
enum { HOURS_OLD = 3 }; /* ages that change each second would be bytes on the terminal */

static struct bench_environment scene;

struct stage_hand {
	struct fixture *fixture;
	int under_way;
	unsigned drawn; /* requests made so far */
};

static void name_service(char dst[NAME_SIZE], int service)
{
	(void)snprintf(dst, NAME_SIZE, "service-%04d", service);
}

static void name_version(char dst[NAME_SIZE], int version)
{
	if (version == 0)
		(void)snprintf(dst, NAME_SIZE, "2026.11.20");
	else
		(void)snprintf(dst, NAME_SIZE, "pr-%d", 400 + version);
}

static void on_written(void *arg, const struct plane_result *result)
{
	struct stage_hand *hand = arg;

	if (result->err != ERR_NONE) {
		(void)fprintf(stderr, "a write was refused: %s\n", result->eb->text);
		_exit(1);
	}
	hand->under_way--;
}

static void settle(struct stage_hand *hand, int most)
{
	while (hand->under_way > most)
		(void)event_base_loop(hand->fixture->base, EVLOOP_ONCE);
}

static void put(struct stage_hand *hand, struct plane_write *write, const struct record_type *type,
	const char *body)
{
	struct errbuf eb;
	cJSON *object;
	void *record = record_create(type);

	errbuf_clear(&eb);
	object = json_parse(str_of(body), &eb);
	if (object == NULL || wire_read_record(type, object, WIRE_PUT, record, &write->present,
				      &eb) != ERR_NONE) {
		(void)fprintf(stderr, "%s: %s\n", body, eb.text);
		_exit(1);
	}
	write->record = record;
	write->actor = "bench";
	hand->under_way++;
	plane_write(hand->fixture->plane, write, on_written, hand);
	cJSON_Delete(object);
	record_unref(type, record);
	settle(hand, IN_FLIGHT);
}

static void put_service(struct stage_hand *hand, int service)
{
	char name[NAME_SIZE], body[BODY_SIZE];
	struct plane_write write = {.verb = PLANE_PUT_SERVICE, .service = name};

	name_service(name, service);
	(void)snprintf(body, sizeof(body),
		"{\"owner\":\"team-%d\",\"description\":\"What the shop needs, part %d\","
		"\"repository\":\"https://forge.example/shop/%s\"}",
		service % 40, service, name);
	put(hand, &write, &service_type, body);
}

static void put_version(struct stage_hand *hand, int service, int version)
{
	char name[NAME_SIZE], label[NAME_SIZE], body[BODY_SIZE];
	struct plane_write write = {.verb = PLANE_PUT_VERSION, .service = name, .version = label};

	name_service(name, service);
	name_version(label, version);
	if (version == 0)
		(void)snprintf(body, sizeof(body),
			"{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:%d\"],\"commit\":"
			"\"9c1e0d2\"}",
			2000 + version);
	else
		(void)snprintf(body, sizeof(body),
			"{\"kind\":\"ephemeral\",\"endpoints\":[\"127.0.0.1:%d\"],\"commit\":"
			"\"%07x\",\"pr\":{\"number\":%d,\"title\":\"Change %d of part %d\",\"url\":"
			"\"https://forge.example/shop/%s/pull/%d\",\"branch\":\"change-%d\","
			"\"author\":\"dev%d\"},\"ttl\":\"72h\"}",
			2000 + version, (unsigned)(service * 4099 + version), 400 + version,
			version, service, name, 400 + version, version, version % 30);
	put(hand, &write, &version_type, body);
}

static void put_session(struct stage_hand *hand, int session)
{
	char body[BODY_SIZE], service[NAME_SIZE], version[NAME_SIZE];
	struct plane_write write = {.verb = PLANE_CREATE_SESSION};

	name_service(service, session % scene.services);
	name_version(version, session % scene.versions);
	(void)snprintf(body, sizeof(body),
		"{\"key\":\"dev-%d\",\"owner\":\"dev%d\",\"ttl\":\"10h\",\"pins\":{\"%s\":\"%s\"}}",
		session, session % 30, service, version);
	put(hand, &write, &session_type, body);
}

static void report_health(struct stage_hand *hand, int service, int version)
{
	char name[NAME_SIZE], label[NAME_SIZE];
	bool down = (service + version) % DOWN_EVERY == DOWN_EVERY - 1;

	name_service(name, service);
	name_version(label, version);
	plane_report_health(hand->fixture->plane, str_of(name), str_of(label), 0,
		down ? ENDPOINT_DOWN : ENDPOINT_UP, down ? "connection refused" : NULL);
}

static void furnish(struct stage_hand *hand)
{
	for (int service = 0; service < scene.services; service++) {
		put_service(hand, service);
		settle(hand, 0); /* a version needs its service */
		for (int version = 0; version < scene.versions; version++)
			put_version(hand, service, version);
	}
	settle(hand, 0);
	for (int session = 0; session < scene.sessions; session++)
		put_session(hand, session);
	settle(hand, 0);
	for (int service = 0; service < scene.services; service++)
		for (int version = 0; version < scene.versions; version++)
			report_health(hand, service, version);
}

/* ---- requests ---- */

static void request_one(struct stage_hand *hand)
{
	unsigned n = hand->drawn++;
	char id[NAME_SIZE], service[NAME_SIZE], version[NAME_SIZE], path[NAME_SIZE * 2];
	int which = (int)(n * 2654435761u >> 8);
	struct request request = {.time = time_now_ms(),
		.endpoint = STR_LIT("127.0.0.1:2000"),
		.caller = STR_LIT("gateway@2026.11.20"),
		.method = STR_LIT("GET"),
		.host = STR_LIT("service-0000.env.localhost"),
		.protocol = STR_LIT("HTTP/1.1"),
		.trace = STR_LIT("4bf92f3577b34da6a3ce929d0e0e4736"),
		.carrier = CARRIER_HEADER,
		.reason = REASON_PINNED,
		.intended = REASON_COUNT,
		.status = n % 40 == 0 ? 503 : 200,
		.total_ms = (double)(n * 7 % 300) / 3,
		.bytes_in = 310,
		.bytes_out = 1882};

	name_service(service, which % scene.services);
	name_version(version, which / scene.services % scene.versions);
	(void)snprintf(id, sizeof(id), "%016x", n);
	(void)snprintf(path, sizeof(path), "/items/%u?page=2", n);
	request.id = str_of(id);
	request.service = str_of(service);
	request.version = str_of(version);
	request.path = str_of(path);
	request.kind = which / scene.services % scene.versions == 0 ? KIND_STABLE : KIND_EPHEMERAL;
	if (n < scene.taken_max)
		scene.taken_ns[n] = time_monotonic_ns();
	(void)traffic_take(hand->fixture->traffic, &request);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	static int owed; /* in hundredths of a request */
	struct stage_hand *hand = arg;

	(void)fd;
	(void)what;
	for (owed += scene.rate; owed >= 1000 / TICK_MS; owed -= 1000 / TICK_MS)
		request_one(hand);
}

/* ---- the process ---- */

static void run_scene(int to)
{
	const struct timeval tick = {0, TICK_MS * 1000L};
	struct fixture f;
	struct stage_hand hand = {.fixture = &f};
	struct bench_hello hello;
	struct event *timer;

	fixture_ago_ms = HOURS_OLD * 3600LL * 1000;
	fixture_start(&f, NULL);
	plane_report_proxy(f.plane, false); /* no write waits for one */
	furnish(&hand);
	fixture_ago_ms = 0;
	(void)snprintf(hello.address, sizeof(hello.address), "%s", f.address);
	(void)snprintf(hello.epoch, sizeof(hello.epoch), "%s", plane_environment(f.plane)->epoch);
	hello.revision = plane_environment(f.plane)->revision;
	timer = event_new(f.base, -1, EV_PERSIST, on_tick, &hand);
	if (scene.rate > 0)
		(void)event_add(timer, &tick);
	bench_serve(f.base, &hello, to);
	event_free(timer);
	fixture_stop(&f);
}

bool bench_environment_start(struct bench_server *server, const struct bench_environment *wanted)
{
	scene = *wanted;
	return bench_server_start(server, run_scene);
}
