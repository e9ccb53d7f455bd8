/*
 * Files of ours under a fixed name: nobody else may read them, and the name leads to the file itself. A
 * symbolic link there would have us write to what it points to.
 */
#ifndef UMBRA_BASE_FILE_H
#define UMBRA_BASE_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/err.h"
#include "core/base/str.h"

/*
 * open(2) with `flags`, and O_CREAT, O_NOFOLLOW and O_CLOEXEC. Only a regular file is opened; one that others
 * may read or write gets the mode 0600. -1 with a sentence that names the path and what to do.
 */
int file_open_private(const char *path, int flags, struct errbuf *eb);
/* The whole text, however many turns that takes. False with errno. */
bool file_write_all(int fd, struct str text);
/*
 * Writes a new file (mode 0600) beside `path` and puts it in its place: a reader sees the old text or the new.
 * `sync`: it is on the disk before that, so that a power cut leaves one of the two. False with errno; nothing is left
 * beside it then.
 */
bool file_replace(const char *path, struct str text, bool sync);
/* Makes the directories above `path` that are missing, with the mode 0700. False with errno. */
bool file_make_dirs_above(const char *path);
/* As file_open_private() for a directory of ours: made with the mode 0700, or given it. */
bool file_make_private_dir(const char *path, struct errbuf *eb);

/* An SQLite database and the files beside it, those that are there, the database made when it is missing. */
bool file_take_database(const char *path, struct errbuf *eb);

/* Which file it is, whatever its name. */
struct file_id {
	dev_t device;
	ino_t inode;
};
/* False when there is none; `ret_id` is untouched then. */
bool file_identify(const char *path, struct file_id *ret_id);
bool file_identify_fd(int fd, struct file_id *ret_id);
/* Whether the path still leads to that file. */
bool file_is(const char *path, const struct file_id *id);

/* What errno says, as a reason: for a full disk which one, and what `dir` is then. Text of its own or of the C library. */
void file_reason(int error, const char *dir, char *dst, size_t size_bytes);

#endif
