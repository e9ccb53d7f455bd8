/* The tour: what counts as done, what does not, which step is next, and words that fit the environment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tui/ui/tour.h"
#include "tests/support/environment_builder.h"

static struct environment env;
static struct model model;

static void put_version(const char *service, const char *name, int kind, int64_t pull)
{
	struct version *version = record_create(&version_type);

	text_set(&version->service, service);
	text_set(&version->name, name);
	version->kind = kind;
	version->state = STATE_READY;
	version->pr_number = pull;
	environment_put(&env, OBJECT_VERSION, version);
}

static void put_session(const char *key, const char *service, const char *second)
{
	struct session *session = record_create(&session_type);

	text_set(&session->key, key);
	dict_set(&session->pins, str_of(service), "pr-482");
	if (second)
		dict_set(&session->pins, str_of(second), "pr-482");
	environment_put(&env, OBJECT_SESSION, session);
}

static int setup(void **state)
{
	(void)state;
	environment_init(&env);
	model_init(&model, "http://127.0.0.1:1");
	environment_put_service(&env, "booking");
	environment_put_service(&env, "pricing");
	put_version("booking", "1", KIND_STABLE, 0);
	put_version("booking", "pr-482", KIND_EPHEMERAL, 482);
	put_version("booking", "pr-560", KIND_EPHEMERAL, 560);
	put_version("pricing", "pr-482", KIND_EPHEMERAL, 482);
	put_session("checkout", "booking", NULL);
	put_session("mine-1234", "booking", "pricing");
	put_session("other", "booking", "pricing");
	model.env = &env;
	model.known = true;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	model_finish(&model);
	environment_finish(&env);
	return 0;
}

static struct tour_sight sight_of(const char *view)
{
	return (struct tour_sight){
		.view = view, .argument = "", .filter = "", .session = "", .model = &model};
}

static struct tour_sight at_version(const char *service, const char *version)
{
	struct tour_sight sight = sight_of("services");

	sight.selected.kind = SELECTED_VERSION;
	str_copy(sight.selected.service, sizeof(sight.selected.service), str_of(service));
	str_copy(sight.selected.version, sizeof(sight.selected.version), str_of(version));
	return sight;
}

static bool is_done(const struct tour *tour, enum tour_step step)
{
	return (tour->done & (1U << step)) != 0;
}

/* The tour as it is when a step is the next one. */
static void begin_at(struct tour *tour, enum tour_step step)
{
	struct tour_sight nothing = sight_of("services");

	tour_begin(tour);
	while (tour_next(tour) != step)
		tour_skip(tour);
	(void)tour_watch(tour, &nothing);
}

static void test_table(void **state)
{
	(void)state;
	for (int i = 0; i < TOUR_STEPS; i++) {
		char text[TOUR_TEXT_SIZE];

		tour_text((enum tour_step)i, &model, text);
		assert_true(strlen(tour_title((enum tour_step)i)) > 5);
		assert_true(strlen(text) > 10);
		assert_null(strchr(text, '{'));
		tour_lesson((enum tour_step)i, text);
		assert_true(strlen(text) > 10);
		assert_null(strchr(text, '{'));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
				tour_name((enum tour_step)i), tour_name((enum tour_step)j));
	}
	assert_string_equal(tour_title(TOUR_STEPS), "");
}

static void test_names_of_the_environment(void **state)
{
	char text[TOUR_TEXT_SIZE];
	struct environment none;

	(void)state;
	tour_text(TOUR_FIND_PULL, &model, text);
	assert_non_null(strstr(text, "pr:482")); /* the one with two versions */
	tour_text(TOUR_GET_SESSION, &model, text);
	assert_non_null(strstr(text, "booking@pr-482"));
	tour_text(TOUR_SEE_REQUESTS, &model, text);
	assert_non_null(strstr(text, "checkout"));
	environment_init(&none);
	model.env = &none;
	tour_text(TOUR_FIND_PULL, &model, text);
	assert_non_null(strstr(text, "pr:NUMBER"));
	model.env = &env;
	environment_finish(&none);
}

static void test_moves_on(void **state)
{
	struct tour tour = {0};
	struct tour_sight sight = at_version("booking", "pr-482");

	(void)state;
	sight.filter = "pr:482";
	assert_false(tour_watch(&tour, &sight)); /* nobody asked for it */
	tour_begin(&tour);
	assert_int_equal(tour_next(&tour), TOUR_FIND_PULL);
	sight.filter = "";
	assert_false(tour_watch(&tour, &sight)); /* nothing was filtered */
	sight.filter = "pr:482";
	assert_true(tour_watch(&tour, &sight));
	assert_int_equal(tour_next(&tour), TOUR_OPEN_VERSION);
	assert_false(tour_watch(&tour, &sight));

	sight = sight_of("detail");
	sight.argument = "booking@1"; /* stable */
	assert_false(tour_watch(&tour, &sight));
	sight.argument = "booking@gone";
	assert_false(tour_watch(&tour, &sight));
	sight.argument = "booking@pr-482";
	assert_true(tour_watch(&tour, &sight));

	sight = sight_of("pins");
	sight.session = "not-there";
	assert_false(tour_watch(&tour, &sight));
	sight.session = "mine-1234";
	assert_true(tour_watch(&tour, &sight));
	assert_int_equal(tour_next(&tour), TOUR_PIN_MORE);
	assert_true(tour_tells(&tour, model.now_ms));
	assert_false(tour_tells(&tour, model.now_ms + TOUR_TOLD_MS));
	assert_false(tour_watch(&tour, &sight)); /* two pins it had already */
	sight.session = "other";
	assert_true(tour_watch(&tour, &sight));
}

/* What was so before the step began was not done in it. */
static void test_had_it_already(void **state)
{
	struct tour tour;
	struct tour_sight sight = at_version("booking", "pr-482");

	(void)state;
	sight.filter = "pr:482";
	sight.session = "mine-1234";
	tour_begin(&tour);
	assert_false(tour_watch(&tour, &sight));
	sight.filter = "";
	assert_false(tour_watch(&tour, &sight));
	sight.filter = "pr:482";
	assert_true(tour_watch(&tour, &sight));
	tour_skip(&tour);
	assert_false(tour_watch(&tour, &sight)); /* a session one had before */
	assert_int_equal(tour_next(&tour), TOUR_GET_SESSION);
}

static void test_out_of_order(void **state)
{
	struct tour tour;
	struct tour_sight sight = sight_of("map-service");

	(void)state;
	tour_begin(&tour);
	assert_false(tour_watch(&tour, &sight)); /* not the next one */
	assert_false(is_done(&tour, TOUR_LOOK_AROUND));
	tour_note(&tour, TOUR_COPY, 1);
	assert_false(is_done(&tour, TOUR_COPY));
	for (int i = 0; i < TOUR_COPY; i++)
		tour_skip(&tour);
	assert_int_equal(tour_next(&tour), TOUR_COPY);
	tour_note(&tour, TOUR_COPY, 1);
	assert_int_equal(tour_next(&tour), TOUR_STEPS);
	tour_skip(&tour);
	tour_begin(&tour);
	assert_int_equal(tour_next(&tour), TOUR_FIND_PULL);
}

static void test_read_only(void **state)
{
	struct tour tour;
	struct tour_sight sight = sight_of("services");

	(void)state;
	tour_begin(&tour);
	sight.read_only = true;
	(void)tour_watch(&tour, &sight);
	for (int i = 0; i < TOUR_STEPS; i++)
		assert_int_equal((tour.skipped & (1U << i)) != 0, tour_writes((enum tour_step)i));
}

static void test_requests(void **state)
{
	struct tour tour;
	struct tour_sight sight = sight_of("requests");
	struct request request = {.seq = 1,
		.time = 1000,
		.trace = {"4bf9", 4},
		.service = {"booking", 7},
		.version = {"pr-482", 6},
		.session = {"checkout", 8},
		.total_ms = 50,
		.status = 503};

	(void)state;
	begin_at(&tour, TOUR_SEE_REQUESTS);
	str_copy(model.scope, sizeof(model.scope), STR_LIT("session:checkout"));
	(void)tour_watch(&tour, &sight);
	assert_false(is_done(&tour, TOUR_SEE_REQUESTS)); /* none came */
	request_log_add(model.lines, &request, &env, 1000);
	(void)tour_watch(&tour, &sight);
	assert_true(is_done(&tour, TOUR_SEE_REQUESTS));
	begin_at(&tour, TOUR_SEE_FAILURES);
	(void)tour_watch(&tour, &sight);
	assert_false(is_done(&tour, TOUR_SEE_FAILURES));
	sight.filter = "status:5xx";
	(void)tour_watch(&tour, &sight);
	assert_true(is_done(&tour, TOUR_SEE_FAILURES));

	begin_at(&tour, TOUR_FIND_LOST);
	str_copy(model.scope, sizeof(model.scope), STR_LIT("trace:4bf9"));
	(void)tour_watch(&tour, &sight);
	assert_false(is_done(&tour, TOUR_FIND_LOST));
	request.seq = 2;
	request.time = 1010; /* within the other: that one made the call */
	request.total_ms = 5;
	request.session = (struct str){0};
	request.reason = REASON_NO_SESSION;
	request_log_add(model.lines, &request, &env, 1000);
	(void)tour_watch(&tour, &sight);
	assert_true(is_done(&tour, TOUR_FIND_LOST));
	begin_at(&tour, TOUR_ASK_WHY);
	sight = sight_of("detail");
	sight.argument = "1";
	(void)tour_watch(&tour, &sight);
	assert_true(is_done(&tour, TOUR_ASK_WHY));
}

static void test_failing(void **state)
{
	struct tour tour;
	struct tour_sight sight = at_version("booking", "pr-560");
	struct stats stats = {.rate = 1, .count = 60};

	(void)state;
	begin_at(&tour, TOUR_FIND_FAILING);
	traffic_stats_put(model.stats, STR_LIT("booking"), STR_LIT("pr-560"), &stats);
	(void)tour_watch(&tour, &sight);
	assert_false(is_done(&tour, TOUR_FIND_FAILING));
	stats.share_5xx = 0.1;
	traffic_stats_put(model.stats, STR_LIT("booking"), STR_LIT("pr-560"), &stats);
	(void)tour_watch(&tour, &sight);
	assert_true(is_done(&tour, TOUR_FIND_FAILING));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names_of_the_environment, setup, teardown),
		cmocka_unit_test_setup_teardown(test_moves_on, setup, teardown),
		cmocka_unit_test_setup_teardown(test_had_it_already, setup, teardown),
		cmocka_unit_test_setup_teardown(test_out_of_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read_only, setup, teardown),
		cmocka_unit_test_setup_teardown(test_requests, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
