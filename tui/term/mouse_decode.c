/* The decoder of mouse reports, see mouse_decode.h. The screen feeds it; pure but for the report it is given. */
#include "tui/term/mouse_decode.h"

#include <stddef.h>

#include "core/base/xalloc.h"

enum { NUMBER_MAX = 99999, OLD_OFFSET = 32, MODIFIERS = 4 | 8 | 16 };

/* Of the first button, and of none: a release in the old form. What is not here is not ours. */
static const struct {
	int button;
	enum pointer_kind kind;
} kinds[] = {
	{0, POINTER_PRESS},
	{3, POINTER_RELEASE},
	{32, POINTER_DRAG},
	{64, POINTER_WHEEL_UP},
	{65, POINTER_WHEEL_DOWN},
};

void mouse_decode_begin(struct mouse_decode *report, bool sgr)
{
	*report = (struct mouse_decode){.open = true, .sgr = sgr};
}

static enum mouse_decode_state finish(
	struct mouse_decode *report, bool released, struct pointer *ret_pointer)
{
	struct pointer at = {.x = report->numbers[1] - 1, .y = report->numbers[2] - 1};

	report->open = false;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (kinds[i].button != (report->numbers[0] & ~MODIFIERS) || at.x < 0 || at.y < 0)
			continue;
		at.kind = released ? POINTER_RELEASE : kinds[i].kind;
		*ret_pointer = at;
		return REPORT_DONE;
	}
	return REPORT_IGNORED;
}

static enum mouse_decode_state add_sgr(
	struct mouse_decode *report, uint32_t c, struct pointer *ret_pointer)
{
	int *number = &report->numbers[report->count];

	if (c >= '0' && c <= '9') {
		*number = *number < NUMBER_MAX ? *number * 10 + (int)(c - '0') : NUMBER_MAX;
		report->digit = true;
		return REPORT_MORE;
	}
	if (!report->digit)
		return REPORT_BROKEN;
	report->digit = false;
	if (c == ';' && report->count < 2) {
		report->count++;
		return REPORT_MORE;
	}
	if ((c == 'M' || c == 'm') && report->count == 2)
		return finish(report, c == 'm', ret_pointer);
	return REPORT_BROKEN;
}

enum mouse_decode_state mouse_decode_add(
	struct mouse_decode *report, uint32_t c, struct pointer *ret_pointer)
{
	enum mouse_decode_state state = REPORT_MORE;

	if (report->sgr)
		state = add_sgr(report, c, ret_pointer);
	else if (c < OLD_OFFSET)
		state = REPORT_BROKEN;
	else
		report->numbers[report->count++] =
			c < NUMBER_MAX ? (int)c - OLD_OFFSET : NUMBER_MAX;
	if (state == REPORT_BROKEN)
		report->open = false;
	if (!report->sgr && report->count == 3)
		return finish(report, false, ret_pointer);
	return state;
}
