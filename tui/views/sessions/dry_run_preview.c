/*
 * Tells the answer to a dry run. Used by the pins of a session. Invariant: what is known belongs to what is
 * staged now; whoever stages anew clears it first.
 */
#include "tui/views/sessions/dry_run_preview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/client/client.h"

enum { SENTENCE_MAX = 1024 };

void dry_run_preview_clear(struct dry_run_preview *effects)
{
	for (size_t i = 0; i < effects->count; i++) {
		free(effects->items[i].service);
		free(effects->items[i].sentence);
		free(effects->items[i].brief);
	}
	free(effects->items);
	memset(effects, 0, sizeof(*effects));
}

/* "stable", the name of another version, or the status where none serves. */
static void say_who(struct strbuf *out, const struct decision *decision)
{
	if (!decision->version)
		strbuf_addf(out, "%d", decision->status);
	else
		strbuf_add_c(out, decision->version->kind == KIND_STABLE ? "stable"
									 : decision->version->name);
}

struct reading {
	struct dry_run_preview *effects;
	const struct model *model;
};

static void add_change(void *arg, const struct session_diff_change *change)
{
	const struct reading *reading = arg;
	struct dry_run_preview *effects = reading->effects;
	bool same = change->before.version == change->after.version;
	struct strbuf sentence, brief;

	strbuf_init(&sentence, SENTENCE_MAX);
	strbuf_init(&brief, SENTENCE_MAX);
	session_diff_say_change(&sentence, reading->model->env, change, reading->model->now_ms);
	say_who(&brief, &change->after);
	strbuf_add_c(&brief, same ? " as before" : " instead of ");
	if (!same)
		say_who(&brief, &change->before);
	array_reserve(&effects->items, &effects->cap, effects->count + 1, sizeof(*effects->items));
	effects->items[effects->count++] = (struct staged_effect){
		.service = str_dup(change->service),
		.sentence = xstrdup(sentence.data + change->service.n + strlen(" ")),
		.brief = strbuf_detach(&brief),
	};
	strbuf_finish(&sentence);
}

void dry_run_preview_read(
	struct dry_run_preview *effects, const struct model *model, struct str body)
{
	struct reading reading = {effects, model};

	dry_run_preview_clear(effects);
	effects->known = client_read_session_diff(
		body, model->env, add_change, &reading, &effects->routes_changed, NULL);
}

const char *dry_run_preview_say(
	const struct dry_run_preview *effects, const char *service, int cols)
{
	for (size_t i = 0; i < effects->count; i++) {
		const struct staged_effect *effect = &effects->items[i];

		if (strcmp(effect->service, service) == 0)
			return (int)text_cells(str_of(effect->sentence)) > cols ? effect->brief
										: effect->sentence;
	}
	return NULL;
}
