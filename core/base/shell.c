/* Quoting and splitting as a shell does. Used for commands that are printed to be pasted, and for those that are typed. */
#include "core/base/shell.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"

static bool is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c != '\0' && strchr("_@%+=:,./-", c) != NULL);
}

void shell_quote(struct strbuf *out, struct str word)
{
	size_t plain = 0;

	while (plain < word.n && is_plain(word.p[plain]))
		plain++;
	if (word.n > 0 && plain == word.n) {
		strbuf_add_str(out, word);
		return;
	}
	strbuf_add_char(out, '\'');
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] == '\'')
			strbuf_add_c(out, "'\\''");
		else
			strbuf_add_char(out, word.p[i]);
	}
	strbuf_add_char(out, '\'');
}

const char **shell_split(char *line, size_t *ret_count)
{
	const char **words = NULL;
	size_t cap = 0;
	size_t count = 0;
	char *out = line;
	char *in = line;

	for (;;) {
		char quote = 0;

		in += strspn(in, " \t\r\n");
		if (!*in)
			break;
		array_reserve(&words, &cap, count + 1, sizeof(*words));
		words[count++] = out;
		for (; *in && (quote || !strchr(" \t\r\n", *in)); in++) {
			if (quote ? *in == quote : (*in == '\'' || *in == '"')) {
				quote = quote ? 0 : *in;
				continue;
			}
			if (*in == '\\' && quote != '\'' && in[1])
				in++;
			*out++ = *in;
		}
		if (quote) {
			free(words);
			return NULL;
		}
		in += *in != '\0';
		*out++ = '\0';
	}
	array_reserve(&words, &cap, count + 1, sizeof(*words));
	*ret_count = count;
	return words;
}
