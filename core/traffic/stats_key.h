/* The keys that stats are kept by: "cart@pr-482", "gateway@1.2 cart@pr-482", a session's key. */
#ifndef UMBRA_TRAFFIC_STATS_KEY_H
#define UMBRA_TRAFFIC_STATS_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/model/name_rules.h"
#include "core/model/request.h"

struct stats_key {
	char text[2 * VERSION_ID_SIZE];
	size_t len;
};

/* False when it does not fit, and then it is no name of ours. */
bool stats_key_add(struct stats_key *key, struct str s);
/* Who served: "cart@pr-482", "cart" when nobody did. */
bool stats_key_add_version(struct stats_key *key, const struct request *request);
/* From `caller` ("gateway@1.2", empty when none is named) to who served; false when it is no edge. */
bool stats_key_of_edge(struct stats_key *key, struct str caller, const struct request *request);
static inline struct str stats_key_str(const struct stats_key *key)
{
	return (struct str){key->text, key->len};
}

#endif
