/*
 * What is read from a request: one row for each edge of the rules in core/model/routing_context.h. The
 * cookie rows are what HAProxy 2.6.12 answered to the same bytes.
 */
#include "core/model/routing_context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
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
	change_init(&change, OBJECT_SERVICE, service, env.revision + 1);
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
		struct routing_context ctx;
		routing_context_read(&env, STR_LIT(DOMAIN), &hop, &ctx);
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
		struct routing_context ctx;
		routing_context_read(&env, STR_LIT(DOMAIN), &hop, &ctx);
		assert_string_equal(ctx.host, rows[i][1]);
	}
}

static void a_host_too_long_names_nothing(void **state)
{
	char host[LIMIT_HOST_NAME + 2];
	static const char tail[] = "--cart.env.localhost";
	struct hop hop = {.target = STR_LIT("/")};
	struct routing_context ctx;
	(void)state;

	for (size_t len = LIMIT_HOST_NAME; len <= LIMIT_HOST_NAME + 1; len++) {
		memset(host, 'k', len);
		memcpy(host + len - (sizeof(tail) - 1), tail, sizeof(tail) - 1);
		hop.host = (struct str){host, len};
		routing_context_read(&env, STR_LIT(DOMAIN), &hop, &ctx);
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

static void header_keys(void **state)
{
	static const char *const rows[][2] = {
		{"a", "a"},
		{"a, a", "a"},
		{"a,a,\ta , a", "a"},
		{"a, b", "a, b"},
		{"a,", "a,"},
		{",a", ",a"},
		{"a,,a", "a,,a"},
		{"a, a, b", "a, a, b"},
		{"B, B", "B"},
		{"", ""},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_str(header_key(str_of(rows[i][0])), rows[i][1], rows[i][0]);
}

static void well_formed_baggage(void **state)
{
	static const struct {
		const char *line;
		bool good;
	} rows[] = {
		{"a=1", true},
		{"a=1;p;q=2, b = 2\t;p", true},
		{"", true},
		{" ,\t, ,", true},
		{",a=1,", true},
		{"a=", true},
		{"a==,b=\"x\"", true},
		{"a", false},
		{"a=1,b", false},
		{"=1", false},
		{" = 1", false},
		{";p=1", false},
		{"a;p=1", false},
		{"a b=1", false},
		{"a\tb=1", false},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (baggage_is_well_formed(str_of(rows[i].line)) != rows[i].good)
			fail_msg("%s", rows[i].line);
}

static void direct_pins(void **state)
{
	static const struct {
		const char *lines[6];
		enum pins_form form;
		const char *pin;
	} rows[] = {
		{{"cart=\"pr-482\", search=\"pr-9\""}, PINS_READ, "pr-482"},
		{{"search=\"pr-9\"\t ,\t cart=\"pr-482\""}, PINS_READ, "pr-482"},
		{{"cart=\"a\",cart=\"b\""}, PINS_READ, "b"},
		{{"search=\"pr-9\""}, PINS_READ, NULL},
		{{"*x_.-9=\"a\", cart=\"b\""}, PINS_READ, "b"},
		{{"cart=\"a\"", "cart=\"b\"", "x=\"y\"", "z=\"w\""}, PINS_READ, "b"},
		{{""}, PINS_ABSENT, NULL},
		{{NULL}, PINS_ABSENT, NULL},
		{{"", ""}, PINS_MALFORMED, NULL},
		{{"cart=\"a\",cart=\"\""}, PINS_MALFORMED, NULL},
		{{"cart=\"\""}, PINS_MALFORMED, NULL},
		{{"cart=\"~stable\""}, PINS_MALFORMED, NULL},
		{{"cart=\"session:dev\""}, PINS_MALFORMED, NULL},
		{{"cart=\"b c;d=e\""}, PINS_MALFORMED, NULL},
		{{"cart=\"a\", search=\"b c\""}, PINS_MALFORMED, NULL},
		{{"cart=\"a\"", "x=\"1\"", "x=\"1\"", "x=\"1\"", "cart=\"b\""}, PINS_READ, "b"},
		{{"cart=\"a\"", ""}, PINS_MALFORMED, NULL},
		{{"", "cart=\"a\""}, PINS_MALFORMED, NULL},
		{{"cart=\"a\"", "search=pr-9"}, PINS_MALFORMED, NULL},
		{{"cart=\"a", "b\""}, PINS_MALFORMED, NULL},
		{{"cart=pr-482"}, PINS_MALFORMED, NULL},
		{{"cart"}, PINS_MALFORMED, NULL},
		{{"cart=?1"}, PINS_MALFORMED, NULL},
		{{"cart=12"}, PINS_MALFORMED, NULL},
		{{"cart=(\"a\")"}, PINS_MALFORMED, NULL},
		{{"cart=\"a\";p=1"}, PINS_MALFORMED, NULL},
		{{"cart = \"a\""}, PINS_MALFORMED, NULL},
		{{"cart= \"a\""}, PINS_MALFORMED, NULL},
		{{"Cart=\"a\""}, PINS_MALFORMED, NULL},
		{{"9cart=\"a\""}, PINS_MALFORMED, NULL},
		{{"=\"a\""}, PINS_MALFORMED, NULL},
		{{"cart=\""}, PINS_MALFORMED, NULL},
		{{"cart=\"a"}, PINS_MALFORMED, NULL},
		{{"cart=\"a\"\""}, PINS_MALFORMED, NULL},
		{{"cart=\"a\\\"b\""}, PINS_MALFORMED, NULL},
		{{"cart=\"a\\\\b\""}, PINS_MALFORMED, NULL},
		{{"cart=\"a,b\""}, PINS_MALFORMED, NULL},
		{{"cart=\"a\tb\""}, PINS_MALFORMED, NULL},
		{{"cart=\"\xc3\xa9\""}, PINS_MALFORMED, NULL},
		{{"cart=\"a\","}, PINS_MALFORMED, NULL},
		{{",cart=\"a\""}, PINS_MALFORMED, NULL},
		{{"cart=\"a\",,x=\"b\""}, PINS_MALFORMED, NULL},
		{{"cart=\"a\" x=\"b\""}, PINS_MALFORMED, NULL},
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
		enum pins_form form = header_pins(lines, n, STR_LIT("cart"), &pin);
		if (form != rows[i].form)
			fail_msg("%s: %d", rows[i].lines[0], form);
		assert_str(pin, rows[i].pin, rows[i].lines[0]);
	}
}

/* HAProxy takes so many lines of a request of HTTP/2. */
static void pins_in_many_lines(void **state)
{
	struct header_line lines[505];
	struct hop hop = {.host = STR_LIT("cart." DOMAIN),
		.target = STR_LIT("/"),
		.headers = lines,
		.header_count = ARRAY_LEN(lines)};
	struct routing_context ctx;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		lines[i] = (struct header_line){STR_LIT("routing-pins"), STR_LIT("cart=\"a\"")};
	lines[ARRAY_LEN(lines) - 1].value = STR_LIT("cart=\"b\"");
	routing_context_read(&env, STR_LIT(DOMAIN), &hop, &ctx);
	assert_str(ctx.direct_pin, "b", "the last of many lines");
}

static void pins_in_baggage(void **state)
{
	static const struct {
		const char *value;
		enum pins_form form;
		const char *pin;
	} rows[] = {
		{"cart~pr-482~~search~pr-9", PINS_READ, "pr-482"},
		{"search%7Epr-9%7e%7Ecart%7epr-482", PINS_READ, "pr-482"},
		{"%63art~p%72-1", PINS_READ, "pr-1"},
		{"cart~a~~cart~B.b_c-d", PINS_READ, "B.b_c-d"},
		{"search~pr-9", PINS_READ, ""},
		{"*x_.-9~a~~cart~b", PINS_READ, "b"},
		{"", PINS_ABSENT, ""},
		{"cart", PINS_MALFORMED, ""},
		{"cart~", PINS_MALFORMED, ""},
		{"~a", PINS_MALFORMED, ""},
		{"cart~~a", PINS_MALFORMED, ""},
		{"cart~a~", PINS_MALFORMED, ""},
		{"cart~a~~", PINS_MALFORMED, ""},
		{"cart~a~search~b", PINS_MALFORMED, ""},
		{"cart~a~~search", PINS_MALFORMED, ""},
		{"cart~~stable", PINS_MALFORMED, ""},
		{"cart~%7Estable", PINS_MALFORMED, ""},
		{"cart~a b", PINS_MALFORMED, ""},
		{"Cart~a", PINS_MALFORMED, ""},
		{"cart~a%", PINS_MALFORMED, ""},
		{"cart~a%4", PINS_MALFORMED, ""},
		{"cart~a%4g", PINS_MALFORMED, ""},
		{"cart~a%0", PINS_MALFORMED, ""},
		{"cart~a%00", PINS_MALFORMED, ""},
		{"cart~a%0a", PINS_MALFORMED, ""},
		{"cart~a%257E", PINS_MALFORMED, ""},
		{"cart~V234567890123456789012345678901234567890123456789012345678901_x", PINS_READ,
			"V234567890123456789012345678901234567890123456789012345678901_x"},
		{"cart~V234567890123456789012345678901234567890123456789012345678901_xy",
			PINS_MALFORMED, ""},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char pin[LIMIT_VERSION_NAME + 1] = "left";
		enum pins_form form = baggage_pins(str_of(rows[i].value), STR_LIT("cart"), pin);
		if (form != rows[i].form)
			fail_msg("%s: %d", rows[i].value, form);
		assert_string_equal(pin, rows[i].pin);
	}
}

static void callers(void **state)
{
	static const char *const rows[][2] = {
		{"cart%40pr-1", "cart@pr-1"},
		{"cart@pr-1", "cart@pr-1"},
		{"c%61rt%40A%2Eb_c-d", "cart@A.b_c-d"},
		{"", NULL},
		{"cart", NULL},
		{"cart@", NULL},
		{"@pr-1", NULL},
		{"Cart@pr-1", NULL},
		{"cart@pr-1@", NULL},
		{"cart@pr-1%40x", NULL},
		{"cart%4pr-1", NULL},
		{"cart@pr-1%00", NULL},
		{"cart@pr-1%", NULL},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char caller[VERSION_ID_SIZE] = "";
		bool good = caller_read(str_of(rows[i][0]), caller);
		assert_str(str_of(good ? caller : NULL), rows[i][1], rows[i][0]);
	}
}

#define ID "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "00f067aa0ba902b7"

static void traces(void **state)
{
	static const struct {
		const char *value;
		bool good;
	} rows[] = {
		{"00-" ID "-" PARENT "-01", true},
		{"00-" ID "-" PARENT "-00", true},
		{"01-" ID "-" PARENT "-01", true},
		{"cc-" ID "-" PARENT "-09-later", true},
		{"fe-" ID "-" PARENT "-ff-", true},
		{"00-" ID "-" PARENT "-01-more", false},
		{"01-" ID "-" PARENT "-01x", false},
		{"ff-" ID "-" PARENT "-01", false},
		{"FE-" ID "-" PARENT "-01", false},
		{"0-" ID "-" PARENT "-001", false},
		{"00-" ID "-" PARENT "-0", false},
		{"00-" ID "-" PARENT "-0G", false},
		{"00-" ID "-" PARENT "-A1", false},
		{"00-" ID "-" PARENT "_01", false},
		{"00_" ID "-" PARENT "-01", false},
		{"00-" ID "_" PARENT "-01", false},
		{"00-00000000000000000000000000000000-" PARENT "-01", false},
		{"00-" ID "-0000000000000000-01", false},
		{"00-4BF92F3577B34DA6A3CE929D0E0E4736-" PARENT "-01", false},
		{"", false},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_str(traceparent_id(str_of(rows[i].value)), rows[i].good ? ID : NULL,
			rows[i].value);
	assert_str(traceparent_id((struct str){0}), NULL, "none");
}

/* What travels beside the key: the header counts where it is there, and what is not well formed is noted. */
static void pins_strictness_and_hops(void **state)
{
	static const struct {
		const char *headers[8];
		const char *pin;
		bool sent, strict;
		unsigned hops;
		bool malformed;
	} rows[] = {
		{{0}, NULL, false, false, 1, false},
		{{"baggage", "routing-pins=cart~pr-1"}, "pr-1", true, false, 1, false},
		{{"baggage", "routing-pins=cart%7Epr-1", "Routing-Pins", ""}, "pr-1", true, false,
			1, false},
		{{"baggage", "routing-pins=search~pr-1"}, NULL, true, false, 1, false},
		{{"baggage", "routing-pins=cart~pr-1", "Routing-Pins", "search=\"x\""}, NULL, true,
			false, 1, false},
		{{"baggage", "routing-pins=x", "Routing-Pins", "cart=\"a\""}, "a", true, false, 1,
			false},
		{{"baggage", "routing-pins=cart~pr-1", "Routing-Pins", "cart=a"}, "pr-1", true,
			false, 1, true},
		{{"baggage", "routing-pins=cart~~stable"}, NULL, false, false, 1, true},
		{{"baggage", "routing-pins="}, NULL, false, false, 1, false},
		{{"baggage", "routing-strict=1"}, NULL, false, true, 1, false},
		{{"baggage", "routing-strict=yes"}, NULL, false, true, 1, true},
		{{"baggage", "routing-strict=0"}, NULL, false, false, 1, false},
		{{"baggage", "routing-strict=1", "Routing-Strict", "0"}, NULL, false, false, 1,
			false},
		{{"baggage", "routing-strict=1", "Routing-Strict", ""}, NULL, false, true, 1,
			false},
		{{"baggage", "routing-strict=0", "Routing-Strict", "1"}, NULL, false, true, 1,
			false},
		{{"Routing-Strict", "true"}, NULL, false, true, 1, true},
		{{"Routing-Strict", "1, 1"}, NULL, false, true, 1, true},
		{{"Routing-Strict", "00"}, NULL, false, true, 1, true},
		{{"Routing-Strict", "0", "routing-strict", "1"}, NULL, false, true, 1, false},
		{{"Routing-Hops", "3"}, NULL, false, false, 4, false},
		{{"baggage", "routing-hops=3"}, NULL, false, false, 4, false},
		{{"baggage", "routing-hops=3", "Routing-Hops", "5"}, NULL, false, false, 6, false},
		{{"baggage", "routing-hops=5", "Routing-Hops", "3"}, NULL, false, false, 6, false},
		{{"Routing-Hops", "-3"}, NULL, false, false, 1, false},
		{{"Routing-Hops", "x", "baggage", "routing-hops=y"}, NULL, false, false, 1, false},
		{{"Routing-Hops", "99999999999"}, NULL, false, false, 10000, false},
		{{"baggage", "junk"}, NULL, false, false, 1, true},
		{{"Cookie", "a=\"b; routing-session=x"}, NULL, false, false, 1, true},
		{{"Cookie", "a=\"b; routing-session="}, NULL, false, false, 1, false},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct header_line headers[4];
		struct routing_context ctx;
		struct hop hop = {.host = STR_LIT("cart." DOMAIN),
			.target = STR_LIT("/"),
			.headers = headers};
		while (hop.header_count < ARRAY_LEN(headers) &&
			rows[i].headers[hop.header_count * 2] != NULL) {
			size_t at = hop.header_count * 2;
			headers[hop.header_count++] = (struct header_line){
				str_of(rows[i].headers[at]), str_of(rows[i].headers[at + 1])};
		}
		print_message("row %zu\n", i);
		routing_context_read(&env, STR_LIT(DOMAIN), &hop, &ctx);
		assert_str(ctx.direct_pin, rows[i].pin, "pin");
		assert_int_equal(ctx.pins_sent, rows[i].sent);
		assert_int_equal(ctx.strict_asked, rows[i].strict);
		assert_int_equal(ctx.hops, rows[i].hops);
		assert_int_equal(ctx.malformed, rows[i].malformed);
		assert_int_equal(ctx.carriers, 0);
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
			true, false},
		{"cart", "/", {"Routing-Session", "A"}, CARRIER_HEADER, 1, "A", false, false, true,
			false},
		{"cart", "/?routing-session=b", {"Routing-Session", ""}, CARRIER_QUERY, 4, "b",
			true, false, false, false},
		/* malformed: no further carrier is tried */
		{"cart", "/?routing-session=b", {"Routing-Session", "a--b"}, CARRIER_HEADER, 5,
			"a--b", false, true, true, false},
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
		{"cart", "/", {"Routing-Strict", "true"}, NONE, 0, NULL, false, false, true, true},
		{"cart", "/", {"Routing-Strict", "1, 1"}, NONE, 0, NULL, false, false, true, true},
		{"cart", "/", {"Routing-Session", "a, a"}, CARRIER_HEADER, 1, "a", true, false,
			false, false},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct header_line headers[7];
		char host[64];
		struct routing_context ctx;
		struct hop hop = {.target = str_of(rows[i].target), .headers = headers};
		snprintf(host, sizeof(host), "%s.%s", rows[i].host, DOMAIN);
		hop.host = str_of(host);
		while (hop.header_count < ARRAY_LEN(headers) &&
			rows[i].headers[hop.header_count * 2] != NULL) {
			size_t at = hop.header_count * 2;
			headers[hop.header_count++] = (struct header_line){
				str_of(rows[i].headers[at]), str_of(rows[i].headers[at + 1])};
		}
		routing_context_read(&env, STR_LIT(DOMAIN), &hop, &ctx);
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
		cmocka_unit_test(header_keys),
		cmocka_unit_test(well_formed_baggage),
		cmocka_unit_test(direct_pins),
		cmocka_unit_test(pins_in_many_lines),
		cmocka_unit_test(pins_in_baggage),
		cmocka_unit_test(callers),
		cmocka_unit_test(traces),
		cmocka_unit_test(pins_strictness_and_hops),
		cmocka_unit_test(carriers_in_order),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
