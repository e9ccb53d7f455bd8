/*
 * Replays a corpus and mutations of it. Linked into a fuzz target that has no main of its own, so
 * it must stay the only thing in this file that anybody asks for.
 */
#include "tests/support/fuzz_main.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/random.h"

#ifndef UMBRA_FUZZ

enum { INPUT_MAX = 65536, MUTATIONS = 2000 };

static uint64_t seed;

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(void)
{
	uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* One to eight edits: a byte changed, one put in from elsewhere in the text, a piece taken out. */
static size_t mutate(uint8_t *data, size_t size)
{
	for (uint64_t edits = 1 + next_random() % 8; edits > 0; edits--) {
		size_t at = size > 0 ? (size_t)(next_random() % size) : 0;
		size_t from = size > 0 ? (size_t)(next_random() % size) : 0;
		uint64_t kind = next_random() % 3;
		if (kind == 0 && size > 0) {
			data[at] = (uint8_t)next_random();
		} else if (kind == 1 && size > 0 && size < INPUT_MAX) {
			uint8_t byte = data[from];
			memmove(data + at + 1, data + at, size - at);
			data[at] = byte;
			size++;
		} else if (size > at) {
			size_t len = 1 + (size_t)(next_random() % (size - at));
			memmove(data + at, data + at + len, size - at - len);
			size -= len;
		}
	}
	return size;
}

/* In a block of exactly its size, so that a step behind it is seen. */
static void run(const uint8_t *data, size_t size)
{
	uint8_t *copy = xmalloc(size > 0 ? size : 1);

	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static bool replay(const char *path)
{
	static uint8_t original[INPUT_MAX], mutated[INPUT_MAX];
	FILE *file = fopen(path, "rb");

	if (file == NULL)
		return false;
	size_t size = fread(original, 1, sizeof(original), file);
	fclose(file);
	run(original, size);
	for (int i = 0; i < MUTATIONS; i++) {
		memcpy(mutated, original, size);
		run(mutated, mutate(mutated, size));
	}
	return true;
}

int main(void)
{
	const char *name = strncmp(program_invocation_short_name, "fuzz_", 5) == 0
				   ? program_invocation_short_name + 5
				   : program_invocation_short_name;
	const char *given = getenv("FUZZ_SEED");
	char path[512];
	size_t files = 0;

	snprintf(path, sizeof(path), "tests/fuzz/corpus/%s", name);
	seed = given != NULL ? strtoull(given, NULL, 10) : random_u64();
	printf("corpus %s, FUZZ_SEED=%" PRIu64 "\n", path, seed);
	fflush(stdout);
	DIR *dir = opendir(path);
	if (dir == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "tests/fuzz/corpus/%s/%s", name, entry->d_name);
		files += replay(path);
	}
	closedir(dir);
	printf("%zu files, %d mutations of each\n", files, MUTATIONS);
	return files > 0 ? 0 : 1;
}

#endif
