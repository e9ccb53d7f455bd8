/*
 * The check of small bodies: promoting and pinning. Called by their handlers before they read a field.
 */
#include "core/api/body_schema.h"

#include "core/api/clip.h"
#include "core/base/str.h"
#include "core/base/strbuf.h"
#include "core/model/name_rules.h"

static enum err refuse_unknown(
	const char *name, const struct body_field *fields, size_t count, struct errbuf *eb)
{
	char field[CLIP_MAX + 1];
	struct strbuf names;
	enum err err;

	(void)str_copy(field, sizeof(field), clip(str_of(name)));
	strbuf_init(&names, 256);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(&names, "%s%s", i > 0 ? ", " : "", fields[i].name);
	err = err_set_field(
		eb, ERR_UNKNOWN_FIELD, field, names.data, "there is no field %s here", field);
	strbuf_finish(&names);
	return err;
}

static enum err check_value(const cJSON *item, const struct body_field *field, struct errbuf *eb)
{
	if (field->type == BODY_BOOL)
		return cJSON_IsBool(item)
			       ? ERR_NONE
			       : err_set_field(eb, ERR_WRONG_TYPE, field->name, "true or false",
					 "%s is not true or false", field->name);
	if (!cJSON_IsString(item))
		return err_set_field(
			eb, ERR_WRONG_TYPE, field->name, "a text", "%s is not a text", field->name);
	return name_check_version(str_of(item->valuestring), field->name, eb);
}

enum err body_check(
	const cJSON *body, const struct body_field *fields, size_t count, struct errbuf *eb)
{
	const cJSON *item;
	enum err err = ERR_NONE;

	cJSON_ArrayForEach(item, body)
	{
		size_t i = 0;

		while (i < count && !str_eq_c(str_of(item->string), fields[i].name))
			i++;
		err = i < count ? check_value(item, &fields[i], eb)
				: refuse_unknown(item->string, fields, count, eb);
		if (err != ERR_NONE)
			return err;
	}
	for (size_t i = 0; i < count; i++) {
		if (fields[i].required &&
			cJSON_GetObjectItemCaseSensitive(body, fields[i].name) == NULL)
			return err_set_field(eb, ERR_MISSING_FIELD, fields[i].name, NULL,
				"the field %s is missing", fields[i].name);
	}
	return ERR_NONE;
}
