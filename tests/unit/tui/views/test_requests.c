/* The reader of the Requests view: where a line is on the screen while others come, and go at the top. */
#include "tui/views/requests/internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

enum { KEPT = 30, ROWS = 11, COLS = 120 };

struct reader {
	struct model model;
	struct ui ui;
	struct requests *state;
	int64_t seq;
};

static void add(struct reader *reader, int count)
{
	struct request request;

	memset(&request, 0, sizeof(request));
	request.service = STR_LIT("cart");
	request.kind = KIND_COUNT;
	request.carrier = CARRIER_COUNT;
	request.intended = REASON_COUNT;
	request.status = 200;
	for (int i = 0; i < count; i++) {
		request.seq = ++reader->seq;
		request_log_add(reader->model.lines, &request, reader->model.env, 1000);
	}
	view_requests.prepare(reader->state, &reader->model, &reader->ui, MODEL_LINES, ROWS, COLS);
}

static void press(struct reader *reader, enum action action)
{
	(void)view_requests.act(reader->state, &reader->model, &reader->ui, action);
	view_requests.prepare(reader->state, &reader->model, &reader->ui, 0, ROWS, COLS);
}

/* The row of the body where it stands, 0 the first below the titles. */
static int place_of(const struct reader *reader, int64_t number)
{
	const struct requests *state = reader->state;

	return (int)request_log_row(reader->model.lines, number) - (int)state->list.top +
	       (int)state->blank;
}

static int setup(void **state)
{
	struct reader *reader = xcalloc(1, sizeof(*reader));

	model_init(&reader->model, "http://127.0.0.1:7070");
	request_log_destroy(reader->model.lines);
	reader->model.lines = request_log_create(KEPT, 0);
	reader->state = view_requests.create();
	*state = reader;
	add(reader, KEPT);
	return 0;
}

static int teardown(void **state)
{
	struct reader *reader = *state;

	view_requests.destroy(reader->state);
	model_finish(&reader->model);
	ui_finish(&reader->ui);
	free(reader);
	return 0;
}

static void test_follows(void **state)
{
	struct reader *reader = *state;

	add(reader, 7);
	assert_int_equal(reader->state->selected, 37);
	assert_int_equal(place_of(reader, 37), 9);
}

static void test_is_not_moved(void **state)
{
	struct reader *reader = *state;

	press(reader, ACTION_HALF_UP); /* from 30 to 25 */
	for (int64_t i = 0; i < 4; i++)
		press(reader, ACTION_UP);
	assert_int_equal(reader->state->selected, 21);
	for (int i = 0; i < 60; i++) {
		int place = place_of(reader, 21);

		add(reader, 1);
		if (reader->seq < 21 + KEPT) {
			assert_int_equal(reader->state->selected, 21);
			assert_int_equal(place_of(reader, 21), place);
		} else { /* it has left the ring, and is not waited for */
			assert_int_equal(reader->state->selected, reader->seq - KEPT + 1);
			assert_int_equal(place_of(reader, reader->state->selected), place);
		}
		assert_true(reader->state->list.height + reader->state->blank == ROWS - 1);
	}
	assert_true(reader->state->blank > 0);
	press(reader, ACTION_DOWN); /* who moves himself has the whole screen again */
	assert_int_equal(reader->state->blank, 0);
	press(reader, ACTION_BOTTOM);
	assert_int_equal(reader->state->selected, reader->seq);
}

static void test_mouse(void **state)
{
	struct reader *reader = *state;
	struct mouse_event mouse = {.kind = MOUSE_PRESS, .y = 3, .rows = ROWS, .cols = COLS};

	assert_int_equal(view_requests.mouse(reader->state, &reader->model, &reader->ui, &mouse),
		MOUSE_DONE);
	assert_int_equal(reader->state->selected, 23); /* the third of the last ten */
	add(reader, 2);
	assert_int_equal(reader->state->selected, 23); /* who presses a row reads it */
	assert_int_equal(view_requests.mouse(reader->state, &reader->model, &reader->ui, &mouse),
		MOUSE_AGAIN);
	mouse.y = 0;
	assert_int_equal(view_requests.mouse(reader->state, &reader->model, &reader->ui, &mouse),
		MOUSE_IGNORED);
}

/* The longest word in it is read whole at 80 columns; the path has what is left. */
static void test_why_is_whole(void **state)
{
	struct reader *reader = *state;
	const struct placed *placed = reader->state->placed;
	struct request request;

	memset(&request, 0, sizeof(request));
	request.seq = ++reader->seq;
	request.service = STR_LIT("profile");
	request.version = STR_LIT("pr-551");
	request.kind = KIND_EPHEMERAL;
	request.carrier = CARRIER_COUNT;
	request.intended = REASON_COUNT;
	request.reason = REASON_VERSION_UNHEALTHY;
	request.path = STR_LIT("/me/picture/of/a/good/length");
	request_log_add(reader->model.lines, &request, reader->model.env, 1000);
	view_requests.prepare(reader->state, &reader->model, &reader->ui, MODEL_LINES, ROWS, 80);
	assert_true(placed[COLUMN_WHY].width >= (int)strlen("version-unhealthy"));
	assert_true(placed[COLUMN_PATH].width >= 12);
	assert_true(placed[COLUMN_TIME].width > 0);
	assert_true(placed[COLUMN_PATH].x + placed[COLUMN_PATH].width <= 79);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_follows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_is_not_moved, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mouse, setup, teardown),
		cmocka_unit_test_setup_teardown(test_why_is_whole, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
