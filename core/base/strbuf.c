/*
 * The growing text buffer. Everything that makes text appends here; whoever hands the text on asks
 * strbuf_ok() first. `data` is terminated after every call, and `len` never passes `max`.
 */
#include "core/base/strbuf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"

/* What `data` of a buffer without memory points to; only ever holds its terminator. */
static char empty_text[1];

void strbuf_init(struct strbuf *sb, size_t max_bytes)
{
	*sb = (struct strbuf){.data = empty_text, .max = max_bytes};
}

void strbuf_finish(struct strbuf *sb)
{
	if (sb->cap > 0)
		free(sb->data);
	strbuf_init(sb, sb->max);
}

void strbuf_reset(struct strbuf *sb)
{
	strbuf_truncate(sb, 0);
}

bool strbuf_ok(const struct strbuf *sb)
{
	return !sb->overflow;
}

struct str strbuf_str(const struct strbuf *sb)
{
	return (struct str){sb->data, sb->len};
}

void strbuf_truncate(struct strbuf *sb, size_t len)
{
	assert(len <= sb->len);
	sb->len = len;
	sb->overflow = false;
	if (sb->cap > 0)
		sb->data[len] = '\0';
}

/* Room for `len` more bytes and the terminator; false (and overflow) when the cap forbids it. */
static bool reserve(struct strbuf *sb, size_t len)
{
	if (len > sb->max - sb->len) {
		sb->overflow = true;
		return false;
	}
	size_t need = sb->len + len + 1;
	if (need <= sb->cap)
		return true;
	if (sb->cap == 0)
		sb->data = NULL;
	if (need < 64)
		need = 64;
	array_reserve(&sb->data, &sb->cap, need, 1);
	return true;
}

void strbuf_add(struct strbuf *sb, const char *bytes, size_t len)
{
	if (len == 0 || !reserve(sb, len))
		return;
	memcpy(sb->data + sb->len, bytes, len);
	sb->len += len;
	sb->data[sb->len] = '\0';
}

void strbuf_add_str(struct strbuf *sb, struct str s)
{
	strbuf_add(sb, s.p, s.n);
}

void strbuf_add_c(struct strbuf *sb, const char *text)
{
	strbuf_add_str(sb, str_of(text));
}

void strbuf_add_char(struct strbuf *sb, char c)
{
	strbuf_add(sb, &c, 1);
}

void strbuf_addf(struct strbuf *sb, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	strbuf_vaddf(sb, format, ap);
	va_end(ap);
}

void strbuf_vaddf(struct strbuf *sb, const char *format, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	size_t room = sb->cap > 0 ? sb->cap - sb->len : 0;
	int len = vsnprintf(room > 0 ? sb->data + sb->len : NULL, room, format, again);
	va_end(again);
	if (len < 0) {
		sb->overflow = true;
	} else if (reserve(sb, (size_t)len)) {
		if ((size_t)len >= room)
			vsnprintf(sb->data + sb->len, (size_t)len + 1, format, ap);
		sb->len += (size_t)len;
	} else if (room > 0) {
		sb->data[sb->len] = '\0';
	}
}

void strbuf_add_u64(struct strbuf *sb, unsigned long long value)
{
	char digits[24];
	size_t at = sizeof(digits);
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	strbuf_add(sb, digits + at, sizeof(digits) - at);
}

char *strbuf_detach(struct strbuf *sb)
{
	char *text = sb->cap > 0 ? sb->data : xstrdup("");
	strbuf_init(sb, sb->max);
	return text;
}
