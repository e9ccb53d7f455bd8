/*
 * Results as text and as JSON. Everything here appends to a strbuf; cli.c writes that out.
 *
 * Text: every value from outside passes the allow-list of base/term_text.h and is bounded, so that no answer
 * can move the cursor or run off; columns are aligned by cells. JSON: valid whatever the server sent, and as
 * safe to show, because what text would escape is written as \uXXXX.
 */
#ifndef UMBRA_CLI_FORMAT_H
#define UMBRA_CLI_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "core/base/strbuf.h"
#include "core/command/value_format.h"
#include "core/command/command.h"

enum { TABLE_COLUMNS_MAX = 24 };

/*
 * The list at the command's list_path as a table. `widths` are TABLE_COLUMNS_MAX, 0 at first: they grow, so that
 * rows which follow stand under those before. `titles`: with a header line, and without rows with a word that there is
 * nothing.
 */
void text_write_list(struct strbuf *out, const struct text_style *style,
	const struct command *command, const cJSON *body, size_t *widths, bool titles);
/* An object as "name  value" lines; members of members are written a.b. */
void text_write_object(struct strbuf *out, const struct text_style *style, const cJSON *object);
/* The same with the command's columns instead of all members. */
void text_write_facts(struct strbuf *out, const struct text_style *style,
	const struct command *command, const cJSON *object);
/* What the command's `id` names in the item, and a newline: "cart@pr-482". */
void text_write_name(struct strbuf *out, const struct text_style *style,
	const struct command *command, const cJSON *item);
/* The header of a stream, and one of its lines (a record, or {"dropped":N,"why":"..."}). */
void text_write_header(
	struct strbuf *out, const struct text_style *style, const struct command *command);
void text_write_line(struct strbuf *out, const struct text_style *style,
	const struct command *command, const cJSON *line);
/* A message with its newline. */
void text_write_message(struct strbuf *out, const struct text_style *style, struct str message);
/* An error's sentence; and what is accepted instead. */
void text_write_error(struct strbuf *out, const struct text_style *style, const struct errbuf *eb);
void text_write_accepted(
	struct strbuf *out, const struct text_style *style, const struct errbuf *eb);
/* A QR code (ISO/IEC 18004) of `text`, two modules a character cell; false when it does not fit into one. */
bool text_write_qr(struct strbuf *out, const struct text_style *style, const char *text);

/* JSON that is safe to show, without a newline at the end. */
void json_write_safe(struct strbuf *out, struct str json);
/* The items of the list at `list_path`, a line each. */
void json_write_items(struct strbuf *out, const char *list_path, const cJSON *body);
/* {"message":"..."}, and the error as problem+json has it. */
void json_write_message(struct strbuf *out, struct str message);
void json_write_error(struct strbuf *out, const struct errbuf *eb);

#endif
