/*
 * `umbra help TOPIC`: what belongs to no single command. Texts come from the constants they tell of.
 */
#ifndef UMBRA_CLI_TOPICS_H
#define UMBRA_CLI_TOPICS_H

#include <stdbool.h>

#include "core/base/strbuf.h"

/* False when there is no such topic. */
bool topic_write(struct strbuf *out, const char *name);
/* A line for each. */
void topics_write(struct strbuf *out);

#endif
