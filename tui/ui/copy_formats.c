/*
 * The forms, in a table by what is selected. Called by the app for y, which offers them and takes the one
 * that was chosen. Invariant: what is handed out is one line of harmless text, so that pasting it into a
 * shell runs nothing that is not seen.
 */
#include "tui/ui/copy_formats.h"

#include <stdio.h>
#include <string.h>

#include "core/base/shell.h"
#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/model/access_forms.h"
#include "core/model/name_rules.h"

enum { TEXT_BYTES_MAX = 64 * 1024 };

/* What the forms are made from; empty where there is none. */
struct source {
	struct entry_point entry;
	struct str service, version, session, path, method, trace, id, pr_url, commit, caller,
		number, plane;
	struct str
		seen; /* a path that the service answers, where the selection has none of its own */
	char digits[24];
};

/* ---- forms ---- */

enum {
	SERVICE = 1 << SELECTED_SERVICE,
	VERSION = 1 << SELECTED_VERSION,
	SESSION = 1 << SELECTED_SESSION,
	PIN = 1 << SELECTED_PIN,
	PULL = 1 << SELECTED_PULL,
	REQUEST = 1 << SELECTED_REQUEST,
	EDGE = 1 << SELECTED_EDGE,
	ANYTHING = 1 << SELECTED_NONE | SERVICE | VERSION | SESSION | PIN | PULL | REQUEST | EDGE,
	REACHED = SERVICE | VERSION | SESSION | PIN | REQUEST,
};

/*
 * Either one of model/howto, or a text in which {name} stands for a value, and [ ] for one word of a shell.
 * A form one of whose values is empty is not offered.
 */
static const struct form {
	unsigned kinds;
	const char *name;
	const char *text; /* NULL: of `howto` */
	enum access_form howto;
} forms[] = {
	{REACHED, "curl", NULL, ACCESS_CURL},
	{REACHED, "link", NULL, ACCESS_LINK},
	{REACHED, "header", NULL, ACCESS_HEADER},
	{REACHED, "baggage", NULL, ACCESS_BAGGAGE},
	{REACHED, "query", NULL, ACCESS_QUERY},
	{REACHED, "cookie", NULL, ACCESS_COOKIE},
	{REACHED, "grpcurl", NULL, ACCESS_GRPCURL},
	{PULL, "session", "umbra session create --pr {number}", 0},
	{PULL | VERSION, "pull request", "{url}", 0},
	{SERVICE, "umbra", "umbra service show {service}", 0},
	{VERSION, "umbra", "umbra version show {service}@{version}", 0},
	{SESSION | PIN, "umbra", "umbra session show {session}", 0},
	{REQUEST, "umbra", "umbra logs [trace:{trace}]", 0},
	{SERVICE, "logs", "umbra logs -f [service:{service}]", 0},
	{VERSION, "logs", "umbra logs -f [service:{service} version:{version}]", 0},
	{SESSION | PIN, "logs", "umbra logs -f [session:{session}]", 0},
	{PULL, "logs", "umbra logs -f [pr:{number}]", 0},
	{EDGE, "logs", "umbra logs -f [caller:{caller} service:{service}]", 0},
	{SESSION | PIN | REQUEST, "session key", "{session}", 0},
	{SERVICE, "service", "{service}", 0},
	{VERSION | PIN | REQUEST | EDGE, "version", "{service}@{version}", 0},
	{VERSION, "commit", "[{commit}]", 0},
	{REQUEST, "trace", "{trace}", 0},
	{REQUEST, "id", "{id}", 0},
	{ANYTHING, "dashboard", "umbra --url [{plane}]", 0},
};

/* The request again: with its method where that is not curl's own. */
static void add_method(struct strbuf *out, const struct source *source)
{
	struct str line = strbuf_str(out);
	struct strbuf with;

	if (source->method.n == 0 || str_eq_c(source->method, "GET"))
		return;
	strbuf_init(&with, TEXT_BYTES_MAX);
	strbuf_add_c(&with, "curl -X ");
	shell_quote(&with, source->method);
	strbuf_add_str(&with, (struct str){line.p + strlen("curl"), line.n - strlen("curl")});
	strbuf_reset(out);
	strbuf_add_str(out, strbuf_str(&with));
	strbuf_finish(&with);
}

static void add_howto(struct strbuf *out, enum access_form howto, const struct source *source)
{
	struct strbuf url;

	/* What is asked over HTTP is no method of gRPC. */
	struct str path =
		howto == ACCESS_GRPCURL || source->path.n > 0 ? source->path : source->seen;

	if (source->entry.proxy_url.n == 0)
		return;
	if (source->session.n > 0)
		access_session(out, howto, &source->entry, source->session, source->service, path);
	else if (source->version.n > 0)
		access_version(out, howto, &source->entry, source->service, source->version, path);
	if (howto == ACCESS_CURL && out->len > 0)
		add_method(out, source);
	if (howto != ACCESS_LINK && howto != ACCESS_QUERY)
		return;
	strbuf_init(&url, TEXT_BYTES_MAX);
	access_url(&url, strbuf_str(out));
	strbuf_reset(out);
	strbuf_add_str(out, strbuf_str(&url));
	strbuf_finish(&url);
}

static struct str value_of(const struct source *source, struct str name)
{
	const struct {
		const char *name;
		struct str value;
	} values[] = {
		{"service", source->service},
		{"version", source->version},
		{"session", source->session},
		{"caller", source->caller},
		{"number", source->number},
		{"trace", source->trace},
		{"id", source->id},
		{"url", source->pr_url},
		{"plane", source->plane},
		{"commit", source->commit},
	};

	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (str_eq_c(name, values[i].name))
			return values[i].value;
	return (struct str){0};
}

/* False when a value is empty. */
static bool fill_in(struct strbuf *out, struct str text, const struct source *source)
{
	while (text.n > 0) {
		struct str part = {text.p, str_find_char(text, '{')};
		struct str name;
		struct str value;

		strbuf_add_str(out, part);
		if (part.n == text.n)
			return true;
		text = (struct str){text.p + part.n + 1, text.n - part.n - 1};
		name = str_cut(&text, '}');
		value = value_of(source, name);
		if (value.n == 0)
			return false;
		if (str_eq_c(name, "url"))
			access_url(out, value);
		else
			strbuf_add_str(out, value);
	}
	return true;
}

static bool add_text(struct strbuf *out, const char *text, const struct source *source)
{
	struct str word = str_of(text);
	struct str before = str_cut(&word, '[');
	struct strbuf filled;
	bool whole = fill_in(out, before, source);

	if (!whole || word.p == NULL)
		return whole;
	strbuf_init(&filled, TEXT_BYTES_MAX);
	whole = fill_in(&filled, str_cut(&word, ']'), source);
	shell_quote(out, strbuf_str(&filled));
	strbuf_finish(&filled);
	return whole;
}

/* ---- the source ---- */

static void read_version(struct source *source, const struct model *model)
{
	const struct version *version =
		environment_version(model->env, source->service, source->version);

	if (!version)
		return;
	source->pr_url = str_of(version->pr_url);
	source->commit = str_of(version->commit);
}

/* A link needs a service: the one called from outside, else the first the session pins, else the first there is. */
static void read_session(struct source *source, const struct model *model)
{
	const struct session *session = environment_session(model->env, source->session);

	if (source->service.n > 0)
		return;
	if (environment_service(model->env, str_of(model->entrance)))
		source->service = str_of(model->entrance);
	else if (session && session->pins.count > 0)
		source->service = str_of(session->pins.entries[0].key);
	else if (model->env->node_count > 0)
		source->service = str_of(model->env->nodes[0].service->name);
}

/* The client wrote it: what is no name is not handed out, or it would be more than a word of a line. */
static struct str name_or_none(struct str text, bool (*is_name)(struct str text))
{
	return is_name(text) ? text : (struct str){0};
}

/* Ids of traces and requests. */
static bool is_id(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!((text.p[i] >= '0' && text.p[i] <= '9') ||
			    (text.p[i] >= 'a' && text.p[i] <= 'z') ||
			    (text.p[i] >= 'A' && text.p[i] <= 'Z') || (i > 0 && text.p[i] == '-')))
			return false;
	return true;
}

static void read_request(struct source *source, const struct model *model, int64_t number)
{
	const struct request *request = request_log_get(model->lines, number);

	if (!request)
		return;
	source->service = name_or_none(request->service, name_is_service);
	source->version = name_or_none(request->version, name_is_version);
	source->session = name_or_none(request->session, name_is_session);
	source->path = request->path;
	source->method = request->method;
	source->trace = name_or_none(request->trace, is_id);
	source->id = name_or_none(request->id, is_id);
}

static struct str pull_url(const struct model *model, int64_t number)
{
	for (size_t i = 0; i < model->env->node_count; i++)
		for (size_t j = 0; j < model->env->nodes[i].version_count; j++) {
			const struct version *version = model->env->nodes[i].versions[j];

			if (version->pr_number == number && version->pr_url)
				return str_of(version->pr_url);
		}
	return (struct str){0};
}

static void read_source(const struct model *model, const struct selection *what, const char *mine,
	struct source *source)
{
	struct str caller = str_of(what->caller);

	*source = (struct source){
		.entry = {str_of(model->proxy_url), str_of(model->domain)},
		.service = str_of(what->service),
		.version = str_of(what->version),
		.session = str_of(what->session),
		.caller = name_or_none(str_cut(&caller, '@'), name_is_service),
		.plane = str_of(model->url),
	};
	if (what->number > 0)
		(void)snprintf(
			source->digits, sizeof(source->digits), "%lld", (long long)what->number);
	source->number = str_of(source->digits);
	if (what->kind == SELECTED_SERVICE)
		source->session = str_of(mine);
	if (what->kind == SELECTED_VERSION)
		read_version(source, model);
	if (what->kind == SELECTED_SESSION || what->kind == SELECTED_PIN)
		read_session(source, model);
	if (what->kind == SELECTED_REQUEST)
		read_request(source, model, what->number);
	if (what->kind == SELECTED_PULL)
		source->pr_url = pull_url(model, what->number);
	source->seen = sample_paths_find(&model->paths, model->lines, source->service);
}

/* ---- handing out ---- */

static bool make(struct strbuf *out, const struct form *form, const struct source *source)
{
	struct strbuf raw;
	bool whole = true;

	strbuf_init(&raw, TEXT_BYTES_MAX);
	if (form->text)
		whole = add_text(&raw, form->text, source);
	else
		add_howto(&raw, form->howto, source);
	text_add_safe(out, strbuf_str(&raw));
	whole = whole && raw.len > 0;
	strbuf_finish(&raw);
	return whole;
}

void copy_forms(const struct model *model, const struct selection *what, const char *mine,
	copy_form_fn each, void *arg)
{
	struct selection meant = *what;
	struct source source;
	struct strbuf text;

	meant.kind = selection_kind(what); /* an event is copied as what it is about */
	read_source(model, &meant, mine, &source);
	strbuf_init(&text, TEXT_BYTES_MAX);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		strbuf_reset(&text);
		if (forms[i].kinds & (1U << meant.kind) && make(&text, &forms[i], &source))
			each(arg, forms[i].name, strbuf_str(&text));
	}
	strbuf_finish(&text);
}

struct finding {
	struct strbuf *out;
	const char *name;
	const struct model *model;
	bool found;
};

static void take_if_named(void *arg, const char *name, struct str text)
{
	struct finding *finding = arg;

	const struct model *model = finding->model;
	const struct str word = STR_LIT("umbra ");

	if (finding->found || strcmp(name, finding->name) != 0)
		return;
	finding->found = true;
	if (!str_starts(text, word)) {
		strbuf_add_str(finding->out, text);
		return;
	}
	strbuf_addf(
		finding->out, "%s %.*s", model->program, (int)(text.n - word.n), text.p + word.n);
	if (!model_url_is_default(model) && str_find(text, STR_LIT("--url ")) == text.n) {
		strbuf_add_c(finding->out, " --url ");
		shell_quote(finding->out, str_of(model->url));
	}
}

bool copy_find(struct strbuf *out, const struct model *model, const struct selection *what,
	const char *mine, const char *name)
{
	struct finding finding = {out, name, model, false};

	copy_forms(model, what, mine, take_if_named, &finding);
	return finding.found;
}
