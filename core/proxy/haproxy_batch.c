/*
 * Writes batches of commands for the runtime socket. Filled by the table (haproxy_mirror.c) and the driver,
 * sent by haproxy_runtime.c. Invariant: `replies` is what HAProxy will answer to `text`.
 */
#include "core/proxy/haproxy_batch.h"

#include <stdarg.h>

enum { HAPROXY_BATCH_MAX = 64 << 20 };

void haproxy_batch_init(struct haproxy_batch *commands)
{
	*commands = (struct haproxy_batch){0};
	strbuf_init(&commands->text, HAPROXY_BATCH_MAX);
}

void haproxy_batch_finish(struct haproxy_batch *commands)
{
	strbuf_finish(&commands->text);
}

void haproxy_batch_reset(struct haproxy_batch *commands)
{
	strbuf_reset(&commands->text);
	commands->replies = 0;
}

void haproxy_batch_addf(struct haproxy_batch *commands, const char *format, ...)
{
	size_t before = commands->text.len;
	va_list ap;

	va_start(ap, format);
	strbuf_vaddf(&commands->text, format, ap);
	va_end(ap);
	strbuf_add_char(&commands->text, '\n');
	commands->replies++;
	for (size_t i = before; i < commands->text.len; i++)
		commands->replies += commands->text.data[i] == ';';
}

void haproxy_batch_add_entry(
	struct haproxy_batch *commands, const char *map, struct str key, struct str value)
{
	strbuf_addf(&commands->text, "add map %s <<\n", map);
	strbuf_add_str(&commands->text, key);
	strbuf_add_char(&commands->text, ' ');
	strbuf_add_str(&commands->text, value);
	strbuf_add_c(&commands->text, "\n\n");
	commands->replies++;
}

struct str haproxy_batch_find(struct str text, size_t at)
{
	while (text.n > 0) {
		struct str line = str_cut(&text, '\n');
		bool payload = str_ends(line, STR_LIT("<<"));

		while (line.n > 0) {
			struct str command = str_trim(str_cut(&line, ';'));

			if (at-- == 0)
				return command;
		}
		while (payload && text.n > 0 && str_cut(&text, '\n').n > 0)
			;
	}
	return (struct str){0};
}
