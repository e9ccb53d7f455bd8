/*
 * A growing text buffer with a cap.
 *
 * The cap is given at init; an append that would pass it adds nothing, sets `overflow` and leaves the
 * text as it was. Writers therefore append without testing and ask strbuf_ok() once at the end. `data`
 * is always terminated (never NULL after init), `len` excludes the terminator.
 */
#ifndef UMBRA_BASE_STRBUF_H
#define UMBRA_BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct strbuf {
	char *data;
	size_t len;
	size_t cap;
	size_t max; /* the most bytes of text, without the terminator */
	bool overflow;
};

/* Allocates nothing until the first append. */
void strbuf_init(struct strbuf *sb, size_t max_bytes);
void strbuf_finish(struct strbuf *sb);
/* Empty again, overflow cleared, memory kept. */
void strbuf_reset(struct strbuf *sb);
bool strbuf_ok(const struct strbuf *sb);
struct str strbuf_str(const struct strbuf *sb);
/* Cuts back to `len` bytes, which must not be more than there are; clears overflow. */
void strbuf_truncate(struct strbuf *sb, size_t len);
void strbuf_add(struct strbuf *sb, const char *bytes, size_t len);
void strbuf_add_str(struct strbuf *sb, struct str s);
void strbuf_add_c(struct strbuf *sb, const char *text);
void strbuf_add_char(struct strbuf *sb, char c);
void strbuf_addf(struct strbuf *sb, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *sb, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));
/* Decimal without printf's cost; used on the hot paths. */
void strbuf_add_u64(struct strbuf *sb, unsigned long long value);
/* Hands the text over; the caller frees it, the buffer is empty again. Never NULL. */
char *strbuf_detach(struct strbuf *sb);

#endif
