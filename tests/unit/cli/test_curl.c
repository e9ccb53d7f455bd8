/* The words of the curl that `umbra curl` becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/cli/curl.h"

static const struct {
	const char *line, *session, *proxy, *words; /* joined with | */
} cases[] = {
	{"curl gateway/book", "dev-4f2k", "http://127.0.0.1:8080",
		"curl|-g|--noproxy|localhost,127.0.0.1,::1,env.localhost|--connect-to|gateway.env."
		"localhost:8080:127.0.0.1:8080|-H|"
		"Routing-Session: dev-4f2k|http://gateway.env.localhost:8080/book"},
	{"curl gateway", NULL, "http://127.0.0.1:8080",
		"curl|-g|--noproxy|localhost,127.0.0.1,::1,env.localhost|--connect-to|gateway.env."
		"localhost:8080:127.0.0.1:8080|"
		"http://gateway.env.localhost:8080/"},
	{"curl cart/a/b?x=1 -i -H 'X: y'", NULL, "http://[::1]:81",
		"curl|-g|--noproxy|localhost,127.0.0.1,::1,env.localhost|--connect-to|cart.env."
		"localhost:81:[::1]:81|"
		"http://cart.env.localhost:81/a/b?x=1|-i|-H|X: y"},
	{"curl cart/", NULL, "http://proxy.example",
		"curl|-g|--noproxy|localhost,127.0.0.1,::1|--connect-to|cart.env.localhost::proxy."
		"example:|http://cart.env.localhost/"},
	{"curl cart/", NULL, "http://[::1]/",
		"curl|-g|--noproxy|localhost,127.0.0.1,::1,env.localhost|--connect-to|cart.env."
		"localhost::[::1]:|http://cart.env.localhost/"},
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
		words = curl_words(
			&args, &(struct curl_settings){.session = cases[i].session}, &entry, NULL);
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

/* What NO_PROXY has to say of the service, and of where requests enter. */
static void no_proxy_is_obeyed(void **state)
{
	static const struct {
		const char *no_proxy, *proxy, *list;
	} rows[] = {
		{NULL, "http://localhost:8080", "localhost,127.0.0.1,::1,env.example"},
		{NULL, "http://127.0.0.9:8080", "localhost,127.0.0.1,::1,env.example"},
		{NULL, "http://127.example.com:8080", "localhost,127.0.0.1,::1"},
		{"", "http://10.0.0.7:8080", "localhost,127.0.0.1,::1"},
		{"10.0.0.7", "http://10.0.0.7:8080",
			"localhost,127.0.0.1,::1,env.example,10.0.0.7"},
		{"10.0.0.70", "http://10.0.0.7:8080", "localhost,127.0.0.1,::1,10.0.0.70"},
		{"a, .corp.Example", "http://edge.corp.example:8080",
			"localhost,127.0.0.1,::1,env.example,a, .corp.Example"},
		{"corp.example", "http://xcorp.example", "localhost,127.0.0.1,::1,corp.example"},
		{" * ", "http://10.0.0.7:8080", "*"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct entry_point entry = {str_of(rows[i].proxy), STR_LIT("env.example")};
		struct command_args args;
		char **words;

		assert_int_equal(command_parse_line("curl cart/", &args, NULL), ERR_NONE);
		words = curl_words(
			&args, &(struct curl_settings){.no_proxy = rows[i].no_proxy}, &entry, NULL);
		assert_non_null(words);
		assert_string_equal(words[3], rows[i].list);
		curl_words_free(words);
		args_finish(&args);
	}
}

/* It becomes words of curl. */
static void what_the_control_plane_says_is_checked(void **state)
{
	static const char *const wrong[][2] = {
		{"127.0.0.1:8080", "env.localhost"},
		{"", "env.localhost"},
		{"http://", "env.localhost"},
		{"file:///etc/passwd", "env.localhost"},
		{"-o/tmp/x://h", "env.localhost"},
		{"http://-h", "env.localhost"},
		{"http://h$(id)", "env.localhost"},
		{"http://u:p@h:80", "env.localhost"},
		{"http://h:80/a", "env.localhost"},
		{"http://h:80\r\nX: y", "env.localhost"},
		{"http://h:80", "env.localhost/../x"},
		{"http://h:80", "-env"},
		{"http://h:80", "x@evil.example"},
		{"http://h:80", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct entry_point entry = {str_of(wrong[i][0]), str_of(wrong[i][1])};
		struct command_args args;
		struct errbuf eb = {0};

		assert_int_equal(command_parse_line("curl cart/", &args, NULL), ERR_NONE);
		if (curl_words(&args, &(struct curl_settings){0}, &entry, &eb) != NULL)
			fail_msg("%s %s: was taken", wrong[i][0], wrong[i][1]);
		assert_true(*eb.text != '\0');
		args_finish(&args);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_those_of_curl),
		cmocka_unit_test(no_proxy_is_obeyed),
		cmocka_unit_test(what_the_control_plane_says_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
