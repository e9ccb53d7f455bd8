/* "a, b, c and 4 more" out of a sequence of words; for sentences. */
#ifndef UMBRA_BASE_WORD_LIST_H
#define UMBRA_BASE_WORD_LIST_H

#include <stddef.h>

/* The caller sets `dst`, `size` and `max`, the rest to 0. What does not fit into `dst` is cut. */
struct word_list {
	char *dst;
	size_t size;
	size_t used;
	size_t count; /* words given */
	size_t shown;
	size_t max; /* words written out */
};
void words_add(struct word_list *words, const char *word);
void words_end(struct word_list *words, size_t total);

#endif
