/*
 * The description of the API. core/api/openapi.json is in the program (the Makefile's embed rule) and has all that
 * is no record: the properties of records are described from their field tables, and the codes from the errors.
 */
#ifndef UMBRA_API_OPENAPI_H
#define UMBRA_API_OPENAPI_H

#include <stddef.h>

extern const char data_openapi_json[];
extern const size_t data_openapi_json_size;

/* The whole document; the caller frees. */
char *openapi_document(void);

#endif
