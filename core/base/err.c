/*
 * The rows of ERR_TABLE as arrays, and the filling of an errbuf. Called wherever something can go
 * wrong; code, title, status and exit code of an error are nowhere else.
 */
#include "core/base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct row {
	const char *code;
	const char *title;
	int http_status;
	int exit_code;
};

static const struct row rows[] = {
#define X(name, code, title, status, exit) [name] = {code, title, status, exit},
	ERR_TABLE(X)
#undef X
};
static_assert(sizeof(rows) / sizeof(rows[0]) == ERR_COUNT, "one row for each error");

/* A number that is none of ours can come from a reply of another version of the program. */
static const struct row *row_of(enum err err)
{
	return &rows[(unsigned)err < ERR_COUNT ? err : ERR_FAILED];
}

const char *err_code(enum err err)
{
	return row_of(err)->code;
}

const char *err_title(enum err err)
{
	return row_of(err)->title;
}

int err_http_status(enum err err)
{
	return row_of(err)->http_status;
}

int err_exit_code(enum err err)
{
	return row_of(err)->exit_code;
}

enum err err_from_code(const char *code)
{
	for (int i = 0; code != NULL && i < ERR_COUNT; i++)
		if (strcmp(rows[i].code, code) == 0)
			return (enum err)i;
	return ERR_COUNT;
}

void errbuf_clear(struct errbuf *eb)
{
	if (eb == NULL)
		return;
	eb->err = ERR_NONE;
	eb->text[0] = eb->field[0] = eb->expected[0] = '\0';
}

/* By way of a copy: an argument may be the very text that is replaced. */
__attribute__((format(printf, 3, 0))) static void set_text(
	struct errbuf *eb, enum err err, const char *format, va_list ap)
{
	char text[sizeof(eb->text)] = "";

	vsnprintf(text, sizeof(text), format, ap);
	memcpy(eb->text, text, sizeof(text));
	eb->err = err;
}

enum err err_set(struct errbuf *eb, enum err err, const char *format, ...)
{
	va_list ap;

	if (eb == NULL)
		return err;
	va_start(ap, format);
	set_text(eb, err, format, ap);
	va_end(ap);
	eb->field[0] = eb->expected[0] = '\0';
	return err;
}

enum err err_set_field(struct errbuf *eb, enum err err, const char *field, const char *expected,
	const char *format, ...)
{
	va_list ap;

	if (eb == NULL)
		return err;
	va_start(ap, format);
	set_text(eb, err, format, ap);
	va_end(ap);
	/* They may be the very ones that are there. */
	if (field != eb->field)
		snprintf(eb->field, sizeof(eb->field), "%s", field != NULL ? field : "");
	if (expected != eb->expected)
		snprintf(
			eb->expected, sizeof(eb->expected), "%s", expected != NULL ? expected : "");
	return err;
}
