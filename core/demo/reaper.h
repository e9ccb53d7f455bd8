/*
 * The reaper: the ancestor of all of the demo, which outlives whatever happens to the rest and ends
 * when nothing is left. It has no event loop, no library and no state worth speaking of.
 */
#ifndef UMBRA_DEMO_REAPER_H
#define UMBRA_DEMO_REAPER_H

/* `__shop reaper [options for the host]`, with PROCESS_LIFELINE and PROCESS_REPORT open. */
int reaper_main(int argc, const char *const *argv);

#endif
