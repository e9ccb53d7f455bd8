/*
 * The demo's host: starts serve, the shop and the visitors, registers them with the control plane, and
 * starts again what ends before its time.
 *
 * It reports to whoever started the demo, a line each, on PROCESS_REPORT:
 *
 *   api URL PROXY_URL DIR      the control plane answers
 *   ready                      all that can be healthy is, visitors are on their way
 *   say SENTENCE               something ended and was started again
 *   failed SENTENCE            it cannot go on; the host ends
 */
#ifndef UMBRA_DEMO_SUPERVISOR_H
#define UMBRA_DEMO_SUPERVISOR_H

/* `__shop host --dir DIR --seed N --rate R [--haproxy PATH]`, with PROCESS_LIFELINE and PROCESS_REPORT open. */
int supervisor_main(int argc, const char *const *argv);

#endif
