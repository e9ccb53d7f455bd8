/*
 * Columns of the matrix, from the pins there are. Used by the Sessions view. Invariant: a column stands for
 * a service that somebody pins, so that an empty one never takes room.
 */
#include "tui/views/sessions/pin_matrix.h"

#include <string.h>

#include "core/base/str.h"

enum { MARK_COLS = 2 };

const struct pin_matrix_column *pin_matrix_find(
	const struct pin_matrix *matrix, const char *service)
{
	for (size_t i = 0; i < matrix->count; i++)
		if (strcmp(matrix->columns[i].service, service) == 0)
			return &matrix->columns[i];
	return NULL;
}

/* Names are ASCII: as many cells as bytes. */
static void widen(struct pin_matrix_column *column, int width)
{
	if (width > column->width)
		column->width = width;
}

/* Kept sorted by service. False when there is no more room for another. */
static bool note(struct pin_matrix *matrix, const struct dict_entry *pin)
{
	size_t at = 0;

	while (at < matrix->count && strcmp(matrix->columns[at].service, pin->key) < 0)
		at++;
	if (at == matrix->count || strcmp(matrix->columns[at].service, pin->key) != 0) {
		if (matrix->count == PIN_MATRIX_COLUMNS)
			return false;
		memmove(matrix->columns + at + 1, matrix->columns + at,
			(matrix->count - at) * sizeof(*matrix->columns));
		matrix->count++;
		matrix->columns[at].width = (int)strlen(pin->key);
		str_copy(matrix->columns[at].service, sizeof(matrix->columns[at].service),
			str_of(pin->key));
	}
	widen(&matrix->columns[at], (int)strlen(pin->value) + MARK_COLS);
	return true;
}

int pin_matrix_make(struct pin_matrix *matrix, const struct environment *env, const uint32_t *rows,
	size_t count)
{
	bool fits = true;
	int x = 0;

	matrix->count = 0;
	for (size_t i = 0; i < count && fits; i++) {
		const struct dict *pins = &env->sessions[rows[i]]->pins;

		for (size_t j = 0; j < pins->count && fits; j++)
			fits = note(matrix, &pins->entries[j]);
	}
	for (size_t i = 0; i < matrix->count; i++) {
		matrix->columns[i].x = x;
		x += matrix->columns[i].width + PIN_MATRIX_GAP;
	}
	if (!fits)
		matrix->count = 0;
	return matrix->count > 0 ? x - PIN_MATRIX_GAP : 0;
}
