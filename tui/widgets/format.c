/*
 * States, stats and times as cells. Called by the views while they draw; pure.
 */
#include "tui/widgets/format.h"

#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/base/term_text.h"
#include "core/base/wrap.h"
#include "core/model/decision.h"

static const struct {
	enum role role;
	enum glyph glyph;
} states[STATE_COUNT] = {
	[STATE_STARTING] = {ROLE_STARTING, GLYPH_STARTING},
	[STATE_READY] = {ROLE_READY, GLYPH_READY},
	[STATE_UNHEALTHY] = {ROLE_UNHEALTHY, GLYPH_UNHEALTHY},
	[STATE_DRAINING] = {ROLE_DRAINING, GLYPH_DRAINING},
};

enum role format_state_role(int state)
{
	return state >= 0 && state < STATE_COUNT ? states[state].role : ROLE_BASE;
}

enum glyph format_state_glyph(int state)
{
	return state >= 0 && state < STATE_COUNT ? states[state].glyph : GLYPH_NONE;
}

void format_state(
	const struct canvas *canvas, int y, int x, int cols, const struct version *version)
{
	enum role role = format_state_role(version->state);
	char text[LIMIT_DETAIL + 32];
	char age[AGE_SIZE] = "";

	(void)canvas_glyph(canvas, y, x, role, format_state_glyph(version->state));
	if (version->state == STATE_UNHEALTHY) {
		if (version->state_since > 0)
			(void)canvas_age(canvas, version->state_since, age);
		(void)snprintf(text, sizeof(text), "%s%s%s",
			version->state_detail ? version->state_detail : "unhealthy",
			age[0] ? " for " : "", age);
	} else {
		(void)snprintf(text, sizeof(text), "%s", version_state_names[version->state]);
	}
	canvas_c(canvas, y, x + 1, 2, ROLE_BASE, "");
	canvas_c(
		canvas, y, x + 3, cols - 3, version->state == STATE_READY ? ROLE_BASE : role, text);
}

static uint32_t slot_sum(const struct stats *stats, int cols, int at)
{
	uint32_t sum = 0;

	for (int i = at * WINDOW_SLOTS / cols; i < (at + 1) * WINDOW_SLOTS / cols; i++)
		sum += stats->history[i];
	return sum;
}

void format_spark(const struct canvas *canvas, int y, int x, int cols, const struct stats *stats)
{
	uint32_t peak = 1;

	if (cols <= 0 || cols > WINDOW_SLOTS)
		return;
	for (int i = 0; i < cols; i++)
		if (slot_sum(stats, cols, i) > peak)
			peak = slot_sum(stats, cols, i);
	/* Not up to the full height: rows below each other would grow together. */
	for (int i = 0; i < cols; i++)
		canvas_bar(
			canvas, y, x + i, ROLE_SPARK, (int)(slot_sum(stats, cols, i) * 6 / peak));
}

void format_rate(char dst[16], double rate)
{
	if (rate < 99.95)
		(void)snprintf(dst, 16, "%.1f", rate);
	else if (rate < 9999.5)
		(void)snprintf(dst, 16, "%.0f", rate);
	else
		(void)snprintf(dst, 16, "%.0fk", rate / 1000);
}

void format_ms(char dst[16], double ms)
{
	if (ms < 0.95)
		(void)snprintf(dst, 16, "<1ms");
	else if (ms < 9999.5)
		(void)snprintf(dst, 16, "%.0fms", ms);
	else
		(void)snprintf(dst, 16, "%.0fs", ms / 1000);
}

enum role format_expires(const struct canvas *canvas, int64_t expires_at, char dst[32])
{
	int64_t left = expires_at - canvas->now_ms;
	char age[AGE_SIZE];
	bool near = expires_at != 0 && left < 15LL * 60 * 1000;

	if (expires_at == 0) {
		dst[0] = '\0';
		return ROLE_QUIET;
	}
	(void)snprintf(dst, 32, "%s%s", canvas_left(canvas, expires_at, age), near ? " !" : "");
	return near ? ROLE_WARNING : left < 3600LL * 1000 ? ROLE_STARTING : ROLE_BASE;
}

void format_put_none(const struct canvas *canvas, int y, int x, int cols)
{
	(void)canvas_glyph(canvas, y, x + cols - 1, ROLE_QUIET, GLYPH_NONE);
}

void format_put_rate(const struct canvas *canvas, int y, int x, int cols, double rate)
{
	char text[16];

	format_rate(text, rate);
	canvas_right(canvas, y, x, cols, rate > 0 ? ROLE_FIGURE : ROLE_QUIET, text);
}

/* Of errors, in percent; 1 is much. */
void format_put_share(const struct canvas *canvas, int y, int x, int cols, double share)
{
	bool loud = share >= 0.01;
	char text[16];

	(void)snprintf(text, sizeof(text), "%.1f", share * 100);
	canvas_right(canvas, y, x, cols, loud ? ROLE_UNHEALTHY : ROLE_QUIET, text);
	if (loud)
		(void)canvas_glyph(
			canvas, y, x + cols - (int)strlen(text) - 2, ROLE_UNHEALTHY, GLYPH_UP);
}

void format_put_expires(const struct canvas *canvas, int y, int x, int cols, int64_t expires_at)
{
	char text[32];
	enum role role = format_expires(canvas, expires_at, text);

	if (text[0] == '\0')
		format_put_none(canvas, y, x, cols);
	else
		canvas_right(canvas, y, x, cols, role, text);
}

enum role format_status_role(int64_t status)
{
	static const enum role by_class[] = {
		ROLE_UNHEALTHY, ROLE_BASE, ROLE_READY, ROLE_REDIRECT, ROLE_WARNING, ROLE_UNHEALTHY};

	return status >= 0 && status < 600 ? by_class[status / 100] : ROLE_BASE;
}

enum role format_reason_role(int reason)
{
	switch (reason) {
	case REASON_PINNED:
	case REASON_DIRECT_PIN:
		return ROLE_PINNED;
	case REASON_NO_SESSION:
	case REASON_NO_PIN:
		return ROLE_QUIET;
	default:
		return ROLE_WARNING;
	}
}

/* Takes a row off the text; the last one takes all there is. */
static struct str take_row(struct str *text, int cols, bool last)
{
	size_t len = last ? text->n : wrap_take(*text, cols);
	struct str row = {text->p, len > 0 ? len : text->n};

	*text = (struct str){row.p + row.n, text->n - row.n};
	return str_trim(row);
}

int format_sentence(const struct canvas *canvas, int y, int x, enum role role, struct str text)
{
	int width = canvas->cols - x - 1;

	for (; text.n > 0 && y < canvas->rows; y++)
		canvas_text(
			canvas, y, x, width, role, take_row(&text, width, y + 1 == canvas->rows));
	return y;
}

int format_sentence_rows(struct str text, int cols)
{
	int rows = 0;

	for (; text.n > 0; rows++)
		(void)take_row(&text, cols, false);
	return rows;
}
