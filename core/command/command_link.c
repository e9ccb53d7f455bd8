/*
 * session link: a row of the command table. Every form in which a request can carry the session, made by
 * model/howto from where the control plane says that requests enter.
 */
#include <stdlib.h>

#include "core/base/xalloc.h"
#include "core/command/entry.h"
#include "core/command/commands.h"
#include "core/command/command_run.h"
#include "core/model/access_forms.h"
#include "core/model/name_rules.h"

enum { LINK_BYTES_MAX = 65536, LINK_FORM_MAX = 4096 };

struct link {
	char *key;
	char *service; /* NULL until known: where requests come in, else `pinned` */
	char *pinned; /* the first service that the session pins; NULL without one */
	char *path;
};

static void link_release(void *extra)
{
	struct link *link = extra;

	free(link->key);
	free(link->service);
	free(link->pinned);
	free(link->path);
	free(link);
}

static void link_write(const struct link *link, const struct entry_point *entry, struct strbuf *out)
{
	struct json_writer w;
	struct strbuf form;

	strbuf_init(&form, LINK_FORM_MAX);
	json_start(&w, out);
	json_object(&w, NULL);
	json_c(&w, "key", link->key);
	json_c(&w, "service", link->service);
	for (int i = 0; i < ACCESS_COUNT; i++) {
		strbuf_reset(&form);
		access_session(&form, (enum access_form)i, entry, str_of(link->key),
			str_of(link->service), str_of(link->path));
		if (form.len)
			json_str(&w, access_names[i], strbuf_str(&form));
	}
	json_object_end(&w);
	strbuf_finish(&form);
}

static void link_status_reply(struct command_run *run, const struct client_response *response)
{
	struct link *link = run->extra;
	cJSON *status = run_take_answer(run);
	struct str entrance = {0};
	struct entry_point entry;
	struct errbuf eb = {0};
	struct strbuf out;

	(void)response;
	if (!link->service && json_get_str(status, "entrance", &entrance) &&
		name_is_service(entrance))
		link->service = str_dup(entrance);
	if (!link->service)
		link->service = xstrdup(link->pinned);
	if (!link->service) {
		err_set_field(&eb, ERR_USAGE, "--service", "the name of a service",
			"session %s pins nothing; say with --service where the link goes",
			link->key);
		run_end_error(run, eb.err, &eb, (struct str){0});
	} else if (entry_read(status, &entry, &eb)) {
		run_end_error(run, eb.err, &eb, (struct str){0});
	} else {
		strbuf_init(&out, LINK_BYTES_MAX);
		link_write(link, &entry, &out);
		run_end(run, strbuf_str(&out));
		strbuf_finish(&out);
	}
	cJSON_Delete(status);
}

static void link_session_reply(struct command_run *run, const struct client_response *response)
{
	struct link *link = run->extra;
	cJSON *session = run_take_answer(run);
	const cJSON *pins = cJSON_GetObjectItemCaseSensitive(session, "pins");

	(void)response;
	if (pins && pins->child)
		link->pinned = xstrdup(pins->child->string);
	run->reply = link_status_reply;
	run_path(run, "status", NULL);
	run_send(run, "GET", "domain", 0);
	cJSON_Delete(session);
}

static const struct arg_spec link_args[] = {
	ARG(SESSION, "KEY", NULL, "key of the session", .required = true),
	ARG(SERVICE, "--service", "SERVICE",
		"service the link leads to (default: the one called from outside, else the first "
		"it pins)"),
	ARG(TEXT, "--path", "PATH", "path of the link (default /)"),
	ARG(FLAG, "--qr", NULL, "the link as a QR code too, for a phone"),
};

static void link_start(struct command_run *run, const struct command_args *args)
{
	struct link *link = xcalloc(1, sizeof(*link));
	const char *path = args_get(args, "--path");

	link->key = xstrdup(args_get(args, "KEY"));
	link->service = xstrdup(args_get(args, "--service"));
	link->path = xstrdup(path ? path : "/");
	run->extra = link;
	run->release = link_release;
	run->reply = link_session_reply;
	run_path(run, "sessions", link->key, NULL);
	run_send(run, "GET", "key", 0);
}

const struct command command_session_link = {
	.noun = "session",
	.verb = "link",
	.summary = "show how a request can carry a session: link, curl line, header, cookie",
	.examples = {"umbra session link checkout-4f2k",
		"umbra session link checkout-4f2k --service gateway --qr"},
	COMMAND_ARGS(link_args),
	.shape = SHAPE_OBJECT,
	.start = link_start,
};
