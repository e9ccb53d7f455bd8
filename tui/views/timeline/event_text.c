/*
 * Events in plain words. Called by the Timeline for the rows in sight. Invariant: what is detail comes from the
 * event alone; a field this file has no word for is detail by its own name.
 */
#include "tui/views/timeline/event_text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"

static const struct event_words words_of[EVENT_ACTION_COUNT] = {
	[EVENT_SERVICE_CREATED] = {"created service ", "", GLYPH_COUNT, ROLE_BASE},
	[EVENT_SERVICE_CHANGED] = {"changed service ", "", GLYPH_COUNT, ROLE_BASE},
	[EVENT_SERVICE_REMOVED] = {"removed service ", "", GLYPH_DRAINING, ROLE_DRAINING},
	[EVENT_SERVICE_REFUSED] = {"the proxy refuses service ", "", GLYPH_UNHEALTHY,
		ROLE_UNHEALTHY},
	[EVENT_SERVICE_ACCEPTED] = {"the proxy takes service ", " again", GLYPH_READY, ROLE_READY},
	[EVENT_VERSION_REGISTERED] = {"registered ", "", GLYPH_COUNT, ROLE_BASE},
	[EVENT_VERSION_CHANGED] = {"changed ", "", GLYPH_COUNT, ROLE_BASE},
	[EVENT_VERSION_READY] = {"", " became ready", GLYPH_READY, ROLE_READY},
	[EVENT_VERSION_UNHEALTHY] = {"", " became unhealthy", GLYPH_UNHEALTHY, ROLE_UNHEALTHY},
	[EVENT_VERSION_PROMOTED] = {"promoted ", " to stable", GLYPH_UP, ROLE_STRONG},
	[EVENT_VERSION_RETIRED] = {"retired ", "", GLYPH_DRAINING, ROLE_DRAINING},
	[EVENT_VERSION_EXPIRED] = {"", " expired", GLYPH_DRAINING, ROLE_DRAINING},
	[EVENT_SESSION_CREATED] = {"created session ", "", GLYPH_COUNT, ROLE_BASE},
	[EVENT_SESSION_CHANGED] = {"changed session ", "", GLYPH_COUNT, ROLE_BASE},
	[EVENT_SESSION_PINNED] = {"pinned in session ", "", GLYPH_COUNT, ROLE_BASE},
	[EVENT_SESSION_UNPINNED] = {"unpinned in session ", "", GLYPH_COUNT, ROLE_BASE},
	[EVENT_SESSION_ENDED] = {"ended session ", "", GLYPH_DRAINING, ROLE_DRAINING},
	[EVENT_SESSION_EXPIRED] = {"session ", " expired", GLYPH_DRAINING, ROLE_DRAINING},
	[EVENT_PROXY_STARTED] = {"the ", " started", GLYPH_READY, ROLE_READY},
	[EVENT_PROXY_ADOPTED] = {"took over the running ", "", GLYPH_READY, ROLE_READY},
	[EVENT_PROXY_LOST] = {"the ", " is gone", GLYPH_UNHEALTHY, ROLE_UNHEALTHY},
};

const struct event_words *event_words(const struct event *event)
{
	static const struct event_words other = {"", " changed", GLYPH_COUNT, ROLE_BASE};

	return event->action >= 0 && event->action < (int)EVENT_ACTION_COUNT
		       ? &words_of[event->action]
		       : &other;
}

bool event_by_person(const struct event *event)
{
	return event->actor && strcmp(event->actor, "umbra") != 0;
}

/* ---- fields ---- */

/* FIRST: what it is about, whatever the record begins with. */
enum telling { NEVER, WHEN_CHANGED, ALWAYS, FIRST };

/* A path that ends in a dot stands for all below it, which are then named by what follows. */
static const struct field_word {
	const char *path;
	const char *word;
	enum telling telling;
} field_words[] = {
	{"pins.", "", FIRST},
	{"stable", "stable", FIRST},
	{"pr.number", "pull request", ALWAYS},
	{"pr.author", "by", ALWAYS},
	{"pr.title", "title", WHEN_CHANGED},
	{"pr.branch", "branch", WHEN_CHANGED},
	{"pr.url", "address of the pull request", NEVER},
	{"commit", "commit", ALWAYS},
	{"base_commit", "base commit", NEVER},
	{"kind", "kind", WHEN_CHANGED},
	{"ttl", "lifetime", ALWAYS},
	{"expires_at", "expires", NEVER},
	{"created_at", "created", NEVER},
	{"deployed_at", "deployed", NEVER},
	{"name", "name", WHEN_CHANGED},
	{"health.path", "health path", WHEN_CHANGED},
	{"health.interval", "health interval", WHEN_CHANGED},
	{"labels.", "label ", WHEN_CHANGED},
	{"owner", "owner", ALWAYS},
	{"state_detail", "why", NEVER},
	{"driver", "driver", NEVER},
};

static const struct field_word *word_of(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(field_words); i++) {
		size_t n = strlen(field_words[i].path);
		bool below = field_words[i].path[n - 1] == '.';

		if (below ? strncmp(path, field_words[i].path, n) == 0
			  : strcmp(path, field_words[i].path) == 0)
			return &field_words[i];
	}
	return NULL;
}

void diff_init(struct event_diff *list)
{
	memset(list, 0, sizeof(*list));
	strbuf_init(&list->texts, (size_t)2 * LIMIT_BODY);
}

void diff_finish(struct event_diff *list)
{
	strbuf_finish(&list->texts);
	list->count = 0;
}

const char *diff_text(const struct event_diff *list, size_t offset)
{
	return offset < list->texts.len ? list->texts.data + offset : "";
}

/* Texts stand one behind the other, each with its terminator; where one would not fit it is empty. */
static size_t begin_text(struct event_diff *list)
{
	return list->texts.len;
}

static void end_text(struct event_diff *list)
{
	strbuf_add(&list->texts, "", 1);
}

static void add_scalar(struct strbuf *out, const cJSON *value)
{
	int64_t time_ms;
	char clock[TIME_TEXT_SIZE];
	char day[DAY_SIZE];

	if (cJSON_IsString(value) && time_parse(str_of(value->valuestring), &time_ms)) {
		time_format_clock(time_ms, clock);
		event_day(time_ms, 0, day);
		strbuf_addf(out, "%s %.8s", day, clock);
	} else if (cJSON_IsString(value)) {
		strbuf_add_c(out, value->valuestring);
	} else if (cJSON_IsNumber(value)) {
		strbuf_addf(out, "%.15g", value->valuedouble);
	} else if (cJSON_IsBool(value)) {
		strbuf_add_c(out, cJSON_IsTrue(value) ? "yes" : "no");
	}
}

static size_t add_value(struct event_diff *list, const cJSON *value)
{
	size_t at = begin_text(list);
	const cJSON *item;

	if (cJSON_IsArray(value)) {
		cJSON_ArrayForEach(item, value)
		{
			if (item != value->child)
				strbuf_add_c(&list->texts, ", ");
			add_scalar(&list->texts, item);
		}
	} else {
		add_scalar(&list->texts, value);
	}
	end_text(list);
	return at;
}

static size_t add_name(struct event_diff *list, const char *path)
{
	const struct field_word *word = word_of(path);
	size_t at = begin_text(list);

	if (word && word->path[strlen(word->path) - 1] == '.')
		strbuf_addf(&list->texts, "%s%s", word->word, path + strlen(word->path));
	else
		strbuf_add_c(&list->texts, word ? word->word : path);
	end_text(list);
	return at;
}

static bool is_empty(const cJSON *value)
{
	return cJSON_IsNull(value) || (cJSON_IsArray(value) && value->child == NULL) ||
	       (cJSON_IsString(value) && value->valuestring[0] == '\0');
}

static struct diff_field *field_named(struct event_diff *list, const char *path)
{
	struct diff_field *field;
	size_t name = add_name(list, path);

	for (size_t i = 0; i < list->count; i++)
		if (strcmp(diff_text(list, list->fields[i].name), diff_text(list, name)) == 0)
			return &list->fields[i];
	if (list->count == DIFF_FIELDS)
		return NULL;
	field = &list->fields[list->count++];
	*field = (struct diff_field){.name = name};
	return field;
}

struct side_by_side {
	struct event_diff *list;
	bool after;
	bool whole; /* the thing begins or ends: every field it has is named */
};

static bool is_telling(const char *path, bool whole)
{
	const struct field_word *word = word_of(path);

	return word ? word->telling >= (whole ? ALWAYS : WHEN_CHANGED) : !whole;
}

static void put_field(const struct side_by_side *side, const char *path, const cJSON *value)
{
	struct diff_field *field;
	size_t at;

	if (is_empty(value))
		return;
	field = field_named(side->list, path);
	if (!field)
		return;
	at = add_value(side->list, value);
	if (side->after) {
		field->after = at;
		field->has = true;
	} else {
		field->before = at;
		field->had = true;
	}
	field->telling = is_telling(path, side->whole);
	field->leads = word_of(path) && word_of(path)->telling == FIRST;
}

enum { PATH_SIZE = 160, DEPTH_MAX = 3 };

static void flatten(
	const struct side_by_side *side, const char *prefix, const cJSON *object, int depth)
{
	const cJSON *member;
	char path[PATH_SIZE];

	cJSON_ArrayForEach(member, object)
	{
		(void)snprintf(path, sizeof(path), "%s%s%s", prefix, prefix[0] ? "." : "",
			member->string ? member->string : "");
		if (cJSON_IsObject(member) && depth < DEPTH_MAX)
			flatten(side, path, member, depth + 1);
		else
			put_field(side, path, member);
	}
}

static void read_side(struct event_diff *list, const char *json, bool after, bool whole)
{
	const struct side_by_side side = {list, after, whole};
	cJSON *root = json ? json_parse(str_of(json), NULL) : NULL;

	if (cJSON_IsObject(root))
		flatten(&side, "", root, 0);
	cJSON_Delete(root);
}

/* What it is about goes to the front; all else keeps its order. */
static void put_leading_first(struct event_diff *list)
{
	size_t front = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct diff_field field = list->fields[i];

		if (!field.leads)
			continue;
		memmove(list->fields + front + 1, list->fields + front,
			(i - front) * sizeof(field));
		list->fields[front++] = field;
	}
}

void diff_read(struct event_diff *list, const struct event *event)
{
	bool whole = !event->before || !event->after;

	strbuf_reset(&list->texts);
	list->count = 0;
	read_side(list, event->before, false, whole);
	read_side(list, event->after, true, whole);
	put_leading_first(list);
}

size_t diff_leading(const struct event_diff *list)
{
	size_t count = 0;

	while (count < list->count && list->fields[count].leads)
		count++;
	return count;
}

const char *diff_detail(const struct event_diff *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *name = diff_text(list, list->fields[i].name);

		if (list->fields[i].has && (strcmp(name, "why") == 0 || strcmp(name, "error") == 0))
			return diff_text(list, list->fields[i].after);
	}
	return "";
}

/* ---- days ---- */

static void local_day(int64_t time_ms, struct tm *ret_tm)
{
	time_t seconds = (time_t)(time_ms / 1000);

	localtime_r(&seconds, ret_tm);
}

bool event_same_day(int64_t a_ms, int64_t b_ms)
{
	struct tm a, b;

	local_day(a_ms, &a);
	local_day(b_ms, &b);
	return a.tm_year == b.tm_year && a.tm_yday == b.tm_yday;
}

void event_day(int64_t time_ms, int64_t now_ms, char dst[DAY_SIZE])
{
	static const char *const days[] = {
		"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
	static const char *const months[] = {"January", "February", "March", "April", "May", "June",
		"July", "August", "September", "October", "November", "December"};
	const char *near = "";
	struct tm tm;

	local_day(time_ms, &tm);
	if (now_ms == 0) { /* between other words */
		(void)snprintf(dst, DAY_SIZE, "%d %.3s", tm.tm_mday, months[tm.tm_mon]);
		return;
	}
	if (event_same_day(time_ms, now_ms))
		near = "Today, ";
	else if (event_same_day(time_ms + 24LL * 3600 * 1000, now_ms))
		near = "Yesterday, ";
	(void)snprintf(
		dst, DAY_SIZE, "%s%s %d %s", near, days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon]);
}

/* ---- the object ---- */

void event_object(const struct event *event, struct event_object *ret_object)
{
	struct str rest = str_of(event->object);

	memset(ret_object, 0, sizeof(*ret_object));
	if (event->action <= (int)EVENT_VERSION_EXPIRED) {
		ret_object->service = str_cut(&rest, '@');
		ret_object->version = rest;
	} else if (event->action <= (int)EVENT_SESSION_EXPIRED) {
		ret_object->session = rest;
	}
}
