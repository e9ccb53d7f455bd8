/* core/api/openapi.json as it is in the program (made by the Makefile's embed rule). */
#ifndef UMBRA_API_OPENAPI_H
#define UMBRA_API_OPENAPI_H

#include <stddef.h>

extern const char data_openapi_json[];
extern const size_t data_openapi_json_size;

#endif
