/*
 * Picks from JSON on stdin, for shell tests: json proxy.pid, json versions.0.state, json services.#
 *
 * A number is an index, # the count of a list, * each of its items. Texts are printed as they are, the rest as JSON; nothing
 * is printed, and 1 returned, when it is not there. With several lines of input (NDJSON) each is asked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"

static bool print_at(const cJSON *at, struct str path);

static bool print_each(const cJSON *list, struct str path)
{
	const cJSON *item;
	bool any = false;

	cJSON_ArrayForEach(item, list) any |= print_at(item, path);
	return any;
}

/* False when it is not there. */
static bool print_at(const cJSON *at, struct str path)
{
	char *text;

	while (path.p != NULL && at != NULL) {
		const struct str part = str_cut(&path, '.');
		char name[128];
		uint64_t index;

		if (str_eq_c(part, "#"))
			return printf("%d\n", cJSON_GetArraySize(at)) > 0;
		if (str_eq_c(part, "*"))
			return print_each(at, path);
		(void)str_copy(name, sizeof(name), part);
		if (str_to_u64(part, &index) && cJSON_IsArray(at))
			at = cJSON_GetArrayItem(at, (int)index);
		else
			at = cJSON_GetObjectItemCaseSensitive(at, name);
	}
	if (at == NULL)
		return false;
	if (cJSON_IsString(at))
		return printf("%s\n", at->valuestring) >= 0;
	text = cJSON_PrintUnformatted(at);
	(void)printf("%s\n", text != NULL ? text : "");
	free(text);
	return true;
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	cJSON *value;
	int status = 1;

	if (argc != 2)
		return 2;
	while ((n = getdelim(&line, &cap, '\n', stdin)) > 0) {
		value = json_parse((struct str){line, (size_t)n}, NULL);
		if (print_at(value, str_of(argv[1][0] != '\0' ? argv[1] : NULL)))
			status = 0;
		cJSON_Delete(value);
	}
	free(line);
	return status;
}
