/*
 * Inside core/wire: reading a record some of whose members are read by hand (an event's `before` and
 * `after` are JSON values there and texts here).
 */
#ifndef UMBRA_WIRE_READ_H
#define UMBRA_WIRE_READ_H

#include <stdint.h>

#include "core/wire/record.h"

struct wire_reading {
	const struct record_type *type;
	enum wire_mode mode;
	const void *current; /* what a client changes, or NULL */
	uint64_t skip; /* fields that are left as they are */
	uint64_t present; /* set on success: the fields that were there */
};

/* As wire_read_record(). */
enum err wire_read_fields(
	struct wire_reading *reading, const cJSON *object, void *record, struct errbuf *eb);

#endif
