/*
 * How long to wait before the next attempt: 0.25 s, doubling to 5 s, each a quarter more or less by
 * chance, so that thousands of clients do not come back in the same instant.
 */
#ifndef UMBRA_CLIENT_BACKOFF_H
#define UMBRA_CLIENT_BACKOFF_H

#include <stdint.h>

enum { BACKOFF_FIRST_MS = 250, BACKOFF_MAX_MS = 5000 };

/* Zeroed: the next wait is the first. */
struct backoff {
	int last_ms; /* without the chance */
};

/* `chance` is any random number. */
int backoff_next_ms(struct backoff *backoff, uint64_t chance);

#endif
