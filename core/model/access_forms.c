/*
 * The lines people copy. Called by the API for how_to, by the command line and by the dashboard's
 * copy menu. One row of `forms` for each; what a shell would read otherwise is quoted.
 */
#include "core/model/access_forms.h"

#include <string.h>

#include "core/base/net.h"
#include "core/base/shell.h"
#include "core/model/name_rules.h"

const char *const access_names[ACCESS_COUNT + 1] = {
	[ACCESS_CURL] = "curl",
	[ACCESS_LINK] = "link",
	[ACCESS_HEADER] = "header",
	[ACCESS_BAGGAGE] = "baggage",
	[ACCESS_COOKIE] = "cookie",
	[ACCESS_QUERY] = "query",
	[ACCESS_GRPCURL] = "grpcurl",
};

enum { ACCESS_TEXT = 65536 };

/* What is targeted, and where. */
struct target {
	const struct entry_point *entry;
	struct str key; /* of a session; empty for a direct pin */
	struct str service;
	struct str version; /* of a direct pin */
	struct str path;
};

/*
 * "http://", "127.0.0.1:8080" and ":8080" of the proxy's URL; a port that is not written is empty.
 */
static struct str url_scheme(struct str url)
{
	size_t at = str_find(url, STR_LIT("://"));

	return at < url.n ? (struct str){url.p, at + 3} : STR_LIT("http://");
}

static struct str url_authority(struct str url)
{
	size_t at = str_find(url, STR_LIT("://"));
	struct str rest = at < url.n ? (struct str){url.p + at + 3, url.n - at - 3} : url;

	return str_cut(&rest, '/');
}

static struct str url_port(struct str url)
{
	struct str authority = url_authority(url);

	for (size_t i = authority.n; i > 0 && authority.p[i - 1] != ']'; i--)
		if (authority.p[i - 1] == ':')
			return (struct str){authority.p + i - 1, authority.n - i + 1};
	return (struct str){0};
}

static void add_host(struct strbuf *out, const struct target *target)
{
	strbuf_add_str(out, target->service);
	strbuf_add_char(out, '.');
	strbuf_add_str(out, target->entry->domain);
	strbuf_add_str(out, url_port(target->entry->proxy_url));
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static void add_encoded(struct strbuf *out, char c)
{
	strbuf_addf(out, "%%%02X", (unsigned)(unsigned char)c);
}

/* For curl, in quotes: as it was logged, but for what is no part of a URL, or would end its path. */
static void add_path(struct strbuf *out, struct str path)
{
	if (path.n == 0 || path.p[0] != '/')
		strbuf_add_char(out, '/');
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] <= ' ' || path.p[i] > '~' || path.p[i] == '#')
			add_encoded(out, path.p[i]);
		else
			strbuf_add_char(out, path.p[i]);
	}
}

/* For browsers and chats, where quotes would be in the way: nothing is left that a shell reads but & and ; */
static void add_link_part(struct strbuf *out, struct str part)
{
	for (size_t i = 0; i < part.n; i++) {
		if (is_alnum(part.p[i]) ||
			(part.p[i] != '\0' && strchr("-._~/:@=+,;&?%", part.p[i]) != NULL))
			strbuf_add_char(out, part.p[i]);
		else
			add_encoded(out, part.p[i]);
	}
}

static void add_link_path(struct strbuf *out, struct str path)
{
	if (path.n == 0 || path.p[0] != '/')
		strbuf_add_char(out, '/');
	add_link_part(out, path);
}

static void add_url(struct strbuf *out, const struct target *target)
{
	strbuf_add_str(out, url_scheme(target->entry->proxy_url));
	add_host(out, target);
	add_path(out, target->path);
}

static void add_header(struct strbuf *out, const struct target *target)
{
	if (target->key.n > 0)
		strbuf_addf(out, "Routing-Session: %.*s", STR_ARG(target->key));
	else
		strbuf_addf(out, "Routing-Pins: %.*s=\"%.*s\"", STR_ARG(target->service),
			STR_ARG(target->version));
}

static void add_quoted(struct strbuf *out, void (*add)(struct strbuf *, const struct target *),
	const struct target *target)
{
	struct strbuf text;

	strbuf_init(&text, ACCESS_TEXT);
	add(&text, target);
	shell_quote(out, strbuf_str(&text));
	strbuf_finish(&text);
}

static void add_curl(struct strbuf *out, const struct target *target)
{
	/* -g: without it curl makes many requests of a path like /a[1-9]. */
	strbuf_add_c(out, "curl -g -H ");
	add_quoted(out, add_header, target);
	strbuf_add_char(out, ' ');
	add_quoted(out, add_url, target);
}

static void add_grpcurl(struct strbuf *out, const struct target *target)
{
	struct str method = target->path;

	if (method.n > 0 && method.p[0] == '/')
		method = (struct str){method.p + 1, method.n - 1};
	strbuf_add_c(out, "grpcurl ");
	if (str_eq(url_scheme(target->entry->proxy_url), STR_LIT("http://")))
		strbuf_add_c(out, "-plaintext ");
	strbuf_add_c(out, "-H ");
	add_quoted(out, add_header, target);
	strbuf_add_c(out, " -authority ");
	add_quoted(out, add_host, target);
	strbuf_add_char(out, ' ');
	shell_quote(out, url_authority(target->entry->proxy_url));
	strbuf_add_char(out, ' ');
	shell_quote(out, method.n > 0 ? method : STR_LIT("list"));
}

static void add_link(struct strbuf *out, const struct target *target)
{
	strbuf_add_str(out, url_scheme(target->entry->proxy_url));
	strbuf_add_str(out, target->key);
	strbuf_add_c(out, "--");
	add_host(out, target);
	add_link_path(out, target->path);
}

static void add_query(struct strbuf *out, const struct target *target)
{
	strbuf_add_str(out, url_scheme(target->entry->proxy_url));
	add_host(out, target);
	add_link_path(out, target->path);
	strbuf_add_char(out, str_find_char(target->path, '?') < target->path.n ? '&' : '?');
	strbuf_addf(out, "routing-session=%.*s", STR_ARG(target->key));
}

static void add_baggage(struct strbuf *out, const struct target *target)
{
	strbuf_addf(out, "baggage: routing-session=%.*s", STR_ARG(target->key));
}

static void add_cookie(struct strbuf *out, const struct target *target)
{
	strbuf_addf(out, "routing-session=%.*s; Domain=.%.*s; Path=/", STR_ARG(target->key),
		STR_ARG(target->entry->domain));
}

static const struct {
	void (*add)(struct strbuf *out, const struct target *target);
	bool wants_service;
	bool pins; /* there is such a form for a direct pin */
} forms[ACCESS_COUNT] = {
	[ACCESS_CURL] = {add_curl, true, true},
	[ACCESS_LINK] = {add_link, true, false},
	[ACCESS_HEADER] = {add_header, false, true},
	[ACCESS_BAGGAGE] = {add_baggage, false, false},
	[ACCESS_COOKIE] = {add_cookie, false, false},
	[ACCESS_QUERY] = {add_query, true, false},
	[ACCESS_GRPCURL] = {add_grpcurl, true, true},
};

bool entry_point_ok(const struct entry_point *entry)
{
	struct str url = entry->proxy_url;
	struct str authority = url_authority(url);
	struct str scheme = {url.p, str_find(url, STR_LIT("://"))};
	size_t length = scheme.n + strlen("://") + authority.n;

	if (!str_eq_c(scheme, "http") && !str_eq_c(scheme, "https"))
		return false;
	for (size_t i = 0; i < authority.n; i++)
		if (!is_alnum(authority.p[i]) &&
			(authority.p[i] == '\0' || strchr(".-_:[]", authority.p[i]) == NULL))
			return false;
	return authority.n > 0 && authority.p[0] != '-' &&
	       (length == url.n || (length + 1 == url.n && url.p[length] == '/')) &&
	       name_is_host(entry->domain);
}

void access_session(struct strbuf *out, enum access_form howto, const struct entry_point *entry,
	struct str key, struct str service, struct str path)
{
	const struct target target = {.entry = entry, .key = key, .service = service, .path = path};

	if ((service.n > 0 || !forms[howto].wants_service) && entry_point_ok(entry))
		forms[howto].add(out, &target);
}

void access_version(struct strbuf *out, enum access_form howto, const struct entry_point *entry,
	struct str service, struct str version, struct str path)
{
	const struct target target = {
		.entry = entry, .service = service, .version = version, .path = path};

	if (forms[howto].pins && entry_point_ok(entry))
		forms[howto].add(out, &target);
}

void access_url(struct strbuf *out, struct str url)
{
	struct strbuf encoded;
	struct str text;

	strbuf_init(&encoded, ACCESS_TEXT);
	add_link_part(&encoded, url);
	text = strbuf_str(&encoded);
	if (str_find_char(text, '&') < text.n || str_find_char(text, ';') < text.n)
		shell_quote(out, text);
	else
		strbuf_add_str(out, text);
	strbuf_finish(&encoded);
}

bool access_link_is_local(struct str link)
{
	size_t at = str_find(link, STR_LIT("://"));

	if (at < link.n)
		link = (struct str){link.p + at + 3, link.n - at - 3};
	return net_is_loopback(net_host(str_cut(&link, '/')));
}

const char access_local_note[] =
	"A phone cannot open this link: localhost there is the phone itself. Start umbra serve "
	"with "
	"--domain, a name that leads to this machine, and --proxy-listen, an address the phone "
	"reaches.";
