/*
 * Reads the answer to a dry run. Used by the pins of a session. Invariant: what is known belongs to what is
 * staged now; whoever stages anew clears it first.
 */
#include "tui/views/staged_effects.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/mem.h"

void staged_effects_clear(struct staged_effects *effects)
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

static void read_list(struct staged_effects *effects, const cJSON *list)
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
		effects->count++;
	}
}

void staged_effects_read(struct staged_effects *effects, struct str body)
{
	cJSON *tree = json_parse(body, NULL);
	const cJSON *changes = cJSON_GetObjectItemCaseSensitive(tree, "changes");
	const cJSON *unchanged = cJSON_GetObjectItemCaseSensitive(tree, "unchanged");
	size_t most = (size_t)cJSON_GetArraySize(changes) + (size_t)cJSON_GetArraySize(unchanged);
	uint64_t routes = 0;

	staged_effects_clear(effects);
	if (json_get_u64(tree, "routes_changed", &routes)) {
		effects->known = true;
		effects->routes_changed = (int64_t)routes;
		effects->items = xcalloc(most + 1, sizeof(*effects->items));
		read_list(effects, changes);
		read_list(effects, unchanged);
	}
	cJSON_Delete(tree);
}

const char *staged_effects_say(const struct staged_effects *effects, const char *service)
{
	for (size_t i = 0; i < effects->count; i++)
		if (strcmp(effects->items[i].service, service) == 0)
			return effects->items[i].sentence;
	return NULL;
}
