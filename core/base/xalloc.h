/*
 * Small allocations that cannot fail, and growing arrays.
 *
 * Everything here aborts when memory is exhausted, so callers never test for NULL. Whatever an
 * outsider sizes (bodies, lines, lists) does not come here but to a capped strbuf (strbuf.h) or is
 * checked against a limit (limits.h) first.
 */
#ifndef UMBRA_BASE_XALLOC_H
#define UMBRA_BASE_XALLOC_H

#include <stddef.h>

void *xmalloc(size_t size_bytes);
/* Zeroed; aborts when count * size overflows. */
void *xcalloc(size_t count, size_t size_bytes);
void *xrealloc(void *ptr, size_t count, size_t size_bytes);
/* NULL in, NULL out. The caller frees. */
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);

/*
 * Makes room for `need` elements in an array grown by doubling: array_reserve(&v, &cap, n, sizeof(*v)).
 * `array` points to the array's pointer.
 */
void array_reserve(void *array, size_t *cap, size_t need, size_t size_bytes);

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
