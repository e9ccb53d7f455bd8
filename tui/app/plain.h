/*
 * The dashboard as lines that are only ever added: for screen readers, and for terminals that cannot move
 * their cursor. First what there is, then each change as a sentence of its own, as it happens.
 */
#ifndef UMBRA_TUI_APP_PLAIN_H
#define UMBRA_TUI_APP_PLAIN_H

#include "tui/app/app.h"

/*
 * Writes to standard output until TERM, INT or HUP comes, or nobody reads any more. Options as for
 * dashboard_run(); the requests of `session`, when there is one, are told, too. Returns the exit code.
 */
int plain_run(const struct dashboard_options *options, struct errbuf *eb);

#endif
