/*
 * The terminal is put back also when a signal ends the program, and what libraries print meanwhile does not run
 * over the screen. Of terminal.c only.
 */
#ifndef UMBRA_TUI_TERM_CRASH_RESTORE_H
#define UMBRA_TUI_TERM_CRASH_RESTORE_H

/* Remembers the terminal's modes; call before they are changed. */
void crash_restore_remember(void);
/* From now on a signal that ends the program writes `sequence` (copied) to standard output and sets the modes remembered. */
void crash_restore_arm(const char *sequence);
void crash_restore_disarm(void);

/* Standard error goes to memory while the screen is ours, when it would go to the terminal. */
void crash_restore_hold_stderr(void);
/* Gives it back and writes out what was held. */
void crash_restore_release_stderr(void);

#endif
