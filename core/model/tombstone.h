/*
 * What is remembered of a version or a session that is gone, for TOMBSTONE_KEPT_MS: enough to say what
 * it was and why it went, and for a session its policy, because strict outlives the session.
 */
#ifndef UMBRA_MODEL_TOMBSTONE_H
#define UMBRA_MODEL_TOMBSTONE_H

#include <stdint.h>

#include "core/base/strbuf.h"
#include "core/model/schema.h"

enum tombstone_kind { GONE_VERSION, GONE_SESSION, GONE_COUNT };
extern const char *const tombstone_kind_names[GONE_COUNT + 1];

/* Why: a person or CI took it away, its time was over, or its service was removed. */
enum tombstone_why { WHY_RETIRED, WHY_EXPIRED, WHY_SERVICE_REMOVED, WHY_COUNT };
extern const char *const tombstone_why_names[WHY_COUNT + 1];

struct tombstone {
	unsigned refs;
	int kind; /* enum tombstone_kind */
	char *id; /* "cart@pr-482", or the session's key */
	int why; /* enum tombstone_why */
	int64_t gone_at;
	char *actor;
	int64_t pr_number; /* of a version */
	char *pr_author;
	char *commit;
	int64_t build; /* of a version; 0: it had none */
	int policy; /* of a session */
	char *owner; /* of a session */
};

extern const struct record_type tombstone_type;

/*
 * What follows its name in a sentence: "was retired by dev1 12m ago", "expired 2h ago", "was ended by ci just
 * now". The actor is text from outside, cut at 64 bytes: whoever shows it makes it safe.
 */
void tombstone_say(struct strbuf *out, const struct tombstone *gone, int64_t now_ms);

#endif
