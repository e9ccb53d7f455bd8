/*
 * The text of dir/state.commits, written over in place: name, count and checksum. Called by the SQLite store.
 */
#include "core/store/commits.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/hash.h"

enum { TEXT_SIZE = 64 };

/* Always as long, so that it can be written over. Returns the length. */
static size_t format(const struct commits *commits, char dst[TEXT_SIZE])
{
	static const uint8_t key[HASH_KEY_BYTES] = "state.commits";
	int len = snprintf(dst, TEXT_SIZE, "%-16s %020" PRId64 " ", commits->file, commits->count);
	uint64_t sum = hash_siphash(key, (struct str){dst, (size_t)len});

	return (size_t)len +
	       (size_t)snprintf(dst + len, TEXT_SIZE - (size_t)len, "%016" PRIx64 "\n", sum);
}

enum commits_state commits_read(int fd, struct commits *ret_commits)
{
	char text[TEXT_SIZE] = "";
	char again[TEXT_SIZE];
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
	struct str rest = {text, len > 0 ? (size_t)len : 0};
	struct commits commits = {{0}, 0};

	if (len == 0)
		return COMMITS_NONE;
	if (len < 0 || !str_copy(commits.file, sizeof(commits.file), str_cut(&rest, ' ')) ||
		!str_to_i64(str_cut(&rest, ' '), &commits.count))
		return COMMITS_UNREADABLE;
	if (format(&commits, again) != (size_t)len || memcmp(text, again, (size_t)len) != 0)
		return COMMITS_UNREADABLE;
	*ret_commits = commits;
	return COMMITS_GOOD;
}

bool commits_write(int fd, const struct commits *commits)
{
	char text[TEXT_SIZE];
	size_t len = format(commits, text);

	return pwrite(fd, text, len, 0) == (ssize_t)len;
}
