/*
 * The quick way to read a request record from a line as wire_write_request() writes it.
 */
#ifndef UMBRA_WIRE_REQUEST_FAST_H
#define UMBRA_WIRE_REQUEST_FAST_H

#include <stdbool.h>

#include "core/base/str.h"
#include "core/model/request.h"

/*
 * The record, its views into `line` (no newline at its end). False: the line is not of the form that is
 * known here; json_parse() and wire_read_request() must judge it.
 */
bool wire_read_request_fast(struct str line, struct request *ret_request);

#endif
