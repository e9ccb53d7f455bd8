/*
 * The one measure of fuzzy completion. Pure; called for every candidate at each key, so it walks the word
 * once from each place the first letter is at, and allocates nothing.
 */
#include "tui/ui/fuzzy.h"

enum { SCORE_BASE = 1000, AT_START = 60, AT_WORD = 30, BESIDE = 40, SKIPPED = 2, STARTS_MAX = 8 };

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool begins_word(struct str word, size_t at)
{
	char before = at > 0 ? lower(word.p[at - 1]) : '-';

	return !((before >= 'a' && before <= 'z') || (before >= '0' && before <= '9'));
}

/* The letters one after the other as early as they come, the first of them at `start`. */
static int score_from(struct str word, struct str typed, size_t start)
{
	int score = SCORE_BASE - (start == 0 ? 0 : SKIPPED);
	size_t last = 0;
	size_t at = start;

	for (size_t i = 0; i < typed.n; i++, at++) {
		while (at < word.n && lower(word.p[at]) != lower(typed.p[i]))
			at++;
		if (at == word.n)
			return -1;
		if (at == 0)
			score += AT_START;
		else if (begins_word(word, at))
			score += AT_WORD;
		if (i > 0 && at == last + 1)
			score += BESIDE;
		else if (i > 0)
			score -= SKIPPED;
		last = at;
	}
	return score - (int)(word.n > 100 ? 100 : word.n) / 4;
}

int fuzzy_score(struct str word, struct str typed)
{
	int best = -1;
	int starts = 0;

	if (typed.n == 0)
		return 0;
	for (size_t at = 0; at + typed.n <= word.n && starts < STARTS_MAX; at++) {
		int score;

		if (lower(word.p[at]) != lower(typed.p[0]))
			continue;
		starts++;
		score = score_from(word, typed, at);
		if (score > best)
			best = score;
	}
	return best;
}
