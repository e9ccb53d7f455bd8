/* Names, endpoints, slugs and near names: tables of cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/model/name_rules.h"

#define X10 "xxxxxxxxxx"
#define X60 X10 X10 X10 X10 X10 X10

static const struct {
	const char *text;
	bool service, session, version, host;
} name_cases[] = {
	{"cart", true, true, true, true},
	{"c", true, true, true, true},
	{"9cart", false, true, true, true},
	{"9", false, true, true, true},
	{"cart-2", true, true, true, true},
	{"cart--2", false, false, true, true},
	{"-cart", false, false, false, false},
	{"cart-", false, false, true, false},
	{"", false, false, false, false},
	{"Cart", false, false, true, false},
	{"cart_2", false, false, true, false},
	{"2026.11.20", false, false, true, true},
	{".cart", false, false, false, false},
	{"shop.example.", false, false, true, false},
	{"shop..example", false, false, true, false},
	{"shop.example:80", false, false, false, false},
	{"caf\xc3\xa9", false, false, false, false},
	{"a b", false, false, false, false},
	{"a\nb", false, false, false, false},
	{"a%20b", false, false, false, false},
	{X10 X10 X10, true, true, true, true},
	{X10 X10 X10 "x", true, false, true, true},
	{X10 X10 X10 "xx", false, false, true, true},
	{X60 "yyy", false, false, true, true},
	{X60 "xxxx", false, false, false, false},
	{X60 "." X60 "." X60 "." X60 ".xxxxxxxxx", false, false, false, true},
	{X60 "." X60 "." X60 "." X60 ".xxxxxxxxxx", false, false, false, false},
};

static void test_name_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(name_cases); i++) {
		struct str s = str_of(name_cases[i].text);

		print_message("%s\n", name_cases[i].text);
		assert_int_equal(name_is_service(s), name_cases[i].service);
		assert_int_equal(name_is_session(s), name_cases[i].session);
		assert_int_equal(name_is_version(s), name_cases[i].version);
		assert_int_equal(name_is_host(s), name_cases[i].host);
		assert_int_equal(
			name_check_service(s, "f", NULL) == ERR_NONE, name_cases[i].service);
	}
}

static void test_name_refusal_is_safe_and_says_what_is_right(void **state)
{
	struct errbuf eb;

	(void)state;
	assert_int_equal(name_check_service(STR_LIT("a\x1b[31mb"), "name", &eb), ERR_BAD_NAME);
	assert_null(strchr(eb.text, '\x1b'));
	assert_non_null(strstr(eb.text, "service name"));
	assert_string_equal(eb.field, "name");
	assert_non_null(strstr(eb.expected, "1 to 31"));
	assert_int_equal(endpoint_check(STR_LIT("nowhere"), "endpoints", &eb), ERR_BAD_VALUE);
	assert_int_equal(eb.err, ERR_BAD_VALUE);
	assert_non_null(strstr(eb.expected, "host:port"));
	assert_int_equal(name_check_word(STR_LIT("two\nlines"), "owner", &eb), ERR_BAD_VALUE);
	assert_int_equal(name_check_word(STR_LIT("J\xc3\xbcrgen M."), "owner", &eb), ERR_NONE);
}

static const struct {
	const char *text;
	const char *host; /* NULL: refused */
	unsigned port;
	bool is_address;
} endpoint_cases[] = {
	{"127.0.0.1:9002", "127.0.0.1", 9002, true},
	{"[::1]:80", "::1", 80, true},
	{"[2001:db8::1]:65535", "2001:db8::1", 65535, true},
	{"cart.internal:8080", "cart.internal", 8080, false},
	{"Build-7.example:1", "Build-7.example", 1, false},
	{"shop_cart_1:80", "shop_cart_1", 80, false},
	{"10.0.0.256:80", NULL, 0, false},
	{"1.2.3:80", NULL, 0, false},
	{"127.1:80", NULL, 0, false},
	{"0x7f000001:80", NULL, 0, false},
	{"0X7F.0x1:80", NULL, 0, false},
	{"127.0x1:80", NULL, 0, false},
	{"2130706433:80", NULL, 0, false},
	{"0177.0.0.1:80", NULL, 0, false},
	{"0xcart:80", "0xcart", 80, false},
	{"127.0.0.1", NULL, 0, false},
	{"127.0.0.1:", NULL, 0, false},
	{"127.0.0.1:0", NULL, 0, false},
	{"127.0.0.1:65536", NULL, 0, false},
	{"127.0.0.1:+80", NULL, 0, false},
	{"127.0.0.1:80 ", NULL, 0, false},
	{"::1:80", NULL, 0, false},
	{"[::1]80", NULL, 0, false},
	{"[::1]", NULL, 0, false},
	{"[::1", NULL, 0, false},
	{"[127.0.0.1]:80", NULL, 0, false},
	{"[cart]:80", NULL, 0, false},
	{"a b:80", NULL, 0, false},
	{"a;b:80", NULL, 0, false},
	{":80", NULL, 0, false},
	{"", NULL, 0, false},
};

static void test_spellings(void **state)
{
	static const char *const same[][2] = {
		{"127.0.0.1:9002", "127.0.0.1:9002"},
		{"127.0.0.1:09002", "127.0.0.1:9002"},
		{"127.0.0.1:00080", "127.0.0.1:80"},
		{"LOCALHOST:1", "localhost:1"},
		{"Build-7.Example:1", "build-7.example:1"},
		{"[0:0:0:0:0:0:0:1]:1", "[::1]:1"},
		{"[::0001]:01", "[::1]:1"},
		{"[2001:DB8::A]:1", "[2001:db8::a]:1"},
		{"[::ffff:127.0.0.1]:80", "127.0.0.1:80"},
		{"[::FFFF:7f00:1]:80", "127.0.0.1:80"},
		{"nowhere", "nowhere"},
	};
	char text[LIMIT_ENDPOINT + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		endpoint_write(str_of(same[i][0]), text, sizeof(text));
		assert_string_equal(text, same[i][1]);
		endpoint_write(str_of(same[i][1]), text, sizeof(text));
		assert_string_equal(text, same[i][1]);
	}
}

static void test_the_proxy_itself(void **state)
{
	static const struct {
		const char *endpoint, *address, *listen;
		bool is_proxy;
	} cases[] = {
		{"127.0.0.1:8080", "", "127.0.0.1:8080", true},
		{"127.0.0.1:8081", "", "127.0.0.1:8080", false},
		{"127.0.0.2:8080", "", "127.0.0.1:8080", false},
		{"0.0.0.0:8080", "", "127.0.0.1:8080", true},
		{"localhost:8080", "", "127.0.0.1:8080", true},
		{"LocalHost:08080", "", "127.0.0.1:8080", true},
		{"cart.env.localhost:8080", "", "127.0.0.1:8080", true},
		{"[::ffff:127.0.0.1]:8080", "", "127.0.0.1:8080", true},
		{"[::1]:8080", "", "127.0.0.1:8080", false},
		{"[::1]:8080", "", "[::1]:8080", true},
		{"[::1]:8080", "", "[::]:8080", true},
		{"127.9.9.9:8080", "", "0.0.0.0:8080", true},
		{"[::]:8080", "", "0.0.0.0:8080", true},
		{"10.255.255.1:8080", "", "10.255.255.1:8080", true},
		{"127.0.0.1:8080", "", "10.255.255.1:8080", false},
		{"198.51.100.7:8080", "", "0.0.0.0:8080", false},
		{"me.example:8080", "", "127.0.0.1:8080", false},
		{"me.example:8080", "127.0.0.1", "127.0.0.1:8080", true},
		{"me.example:8080", "::1", "[::]:8080", true},
		{"me.example:8080", "198.51.100.7", "0.0.0.0:8080", false},
		{"127.0.0.1:8080", "", "", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct endpoint_parts parts;

		assert_true(endpoint_parse(str_of(cases[i].endpoint), &parts));
		if (endpoint_is_proxy(&parts, str_of(cases[i].address), str_of(cases[i].listen)) !=
			cases[i].is_proxy)
			fail_msg("%s (%s), proxy at %s", cases[i].endpoint, cases[i].address,
				cases[i].listen);
	}
}

static void test_links(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {{"https://forge.example/pr/1", true}, {"http://h", true}, {"http://", true},
		{"http:/h", false}, {"https:h", false}, {"https", false}, {"", false},
		{"ftp://h", false}, {"HTTP://h", false}, {"http://a b", false},
		{"http://a\nb", false}, {"javascript:alert(1)//http://h", false}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if ((name_check_link(str_of(cases[i].text), "url", NULL) == ERR_NONE) !=
			cases[i].good)
			fail_msg("%s", cases[i].text);
}

static void test_mended(void **state)
{
	static const struct {
		const char *text;
		const char *names[3]; /* as a service, a session, a version */
	} cases[] = {
		{"feature/login", {"feature-login", "feature-login", "feature-login"}},
		{"My Cart", {"my-cart", "my-cart", "My-Cart"}},
		{"Fix_#12: the  cart!", {"fix-12-the-cart", "fix-12-the-cart", "Fix_-12-the-cart"}},
		{"9cart", {"cart", "9cart", "9cart"}},
		{"--a--b--", {"a-b", "a-b", "a--b"}},
		{"v1.2_rc-", {"v1-2-rc", "v1-2-rc", "v1.2_rc-"}},
		{"\xc3\xa4pfel", {"pfel", "pfel", "pfel"}},
		{"///", {"", "", ""}},
		{"", {"", "", ""}},
		{"abcdefghijklmnopqrstuvwxyz01234 67890",
			{"abcdefghijklmnopqrstuvwxyz01234", "abcdefghijklmnopqrstuvwxyz0123",
				"abcdefghijklmnopqrstuvwxyz01234-67890"}},
	};
	char name[LIMIT_VERSION_NAME + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (int kind = NAME_SERVICE; kind <= NAME_VERSION; kind++) {
			const char *wanted = cases[i].names[kind];
			struct str made = str_of(name);

			assert_int_equal(
				name_mend(str_of(cases[i].text), (enum name_kind)kind, name),
				wanted[0] != '\0');
			assert_string_equal(name, wanted);
			made.n = strlen(name);
			assert_true(made.n == 0 ||
				    (kind == NAME_SERVICE          ? name_is_service(made)
					    : kind == NAME_SESSION ? name_is_session(made)
								   : name_is_version(made)));
		}
	}
}

static void test_endpoints(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(endpoint_cases); i++) {
		struct endpoint_parts parts;
		bool good = endpoint_parse(str_of(endpoint_cases[i].text), &parts);

		print_message("%s\n", endpoint_cases[i].text);
		assert_int_equal(good, endpoint_cases[i].host != NULL);
		if (!good)
			continue;
		assert_true(str_eq_c(parts.host, endpoint_cases[i].host));
		assert_int_equal(parts.port, endpoint_cases[i].port);
		assert_int_equal(parts.is_address, endpoint_cases[i].is_address);
	}
}

static void test_compound_names(void **state)
{
	struct str service;
	struct str version;
	char id[VERSION_ID_SIZE];

	(void)state;
	assert_true(name_split_version(STR_LIT("cart@pr-482"), &service, &version));
	assert_true(str_eq_c(service, "cart") && str_eq_c(version, "pr-482"));
	assert_true(name_split_pin(STR_LIT("cart=2026.11.20"), &service, &version));
	assert_true(str_eq_c(service, "cart") && str_eq_c(version, "2026.11.20"));
	assert_false(name_split_version(STR_LIT("cart"), &service, &version));
	assert_false(name_split_version(STR_LIT("cart@"), &service, &version));
	assert_false(name_split_version(STR_LIT("@pr-1"), &service, &version));
	assert_false(name_split_version(STR_LIT("cart@a@b"), &service, &version));
	assert_false(name_split_pin(STR_LIT("cart@pr-1"), &service, &version));
	name_join_version(STR_LIT(X10 X10 X10 "x"), STR_LIT(X60 "yyy"), id);
	assert_int_equal(strlen(id), VERSION_ID_SIZE - 1);
}

static void test_slug(void **state)
{
	static const char *const cases[][2] = {
		{"Checkout flow!", "checkout-flow"},
		{"dev", "dev"},
		{"--A  b--", "a-b"},
		{"", "session"},
		{"\xe2\x98\x83", "session"},
		{"J\xc3\xbcrgen", "j-rgen"},
		{"abcdefghijklmnopqrstuvwx yz", "abcdefghijklmnopqrstuvwx"},
		{"abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxy"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char slug[LIMIT_SESSION_KEY + 1];

		name_slug(str_of(cases[i][0]), slug);
		assert_string_equal(slug, cases[i][1]);
		assert_true(name_is_session(str_of(slug)));
		assert_true(strlen(slug) + 5 <= LIMIT_SESSION_KEY);
	}
}

static void test_near(void **state)
{
	static const char *const names[] = {"booking", "cart", "checkout", "gateway", "notify",
		"payments", "pr-12", "pr-482", "pr-9", "search", "ab"};
	static const struct {
		const char *wanted;
		const char *best; /* NULL: nothing is near */
	} cases[] = {
		{"crat", "cart"},
		{"cart", "cart"},
		{"Cart", "cart"},
		{"serch", "search"},
		{"pr-48", "pr-482"},
		{"checkout-service", "checkout"},
		{"xyz", NULL},
		{"", NULL},
		{X60 X10, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t near[3];
		size_t count = name_near(str_of(cases[i].wanted), names, ARRAY_LEN(names), near, 3);

		print_message("%s\n", cases[i].wanted);
		assert_int_equal(count > 0, cases[i].best != NULL);
		if (count > 0)
			assert_string_equal(names[near[0]], cases[i].best);
	}
	{
		size_t near[2];

		assert_int_equal(name_near(STR_LIT("pr-1"), names, ARRAY_LEN(names), near, 2), 2);
		assert_string_equal(names[near[0]], "pr-12");
		assert_string_equal(names[near[1]], "pr-9");
		assert_int_equal(name_near(STR_LIT("pr-1"), names, ARRAY_LEN(names), near, 0), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name_tables),
		cmocka_unit_test(test_name_refusal_is_safe_and_says_what_is_right),
		cmocka_unit_test(test_endpoints),
		cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_the_proxy_itself),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_mended),
		cmocka_unit_test(test_compound_names),
		cmocka_unit_test(test_slug),
		cmocka_unit_test(test_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
