/*
 * Those who wait: the changes feed, the events, the tails. server.c wakes them when the plane has
 * something new, and ends them when the API stops.
 */
#ifndef UMBRA_API_FEED_H
#define UMBRA_API_FEED_H

#include <stdbool.h>

struct api;

/* Each answers some of those that wait, and returns whether there are more to be answered. */
bool changes_wake(struct api *api);
bool events_wake(struct api *api);

void changes_stop(struct api *api);
void events_stop(struct api *api);
void tails_stop(struct api *api);

#endif
