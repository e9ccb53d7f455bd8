/*
 * Problem details: the API writes them for whatever went wrong, the client makes an errbuf of them again,
 * so that a sentence of the control plane arrives at the terminal as it was said.
 */
#include "core/wire/problem.h"

#include <stdio.h>

void wire_write_problem(struct json_writer *w, const struct errbuf *eb)
{
	char type[64];

	snprintf(type, sizeof(type), "urn:umbra:problem:%s", err_code(eb->err));
	json_c(w, "type", type);
	json_c(w, "title", err_title(eb->err));
	json_int(w, "status", err_http_status(eb->err));
	json_c(w, "code", err_code(eb->err));
	json_c(w, "detail", eb->text[0] != '\0' ? eb->text : err_title(eb->err));
	if (eb->field[0] != '\0')
		json_c(w, "field", eb->field);
	if (eb->expected[0] != '\0')
		json_c(w, "expected", eb->expected);
}

/* For a code of a newer control plane: the first error with the same status. */
static enum err err_from_status(int http_status)
{
	for (int i = ERR_NONE + 1; i < ERR_COUNT; i++)
		if (err_http_status((enum err)i) == http_status)
			return (enum err)i;
	return ERR_FAILED;
}

/* It is not from the control plane itself. That a login in front of it is missing is known by the status. */
static void read_foreign(int http_status, struct errbuf *eb)
{
	enum err err = err_from_status(http_status);

	if (err == ERR_LOGIN || err == ERR_FORBIDDEN)
		err_set(eb, err,
			"What is in front of the control plane answered %d: your login there is "
			"missing or has expired",
			http_status);
	else
		err_set(eb, ERR_FAILED, "The control plane answered %d without saying why",
			http_status);
}

void wire_read_problem(struct str body, int http_status, struct errbuf *eb)
{
	cJSON *tree = json_parse(body, NULL);
	struct str code, detail = {NULL, 0}, field = {NULL, 0}, expected = {NULL, 0};

	if (!json_get_str(tree, "code", &code)) {
		read_foreign(http_status, eb);
		cJSON_Delete(tree);
		return;
	}
	enum err err = err_from_code(code.p);
	if (err == ERR_COUNT || err == ERR_NONE)
		err = err_from_status(http_status);
	json_get_str(tree, "detail", &detail);
	json_get_str(tree, "field", &field);
	json_get_str(tree, "expected", &expected);
	err_set_field(eb, err, field.p, expected.p, "%s", detail.n > 0 ? detail.p : err_title(err));
	cJSON_Delete(tree);
}
