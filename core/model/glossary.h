/* The glossary: what each word, column and reason means, one true sentence each. */
#ifndef UMBRA_MODEL_GLOSSARY_H
#define UMBRA_MODEL_GLOSSARY_H

#include <stddef.h>

#include "core/base/str.h"

struct glossary_word {
	const char *word; /* NULL: the meaning is the title of what follows */
	const char *meaning;
};

extern const struct glossary_word glossary_words[];
extern const size_t glossary_word_count;

/* The meaning of a word, in any case; NULL when it is none of these. */
const char *glossary_find(struct str word);

#endif
