/*
 * The studio's visitors: people who come to the gateway, look around, book and pay, most of them without
 * a routing session, some in the sessions of the catalogue, each session by its own carrier.
 */
#ifndef UMBRA_DEMO_LOAD_GENERATOR_H
#define UMBRA_DEMO_LOAD_GENERATOR_H

/* `__shop visitors --proxy A:P --domain D --seed N --rate R`: runs until TERM, then tells its counts on stderr. */
int load_generator_main(int argc, const char *const *argv);

#endif
