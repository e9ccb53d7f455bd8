/*
 * What the tail shows, written to a file: as text, or as the records themselves, a JSON object a line, when
 * the name ends in .json or .ndjson. What is missing (lost, hidden by the filter, no longer kept) is in the
 * file where it is missing, as far as that is known, and in the sentence that is said afterwards.
 */
#ifndef UMBRA_TUI_UI_EXPORT_H
#define UMBRA_TUI_UI_EXPORT_H

#include "core/base/err.h"

#include "tui/data/model.h"
#include "tui/ui/ui_state.h"

enum { EXPORT_NAME_SIZE = 64 };

/* "requests-20261122T184207Z.txt". */
void export_default_name(int64_t now_ms, char dst[EXPORT_NAME_SIZE]);
/*
 * Writes a new file, never over one that is there (ERR_CONFLICT); on an error nothing is left behind, and `eb`
 * has the sentence. Blocks for as long as the disk takes: at most what the lines may hold, 5 MiB as text.
 */
enum err export_lines(
	const struct model *model, const char *path, char ret_said[MESSAGE_MAX], struct errbuf *eb);

#endif
