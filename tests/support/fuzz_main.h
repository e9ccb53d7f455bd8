/*
 * The main of a fuzz target that is built as a plain test: every file of its corpus, then a fixed
 * number of mutations of each. The target defines LLVMFuzzerTestOneInput and nothing else;
 * libFuzzer brings its own main (UMBRA_FUZZ).
 *
 * The corpus of fuzz_NAME is tests/fuzz/corpus/NAME, from the top of the tree. FUZZ_SEED sets the
 * seed of the mutations; it is printed.
 */
#ifndef UMBRA_TESTS_SUPPORT_FUZZ_MAIN_H
#define UMBRA_TESTS_SUPPORT_FUZZ_MAIN_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
