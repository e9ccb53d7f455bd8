/*
 * What can go wrong, once: a row gives the enum, the problem code of the API (RFC 9457 `code`), the
 * title, the HTTP status and the exit code of the command line (0 done, 1 failed or asserted false,
 * 2 usage, 3 control plane not reachable, 4 not found or gone, 5 refused).
 *
 * A function with one cause returns bool; with several, enum err (0 is success). The sentence for a
 * person goes to a struct errbuf, always the last parameter; it may be NULL when nobody reads it.
 */
#ifndef UMBRA_BASE_ERR_H
#define UMBRA_BASE_ERR_H

#include <stdbool.h>

/* clang-format off */
/*   enum                      code                       title                                   status exit */
#define ERR_TABLE(X)                                                                                    \
	X(ERR_NONE,                "ok",                      "Done",                                    200, 0) \
	X(ERR_FAILED,              "failed",                  "Failed",                                  500, 1) \
	X(ERR_ASSERT,              "asserted-false",          "Not as asserted",                         500, 1) \
	X(ERR_TIMEOUT,             "timeout",                 "Not in time",                             504, 1) \
	X(ERR_IO,                  "io",                      "Input or output failed",                  500, 1) \
	X(ERR_USAGE,               "usage",                   "Not understood",                          400, 2) \
	X(ERR_BAD_JSON,            "bad-json",                "Not valid JSON",                          400, 2) \
	X(ERR_UNKNOWN_FIELD,       "unknown-field",           "A field that is not known",               400, 2) \
	X(ERR_MISSING_FIELD,       "missing-field",           "A field is missing",                      400, 2) \
	X(ERR_READ_ONLY_FIELD,     "read-only-field",         "A field that only the server sets",       400, 2) \
	X(ERR_WRONG_TYPE,          "wrong-type",              "A field of the wrong type",               400, 2) \
	X(ERR_BAD_VALUE,           "bad-value",               "A value that is not possible",            400, 2) \
	X(ERR_BAD_NAME,            "bad-name",                "Not a valid name",                        400, 2) \
	X(ERR_BAD_PARAMETER,       "bad-parameter",           "A query parameter that is not possible",  400, 2) \
	X(ERR_BAD_FILTER,          "bad-filter",              "The filter has a mistake",                400, 2) \
	X(ERR_CONFLICTING_FIELDS,  "conflicting-fields",      "Fields that exclude each other",          400, 2) \
	X(ERR_UNREACHABLE,         "unreachable",             "The control plane cannot be reached",       503, 3) \
	X(ERR_LOGIN,               "login-wanted",            "A login is missing or has expired",       401, 5) \
	X(ERR_FORBIDDEN,           "forbidden",               "This login is not allowed to",            403, 5) \
	X(ERR_NOT_FOUND,           "not-found",               "Not found",                               404, 4) \
	X(ERR_SERVICE_UNKNOWN,     "service-unknown",         "No such service",                         404, 4) \
	X(ERR_GONE,                "gone",                    "It was there and is gone",                410, 4) \
	X(ERR_METHOD,              "method-not-allowed",      "This path does not take that method",     405, 5) \
	X(ERR_CONFLICT,            "conflict",                "It is in the way of something there",     409, 5) \
	X(ERR_STABLE_EXISTS,       "stable-exists",           "The service has a stable version",        409, 5) \
	X(ERR_IS_STABLE,           "is-stable",               "This is the stable version",              409, 5) \
	X(ERR_NOT_READY,           "not-ready",               "The version is not ready",                409, 5) \
	X(ERR_ENDPOINT_TAKEN,      "endpoint-taken",          "Another version has this endpoint",       409, 5) \
	X(ERR_HOST_TAKEN,          "host-taken",              "Another service has this host",           409, 5) \
	X(ERR_KEY_TAKEN,           "key-taken",               "A session has this key",                  409, 5) \
	X(ERR_BUILD_OLDER,         "build-older",             "A later build was there before",          409, 5) \
	X(ERR_VERSION_UNKNOWN,     "version-unknown",         "No such version of the service",          409, 5) \
	X(ERR_LIMIT,               "limit-reached",           "As many as there may be",                 409, 5) \
	X(ERR_REVISION,            "revision-mismatch",       "It has changed meanwhile",                412, 5) \
	X(ERR_EXISTS,              "exists",                  "It is there already",                     412, 5) \
	X(ERR_TOO_LARGE,           "too-large",               "Larger than is accepted",                 413, 2) \
	X(ERR_MEDIA_TYPE,          "unsupported-media-type",  "The body must be JSON",                   415, 2) \
	X(ERR_FOREIGN_HOST,        "foreign-host",            "Not a host name of this control plane",   421, 5) \
	X(ERR_STORE,               "store-failed",            "It could not be stored",                  503, 1) \
	X(ERR_SERVICE_REFUSED,     "service-refused",         "The proxy refuses this service",          503, 1) \
	X(ERR_BUSY,                "busy",                    "As many requests are held as there may be", 503, 1)
/* clang-format on */

enum err {
#define X(name, code, title, status, exit) name,
	ERR_TABLE(X)
#undef X
		ERR_COUNT
};

struct errbuf {
	enum err err;
	char text[512]; /* the sentence; "" when none was given */
	char field[96]; /* the field, parameter or argument it is about; may be "" */
	char expected[512]; /* what would have been accepted; may be "" */
};

const char *err_code(enum err err);
const char *err_title(enum err err);
int err_http_status(enum err err);
int err_exit_code(enum err err);
/* ERR_COUNT when the code is not known. */
enum err err_from_code(const char *code);

void errbuf_clear(struct errbuf *eb);
/* Fills `eb` (NULL is fine) and returns `err`, so that one line does both: return err_set(eb, ERR_IO, "..."). */
enum err err_set(struct errbuf *eb, enum err err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same with the field and what it expects; either may be NULL. */
enum err err_set_field(struct errbuf *eb, enum err err, const char *field, const char *expected,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
