/*
 * Tiny HTTP servers in a child process, one for each of a number of ports: each answers any request with its
 * port, the request line and the header as it came, so that a test sees what reached it. A port can be made
 * to fail its health checks while it goes on answering.
 */
#ifndef UMBRA_TESTS_SUPPORT_BACKENDS_H
#define UMBRA_TESTS_SUPPORT_BACKENDS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { BACKENDS_MAX = 64, HELD_MAX = 16 };

struct backends {
	pid_t pid;
	int up_count, down_count;
	uint16_t up[BACKENDS_MAX]; /* ports that answer */
	uint16_t down[HELD_MAX]; /* ports that refuse connections and that nobody else gets */
	int down_fds[HELD_MAX];
	volatile bool *sick; /* shared with the child, one for each of `up` */
};

/* Starts them; aborts the test program when it cannot. */
void backends_start(struct backends *backends, int up_count, int down_count);
void backends_stop(struct backends *backends);
/* From now on the checks of this port (path /healthz) answer 500, or 200 again. */
void backends_set_sick(struct backends *backends, uint16_t port, bool sick);

#endif
