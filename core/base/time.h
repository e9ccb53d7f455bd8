/*
 * Times are int64_t milliseconds since 1970 UTC, 0 meaning "none"; durations are int64_t milliseconds.
 * On the wire: RFC 3339 UTC with three decimals (RFC 3339 section 5.6), and durations as `90s`, `15m`,
 * `8h`, `3d` (also `250ms`).
 */
#ifndef UMBRA_BASE_TIME_H
#define UMBRA_BASE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#include "core/base/str.h"

enum { TIME_TEXT_SIZE = 32, DURATION_TEXT_SIZE = 24 };

/* The wall clock, and one that never steps. Only main programs, tests and edges call these. */
int64_t time_now_ms(void);
int64_t time_monotonic_ms(void);
int64_t time_monotonic_ns(void);

/* A wait as the event loop takes it; less than nothing is nothing. */
struct timeval time_wait_ms(int64_t wait_ms);

/* "2026-11-22T18:42:07.113Z". */
void time_format(int64_t time_ms, char dst[TIME_TEXT_SIZE]);
/* The same moment as "2026-11-22T19:42:07.113+01:00", for terminals; the zone is that of TZ. */
void time_format_local(int64_t time_ms, char dst[TIME_TEXT_SIZE]);
/* Local wall time "18:42:07.113", for screens. */
void time_format_clock(int64_t time_ms, char dst[TIME_TEXT_SIZE]);
/* Any RFC 3339 time of 1970..9999 with a Z or an offset; fractions beyond ms are cut. */
bool time_parse(struct str s, int64_t *ret_time_ms);

/*
 * Exact: the largest unit that divides it, days only from seven on: "250ms", "90s", "15m", "72h", "7d".
 * 0 is "0s".
 */
void duration_format(int64_t duration_ms, char dst[DURATION_TEXT_SIZE]);
/* For people, cut to two digits and a unit: "4s", "50m", "21h", "2d", "15w", "2y". Below 0 is "0s". */
void duration_format_short(int64_t duration_ms, char dst[DURATION_TEXT_SIZE]);
/*
 * The same for what is left, rounded to the nearest: with 7h59m one has "8h" and not "7h". Hours up to two days.
 * Returns after how long, as it runs out, the text is another; 0 when it is "0s" and stays so.
 */
int64_t duration_format_left(int64_t duration_ms, char dst[DURATION_TEXT_SIZE]);
/* A whole number and one of ms s m h d: "90s". No sign, no sum, no overflow. */
bool duration_parse(struct str s, int64_t *ret_duration_ms);

#endif
