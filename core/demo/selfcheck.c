/*
 * The tour's questions and notes: requests to the control plane and to the proxy that are waited for, and
 * text from their answers made fit to be shown. The tour is a script from top to bottom; only here does
 * it turn the event loop.
 */
#include "core/demo/selfcheck.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <event2/event.h>
#include <event2/http.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/base/term_text.h"
#include "core/demo/demo.h"
#include "core/demo/http_client.h"
#include "core/model/name_rules.h"

/* ---- asking -------------------------------------------------------------------------------------- */

static void on_answer(void *arg, const struct http_client_response *response)
{
	struct selfcheck_answer *a = arg;
	const char *decision = NULL;

	a->done = true;
	a->status = response->status;
	if (response->headers != NULL)
		decision = evhttp_find_header(response->headers, "Routing-Decision");
	(void)str_copy(a->decision, sizeof(a->decision), str_of(decision));
	a->body = json_parse(response->body, NULL);
}

void selfcheck_answer_finish(struct selfcheck_answer *a)
{
	cJSON_Delete(a->body);
	memset(a, 0, sizeof(*a));
}

void selfcheck_wait(struct selfcheck *t, const struct selfcheck_answer *a)
{
	while (!a->done)
		(void)event_base_loop(t->base, EVLOOP_ONCE);
}

void selfcheck_ask(struct selfcheck *t, const char *method, const char *target, const char *body,
	struct selfcheck_answer *ret_answer)
{
	struct http_exchange *fetch;

	memset(ret_answer, 0, sizeof(*ret_answer));
	fetch = http_client_prepare(t->api,
		&(struct http_client_request){
			.method = method, .host = t->api_host, .target = target, .body = body},
		on_answer, ret_answer);
	http_client_header(fetch, "Umbra-Actor", "tour");
	http_client_send(fetch);
	selfcheck_wait(t, ret_answer);
}

struct http_exchange *selfcheck_visit(struct selfcheck *t, const char *host_prefix,
	const char *target, struct selfcheck_answer *ret_answer)
{
	char host[128];

	memset(ret_answer, 0, sizeof(*ret_answer));
	(void)snprintf(
		host, sizeof(host), "%sgateway.env.localhost:%u", host_prefix, t->proxy_port);
	return http_client_prepare(t->proxy,
		&(struct http_client_request){.host = host, .target = target}, on_answer,
		ret_answer);
}

/* ---- saying -------------------------------------------------------------------------------------- */

bool selfcheck_check(struct selfcheck *t, bool good, const char *format, ...)
{
	va_list ap;

	t->checks++;
	if (good || t->note_count == SELFCHECK_NOTES_MAX)
		return good;
	va_start(ap, format);
	(void)vsnprintf(t->notes[t->note_count++], sizeof(t->notes[0]), format, ap);
	va_end(ap);
	return false;
}

const char *selfcheck_safe(const cJSON *object, const char *key)
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

bool selfcheck_is(const cJSON *object, const char *key, const char *value)
{
	struct str text;

	return json_get_str(object, key, &text) && str_eq_c(text, value);
}

void selfcheck_reason(const char *decision, char dst[32])
{
	const char *p = strstr(decision, "reason=");
	struct str rest = str_of(p != NULL ? p + strlen("reason=") : "?");

	(void)str_copy(dst, 32, str_cut(&rest, ';'));
}

bool selfcheck_open(struct selfcheck *t)
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
	t->api = http_client_pool_create(t->base, address, api.port);
	(void)str_copy(address, sizeof(address), proxy.host);
	t->proxy = http_client_pool_create(t->base, address, proxy.port);
	t->proxy_port = proxy.port;
	return true;
}

void selfcheck_close(struct selfcheck *t)
{
	http_client_pool_destroy(t->api);
	http_client_pool_destroy(t->proxy);
	event_base_free(t->base);
}
