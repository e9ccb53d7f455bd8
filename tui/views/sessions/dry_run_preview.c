/*
 * Reads the answer to a dry run. Used by the pins of a session. Invariant: what is known belongs to what is
 * staged now; whoever stages anew clears it first.
 */
#include "tui/views/sessions/dry_run_preview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/term_text.h"

void dry_run_preview_clear(struct dry_run_preview *effects)
{
	free(effects->items);
	memset(effects, 0, sizeof(*effects));
}

/* The row it is shown in begins with the service: "cart goes from ..." is "goes from ..." there. */
static struct str without(struct str sentence, struct str service)
{
	if (str_starts(sentence, service) && sentence.n > service.n && sentence.p[service.n] == ' ')
		return (struct str){sentence.p + service.n + 1, sentence.n - service.n - 1};
	return sentence;
}

/* "stable", the name of another version, or the status where none serves; false when it says neither. */
static bool read_who(const cJSON *item, const char *side, char dst[LIMIT_VERSION_NAME + 1])
{
	const cJSON *decision = cJSON_GetObjectItemCaseSensitive(item, side);
	struct str kind, version;
	uint64_t status;

	if (json_get_str(decision, "version", &version))
		return json_get_str(decision, "kind", &kind) && str_eq_c(kind, "stable")
			       ? str_copy(dst, LIMIT_VERSION_NAME + 1, kind)
			       : str_copy(dst, LIMIT_VERSION_NAME + 1, version);
	if (!json_get_u64(decision, "status", &status) || status > 999)
		return false;
	(void)snprintf(dst, LIMIT_VERSION_NAME + 1, "%u", (unsigned)status);
	return true;
}

static void read_brief(const cJSON *item, char dst[EFFECT_BRIEF_MAX])
{
	char before[LIMIT_VERSION_NAME + 1], after[LIMIT_VERSION_NAME + 1];

	if (!read_who(item, "before", before) || !read_who(item, "after", after))
		return;
	if (strcmp(before, after) == 0)
		(void)snprintf(dst, EFFECT_BRIEF_MAX, "%s as before", after);
	else
		(void)snprintf(dst, EFFECT_BRIEF_MAX, "%s instead of %s", after, before);
}

static void read_list(struct dry_run_preview *effects, const cJSON *list)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		struct staged_effect *effect = &effects->items[effects->count];
		struct str service, sentence;

		if (!json_get_str(item, "service", &service) ||
			!json_get_str(item, "sentence", &sentence) ||
			!str_copy(effect->service, sizeof(effect->service), service))
			continue;
		(void)str_copy(
			effect->sentence, sizeof(effect->sentence), without(sentence, service));
		read_brief(item, effect->brief);
		effects->count++;
	}
}

void dry_run_preview_read(struct dry_run_preview *effects, struct str body)
{
	cJSON *tree = json_parse(body, NULL);
	const cJSON *changes = cJSON_GetObjectItemCaseSensitive(tree, "changes");
	const cJSON *unchanged = cJSON_GetObjectItemCaseSensitive(tree, "unchanged");
	size_t most = (size_t)cJSON_GetArraySize(changes) + (size_t)cJSON_GetArraySize(unchanged);
	uint64_t routes = 0;

	dry_run_preview_clear(effects);
	if (json_get_u64(tree, "routes_changed", &routes)) {
		effects->known = true;
		effects->routes_changed = (int64_t)routes;
		effects->items = xcalloc(most + 1, sizeof(*effects->items));
		read_list(effects, changes);
		read_list(effects, unchanged);
	}
	cJSON_Delete(tree);
}

const char *dry_run_preview_say(
	const struct dry_run_preview *effects, const char *service, int cols)
{
	for (size_t i = 0; i < effects->count; i++) {
		const struct staged_effect *effect = &effects->items[i];

		if (strcmp(effect->service, service) != 0)
			continue;
		return effect->brief[0] != '\0' && (int)text_cells(str_of(effect->sentence)) > cols
			       ? effect->brief
			       : effect->sentence;
	}
	return NULL;
}
