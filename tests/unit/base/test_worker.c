/* The worker: order, threads, posting from a `done`, and an end that loses nothing. */
#include "core/base/worker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/event.h>
#include <pthread.h>

struct run {
	struct event_base *base;
	struct worker *worker;
	pthread_t loop;
	int worked[100], worked_count;
	int done[100], done_count;
	int again; /* how often a done posts once more */
	bool worked_on_loop, done_off_loop; /* the first is the worker's, the second the loop's */
};

struct step {
	struct run *run;
	int number;
};

static void work(void *arg)
{
	struct step *step = arg;
	step->run->worked_on_loop |= pthread_equal(pthread_self(), step->run->loop) != 0;
	step->run->worked[step->run->worked_count++] = step->number;
}

static void done(void *arg)
{
	struct step *step = arg;
	struct run *run = step->run;
	run->done_off_loop |= pthread_equal(pthread_self(), run->loop) == 0;
	run->done[run->done_count++] = step->number;
	if (run->again > 0) {
		run->again--;
		worker_post(run->worker, work, done, step);
	}
	if (worker_pending(run->worker) == 0)
		event_base_loopbreak(run->base);
}

static void start(struct run *run)
{
	*run = (struct run){.base = event_base_new(), .loop = pthread_self()};
	run->worker = worker_create(run->base, "test");
	assert_non_null(run->worker);
}

static void keeps_order(void **state)
{
	(void)state;
	struct run run;
	struct step steps[50];
	start(&run);
	for (int i = 0; i < 50; i++) {
		steps[i] = (struct step){&run, i};
		worker_post(run.worker, work, done, &steps[i]);
	}
	assert_int_equal(worker_pending(run.worker), 50);
	run.again = 3;
	event_base_loop(run.base, EVLOOP_NO_EXIT_ON_EMPTY);
	assert_int_equal(run.done_count, 53);
	assert_int_equal(worker_pending(run.worker), 0);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(run.worked[i], i);
		assert_int_equal(run.done[i], i);
	}
	assert_false(run.worked_on_loop || run.done_off_loop);
	worker_destroy(run.worker);
	event_base_free(run.base);
}

static void ends_with_nothing_lost(void **state)
{
	(void)state;
	struct run run;
	struct step steps[20];
	start(&run);
	for (int i = 0; i < 20; i++) {
		steps[i] = (struct step){&run, i};
		worker_post(run.worker, work, i % 2 == 0 ? done : NULL, &steps[i]);
	}
	run.again = 2;
	worker_destroy(run.worker);
	assert_int_equal(run.worked_count, 22);
	assert_int_equal(run.done_count, 12);
	assert_false(run.worked_on_loop || run.done_off_loop);
	worker_destroy(NULL);
	event_base_free(run.base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_order),
		cmocka_unit_test(ends_with_nothing_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
