/*
 * Sentences and facts about versions and services. Called by the views in prepare and, the sentences, while
 * they draw; pure functions of the model.
 */
#include "tui/views/describe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/time.h"
#include "core/base/word_list.h"
#include "core/model/decision.h"
#include "core/model/glossary.h"
#include "core/model/name_rules.h"

#include "tui/ui/keymap.h"
#include "tui/widgets/format.h"

void describe_pinned(const struct model *model, const struct version *version, size_t max,
	char *dst, size_t size)
{
	const struct pinned *pinned =
		model_pinned(model, str_of(version->service), str_of(version->name));
	struct word_list words = {.dst = dst, .size = size, .max = max};

	dst[0] = '\0';
	if (!pinned)
		return;
	for (size_t i = 0; i < pinned->count && i < PINNED_NAMED; i++) {
		const struct session *session = pinned->sessions[i];
		char word[LIMIT_SESSION_KEY + LIMIT_WORD + 8];

		(void)snprintf(word, sizeof(word), "%s%s%s%s", session->key,
			session->owner ? " (" : "", session->owner ? session->owner : "",
			session->owner ? ")" : "");
		words_add(&words, word);
	}
	words_end(&words, pinned->count);
}

enum role describe_version_sentence(
	const struct model *model, const struct version *version, char *dst, size_t size)
{
	const char *detail = version->state_detail ? version->state_detail : "no answer";
	bool stable = version->kind == KIND_STABLE;
	char by[256];

	describe_pinned(model, version, 3, by, sizeof(by));
	switch (version->state) {
	case STATE_UNHEALTHY:
		(void)snprintf(dst, size, "Its checks fail: %s. %s", detail,
			stable ? "Requests that need it get 503."
			       : "Lenient sessions that pin it get stable, strict ones 503.");
		return ROLE_WARNING;
	case STATE_STARTING:
		(void)snprintf(
			dst, size, "No check has passed yet; until then nothing arrives here.");
		return ROLE_BASE;
	case STATE_DRAINING:
		(void)snprintf(dst, size,
			"It is draining: its last requests may end, no new one arrives.");
		return ROLE_BASE;
	default:
		break;
	}
	if (stable)
		(void)snprintf(dst, size, "Serves all requests without a pin.%s%s",
			by[0] ? " Pinned by: " : "", by);
	else if (by[0] == '\0')
		keymap_text(dst, size,
			"No session pins it: only requests with a direct pin arrive here. "
			"{version.pin} pins it.");
	else
		(void)snprintf(dst, size, "Reached only by sessions that pin it: %s.", by);
	return ROLE_BASE;
}

enum role describe_service_sentence(const struct service_node *node, char *dst, size_t size)
{
	const char *stable = node->service->stable;
	size_t beside = node->version_count - (node_stable(node) ? 1 : 0);

	if (node->service->refused) {
		(void)snprintf(dst, size,
			"HAProxy refuses it and leaves it out, so requests get 503: %s",
			node->service->refused);
		return ROLE_UNHEALTHY;
	}
	if (!stable) {
		(void)snprintf(
			dst, size, "It has no stable version: requests without a pin get 503.");
		return ROLE_WARNING;
	}
	(void)snprintf(dst, size,
		"Stable is %s; %zu version%s beside it. Its P95 is that of its slowest version.",
		stable, beside, beside == 1 ? "" : "s");
	return ROLE_BASE;
}

/* The pins that serve, or those that do not; how many there are, and for how many of them nobody serves. */
static size_t name_pins(const struct model *model, const struct session *session, bool serving,
	char *dst, size_t size, size_t *ret_refused)
{
	struct word_list words = {.dst = dst, .size = size, .max = 3};
	size_t count = 0;

	*ret_refused = 0;
	dst[0] = '\0';
	for (size_t i = 0; i < session->pins.count; i++) {
		struct str service = str_of(session->pins.entries[i].key);
		struct str name = str_of(session->pins.entries[i].value);
		const struct version *version = environment_version(model->env, service, name);
		struct decision decision;
		char id[VERSION_ID_SIZE + 32];

		decide_session(
			model->env, session, environment_service(model->env, service), &decision);
		if ((decision.reason == REASON_PINNED) != serving)
			continue;
		*ret_refused += !decision.version;
		name_join_version(service, name, id);
		if (!serving)
			(void)snprintf(id + strlen(id), 32, " (%s)",
				version ? version_state_names[version->state] : "gone");
		words_add(&words, id);
		count++;
	}
	words_end(&words, count);
	return count;
}

enum role describe_session_sentence(
	const struct model *model, const struct session *session, char *dst, size_t size)
{
	char names[400];
	size_t refused;
	size_t broken = name_pins(model, session, false, names, sizeof(names), &refused);

	if (broken > 0) {
		(void)snprintf(dst, size, "%zu of %zu pins lead%s nowhere, %s: %s.", broken,
			session->pins.count, broken == 1 ? "s" : "",
			refused == broken ? "503 instead"
			: refused == 0    ? "stable serves instead"
					  : "stable or 503 instead",
			names);
		return ROLE_WARNING;
	}
	if (name_pins(model, session, true, names, sizeof(names), &refused) == 0)
		(void)snprintf(dst, size,
			"It pins nothing: stable serves its requests everywhere. Enter pins.");
	else
		(void)snprintf(dst, size,
			"Its requests are served by %s, by stable everywhere else.", names);
	return ROLE_BASE;
}

/* "3h ago", "in 21h", "" for no time. */
static const char *time_words(const struct model *model, int64_t time_ms, char dst[48])
{
	char text[DURATION_TEXT_SIZE];
	int64_t ahead = time_ms - model->now_ms;

	dst[0] = '\0';
	if (time_ms == 0)
		return dst;
	if (ahead > 0)
		duration_format_left(ahead, text);
	else
		duration_format_short(-ahead, text);
	(void)snprintf(dst, 48, ahead > 0 ? "in %s" : "%s ago", text);
	return dst;
}

void describe_stats(struct text_page *facts, const struct model *model, const struct stats *stats)
{
	char p50[16], p95[16], p99[16], when[48];

	if (!stats || stats->last_seen == 0) {
		text_page_add(facts, "traffic", ROLE_QUIET, "none seen");
		return;
	}
	if (stats->rate > 0)
		text_page_addf(facts, "traffic",
			stats->share_5xx >= 0.01 ? ROLE_UNHEALTHY : ROLE_FIGURE,
			"%.1f req/s  %.1f%% 5xx  %.1f%% 4xx", stats->rate, stats->share_5xx * 100,
			stats->share_4xx * 100);
	if (stats->p95_ms > 0) {
		format_ms(p50, stats->p50_ms);
		format_ms(p95, stats->p95_ms);
		format_ms(p99, stats->p99_ms);
		text_page_addf(
			facts, "latency", ROLE_FIGURE, "p50 %s  p95 %s  p99 %s", p50, p95, p99);
	}
	text_page_add(facts, "last request", ROLE_BASE, time_words(model, stats->last_seen, when));
}

static void describe_state(
	struct text_page *facts, const struct model *model, const struct version *version)
{
	char since[DURATION_TEXT_SIZE] = "";
	int64_t age = model->now_ms - version->state_since;

	if (version->state_since > 0)
		duration_format_short(age > 0 ? age : 0, since);
	text_page_addf(facts, "state", format_state_role(version->state), "%s%s%s%s%s",
		version_state_names[version->state], since[0] ? " for " : "", since,
		version->state_detail ? ": " : "",
		version->state_detail ? version->state_detail : "");
}

static void describe_pull(
	struct text_page *facts, const struct model *model, const struct version *version)
{
	char when[48];

	if (version->pr_number > 0)
		text_page_addf(facts, "pull request", ROLE_PR, "#%" PRId64 "%s%s",
			version->pr_number, version->pr_author ? " by " : "",
			version->pr_author ? version->pr_author : "");
	text_page_add(facts, "branch", ROLE_BASE, version->pr_branch);
	text_page_add(facts, "link", ROLE_BASE, version->pr_url);
	text_page_addf(facts, "commit", ROLE_BASE, "%s%s%s", version->commit ? version->commit : "",
		version->base_commit ? " on " : "",
		version->base_commit ? version->base_commit : "");
	text_page_add(facts, "deployed", ROLE_BASE,
		time_words(model, version->deployed_at ? version->deployed_at : version->created_at,
			when));
	text_page_add(facts, "expires", ROLE_BASE, time_words(model, version->expires_at, when));
}

void describe_version(
	struct text_page *facts, const struct model *model, const struct version *version)
{
	char text[512];
	enum role role = describe_version_sentence(model, version, text, sizeof(text));

	if (version->pr_title)
		text_page_add(facts, NULL, ROLE_STRONG, version->pr_title);
	text_page_add(facts, NULL, role, text);
	text_page_blank(facts);
	describe_state(facts, model, version);
	describe_stats(facts, model,
		traffic_stats_version(
			model->stats, str_of(version->service), str_of(version->name)));
	describe_pinned(model, version, PINNED_NAMED, text, sizeof(text));
	text_page_add(facts, "pinned by", ROLE_SESSION, text);
	describe_pull(facts, model, version);
	for (size_t i = 0; i < version->endpoints.count; i++)
		text_page_add(
			facts, i == 0 ? "endpoints" : "", ROLE_BASE, version->endpoints.items[i]);
	for (size_t i = 0; i < version->labels.count; i++)
		text_page_addf(facts, i == 0 ? "labels" : "", ROLE_BASE, "%s=%s",
			version->labels.entries[i].key, version->labels.entries[i].value);
}

void describe_service(
	struct text_page *facts, const struct model *model, const struct service_node *node)
{
	const struct service *service = node->service;
	size_t in[STATE_COUNT] = {0};
	char text[512];
	enum role role = describe_service_sentence(node, text, sizeof(text));

	for (size_t i = 0; i < node->version_count; i++)
		in[node->versions[i]->state]++;
	if (service->description)
		text_page_add(facts, NULL, ROLE_STRONG, service->description);
	text_page_add(facts, NULL, role, text);
	text_page_blank(facts);
	for (int i = 0; i < STATE_COUNT; i++)
		if (in[i] > 0)
			text_page_addf(facts, version_state_names[i], format_state_role(i),
				"%zu of %zu", in[i], node->version_count);
	describe_stats(facts, model, traffic_stats_service(model->stats, str_of(service->name)));
	text_page_add(facts, "owner", ROLE_BASE, service->owner);
	text_page_add(facts, "checked by", ROLE_BASE,
		service->health_path                  ? service->health_path
		: service->health_type == HEALTH_GRPC ? "grpc.health.v1"
						      : "TCP connect");
	text_page_add(facts, "protocol", ROLE_BASE, protocol_names[service->protocol]);
	text_page_add(facts, "repository", ROLE_BASE, service->repository);
	for (size_t i = 0; i < service->hosts.count; i++)
		text_page_add(facts, i == 0 ? "hosts" : "", ROLE_BASE, service->hosts.items[i]);
}

void describe_glossary(struct text_page *page)
{
	for (size_t i = 0; i < glossary_word_count; i++) {
		const struct glossary_word *word = &glossary_words[i];

		if (word->word)
			text_page_add_word(page, word->word, ROLE_STRONG, word->meaning);
		else
			text_page_heading(page, word->meaning);
	}
}
