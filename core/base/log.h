/*
 * The log of a long-running process: one line an event on stderr, with time and level. Only main programs
 * and their edges write it; library rooms return errors. Text from outside is made safe (term_text.h), so a
 * line is always one line.
 */
#ifndef UMBRA_BASE_LOG_H
#define UMBRA_BASE_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_COUNT
};
extern const char *const log_level_names[LOG_LEVEL_COUNT + 1];

/* Lines of a higher level are left out; LOG_LEVEL_INFO at the start. */
void log_set_level(enum log_level level);
/* False when there is no level of that name. */
bool log_level_parse(const char *name, enum log_level *ret_level);
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
