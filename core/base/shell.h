/* Words of a line as a POSIX shell reads them. */
#ifndef UMBRA_BASE_SHELL_H
#define UMBRA_BASE_SHELL_H

#include <stddef.h>

#include "core/base/str.h"
#include "core/base/strbuf.h"

/* Appends a word, in single quotes where a shell would read it otherwise. */
void shell_quote(struct strbuf *out, struct str word);
/*
 * The words of a line, which is cut up in place: blanks separate, '...' is as it is, in "..." and outside a
 * backslash takes the next character as it is. The caller frees the array; NULL when a quote is not closed.
 */
const char **shell_split(char *line, size_t *ret_count);

#endif
