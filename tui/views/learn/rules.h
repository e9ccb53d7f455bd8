/*
 * The routing rules to try: a form of what a request may carry, and what would become of it in the environment
 * as it is now. Asks the model's own functions (routing_context_read, decide, explain_decision) and knows no rule.
 */
#ifndef UMBRA_TUI_VIEWS_LEARN_RULES_H
#define UMBRA_TUI_VIEWS_LEARN_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/limits.h"
#include "core/base/strbuf.h"
#include "core/model/explain.h"

#include "tui/data/model.h"

enum rules_field {
	RULES_SERVICE,
	RULES_HEADER,
	RULES_BAGGAGE,
	RULES_QUERY,
	RULES_COOKIE,
	RULES_HOST,
	RULES_PINS,
	RULES_STRICT, /* "" or "1" */
	RULES_FIELDS
};

struct rules_form {
	char text[RULES_FIELDS][LIMIT_FILTER + 1];
	struct explanation explanation;
	char host[2 * LIMIT_FILTER + 512]; /* as the request would say it */
	char target[LIMIT_FILTER + 3];
	int status; /* 0: a version serves */
	char outcome[LIMIT_SERVICE_NAME + LIMIT_VERSION_NAME + 96]; /* "booking@pr-482 serves it" */
	char reason[32];
	bool serves; /* and it is what was asked for */
};

void rules_init(struct rules_form *form);
void rules_finish(struct rules_form *form);
/* Says anew what would happen. */
void rules_decide(struct rules_form *form, const struct model *model);

/* "Routing-Session", as the row is called, and what to write there. */
const char *rules_name(enum rules_field field);
const char *rules_help(enum rules_field field);
/* A text to begin with, made of a session and a version there are. */
void rules_example(const struct rules_form *form, enum rules_field field, const struct model *model,
	const char *mine, char dst[LIMIT_FILTER + 1]);
/* The equal curl line. */
void rules_command(const struct rules_form *form, struct strbuf *out);

#endif
