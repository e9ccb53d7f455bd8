/*
 * Where requests enter, as GET /v1/status tells it: {"domain":"env.localhost","proxy":{"url":"http://..."}}.
 */
#ifndef UMBRA_COMMAND_ENTRY_H
#define UMBRA_COMMAND_ENTRY_H

#include <cjson/cJSON.h>

#include "core/base/err.h"
#include "core/model/access_forms.h"

/* Views into `status`. ERR_FAILED when it does not say. */
enum err entry_read(const cJSON *status, struct entry_point *ret_entry, struct errbuf *eb);

#endif
