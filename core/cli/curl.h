/* `umbra curl`: the real curl with the right URL and the session's header. */
#ifndef UMBRA_CLI_CURL_H
#define UMBRA_CLI_CURL_H

#include "core/command/command.h"
#include "core/model/howto.h"

/*
 * The words for execvp: curl, --connect-to so that no name is resolved, the header when there is a session
 * (NULL: none), the URL, and what the user gave. NULL with a sentence when the proxy's URL is none.
 * Free with curl_words_free().
 */
char **curl_words(const struct command_args *args, const char *session,
	const struct entry_point *entry, struct errbuf *eb);
void curl_words_free(char **words);

#endif
