/*
 * Lists of words inside sentences. Used by questions and descriptions, which name a few things and count the rest.
 */
#include "core/base/word_list.h"

#include <stdio.h>
#include <string.h>

enum { MORE_SIZE = 32 }; /* " and 18446744073709551615 more" */

void words_add(struct word_list *words, const char *word)
{
	size_t left = words->size - words->used;
	int n;

	/* A word is there whole or not at all, and what is counted has its room. */
	if (words->count++ >= words->max || strlen(word) + 2 + MORE_SIZE >= left)
		return;
	n = snprintf(words->dst + words->used, left, "%s%s", words->shown > 0 ? ", " : "", word);
	words->used += n > 0 ? (size_t)n : 0;
	words->shown++;
}

void words_end(struct word_list *words, size_t total)
{
	if (total > words->shown)
		(void)snprintf(words->dst + words->used, words->size - words->used, "%s%zu more",
			words->shown > 0 ? " and " : "", total - words->shown);
}
