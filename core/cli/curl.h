/* `umbra curl`: the real curl with the right URL and the session's header. */
#ifndef UMBRA_CLI_CURL_H
#define UMBRA_CLI_CURL_H

#include "core/command/command.h"
#include "core/model/access_forms.h"

struct curl_settings {
	const char *session; /* NULL: none */
	const char *no_proxy; /* what NO_PROXY says; NULL: nothing */
};

/*
 * The words for execvp: curl, -g, --noproxy, --connect-to so that no name is resolved, the header when there is
 * a session, the URL, and what the user gave. NULL with a sentence when the proxy's URL is none. Free with
 * curl_words_free().
 *
 * HTTP proxies: none for loopback and the names below localhost, as in every request that Umbra makes, and
 * none where NO_PROXY says so of the service's host or of the address that requests enter at.
 */
char **curl_words(const struct command_args *args, const struct curl_settings *settings,
	const struct entry_point *entry, struct errbuf *eb);
void curl_words_free(char **words);

#endif
