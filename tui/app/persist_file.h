/*
 * What is kept from one run of the dashboard to the next, a file for each context:
 *
 *     {"view":"sessions","theme":"light","lines":["version list"],"views":{"services":{...}}}
 *
 * `view` is the tab one left from, `theme` one that was chosen at run time (and `theme_instead_of` what the config said
 * then: once it says something else, that counts), `lines` those of the `:` line, and
 * each object below `views` is its view's own (keep and restore of tui/ui/view.h).
 */
#ifndef UMBRA_TUI_APP_PERSIST_FILE_H
#define UMBRA_TUI_APP_PERSIST_FILE_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "core/base/err.h"

enum { PERSIST_FILE_MAX = 256 * 1024 };

/*
 * NULL when there is no file (eb is left as it was), or none that can be used: then a sentence says why. The
 * caller deletes.
 */
cJSON *persist_file_read(const char *path, struct errbuf *eb);
/*
 * Whole or not at all: a new file takes the place of the old one. Directories are made. False when it could
 * not be written, or would be longer than PERSIST_FILE_MAX.
 */
bool persist_file_write(const char *path, const cJSON *kept);

#endif
