/*
 * Who handles each row of the route table; one file a noun. A handler answers its exchange or keeps it
 * (exchange.h); when it returns, the exchange may be gone.
 */
#ifndef UMBRA_API_HANDLERS_H
#define UMBRA_API_HANDLERS_H

struct exchange;

void environment_get(struct exchange *exchange);
void changes_get(struct exchange *exchange);
void service_get(struct exchange *exchange);
void service_put(struct exchange *exchange);
void service_delete(struct exchange *exchange);
void service_promote(struct exchange *exchange);
void version_get(struct exchange *exchange);
void version_put(struct exchange *exchange);
void version_patch(struct exchange *exchange);
void version_delete(struct exchange *exchange);
void sessions_get(struct exchange *exchange);
void session_post(struct exchange *exchange);
void session_get(struct exchange *exchange);
void session_patch(struct exchange *exchange);
void session_delete(struct exchange *exchange);
void pin_put(struct exchange *exchange);
void pin_delete(struct exchange *exchange);
void pulls_get(struct exchange *exchange);
void pull_get(struct exchange *exchange);
void requests_get(struct exchange *exchange);
void tail_get(struct exchange *exchange);
void traffic_get(struct exchange *exchange);
void events_get(struct exchange *exchange);
void status_get(struct exchange *exchange);
void openapi_get(struct exchange *exchange);
void healthz_get(struct exchange *exchange);
void readyz_get(struct exchange *exchange);

#endif
