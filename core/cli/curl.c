/*
 * The words of the curl that `umbra curl` becomes. Pure; cli.c asks the control plane where requests enter
 * and replaces the process.
 */
#include "core/cli/curl.h"

#include <stdlib.h>

#include "core/base/mem.h"

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

char **curl_words(const struct command_args *args, const char *session,
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

	if (!split_url(entry->proxy_url, &scheme, &host, &port)) {
		err_set(eb, ERR_FAILED, "the control plane's proxy has no URL");
		return NULL;
	}
	strbuf_init(&word, CURL_WORD_MAX);
	add_word(&words, "curl");
	add_word(&words, "--connect-to");
	strbuf_addf(&word, "%.*s.%.*s%.*s:%.*s%.*s", STR_ARG(service), STR_ARG(entry->domain),
		STR_ARG(port.n ? port : STR_LIT(":")), STR_ARG(host),
		STR_ARG(port.n ? port : STR_LIT(":")));
	add_word(&words, word.data);
	if (session) {
		strbuf_reset(&word);
		strbuf_addf(&word, "Routing-Session: %s", session);
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
