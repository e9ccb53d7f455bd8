/*
 * One process of the sample shop: takes a request, works for a while, calls the services its route names
 * one after another through the proxy, and answers with what it and they said.
 *
 * A visit lives from its request until its answer; whoever asked may be gone by then (`req` is NULL then)
 * and the calls are made to their end all the same. Every answer says who served it.
 */
#include "core/demo/shop.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/demo/fixtures.h"
#include "core/demo/prng.h"
#include "core/demo/http_client.h"
#include "core/demo/process.h"

enum { ANSWER_MAX = 256 * 1024, SLOW_MS = 600, FAILS_ONE_OF = 10 };

struct shop {
	struct event_base *base;
	struct http_client_pool *pool;
	const char *service;
	const char *version;
	const char *domain;
	unsigned traits;
	int work_ms;
	struct shop_holds holds;
	struct prng prng;
	unsigned visits; /* of the current ten, for the failing one */
	unsigned failing; /* which of the ten */
};

struct visit {
	struct shop *shop;
	struct evhttp_request *req; /* NULL once the asker is gone */
	const struct shop_route *route;
	size_t leg;
	struct shop_visit at;
	struct evkeyvalq query;
	struct evkeyvalq context; /* what is handed on */
	struct event *work;
	struct strbuf calls; /* JSON objects, with commas */
	cJSON *answers[SHOP_LEGS_MAX]; /* kept, since `at` points into them */
};

/*
 * What a citizen hands on: the routing context and the trace (design of routing, carriers; W3C Trace
 * Context and Baggage), and whose visit it is. A forgetful one has only `kept` ones.
 */
static const struct {
	const char *name;
	bool kept;
} context_headers[] = {
	{"Routing-Session", false},
	{"baggage", false},
	{"Routing-Pins", false},
	{"Routing-Strict", false},
	{"Routing-Hops", false},
	{"traceparent", true},
	{"tracestate", true},
	{"Studio-Member", true},
};

static void visit_free(struct visit *v)
{
	size_t i;

	if (v->req != NULL)
		evhttp_connection_set_closecb(evhttp_request_get_connection(v->req), NULL, NULL);
	evhttp_clear_headers(&v->query);
	evhttp_clear_headers(&v->context);
	strbuf_finish(&v->calls);
	for (i = 0; i < SHOP_LEGS_MAX; i++)
		cJSON_Delete(v->answers[i]);
	event_free(v->work);
	free(v);
}

static void reply_json(struct evhttp_request *req, int status, struct str body)
{
	struct evbuffer *out = evhttp_request_get_output_buffer(req);

	(void)evhttp_add_header(
		evhttp_request_get_output_headers(req), "Content-Type", "application/json");
	(void)evbuffer_add(out, body.p, body.n);
	(void)evbuffer_add(out, "\n", 1);
	evhttp_send_reply(req, status, NULL, NULL);
}

static void visit_reply(struct visit *v, const char *error, int status)
{
	struct shop *shop = v->shop;
	char by[128];
	struct strbuf out;
	struct json_writer w;

	strbuf_init(&out, ANSWER_MAX + 65536L);
	json_start(&w, &out);
	json_object(&w, NULL);
	(void)snprintf(by, sizeof(by), "%s@%s", shop->service, shop->version);
	json_c(&w, "served_by", by);
	if (error != NULL)
		json_c(&w, "error", error);
	else
		status = v->route->answer(&v->at, &w);
	if (v->calls.len > 0) {
		json_array(&w, "calls");
		json_raw(&w, NULL, strbuf_str(&v->calls));
		json_array_end(&w);
	}
	json_object_end(&w);
	if (v->req != NULL)
		reply_json(v->req, status, strbuf_str(&out));
	strbuf_finish(&out);
	visit_free(v);
}

/* ---- calls to others ----------------------------------------------------------------------------- */

static void visit_go_on(struct visit *v);

/* Notes the call for the answer: to whom, what it said of itself and what the proxy said of it. */
static void visit_note(struct visit *v, const struct http_client_response *r, const cJSON *answer)
{
	const struct shop_leg *leg = &v->route->legs[v->leg];
	const char *decision = NULL;
	struct strbuf note;
	struct json_writer w;
	char *text;

	if (r->headers != NULL)
		decision = evhttp_find_header(r->headers, "Routing-Decision");
	strbuf_init(&note, ANSWER_MAX);
	json_start(&w, &note);
	json_object(&w, NULL);
	json_c(&w, "to", leg->service);
	json_int(&w, "status", r->status);
	json_c(&w, "decision", decision);
	text = answer != NULL ? cJSON_PrintUnformatted(answer) : NULL;
	if (text != NULL)
		json_raw(&w, "answer", str_of(text));
	json_object_end(&w);
	if (strbuf_ok(&note) && v->calls.len + note.len < ANSWER_MAX) {
		if (v->calls.len > 0)
			strbuf_add_char(&v->calls, ',');
		strbuf_add_str(&v->calls, strbuf_str(&note));
	}
	free(text);
	strbuf_finish(&note);
}

static void on_leg(void *arg, const struct http_client_response *r)
{
	struct visit *v = arg;
	const struct shop_leg *leg = &v->route->legs[v->leg];
	const bool good = r->status >= 200 && r->status < 300;
	cJSON *answer = json_parse(r->body, NULL);
	char error[128];

	v->answers[v->leg] = answer;
	visit_note(v, r, answer);
	if (!good && !leg->optional) {
		(void)snprintf(error, sizeof(error), "%s answered %d", leg->service, r->status);
		visit_reply(v, error, r->status >= 400 && r->status < 500 ? r->status : 502);
		return;
	}
	if (good && leg->take != NULL && answer != NULL)
		leg->take(&v->at, answer);
	v->leg++;
	visit_go_on(v);
}

static void leg_target(const struct shop_leg *leg, const struct shop_visit *at, struct strbuf *out)
{
	char *word = evhttp_encode_uri(at->word);
	const char *p;

	for (p = leg->target; *p != '\0'; p++) {
		if (*p == '#')
			strbuf_addf(out, "%u", at->class_id);
		else if (*p == '$')
			strbuf_add_c(out, word != NULL ? word : "");
		else
			strbuf_add_char(out, *p);
	}
	free(word);
}

static void visit_call(struct visit *v, const struct shop_leg *leg)
{
	struct strbuf target;
	char host[320];
	struct http_exchange *fetch;
	struct evkeyval *header;

	strbuf_init(&target, 2048);
	leg_target(leg, &v->at, &target);
	(void)snprintf(host, sizeof(host), "%s.%s", leg->service, v->shop->domain);
	fetch = http_client_prepare(v->shop->pool,
		&(struct http_client_request){
			.method = leg->method, .host = host, .target = target.data},
		on_leg, v);
	TAILQ_FOREACH(header, &v->context, next)
	http_client_header(fetch, header->key, header->value);
	http_client_send(fetch);
	strbuf_finish(&target);
}

static void visit_go_on(struct visit *v)
{
	const struct shop_leg *legs = v->route->legs;

	while (legs[v->leg].service != NULL &&
		(legs[v->leg].trait & v->shop->traits) != legs[v->leg].trait)
		v->leg++;
	v->at.now_ms = time_now_ms();
	if (legs[v->leg].service == NULL)
		visit_reply(v, NULL, 0);
	else
		visit_call(v, &legs[v->leg]);
}

/* ---- requests ------------------------------------------------------------------------------------ */

/* One of each ten, at a place thrown anew for each ten: the share is even over a short while too. */
static bool shop_fails(struct shop *shop)
{
	bool fails;

	if ((shop->traits & TRAIT_FAILING) == 0)
		return false;
	if (shop->visits == 0)
		shop->failing = prng_below(&shop->prng, FAILS_ONE_OF);
	fails = shop->visits == shop->failing;
	shop->visits = (shop->visits + 1) % FAILS_ONE_OF;
	return fails;
}

static void on_work_done(evutil_socket_t fd, short what, void *arg)
{
	struct visit *v = arg;

	(void)fd;
	(void)what;
	if (shop_fails(v->shop))
		visit_reply(v, "second processor: connection reset", 500);
	else
		visit_go_on(v);
}

static void on_gone(struct evhttp_connection *connection, void *arg)
{
	struct visit *v = arg;

	(void)connection;
	v->req = NULL;
}

static unsigned pick(const char *text, unsigned count, struct prng *prng)
{
	uint64_t n;

	if (text != NULL && str_to_u64(str_of(text), &n) && n >= 1 && n <= count)
		return (unsigned)n;
	return 1 + prng_below(prng, count);
}

static bool handed_on(const struct shop *shop, const char *name)
{
	const bool forgets = (shop->traits & TRAIT_FORGETFUL) != 0;
	size_t i;

	for (i = 0; i < ARRAY_LEN(context_headers); i++)
		if (strcasecmp(name, context_headers[i].name) == 0)
			return context_headers[i].kept || !forgets;
	return false;
}

static void hand_on(struct visit *v, const struct evkeyvalq *in)
{
	const struct evkeyval *header;

	TAILQ_FOREACH(header, in, next)
	{
		if (handed_on(v->shop, header->key))
			(void)evhttp_add_header(&v->context, header->key, header->value);
	}
}

static void visit_read(struct visit *v, const struct evhttp_uri *uri)
{
	struct shop *shop = v->shop;
	const struct evkeyvalq *in = evhttp_request_get_input_headers(v->req);
	const char *query = evhttp_uri_get_query(uri);
	const char *word;

	if (query != NULL && evhttp_parse_query_str(query, &v->query) != 0)
		TAILQ_INIT(&v->query);
	word = evhttp_find_header(&v->query, "q");
	v->at = (struct shop_visit){.service = str_of(shop->service),
		.version = str_of(shop->version),
		.traits = shop->traits,
		.holds = &shop->holds,
		.now_ms = time_now_ms(),
		.word = word != NULL ? word : "",
		.post = evhttp_request_get_command(v->req) == EVHTTP_REQ_POST};
	v->at.class_id = pick(evhttp_find_header(&v->query, "class"), SHOP_CLASSES, &shop->prng);
	v->at.member_id = pick(evhttp_find_header(in, "Studio-Member"), 8, &shop->prng);
	hand_on(v, in);
}

static void visit_start(struct shop *shop, struct evhttp_request *req, const struct evhttp_uri *uri)
{
	struct visit *v = xcalloc(1, sizeof(*v));
	const char *path = evhttp_uri_get_path(uri);
	const int slow_ms = (shop->traits & TRAIT_SLOW) != 0 ? SLOW_MS : 0;
	const double mean_ms = shop->work_ms + slow_ms;
	const int64_t us = (int64_t)(1000 * mean_ms * (.5 + prng_unit(&shop->prng)));
	const struct timeval work = {us / 1000000, us % 1000000};

	v->shop = shop;
	v->req = req;
	TAILQ_INIT(&v->query);
	TAILQ_INIT(&v->context);
	strbuf_init(&v->calls, ANSWER_MAX);
	v->work = evtimer_new(shop->base, on_work_done, v);
	visit_read(v, uri);
	evhttp_connection_set_closecb(evhttp_request_get_connection(req), on_gone, v);
	v->route = shop_route_find(&v->at, str_of(path != NULL && *path != '\0' ? path : "/"));
	if (v->route == NULL)
		visit_reply(v, "no such page", 404);
	else
		(void)evtimer_add(v->work, &work);
}

static void on_request(struct evhttp_request *req, void *arg)
{
	struct shop *shop = arg;
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *path = evhttp_uri_get_path(uri);

	if (path != NULL && strcmp(path, "/healthz") == 0)
		reply_json(req, 200, STR_LIT("{\"ok\":true}"));
	else
		visit_start(shop, req, uri);
}

/* ---- the process --------------------------------------------------------------------------------- */

static void on_signal(evutil_socket_t signal, short what, void *arg)
{
	(void)signal;
	(void)what;
	(void)event_base_loopbreak(arg);
}

static int shop_run(struct shop *shop, uint16_t port)
{
	struct evhttp *http = evhttp_new(shop->base);
	struct event *term = evsignal_new(shop->base, SIGTERM, on_signal, shop->base);
	int status = 1;

	evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST);
	evhttp_set_max_headers_size(http, 65536);
	evhttp_set_max_body_size(http, 65536);
	evhttp_set_gencb(http, on_request, shop);
	if (evhttp_bind_socket(http, "127.0.0.1", port) != 0) {
		(void)fprintf(stderr, "%s@%s: cannot listen on 127.0.0.1:%u\n", shop->service,
			shop->version, port);
		goto out;
	}
	(void)evsignal_add(term, NULL);
	status = event_base_dispatch(shop->base) < 0;
out:
	http_client_pool_destroy(shop->pool);
	evhttp_free(http);
	event_free(term);
	event_base_free(shop->base);
	return status;
}

int shop_main(int argc, const char *const *argv)
{
	static struct shop shop;
	struct process_args args;
	const struct fixture_service *known;
	char name[128];

	if (argc < 4 || !process_args_read(argc, argv, &args)) {
		(void)fprintf(stderr, "usage: __shop serve SERVICE VERSION --port N --proxy A:P "
				      "[--domain D] [--seed N]\n");
		return 2;
	}
	shop.service = argv[2];
	shop.version = argv[3];
	shop.domain = args.domain;
	shop.traits = fixture_traits(str_of(shop.service), str_of(shop.version));
	known = fixture_service(str_of(shop.service));
	shop.work_ms = known != NULL ? known->work_ms : 0;
	(void)snprintf(name, sizeof(name), "%s@%s", shop.service, shop.version);
	prng_init(&shop.prng, args.seed, str_of(name));
	shop.base = event_base_new();
	shop.pool = http_client_pool_create(shop.base, args.proxy_address, args.proxy_port);
	return shop_run(&shop, args.port);
}
