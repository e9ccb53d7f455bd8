/*
 * Writes the process' log to stderr, each line with one write(2), so that lines of two processes on the
 * same stderr do not mix. Called by serve, demo and what stands at their edges.
 */
#include "core/base/log.h"

#include <stdarg.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/base/strbuf.h"
#include "core/base/term_text.h"
#include "core/base/time.h"

enum { LINE_MAX_BYTES = 4096 };

const char *const log_level_names[LOG_LEVEL_COUNT + 1] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

static enum log_level most = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
	most = level;
}

bool log_level_parse(const char *name, enum log_level *ret_level)
{
	for (int i = 0; i < LOG_LEVEL_COUNT; i++) {
		if (str_eq_c(str_of(name), log_level_names[i])) {
			*ret_level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

void log_line(enum log_level level, const char *format, ...)
{
	struct strbuf text;
	struct strbuf line;
	char time[TIME_TEXT_SIZE];
	va_list ap;

	if (level > most)
		return;
	strbuf_init(&text, LINE_MAX_BYTES);
	strbuf_init(&line, (size_t)8 * LINE_MAX_BYTES);
	va_start(ap, format);
	strbuf_vaddf(&text, format, ap);
	va_end(ap);
	time_format(time_now_ms(), time);
	strbuf_addf(&line, "%s %-7s ", time, log_level_names[level]);
	text_add_safe(&line, strbuf_ok(&text) ? strbuf_str(&text) : STR_LIT("(a line too long)"));
	strbuf_add_char(&line, '\n');
	(void)!write(STDERR_FILENO, line.data, line.len);
	strbuf_finish(&line);
	strbuf_finish(&text);
}
