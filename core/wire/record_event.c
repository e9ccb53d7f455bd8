/*
 * Events as JSON. `before` and `after` are texts in the record and JSON values on the wire: they are
 * written as they are, and printed again when read.
 */
#include "core/wire/record.h"

#include "core/wire/read.h"

static uint64_t json_fields(void)
{
	return record_bit(&event_type, "before") | record_bit(&event_type, "after");
}

static void write_json(struct json_writer *w, const char *key, const char *json)
{
	if (json != NULL)
		json_raw(w, key, str_of(json));
	else
		json_null(w, key);
}

void wire_write_event(struct json_writer *w, const char *key, const struct event *event)
{
	json_object(w, key);
	wire_write_fields(w, &event_type, event, json_fields());
	write_json(w, "before", event->before);
	write_json(w, "after", event->after);
	json_object_end(w);
}

static void read_json(const cJSON *object, const char *key, char **slot)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
	char *json = value != NULL && !cJSON_IsNull(value) ? cJSON_PrintUnformatted(value) : NULL;

	text_set(slot, json);
	cJSON_free(json);
}

enum err wire_read_event(const cJSON *object, struct event *ret_event, struct errbuf *eb)
{
	struct wire_reading reading = {
		.type = &event_type, .mode = WIRE_TRUST, .skip = json_fields()};
	struct event event = {0};
	enum err err = wire_read_fields(&reading, object, &event, eb);

	if (err != ERR_NONE)
		return err;
	read_json(object, "before", &event.before);
	read_json(object, "after", &event.after);
	*ret_event = event;
	return ERR_NONE;
}
