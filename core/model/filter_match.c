/*
 * A thing held against a filter. Called for every record of a tail and every row of a list, so a term
 * costs a look into a table and a comparison. Each kind of thing has a shape: where its
 * words and numbers are. What a thing has no field for does not match.
 *
 * The verdict has a third value, for facts of the environment when there is none to ask.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/filter.h"
#include "core/model/filter_internal.h"
#include "core/model/names.h"

enum verdict { VERDICT_NO, VERDICT_YES, VERDICT_UNKNOWN };

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

/* ---- values ------------------------------------------------------------------------------------ */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool contains_nocase(struct str s, struct str needle)
{
	if (needle.n == 0)
		return true;
	for (size_t i = 0; i + needle.n <= s.n; i++)
		if (lower(s.p[i]) == lower(needle.p[0]) &&
			str_eq_nocase((struct str){s.p + i, needle.n}, needle))
			return true;
	return false;
}

/* An absent word matches nothing, not even a star. */
static bool word_matches(const struct filter_value *value, struct str word, bool nocase)
{
	struct str core = value->text;
	struct str part = word;

	if (word.n == 0 || word.n < core.n)
		return false;
	if (value->open_front && value->open_back)
		return nocase ? contains_nocase(word, core)
			      : core.n == 0 || str_find(word, core) < word.n;
	if (value->open_front)
		part = (struct str){word.p + (word.n - core.n), core.n};
	else if (value->open_back)
		part = (struct str){word.p, core.n};
	return nocase ? str_eq_nocase(part, core) : str_eq(part, core);
}

/* The automaton grows with each state it meets, so it starts afresh now and then. */
enum { REGEX_USES = 1000 };

static bool regex_matches(struct filter_regex *regex, struct str text)
{
	char copy[LIMIT_LOG_VALUE + 1];

	if (++regex->used % REGEX_USES == 0) {
		regex_t fresh;
		if (regcomp(&fresh, regex->source, REG_EXTENDED | REG_NOSUB) == 0) {
			regfree(&regex->compiled);
			regex->compiled = fresh;
		}
	}
	str_copy(copy, sizeof(copy), text);
	return regexec(&regex->compiled, copy, 0, NULL, 0) == 0;
}

static bool text_matches(const struct subject *subject, const struct filter_value *value)
{
	struct str text;

	for (size_t i = 0; subject->shape->text(subject, i, &text); i++) {
		if (text.n == 0)
			continue;
		if (value->regex != NULL ? regex_matches(value->regex, text)
					 : contains_nocase(text, value->text))
			return true;
	}
	return false;
}

static bool number_matches(
	enum term_match match, const struct filter_value *value, double number, int64_t now_ms)
{
	switch (match) {
	case MATCH_OVER:
		return number > (double)value->low;
	case MATCH_UNDER:
		return number < (double)value->low;
	case MATCH_SINCE:
		return number >= (double)(now_ms - value->low);
	default:
		return number >= (double)value->low && number <= (double)value->high;
	}
}

/* ---- terms ------------------------------------------------------------------------------------- */

static const void *at(const struct subject *subject, size_t offset)
{
	return (const char *)subject->record + offset;
}

static enum verdict verdict_of(bool yes)
{
	return yes ? VERDICT_YES : VERDICT_NO;
}

static bool words_match(const struct subject *subject, const struct getter *getter,
	const struct filter_value *value, bool nocase)
{
	struct str word;

	for (size_t i = 0; getter->word(subject, i, &word); i++)
		if (word_matches(value, word, nocase))
			return true;
	return false;
}

static enum verdict fact_matches(const struct subject *subject, const struct getter *getter,
	enum term_match match, const struct filter_value *value)
{
	struct str word = {0};
	int64_t number = 0;

	if (subject->env == NULL)
		return subject->lenient ? VERDICT_UNKNOWN : VERDICT_NO;
	if (!getter->fact(subject, &word, &number))
		return VERDICT_NO;
	if (match == MATCH_NUMBER)
		return verdict_of(number_matches(match, value, (double)number, 0));
	return verdict_of(word_matches(value, word, match == MATCH_NAME));
}

static enum verdict value_matches(
	const struct subject *subject, enum term term, const struct filter_value *value)
{
	const struct getter *getter = &subject->shape->getters[term];
	enum term_match match = term_matches[term];
	const void *field = at(subject, getter->offset);
	bool nocase = match == MATCH_NAME;

	if (match == MATCH_TEXT || match == MATCH_REGEX)
		return verdict_of(text_matches(subject, value));
	switch (getter->type) {
	case GET_NOTHING:
		break;
	case GET_VIEW:
		return verdict_of(word_matches(value, *(const struct str *)field, nocase));
	case GET_TEXT:
		return verdict_of(word_matches(value, str_of(*(char *const *)field), nocase));
	case GET_WORDS:
		return verdict_of(words_match(subject, getter, value, nocase));
	case GET_CHOICE:
		return verdict_of(value->choices >> *(const unsigned *)field & 1);
	case GET_INT:
		return verdict_of(number_matches(
			match, value, (double)*(const int64_t *)field, subject->now_ms));
	case GET_MS:
		return verdict_of(
			number_matches(match, value, *(const double *)field, subject->now_ms));
	case GET_FACT:
		return fact_matches(subject, getter, match, value);
	}
	return VERDICT_NO;
}

static enum verdict term_verdict(const struct subject *subject, const struct filter_term *term)
{
	enum verdict verdict = VERDICT_NO;

	for (size_t i = 0; i < term->count && verdict != VERDICT_YES; i++) {
		enum verdict one = value_matches(subject, term->term, &term->values[i]);
		if (one != VERDICT_NO)
			verdict = one;
	}
	if (term->negated && verdict != VERDICT_UNKNOWN)
		verdict = verdict_of(verdict == VERDICT_NO);
	return verdict;
}

static bool subject_matches(const struct filter *filter, const struct subject *subject)
{
	for (size_t i = 0; i < filter->count; i++)
		if (term_verdict(subject, &filter->terms[i]) == VERDICT_NO)
			return false;
	return true;
}

/* The i-th of some char * members, by their offsets. */
static bool text_member(const struct subject *subject, const size_t *offsets, size_t count,
	size_t i, struct str *ret_text)
{
	if (i >= count)
		return false;
	*ret_text = str_of(*(char *const *)at(subject, offsets[i]));
	return true;
}

/* ---- requests ---------------------------------------------------------------------------------- */

/* "gateway@2026.11.20", then "gateway". */
static bool request_caller(const struct subject *subject, size_t i, struct str *ret_word)
{
	const struct request *request = subject->record;
	struct str rest = request->caller;

	*ret_word = i == 0 ? rest : str_cut(&rest, '@');
	return i < 2;
}

static bool request_pull(const struct request *request, const struct environment *env,
	struct str *ret_author, int64_t *ret_number)
{
	char id[VERSION_ID_SIZE];
	const struct version *version =
		environment_version(env, request->service, request->version);

	if (version != NULL) {
		*ret_author = str_of(version->pr_author);
		*ret_number = version->pr_number;
		return true;
	}
	if (request->service.n > LIMIT_SERVICE_NAME || request->version.n > LIMIT_VERSION_NAME)
		return false;
	snprintf(id, sizeof(id), "%.*s@%.*s", STR_ARG(request->service), STR_ARG(request->version));
	const struct tombstone *gone = environment_tombstone(env, GONE_VERSION, str_of(id));
	if (gone == NULL)
		return false;
	*ret_author = str_of(gone->pr_author);
	*ret_number = gone->pr_number;
	return true;
}

static bool request_pr(const struct subject *subject, struct str *ret_word, int64_t *ret_number)
{
	return request_pull(subject->record, subject->env, ret_word, ret_number);
}

static bool request_owner(const struct subject *subject, struct str *ret_word, int64_t *ret_number)
{
	const struct request *request = subject->record;
	const struct session *session = environment_session(subject->env, request->session);

	(void)ret_number;
	if (session != NULL) {
		*ret_word = str_of(session->owner);
		return true;
	}
	const struct tombstone *gone =
		environment_tombstone(subject->env, GONE_SESSION, request->session);
	if (gone != NULL)
		*ret_word = str_of(gone->owner);
	return gone != NULL;
}

static bool request_text(const struct subject *subject, size_t i, struct str *ret_text)
{
	static const size_t members[] = {
		offsetof(struct request, path),
		offsetof(struct request, service),
		offsetof(struct request, version),
		offsetof(struct request, session),
		offsetof(struct request, caller),
		offsetof(struct request, host),
		offsetof(struct request, method),
		offsetof(struct request, endpoint),
		offsetof(struct request, error),
		offsetof(struct request, trace),
		offsetof(struct request, id),
	};
	const struct request *request = subject->record;

	if (i < ARRAY_LEN(members))
		*ret_text = *(const struct str *)at(subject, members[i]);
	else if (i == ARRAY_LEN(members) && request->reason < REASON_COUNT)
		*ret_text = str_of(reason_names[request->reason]);
	else
		return false;
	return true;
}

/* clang-format off */
#define MEMBER(how, record, member) {.type = (how), .offset = offsetof(struct record, member)}
#define WORDS(function) {.type = GET_WORDS, .word = (function)}
#define FACT(function) {.type = GET_FACT, .fact = (function)}

static const struct shape requests = {
	.getters = {
		[TERM_SERVICE] = MEMBER(GET_VIEW, request, service),
		[TERM_VERSION] = MEMBER(GET_VIEW, request, version),
		[TERM_SESSION] = MEMBER(GET_VIEW, request, session),
		[TERM_PR] = FACT(request_pr),
		[TERM_AUTHOR] = FACT(request_pr),
		[TERM_OWNER] = FACT(request_owner),
		[TERM_KIND] = MEMBER(GET_CHOICE, request, kind),
		[TERM_STATUS] = MEMBER(GET_INT, request, status),
		[TERM_METHOD] = MEMBER(GET_VIEW, request, method),
		[TERM_PATH] = MEMBER(GET_VIEW, request, path),
		[TERM_REASON] = MEMBER(GET_CHOICE, request, reason),
		[TERM_CARRIER] = MEMBER(GET_CHOICE, request, carrier),
		[TERM_CALLER] = WORDS(request_caller),
		[TERM_TRACE] = MEMBER(GET_VIEW, request, trace),
		[TERM_ID] = MEMBER(GET_VIEW, request, id),
		[TERM_SINCE] = MEMBER(GET_INT, request, time),
		[TERM_OVER] = MEMBER(GET_MS, request, total_ms),
		[TERM_UNDER] = MEMBER(GET_MS, request, total_ms),
	},
	.text = request_text,
};
/* clang-format on */

bool filter_match_request(const struct filter *filter, const struct request *request,
	const struct environment *env, int64_t now_ms)
{
	const struct subject subject = {
		.shape = &requests, .record = request, .env = env, .now_ms = now_ms};
	return subject_matches(filter, &subject);
}

bool filter_may_match_request(
	const struct filter *filter, const struct request *request, int64_t now_ms)
{
	const struct subject subject = {
		.shape = &requests, .record = request, .lenient = true, .now_ms = now_ms};
	return subject_matches(filter, &subject);
}

/* ---- versions ---------------------------------------------------------------------------------- */

static bool version_owner(const struct subject *subject, size_t i, struct str *ret_word)
{
	*ret_word = str_of(subject->service != NULL ? subject->service->owner : NULL);
	return i < 1;
}

static bool version_text(const struct subject *subject, size_t i, struct str *ret_text)
{
	static const size_t members[] = {
		offsetof(struct version, service),
		offsetof(struct version, name),
		offsetof(struct version, pr_title),
		offsetof(struct version, pr_branch),
		offsetof(struct version, pr_author),
		offsetof(struct version, commit),
		offsetof(struct version, state_detail),
	};
	const struct version *version = subject->record;

	if (text_member(subject, members, ARRAY_LEN(members), i, ret_text))
		return true;
	i -= ARRAY_LEN(members);
	if (i >= version->endpoints.count)
		return version_owner(subject, i - version->endpoints.count, ret_text);
	*ret_text = str_of(version->endpoints.items[i]);
	return true;
}

/* clang-format off */
static const struct shape versions = {
	.getters = {
		[TERM_SERVICE] = MEMBER(GET_TEXT, version, service),
		[TERM_VERSION] = MEMBER(GET_TEXT, version, name),
		[TERM_PR] = MEMBER(GET_INT, version, pr_number),
		[TERM_AUTHOR] = MEMBER(GET_TEXT, version, pr_author),
		[TERM_OWNER] = WORDS(version_owner),
		[TERM_KIND] = MEMBER(GET_CHOICE, version, kind),
		[TERM_STATE] = MEMBER(GET_CHOICE, version, state),
		[TERM_SINCE] = MEMBER(GET_INT, version, deployed_at),
	},
	.text = version_text,
};
/* clang-format on */

bool filter_match_version(const struct filter *filter, const struct service *service,
	const struct version *version, int64_t now_ms)
{
	const struct subject subject = {
		.shape = &versions, .record = version, .service = service, .now_ms = now_ms};
	return subject_matches(filter, &subject);
}

/* ---- sessions ---------------------------------------------------------------------------------- */

static bool session_service(const struct subject *subject, size_t i, struct str *ret_word)
{
	const struct session *session = subject->record;

	if (i >= session->pins.count)
		return false;
	*ret_word = str_of(session->pins.entries[i].key);
	return true;
}

static bool session_version(const struct subject *subject, size_t i, struct str *ret_word)
{
	const struct session *session = subject->record;

	if (i >= session->pins.count)
		return false;
	*ret_word = str_of(session->pins.entries[i].value);
	return true;
}

static bool session_text(const struct subject *subject, size_t i, struct str *ret_text)
{
	static const size_t members[] = {
		offsetof(struct session, key),
		offsetof(struct session, name),
		offsetof(struct session, owner),
	};

	if (text_member(subject, members, ARRAY_LEN(members), i, ret_text))
		return true;
	i -= ARRAY_LEN(members);
	return i % 2 == 0 ? session_service(subject, i / 2, ret_text)
			  : session_version(subject, i / 2, ret_text);
}

/* clang-format off */
static const struct shape sessions = {
	.getters = {
		[TERM_SERVICE] = WORDS(session_service),
		[TERM_VERSION] = WORDS(session_version),
		[TERM_SESSION] = MEMBER(GET_TEXT, session, key),
		[TERM_OWNER] = MEMBER(GET_TEXT, session, owner),
		[TERM_SINCE] = MEMBER(GET_INT, session, created_at),
	},
	.text = session_text,
};
/* clang-format on */

bool filter_match_session(
	const struct filter *filter, const struct session *session, int64_t now_ms)
{
	const struct subject subject = {.shape = &sessions, .record = session, .now_ms = now_ms};
	return subject_matches(filter, &subject);
}

/* ---- events ------------------------------------------------------------------------------------ */

/* The part of "cart@pr-482" before or after '@'; sessions and proxies have keys without one. */
static bool event_service(const struct subject *subject, size_t i, struct str *ret_word)
{
	const struct event *event = subject->record;
	struct str rest = str_of(event->object);

	if (i > 0 || event->action > (int)EVENT_VERSION_EXPIRED)
		return false;
	*ret_word = str_cut(&rest, '@');
	return true;
}

static bool event_version(const struct subject *subject, size_t i, struct str *ret_word)
{
	const struct event *event = subject->record;
	struct str rest = str_of(event->object);

	str_cut(&rest, '@');
	*ret_word = rest;
	return i == 0 && rest.p != NULL;
}

static bool event_session(const struct subject *subject, size_t i, struct str *ret_word)
{
	const struct event *event = subject->record;

	*ret_word = str_of(event->object);
	return i == 0 && event->action >= (int)EVENT_SESSION_CREATED &&
	       event->action <= (int)EVENT_SESSION_EXPIRED;
}

static bool event_text(const struct subject *subject, size_t i, struct str *ret_text)
{
	static const size_t members[] = {
		offsetof(struct event, object),
		offsetof(struct event, actor),
		offsetof(struct event, before),
		offsetof(struct event, after),
	};
	const struct event *event = subject->record;

	if (text_member(subject, members, ARRAY_LEN(members), i, ret_text))
		return true;
	if (i > ARRAY_LEN(members) || event->action >= (int)EVENT_ACTION_COUNT)
		return false;
	*ret_text = str_of(event_action_names[event->action]);
	return true;
}

/* clang-format off */
static const struct shape events = {
	.getters = {
		[TERM_SERVICE] = WORDS(event_service),
		[TERM_VERSION] = WORDS(event_version),
		[TERM_SESSION] = WORDS(event_session),
		[TERM_SINCE] = MEMBER(GET_INT, event, time),
	},
	.text = event_text,
};
/* clang-format on */

bool filter_match_event(const struct filter *filter, const struct event *event, int64_t now_ms)
{
	const struct subject subject = {.shape = &events, .record = event, .now_ms = now_ms};
	return subject_matches(filter, &subject);
}
