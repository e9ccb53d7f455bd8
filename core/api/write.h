/*
 * Writes: from a checked call to the plane and back. The answer comes when the write is durable, and for
 * what the proxy routes by also applied by it, within 500 ms; Umbra-Applied says how far the proxy is.
 */
#ifndef UMBRA_API_WRITE_H
#define UMBRA_API_WRITE_H

#include "core/api/call.h"
#include "core/model/environment.h"
#include "core/plane/plane.h"
#include "core/wire/record.h"

/* Gives the write to the plane with the call's actor and If-Match; the call ends with its result. */
void write_start(struct call *call, struct plane_write *write);
/*
 * Reads the call's body into `record`, checks that it names nothing else than the path does, starts the
 * write with it and frees its fields.
 */
void write_record(struct call *call, enum thing thing, enum wire_mode mode, void *record,
	struct plane_write *write);

#endif
