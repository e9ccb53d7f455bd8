/* Which command of a batch an answer belongs to. */
#include "core/proxy/haproxy_batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

static void each_answer_has_its_command(void **state)
{
	static const char *const said[] = {"add server a/v:0 127.0.0.1:1", "enable health a/v:0",
		"enable server a/v:0", "add map maps/gone <<", "add map maps/b <<", "del map m k"};
	struct haproxy_batch commands;

	(void)state;
	haproxy_batch_init(&commands);
	haproxy_batch_addf(&commands, "%s", said[0]);
	haproxy_batch_addf(&commands, "%s; %s", said[1], said[2]);
	haproxy_batch_add_entry(
		&commands, "maps/gone", STR_LIT("a@v"), STR_LIT("{\"a\": \"; b\"}"));
	haproxy_batch_add_entry(&commands, "maps/b", STR_LIT("a"), STR_LIT("b"));
	haproxy_batch_addf(&commands, "%s", said[5]);
	assert_int_equal(commands.replies, ARRAY_LEN(said));
	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		assert_true(str_eq_c(haproxy_batch_find(strbuf_str(&commands.text), i), said[i]));
	assert_int_equal(haproxy_batch_find(strbuf_str(&commands.text), ARRAY_LEN(said)).n, 0);
	haproxy_batch_finish(&commands);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_has_its_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
