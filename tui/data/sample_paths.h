/*
 * For each service a path that it was seen answering, so that a curl line or a link which is offered leads to
 * something. Learned from the lines of the tail before they are let go; bounded, and forgotten by nothing else.
 */
#ifndef UMBRA_TUI_DATA_SAMPLE_PATHS_H
#define UMBRA_TUI_DATA_SAMPLE_PATHS_H

#include <stddef.h>

#include "core/base/limits.h"
#include "core/base/str.h"

struct request_log;

enum { SAMPLE_PATHS_MAX = 64, SEEN_PATH_SIZE = 96 };

struct sample_paths {
	struct seen_path {
		char service[LIMIT_SERVICE_NAME + 1];
		char path[SEEN_PATH_SIZE];
	} all[SAMPLE_PATHS_MAX];
	size_t count;
};

/* Takes the newest path of each service that is among the newest lines. */
void sample_paths_learn(struct sample_paths *paths, const struct request_log *lines);
/* The newest among the lines, else what was learned before, else "/". Borrowed from either. */
struct str sample_paths_find(
	const struct sample_paths *paths, const struct request_log *lines, struct str service);

#endif
