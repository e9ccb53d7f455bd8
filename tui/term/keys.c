/*
 * The table of keys that are not characters, and the two ways between number and name. Called by the
 * keymap when it is made and by the help; knows nothing of what a key does.
 */
#include "tui/term/keys.h"

#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"

struct key_row {
	int32_t key;
	const char *name;
};

static const struct key_row key_rows[] = {
	{KEYS_TAB, "Tab"},
	{KEYS_ENTER, "Enter"},
	{KEYS_ESCAPE, "Esc"},
	{KEYS_SPACE, "Space"},
	{KEYS_UP, "Up"},
	{KEYS_DOWN, "Down"},
	{KEYS_LEFT, "Left"},
	{KEYS_RIGHT, "Right"},
	{KEYS_HOME, "Home"},
	{KEYS_END, "End"},
	{KEYS_PAGE_UP, "PgUp"},
	{KEYS_PAGE_DOWN, "PgDn"},
	{KEYS_BACKSPACE, "Bksp"},
	{KEYS_DELETE, "Del"},
	{KEYS_BACK_TAB, "S-Tab"},
	{KEYS_SHIFT_UP, "S-Up"},
	{KEYS_SHIFT_DOWN, "S-Down"},
};

static bool parse_function_key(struct str name, int32_t *ret_key)
{
	uint64_t number;

	if (name.n < 2 || name.p[0] != 'F' ||
		!str_to_u64((struct str){name.p + 1, name.n - 1}, &number) || number < 1 ||
		number > 12)
		return false;
	*ret_key = KEYS_F1 + (int32_t)number - 1;
	return true;
}

bool key_from_name(struct str name, int32_t *ret_key)
{
	uint32_t code_point;

	for (size_t i = 0; i < ARRAY_LEN(key_rows); i++) {
		if (str_eq_c(name, key_rows[i].name)) {
			*ret_key = key_rows[i].key;
			return true;
		}
	}
	if (parse_function_key(name, ret_key))
		return true;
	if (name.n == 3 && name.p[0] == 'C' && name.p[1] == '-' && name.p[2] >= 'a' &&
		name.p[2] <= 'z') {
		*ret_key = name.p[2] - 'a' + 1;
		return true;
	}
	if (name.n == 0 || utf8_decode(name, &code_point) != name.n || code_point <= ' ' ||
		code_point == 0x7f)
		return false;
	*ret_key = (int32_t)code_point;
	return true;
}

void key_to_name(int32_t key, char dst[KEY_NAME_SIZE])
{
	for (size_t i = 0; i < ARRAY_LEN(key_rows); i++) {
		if (key_rows[i].key == key) {
			(void)snprintf(dst, KEY_NAME_SIZE, "%s", key_rows[i].name);
			return;
		}
	}
	if (key >= KEYS_F1 && key <= KEYS_F12)
		(void)snprintf(dst, KEY_NAME_SIZE, "F%d", (int)(key - KEYS_F1 + 1));
	else if (key > 0 && key < ' ')
		(void)snprintf(dst, KEY_NAME_SIZE, "C-%c", (char)('a' + key - 1));
	else if (key > ' ' && key < 0x7f)
		(void)snprintf(dst, KEY_NAME_SIZE, "%c", (char)key);
	else
		(void)snprintf(dst, KEY_NAME_SIZE, "U+%04X", (unsigned)key);
}
