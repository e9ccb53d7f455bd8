/*
 * What a filter can be held against: requests, versions, sessions, pull requests, events. A shape for each says
 * where a thing keeps what a term asks for, and which of its texts free text looks into. Adding a
 * thing is adding a shape; adding a field to one is adding a line to its table.
 */
#include <assert.h>
#include <stdio.h>

#include "core/base/xalloc.h"
#include "core/model/filter.h"
#include "core/model/filter_internal.h"
#include "core/model/name_rules.h"
#include "core/model/pull.h"

/* The i-th of some char * members, by their offsets. */
static bool text_member(const struct subject *subject, const size_t *offsets, size_t count,
	size_t i, struct str *ret_text)
{
	if (i >= count)
		return false;
	*ret_text = str_of(*(char *const *)subject_at(subject, offsets[i]));
	return true;
}

/* ---- requests ---- */

/* "gateway@2026.11.20", then "gateway". */
static bool request_caller(const struct subject *subject, size_t i, struct str *ret_word)
{
	const struct request *request = subject->record;
	struct str rest = request->caller;

	*ret_word = i == 0 ? rest : str_cut(&rest, '@');
	return i < 2;
}

static bool pull_of(struct str service, struct str name, const struct environment *env,
	struct str *ret_author, int64_t *ret_number)
{
	char id[VERSION_ID_SIZE];
	const struct version *version = environment_version(env, service, name);

	if (version != NULL) {
		*ret_author = str_of(version->pr_author);
		*ret_number = version->pr_number;
		return true;
	}
	if (service.n > LIMIT_SERVICE_NAME || name.n > LIMIT_VERSION_NAME)
		return false;
	snprintf(id, sizeof(id), "%.*s@%.*s", STR_ARG(service), STR_ARG(name));
	const struct tombstone *gone = environment_tombstone(env, GONE_VERSION, str_of(id));
	if (gone == NULL)
		return false;
	*ret_author = str_of(gone->pr_author);
	*ret_number = gone->pr_number;
	return true;
}

static bool request_pr(const struct subject *subject, struct str *ret_word, int64_t *ret_number)
{
	const struct request *request = subject->record;

	struct str version = request->pinned.n > 0 ? request->pinned : request->version;

	return pull_of(request->service, version, subject->env, ret_word, ret_number);
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

static bool request_version_word(const struct subject *subject, size_t i, struct str *ret_word)
{
	const struct request *request = subject->record;

	*ret_word = i == 0 ? request->version : request->pinned;
	return i < 2;
}

static bool request_text(const struct subject *subject, size_t i, struct str *ret_text)
{
	static const size_t members[] = {
		offsetof(struct request, path),
		offsetof(struct request, service),
		offsetof(struct request, version),
		offsetof(struct request, pinned),
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
		*ret_text = *(const struct str *)subject_at(subject, members[i]);
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
		[TERM_VERSION] = WORDS(request_version_word),
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

bool filter_value_is_class(const struct filter_value *value, int class)
{
	return value->low == INT64_C(100) * class && value->high == value->low + 99;
}

/* Shares know two classes. */
static bool has_other_status(const struct filter_term *term)
{
	for (size_t i = 0; i < term->count; i++)
		if (!filter_value_is_class(&term->values[i], 4) &&
			!filter_value_is_class(&term->values[i], 5))
			return true;
	return false;
}

/* The first term, not negated, that things of the shape have no field for. */
static const char *term_without_field(const struct filter *filter, const struct shape *shape)
{
	for (size_t i = 0; i < filter->count; i++) {
		enum term term = filter->terms[i].term;
		bool text = term == TERM_TEXT || term == TERM_REGEX;

		if (!text && !filter->terms[i].negated && shape->getters[term].type == GET_NOTHING)
			return filter_terms[term].name;
		if (shape->getters[term].type == GET_SHARES && has_other_status(&filter->terms[i]))
			return "status but 4xx and 5xx";
	}
	return NULL;
}

const char *filter_not_of_requests(const struct filter *filter)
{
	return term_without_field(filter, &requests);
}

/* ---- versions ---- */

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

/* Held against a version that has nothing of its own: what that has, all of them have. */
enum filter_reach filter_reach_service(const struct filter *filter, const struct service *service)
{
	const struct version bare = {.service = service->name};
	const struct subject subject = {.shape = &versions, .record = &bare, .service = service};
	enum filter_reach reach = FILTER_ALL;

	for (size_t i = 0; i < filter->count; i++) {
		const struct filter_term *term = &filter->terms[i];
		bool matches = subject_matches_term(&subject, term);
		bool text = term->term == TERM_TEXT || term->term == TERM_REGEX;

		if (term->term == TERM_SERVICE || term->term == TERM_OWNER) {
			if (!matches)
				return FILTER_NONE;
		} else if (text && term->negated && !matches) {
			return FILTER_NONE;
		} else if (!text || term->negated || !matches) {
			reach = FILTER_SOME;
		}
	}
	return reach;
}

const char *filter_not_of_versions(const struct filter *filter)
{
	return term_without_field(filter, &versions);
}

/* ---- sessions ---- */

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

const char *filter_not_of_sessions(const struct filter *filter)
{
	return term_without_field(filter, &sessions);
}

/* ---- pull requests ---- */

static bool pull_service(const struct subject *subject, size_t i, struct str *ret_word)
{
	const struct pull *pull = subject->record;

	if (i >= pull->version_count)
		return false;
	*ret_word = str_of(pull->versions[i].version->service);
	return true;
}

static bool pull_version(const struct subject *subject, size_t i, struct str *ret_word)
{
	const struct pull *pull = subject->record;

	if (i >= pull->version_count)
		return false;
	*ret_word = str_of(pull->versions[i].version->name);
	return true;
}

static bool pull_session(const struct subject *subject, size_t i, struct str *ret_word)
{
	const struct pull *pull = subject->record;

	if (i >= pull->session_count)
		return false;
	*ret_word = str_of(pull->sessions[i]->key);
	return true;
}

static bool pull_text(const struct subject *subject, size_t i, struct str *ret_text)
{
	static const size_t members[] = {
		offsetof(struct pull, title),
		offsetof(struct pull, branch),
		offsetof(struct pull, author),
		offsetof(struct pull, url),
	};

	if (i < ARRAY_LEN(members)) {
		*ret_text = *(const struct str *)subject_at(subject, members[i]);
		return true;
	}
	i -= ARRAY_LEN(members);
	return i % 2 == 0 ? pull_service(subject, i / 2, ret_text)
			  : pull_version(subject, i / 2, ret_text);
}

/* clang-format off */
static const struct shape pulls = {
	.getters = {
		[TERM_SERVICE] = WORDS(pull_service),
		[TERM_VERSION] = WORDS(pull_version),
		[TERM_SESSION] = WORDS(pull_session),
		[TERM_PR] = MEMBER(GET_INT, pull, number),
		[TERM_AUTHOR] = MEMBER(GET_VIEW, pull, author),
		[TERM_STATE] = MEMBER(GET_CHOICE, pull, state),
		[TERM_SINCE] = MEMBER(GET_INT, pull, deployed_at),
	},
	.text = pull_text,
};
/* clang-format on */

bool filter_match_pull(const struct filter *filter, const struct pull *pull, int64_t now_ms)
{
	const struct subject subject = {.shape = &pulls, .record = pull, .now_ms = now_ms};
	return subject_matches(filter, &subject);
}

const char *filter_not_of_pulls(const struct filter *filter)
{
	return term_without_field(filter, &pulls);
}

/* ---- calls ---- */

static bool call_caller(const struct subject *subject, size_t i, struct str *ret_word)
{
	const struct filter_call *call = subject->record;
	struct str rest = call->caller;

	*ret_word = i == 0 ? rest : str_cut(&rest, '@');
	return i < 2;
}

static bool call_pr(const struct subject *subject, struct str *ret_word, int64_t *ret_number)
{
	const struct filter_call *call = subject->record;

	return pull_of(call->service, call->version, subject->env, ret_word, ret_number);
}

static bool call_text(const struct subject *subject, size_t i, struct str *ret_text)
{
	const struct filter_call *call = subject->record;
	const struct str texts[] = {call->caller, call->service, call->version};

	if (i >= ARRAY_LEN(texts))
		return false;
	*ret_text = texts[i];
	return true;
}

/* clang-format off */
static const struct shape calls = {
	.getters = {
		[TERM_SERVICE] = MEMBER(GET_VIEW, filter_call, service),
		[TERM_VERSION] = MEMBER(GET_VIEW, filter_call, version),
		[TERM_PR] = FACT(call_pr),
		[TERM_AUTHOR] = FACT(call_pr),
		[TERM_KIND] = MEMBER(GET_CHOICE, filter_call, kind),
		[TERM_STATUS] = MEMBER(GET_SHARES, filter_call, share_4xx),
		[TERM_CALLER] = WORDS(call_caller),
		[TERM_SINCE] = MEMBER(GET_INT, filter_call, last_seen),
		[TERM_OVER] = MEMBER(GET_MS, filter_call, p95_ms),
		[TERM_UNDER] = MEMBER(GET_MS, filter_call, p95_ms),
	},
	.text = call_text,
};
/* clang-format on */

static_assert(offsetof(struct filter_call, share_5xx) ==
		      offsetof(struct filter_call, share_4xx) + sizeof(double),
	"GET_SHARES reads the two as one");

bool filter_match_call(const struct filter *filter, const struct filter_call *call,
	const struct environment *env, int64_t now_ms)
{
	const struct subject subject = {
		.shape = &calls, .record = call, .env = env, .now_ms = now_ms};
	return subject_matches(filter, &subject);
}

const char *filter_not_of_calls(const struct filter *filter)
{
	return term_without_field(filter, &calls);
}

/* ---- events ---- */

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
		[TERM_AUTHOR] = MEMBER(GET_TEXT, event, actor),
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

const char *filter_not_of_events(const struct filter *filter)
{
	return term_without_field(filter, &events);
}
