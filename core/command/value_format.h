/*
 * A cell of a result: a value from JSON as text that may go to a terminal, its width, and its tone. Of the
 * command line and of the dashboard alike.
 */
#ifndef UMBRA_COMMAND_VALUE_FORMAT_H
#define UMBRA_COMMAND_VALUE_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "core/base/strbuf.h"
#include "core/command/command.h"

/* How text may look where it goes. */
struct text_style {
	bool color; /* SGR, only for what wants attention */
	bool links; /* OSC 8 for URLs */
	bool ascii; /* the terminal's character set is not UTF-8 */
	bool local; /* times in the local zone, with its offset; else UTC */
	int64_t now_ms; /* ages count from here */
};

/* How loud it is; colour only says again what the text says. */
enum tone { TONE_PLAIN, TONE_QUIET, TONE_WARN, TONE_BAD, TONE_COUNT };

enum {
	VALUE_CELLS_MAX = 200, /* of a table or a stream */
	VALUE_MAX = 65536, /* bytes of a raw value, cells of a line of its own */
};

struct value_text {
	char *text; /* owned */
	size_t cells;
	enum tone tone;
	const char *link; /* where it leads, borrowed from the item; NULL without */
};

/* The value of a column in an item; "-" when there is none. The caller frees the text. */
struct value_text value_make(
	const struct text_style *style, const struct column *column, const cJSON *item);

/* Appends `raw` made safe, cut at `max` cells with "..."; returns its cells. */
size_t value_add_safe(
	struct strbuf *out, const struct text_style *style, struct str raw, size_t max);
/* An RFC 3339 time as the style has it; false, and nothing is written, when `text` is none. */
bool value_add_time(struct strbuf *out, const struct text_style *style, struct str text);
/* Its cells. */
int value_time_width(const struct text_style *style);
/* A value raw: lists with commas, objects as key=value; nothing for null. */
void value_add_raw(struct strbuf *out, const cJSON *value);
/* What the members that `id` names say, with @ between them: "service@version" of an item is "cart@pr-482". */
void value_add_name(struct strbuf *out, const char *id, const cJSON *item);
/* Around text of a tone; nothing without colours. */
void value_tone_begin(struct strbuf *out, const struct text_style *style, enum tone tone);
void value_tone_end(struct strbuf *out, const struct text_style *style, enum tone tone);
/* Around text that leads to a URL (OSC 8); nothing where that is not shown, or for what is no http URL. */
void value_link_begin(struct strbuf *out, const struct text_style *style, const char *url);
void value_link_end(struct strbuf *out, const struct text_style *style, const char *url);

#endif
