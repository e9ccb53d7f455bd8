/*
 * Writes what HAProxy will read. Filled on the loop, written on the driver's worker; the set belongs to one
 * of them at a time. Invariant: a file is there whole or as it was, and on a full disk all are as they were.
 */
#include "core/proxy/haproxy_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/hashmap.h"
#include "core/base/xalloc.h"
#include "core/base/strbuf.h"

enum { PATH_MAX_BYTES = 8192 };
#define FRESH ".new"

void file_set_init(struct file_set *set, const char *dir)
{
	*set = (struct file_set){.dir = xstrdup(dir)};
}

void file_set_finish(struct file_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		free(set->files[i].name);
		free(set->files[i].text);
	}
	free(set->files);
	free(set->dir);
	*set = (struct file_set){0};
}

void file_set_add(struct file_set *set, const char *name, struct str text)
{
	array_reserve(&set->files, &set->cap, set->count + 1, sizeof(*set->files));
	set->files[set->count++] =
		(struct file_text){.name = xstrdup(name), .text = str_dup(text), .len = text.n};
}

/* Whether the file is as it is to be: then it is not written again, however often a load is tried. */
static bool is_there(const char *path, const struct file_text *file)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	char piece[16384];
	size_t len = 0;
	ssize_t got = -1;

	if (fd < 0)
		return false;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
		(status.st_mode & 07777) == 0600 && status.st_size == (off_t)file->len)
		while ((got = read(fd, piece, sizeof(piece))) > 0 &&
			len + (size_t)got <= file->len &&
			memcmp(piece, file->text + len, (size_t)got) == 0)
			len += (size_t)got;
	close(fd);
	return got == 0 && len == file->len;
}

/* `fresh`: the name it has until all are written. */
static enum err write_file(
	const char *path, const char *fresh, const struct file_text *file, struct errbuf *eb)
{
	/* Left by who was killed, or a link that is not ours: nothing is written through it. */
	(void)unlink(fresh);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool good = fd >= 0 && file_write_all(fd, (struct str){file->text, file->len});

	if (fd >= 0 && close(fd) != 0)
		good = false;
	if (good)
		return ERR_NONE;
	return err_set(eb, ERR_IO, "%s cannot be written: %s", path, strerror(errno));
}

/* Puts `count` files in place, or takes them back. */
static enum err place_files(const struct file_set *set, size_t count, bool good, struct errbuf *eb)
{
	struct strbuf path, fresh;
	enum err err = ERR_NONE;

	strbuf_init(&path, PATH_MAX_BYTES);
	strbuf_init(&fresh, PATH_MAX_BYTES);
	for (size_t i = 0; i < count; i++) {
		if (set->files[i].there)
			continue;
		strbuf_reset(&path);
		strbuf_reset(&fresh);
		strbuf_addf(&path, "%s/%s", set->dir, set->files[i].name);
		strbuf_addf(&fresh, "%s" FRESH, path.data);
		if (!good)
			(void)unlink(fresh.data);
		else if (rename(fresh.data, path.data) != 0 && err == ERR_NONE)
			err = err_set(
				eb, ERR_IO, "%s cannot be written: %s", path.data, strerror(errno));
	}
	strbuf_finish(&path);
	strbuf_finish(&fresh);
	return err;
}

void file_set_sweep(const struct file_set *set)
{
	struct hashmap *known = hashmap_create();
	struct strbuf path;
	struct dirent *entry;
	DIR *dir;

	strbuf_init(&path, PATH_MAX_BYTES);
	strbuf_addf(&path, "%s/maps", set->dir);
	dir = opendir(path.data);
	strbuf_finish(&path);

	for (size_t i = 0; i < set->count; i++)
		hashmap_set(known, str_of(set->files[i].name), set->files[i].name);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		struct strbuf name;

		strbuf_init(&name, PATH_MAX_BYTES);
		strbuf_addf(&name, "maps/%s", entry->d_name);
		if (entry->d_name[0] != '.' && hashmap_get(known, strbuf_str(&name)) == NULL)
			unlinkat(dirfd(dir), entry->d_name, 0);
		strbuf_finish(&name);
	}
	if (dir != NULL)
		closedir(dir);
	hashmap_destroy(known, NULL);
}

enum err file_set_write(struct file_set *set, struct errbuf *eb)
{
	struct strbuf path, fresh;
	enum err err;

	size_t written = 0;

	strbuf_init(&path, PATH_MAX_BYTES);
	strbuf_init(&fresh, PATH_MAX_BYTES);
	strbuf_addf(&path, "%s/maps", set->dir);
	/* Not what is above them: a data directory that was moved away must fit back in its place. */
	err = file_make_private_dir(set->dir, eb) && file_make_private_dir(path.data, eb) ? ERR_NONE
											  : ERR_IO;
	for (; written < set->count && err == ERR_NONE; written++) {
		strbuf_reset(&path);
		strbuf_reset(&fresh);
		strbuf_addf(&path, "%s/%s", set->dir, set->files[written].name);
		strbuf_addf(&fresh, "%s" FRESH, path.data);
		set->files[written].there = is_there(path.data, &set->files[written]);
		if (!set->files[written].there)
			err = write_file(path.data, fresh.data, &set->files[written], eb);
	}
	if (err == ERR_NONE)
		err = place_files(set, written, true, eb);
	else
		(void)place_files(set, written, false, NULL);
	strbuf_finish(&path);
	strbuf_finish(&fresh);
	return err;
}
