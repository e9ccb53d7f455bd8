/*
 * Lists of words inside sentences. Used by questions and descriptions, which name a few things and count the rest.
 */
#include "core/base/word_list.h"

#include <stdio.h>

static void words_write(struct word_list *words, const char *before, const char *word)
{
	int n;

	if (words->used >= words->size)
		return;
	n = snprintf(words->dst + words->used, words->size - words->used, "%s%s", before, word);
	words->used += n > 0 ? (size_t)n : 0;
}

void words_add(struct word_list *words, const char *word)
{
	if (words->count++ >= words->max)
		return;
	words_write(words, words->shown > 0 ? ", " : "", word);
	words->shown++;
}

void words_end(struct word_list *words, size_t total)
{
	char more[48];

	if (total <= words->shown)
		return;
	(void)snprintf(more, sizeof(more), " and %zu more", total - words->shown);
	words_write(words, "", more);
}
