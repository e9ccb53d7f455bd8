/*
 * The words of health checks. The proxy's driver says how a check ended in a few words that fit a table
 * ("answered 404"); here they become sentences. Pure.
 */
#include "core/model/check.h"

#include "core/base/mem.h"

static const struct {
	const char *part; /* of the detail; the first row that fits counts */
	const char *advice;
	const char *
		rest; /* stands behind the name of the service; NULL: the advice does not name it */
} rows[] = {
	{"the proxy's own address", "", NULL}, /* it says so itself */
	{"HAProxy refuses", "change what it names; umbra service show ", " has all of it"},
	{"connection refused",
		"nothing listens there; see that it runs, and that this is its address and port",
		NULL},
	{"no connection in time",
		"nothing answers at that address; see that the proxy's machine reaches it", NULL},
	{"no answer in time", "it takes the connection and says nothing; its own log may say why",
		NULL},
	{"not valid HTTP",
		"what listens there speaks something else; see its port, and umbra service set ",
		" --protocol"},
	{"answered 404", "it has no such path; umbra service set ",
		" --health-path PATH names another"},
	{"answered 401", "a check has no login; umbra service set ",
		" --health-path PATH names another path"},
	{"answered 403", "a check has no login; umbra service set ",
		" --health-path PATH names another path"},
	{"answered 5", "it runs and says that it is not well; its own log may say why", NULL},
	{"answered", "a check wants 2xx or 3xx; umbra service set ",
		" --health-path PATH names another path"},
	{"cannot be resolved", "see that the name is right, and known on the proxy's machine",
		NULL},
};

void check_say(struct strbuf *out, const struct service *service, const struct version *version)
{
	const char *path = service != NULL ? service->health_path : NULL;
	const char *first = version->endpoints.count > 0 ? version->endpoints.items[0] : "nobody";

	if (path != NULL && path[0] != '\0')
		strbuf_addf(out, "GET http://%s%s", first, path);
	else
		strbuf_addf(out, "a connection to %s", first);
	if (version->endpoints.count > 1)
		strbuf_addf(out, " and %s%zu more", path != NULL ? "of " : "to ",
			version->endpoints.count - 1);
}

bool check_say_advice(struct strbuf *out, const char *service, const char *detail)
{
	struct str text = str_of(detail);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (str_find(text, str_of(rows[i].part)) == text.n)
			continue;
		strbuf_add_c(out, rows[i].advice);
		if (rows[i].rest != NULL)
			strbuf_addf(out, "%s%s", service, rows[i].rest);
		return rows[i].advice[0] != '\0';
	}
	return false;
}
