/* The glossary: what each word, column and reason means, one true sentence each. */
#ifndef UMBRA_TUI_VIEWS_LEARN_GLOSSARY_WORDS_H
#define UMBRA_TUI_VIEWS_LEARN_GLOSSARY_WORDS_H

#include <stddef.h>

struct learn_word {
	const char *word; /* NULL: the meaning is the title of what follows */
	const char *meaning;
};

extern const struct learn_word learn_words[];
extern const size_t learn_word_count;

#endif
