/*
 * The wait between attempts, for the feed and the tail. Pure; whoever uses it resets it when an attempt
 * has brought something.
 */
#include "core/client/backoff.h"

int backoff_next_ms(struct backoff *backoff, uint64_t chance)
{
	int wait_ms = backoff->last_ms == 0 ? BACKOFF_FIRST_MS : backoff->last_ms * 2;

	if (wait_ms > BACKOFF_MAX_MS)
		wait_ms = BACKOFF_MAX_MS;
	backoff->last_ms = wait_ms;
	return wait_ms - wait_ms / 4 + (int)(chance % (uint64_t)(wait_ms / 2 + 1));
}
