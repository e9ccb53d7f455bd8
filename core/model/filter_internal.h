/*
 * What the filter's parts share: filter_parse.c makes it from text, filter_match.c holds things
 * against it, filter_fields.c knows their fields. The table of terms is the one list: its rows give
 * the enum, the help and how the values of a term are read and compared.
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
	X(TERM_PR,       "pr",      MATCH_NUMBER, NULL,                 "pr:482",              "the pull request's number; #482 says the same") \
	X(TERM_AUTHOR,   "author",  MATCH_NAME,   NULL,                 "author:dev1",         "who opened the pull request; of an event, who did it") \
	X(TERM_OWNER,    "owner",   MATCH_NAME,   NULL,                 "owner:dev1",          "who owns the session; of a version, its service") \
	X(TERM_KIND,     "kind",    MATCH_CHOICE, version_kind_names,   "kind:ephemeral",      "stable or ephemeral") \
	X(TERM_STATE,    "state",   MATCH_CHOICE, version_state_names,  "state:unhealthy",     "what health checks say") \
	X(TERM_STATUS,   "status",  MATCH_STATUS, NULL,                 "status:5xx",          "the response's status; 0: cut before one") \
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

/*
 * False when the expression is too large once its repeats are written out. *ret_back is its first
 * back-reference, NULL without one.
 */
bool filter_regex_check(const char *source, const char **ret_back);
/* Sets up `regex` from a checked source; false when the library refuses it. */
bool filter_regex_compile(struct filter_regex *regex, const char *source);
void filter_regex_destroy(struct filter_regex *regex);
bool filter_regex_matches(struct filter_regex *regex, struct str text);

/* Whether a status asks for a whole class, 5 for 5xx. */
bool filter_value_is_class(const struct filter_value *value, int class);

struct environment;
struct service;

/* What is held against the filter. */
struct subject {
	const struct shape *shape;
	const void *record;
	const struct service *service; /* of a version */
	const struct environment *env;
	bool lenient; /* without an environment its facts are unknown, not absent */
	int64_t now_ms;
};

/* Where a thing keeps what a term asks for. */
enum getter_type {
	GET_NOTHING,
	GET_VIEW,
	GET_TEXT,
	GET_INT,
	GET_CHOICE,
	GET_MS,
	GET_SHARES, /* of 4xx, and behind it of 5xx: a class of which there is any */
	GET_WORDS,
	GET_FACT
};

struct getter {
	enum getter_type type;
	size_t offset;
	/* GET_WORDS: the i-th word, false behind the last. */
	bool (*word)(const struct subject *subject, size_t i, struct str *ret_word);
	/* GET_FACT: a word (number NULL) or number only the environment knows. */
	bool (*fact)(const struct subject *subject, struct str *ret_word, int64_t *ret_number);
};

struct shape {
	struct getter getters[TERM_COUNT];
	/* All its texts, one by one, for free text and expressions; false behind the last. */
	bool (*text)(const struct subject *subject, size_t i, struct str *ret_text);
};

const void *subject_at(const struct subject *subject, size_t offset);
/* One term of it, negated or not. */
bool subject_matches_term(const struct subject *subject, const struct filter_term *term);
/* Every term matches, or nobody can tell. */
bool subject_matches(const struct filter *filter, const struct subject *subject);

#endif
