/*
 * Writes: from a checked exchange to the plane and back. The answer comes when the write is durable, and for
 * what the proxy routes by also applied by it, within 500 ms; Umbra-Applied says how far the proxy is.
 */
#ifndef UMBRA_API_MUTATION_H
#define UMBRA_API_MUTATION_H

#include "core/api/exchange.h"
#include "core/model/environment.h"
#include "core/plane/plane.h"
#include "core/wire/record.h"

/* Gives the write to the plane with the exchange's actor and If-Match; the exchange ends with its result. */
void mutation_start(struct exchange *exchange, struct plane_write *write);
/*
 * Reads the exchange's body into `record`, checks that it names nothing else than the path does, starts the
 * write with it and frees its fields.
 */
void mutation_start_record(struct exchange *exchange, enum object_kind kind, enum wire_mode mode,
	void *record, struct plane_write *write);

#endif
