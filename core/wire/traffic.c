/*
 * Stats to JSON (the API) and back (the client, for the dashboard). One table of the plain numbers
 * serves both ways.
 */
#include "core/wire/traffic.h"

#include <stddef.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"

static const struct {
	const char *name;
	size_t offset;
} numbers[] =
	{
		{"rate", offsetof(struct stats, rate)},
		{"share_4xx", offsetof(struct stats, share_4xx)},
		{"share_5xx", offsetof(struct stats, share_5xx)},
		{"p50_ms", offsetof(struct stats, p50_ms)},
		{"p95_ms", offsetof(struct stats, p95_ms)},
		{"p99_ms", offsetof(struct stats, p99_ms)},
},
  counts[] = {
	  {"count", offsetof(struct stats, count)},
	  {"bytes_in", offsetof(struct stats, bytes_in)},
	  {"bytes_out", offsetof(struct stats, bytes_out)},
};

void wire_write_stats(struct json_writer *w, const struct stats *stats)
{
	const char *base = (const char *)stats;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		json_double(w, numbers[i].name, *(const double *)(base + numbers[i].offset));
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		json_uint(w, counts[i].name, *(const uint64_t *)(base + counts[i].offset));
	json_time(w, "last_seen", stats->last_seen);
	json_array(w, "history");
	for (size_t i = 0; i < WINDOW_SLOTS; i++)
		json_uint(w, NULL, stats->history[i]);
	json_array_end(w);
}

static bool read_history(const cJSON *list, uint32_t history[WINDOW_SLOTS])
{
	const cJSON *item;
	size_t i = 0;

	if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) != WINDOW_SLOTS)
		return false;
	cJSON_ArrayForEach(item, list)
	{
		if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) ||
			item->valuedouble > UINT32_MAX)
			return false;
		history[i++] = (uint32_t)item->valuedouble;
	}
	return true;
}

static bool read_last_seen(const cJSON *object, int64_t *ret_time)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, "last_seen");

	*ret_time = 0;
	return cJSON_IsNull(item) ||
	       (cJSON_IsString(item) && time_parse(str_of(item->valuestring), ret_time));
}

static bool read_key(const cJSON *object, struct strbuf *key)
{
	struct str session, caller, service, version;

	if (json_get_str(object, "session", &session)) {
		strbuf_add_str(key, session);
		return true;
	}
	if (!json_get_str(object, "service", &service))
		return false;
	if (json_get_str(object, "caller", &caller)) {
		strbuf_add_str(key, caller);
		strbuf_add_char(key, ' ');
	}
	strbuf_add_str(key, service);
	if (json_get_str(object, "version", &version)) {
		strbuf_add_char(key, '@');
		strbuf_add_str(key, version);
	}
	return true;
}

enum err wire_read_stats(
	const cJSON *object, struct strbuf *key, struct stats *ret_stats, struct errbuf *eb)
{
	struct stats stats = {0};
	char *base = (char *)&stats;
	const char *wrong = NULL;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (!json_get_double(object, numbers[i].name, (double *)(base + numbers[i].offset)))
			wrong = numbers[i].name;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		if (!json_get_u64(object, counts[i].name, (uint64_t *)(base + counts[i].offset)))
			wrong = counts[i].name;
	json_get_u64(object, "lost", &stats.lost); /* edges have it, those of a session all three */
	json_get_u64(object, "pinned", &stats.pinned);
	json_get_u64(object, "without", &stats.without);
	json_get_u64(object, "likely", &stats.likely);
	json_get_u64(object, "likely_usual", &stats.likely_usual);
	if (!read_last_seen(object, &stats.last_seen))
		wrong = "last_seen";
	if (!read_history(cJSON_GetObjectItemCaseSensitive(object, "history"), stats.history))
		wrong = "history";
	if (wrong == NULL && !read_key(object, key))
		wrong = "service";
	if (wrong != NULL)
		return err_set_field(eb, ERR_BAD_JSON, wrong, NULL,
			"Stats without a %s that can be read", wrong);
	*ret_stats = stats;
	return ERR_NONE;
}
