/*
 * For each service a path that it was seen answering, so that a curl line or a link which is offered leads to
 * something. Learned from the lines of the tail before they are let go; bounded, and forgotten by nothing else.
 */
#ifndef UMBRA_TUI_PATHS_H
#define UMBRA_TUI_PATHS_H

#include <stddef.h>

#include "core/base/limits.h"
#include "core/base/str.h"

struct lines;

enum { PATHS_MAX = 64, SEEN_PATH_SIZE = 96 };

struct paths {
	struct seen_path {
		char service[LIMIT_SERVICE_NAME + 1];
		char path[SEEN_PATH_SIZE];
	} all[PATHS_MAX];
	size_t count;
};

/* Takes the newest path of each service that is among the newest lines. */
void paths_learn(struct paths *paths, const struct lines *lines);
/* The newest among the lines, else what was learned before, else "/". Borrowed from either. */
struct str paths_find(const struct paths *paths, const struct lines *lines, struct str service);

#endif
