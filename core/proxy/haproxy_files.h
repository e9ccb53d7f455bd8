/*
 * The files HAProxy reads when it is loaded, gathered in memory on the loop and written by a worker.
 */
#ifndef UMBRA_PROXY_HAPROXY_FILES_H
#define UMBRA_PROXY_HAPROXY_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/base/str.h"

struct file_set {
	char *dir;
	struct file_text {
		char *name; /* below dir, "maps/cart.pins" */
		char *text;
		size_t len;
		bool there; /* as it is to be: not written */
	} * files;
	size_t count, cap;
};

void file_set_init(struct file_set *set, const char *dir);
void file_set_finish(struct file_set *set);
/* Copies both. */
void file_set_add(struct file_set *set, const char *name, struct str text);
/*
 * Makes dir and dir/maps (mode 0700) but nothing above them, writes every file that is not there as it is to be, whole,
 * and gives them their names (rename) once all are written. Blocks. The error names the file.
 */
enum err file_set_write(struct file_set *set, struct errbuf *eb);
/*
 * Removes from dir/maps what is not in the set: maps of services that are no more. Only once the configuration that
 * named them is replaced, because HAProxy does not start when one is missing. Blocks.
 */
void file_set_sweep(const struct file_set *set);

#endif
