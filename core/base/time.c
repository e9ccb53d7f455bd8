/*
 * Times and durations as text, both ways, and the clocks. Everyone formats here; the names of days and
 * months are the protocol's and not the locale's. A time outside 1970..9999 is clamped when written and
 * refused when read.
 */
#include "core/base/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "core/base/xalloc.h"

#define TIME_MAX_MS 253402300799999LL /* 9999-12-31T23:59:59.999Z */

static int64_t clock_ns(clockid_t clock)
{
	struct timespec ts;
	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t time_now_ms(void)
{
	return clock_ns(CLOCK_REALTIME) / 1000000;
}

int64_t time_monotonic_ms(void)
{
	return clock_ns(CLOCK_MONOTONIC) / 1000000;
}

int64_t time_monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

struct timeval time_wait_ms(int64_t wait_ms)
{
	if (wait_ms < 0)
		wait_ms = 0;
	return (struct timeval){(time_t)(wait_ms / 1000), (suseconds_t)(wait_ms % 1000 * 1000)};
}

static int64_t clamped(int64_t time_ms)
{
	return time_ms < 0 ? 0 : time_ms > TIME_MAX_MS ? TIME_MAX_MS : time_ms;
}

static void split(int64_t time_ms, struct tm *ret_tm)
{
	time_t seconds = (time_t)(clamped(time_ms) / 1000);
	gmtime_r(&seconds, ret_tm);
}

/* `width` decimal digits of `value`, at dst; returns where the text goes on. */
static char *put(char *dst, int width, int64_t value)
{
	for (int i = width; i-- > 0; value /= 10)
		dst[i] = (char)('0' + value % 10);
	return dst + width;
}

/* Digits and what stands after them. */
static char *put_then(char *dst, int width, int64_t value, char after)
{
	dst = put(dst, width, value);
	*dst = after;
	return dst + 1;
}

/* "18:42:07", by hand like all times: log lines are full of them. */
static char *put_clock(char *dst, const struct tm *tm)
{
	dst = put_then(dst, 2, tm->tm_hour, ':');
	dst = put_then(dst, 2, tm->tm_min, ':');
	return put(dst, 2, tm->tm_sec);
}

/* "2026-11-22T18:42:07.113", without the zone. */
static char *put_moment(char *dst, const struct tm *tm, int64_t time_ms)
{
	dst = put_then(dst, 4, tm->tm_year + 1900, '-');
	dst = put_then(dst, 2, tm->tm_mon + 1, '-');
	dst = put_then(dst, 2, tm->tm_mday, 'T');
	dst = put_clock(dst, tm);
	*dst++ = '.';
	return put(dst, 3, clamped(time_ms) % 1000);
}

void time_format(int64_t time_ms, char dst[TIME_TEXT_SIZE])
{
	struct tm tm;

	split(time_ms, &tm);
	dst = put_moment(dst, &tm, time_ms);
	*dst++ = 'Z';
	*dst = '\0';
}

void time_format_local(int64_t time_ms, char dst[TIME_TEXT_SIZE])
{
	struct tm tm;
	time_t seconds = (time_t)(clamped(time_ms) / 1000);
	long minutes;

	localtime_r(&seconds, &tm);
	minutes = tm.tm_gmtoff / 60;
	dst = put_moment(dst, &tm, time_ms);
	*dst++ = minutes < 0 ? '-' : '+';
	if (minutes < 0)
		minutes = -minutes;
	dst = put_then(dst, 2, minutes / 60, ':');
	dst = put(dst, 2, minutes % 60);
	*dst = '\0';
}

void time_format_clock(int64_t time_ms, char dst[TIME_TEXT_SIZE])
{
	struct tm tm;
	time_t seconds = (time_t)(clamped(time_ms) / 1000);

	localtime_r(&seconds, &tm);
	dst = put_clock(dst, &tm);
	*dst++ = '.';
	dst = put(dst, 3, clamped(time_ms) % 1000);
	*dst = '\0';
}

/* Takes `width` digits and, unless it is '\0', the character after them off *rest. */
static bool take(struct str *rest, size_t width, char after, int *ret_value)
{
	uint64_t value;
	size_t used = width + (after != '\0' ? 1 : 0);
	if (rest->n < used || !str_to_u64((struct str){rest->p, width}, &value))
		return false;
	if (after != '\0' && rest->p[width] != after)
		return false;
	*rest = (struct str){rest->p + used, rest->n - used};
	*ret_value = (int)value;
	return true;
}

static int month_days(int year, int month)
{
	static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Days from 1970 to the first of the month; March is the first month, so that leap days come last. */
static int64_t days_before(int year, int month)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 - 719468;
}

/* ".123456" or nothing: its first three digits as ms. */
static bool take_fraction(struct str *rest, int *ret_ms)
{
	*ret_ms = 0;
	if (rest->n == 0 || rest->p[0] != '.')
		return true;
	size_t i = 1;
	for (int scale = 100; i < rest->n && rest->p[i] >= '0' && rest->p[i] <= '9'; i++) {
		*ret_ms += (rest->p[i] - '0') * scale;
		scale /= 10;
	}
	*rest = (struct str){rest->p + i, rest->n - i};
	return i > 1;
}

/* "Z" or "+02:00", to the end. */
static bool take_offset(struct str rest, int *ret_minutes)
{
	int hours, minutes;
	*ret_minutes = 0;
	if (rest.n == 0)
		return false;
	char sign = rest.p[0];
	rest = (struct str){rest.p + 1, rest.n - 1};
	if (sign == 'Z' || sign == 'z')
		return rest.n == 0;
	if ((sign != '+' && sign != '-') || !take(&rest, 2, ':', &hours) ||
		!take(&rest, 2, '\0', &minutes) || rest.n != 0 || hours > 23 || minutes > 59)
		return false;
	*ret_minutes = (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
	return true;
}

bool time_parse(struct str s, int64_t *ret_time_ms)
{
	int year, month, day, hour, minute, second, ms, offset;
	if (!take(&s, 4, '-', &year) || !take(&s, 2, '-', &month) || !take(&s, 2, '\0', &day))
		return false;
	if (s.n == 0 || (s.p[0] != 'T' && s.p[0] != 't' && s.p[0] != ' '))
		return false;
	s = (struct str){s.p + 1, s.n - 1};
	if (!take(&s, 2, ':', &hour) || !take(&s, 2, ':', &minute) || !take(&s, 2, '\0', &second))
		return false;
	if (!take_fraction(&s, &ms) || !take_offset(s, &offset))
		return false;
	/* 60 is a leap second, which POSIX time does not have: the next second. */
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > month_days(year, month) ||
		hour > 23 || minute > 59 || second > 60)
		return false;
	int64_t hours = (days_before(year, month) + day - 1) * 24 + hour;
	int64_t time_ms = ((hours * 60 + minute - offset) * 60 + second) * 1000 + ms;
	if (time_ms < 0 || time_ms > TIME_MAX_MS)
		return false;
	*ret_time_ms = time_ms;
	return true;
}

static const struct unit {
	const char *name;
	int64_t ms;
	int64_t at_least; /* of this unit, before duration_format uses it */
} units[] = {
	{"d", 24LL * 3600 * 1000, 7},
	{"h", 3600LL * 1000, 1},
	{"m", 60LL * 1000, 1},
	{"s", 1000, 1},
	{"ms", 1, 1},
};

void duration_format(int64_t duration_ms, char dst[DURATION_TEXT_SIZE])
{
	uint64_t left = duration_ms < 0 ? -(uint64_t)duration_ms : (uint64_t)duration_ms;
	const char *sign = duration_ms < 0 ? "-" : "";
	snprintf(dst, DURATION_TEXT_SIZE, "0s");
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		uint64_t unit = (uint64_t)units[i].ms;
		if (left % unit != 0 || left / unit < (uint64_t)units[i].at_least)
			continue;
		snprintf(dst, DURATION_TEXT_SIZE, "%s%" PRIu64 "%s", sign, left / unit,
			units[i].name);
		return;
	}
}

void duration_format_short(int64_t duration_ms, char dst[DURATION_TEXT_SIZE])
{
	static const struct {
		int64_t below_s;
		int64_t unit_s;
		char name;
	} steps[] = {
		{60, 1, 's'},
		{60LL * 60, 60, 'm'},
		{24LL * 3600, 3600, 'h'},
		{100LL * 24 * 3600, 24LL * 3600, 'd'},
		{100LL * 7 * 24 * 3600, 7LL * 24 * 3600, 'w'},
		{INT64_MAX, 365LL * 24 * 3600, 'y'},
	};
	int64_t seconds = duration_ms < 0 ? 0 : duration_ms / 1000;
	size_t i = 0;
	while (seconds >= steps[i].below_s)
		i++;
	int64_t count = seconds / steps[i].unit_s;
	snprintf(dst, DURATION_TEXT_SIZE, "%" PRId64 "%c", count > 99 ? 99 : count, steps[i].name);
}

int64_t duration_format_left(int64_t duration_ms, char dst[DURATION_TEXT_SIZE])
{
	/* From so much on (after rounding) it is counted in this unit. */
	static const struct {
		int64_t from_ms;
		int64_t unit_ms;
		char name;
	} steps[] = {
		{100LL * 7 * 86400000, 365LL * 86400000, 'y'},
		{100LL * 86400000 - 43200000, 7LL * 86400000, 'w'},
		{48LL * 3600000 - 1800000, 86400000, 'd'},
		{3600000 - 30000, 3600000, 'h'},
		{60000 - 500, 60000, 'm'},
		{0, 1000, 's'},
	};
	int64_t left = duration_ms < 0 ? 0 : duration_ms;
	size_t i = 0;
	int64_t count, edge;

	while (left < steps[i].from_ms)
		i++;
	count = left / steps[i].unit_ms;
	count += left % steps[i].unit_ms >= steps[i].unit_ms / 2;
	if (count > 99)
		count = 99;
	snprintf(dst, DURATION_TEXT_SIZE, "%" PRId64 "%c", count, steps[i].name);
	if (count == 0)
		return 0;
	/* The last moment with this text: half a unit below it, or where a smaller unit begins. */
	edge = count * steps[i].unit_ms - steps[i].unit_ms / 2;
	if (edge < steps[i].from_ms)
		edge = steps[i].from_ms;
	return left - edge + 1;
}

bool duration_parse(struct str s, int64_t *ret_duration_ms)
{
	size_t digits = 0;
	uint64_t count;
	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	if (!str_to_u64((struct str){s.p, digits}, &count))
		return false;
	struct str name = {s.p + digits, s.n - digits};
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (!str_eq_c(name, units[i].name))
			continue;
		if (count > (uint64_t)(INT64_MAX / units[i].ms))
			return false;
		*ret_duration_ms = (int64_t)count * units[i].ms;
		return true;
	}
	return false;
}
