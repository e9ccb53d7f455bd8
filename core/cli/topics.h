/*
 * `umbra help TOPIC`: what belongs to no single command. Texts come from the constants they tell of.
 */
#ifndef UMBRA_CLI_TOPICS_H
#define UMBRA_CLI_TOPICS_H

#include <stdbool.h>

#include "core/base/strbuf.h"

/* Names and sentences, ended by {NULL, NULL}; the manual page has them too. */
extern const char *const exit_codes[][2];
extern const char *const config_files[][2];

/* False when there is no such topic. */
bool topic_write(struct strbuf *out, const char *name);
/* A line for each. */
void topics_write(struct strbuf *out);

#endif
