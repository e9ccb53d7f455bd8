/*
 * What --help says, made from the command table. Plain text, at most 80 columns where the table's words
 * allow it.
 */
#ifndef UMBRA_CLI_HELP_H
#define UMBRA_CLI_HELP_H

#include "core/command/command.h"

/* When a proxy of the environment variables is used: one rule for all HTTP that Umbra makes. */
extern const char help_proxies[];

/* Of the whole program. */
void help_write_all(struct strbuf *out);
/* Of one noun: its verbs. */
void help_write_noun(struct strbuf *out, const char *noun);
/* Of one command. */
void help_write_command(struct strbuf *out, const struct command *command);
/* One line that fits where a mistake was made: "try umbra session pin --help". */
void help_write_hint(struct strbuf *out, const char *noun, const struct command *command);

/* ---- parts that the topics have too ---- */

/* "  NAME   what it is": the text wrapped from `column` on. */
void help_write_entry(struct strbuf *out, const char *name, const char *text, size_t column);
/* The terms of a filter, a row each. */
void help_write_filter_terms(struct strbuf *out);
/* The environment variables, a row each. */
void help_write_variables(struct strbuf *out);

#endif
