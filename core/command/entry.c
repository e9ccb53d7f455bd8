/*
 * Reads where requests enter from the control plane's status. Used by `session link` and `curl`.
 */
#include "core/command/entry.h"

#include "core/base/json.h"

enum err entry_read(const cJSON *status, struct entry_point *ret_entry, struct errbuf *eb)
{
	const cJSON *proxy = cJSON_GetObjectItemCaseSensitive(status, "proxy");
	struct entry_point entry;

	if (!json_get_str(status, "domain", &entry.domain) ||
		!json_get_str(proxy, "url", &entry.proxy_url))
		return err_set(eb, ERR_FAILED,
			"the control plane does not say where requests enter; is its proxy "
			"running?");
	if (!entry_point_ok(&entry))
		return err_set(eb, ERR_FAILED,
			"the control plane says that requests enter at \"%.*s\" in the domain "
			"\"%.*s\", which are not an http URL and a host name; is it a control "
			"plane of Umbra?",
			STR_ARG(entry.proxy_url), STR_ARG(entry.domain));
	*ret_entry = entry;
	return ERR_NONE;
}
