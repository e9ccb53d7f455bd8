/*
 * The guardian: the ancestor of all of the demo, which outlives whatever happens to the rest and ends
 * when nothing is left. It has no event loop, no library and no state worth speaking of.
 */
#ifndef UMBRA_DEMO_GUARDIAN_H
#define UMBRA_DEMO_GUARDIAN_H

/* `__shop guardian [options for the host]`, with PROCESS_LIFELINE and PROCESS_REPORT open. */
int guardian_main(int argc, const char *const *argv);

#endif
