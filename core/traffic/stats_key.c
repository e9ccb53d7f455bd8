/*
 * Keys of stats. Called for each record, on the hot path. They come from outside in part, so what does not
 * fit or is no name makes no key.
 */
#include "core/traffic/stats_key.h"

#include <string.h>

bool stats_key_add(struct stats_key *key, struct str s)
{
	if (s.n > sizeof(key->text) - key->len)
		return false;
	if (s.n > 0)
		memcpy(key->text + key->len, s.p, s.n);
	key->len += s.n;
	return true;
}

bool stats_key_add_version(struct stats_key *key, const struct request *request)
{
	if (!stats_key_add(key, request->service))
		return false;
	return request->version.n == 0 ||
	       (stats_key_add(key, STR_LIT("@")) && stats_key_add(key, request->version));
}

bool stats_key_of_edge(struct stats_key *key, struct str caller, const struct request *request)
{
	struct str service, version;

	key->len = 0;
	return request->service.n > 0 &&
	       (caller.n == 0 || name_split_version(caller, &service, &version)) &&
	       stats_key_add(key, caller) && stats_key_add(key, STR_LIT(" ")) &&
	       stats_key_add_version(key, request);
}
