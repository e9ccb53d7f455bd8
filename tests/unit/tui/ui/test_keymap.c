/* The keymap's table agrees with itself, with the keys there are, and with the command table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/command/command.h"

#include "tui/ui/keymap.h"
#include "tui/term/keys.h"

static int setup(void **state)
{
	size_t row;

	(void)state;
	return keymap_init(&row) ? 0 : -1;
}

static void test_every_row_is_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < binding_count; i++) {
		assert_non_null(bindings[i].help);
		assert_true(strlen(bindings[i].help) > 1);
		assert_true(bindings[i].action > ACTION_NONE && bindings[i].action < ACTION_COUNT);
	}
}

static bool has_key(const struct binding *binding, const char *name)
{
	struct str rest = str_of(binding->keys);

	while (rest.p != NULL)
		if (str_eq_c(str_cut(&rest, ' '), name))
			return true;
	return false;
}

/* A thing is selected in views of any area. */
static bool is_above(enum area area, enum area above)
{
	if (keymap_is_object(area) != keymap_is_object(above))
		return true;
	for (; area != AREA_COUNT; area = area_parent(area))
		if (area == above)
			return true;
	return false;
}

/* A view may have the key of a thing for what it does to the thing: p pins in all. */
static void test_no_key_twice(void **state)
{
	(void)state;
	for (size_t i = 0; i < binding_count; i++) {
		for (size_t j = 0; j < binding_count; j++) {
			struct str rest = str_of(bindings[i].keys);
			bool same = bindings[i].action == bindings[j].action &&
				    keymap_is_object(bindings[i].area) !=
					    keymap_is_object(bindings[j].area);

			if (i == j || same || !is_above(bindings[i].area, bindings[j].area))
				continue;
			while (rest.p != NULL) {
				char key[KEY_NAME_SIZE];

				str_copy(key, sizeof(key), str_cut(&rest, ' '));
				if (has_key(&bindings[j], key))
					fail_msg("%s does two things in %s: \"%s\" and \"%s\"", key,
						area_titles[bindings[i].area], bindings[i].help,
						bindings[j].help);
			}
		}
	}
}

/* What a letter was learned to do in one view it does in all. */
static void test_a_letter_does_one_thing(void **state)
{
	(void)state;
	for (size_t i = 0; i < binding_count; i++)
		for (size_t j = 0; j < i; j++)
			for (int c = 'A'; c <= 'z'; c++)
				if (bindings[i].action != bindings[j].action &&
					has_key(&bindings[i], (char[]){(char)c, '\0'}) &&
					has_key(&bindings[j], (char[]){(char)c, '\0'}))
					fail_msg("%c: \"%s\" in %s and \"%s\" in %s", c,
						bindings[i].help, area_titles[bindings[i].area],
						bindings[j].help, area_titles[bindings[j].area]);
}

static void test_every_action_has_a_key(void **state)
{
	(void)state;
	for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
		bool found = false;

		for (size_t i = 0; i < binding_count; i++)
			found |= bindings[i].action == (enum action)action;
		if (!found)
			fail_msg("action %d has no key", action);
	}
}

/* A value for each name in capitals; what has none stays, and is refused by the parser. */
static void fill_in(struct strbuf *out, struct str command)
{
	static const char *const values[][2] = {
		{"SERVICE@VERSION", "cart@pr-482"},
		{"SERVICE=VERSION...", "cart=pr-482 search=pr-482"},
		{"SERVICE=VERSION", "cart=pr-482"},
		{"SERVICE", "cart"},
		{"SESSION", "dev-4f2k"},
		{"FILTER", "service:cart since:15m"},
		{"DURATION", "8h"},
		{"NAME", "checkout"},
		{"NUMBER", "482"},
	};

	while (command.p) {
		struct str word = str_cut(&command, ' ');
		size_t at = 0;

		while (at < ARRAY_LEN(values) && !str_eq_c(word, values[at][0]))
			at++;
		if (out->len)
			strbuf_add_char(out, ' ');
		strbuf_add_str(out, at < ARRAY_LEN(values) ? str_of(values[at][1]) : word);
	}
}

static void test_commands_are_commands(void **state)
{
	(void)state;
	for (size_t i = 0; i < binding_count; i++) {
		struct strbuf line;
		struct command_args args;
		struct errbuf eb;

		if (!bindings[i].command)
			continue;
		errbuf_clear(&eb);
		strbuf_init(&line, 4096);
		fill_in(&line, str_of(bindings[i].command));
		if (command_parse_line(line.data, &args, &eb) != ERR_NONE)
			fail_msg("%s: %s", line.data, eb.text);
		/* `session use` writes a file of the user's own, and here nothing at all. */
		if (bindings[i].action != ACTION_USE)
			assert_int_equal(keymap_writes(bindings[i].action), args.command->writes);
		args_finish(&args);
		strbuf_finish(&line);
	}
}

static void test_finding(void **state)
{
	int32_t key;

	(void)state;
	assert_true(key_from_name(STR_LIT("p"), &key));
	assert_int_equal(keymap_find(AREA_SERVICES, AREA_VERSION, key)->action, ACTION_PIN);
	assert_null(keymap_find(AREA_SERVICES, AREA_COUNT, key));
	assert_null(keymap_find(AREA_SESSIONS, AREA_SESSION, key));
	assert_int_equal(keymap_find(AREA_SESSIONS, AREA_SESSION, 'j')->action, ACTION_DOWN);
	assert_int_equal(keymap_find(AREA_HELP, AREA_COUNT, KEYS_ESCAPE)->action, ACTION_BACK);
}

static void test_names(void **state)
{
	static const char *const names[] = {"a", "G", "?", "Enter", "Esc", "Tab", "S-Tab", "S-Up",
		"S-Down", "Space", "PgUp", "F1", "F12", "C-d", "Left", "Del", "-"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char name[KEY_NAME_SIZE];
		int32_t key = 0;

		assert_true(key_from_name(str_of(names[i]), &key));
		key_to_name(key, name);
		assert_string_equal(name, names[i]);
	}
	assert_false(key_from_name(STR_LIT("Entre"), &(int32_t){0}));
	assert_false(key_from_name(STR_LIT(""), &(int32_t){0}));
	assert_false(key_from_name(STR_LIT("F13"), &(int32_t){0}));
}

static void test_own_keys(void **state)
{
	struct errbuf eb;
	size_t row;
	const struct binding *pin = keymap_binding(AREA_VERSION, ACTION_PIN);
	const struct binding *retire = keymap_binding(AREA_VERSION, ACTION_RETIRE);
	char name[BINDING_NAME_SIZE];

	(void)state;
	errbuf_clear(&eb);
	keymap_name(pin, name);
	assert_string_equal(name, "version.pin");
	assert_int_equal(keymap_bind("version.retire", "O  C-p", &eb), ERR_NONE);
	/* A key that another line freed, and one more for what has it already in other areas. */
	assert_int_equal(keymap_bind("version.logs", "R", &eb), ERR_NONE);
	assert_int_equal(keymap_bind("version.pin", "p W", &eb), ERR_NONE);
	assert_int_equal(keymap_bind("global.repaint", "", &eb), ERR_NONE);
	assert_int_equal(keymap_check("version.retire", &eb), ERR_NONE);
	assert_int_equal(keymap_check("version.logs", &eb), ERR_NONE);
	if (keymap_check("version.pin", &eb) != ERR_NONE)
		fail_msg("%s", eb.text);
	assert_true(keymap_init(&row));
	assert_ptr_equal(keymap_find(AREA_SERVICES, AREA_VERSION, 'O'), retire);
	assert_ptr_equal(keymap_find(AREA_SERVICES, AREA_VERSION, 'P' - '@'), retire);
	assert_int_equal(keymap_find(AREA_SERVICES, AREA_VERSION, 'R')->action, ACTION_LOGS);
	assert_ptr_equal(keymap_find(AREA_SERVICES, AREA_VERSION, 'p'), pin);
	assert_ptr_equal(keymap_find(AREA_SERVICES, AREA_VERSION, 'W'), pin);
	assert_int_equal(keymap_find(AREA_PINS, AREA_COUNT, 'p')->area, AREA_PINS);
	assert_null(keymap_find(AREA_SERVICES, AREA_VERSION, 'L' - '@'));
	keymap_unbind_all();
	assert_true(keymap_init(&row));
	assert_ptr_equal(keymap_find(AREA_SERVICES, AREA_VERSION, 'p'), pin);
}

/* A second key beside those of the table: none of the first is refused. */
static void test_own_key_beside(void **state)
{
	(void)state;
	for (size_t i = 0; i < binding_count; i++) {
		char name[BINDING_NAME_SIZE], keys[64];
		struct errbuf eb;

		errbuf_clear(&eb);
		keymap_name(&bindings[i], name);
		(void)snprintf(keys, sizeof(keys), "%s C-x", bindings[i].keys);
		assert_int_equal(keymap_bind(name, keys, &eb), ERR_NONE);
		if (keymap_check(name, &eb) != ERR_NONE)
			fail_msg("%s = %s: %s", name, keys, eb.text);
		keymap_unbind_all();
	}
}

static void test_own_keys_that_cannot_be(void **state)
{
	static const struct {
		const char *name, *keys, *says;
	} cases[] = {
		{"services.dance", "d", "not an action of a key"},
		{"Version.pin", "d", "not an action of a key"},
		{"version.pin", "Meta-p", "Meta-p is not a key"},
		{"version.pin", "q", "q is global.quit already"},
		{"global.help", "l", "l is "},
		{"version.pin", "M", "M is services.mine already"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct errbuf eb;

		errbuf_clear(&eb);
		if (keymap_bind(cases[i].name, cases[i].keys, &eb) == ERR_NONE)
			assert_int_equal(keymap_check(cases[i].name, &eb), ERR_USAGE);
		if (!strstr(eb.text, cases[i].says))
			fail_msg("%s = %s: %s", cases[i].name, cases[i].keys, eb.text);
		keymap_unbind_all();
	}
}

/* No text names a key of its own: each is the one in force. */
static void test_keys_in_texts(void **state)
{
	struct errbuf eb;
	char text[512];
	size_t row;

	(void)state;
	for (size_t i = 0; i < binding_count; i++) {
		keymap_text(text, sizeof(text), bindings[i].help);
		assert_null(strchr(text, '{'));
	}
	keymap_text(text, sizeof(text), "{global.help} shows all, {not.there} nothing");
	assert_string_equal(text, "? shows all, {not.there} nothing");
	assert_int_equal(keymap_bind("global.help", "F1 ?", &eb), ERR_NONE);
	assert_int_equal(keymap_bind("version.pin", "", &eb), ERR_NONE);
	assert_true(keymap_init(&row));
	keymap_text(text, sizeof(text), "{global.help}, {version.pin}");
	assert_string_equal(text, "F1, (no key)");
	assert_true(str_eq_c(keymap_key(AREA_SERVICES, ACTION_HELP), "F1"));
	assert_int_equal(keymap_key(AREA_VERSION, ACTION_PIN).n, 0);
	keymap_unbind_all();
	assert_true(keymap_init(&row));
	keymap_text(text, 8, "{global.help} is cut where it is too long");
	assert_string_equal(text, "? is cu");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row_is_explained),
		cmocka_unit_test(test_no_key_twice),
		cmocka_unit_test(test_a_letter_does_one_thing),
		cmocka_unit_test(test_every_action_has_a_key),
		cmocka_unit_test(test_commands_are_commands),
		cmocka_unit_test(test_finding),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_own_keys),
		cmocka_unit_test(test_own_key_beside),
		cmocka_unit_test(test_own_keys_that_cannot_be),
		cmocka_unit_test(test_keys_in_texts),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
