/*
 * What is read from a request: one row for each edge of the rules in core/model/context.h. The
 * cookie rows are what HAProxy 2.6.12 answered to the same bytes.
 */
#include "core/model/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/model/environment.h"

#define DOMAIN "env.localhost"
#define KEY30 "a23456789012345678901234567890"
#define SERVICE31 "s234567890123456789012345678901"

static struct environment env;

static void put_service(const char *name, const char *host)
{
	struct service *service = record_create(&service_type);
	struct change change;

	text_set(&service->name, name);
	if (host != NULL)
		strlist_add(&service->hosts, str_of(host));
	change_init(&change, THING_SERVICE, service, env.revision + 1);
	assert_true(environment_apply(&env, &change));
	change_finish(&change);
	record_unref(&service_type, service);
}

static int set_up(void **state)
{
	(void)state;
	environment_init(&env);
	put_service("cart", "shop.example");
	put_service("booking", "x--cart.env.localhost");
	put_service("pay", "cart.env.localhost");
	put_service(SERVICE31, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	environment_finish(&env);
	return 0;
}

/* NULL in a table is the absent str. */
static void assert_str(struct str got, const char *want, const char *what)
{
	if (want == NULL ? got.p == NULL : got.p != NULL && str_eq_c(got, want))
		return;
	fail_msg("%s: got %.*s%s, want %s", what, STR_ARG(got), got.p == NULL ? "nothing" : "",
		want == NULL ? "nothing" : want);
}

/* ---- host ---- */

static void host_names_the_service(void **state)
{
	static const struct {
		const char *host, *service, *key;
	} rows[] = {
		{"cart.env.localhost", "cart", NULL},
		{"CART.Env.LocalHost", "cart", NULL},
		{"cart.env.localhost:8080", "cart", NULL},
		{"cart.env.localhost.", "cart", NULL},
		{"cart.env.localhost.:8080", "cart", NULL},
		{"cart.env.localhost:", "cart", NULL},
		{"cart.env.localhost..", NULL, NULL},
		{" cart.env.localhost\t", "cart", NULL},
		{"cart", NULL, NULL},
		{"cart.env.localhos", NULL, NULL},
		{"cartenv.localhost", NULL, NULL},
		{".env.localhost", NULL, NULL},
		{"env.localhost", NULL, NULL},
		{"nope.env.localhost", NULL, NULL},
		{"a.cart.env.localhost", NULL, NULL},
		{"", NULL, NULL},
		{":", NULL, NULL},
		{".", NULL, NULL},
		{"[::1]:8080", NULL, NULL},
		{"[::1]", NULL, NULL},
		{"::1", NULL, NULL},
		{"127.0.0.1:8080", NULL, NULL},
		/* registered hosts */
		{"shop.example", "cart", NULL},
		{"Shop.Example.:443", "cart", NULL},
		{"dev-4f2k--shop.example", NULL, NULL},
		{"x--cart.env.localhost", "booking", NULL},
		/* the session in front */
		{"dev-4f2k--cart.env.localhost", "cart", "dev-4f2k"},
		{"DEV-4F2K--cart.env.localhost.:8080", "cart", "dev-4f2k"},
		{"--cart.env.localhost", "cart", NULL},
		{"a---cart.env.localhost", "cart", "a-"},
		{"a--b--cart.env.localhost", "cart", "a--b"},
		{"x.y--cart.env.localhost", "cart", "x.y"},
		{"dev--nope.env.localhost", NULL, NULL},
		{"dev--.env.localhost", NULL, NULL},
		{"dev--cart", NULL, NULL},
		{KEY30 "--" SERVICE31 ".env.localhost", SERVICE31, KEY30},
		{KEY30 "0--" SERVICE31 ".env.localhost", SERVICE31, KEY30 "0"},
		{KEY30 "--" SERVICE31 "2.env.localhost", NULL, NULL},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct hop hop = {.host = str_of(rows[i].host), .target = STR_LIT("/")};
		struct context ctx;
		context_read(&env, STR_LIT(DOMAIN), &hop, &ctx);
		assert_str(str_of(ctx.service != NULL ? ctx.service->name : NULL), rows[i].service,
			rows[i].host);
		assert_str(ctx.values[CARRIER_HOST], rows[i].key, rows[i].host);
		assert_str(ctx.key, rows[i].key, rows[i].host);
	}
}

static void port_and_dot_are_cut(void **state)
{
	static const char *const rows[][2] = {
		{"[::1]:8080", "[::1]"},
		{"[::1]", "[::1]"},
		{"A.b:80", "a.b"},
		{"a.b.:80", "a.b"},
		{"a.b..", "a.b."},
		{"a.b:80.", "a.b"},
		{"a:b@c:80", "a:b@c"},
		{"a:x", "a"},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct hop hop = {.host = str_of(rows[i][0])};
		struct context ctx;
		context_read(&env, STR_LIT(DOMAIN), &hop, &ctx);
		assert_string_equal(ctx.host, rows[i][1]);
	}
}

static void a_host_too_long_names_nothing(void **state)
{
	char host[LIMIT_HOST_NAME + 2];
	static const char tail[] = "--cart.env.localhost";
	struct hop hop = {.target = STR_LIT("/")};
	struct context ctx;
	(void)state;

	for (size_t len = LIMIT_HOST_NAME; len <= LIMIT_HOST_NAME + 1; len++) {
		memset(host, 'k', len);
		memcpy(host + len - (sizeof(tail) - 1), tail, sizeof(tail) - 1);
		hop.host = (struct str){host, len};
		context_read(&env, STR_LIT(DOMAIN), &hop, &ctx);
		assert_int_equal(ctx.service != NULL, len == LIMIT_HOST_NAME);
		assert_false(ctx.key_valid);
	}
}

/* ---- lists ---- */

struct list_row {
	const char *lines[5];
	const char *want;
};

static void check_lists(const struct list_row *rows, size_t count,
	struct str (*read)(const struct str *, size_t, struct str))
{
	for (size_t i = 0; i < count; i++) {
		struct str lines[5];
		size_t n = 0;
		while (n < ARRAY_LEN(lines) && rows[i].lines[n] != NULL) {
			lines[n] = str_of(rows[i].lines[n]);
			n++;
		}
		assert_str(read(lines, n, STR_LIT(CARRIER_NAME)), rows[i].want, rows[i].lines[0]);
	}
}

static void baggage_members(void **state)
{
	static const struct list_row rows[] = {
		{{"routing-session=a"}, "a"},
		{{"x=1,routing-session=a,y=2"}, "a"},
		{{" \tx=1 \t,\t routing-session \t=\t a \t; p=1 , y"}, "a"},
		{{"routing-session=a;p=1;q"}, "a"},
		{{"routing-session=a,routing-session=b"}, "a"},
		{{"routing-session=,routing-session=b"}, ""},
		{{"routing-session,routing-session=b"}, "b"},
		{{"routing-session;p=1,routing-session=b"}, "b"},
		{{"routing-session=a=b="}, "a=b="},
		{{"routing-session=\"a\""}, "\"a\""},
		{{"routing-session=a b"}, "a b"},
		{{"routing-session=%61"}, "%61"},
		{{"Routing-Session=a"}, NULL},
		{{"xrouting-session=a"}, NULL},
		{{"x routing-session=a"}, NULL},
		{{"routing-sessions=a"}, NULL},
		{{"x=1;routing-session=a"}, NULL},
		{{"x=routing-session=a"}, NULL},
		{{",,routing-session=a"}, "a"},
		{{"=", ";", "=;,", "", "routing-session=a"}, "a"},
		{{"x=1", "routing-session=b", "routing-session=a"}, "b"},
		{{"x=1", "routing-session", "=b"}, NULL},
		{{""}, NULL},
		{{NULL}, NULL},
	};
	(void)state;
	check_lists(rows, ARRAY_LEN(rows), baggage_member);
}

static void cookies_as_haproxy_reads_them(void **state)
{
	static const struct list_row rows[] = {
		{{"routing-session=a"}, "a"},
		{{"routing-session=a; routing-session=b"}, "b"},
		{{"routing-session=a", "routing-session=b; x=y"}, "b"},
		{{"routing-session=a; routing-session="}, ""},
		{{"routing-session=a;routing-session="}, "a"},
		{{"routing-session=a;routing-session=;"}, ""},
		{{"routing-session=a,routing-session="}, "a"},
		{{"routing-session=a, routing-session="}, "a"},
		{{"routing-session=a", "routing-session="}, "a"},
		{{"routing-session=; routing-session=b"}, "b"},
		{{"routing-session=\"q\""}, "\"q\""},
		{{"routing-session=\"q;r\""}, "\"q;r\""},
		{{"routing-session = sp ;x=1"}, "sp"},
		{{"routing-session=\ttab\t"}, "tab"},
		{{"routing-session"}, NULL},
		{{"routing-session=a; routing-session"}, "a"},
		{{"Routing-Session=a"}, NULL},
		{{"xrouting-session=a"}, NULL},
		{{"x=1,routing-session=a"}, "a"},
		{{"x=1, routing-session=a"}, "a"},
		{{"x=\"1; routing-session=a\"; y=2"}, NULL},
		{{"x=\"1; routing-session=a; y=2"}, NULL},
		{{"x=\"\\\"1; routing-session=a\"; y=2"}, NULL},
		{{"x=z\"1; routing-session=a\"; y=2"}, NULL},
		{{"x=\"1\"z; routing-session=a; y=2"}, "a"},
		{{"x\"y=1, routing-session=a\""}, "a\""},
		{{"x\"y=1; routing-session=a\""}, "a\""},
		{{"x\"y, routing-session=b"}, "b"},
		{{"routing-session=b\"1; y=2"}, "b\"1; y=2"},
		{{"routing-session=b\"1, y=2"}, "b\"1, y=2"},
		{{"$Version=1; routing-session=a; $Path=/"}, "a"},
		{{"$routing-session=a"}, NULL},
		{{"x=1;routing-session=a=b;;y"}, "a=b"},
		{{"routing-session=a b c; y"}, "a b c"},
		{{"routing-session=a,b; y"}, "a"},
		{{"=x; routing-session=a"}, "a"},
		{{"; ;routing-session=a"}, "a"},
		{{"a b routing-session=a"}, NULL},
		{{"x y; routing-session=a"}, "a"},
		{{"routing-session=a", ""}, "a"},
		{{"routing-session=b", "x"}, "b"},
		{{NULL}, NULL},
	};
	(void)state;
	check_lists(rows, ARRAY_LEN(rows), cookie_value);
}

static void query_parameters(void **state)
{
	static const struct {
		const char *target, *want;
	} rows[] = {
		{"/?routing-session=a", "a"},
		{"/p?x=1&routing-session=a&y", "a"},
		{"/p?routing-session=a&routing-session=b", "a"},
		{"/p?routing-session=&routing-session=b", ""},
		{"/p?routing-session&routing-session=b", "b"},
		{"/p?x=1;routing-session=a", NULL},
		{"/p?routing-session=a;b", "a;b"},
		{"/p?x?routing-session=a", NULL},
		{"/p?routing-session=a?b=c", "a?b=c"},
		{"/p?routing-session=a=b", "a=b"},
		{"/p?routing-session=%61", "%61"},
		{"/p?routing%2dsession=a", NULL},
		{"/p?Routing-Session=a", NULL},
		{"/p&routing-session=a", NULL},
		{"/routing-session=a", NULL},
		{"/p?", NULL},
		{"*", NULL},
		{"", NULL},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_str(query_parameter(str_of(rows[i].target), STR_LIT(CARRIER_NAME)),
			rows[i].want, rows[i].target);
}

static void direct_pins(void **state)
{
	static const struct {
		const char *lines[6];
		bool good;
		const char *pin;
	} rows[] = {
		{{"cart=\"pr-482\", search=\"pr-9\""}, true, "pr-482"},
		{{"search=\"pr-9\"\t ,\t cart=\"pr-482\""}, true, "pr-482"},
		{{"cart=\"a\",cart=\"b\""}, true, "b"},
		{{"cart=\"a\",cart=\"\""}, true, NULL},
		{{"cart=\"\""}, true, NULL},
		{{"search=\"pr-9\""}, true, NULL},
		{{"*x_.-9=\"a\", cart=\"b\""}, true, "b"},
		{{"cart=\"b c;d=e\""}, true, "b c;d=e"},
		{{""}, true, NULL},
		{{NULL}, true, NULL},
		{{"cart=\"a\"", "cart=\"b\"", "x=\"y\"", "z=\"w\""}, true, "b"},
		{{"cart=\"a\"", "x=\"1\"", "x=\"1\"", "x=\"1\"", "x=\"1\""}, false, NULL},
		{{"cart=\"a\"", ""}, false, NULL},
		{{"", "cart=\"a\""}, false, NULL},
		{{"cart=\"a\"", "search=pr-9"}, false, NULL},
		{{"cart=\"a", "b\""}, false, NULL},
		{{"cart=pr-482"}, false, NULL},
		{{"cart"}, false, NULL},
		{{"cart=?1"}, false, NULL},
		{{"cart=12"}, false, NULL},
		{{"cart=(\"a\")"}, false, NULL},
		{{"cart=\"a\";p=1"}, false, NULL},
		{{"cart = \"a\""}, false, NULL},
		{{"cart= \"a\""}, false, NULL},
		{{"Cart=\"a\""}, false, NULL},
		{{"9cart=\"a\""}, false, NULL},
		{{"=\"a\""}, false, NULL},
		{{"cart=\""}, false, NULL},
		{{"cart=\"a"}, false, NULL},
		{{"cart=\"a\"\""}, false, NULL},
		{{"cart=\"a\\\"b\""}, false, NULL},
		{{"cart=\"a\\\\b\""}, false, NULL},
		{{"cart=\"a,b\""}, false, NULL},
		{{"cart=\"a\tb\""}, false, NULL},
		{{"cart=\"\xc3\xa9\""}, false, NULL},
		{{"cart=\"a\","}, false, NULL},
		{{",cart=\"a\""}, false, NULL},
		{{"cart=\"a\",,x=\"b\""}, false, NULL},
		{{"cart=\"a\" x=\"b\""}, false, NULL},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str lines[6];
		struct str pin;
		size_t n = 0;
		while (n < ARRAY_LEN(lines) && rows[i].lines[n] != NULL) {
			lines[n] = str_of(rows[i].lines[n]);
			n++;
		}
		bool good = direct_pin(lines, n, STR_LIT("cart"), &pin);
		if (good != rows[i].good)
			fail_msg("%s: %s", rows[i].lines[0], good ? "taken" : "refused");
		assert_str(pin, rows[i].pin, rows[i].lines[0]);
	}
}

/* ---- all together ---- */

#define NONE CARRIER_COUNT

static void carriers_in_order(void **state)
{
	static const struct {
		const char *host, *target;
		const char *headers[14]; /* name, value, ... */
		enum carrier carrier;
		unsigned carriers;
		const char *key;
		bool valid, conflict, malformed, strict;
	} rows[] = {
		{"cart", "/", {0}, NONE, 0, NULL, false, false, false, false},
		{"cart", "/", {"routing-session", "a"}, CARRIER_HEADER, 1, "a", true, false, false,
			false},
		{"cart", "/", {"ROUTING-SESSION", " \ta\t "}, CARRIER_HEADER, 1, "a", true, false,
			false, false},
		{"cart", "/", {"Routing-Session", "a", "Routing-Session", "b"}, CARRIER_HEADER, 1,
			"a", true, false, false, false},
		{"cart", "/", {"Routing-Session", "", "Routing-Session", "b"}, NONE, 0, NULL, false,
			false, false, false},
		{"cart", "/", {"Routing-Session", "a, b"}, CARRIER_HEADER, 1, "a, b", false, false,
			false, false},
		{"cart", "/", {"Routing-Session", "A"}, CARRIER_HEADER, 1, "A", false, false, false,
			false},
		{"cart", "/?routing-session=b", {"Routing-Session", ""}, CARRIER_QUERY, 4, "b",
			true, false, false, false},
		/* malformed: no further carrier is tried */
		{"cart", "/?routing-session=b", {"Routing-Session", "a--b"}, CARRIER_HEADER, 5,
			"a--b", false, true, false, false},
		/* precedence, from the last to the first */
		{"h--cart", "/", {"Cookie", "routing-session=c"}, CARRIER_COOKIE, 24, "c", true,
			true, false, false},
		{"h--cart", "/?routing-session=q", {"Cookie", "routing-session=c"}, CARRIER_QUERY,
			28, "q", true, true, false, false},
		{"h--cart", "/?routing-session=q",
			{"Cookie", "routing-session=c", "Baggage", "routing-session=b"},
			CARRIER_BAGGAGE, 30, "b", true, true, false, false},
		{"a--cart", "/?routing-session=a",
			{"Cookie", "routing-session=a", "Baggage", "routing-session=a",
				"Routing-Session", "a"},
			CARRIER_HEADER, 31, "a", true, false, false, false},
		{"b--cart", "/?routing-session=a", {"Routing-Session", "a"}, CARRIER_HEADER, 21,
			"a", true, true, false, false},
		/* the fifth baggage line is not read, but noted */
		{"cart", "/",
			{"baggage", "a=1", "baggage", "", "baggage", "b=1", "baggage",
				"routing-session=d"},
			CARRIER_BAGGAGE, 2, "d", true, false, false, false},
		{"cart", "/",
			{"baggage", "a=1", "baggage", "", "baggage", "b=1", "baggage", "c=1",
				"baggage", "routing-session=e"},
			NONE, 0, NULL, false, false, true, false},
		{"cart", "/", {"Routing-Pins", "cart=x"}, NONE, 0, NULL, false, false, true, false},
		{"cart", "/", {"Routing-Strict", "1"}, NONE, 0, NULL, false, false, false, true},
		{"cart", "/", {"routing-strict", "0", "Routing-Strict", " 1 "}, NONE, 0, NULL,
			false, false, false, true},
		{"cart", "/", {"Routing-Strict", "true"}, NONE, 0, NULL, false, false, false,
			false},
		{"cart", "/", {"Routing-Strict", "1, 1"}, NONE, 0, NULL, false, false, false,
			false},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct header_line headers[7];
		char host[64];
		struct context ctx;
		struct hop hop = {.target = str_of(rows[i].target), .headers = headers};
		snprintf(host, sizeof(host), "%s.%s", rows[i].host, DOMAIN);
		hop.host = str_of(host);
		while (hop.header_count < ARRAY_LEN(headers) &&
			rows[i].headers[hop.header_count * 2] != NULL) {
			size_t at = hop.header_count * 2;
			headers[hop.header_count++] = (struct header_line){
				str_of(rows[i].headers[at]), str_of(rows[i].headers[at + 1])};
		}
		context_read(&env, STR_LIT(DOMAIN), &hop, &ctx);
		print_message("row %zu\n", i);
		assert_string_equal(ctx.service->name, "cart");
		assert_int_equal(ctx.carrier, rows[i].carrier);
		assert_int_equal(ctx.carriers, rows[i].carriers);
		assert_str(ctx.key, rows[i].key, "key");
		assert_int_equal(ctx.key_valid, rows[i].valid);
		assert_int_equal(ctx.conflict, rows[i].conflict);
		assert_int_equal(ctx.malformed, rows[i].malformed);
		assert_int_equal(ctx.strict_asked, rows[i].strict);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_names_the_service),
		cmocka_unit_test(port_and_dot_are_cut),
		cmocka_unit_test(a_host_too_long_names_nothing),
		cmocka_unit_test(baggage_members),
		cmocka_unit_test(cookies_as_haproxy_reads_them),
		cmocka_unit_test(query_parameters),
		cmocka_unit_test(direct_pins),
		cmocka_unit_test(carriers_in_order),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
