/*
 * Who handles each row of the route table; one file a noun. A handler answers its call or keeps it
 * (call.h); when it returns, the call may be gone.
 */
#ifndef UMBRA_API_HANDLERS_H
#define UMBRA_API_HANDLERS_H

struct call;

void environment_get(struct call *call);
void changes_get(struct call *call);
void service_get(struct call *call);
void service_put(struct call *call);
void service_delete(struct call *call);
void service_promote(struct call *call);
void version_get(struct call *call);
void version_put(struct call *call);
void version_patch(struct call *call);
void version_delete(struct call *call);
void sessions_get(struct call *call);
void session_post(struct call *call);
void session_get(struct call *call);
void session_patch(struct call *call);
void session_delete(struct call *call);
void pin_put(struct call *call);
void pin_delete(struct call *call);
void pulls_get(struct call *call);
void pull_get(struct call *call);
void requests_get(struct call *call);
void tail_get(struct call *call);
void traffic_get(struct call *call);
void events_get(struct call *call);
void status_get(struct call *call);
void openapi_get(struct call *call);
void healthz_get(struct call *call);
void readyz_get(struct call *call);

#endif
