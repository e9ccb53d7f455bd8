/*
 * What the control plane says that staged pins would do: its answer to the dry run, a sentence a service.
 */
#ifndef UMBRA_TUI_VIEWS_SESSIONS_DRY_RUN_PREVIEW_H
#define UMBRA_TUI_VIEWS_SESSIONS_DRY_RUN_PREVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/limits.h"
#include "core/base/str.h"

enum { EFFECT_MAX = 256, EFFECT_BRIEF_MAX = 2 * LIMIT_VERSION_NAME + 16 };

struct dry_run_preview {
	bool known; /* the answer is there */
	int64_t routes_changed;
	struct staged_effect {
		char service[LIMIT_SERVICE_NAME + 1];
		char sentence[EFFECT_MAX];
		char brief[EFFECT_BRIEF_MAX]; /* "pr-482 instead of stable"; "" for none */
	} * items;
	size_t count;
};

void dry_run_preview_clear(struct dry_run_preview *effects);
/* An answer that is none leaves nothing known. */
void dry_run_preview_read(struct dry_run_preview *effects, struct str body);
/*
 * NULL when nothing is known of the service. Where the sentence does not fit into `cols`, who serves then
 * and who served before, which is short and begins with what matters.
 */
const char *dry_run_preview_say(
	const struct dry_run_preview *effects, const char *service, int cols);

#endif
