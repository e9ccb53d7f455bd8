/* What there is to copy of each thing, word for word. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tui/ui/copy_formats.h"
#include "tests/support/environment_builder.h"

static struct environment env;
static struct model model;

static int set_up(void **state)
{
	struct service *service = record_create(&service_type);
	struct version *version = record_create(&version_type);
	struct session *session = record_create(&session_type);
	struct request request = {
		.seq = 7,
		.trace = STR_LIT("4bf92f35"),
		.id = STR_LIT("r-1"),
		.service = STR_LIT("cart"),
		.version = STR_LIT("pr-482"),
		.session = STR_LIT("dev-4f2k"),
		.method = STR_LIT("POST"),
		.path = STR_LIT("/items?q=it's\x1b[2J"),
		.intended = REASON_COUNT,
	};

	(void)state;
	environment_init(&env);
	text_set(&service->name, "cart");
	environment_put(&env, OBJECT_SERVICE, service);
	text_set(&version->service, "cart");
	text_set(&version->name, "pr-482");
	text_set(&version->pr_url, "https://forge.example/cart/pull/482");
	text_set(&version->commit, "a1b2c3d");
	version->pr_number = 482;
	version->kind = KIND_EPHEMERAL;
	environment_put(&env, OBJECT_VERSION, version);
	text_set(&session->key, "dev-4f2k");
	dict_set(&session->pins, STR_LIT("cart"), "pr-482");
	environment_put(&env, OBJECT_SESSION, session);
	model_init(&model, "http://127.0.0.1:7070");
	model.env = &env;
	str_copy(model.proxy_url, sizeof(model.proxy_url), STR_LIT("http://127.0.0.1:8080"));
	str_copy(model.domain, sizeof(model.domain), STR_LIT("env.localhost"));
	request_log_add(model.lines, &request, &env, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	model_finish(&model);
	environment_finish(&env);
	return 0;
}

static void assert_form(const struct selection *what, const char *name, const char *expected)
{
	struct strbuf text;
	bool found;

	strbuf_init(&text, 4096);
	found = copy_find(&text, &model, what, "dev-4f2k", name);
	if (expected) {
		assert_true(found);
		assert_string_equal(text.data, expected);
	} else {
		assert_false(found);
	}
	strbuf_finish(&text);
}

static void test_forms(void **state)
{
	const struct selection service = {.kind = SELECTED_SERVICE, .service = "cart"};
	const struct selection version = {
		.kind = SELECTED_VERSION, .service = "cart", .version = "pr-482"};
	const struct selection session = {.kind = SELECTED_SESSION, .session = "dev-4f2k"};
	const struct selection pull = {.kind = SELECTED_PULL, .number = 482};
	const struct selection edge = {
		.kind = SELECTED_EDGE, .service = "cart", .caller = "gateway@1.2"};
	const struct selection event = {.kind = SELECTED_EVENT, .session = "dev-4f2k", .number = 7};
	const struct selection nothing = {.kind = SELECTED_NONE};

	(void)state;
	assert_form(&service, "header", "Routing-Session: dev-4f2k");
	assert_form(&service, "umbra", "umbra service show cart");
	assert_form(&version, "header", "Routing-Pins: cart=\"pr-482\"");
	assert_form(&version, "curl",
		"curl -g -H 'Routing-Pins: cart=\"pr-482\"' http://cart.env.localhost:8080/");
	assert_form(&version, "link", NULL);
	assert_form(&version, "commit", "a1b2c3d");
	assert_form(&version, "pull request", "https://forge.example/cart/pull/482");
	assert_form(&version, "logs", "umbra logs -f 'service:cart version:pr-482'");
	assert_form(&session, "link", "http://dev-4f2k--cart.env.localhost:8080/");
	assert_form(&session, "umbra", "umbra session show dev-4f2k");
	assert_form(&pull, "session", "umbra session create --pr 482");
	assert_form(&pull, "pull request", "https://forge.example/cart/pull/482");
	assert_form(&pull, "curl", NULL);
	assert_form(&edge, "logs", "umbra logs -f 'caller:gateway service:cart'");
	assert_form(&event, "header", "Routing-Session: dev-4f2k");
	assert_form(&nothing, "umbra", NULL);
	model.program = "build/umbra";
	model.url = "http://127.0.0.1:4711";
	assert_form(&pull, "session",
		"build/umbra session create --pr 482 --url http://127.0.0.1:4711");
	assert_form(&nothing, "dashboard", "build/umbra --url http://127.0.0.1:4711");
	assert_form(&session, "header", "Routing-Session: dev-4f2k");
}

/* Nothing that was logged may run, or move a cursor, when it is pasted. */
static void test_what_was_logged_is_harmless(void **state)
{
	struct selection request = {.kind = SELECTED_REQUEST};

	(void)state;
	request.number = request_log_number(model.lines, 0);
	assert_form(&request, "curl",
		"curl -X POST -g -H 'Routing-Session: dev-4f2k' "
		"'http://cart.env.localhost:8080/items?q=it'\\''s%1B[2J'");
	assert_form(&request, "trace", "4bf92f35");
	assert_form(&request, "umbra", "umbra logs trace:4bf92f35");
	request.number = 99;
	assert_form(&request, "trace", NULL);
}

/* ---- what a shell makes of it ---- */

/* Tells its words, a line each, and where they end. */
static const char fake[] = "curl() { printf '%s\\n' \"$@\" .; }\n";

/* Every byte a path can have, each among words that a shell would run. */
static void add_hostile_requests(void)
{
	for (int byte = 1; byte < 256; byte++) {
		char path[64];
		struct request request = {.seq = (uint64_t)byte + 10,
			.intended = REASON_COUNT,
			.service = STR_LIT("cart"),
			.version = STR_LIT("pr-482"),
			.session = STR_LIT("dev-4f2k"),
			.method = STR_LIT("GET")};

		(void)snprintf(
			path, sizeof(path), "/a%cb?$(echo x >&2)&`id`;c=[1-3]%c", byte, byte);
		request.path = str_of(path);
		request_log_add(model.lines, &request, &env, 1);
	}
}

/* The URL that is meant, as each form writes its path. */
static void write_url(struct strbuf *out, const char *start, const char *path, const char *kept)
{
	strbuf_add_c(out, start);
	for (; *path; path++) {
		if (*path > ' ' && *path <= '~' &&
			(kept ? isalnum((unsigned char)*path) || strchr(kept, *path)
			      : *path != '#'))
			strbuf_add_char(out, *path);
		else
			strbuf_addf(out, "%%%02X", (unsigned)(unsigned char)*path);
	}
}

static const char kept_in_links[] = "-._~/:@=+,;&?%";
static const struct {
	const char *form, *before, *start, *kept, *end;
} shell_forms[] = {
	{"curl", "-g\n-H\nRouting-Session: dev-4f2k\n", "http://cart.env.localhost:8080", NULL, ""},
	{"link", "", "http://dev-4f2k--cart.env.localhost:8080", kept_in_links, ""},
	{"query", "", "http://cart.env.localhost:8080", kept_in_links, "&routing-session=dev-4f2k"},
};

static void add_wanted(struct strbuf *wanted, size_t i, const char *path)
{
	strbuf_add_c(wanted, shell_forms[i].before);
	write_url(wanted, shell_forms[i].start, path, shell_forms[i].kept);
	strbuf_addf(wanted, "%s\n.\n", shell_forms[i].end);
}

/* Each form of each request is pasted into a shell, links behind curl. */
static void write_script(struct strbuf *script, struct strbuf *wanted)
{
	strbuf_add_c(script, fake);
	for (int byte = 1; byte < 256; byte++) {
		struct selection what = {.kind = SELECTED_REQUEST,
			.number = request_log_number(model.lines, (size_t)byte)};
		char path[64];

		(void)snprintf(
			path, sizeof(path), "/a%cb?$(echo x >&2)&`id`;c=[1-3]%c", byte, byte);
		for (size_t i = 0; i < ARRAY_LEN(shell_forms); i++) {
			if (shell_forms[i].kept)
				strbuf_add_c(script, "curl ");
			assert_true(copy_find(script, &model, &what, "", shell_forms[i].form));
			strbuf_add_char(script, '\n');
			add_wanted(wanted, i, path);
		}
	}
}

/* What a shell that runs the script prints, on both of its outputs. */
static void run_script(const struct strbuf *script, struct strbuf *ret_printed)
{
	FILE *in = tmpfile(), *out = tmpfile();
	char piece[4096];
	size_t len;
	int status = -1;
	pid_t pid;

	assert_true(in != NULL && out != NULL);
	assert_int_equal(fwrite(script->data, 1, script->len, in), script->len);
	assert_int_equal(fflush(in), 0);
	rewind(in);
	pid = fork();
	if (pid == 0) {
		(void)dup2(fileno(in), STDIN_FILENO);
		(void)dup2(fileno(out), STDOUT_FILENO);
		(void)dup2(fileno(out), STDERR_FILENO);
		(void)execlp("sh", "sh", "-s", (char *)NULL);
		_exit(127);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	assert_int_equal(status, 0);
	rewind(out);
	while ((len = fread(piece, 1, sizeof(piece), out)) > 0)
		strbuf_add(ret_printed, piece, len);
	(void)fclose(in);
	(void)fclose(out);
}

static void test_a_shell_reads_back_what_was_meant(void **state)
{
	struct strbuf script, wanted, got;

	(void)state;
	strbuf_init(&script, 1 << 24);
	strbuf_init(&wanted, 1 << 24);
	strbuf_init(&got, 1 << 24);
	add_hostile_requests();
	write_script(&script, &wanted);
	run_script(&script, &got);
	assert_string_equal(got.data, wanted.data);
	strbuf_finish(&script);
	strbuf_finish(&wanted);
	strbuf_finish(&got);
}

/* Names that clients and CI made up are handed out only where they are names. */
static void test_what_is_no_name_is_not_handed_out(void **state)
{
	struct selection what = {.kind = SELECTED_REQUEST};
	const struct selection edge = {
		.kind = SELECTED_EDGE, .service = "cart", .caller = "g $(id)@1"};
	struct version *version = record_create(&version_type);
	const struct selection pull = {
		.kind = SELECTED_VERSION, .service = "cart", .version = "pr-9"};
	struct request request = {.seq = 8,
		.intended = REASON_COUNT,
		.service = STR_LIT("$(id)"),
		.session = STR_LIT("$(id)"),
		.trace = STR_LIT("a b"),
		.id = STR_LIT("-o"),
		.path = STR_LIT("/")};

	(void)state;
	request_log_add(model.lines, &request, &env, 1);
	what.number = request_log_number(model.lines, 1);
	assert_form(&what, "session key", NULL);
	assert_form(&what, "header", NULL);
	assert_form(&what, "curl", NULL);
	assert_form(&what, "trace", NULL);
	assert_form(&what, "umbra", NULL);
	assert_form(&what, "id", NULL);
	assert_form(&edge, "logs", NULL);
	text_set(&version->service, "cart");
	text_set(&version->name, "pr-9");
	text_set(&version->pr_url, "https://forge.example/$(id)?a=1&b=2");
	text_set(&version->commit, "a$(id)");
	environment_put(&env, OBJECT_VERSION, version);
	assert_form(&pull, "pull request", "'https://forge.example/%24%28id%29?a=1&b=2'");
	assert_form(&pull, "commit", "'a$(id)'");
	str_copy(model.proxy_url, sizeof(model.proxy_url), STR_LIT("file:///etc"));
	assert_form(&pull, "curl", NULL);
}

/* Before the control plane has said where requests enter, nothing is made up. */
static void test_no_entry_point(void **state)
{
	const struct selection session = {.kind = SELECTED_SESSION, .session = "dev-4f2k"};

	(void)state;
	model.proxy_url[0] = '\0';
	assert_form(&session, "link", NULL);
	assert_form(&session, "session key", "dev-4f2k");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_forms, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_what_was_logged_is_harmless, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_shell_reads_back_what_was_meant, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_what_is_no_name_is_not_handed_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_entry_point, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
