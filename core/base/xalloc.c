/*
 * Allocation that aborts instead of failing. Everyone calls it for what the program sizes itself;
 * nothing here is reached with a size an outsider chose without a limit checked first.
 */
#include "core/base/xalloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *ptr)
{
	if (ptr == NULL) {
		fputs("umbra: out of memory\n", stderr);
		abort();
	}
	return ptr;
}

void *xmalloc(size_t size_bytes)
{
	return checked(malloc(size_bytes > 0 ? size_bytes : 1));
}

void *xcalloc(size_t count, size_t size_bytes)
{
	return checked(calloc(count > 0 ? count : 1, size_bytes > 0 ? size_bytes : 1));
}

void *xrealloc(void *ptr, size_t count, size_t size_bytes)
{
	if (count == 0 || size_bytes == 0)
		count = size_bytes = 1;
	return checked(reallocarray(ptr, count, size_bytes));
}

char *xstrdup(const char *text)
{
	return text != NULL ? xstrndup(text, strlen(text)) : NULL;
}

char *xstrndup(const char *text, size_t len)
{
	if (text == NULL)
		return NULL;
	char *copy = xmalloc(len + 1);
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void array_reserve(void *array, size_t *cap, size_t need, size_t size_bytes)
{
	if (need <= *cap)
		return;
	size_t grown = *cap > 0 ? *cap : 4;
	while (grown < need)
		grown = grown > SIZE_MAX / 2 ? need : grown * 2;
	void *ptr;
	/* The caller's pointer has another type: its bytes are copied, so that no aliasing rule is bent. */
	memcpy(&ptr, array, sizeof(ptr));
	ptr = xrealloc(ptr, grown, size_bytes);
	memcpy(array, &ptr, sizeof(ptr));
	*cap = grown;
}
