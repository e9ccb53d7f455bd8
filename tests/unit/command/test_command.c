/*
 * Commands against a small HTTP server of their own: what each sends, in order, and what it makes of the
 * answers. The server is scripted: one row of answers a command, given one after another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/command/command.h"

enum { ANSWERS_MAX = 6, TEXT_MAX = 1 << 20, LIMIT_S = 20 };

struct answer {
	int status;
	const char *body;
};

struct fixture {
	struct event_base *base;
	struct evhttp *http;
	struct client *client;
	const struct answer *answers;
	size_t answer_count;
	size_t answered;
	const char *status; /* what /v1/status answers, whenever; NULL: the next of `answers` */
	struct strbuf asked; /* "GET /v1/... BODY\n" each */
	struct strbuf body; /* of the results, a line each */
	struct strbuf message;
	char behind[256]; /* of the last result */
	enum err err;
	struct errbuf eb;
	bool ended;
};

static const char *method_name(struct evhttp_request *req)
{
	static const struct {
		enum evhttp_cmd_type type;
		const char *name;
	} names[] = {{EVHTTP_REQ_GET, "GET"}, {EVHTTP_REQ_PUT, "PUT"}, {EVHTTP_REQ_POST, "POST"},
		{EVHTTP_REQ_PATCH, "PATCH"}, {EVHTTP_REQ_DELETE, "DELETE"}};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].type == evhttp_request_get_command(req))
			return names[i].name;
	return "?";
}

static void on_request(struct evhttp_request *req, void *arg)
{
	struct fixture *f = arg;
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	size_t len = evbuffer_get_length(in);
	struct answer answer = {500, "{}"};
	struct evbuffer *out = evbuffer_new();
	const char *if_match =
		evhttp_find_header(evhttp_request_get_input_headers(req), "If-Match");

	strbuf_addf(&f->asked, "%s %s%s%s%s%.*s\n", method_name(req), evhttp_request_get_uri(req),
		if_match ? " if " : "", if_match ? if_match : "", len ? " " : "", (int)len,
		(const char *)evbuffer_pullup(in, -1));
	if (f->status && !strcmp(evhttp_request_get_uri(req), "/v1/status"))
		answer = (struct answer){200, f->status};
	else if (f->answered < f->answer_count)
		answer = f->answers[f->answered++];
	evbuffer_add(out, answer.body, strlen(answer.body));
	evhttp_add_header(evhttp_request_get_output_headers(req), "Content-Type",
		answer.status < 400 ? "application/json" : "application/problem+json");
	if (evhttp_request_get_command(req) != EVHTTP_REQ_GET)
		evhttp_add_header(evhttp_request_get_output_headers(req), "Umbra-Behind",
			"proxy;why=\"it is stopped\"");
	evhttp_send_reply(req, answer.status, NULL, out);
	evbuffer_free(out);
}

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct client_options options = {.actor = "tester"};
	struct evhttp_bound_socket *bound;
	struct sockaddr_in address = {0};
	socklen_t len = sizeof(address);
	char url[64];

	f->base = event_base_new();
	f->http = evhttp_new(f->base);
	evhttp_set_allowed_methods(f->http, EVHTTP_REQ_GET | EVHTTP_REQ_PUT | EVHTTP_REQ_POST |
						    EVHTTP_REQ_PATCH | EVHTTP_REQ_DELETE);
	bound = evhttp_bind_socket_with_handle(f->http, "127.0.0.1", 0);
	if (!bound ||
		getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &len))
		return -1;
	evhttp_set_gencb(f->http, on_request, f);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", ntohs(address.sin_port));
	options.url = url;
	f->client = client_create(f->base, &options, NULL);
	strbuf_init(&f->asked, TEXT_MAX);
	strbuf_init(&f->body, TEXT_MAX);
	strbuf_init(&f->message, TEXT_MAX);
	*state = f;
	return f->client ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	client_destroy(f->client);
	evhttp_free(f->http);
	event_base_free(f->base);
	strbuf_finish(&f->asked);
	strbuf_finish(&f->body);
	strbuf_finish(&f->message);
	free(f);
	return 0;
}

static void on_result(void *arg, const struct command_result *result)
{
	struct fixture *f = arg;

	if (result->body.n) {
		strbuf_add_str(&f->body, result->body);
		strbuf_add_char(&f->body, '\n');
	}
	strbuf_add_str(&f->message, result->message);
	(void)str_copy(f->behind, sizeof(f->behind), result->behind);
	f->err = result->err;
	f->eb = result->eb ? *result->eb : (struct errbuf){0};
	f->ended = !result->more;
	if (f->ended)
		event_base_loopbreak(f->base);
}

static void run(struct fixture *f, const char *line, const struct answer *answers)
{
	static const struct timeval limit = {.tv_sec = LIMIT_S};
	struct command_args args;
	struct errbuf eb = {0};

	strbuf_reset(&f->asked);
	strbuf_reset(&f->body);
	strbuf_reset(&f->message);
	f->answers = answers;
	f->answered = 0;
	for (f->answer_count = 0; answers[f->answer_count].status;)
		f->answer_count++;
	f->ended = false;
	if (command_parse_line(line, &args, &eb))
		fail_msg("%s: %s", line, eb.text);
	assert_non_null(command_start(args.command, f->client, &args, on_result, f));
	args_finish(&args);
	assert_false(f->ended);
	event_base_loopexit(f->base, &limit);
	event_base_dispatch(f->base);
	if (!f->ended)
		fail_msg("%s: no end", line);
}

/* ---- one exchange after another ---- */

#define DRY_RUN                                                                                    \
	"{\"dry_run\":true,\"session\":{\"pins\":{\"a\":\"1\"}},\"routes_changed\":1,\"changes\":" \
	"[]}"
#define SESSION                                                                                \
	"{\"key\":\"dev-4f2k\",\"name\":\"dev\",\"policy\":\"strict\",\"pins\":{\"a\":\"1\"}," \
	"\"ttl\":\"8h\",\"expires_at\":\"2026-11-22T18:00:00.000Z\"}"
#define GONE(text) "{\"code\":\"gone\",\"detail\":\"" text "\"}"
#define ABSENT "{\"code\":\"not-found\",\"detail\":\"it never was\"}"
#define VERSION                                                                        \
	"{\"service\":\"cart\",\"version\":\"pr-1\",\"kind\":\"ephemeral\",\"state\":" \
	"\"starting\","                                                                \
	"\"endpoints\":[\"h:1\"],\"ttl\":\"72h\",\"expires_at\":\"2026-11-25T18:00:00.000Z\"}"
#define NOT_FOUND \
	"{\"code\":\"not-found\",\"title\":\"x\",\"status\":404,\"detail\":\"no such thing\"}"
#define UNKNOWN(near)                                                                     \
	"{\"code\":\"service-unknown\",\"detail\":\"there is no service cart\",\"near\":" \
	"[" near "]}"
#define FIRST "{\"kind\":\"ephemeral\",\"endpoints\":[\"h:1\"]}\n"
#define PINS(key, policy, version) \
	"{\"key\":\"" key "\",\"policy\":\"" policy "\",\"pins\":{\"cart\":\"" version "\"}}"
#define STATUS "{\"domain\":\"env.localhost\",\"proxy\":{\"url\":\"http://127.0.0.1:8080\"}}"

static const struct {
	const char *line;
	struct answer answers[ANSWERS_MAX];
	const char *asked;
	enum err err;
	const char *says; /* part of the message, the error's sentence, or the body */
} cases[] = {
	{"status", {{200, STATUS}}, "GET /v1/status\n", ERR_NONE, "env.localhost"},
	{"service show cart", {{200, "{\"name\":\"cart\"}"}}, "GET /v1/services/cart\n", ERR_NONE,
		"\"cart\""},
	{"service show cart", {{404, NOT_FOUND}}, "GET /v1/services/cart\n", ERR_NOT_FOUND,
		"no such thing"},
	{"service set cart --owner me --health-path /h --host a.example --host b.example",
		{{404, NOT_FOUND}, {201, "{\"name\":\"cart\"}"}},
		"GET /v1/services/cart\nPUT /v1/services/cart "
		"{\"health\":{\"path\":\"/h\"},\"owner\":\"me\",\"hosts\":[\"a.example\","
		"\"b.example\"]}\n",
		ERR_NONE, "service cart is set"},
	{"service set cart --owner '' --protocol h2c",
		{{200, "{\"name\":\"cart\",\"owner\":\"x\",\"health\":{\"path\":\"/"
		       "h\",\"interval\":\"5s\"},"
		       "\"stable\":\"1\",\"revision\":7}"},
			{200, "{\"name\":\"cart\"}"}},
		"GET /v1/services/cart\nPUT /v1/services/cart "
		"{\"name\":\"cart\",\"health\":{\"path\":\"/"
		"h\",\"interval\":\"5s\"},\"protocol\":\"h2c\"}\n",
		ERR_NONE, "is set"},
	{"service remove cart", {{204, ""}}, "DELETE /v1/services/cart\n", ERR_NONE, "removed"},
	{"version show cart@pr-1", {{200, VERSION}}, "GET /v1/services/cart/versions/pr-1\n",
		ERR_NONE, "pr-1"},
	{"version register cart@pr-1 --endpoint h:1 --pr 482 --author dev1 --commit a1 --build 7 "
	 "--ttl 3d --label team=x=y --take",
		{{201, VERSION}},
		"PUT /v1/services/cart/versions/pr-1?keep=1&take=1 "
		"{\"kind\":\"ephemeral\",\"endpoints\":[\"h:1\"],\"labels\":{\"team\":\"x=y\"},"
		"\"pr\":{\"number\":482,\"author\":\"dev1\"},\"commit\":\"a1\",\"build\":7,\"ttl\":"
		"\"3d\"}\n",
		ERR_NONE, "cart@pr-1 is registered as ephemeral, starting, for 72h"},
	{"version register cart@1 --endpoint h:1 --stable", {{201, VERSION}},
		"PUT /v1/services/cart/versions/1?keep=1 "
		"{\"kind\":\"stable\",\"endpoints\":[\"h:1\"]}\n",
		ERR_NONE, "registered"},
	{"version extend cart@pr-1", {{200, VERSION}, {200, VERSION}},
		"GET /v1/services/cart/versions/pr-1\n"
		"PATCH /v1/services/cart/versions/pr-1 {\"ttl\":\"72h\"}\n",
		ERR_NONE, "lives for 72h from now"},
	{"version extend cart@pr-1 --ttl 1h", {{200, VERSION}},
		"PATCH /v1/services/cart/versions/pr-1 {\"ttl\":\"1h\"}\n", ERR_NONE, "until"},
	{"version extend cart@1", {{200, "{\"service\":\"cart\",\"version\":\"1\"}"}},
		"GET /v1/services/cart/versions/1\n", ERR_USAGE, "no lifetime"},
	{"version retire cart@pr-1 --if-revision 17", {{204, ""}, {200, "{\"sessions\":[]}"}},
		"DELETE /v1/services/cart/versions/pr-1 if \"17\"\nGET /v1/sessions\n", ERR_NONE,
		"retired"},
	{"version extend cart@pr-1 --if-revision 17", {{200, VERSION}, {200, VERSION}},
		"GET /v1/services/cart/versions/pr-1\n"
		"PATCH /v1/services/cart/versions/pr-1 if \"17\" {\"ttl\":\"72h\"}\n",
		ERR_NONE, "lives for 72h from now"},
	{"version register cart@1 --endpoint h:1 --if-revision 3", {{201, VERSION}},
		"PUT /v1/services/cart/versions/1?keep=1 if \"3\" "
		"{\"kind\":\"ephemeral\",\"endpoints\":[\"h:1\"]}\n",
		ERR_NONE, "registered"},
	{"service set cart --owner me --if-revision 3",
		{{200, "{\"name\":\"cart\"}"}, {200, "{\"name\":\"cart\"}"}},
		"GET /v1/services/cart\nPUT /v1/services/cart if \"3\" "
		"{\"name\":\"cart\",\"owner\":\"me\"}\n",
		ERR_NONE, "is set"},
	{"version retire cart@pr-1",
		{{204, ""}, {200, "{\"sessions\":[" PINS("a", "lenient", "pr-1") "," PINS("b",
					  "strict", "pr-2") "," PINS("c", "strict", "pr-1") "]}"}},
		"DELETE /v1/services/cart/versions/pr-1\nGET /v1/sessions\n", ERR_NONE,
		"cart@pr-1 is retired; 2 sessions still pin it: a (lenient), c (strict); lenient "
		"ones fall back to stable, strict ones get 503"},
	{"version retire cart@pr-1",
		{{204, ""}, {200, "{\"sessions\":[" PINS("a", "lenient", "pr-1") "]}"}},
		"DELETE /v1/services/cart/versions/pr-1\nGET /v1/sessions\n", ERR_NONE,
		"1 session still pins it: a (lenient)"},
	{"version retire cart@pr-1", {{204, ""}, {503, NOT_FOUND}},
		"DELETE /v1/services/cart/versions/pr-1\nGET /v1/sessions\n", ERR_NONE,
		"is retired; who pins it cannot be said: no such thing"},
	{"session set dev --policy strict --ttl 3d --owner ann --name x", {{200, SESSION}},
		"PATCH /v1/sessions/dev {\"policy\":\"strict\",\"ttl\":\"3d\",\"owner\":\"ann\","
		"\"name\":\"x\"}\n",
		ERR_NONE, "session dev-4f2k: strict"},
	{"session set dev --policy lenient --dry-run", {{200, DRY_RUN}},
		"PATCH /v1/sessions/dev?dry-run=1 {\"policy\":\"lenient\"}\n", ERR_NONE,
		"nothing is changed"},
	{"version retire cart@pr-1", {{410, GONE("cart@pr-1 was retired")}},
		"DELETE /v1/services/cart/versions/pr-1\n", ERR_NONE,
		"cart@pr-1 was retired: already done"},
	{"version retire cart@pr-1 --if-revision 17", {{410, GONE("cart@pr-1 was retired")}},
		"DELETE /v1/services/cart/versions/pr-1 if \"17\"\n", ERR_GONE, "was retired"},
	{"version retire cart@pr-1", {{404, ABSENT}}, "DELETE /v1/services/cart/versions/pr-1\n",
		ERR_NOT_FOUND, "never was"},
	{"version retire cart@pr-1 --if-there", {{404, ABSENT}},
		"DELETE /v1/services/cart/versions/pr-1\n", ERR_NONE, "already done"},
	{"version retire cart@pr-1 --if-there", {{503, "{}"}},
		"DELETE /v1/services/cart/versions/pr-1\n", ERR_FAILED, ""},
	{"service remove cart", {{404, ABSENT}}, "DELETE /v1/services/cart\n", ERR_NOT_FOUND,
		"never was"},
	{"service remove cart --if-there", {{404, ABSENT}}, "DELETE /v1/services/cart\n", ERR_NONE,
		"already done"},
	{"session create dev --key-length 24", {{201, SESSION}},
		"POST /v1/sessions?key-length=24 {\"name\":\"dev\"}\n", ERR_NONE, "session"},
	{"session end dev", {{410, GONE("session dev was ended")}}, "DELETE /v1/sessions/dev\n",
		ERR_NONE, "session dev was ended: already done"},
	{"session end dev --if-there", {{404, ABSENT}}, "DELETE /v1/sessions/dev\n", ERR_NONE,
		"already done"},
	{"version register cart@pr-1 --endpoint h:1 --pr #482 --commit '' --build '' --ttl '' "
	 "--author '' --force",
		{{201, VERSION}},
		"PUT /v1/services/cart/versions/pr-1?keep=1&force=1 "
		"{\"kind\":\"ephemeral\",\"endpoints\":[\"h:1\"],\"pr\":{\"number\":482}}\n",
		ERR_NONE, "registered"},
	{"version register cart@pr-1 --endpoint h:1 --pr '' --author ''", {{201, VERSION}},
		"PUT /v1/services/cart/versions/pr-1?keep=1 "
		"{\"kind\":\"ephemeral\",\"endpoints\":[\"h:1\"]}\n",
		ERR_NONE, "registered"},
	{"version register cart@pr-1 --endpoint h:1 --take",
		{{404, UNKNOWN("")},
			{201, "{\"service\":\"cart\",\"version\":\"pr-1\",\"service_created\":"
			      "true}"}},
		"PUT /v1/services/cart/versions/pr-1?keep=1&take=1 " FIRST
		"PUT /v1/services/cart/versions/pr-1?keep=1&take=1&create-service=1 " FIRST,
		ERR_NONE,
		"there was no service cart, it is made with this: umbra service set cart sets"},
	{"version register cart@pr-1 --endpoint h:1",
		{{404, UNKNOWN("\"carts\",\"card\"")},
			{201, "{\"service\":\"cart\",\"version\":\"pr-1\",\"service_created\":"
			      "true}"}},
		"PUT /v1/services/cart/versions/pr-1?keep=1 " FIRST
		"PUT /v1/services/cart/versions/pr-1?keep=1&create-service=1 " FIRST,
		ERR_NONE, "it is made with this; did you mean carts? umbra service remove cart"},
	{"version register cart@pr-1 --endpoint h:1 --no-create", {{404, UNKNOWN("\"carts\"")}},
		"PUT /v1/services/cart/versions/pr-1?keep=1 " FIRST, ERR_SERVICE_UNKNOWN,
		"no service cart"},
	{"version register cart@pr-1 --endpoint h:1 --if-revision 3", {{404, UNKNOWN("")}},
		"PUT /v1/services/cart/versions/pr-1?keep=1 if \"3\" " FIRST, ERR_SERVICE_UNKNOWN,
		"no service cart"},
	/* One of before, which knows no such parameter. */
	{"version register cart@pr-1 --endpoint h:1",
		{{404, UNKNOWN("")},
			{400, "{\"code\":\"bad-value\",\"detail\":\"there is no parameter "
			      "create-service\",\"field\":\"create-service\"}"}},
		"PUT /v1/services/cart/versions/pr-1?keep=1 " FIRST
		"PUT /v1/services/cart/versions/pr-1?keep=1&create-service=1 " FIRST,
		ERR_SERVICE_UNKNOWN, "no service cart"},
	/* What else is wrong with it. */
	{"version register cart@pr-1 --endpoint h:1",
		{{404, UNKNOWN("")},
			{400, "{\"code\":\"bad-value\",\"detail\":\"no endpoint\",\"field\":"
			      "\"endpoints\"}"}},
		"PUT /v1/services/cart/versions/pr-1?keep=1 " FIRST
		"PUT /v1/services/cart/versions/pr-1?keep=1&create-service=1 " FIRST,
		ERR_BAD_VALUE, "no endpoint"},
	{"version register cart@pr-1 --endpoint h:1",
		{{201, "{\"service\":\"cart\",\"version\":\"pr-1\",\"came_back\":{\"why\":"
		       "\"retired\",\"gone_at\":\"2026-11-22T18:42:07.000Z\",\"actor\":\"dev1\"}"
		       "}"}},
		"PUT /v1/services/cart/versions/pr-1?keep=1 "
		"{\"kind\":\"ephemeral\",\"endpoints\":[\"h:1\"]}\n",
		ERR_NONE, "it is back: it was retired at 2026-11-22T18:42:07.000Z by dev1"},
	{"version register cart@pr-1 --endpoint h:2 --title New --replace",
		{{200, "{\"service\":\"cart\",\"version\":\"pr-1\",\"state\":\"starting\",\"ttl\":"
		       "\"72h\",\"endpoints\":[\"h:2\"],\"pr\":{\"number\":482,\"title\":\"New\"},"
		       "\"labels\":{\"team\":\"pay\"},\"replaced\":{\"endpoints\":[\"h:1\"],"
		       "\"pr\":{\"title\":\"Old\"},\"commit\":\"a1\"}}"}},
		"PUT /v1/services/cart/versions/pr-1 "
		"{\"kind\":\"ephemeral\",\"endpoints\":[\"h:2\"],\"pr\":{\"title\":\"New\"}}\n",
		ERR_NONE,
		"cart@pr-1 was there already: endpoint h:1 -> h:2, title Old -> New, commit a1 -> "
		"none; pull request 482, labels kept, starting, for 72h"},
	{"version register cart@pr-1 --endpoint h:1 --no-create",
		{{409, "{\"code\":\"endpoint-taken\",\"detail\":\"h:1 belongs to "
		       "cart@1\",\"field\":"
		       "\"endpoints\",\"expected\":\"an endpoint of its own, or take=1 to move "
		       "it\"}"}},
		"PUT /v1/services/cart/versions/pr-1?keep=1 " FIRST, ERR_ENDPOINT_TAKEN,
		"or --take to move it"},
	{"version register cart@pr-1 --endpoint h:1",
		{{409, "{\"code\":\"conflict\",\"detail\":\"cart@pr-1 is "
		       "stable\",\"field\":\"kind\","
		       "\"expected\":\"stable\"}"}},
		"PUT /v1/services/cart/versions/pr-1?keep=1 " FIRST, ERR_CONFLICT,
		"add --stable, or choose another version name"},
	{"version promote cart@pr-1 --force", {{200, "{\"name\":\"cart\",\"stable\":\"pr-1\"}"}},
		"POST /v1/services/cart/stable {\"version\":\"pr-1\",\"force\":true}\n", ERR_NONE,
		"cart@pr-1 is stable now"},
	{"session show dev-4f2k", {{200, SESSION}}, "GET /v1/sessions/dev-4f2k\n", ERR_NONE, "8h"},
	{"session create 'a b' --pin a=1 --pin b=2 --strict --ttl 1h --owner me --key k",
		{{201, SESSION}},
		"POST /v1/sessions {\"name\":\"a b\",\"key\":\"k\",\"owner\":\"me\",\"ttl\":\"1h\","
		"\"policy\":\"strict\",\"pins\":{\"a\":\"1\",\"b\":\"2\"}}\n",
		ERR_NONE, "session dev-4f2k: strict, pins a=1, for 8h"},
	{"session create --pr '#482' --pr-url https://x/482 --pin a=1", {{201, SESSION}},
		"POST /v1/sessions "
		"{\"pr\":482,\"pr_url\":\"https://x/482\",\"pins\":{\"a\":\"1\"}}\n",
		ERR_NONE, "dev-4f2k"},
	{"session create --pin a=1 --strict",
		{{201, "{\"key\":\"k\",\"policy\":\"strict\",\"pins\":{\"a\":\"1\"},\"ttl\":\"8h\","
		       "\"warnings\":[\"a@1 is unhealthy: every request to a gets 503 until it is "
		       "ready\"]}"}},
		"POST /v1/sessions {\"policy\":\"strict\",\"pins\":{\"a\":\"1\"}}\n", ERR_NONE,
		"session k: strict, pins a=1, for 8h; a@1 is unhealthy: every request to a gets "
		"503 until it is ready"},
	{"session create --pr 482 --dry-run", {{200, DRY_RUN}},
		"POST /v1/sessions?dry-run=1 {\"pr\":482}\n", ERR_NONE,
		"nothing is changed; it would change 1 route, with pins a=1"},
	{"session pin dev-4f2k a=1 --dry-run", {{200, DRY_RUN}},
		"PATCH /v1/sessions/dev-4f2k?dry-run=1 {\"pins\":{\"a\":\"1\"}}\n", ERR_NONE,
		"nothing is changed"},
	{"session unpin dev-4f2k a --dry-run", {{200, DRY_RUN}},
		"PATCH /v1/sessions/dev-4f2k?dry-run=1 {\"pins\":{\"a\":null}}\n", ERR_NONE,
		"nothing is changed"},
	{"pr list", {{200, "{\"pulls\":[]}"}}, "GET /v1/pulls\n", ERR_NONE, "pulls"},
	{"pr list author:dev1 'seat holds'", {{200, "{\"pulls\":[]}"}},
		"GET /v1/pulls?filter=author%3Adev1%20seat%20holds\n", ERR_NONE, "pulls"},
	{"pr show '#482'", {{200, "{\"number\":482}"}}, "GET /v1/pulls/482\n", ERR_NONE, "482"},
	{"pr show 482 --pr-url https://x/482", {{200, "{\"number\":482}"}},
		"GET /v1/pulls/482?url=https%3A%2F%2Fx%2F482\n", ERR_NONE, "482"},
	{"session create", {{201, SESSION}}, "POST /v1/sessions {}\n", ERR_NONE, "dev-4f2k"},
	{"session pin dev-4f2k a=1 b=2", {{200, SESSION}},
		"PATCH /v1/sessions/dev-4f2k {\"pins\":{\"a\":\"1\",\"b\":\"2\"}}\n", ERR_NONE,
		"a=1"},
	{"session unpin dev-4f2k a b", {{200, SESSION}},
		"PATCH /v1/sessions/dev-4f2k {\"pins\":{\"a\":null,\"b\":null}}\n", ERR_NONE,
		"dev-4f2k"},
	{"session extend dev-4f2k", {{200, SESSION}, {200, SESSION}},
		"GET /v1/sessions/dev-4f2k\nPATCH /v1/sessions/dev-4f2k {\"ttl\":\"8h\"}\n",
		ERR_NONE, "lives for 8h"},
	{"session end dev-4f2k", {{204, ""}}, "DELETE /v1/sessions/dev-4f2k\n", ERR_NONE, "ended"},
	{"session link dev-4f2k", {{200, SESSION}, {200, STATUS}},
		"GET /v1/sessions/dev-4f2k\nGET /v1/status\n", ERR_NONE,
		"http://dev-4f2k--a.env.localhost:8080/"},
	{"session link dev-4f2k --service gw --path /x", {{200, SESSION}, {200, STATUS}},
		"GET /v1/sessions/dev-4f2k\nGET /v1/status\n", ERR_NONE,
		"http://dev-4f2k--gw.env.localhost:8080/x"},
	{"session link k", {{200, "{\"key\":\"k\",\"pins\":{}}"}, {200, STATUS}},
		"GET /v1/sessions/k\nGET /v1/status\n", ERR_USAGE, "pins nothing"},
	/* Where requests come in, whatever is pinned. */
	{"session link k",
		{{200, SESSION},
			{200, "{\"entrance\":\"gateway\",\"domain\":\"env.localhost\",\"proxy\":{"
			      "\"url\":\"http://127.0.0.1:8080\"}}"}},
		"GET /v1/sessions/k\nGET /v1/status\n", ERR_NONE,
		"http://k--gateway.env.localhost:8080/"},
	{"session link k --service gw", {{200, SESSION}, {200, "{\"domain\":\"d\"}"}},
		"GET /v1/sessions/k\nGET /v1/status\n", ERR_FAILED, "where requests enter"},
	{"logs -n 3 service:cart '>200ms'",
		{{200, "{\"requests\":[{\"seq\":9},{\"seq\":8}],\"next\":8,\"oldest\":1}"},
			{200, "{\"requests\":[{\"seq\":7}],\"next\":7,\"oldest\":1}"}},
		"GET /v1/requests?filter=service%3Acart%20%3E200ms&limit=3\n"
		"GET /v1/requests?filter=service%3Acart%20%3E200ms&limit=1&before=8\n",
		ERR_NONE, "{\"seq\":7}\n{\"seq\":8}\n{\"seq\":9}\n"},
	{"logs service:a",
		{{200, "{\"requests\":[{\"seq\":2,\"time\":\"2026-11-22T18:00:00.001Z\"},"
		       "{\"seq\":1,\"time\":\"2026-11-22T18:00:00.002Z\"}],\"next\":0,\"oldest\":"
		       "1}"}},
		"GET /v1/requests?filter=service%3Aa&limit=50\n", ERR_NONE,
		"{\"seq\":2,\"time\":\"2026-11-22T18:00:00.001Z\"}\n{\"seq\":1,"},
	{"logs", {{200, "{\"requests\":[],\"next\":0,\"oldest\":1}"}},
		"GET /v1/requests?limit=50\n", ERR_NONE, ""},
	{"logs", {{200, "<html>"}}, "GET /v1/requests?limit=50\n", ERR_FAILED,
		"a control plane of Umbra"},
	{"events",
		{{200, "{\"events\":[{\"seq\":2,\"time\":\"2026-11-22T18:00:01Z\"},{\"seq\":1,"
		       "\"time\":"
		       "\"2026-11-22T18:00:00Z\"}],\"last\":2}"}},
		"GET /v1/events?limit=20\n", ERR_NONE,
		"{\"seq\":1,\"time\":\"2026-11-22T18:00:00Z\"}\n{\"seq\":2"},
	{"version wait cart@pr-1", {{404, NOT_FOUND}}, "GET /v1/services/cart/versions/pr-1\n",
		ERR_NOT_FOUND, "no such thing"},
};

static void each_command_asks_and_tells(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		run(f, cases[i].line, cases[i].answers);
		if (strcmp(f->asked.data, cases[i].asked) != 0)
			fail_msg("%s asked:\n%s", cases[i].line, f->asked.data);
		if (f->err != cases[i].err)
			fail_msg("%s: error %d: %s", cases[i].line, (int)f->err, f->eb.text);
		if (!strstr(f->message.data, cases[i].says) &&
			!strstr(f->body.data, cases[i].says) &&
			!strstr(f->eb.text, cases[i].says) &&
			!strstr(f->eb.expected, cases[i].says))
			fail_msg("%s: %s%s%s", cases[i].line, f->message.data, f->body.data,
				f->eb.text);
	}
}

/* ---- lists are filtered here ---- */

static const char environment[] =
	"{\"epoch\":\"e\",\"revision\":9,\"services\":[{\"name\":\"cart\"},{\"name\":\"search\"}],"
	"\"versions\":[{\"service\":\"cart\",\"version\":\"1\",\"kind\":\"stable\",\"state\":"
	"\"ready\","
	"\"endpoints\":[\"h:1\"]},{\"service\":\"cart\",\"version\":\"pr-1\",\"kind\":"
	"\"ephemeral\","
	"\"state\":\"unhealthy\",\"endpoints\":[\"h:2\"],\"pr\":{\"number\":1,\"author\":\"dev1\"}}"
	"],"
	"\"sessions\":[{\"key\":\"a\",\"owner\":\"dev1\",\"policy\":\"lenient\",\"pins\":{}},"
	"{\"key\":\"b\",\"owner\":\"dev2\",\"policy\":\"lenient\",\"pins\":{\"cart\":\"pr-1\"}}]}";

static const struct {
	const char *line, *has, *has_not;
} lists[] = {
	{"service list", "{\"name\":\"cart\",\"versions\":2,\"ready\":1}", "revision"},
	{"service list", "{\"name\":\"search\",\"versions\":0,\"ready\":0}", NULL},
	{"version list", "pr-1", "sessions"},
	{"version list state:unhealthy", "\"pr-1\"", "\"stable\""},
	{"version list author:dev1 service:cart", "\"pr-1\"", "\"stable\""},
	{"version list service:nobody", "{\"versions\":[]}", "cart"},
	{"session list owner:dev2", "\"b\"", "\"a\""},
};

static void lists_are_filtered(void **state)
{
	static const struct answer answers[] = {{200, environment}, {0, NULL}};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		cJSON *body;

		run(f, lists[i].line, answers);
		assert_string_equal(f->asked.data, "GET /v1/environment\n");
		assert_int_equal(f->err, ERR_NONE);
		body = json_parse(str_trim((struct str){f->body.data, f->body.len - 1}), NULL);
		assert_non_null(body);
		cJSON_Delete(body);
		if (!strstr(f->body.data, lists[i].has))
			fail_msg("%s: %s", lists[i].line, f->body.data);
		if (lists[i].has_not && strstr(f->body.data, lists[i].has_not))
			fail_msg("%s: %s", lists[i].line, f->body.data);
	}
}

/* ---- following ---- */

#define RECORD(seq)                                                                           \
	"{\"seq\":" seq                                                                       \
	",\"time\":\"2026-11-22T18:00:00.000Z\",\"id\":\"i\",\"service\":\"cart\","           \
	"\"version\":\"1\",\"kind\":\"stable\",\"reason\":\"no-session\",\"method\":\"GET\"," \
	"\"path\":\"/\",\"status\":200,\"answered_by\":\"version\"}"

static void following_goes_on_where_the_search_ended(void **state)
{
	static const struct answer answers[] = {
		{200, "{\"requests\":[" RECORD("9") "],\"next\":9,\"oldest\":1}"},
		{200, "{\"requests\":[" RECORD("9") "," RECORD("8") "],\"next\":0,\"oldest\":1}"},
		{200, RECORD("10") "\n{\"dropped\":3,\"why\":\"slow\"}\n" RECORD("14") "\n"},
		{400, "{\"code\":\"bad-filter\",\"title\":\"x\",\"status\":400,\"detail\":\"no\"}"},
		{0, NULL},
	};
	static const char *const pieces[] = {
		"\"seq\":8,", "\"seq\":9,", "\"seq\":10,", "\"dropped\":3,", "\"seq\":14,"};
	struct fixture *f = *state;
	const char *at;

	run(f, "logs -f -n 2 service:cart", answers);
	assert_int_equal(f->err, ERR_BAD_FILTER);
	at = f->body.data;
	for (size_t i = 0; at && i < ARRAY_LEN(pieces); i++) {
		at = strstr(at, pieces[i]);
		if (!at)
			fail_msg("no %s in its place: %s", pieces[i], f->body.data);
	}
	assert_non_null(strstr(f->asked.data, "GET /v1/requests?limit=1\n"));
	assert_non_null(strstr(f->asked.data, "limit=2&before=10\n"));
	assert_non_null(strstr(f->asked.data, "since=9"));
	assert_non_null(strstr(f->asked.data, "since=14"));
}

/* ---- waiting ---- */

#define FEED(state)                                                                                \
	"{\"epoch\":\"e\",\"since\":0,\"full\":true}\n{\"service\":{\"name\":\"cart\",\"health\":" \
	"{\"type\":\"http\",\"path\":\"/healthz\"}}}\n"                                            \
	"{\"version\":{\"service\":\"cart\",\"version\":\"pr-1\",\"kind\":\"ephemeral\","          \
	"\"state\":"                                                                               \
	"\"" state                                                                                 \
	"\",\"state_detail\":\"connection refused\",\"endpoints\":[\"h:1\"],\"revision\":5}}\n"    \
	"{\"revision\":5}\n"

#define UNCHECKED                                                                          \
	"{\"epoch\":\"e\",\"since\":0,\"full\":true}\n{\"service\":{\"name\":\"cart\"}}\n" \
	"{\"version\":{\"service\":\"cart\",\"version\":\"pr-1\",\"kind\":\"ephemeral\","  \
	"\"state\":\"starting\",\"endpoints\":[\"h:1\"],\"revision\":5}}\n{\"revision\":5}\n"

static void waiting_ends_when_it_is_ready(void **state)
{
	static const struct answer answers[] = {
		{200, VERSION}, {200, FEED("starting")}, {200, FEED("ready")}, {0, NULL}};
	struct fixture *f = *state;

	run(f, "version wait cart@pr-1", answers);
	assert_int_equal(f->err, ERR_NONE);
	assert_non_null(strstr(f->message.data, "cart@pr-1 is ready"));
	assert_non_null(strstr(f->body.data, "\"state\":\"ready\""));
}

static void registering_may_wait(void **state)
{
	static const struct answer answers[] = {{201, VERSION}, {200, VERSION},
		{200, FEED("starting")}, {200, FEED("ready")}, {0, NULL}};
	struct fixture *f = *state;

	run(f, "version register cart@pr-1 --endpoint h:1 --if-revision 3 --wait", answers);
	assert_int_equal(f->err, ERR_NONE);
	assert_non_null(strstr(f->message.data, "cart@pr-1 is ready"));
	assert_non_null(strstr(f->body.data, "\"state\":\"ready\""));
	assert_non_null(strstr(f->asked.data, "\nGET /v1/services/cart/versions/pr-1\n"));
}

static void registering_waits_no_longer_than_was_said(void **state)
{
	static const struct answer answers[] = {{201, VERSION}, {200, VERSION},
		{200, FEED("unhealthy")}, {200, FEED("unhealthy")}, {200, FEED("unhealthy")},
		{0, NULL}};
	struct fixture *f = *state;

	run(f, "version register cart@pr-1 --endpoint h:1 --wait --timeout 300ms", answers);
	assert_int_equal(f->err, ERR_TIMEOUT);
	assert_non_null(strstr(f->eb.text, "cart@pr-1 is unhealthy after 300ms"));
}

/* What a write says of the proxy is said, whatever is asked after it; and the write is done, whatever that answers. */
static void the_word_that_the_proxy_is_behind_stays(void **state)
{
	static const struct answer retired[] = {{204, ""}, {200, "{\"sessions\":[]}"}, {0, NULL}};
	static const struct answer odd[] = {{204, ""}, {200, "{}"}, {0, NULL}};
	static const struct answer registered[] = {{201, VERSION}, {200, VERSION},
		{200, FEED("starting")}, {200, FEED("ready")}, {0, NULL}};
	struct fixture *f = *state;

	run(f, "version retire cart@pr-1", retired);
	assert_non_null(strstr(f->behind, "it is stopped"));
	run(f, "version register cart@pr-1 --endpoint h:1 --wait", registered);
	assert_non_null(strstr(f->behind, "it is stopped"));
	run(f, "version retire cart@pr-1", odd);
	assert_int_equal(f->err, ERR_NONE);
	assert_non_null(strstr(f->message.data, "is retired; who pins it cannot be said"));
}

static void waiting_gives_up_with_the_detail(void **state)
{
	static const struct answer answers[] = {{200, VERSION}, {200, FEED("unhealthy")},
		{200, FEED("unhealthy")}, {200, FEED("unhealthy")}, {0, NULL}};
	struct fixture *f = *state;

	run(f, "version wait cart@pr-1 --timeout 300ms", answers);
	assert_int_equal(f->err, ERR_TIMEOUT);
	assert_string_equal(f->eb.text,
		"cart@pr-1 is unhealthy after 300ms: asked for GET http://h:1/healthz: connection "
		"refused; nothing listens there; see that it runs, and that this is its address "
		"and port");
}

/* No check has ended: the proxy may be why. */
static void waiting_for_a_check_tells_of_the_proxy(void **state)
{
	static const struct answer answers[] = {
		{200, VERSION}, {200, UNCHECKED}, {200, UNCHECKED}, {200, UNCHECKED}, {0, NULL}};
	static const struct {
		const char *status, *said;
	} proxies[] = {
		{"{\"proxy\":{\"state\":\"running\"}}",
			"cart@pr-1 is starting after 300ms; no health check has ended yet; a check "
			"is a connection to h:1"},
		{"{\"proxy\":{\"state\":\"lost\",\"error\":\"HAProxy did not start: no room\"}}",
			"cart@pr-1 is starting after 300ms; the proxy is lost: HAProxy did not "
			"start: no room; a check is a connection to h:1"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(proxies); i++) {
		f->status = proxies[i].status;
		run(f, "version wait cart@pr-1 --timeout 300ms", answers);
		assert_int_equal(f->err, ERR_TIMEOUT);
		assert_string_equal(f->eb.text, proxies[i].said);
	}
	f->status = NULL;
}

static void waiting_for_what_goes_away_ends(void **state)
{
	static const struct answer answers[] = {{200, VERSION},
		{200, "{\"epoch\":\"e\",\"since\":0,\"full\":true}\n{\"revision\":5}\n"},
		{0, NULL}};
	struct fixture *f = *state;

	run(f, "version wait cart@pr-1", answers);
	assert_int_equal(f->err, ERR_NOT_FOUND);
}

/* ---- nobody there ---- */

static void nobody_there_is_out_of_reach(void **state)
{
	struct fixture *f = *state;
	struct client_options options = {.url = "http://127.0.0.1:1"};
	struct client *client = client_create(f->base, &options, NULL);
	struct command_args args;

	f->ended = false;
	assert_int_equal(command_parse_line("status", &args, NULL), ERR_NONE);
	assert_non_null(command_start(args.command, client, &args, on_result, f));
	args_finish(&args);
	event_base_dispatch(f->base);
	assert_true(f->ended);
	assert_int_equal(f->err, ERR_UNREACHABLE);
	assert_int_equal(err_exit_code(f->err), 3);
	client_destroy(client);
}

static void a_cancelled_run_says_nothing(void **state)
{
	static const struct answer answers[] = {{200, STATUS}, {0, NULL}};
	static const struct timeval moment = {.tv_usec = 100000};
	struct fixture *f = *state;
	struct command_args args;

	f->answers = answers;
	f->answer_count = 1;
	f->answered = 0;
	f->ended = false;
	assert_int_equal(command_parse_line("status", &args, NULL), ERR_NONE);
	command_cancel(command_start(args.command, f->client, &args, on_result, f));
	args_finish(&args);
	command_cancel(NULL);
	event_base_loopexit(f->base, &moment);
	event_base_dispatch(f->base);
	assert_false(f->ended);
}

/* ---- a server that is no control plane ---- */

/* Whatever it answers, no command says that something was done. */
static void another_server_is_told_apart(void **state)
{
	static const struct answer answers[][2] = {{{200, "{}"}}, {{200, ""}}, {{200, "[]"}},
		{{200, "<html><body>It works!</body></html>"}}, {{200, "null"}}, {{200, "true"}},
		{{200, "{\"message\":\"ok\"}"}}, {{201, "{}"}}, {{202, ""}}};

	for (size_t i = 0; commands[i]; i++) {
		for (size_t k = 0; commands[i]->start && k < ARRAY_LEN(answers); k++) {
			struct fixture *f = *state;

			run(f, commands[i]->examples[0], answers[k]);
			if (f->err != ERR_FAILED ||
				!strstr(f->eb.text, "is it a control plane of Umbra?"))
				fail_msg("%s: %d %s %s%s", commands[i]->examples[0],
					answers[k][0].status, answers[k][0].body, f->eb.text,
					f->message.data);
			assert_int_equal(f->body.len, 0);
			assert_int_equal(f->message.len, 0);
		}
	}
}

/* Nor one that has nothing to say, where a thing was asked for. */
static void no_content_is_no_thing(void **state)
{
	static const struct answer nothing[] = {{204, ""}, {0, NULL}};

	for (size_t i = 0; commands[i]; i++) {
		if (!commands[i]->start || commands[i]->shape == SHAPE_NONE)
			continue;
		run(*state, commands[i]->examples[0], nothing);
		if (((struct fixture *)*state)->err != ERR_FAILED)
			fail_msg("%s: taken", commands[i]->examples[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_command_asks_and_tells),
		cmocka_unit_test(lists_are_filtered),
		cmocka_unit_test(following_goes_on_where_the_search_ended),
		cmocka_unit_test(waiting_ends_when_it_is_ready),
		cmocka_unit_test(registering_may_wait),
		cmocka_unit_test(registering_waits_no_longer_than_was_said),
		cmocka_unit_test(the_word_that_the_proxy_is_behind_stays),
		cmocka_unit_test(waiting_gives_up_with_the_detail),
		cmocka_unit_test(waiting_for_a_check_tells_of_the_proxy),
		cmocka_unit_test(waiting_for_what_goes_away_ends),
		cmocka_unit_test(nobody_there_is_out_of_reach),
		cmocka_unit_test(a_cancelled_run_says_nothing),
		cmocka_unit_test(another_server_is_told_apart),
		cmocka_unit_test(no_content_is_no_thing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
