/* The words of the curl that `umbra curl` becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/cli/curl.h"

static const struct {
	const char *line, *session, *proxy, *words; /* joined with | */
} cases[] = {
	{"curl gateway/book", "dev-4f2k", "http://127.0.0.1:8080",
		"curl|--connect-to|gateway.env.localhost:8080:127.0.0.1:8080|-H|"
		"Routing-Session: dev-4f2k|http://gateway.env.localhost:8080/book"},
	{"curl gateway", NULL, "http://127.0.0.1:8080",
		"curl|--connect-to|gateway.env.localhost:8080:127.0.0.1:8080|"
		"http://gateway.env.localhost:8080/"},
	{"curl cart/a/b?x=1 -i -H 'X: y'", NULL, "http://[::1]:81",
		"curl|--connect-to|cart.env.localhost:81:[::1]:81|"
		"http://cart.env.localhost:81/a/b?x=1|-i|-H|X: y"},
	{"curl cart/", NULL, "http://proxy.example",
		"curl|--connect-to|cart.env.localhost::proxy.example:|http://cart.env.localhost/"},
	{"curl cart/", NULL, "http://[::1]/",
		"curl|--connect-to|cart.env.localhost::[::1]:|http://cart.env.localhost/"},
};

static void words_are_those_of_curl(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct entry_point entry = {str_of(cases[i].proxy), STR_LIT("env.localhost")};
		struct command_args args;
		struct strbuf joined;
		char **words;

		assert_int_equal(command_parse_line(cases[i].line, &args, NULL), ERR_NONE);
		words = curl_words(&args, cases[i].session, &entry, NULL);
		assert_non_null(words);
		strbuf_init(&joined, 65536);
		for (size_t k = 0; words[k]; k++)
			strbuf_addf(&joined, "%s%s", k ? "|" : "", words[k]);
		assert_string_equal(joined.data, cases[i].words);
		strbuf_finish(&joined);
		curl_words_free(words);
		args_finish(&args);
	}
}

static void a_proxy_without_url_is_told(void **state)
{
	struct entry_point entry = {STR_LIT("127.0.0.1:8080"), STR_LIT("env.localhost")};
	struct command_args args;
	struct errbuf eb = {0};

	(void)state;
	assert_int_equal(command_parse_line("curl cart/", &args, NULL), ERR_NONE);
	assert_null(curl_words(&args, NULL, &entry, &eb));
	assert_true(*eb.text != '\0');
	args_finish(&args);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_those_of_curl),
		cmocka_unit_test(a_proxy_without_url_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
