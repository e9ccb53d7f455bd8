/* The completion scripts. Each calls the hidden `umbra __complete -- WORD...` and has no list of its own. */
#ifndef UMBRA_CLI_SHELLS_H
#define UMBRA_CLI_SHELLS_H

/* NULL for a shell that is not known. */
const char *shells_script(const char *shell);

#endif
