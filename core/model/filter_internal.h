/*
 * What the filter's two halves share: filter_parse.c makes it from text, filter_match.c holds things
 * against it. The table of terms is the one list: its rows give the enum, the help and how the values of
 * a term are read and compared.
 */
#ifndef UMBRA_MODEL_FILTER_INTERNAL_H
#define UMBRA_MODEL_FILTER_INTERNAL_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/limits.h"
#include "core/base/str.h"

/* How values of a term are read, and what they are compared with. */
enum term_match {
	MATCH_WORD, /* a text, with * at either end: against words */
	MATCH_NAME, /* the same, without regard to ASCII case */
	MATCH_CHOICE, /* one of a closed list, * too: against an index into it */
	MATCH_NUMBER, /* decimal: against a number */
	MATCH_STATUS, /* 404 or 5xx: against a number */
	MATCH_OVER, /* a duration: against a number of ms that must be more */
	MATCH_UNDER, /* ... that must be less */
	MATCH_SINCE, /* a duration before now: against a time */
	MATCH_TEXT, /* a text anywhere in anything, without regard to ASCII case */
	MATCH_REGEX, /* the same with a POSIX extended regular expression */
	MATCH_COUNT
};

/* clang-format off */
/*   enum            name       match        values                example                help */
#define FILTER_TERM_TABLE(X)                                                                       \
	X(TERM_SERVICE,  "service", MATCH_WORD,   NULL,                 "service:cart",        "the service") \
	X(TERM_VERSION,  "version", MATCH_WORD,   NULL,                 "version:pr-482",      "the version that served, or that is pinned") \
	X(TERM_SESSION,  "session", MATCH_WORD,   NULL,                 "session:dev-4f2k",    "the session's key; session:* has one") \
	X(TERM_PR,       "pr",      MATCH_NUMBER, NULL,                 "pr:482",              "the pull request's number") \
	X(TERM_AUTHOR,   "author",  MATCH_NAME,   NULL,                 "author:dev1",         "who opened the pull request") \
	X(TERM_OWNER,    "owner",   MATCH_NAME,   NULL,                 "owner:dev1",          "who owns the session; of a version, its service") \
	X(TERM_KIND,     "kind",    MATCH_CHOICE, version_kind_names,   "kind:ephemeral",      "stable or ephemeral") \
	X(TERM_STATE,    "state",   MATCH_CHOICE, version_state_names,  "state:unhealthy",     "what health checks say") \
	X(TERM_STATUS,   "status",  MATCH_STATUS, NULL,                 "status:5xx",          "the response's status; 0: the client went away") \
	X(TERM_METHOD,   "method",  MATCH_NAME,   NULL,                 "method:POST",         "the request's method") \
	X(TERM_PATH,     "path",    MATCH_WORD,   NULL,                 "path:/checkout*",     "the request's path") \
	X(TERM_REASON,   "reason",  MATCH_CHOICE, reason_names,         "reason:version-gone", "why this version") \
	X(TERM_CARRIER,  "carrier", MATCH_CHOICE, carrier_names,        "carrier:cookie",      "where the session key was found") \
	X(TERM_CALLER,   "caller",  MATCH_WORD,   NULL,                 "caller:gateway",      "who called, as service or service@version") \
	X(TERM_TRACE,    "trace",   MATCH_WORD,   NULL,                 "trace:4bf92f3577b3*", "the trace id") \
	X(TERM_ID,       "id",      MATCH_WORD,   NULL,                 "id:0a1b2c*",          "the hop's own id") \
	X(TERM_SINCE,    "since",   MATCH_SINCE,  NULL,                 "since:15m",           "not longer ago than that") \
	X(TERM_OVER,     ">",       MATCH_OVER,   NULL,                 ">200ms",              "took longer") \
	X(TERM_UNDER,    "<",       MATCH_UNDER,  NULL,                 "<5ms",                "took less") \
	X(TERM_TEXT,     "\"",      MATCH_TEXT,   NULL,                 "\"free text\"",       "anywhere, upper or lower case; a bare word needs no quotes") \
	X(TERM_REGEX,    "/",       MATCH_REGEX,  NULL,                 "/item-[0-9]+/",       "a POSIX extended regular expression, anywhere")
/* clang-format on */

enum term {
#define X(name, text, match, values, example, help) name,
	FILTER_TERM_TABLE(X)
#undef X
		TERM_COUNT
};

extern const enum term_match term_matches[TERM_COUNT];

/* A compiled expression that forgets what its automaton has learned before that grows large. */
struct filter_regex {
	regex_t compiled;
	char *source;
	unsigned used;
};

struct filter_value {
	struct str text; /* the word without its stars, the text; into the filter's storage */
	bool open_front; /* a star before it */
	bool open_back; /* a star behind it */
	uint64_t choices; /* bit set over the closed list */
	int64_t low, high; /* number and status: both included; durations: low, ms */
	struct filter_regex *regex;
};

/* One of its values must match, or with `negated` none. */
struct filter_term {
	enum term term;
	bool negated;
	struct filter_value *values; /* owned */
	size_t count;
	size_t cap;
};

struct filter {
	char *source;
	char *storage; /* the unquoted values */
	struct filter_term terms[LIMIT_FILTER_TERMS];
	size_t count;
};

/* Sets up `regex` from a checked source; false when the library refuses it. */
bool filter_regex_compile(struct filter_regex *regex, const char *source);
void filter_regex_destroy(struct filter_regex *regex);

#endif
