/*
 * The words of health checks. The proxy's driver says how a check ended in a few words that fit a table
 * ("answered 404"); here they become sentences. Pure.
 */
#include "core/model/check.h"

#include <string.h>

#include "core/base/xalloc.h"

/* The row's `rest`: another path helps. */
static const char another_path[] = "--health-path";

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
	{"has no grpc.health.v1", "umbra service set ",
		" --health-type tcp asks for a connection only"},
	{"no gRPC answer",
		"what listens there speaks no gRPC; see its port, and umbra service set ",
		" --health-type"},
	{"not SERVING", "it runs and says that it is not well; its own log may say why", NULL},
	{"answered 404", "it has no such path", another_path},
	{"answered 401", "a check has no login", another_path},
	{"answered 403", "a check has no login", another_path},
	{"answered 5", "it runs and says that it is not well; its own log may say why", NULL},
	{"answered", "a check wants 2xx or 3xx", another_path},
	{"cannot be resolved", "see that the name is right, and known on the proxy's machine",
		NULL},
};

void check_say(struct strbuf *out, const struct service *service, const struct version *version)
{
	const char *first = version->endpoints.count > 0 ? version->endpoints.items[0] : "nobody";
	int type = service != NULL ? service->health_type : HEALTH_TCP;
	const char *path = version->health_path;
	int64_t port = version->health_port;
	const char *colon = strrchr(first, ':');
	struct str host = str_of(first);

	if (service != NULL && path == NULL)
		path = service->health_path;
	if (service != NULL && port == 0)
		port = service->health_port;
	strbuf_add_c(out, type == HEALTH_HTTP   ? "GET http://"
			  : type == HEALTH_GRPC ? "grpc.health.v1.Health/Check of "
						: "a connection to ");
	if (port != 0 && colon != NULL)
		host.n = (size_t)(colon - first);
	strbuf_add_str(out, host);
	if (port != 0)
		strbuf_addf(out, ":%lld", (long long)port);
	if (type == HEALTH_HTTP)
		strbuf_add_c(out, path != NULL ? path : "/");
	if (version->endpoints.count > 1)
		strbuf_addf(out, " and the same for %zu other endpoint%s",
			version->endpoints.count - 1, version->endpoints.count > 2 ? "s" : "");
}

/* The service's path is that of all its versions, stable too: one beside it names its own. */
static void say_another_path(struct strbuf *out, const struct version *version)
{
	if (version->kind == KIND_STABLE) {
		strbuf_addf(out,
			"; umbra service set %s %s PATH names another, for all its versions",
			version->service, another_path);
		return;
	}
	strbuf_addf(out, "; umbra version register %s@%s", version->service, version->name);
	strbuf_addf(out, " --endpoint %s%s",
		version->endpoints.count > 0 ? version->endpoints.items[0] : "H:P",
		version->endpoints.count > 1 ? " --endpoint ..." : "");
	strbuf_addf(out, " %s / names another, for this version alone", another_path);
}

bool check_say_advice(struct strbuf *out, const struct version *version)
{
	struct str text = str_of(version->state_detail);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (str_find(text, str_of(rows[i].part)) == text.n)
			continue;
		strbuf_add_c(out, rows[i].advice);
		if (rows[i].rest == another_path)
			say_another_path(out, version);
		else if (rows[i].rest != NULL)
			strbuf_addf(out, "%s%s", version->service, rows[i].rest);
		return rows[i].advice[0] != '\0';
	}
	return false;
}
