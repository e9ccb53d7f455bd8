/*
 * Bytes of a terminal as keys: every case whole, byte by byte, and in two pieces cut anywhere, with time between
 * them; and what is given up once nothing follows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"

#include "tui/term/key_decode.h"
#include "tui/term/keys.h"

static void put_key(struct strbuf *out, const struct decoder *decoder, int32_t key)
{
	char name[KEY_NAME_SIZE];

	if (out->len > 0)
		strbuf_add_char(out, ' ');
	key_to_name(key, name);
	if (key == KEYS_PASTE_BEGIN || key == KEYS_PASTE_END)
		strbuf_add_c(out, key == KEYS_PASTE_BEGIN ? "<" : ">");
	else if (key == KEYS_ANSWER)
		strbuf_addf(out, "answer=%s", decoder->answer);
	else if (key == KEYS_MOUSE)
		strbuf_addf(out, "mouse=%d,%d", decoder->pointer.x, decoder->pointer.y);
	else
		strbuf_add_c(out, name);
}

/* In pieces that end at `cut` and then after each `step` bytes, 10 ms apart; at the end all patience is over. */
static void decode_all(struct strbuf *out, struct str bytes, size_t cut, size_t step)
{
	struct decoder decoder;
	int64_t now = 1000;
	int32_t key;

	strbuf_reset(out);
	key_decode_init(&decoder);
	key_decode_know(&decoder, "\033OA", KEYS_UP);
	key_decode_know(&decoder, "\033[3~", KEYS_DELETE);
	key_decode_know(&decoder, "\033[[A", KEYS_F1);
	key_decode_know(&decoder, "\033[15~", KEYS_F1 + 4);
	key_decode_know(&decoder, "\b", KEYS_DELETE); /* no sequence */
	decoder.asked = true;
	for (size_t at = 0; at < bytes.n; now += 10) {
		size_t len = at < cut ? cut : step;

		len = len < bytes.n - at ? len : bytes.n - at;
		key_decode_add(&decoder, (struct str){bytes.p + at, len}, now);
		at += len;
		while (key_decode_next(&decoder, now, &key))
			put_key(out, &decoder, key);
	}
	for (int64_t wait; (wait = key_decode_wait_ms(&decoder, now)) >= 0;) {
		now += wait;
		while (key_decode_next(&decoder, now, &key))
			put_key(out, &decoder, key);
	}
	assert_false(key_decode_holds(&decoder));
}

static const struct {
	const char *bytes;
	const char *keys;
} cases[] = {
	{"ab", "a b"},
	{"\r\n\t ", "Enter Enter Tab Space"},
	{"\177\b", "Bksp Bksp"},
	{"\003", "C-c"},
	{"\303\251", "U+00E9"},
	{"\360\237\230\200x", "U+1F600 x"},
	{"\303(", "("}, /* no UTF-8 */
	{"\302\233A", "A"}, /* C1 */
	{"\033", "Esc"},
	{"\033\033", "Esc Esc"},
	{"\033x", "Esc x"},
	{"\033[A\033OA\033[1;2B", "Up Up S-Down"},
	{"\033[3~\033[15~\033[[A", "Del F5 F1"},
	{"\033[2", ""}, /* nothing follows */
	{"\033[1;5Cq", "q"}, /* Ctrl-Right is nobody's */
	{"\033[[Zq", "q"},
	{"\033OZq", "q"},
	{"\033[12\rq", "Enter q"}, /* broke off */
	{"\033[<0;5;3M", "mouse=4,2"},
	{"\033[<0;5;3mq", "mouse=4,2 q"},
	{"\033[<35;5;3Mq", "q"}, /* a motion */
	{"\033[M %#", "mouse=4,2"},
	{"\033[<0;5q", "q"},
	{"\033]11;rgb:1e1e/1e1e/1e1e\033\\q", "answer=rgb:1e1e/1e1e/1e1e q"},
	{"\033]11;#ffffff\aq", "answer=#ffffff q"},
	{"q\033]11;rgb:f/f/f\a\033]11;rgb:0/0/0\aq", "q answer=rgb:f/f/f q"}, /* once */
	{"\033]4;1;rgb:0/0/0\aq", "q"}, /* nobody asked */
	{"\033]11;rgb:0/0/0\033[Aq", "Up q"}, /* it broke off */
	{"\033]11;rgb:0/0\rq", "Enter q"},
	{"\033[200~Retry\r\nyes\tno\rx\n\033[201~j",
		"< R e t r y Space y e s Space n o Space x Space > j"},
	{"\033[200~a\003\033[Ab\002\033[201~j",
		"< a [ A b > j"}, /* no control character gets through */
	{"\033[200~\303\251\302\233\177\033[201~", "< U+00E9 >"},
	{"\033[200~q", "< q >"}, /* and then silence */
	{"\033[200~\033]11;rgb:0/0/0\a\033[201~j", "< ] 1 1 ; r g b : 0 / 0 / 0 > j"},
};

static void in_any_pieces(void **state)
{
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 4096);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str bytes = str_of(cases[i].bytes);

		for (size_t cut = 1; cut <= bytes.n; cut++) {
			for (size_t step = 1; step <= bytes.n; step += bytes.n) {
				decode_all(&out, bytes, cut, step);
				if (!str_eq_c(strbuf_str(&out), cases[i].keys))
					fail_msg("case %zu cut at %zu: %s", i, cut, out.data);
			}
		}
	}
	strbuf_finish(&out);
}

/* What a typed key can begin is not held for longer than a blink, unless an answer is awaited. */
static void nothing_hangs(void **state)
{
	struct decoder decoder;
	int32_t key = 0;

	(void)state;
	key_decode_init(&decoder);
	assert_int_equal(key_decode_wait_ms(&decoder, 0), -1);
	key_decode_add(&decoder, STR_LIT("\033"), 100);
	assert_false(key_decode_next(&decoder, 100, &key));
	assert_int_equal(key_decode_wait_ms(&decoder, 110), 15);
	assert_false(key_decode_next(&decoder, 124, &key));
	assert_true(key_decode_next(&decoder, 125, &key));
	assert_int_equal(key, KEYS_ESCAPE);
	key_decode_add(&decoder, STR_LIT("\033["), 200); /* the two keys, typed at once */
	assert_false(key_decode_next(&decoder, 200, &key));
	assert_true(key_decode_next(&decoder, 200 + key_decode_wait_ms(&decoder, 200), &key));
	assert_int_equal(key, KEYS_ESCAPE);
	assert_true(key_decode_next(&decoder, 2000, &key));
	assert_int_equal(key, '[');
	/* What is begun has more time than a lone ESC. */
	key_decode_add(&decoder, STR_LIT("\033[1;"), 2100);
	assert_false(key_decode_next(&decoder, 2100, &key));
	assert_false(key_decode_next(&decoder, 2300, &key));
	key_decode_add(&decoder, STR_LIT("2A"), 2300);
	assert_true(key_decode_next(&decoder, 2300, &key) && key == KEYS_SHIFT_UP);
	/* A paste without an end is over after a while of silence, and what is typed then is typed. */
	key_decode_add(&decoder, STR_LIT("\033[200~a"), 3000);
	assert_true(key_decode_next(&decoder, 3000, &key) && key == KEYS_PASTE_BEGIN);
	assert_true(key_decode_next(&decoder, 3000, &key) && key == 'a');
	assert_int_equal(key_decode_wait_ms(&decoder, 3000), PASTE_SILENT_MS);
	assert_false(key_decode_next(&decoder, 3000 + PASTE_SILENT_MS - 1, &key));
	assert_true(
		key_decode_next(&decoder, 3000 + PASTE_SILENT_MS, &key) && key == KEYS_PASTE_END);
	key_decode_add(&decoder, STR_LIT("j"), 9000);
	assert_true(key_decode_next(&decoder, 9000, &key) && key == 'j');
	assert_int_equal(key_decode_wait_ms(&decoder, 9000), -1);
}

/* Whatever comes, and however long, is taken within the room there is. */
static void floods(void **state)
{
	static char block[KEY_DECODE_BYTES];
	static const char *const heads[] = {"", "\033[", "\033]11;", "\033[200~", "\033[<", "\303"};
	static const char fillers[] = "1;x \033\303~";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(heads) * (sizeof(fillers) - 1); i++) {
		struct decoder decoder;
		int32_t key;

		key_decode_init(&decoder);
		key_decode_add(&decoder, str_of(heads[i / (sizeof(fillers) - 1)]), 0);
		memset(block, fillers[i % (sizeof(fillers) - 1)], sizeof(block));
		for (int j = 0; j < 64; j++) {
			while (key_decode_next(&decoder, j, &key))
				;
			assert_true(key_decode_room(&decoder) > 0);
			key_decode_add(&decoder, (struct str){block, sizeof(block)}, j);
		}
		while (key_decode_next(&decoder, 1000000, &key))
			;
		assert_false(key_decode_holds(&decoder));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_any_pieces),
		cmocka_unit_test(nothing_hangs),
		cmocka_unit_test(floods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
