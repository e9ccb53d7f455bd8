/*
 * The words of the curl that `umbra curl` becomes. Pure; cli.c asks the control plane where requests enter
 * and replaces the process.
 */
#include "core/cli/curl.h"

#include <stdlib.h>

#include "core/base/xalloc.h"
#include "core/base/net.h"

enum { CURL_WORD_MAX = 65536 };

struct words {
	char **items;
	size_t count;
	size_t cap;
};

static void add_word(struct words *words, const char *word)
{
	array_reserve(&words->items, &words->cap, words->count + 2, sizeof(*words->items));
	words->items[words->count++] = xstrdup(word);
	words->items[words->count] = NULL;
}

/* "http://[::1]:8080" into scheme with "://", host, and port with its colon ("" without one). */
static bool split_url(
	struct str url, struct str *ret_scheme, struct str *ret_host, struct str *ret_port)
{
	size_t at = str_find(url, STR_LIT("://"));
	struct str rest;
	size_t colon;

	if (at == url.n)
		return false;
	*ret_scheme = (struct str){url.p, at + 3};
	rest = (struct str){url.p + at + 3, url.n - at - 3};
	rest = str_cut(&rest, '/');
	colon = rest.n;
	while (colon > 0 && rest.p[colon - 1] != ':' && rest.p[colon - 1] != ']')
		colon--;
	if (colon == 0 || rest.p[colon - 1] == ']')
		colon = rest.n + 1;
	*ret_host = (struct str){rest.p, colon - 1};
	*ret_port = (struct str){rest.p + colon - 1, rest.n - (colon - 1)};
	return ret_host->n > 0;
}

static bool is_or_below(struct str host, struct str name)
{
	struct str end;

	if (host.n < name.n)
		return false;
	end = (struct str){host.p + host.n - name.n, name.n};
	if (!str_eq_nocase(end, name))
		return false;
	return host.n == name.n || host.p[host.n - name.n - 1] == '.';
}

/* Whether NO_PROXY, names and addresses with commas or blanks between, has this host. */
static bool in_no_proxy(struct str list, struct str host)
{
	while (list.n > 0) {
		size_t len = 0;
		struct str name;

		while (len < list.n && list.p[len] != ',' && list.p[len] != ' ')
			len++;
		name = (struct str){list.p, len};
		list = (struct str){list.p + len, list.n - len};
		if (list.n > 0)
			list = (struct str){list.p + 1, list.n - 1};
		if (name.n > 0 && name.p[0] == '.')
			name = (struct str){name.p + 1, name.n - 1};
		if (name.n > 0 && is_or_below(host, name))
			return true;
	}
	return false;
}

/* curl goes by the host in the URL; what counts here is where it connects to. */
static void add_no_proxy(struct words *words, const struct curl_settings *settings,
	const struct entry_point *entry, struct str enter)
{
	struct str given = str_trim(str_of(settings->no_proxy));
	struct strbuf list;

	strbuf_init(&list, CURL_WORD_MAX);
	if (str_eq_c(given, "*")) {
		strbuf_add_char(&list, '*');
	} else {
		strbuf_add_c(&list, "localhost,127.0.0.1,::1");
		if (net_is_loopback(net_host(enter)) || in_no_proxy(given, net_host(enter)))
			strbuf_addf(&list, ",%.*s", STR_ARG(entry->domain));
		if (given.n > 0)
			strbuf_addf(&list, ",%.*s", STR_ARG(given));
	}
	add_word(words, "--noproxy");
	add_word(words, list.data);
	strbuf_finish(&list);
}

char **curl_words(const struct command_args *args, const struct curl_settings *settings,
	const struct entry_point *entry, struct errbuf *eb)
{
	struct words words = {0};
	struct str target = str_of(args_get(args, "SERVICE/PATH"));
	struct str path = target;
	struct str service = str_cut(&path, '/');
	struct str scheme;
	struct str host;
	struct str port;
	struct strbuf word;
	const char *given;
	size_t cursor = 0;

	if (!entry_point_ok(entry) || !split_url(entry->proxy_url, &scheme, &host, &port)) {
		err_set(eb, ERR_FAILED, "the control plane's proxy has no URL");
		return NULL;
	}
	strbuf_init(&word, CURL_WORD_MAX);
	add_word(&words, "curl");
	add_word(&words, "-g");
	add_no_proxy(&words, settings, entry, host);
	add_word(&words, "--connect-to");
	strbuf_addf(&word, "%.*s.%.*s%.*s:%.*s%.*s", STR_ARG(service), STR_ARG(entry->domain),
		STR_ARG(port.n ? port : STR_LIT(":")), STR_ARG(host),
		STR_ARG(port.n ? port : STR_LIT(":")));
	add_word(&words, word.data);
	if (settings->session) {
		strbuf_reset(&word);
		strbuf_addf(&word, "Routing-Session: %s", settings->session);
		add_word(&words, "-H");
		add_word(&words, word.data);
	}
	strbuf_reset(&word);
	strbuf_addf(&word, "%.*s%.*s.%.*s%.*s/%.*s", STR_ARG(scheme), STR_ARG(service),
		STR_ARG(entry->domain), STR_ARG(port), STR_ARG(path));
	add_word(&words, word.data);
	while ((given = args_next(args, "CURL-OPTION", &cursor)) != NULL)
		add_word(&words, given);
	strbuf_finish(&word);
	return words.items;
}

void curl_words_free(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}
