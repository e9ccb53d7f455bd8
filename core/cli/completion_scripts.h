/* The completion scripts. Each calls the hidden `umbra __complete -- WORD...` and has no list of its own. */
#ifndef UMBRA_CLI_COMPLETION_SCRIPTS_H
#define UMBRA_CLI_COMPLETION_SCRIPTS_H

/* NULL for a shell that is not known. */
const char *completion_script(const char *shell);

#endif
