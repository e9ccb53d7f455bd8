/*
 * What is said of a version or a service in words: the sentence about what arrives there and why, who pins
 * it, and all of it as facts; and what the words of the program mean. Used by every view that shows one of these.
 */
#ifndef UMBRA_TUI_VIEWS_DESCRIBE_H
#define UMBRA_TUI_VIEWS_DESCRIBE_H

#include <stddef.h>

#include "core/model/environment.h"

#include "tui/data/model.h"
#include "tui/ui/text_page.h"

/* "checkout-4f2k (dev1), qa-seats (dev5) and 4 more"; "" when no session pins it. At most `max` are named. */
void describe_pinned(const struct model *model, const struct version *version, size_t max,
	char *dst, size_t size);
/* What arrives at the version, and why; a service: what its stable version is. Returns how loud it is. */
enum role describe_version_sentence(
	const struct model *model, const struct version *version, char *dst, size_t size);
enum role describe_service_sentence(const struct service_node *node, char *dst, size_t size);
/* Who serves the requests that carry the session; loud when a pin of it does not serve. */
enum role describe_session_sentence(
	const struct model *model, const struct session *session, char *dst, size_t size);

/* The same and more as rows: ages are those of the model's clock. */
void describe_version(
	struct text_page *facts, const struct model *model, const struct version *version);
void describe_service(
	struct text_page *facts, const struct model *model, const struct service_node *node);
/* Rate, shares of errors, quantiles, last seen; `stats` NULL says that nothing was heard. */
void describe_stats(struct text_page *facts, const struct model *model, const struct stats *stats);
/* The words of the program and their meanings, under their titles. */
void describe_glossary(struct text_page *page);

#endif
