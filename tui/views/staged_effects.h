/*
 * What the control plane says that staged pins would do: its answer to the dry run, a sentence a service.
 */
#ifndef UMBRA_TUI_VIEWS_STAGED_EFFECTS_H
#define UMBRA_TUI_VIEWS_STAGED_EFFECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/limits.h"
#include "core/base/str.h"

enum { EFFECT_MAX = 256, EFFECT_BRIEF_MAX = 2 * LIMIT_VERSION_NAME + 16 };

struct staged_effects {
	bool known; /* the answer is there */
	int64_t routes_changed;
	struct staged_effect {
		char service[LIMIT_SERVICE_NAME + 1];
		char sentence[EFFECT_MAX];
		char brief[EFFECT_BRIEF_MAX]; /* "pr-482 instead of stable"; "" for none */
	} * items;
	size_t count;
};

void staged_effects_clear(struct staged_effects *effects);
/* An answer that is none leaves nothing known. */
void staged_effects_read(struct staged_effects *effects, struct str body);
/*
 * NULL when nothing is known of the service. Where the sentence does not fit into `cols`, who serves then
 * and who served before, which is short and begins with what matters.
 */
const char *staged_effects_say(const struct staged_effects *effects, const char *service, int cols);

#endif
