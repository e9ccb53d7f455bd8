/* The lines people copy, to the letter. */
#include "core/model/access_forms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

static void check(struct strbuf *out, const char *want)
{
	assert_true(strbuf_ok(out));
	assert_string_equal(strbuf_str(out).p != NULL ? out->data : "", want);
	strbuf_finish(out);
}

static void for_a_session(void **state)
{
	static const struct {
		enum access_form howto;
		const char *proxy, *service, *path, *want;
	} rows[] = {
		{ACCESS_CURL, "http://127.0.0.1:8080", "cart", "",
			"curl -g -H 'Routing-Session: dev-4f2k' http://cart.env.localhost:8080/"},
		{ACCESS_CURL, "http://127.0.0.1:8080", "cart", "a b?x=1&y='",
			"curl -g -H 'Routing-Session: dev-4f2k' "
			"'http://cart.env.localhost:8080/a%20b?x=1&y='\\'''"},
		{ACCESS_CURL, "http://127.0.0.1:8080", "", "", ""},
		{ACCESS_LINK, "http://127.0.0.1:8080/", "cart", "/items",
			"http://dev-4f2k--cart.env.localhost:8080/items"},
		{ACCESS_LINK, "https://[::1]:8443", "cart", "",
			"https://dev-4f2k--cart.env.localhost:8443/"},
		{ACCESS_LINK, "http://[::1]", "cart", "", "http://dev-4f2k--cart.env.localhost/"},
		{ACCESS_LINK, "http://proxy", "", "", ""},
		{ACCESS_HEADER, "http://proxy", "", "", "Routing-Session: dev-4f2k"},
		{ACCESS_BAGGAGE, "http://proxy", "", "", "baggage: routing-session=dev-4f2k"},
		{ACCESS_COOKIE, "http://proxy", "", "",
			"routing-session=dev-4f2k; Domain=.env.localhost; Path=/"},
		{ACCESS_QUERY, "http://proxy", "cart", "",
			"http://cart.env.localhost/?routing-session=dev-4f2k"},
		{ACCESS_QUERY, "http://proxy:80", "cart", "/p?x=1",
			"http://cart.env.localhost:80/p?x=1&routing-session=dev-4f2k"},
		{ACCESS_GRPCURL, "http://127.0.0.1:8080", "cart", "/shop.Cart/Get",
			"grpcurl -plaintext -H 'Routing-Session: dev-4f2k' -authority "
			"cart.env.localhost:8080 127.0.0.1:8080 shop.Cart/Get"},
		{ACCESS_GRPCURL, "https://127.0.0.1:8443", "cart", "",
			"grpcurl -H 'Routing-Session: dev-4f2k' -authority cart.env.localhost:8443 "
			"127.0.0.1:8443 list"},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct entry_point entry = {str_of(rows[i].proxy), STR_LIT("env.localhost")};
		struct strbuf out;
		strbuf_init(&out, 4096);
		access_session(&out, rows[i].howto, &entry, STR_LIT("dev-4f2k"),
			str_of(rows[i].service), str_of(rows[i].path));
		check(&out, rows[i].want);
	}
}

static void for_a_version(void **state)
{
	static const char *const want[ACCESS_COUNT] = {
		[ACCESS_CURL] = ("curl -g -H 'Routing-Pins: cart=\"pr-482\"' "
				 "http://cart.env.localhost:8080/"),
		[ACCESS_LINK] = "",
		[ACCESS_HEADER] = "Routing-Pins: cart=\"pr-482\"",
		[ACCESS_BAGGAGE] = "",
		[ACCESS_COOKIE] = "",
		[ACCESS_QUERY] = "",
		[ACCESS_GRPCURL] =
			("grpcurl -plaintext -H 'Routing-Pins: cart=\"pr-482\"' -authority "
			 "cart.env.localhost:8080 127.0.0.1:8080 list"),
	};
	const struct entry_point entry = {
		STR_LIT("http://127.0.0.1:8080"), STR_LIT("env.localhost")};
	(void)state;

	for (unsigned i = 0; i < ACCESS_COUNT; i++) {
		struct strbuf out;
		strbuf_init(&out, 4096);
		access_version(&out, (enum access_form)i, &entry, STR_LIT("cart"),
			STR_LIT("pr-482"), (struct str){0});
		check(&out, want[i]);
		assert_non_null(access_names[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(for_a_session),
		cmocka_unit_test(for_a_version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
