/* What the word at the cursor of a filter could become, from the command table. Called by the prompt on Tab. */
#include "tui/ui/filter_complete.h"

#include <string.h>

#include "core/base/str.h"
#include "core/base/strbuf.h"
#include "core/command/command.h"

struct fitting {
	char common[LIMIT_FILTER + 1]; /* what all begin with */
	struct strbuf names;
	size_t count;
};

static void consider(void *arg, const char *value, const char *help)
{
	struct fitting *fitting = arg;
	size_t n = 0;

	(void)help;
	if (value[0] == '-') /* an option of the command */
		return;
	while (fitting->count > 0 && fitting->common[n] != '\0' && fitting->common[n] == value[n])
		n++;
	str_copy(fitting->common, sizeof(fitting->common),
		fitting->count > 0 ? (struct str){value, n} : str_of(value));
	strbuf_addf(&fitting->names, "%s%s", fitting->count > 0 ? "  " : "", value);
	fitting->count++;
}

void filter_complete(struct line_edit *input, const struct environment *env, char *dst, size_t size)
{
	struct fitting fitting = {.count = 0};
	char word[LIMIT_FILTER + 1];
	const char *words[] = {"logs", word};
	size_t from = input->cursor;
	struct strbuf line;

	while (from > 0 && input->text[from - 1] != ' ' && input->text[from - 1] != '!')
		from--;
	str_copy(word, sizeof(word), (struct str){input->text + from, input->cursor - from});
	strbuf_init(&fitting.names, size - 1);
	command_complete(env, words, 2, consider, &fitting);
	if (fitting.count == 0)
		str_copy(dst, size, STR_LIT("nothing there begins so"));
	else
		str_copy(dst, size, fitting.count > 1 ? strbuf_str(&fitting.names) : str_of(""));
	strbuf_finish(&fitting.names);
	if (fitting.count == 0)
		return;
	strbuf_init(&line, LIMIT_FILTER);
	strbuf_add(&line, input->text, from);
	strbuf_add_c(&line, fitting.common);
	from = line.len;
	strbuf_add_c(&line, input->text + input->cursor);
	if (strbuf_ok(&line)) {
		line_edit_set(input, line.data);
		input->cursor = from;
	}
	strbuf_finish(&line);
}
