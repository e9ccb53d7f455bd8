/*
 * Sessions by services: which service has which column of the matrix, and where. Pure.
 */
#ifndef UMBRA_TUI_VIEWS_SESSIONS_PIN_MATRIX_H
#define UMBRA_TUI_VIEWS_SESSIONS_PIN_MATRIX_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/limits.h"
#include "core/model/environment.h"

enum { PIN_MATRIX_COLUMNS = 32, PIN_MATRIX_GAP = 2 };

struct pin_matrix {
	struct pin_matrix_column {
		char service[LIMIT_SERVICE_NAME + 1];
		int x; /* from where the matrix begins */
		int width;
	} columns[PIN_MATRIX_COLUMNS]; /* in the order of the services */
	size_t count; /* 0: nobody pins anything, or too much is pinned */
};

/*
 * A column for each service that one of the sessions (`rows`, into the environment's) pins, wide enough for
 * its name and for every pin with its mark. Returns the cells all of them take; 0, and none has one, when
 * there are none or more than PIN_MATRIX_COLUMNS.
 */
int pin_matrix_make(struct pin_matrix *matrix, const struct environment *env, const uint32_t *rows,
	size_t count);
/* NULL when the service has none. */
const struct pin_matrix_column *pin_matrix_find(
	const struct pin_matrix *matrix, const char *service);

#endif
