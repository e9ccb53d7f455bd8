/* The program itself: its version, how a shell reaches it; and where a shell finds others. */
#ifndef UMBRA_BASE_EXECUTABLE_H
#define UMBRA_BASE_EXECUTABLE_H

#define UMBRA_VERSION "0.1.0"

/*
 * The file that a shell would run for `name`: the first that may be executed in PATH, then in `more`
 * (directories with colons between, or NULL). NULL when there is none; else the caller frees.
 */
char *executable_find(const char *name, const char *more);

/*
 * What to write for this program in a line to be pasted into a shell: "umbra" when the shell finds one,
 * else the path of the one that runs. Never NULL; the caller frees.
 */
char *executable_word(void);

#endif
