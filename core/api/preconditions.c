/*
 * The checks every request passes before its handler. Called by server.c in this order: Host, framing,
 * route, query, and for writes actor, If-Match, body. Nothing here answers; a breach goes back as a
 * sentence.
 */
#include "core/api/preconditions.h"

#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>

#include "core/api/exchange.h"
#include "core/api/internal.h"
#include "core/api/clip.h"
#include "core/base/net.h"
#include "core/base/term_text.h"
#include "core/plane/plane.h"

static struct str input_header(const struct exchange *exchange, const char *name)
{
	return str_of(evhttp_find_header(evhttp_request_get_input_headers(exchange->req), name));
}

/* As several lines, which mean a list (RFC 9110 section 5.3). */
static bool is_list(const struct exchange *exchange, const char *name)
{
	const struct evkeyval *header;
	size_t count = 0;

	TAILQ_FOREACH(header, evhttp_request_get_input_headers(exchange->req), next)
	count += str_eq_nocase(str_of(header->key), str_of(name));
	return count > 1;
}

/* ---- Host ------------------------------------------------------------------------------------------ */

bool precondition_host_is_ours(const struct api *api, struct str host)
{
	const char *const *names = api->options.hosts;
	struct str name = net_host(host);
	struct net_address address;

	/* net_is_loopback() without the names below localhost: those are services behind the proxy. */
	if (str_eq_nocase(name, STR_LIT("localhost")) ||
		str_eq_nocase(name, net_host(str_of(api->address))))
		return true;
	if (net_address_parse(name, &address) && net_address_is_loopback(&address))
		return true;
	for (; names != NULL && *names != NULL; names++) {
		if (str_eq_nocase(name, str_of(*names)))
			return true;
	}
	return false;
}

enum err precondition_host(struct exchange *exchange, struct errbuf *eb)
{
	struct str host = input_header(exchange, "Host");

	if (host.p == NULL && exchange->req->minor == 0)
		return ERR_NONE; /* HTTP/1.0, which no browser speaks */
	if (host.n == 0)
		return err_set_field(eb, ERR_USAGE, "Host", exchange->api->address,
			"the request has no Host header (RFC 9112 section 3.2)");
	if (precondition_host_is_ours(exchange->api, host))
		return ERR_NONE;
	return err_set_field(eb, ERR_FOREIGN_HOST, "Host", "localhost, or the address listened on",
		"this control plane does not answer for the host %.*s", STR_ARG(clip(host)));
}

/* ---- framing --------------------------------------------------------------------------------------- */

enum err precondition_framing(struct exchange *exchange, struct errbuf *eb)
{
	struct str coding = input_header(exchange, "Transfer-Encoding");
	struct str length = input_header(exchange, "Content-Length");
	enum evhttp_cmd_type method = evhttp_request_get_command(exchange->req);
	bool unread = method != EVHTTP_REQ_GET && method != EVHTTP_REQ_PUT &&
		      method != EVHTTP_REQ_POST && method != EVHTTP_REQ_PATCH &&
		      method != EVHTTP_REQ_DELETE && method != EVHTTP_REQ_OPTIONS;

	/* evhttp has not read a body behind these, so what follows is no request. */
	if (unread && (coding.p != NULL || (length.p != NULL && !str_eq_c(length, "0"))))
		return err_set_field(
			eb, ERR_USAGE, NULL, "no body", "a request by this method has no body");
	return ERR_NONE;
}

/* ---- writes ---------------------------------------------------------------------------------------- */

static bool is_printable(struct str s)
{
	struct text_glyph glyph;

	while (text_next(&s, false, &glyph)) {
		if (glyph.escaped)
			return false;
	}
	return true;
}

static enum err read_actor(struct exchange *exchange, struct errbuf *eb)
{
	struct str actor = input_header(exchange, "Umbra-Actor");

	if (actor.p == NULL)
		actor = STR_LIT("anonymous");
	if (actor.n > 0 && actor.n <= LIMIT_ACTOR && is_printable(actor)) {
		(void)str_copy(exchange->actor, sizeof(exchange->actor), actor);
		return ERR_NONE;
	}
	return err_set_field(eb, ERR_BAD_VALUE, "Umbra-Actor", "1 to 128 bytes of printable text",
		"the header Umbra-Actor does not say who this is");
}

/* "epoch-revision" as in ETag, or only the revision, quoted; or * (RFC 9110 section 13.1.1). */
static enum err read_if_match(struct exchange *exchange, struct errbuf *eb)
{
	const struct environment *env = plane_environment(exchange->api->options.plane);
	struct str tag = input_header(exchange, "If-Match");
	struct str digits;
	size_t dash;

	if (tag.p == NULL)
		return ERR_NONE;
	if (is_list(exchange, "If-Match"))
		return err_set_field(eb, ERR_USAGE, "If-Match", "one ETag, in quotes, or *",
			"there are several lines of If-Match");
	if (str_eq_c(tag, "*")) {
		exchange->if_match = IF_MATCH_ANY;
		return ERR_NONE;
	}
	if (tag.n < 3 || tag.p[0] != '"' || tag.p[tag.n - 1] != '"')
		return err_set_field(eb, ERR_USAGE, "If-Match", "one ETag, in quotes, or *",
			"If-Match: %.*s cannot be used", STR_ARG(clip(tag)));
	digits = (struct str){tag.p + 1, tag.n - 2};
	for (dash = digits.n; dash > 0 && digits.p[dash - 1] != '-'; dash--)
		;
	if (dash > 0 && !str_eq_c((struct str){digits.p, dash - 1}, env->epoch))
		return err_set_field(eb, ERR_REVISION, "If-Match", "an ETag of this environment",
			"If-Match names another environment than this one");
	digits.p += dash;
	digits.n -= dash;
	if (!str_to_i64(digits, &exchange->if_match) || exchange->if_match <= 0)
		return err_set_field(eb, ERR_USAGE, "If-Match", "one ETag, in quotes, or *",
			"If-Match: %.*s cannot be used", STR_ARG(clip(tag)));
	return ERR_NONE;
}

/* RFC 9110 section 13.1.2: "*" makes a PUT one that creates. */
static enum err read_if_none_match(struct exchange *exchange, struct errbuf *eb)
{
	struct str tag = input_header(exchange, "If-None-Match");

	if (tag.p == NULL)
		return ERR_NONE;
	exchange->create_only = true;
	if (str_eq_c(tag, "*") && !is_list(exchange, "If-None-Match") &&
		exchange->route->method == METHOD_PUT)
		return ERR_NONE;
	return err_set_field(eb, ERR_USAGE, "If-None-Match", "*, with PUT",
		"If-None-Match: %.*s cannot be used here", STR_ARG(clip(tag)));
}

enum err precondition_write(struct exchange *exchange, struct errbuf *eb)
{
	enum err err = read_actor(exchange, eb);

	if (err == ERR_NONE)
		err = read_if_match(exchange, eb);
	return err != ERR_NONE ? err : read_if_none_match(exchange, eb);
}

/* ---- body ------------------------------------------------------------------------------------------ */

static enum err check_media_type(struct exchange *exchange, struct errbuf *eb)
{
	struct str rest = input_header(exchange, "Content-Type");
	struct str type = str_trim(str_cut(&rest, ';'));

	if (str_eq_nocase(type, STR_LIT("application/json")) ||
		(exchange->route->method == METHOD_PATCH &&
			str_eq_nocase(type, STR_LIT("application/merge-patch+json"))))
		return ERR_NONE;
	return err_set_field(eb, ERR_MEDIA_TYPE, "Content-Type", "application/json",
		"the body is of the type %.*s", STR_ARG(type.n > 0 ? clip(type) : STR_LIT("none")));
}

enum err precondition_body(struct exchange *exchange, struct errbuf *eb)
{
	struct evbuffer *input = evhttp_request_get_input_buffer(exchange->req);
	size_t len = evbuffer_get_length(input);
	enum err err = check_media_type(exchange, eb);

	if (err != ERR_NONE)
		return err;
	if (len > LIMIT_BODY)
		return err_set_field(eb, ERR_TOO_LARGE, NULL, "at most 1 MiB",
			"the body of the request is larger than 1 MiB");
	if (len == 0)
		return err_set_field(
			eb, ERR_BAD_JSON, NULL, "a JSON object", "the request has no body");
	exchange->body =
		json_parse((struct str){(const char *)evbuffer_pullup(input, -1), len}, eb);
	if (exchange->body == NULL)
		return ERR_BAD_JSON;
	if (!cJSON_IsObject(exchange->body))
		return err_set_field(eb, ERR_WRONG_TYPE, NULL, "a JSON object",
			"the body is JSON, but no object");
	return ERR_NONE;
}
