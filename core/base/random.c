/*
 * Random bytes from the kernel, for seeds, epochs, request ids and session keys. A kernel without them is
 * no place to run on: the program ends.
 */
#include "core/base/random.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

void random_bytes(void *dst, size_t len)
{
	unsigned char *p = dst;
	while (len > 0) {
		ssize_t got = getrandom(p, len, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			perror("umbra: getrandom");
			abort();
		}
		p += got;
		len -= (size_t)got;
	}
}

uint64_t random_u64(void)
{
	uint64_t value;
	random_bytes(&value, sizeof(value));
	return value;
}

void random_word(char *dst, size_t len)
{
	static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789";
	enum { LETTERS = sizeof(alphabet) - 1, UNBIASED = 256 / LETTERS * LETTERS };
	for (size_t i = 0; i < len;) {
		unsigned char byte;
		random_bytes(&byte, 1);
		if (byte < UNBIASED)
			dst[i++] = alphabet[byte % LETTERS];
	}
	dst[len] = '\0';
}
