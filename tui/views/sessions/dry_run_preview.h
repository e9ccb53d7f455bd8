/*
 * What the control plane says that staged pins would do: its answer to the dry run, told as a sentence a service.
 */
#ifndef UMBRA_TUI_VIEWS_SESSIONS_DRY_RUN_PREVIEW_H
#define UMBRA_TUI_VIEWS_SESSIONS_DRY_RUN_PREVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

#include "tui/data/model.h"

struct dry_run_preview {
	bool known; /* the answer is there */
	int64_t routes_changed;
	struct staged_effect {
		char *service;
		char *sentence; /* without the service, in whose row it is shown: "goes from stable 1.0 to pr-482." */
		char *brief; /* "pr-482 instead of stable" */
	} * items;
	size_t count, cap;
};

void dry_run_preview_clear(struct dry_run_preview *effects);
/* An answer that is none leaves nothing known. */
void dry_run_preview_read(
	struct dry_run_preview *effects, const struct model *model, struct str body);
/*
 * NULL when nothing is known of the service. Where the sentence does not fit into `cols`, who serves then
 * and who served before, which is short and begins with what matters.
 */
const char *dry_run_preview_say(
	const struct dry_run_preview *effects, const char *service, int cols);

#endif
