/*
 * The tour's questions and notes: requests to the control plane and to the proxy that are waited for, and
 * text from their answers made fit to be shown. The tour is a script from top to bottom; only here does
 * it turn the event loop.
 */
#include "core/demo/tour_ask.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <event2/event.h>
#include <event2/http.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/strbuf.h"
#include "core/base/text.h"
#include "core/demo/demo.h"
#include "core/demo/fetch.h"
#include "core/model/names.h"

/* ---- asking -------------------------------------------------------------------------------------- */

static void on_answer(void *arg, const struct fetch_response *response)
{
	struct tour_answer *a = arg;
	const char *decision = NULL;

	a->done = true;
	a->status = response->status;
	if (response->headers != NULL)
		decision = evhttp_find_header(response->headers, "Routing-Decision");
	(void)str_copy(a->decision, sizeof(a->decision), str_of(decision));
	a->body = json_parse(response->body, NULL);
}

void tour_answer_finish(struct tour_answer *a)
{
	cJSON_Delete(a->body);
	memset(a, 0, sizeof(*a));
}

void tour_wait(struct tour *t, const struct tour_answer *a)
{
	while (!a->done)
		(void)event_base_loop(t->base, EVLOOP_ONCE);
}

void tour_ask(struct tour *t, const char *method, const char *target, const char *body,
	struct tour_answer *ret_answer)
{
	struct fetch *fetch;

	memset(ret_answer, 0, sizeof(*ret_answer));
	fetch = fetch_prepare(t->api,
		&(struct fetch_request){
			.method = method, .host = t->api_host, .target = target, .body = body},
		on_answer, ret_answer);
	fetch_header(fetch, "Umbra-Actor", "tour");
	fetch_send(fetch);
	tour_wait(t, ret_answer);
}

struct fetch *tour_visit(
	struct tour *t, const char *host_prefix, const char *target, struct tour_answer *ret_answer)
{
	char host[128];

	memset(ret_answer, 0, sizeof(*ret_answer));
	(void)snprintf(
		host, sizeof(host), "%sgateway.env.localhost:%u", host_prefix, t->proxy_port);
	return fetch_prepare(t->proxy, &(struct fetch_request){.host = host, .target = target},
		on_answer, ret_answer);
}

/* ---- saying -------------------------------------------------------------------------------------- */

bool tour_check(struct tour *t, bool good, const char *format, ...)
{
	va_list ap;

	t->checks++;
	if (good || t->note_count == TOUR_NOTES_MAX)
		return good;
	va_start(ap, format);
	(void)vsnprintf(t->notes[t->note_count++], sizeof(t->notes[0]), format, ap);
	va_end(ap);
	return false;
}

const char *tour_safe(const cJSON *object, const char *key)
{
	static char texts[8][160];
	static size_t turn;
	char *text = texts[turn++ % ARRAY_LEN(texts)];
	struct strbuf out;
	struct str value = {0};

	strbuf_init(&out, sizeof(texts[0]) - 1);
	if (json_get_str(object, key, &value))
		text_add_safe(&out, value);
	(void)str_copy(text, sizeof(texts[0]), strbuf_str(&out));
	strbuf_finish(&out);
	return text;
}

bool tour_is(const cJSON *object, const char *key, const char *value)
{
	struct str text;

	return json_get_str(object, key, &text) && str_eq_c(text, value);
}

void tour_reason(const char *decision, char dst[32])
{
	const char *p = strstr(decision, "reason=");
	struct str rest = str_of(p != NULL ? p + strlen("reason=") : "?");

	(void)str_copy(dst, 32, str_cut(&rest, ';'));
}

bool tour_open(struct tour *t)
{
	struct endpoint_parts api;
	struct endpoint_parts proxy;
	char address[48];

	(void)str_copy(t->api_host, sizeof(t->api_host),
		str_of(demo_api_url(t->demo) + strlen("http://")));
	if (!endpoint_parse(str_of(t->api_host), &api) ||
		!endpoint_parse(str_of(demo_proxy_url(t->demo) + strlen("http://")), &proxy))
		return false;
	t->base = event_base_new();
	(void)str_copy(address, sizeof(address), api.host);
	t->api = fetch_pool_create(t->base, address, api.port);
	(void)str_copy(address, sizeof(address), proxy.host);
	t->proxy = fetch_pool_create(t->base, address, proxy.port);
	t->proxy_port = proxy.port;
	return true;
}

void tour_close(struct tour *t)
{
	fetch_pool_destroy(t->api);
	fetch_pool_destroy(t->proxy);
	event_base_free(t->base);
}
