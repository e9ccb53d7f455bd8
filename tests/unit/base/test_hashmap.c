/* The hash map against a plain array that remembers the same, and SipHash against its published vectors. */
#include "core/base/hashmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/random.h"

static void hash_is_siphash(void **state)
{
	(void)state;
	uint8_t key[HASH_KEY_BYTES];
	char input[15];
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(input); i++)
		input[i] = (char)i;
	assert_true(hash_siphash(key, (struct str){input, 0}) == 0x726fdb47dd0e0e31);
	assert_true(hash_siphash(key, (struct str){input, 15}) == 0xa129ca6149be45e5);
}

enum { KEYS = 300 };

static void name_of(unsigned i, char dst[16])
{
	snprintf(dst, 16, "key-%u", i);
}

static void behaves_like_an_array(void **state)
{
	(void)state;
	struct hashmap *map = hashmap_create();
	static int values[KEYS];
	void *expected[KEYS] = {NULL};
	size_t count = 0;
	assert_null(hashmap_get(map, STR_LIT("none")));
	assert_null(hashmap_remove(map, STR_LIT("none")));
	for (int step = 0; step < 20000; step++) {
		unsigned i = (unsigned)(random_u64() % KEYS);
		char name[16];
		name_of(i, name);
		void *value = random_u64() % 3 != 0 ? &values[random_u64() % KEYS] : NULL;
		void *before = value != NULL ? hashmap_set(map, str_of(name), value)
					     : hashmap_remove(map, str_of(name));
		assert_ptr_equal(before, expected[i]);
		count += value != NULL;
		count -= expected[i] != NULL;
		expected[i] = value;
		assert_int_equal(hashmap_count(map), count);
		assert_ptr_equal(hashmap_get(map, str_of(name)), value);
	}
	for (unsigned i = 0; i < KEYS; i++) {
		char name[16];
		name_of(i, name);
		assert_ptr_equal(hashmap_get(map, str_of(name)), expected[i]);
	}
	hashmap_destroy(map, NULL);
}

static void iterates_and_removes(void **state)
{
	(void)state;
	struct hashmap *map = hashmap_create();
	for (unsigned i = 0; i < KEYS; i++) {
		char name[16];
		name_of(i, name);
		hashmap_set(map, str_of(name), strdup(name));
	}
	size_t cursor = 0, seen = 0;
	struct str key;
	void *value;
	while (hashmap_next(map, &cursor, &key, &value)) {
		assert_true(str_eq_c(key, value));
		if (seen++ % 2 == 0)
			free(hashmap_remove(map, str_of(value)));
	}
	assert_int_equal(seen, KEYS);
	assert_int_equal(hashmap_count(map), KEYS / 2);
	hashmap_destroy(map, free);
	hashmap_destroy(NULL, free);
}

static void takes_any_key(void **state)
{
	(void)state;
	struct hashmap *map = hashmap_create();
	int a, b, c;
	hashmap_set(map, (struct str){NULL, 0}, &a);
	hashmap_set(map, (struct str){"a\0b", 3}, &b);
	hashmap_set(map, STR_LIT("a"), &c);
	assert_ptr_equal(hashmap_get(map, STR_LIT("")), &a);
	assert_ptr_equal(hashmap_get(map, (struct str){"a\0b", 3}), &b);
	assert_ptr_equal(hashmap_get(map, STR_LIT("a")), &c);
	hashmap_destroy(map, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_is_siphash),
		cmocka_unit_test(behaves_like_an_array),
		cmocka_unit_test(iterates_and_removes),
		cmocka_unit_test(takes_any_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
