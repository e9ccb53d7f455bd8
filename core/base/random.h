/* Random bytes from the kernel (getrandom(2)). */
#ifndef UMBRA_BASE_RANDOM_H
#define UMBRA_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void random_bytes(void *dst, size_t len);
uint64_t random_u64(void);
/* `len` characters of [a-z0-9] without the look-alikes 0 o 1 l i, then a terminator: dst needs len + 1. */
void random_word(char *dst, size_t len);

#endif
