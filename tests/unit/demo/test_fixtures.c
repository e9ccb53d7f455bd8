/*
 * The demo's tables hold together: names are valid, what is pinned exists, every pull request has a build.
 */
#include "core/demo/fixtures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/time.h"
#include "core/model/name_rules.h"

static bool is_version(struct str service, struct str version)
{
	const struct fixture_version *v;
	char name[24];

	for (v = fixture_versions; v->service != NULL; v++) {
		(void)snprintf(name, sizeof(name), "pr-%d", v->pull);
		if (str_eq_c(service, v->service) && str_eq_c(version, name))
			return true;
	}
	return false;
}

static void services_are_named(void **state)
{
	const struct fixture_service *s;
	int n = 0;

	(void)state;
	for (s = fixture_services; s->name != NULL; s++, n++) {
		assert_true(name_is_service(str_of(s->name)));
		assert_true(name_is_version(str_of(s->stable)));
		assert_ptr_equal(fixture_service(str_of(s->name)), s);
		assert_true(s->work_ms > 0);
	}
	assert_int_equal(n, 8);
	assert_null(fixture_service(STR_LIT("cart")));
}

static void versions_have_their_service_and_pull(void **state)
{
	const struct fixture_version *v;
	int64_t ttl;
	unsigned traits = 0;

	(void)state;
	for (v = fixture_versions; v->service != NULL; v++) {
		assert_non_null(fixture_service(str_of(v->service)));
		assert_non_null(fixture_pull(v->pull));
		assert_true(duration_parse(str_of(v->ttl), &ttl));
		traits |= v->traits;
	}
	/* Each trait is to be seen in the demo. */
	assert_int_equal(traits, TRAIT_HOLDS_IN_PRICING | TRAIT_SLOW | TRAIT_FAILING |
					 TRAIT_FORGETFUL | TRAIT_ABSENT | TRAIT_LEAVING);
}

static void traits_belong_to_one_version(void **state)
{
	(void)state;
	assert_int_equal(fixture_traits(STR_LIT("payments"), STR_LIT("pr-533")), TRAIT_FAILING);
	assert_int_equal(fixture_traits(STR_LIT("payments"), STR_LIT("2026.11.18")), 0);
	assert_int_equal(fixture_traits(STR_LIT("booking"), STR_LIT("pr-533")), 0);
}

static void sessions_pin_what_exists(void **state)
{
	const struct fixture_session *s;
	unsigned carriers = 0;
	double share = 0;
	struct str pins;
	struct str service;
	struct str version;

	(void)state;
	for (s = fixture_sessions; s->key != NULL; s++) {
		assert_true(name_is_session(str_of(s->key)));
		pins = str_of(s->pins);
		while (pins.p != NULL) {
			assert_true(name_split_pin(str_cut(&pins, ' '), &service, &version));
			assert_true(is_version(service, version));
		}
		carriers |= 1U << s->carrier;
		share += s->share;
	}
	assert_int_equal(carriers, (1U << CARRIER_COUNT) - 1);
	assert_true(share < .5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(services_are_named),
		cmocka_unit_test(versions_have_their_service_and_pull),
		cmocka_unit_test(traits_belong_to_one_version),
		cmocka_unit_test(sessions_pin_what_exists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
