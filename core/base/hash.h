/* SipHash-2-4 (Aumasson and Bernstein, 2012): a hash that needs its key to be collided. */
#ifndef UMBRA_BASE_HASH_H
#define UMBRA_BASE_HASH_H

#include <stdint.h>

#include "core/base/str.h"

enum { HASH_KEY_BYTES = 16 };

uint64_t hash_siphash(const uint8_t key[HASH_KEY_BYTES], struct str s);

#endif
