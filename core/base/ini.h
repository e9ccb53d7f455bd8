/*
 * INI files (themes, config) over inih, bounded and with positions.
 */
#ifndef UMBRA_BASE_INI_H
#define UMBRA_BASE_INI_H

#include <stdbool.h>

#include "core/base/err.h"

/*
 * Called for each `name = value`; `section` is "" before the first. Returns false, with a sentence in
 * `eb`, to refuse the line; reading stops there and the file's name and line are put before the sentence.
 */
typedef bool (*ini_entry_fn)(
	void *arg, const char *section, const char *name, const char *value, struct errbuf *eb);

/* ERR_IO when it cannot be read, ERR_NOT_FOUND when it is not there, ERR_BAD_VALUE with "file:line: ...". */
enum err ini_read_file(const char *path, ini_entry_fn entry, void *arg, struct errbuf *eb);
/* `name` stands for the file in errors. */
enum err ini_read_text(
	const char *name, const char *text, ini_entry_fn entry, void *arg, struct errbuf *eb);

#endif
