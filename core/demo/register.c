/*
 * Three waves of writes, each started when the one before is through, all of a wave at once: services,
 * versions, sessions. Then the changes feed is watched until every version that has a process is ready.
 *
 * A write that is refused ends it: the demo shows the whole or says what is wrong.
 */
#include "core/demo/register.h"

#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/client/client.h"
#include "core/model/environment.h"
#include "core/model/name_rules.h"

enum { READY_WITHIN_S = 12, BODY_MAX = 8192 };

struct registration {
	struct event_base *base;
	struct client *client;
	const struct place *places;
	size_t count;
	const struct register_ops *ops;
	void *arg;
	size_t wave;
	size_t open; /* writes under way */
	struct feed *feed;
	struct event *late;
	bool ended;
};

static void wave_start(struct registration *s);

static void register_end(struct registration *s, const struct errbuf *eb)
{
	if (s->ended)
		return;
	s->ended = true;
	s->ops->done(s->arg, eb);
}

static void on_written(void *arg, const struct client_response *response)
{
	struct registration *s = arg;

	s->open--;
	if (response->err != ERR_NONE) {
		register_end(s, response->eb);
	} else if (s->open == 0 && !s->ended) {
		s->wave++;
		wave_start(s);
	}
}

static void write_out(
	struct registration *s, const char *method, const char *path, struct strbuf *body)
{
	s->open++;
	(void)client_request(s->client, method, path, body->data, 0, on_written, s);
	strbuf_finish(body);
}

/* ---- the waves ----------------------------------------------------------------------------------- */

static void open_body(struct json_writer *w, struct strbuf *body)
{
	strbuf_init(body, BODY_MAX);
	json_start(w, body);
	json_object(w, NULL);
}

static void put_service(struct registration *s, const struct fixture_service *service)
{
	struct json_writer w;
	struct strbuf body;
	char text[160];

	open_body(&w, &body);
	json_c(&w, "owner", service->owner);
	json_c(&w, "description", service->description);
	(void)snprintf(text, sizeof(text), FIXTURE_REPOSITORY "%s", service->name);
	json_c(&w, "repository", text);
	json_object(&w, "health");
	json_c(&w, "path", "/healthz");
	json_c(&w, "interval", "1s");
	json_object_end(&w);
	json_object_end(&w);
	(void)snprintf(text, sizeof(text), "/v1/services/%s", service->name);
	write_out(s, "PUT", text, &body);
}

static void put_services(struct registration *s)
{
	const struct fixture_service *service;

	for (service = fixture_services; service->name != NULL; service++)
		put_service(s, service);
}

static void write_build(struct json_writer *w, const struct fixture_version *build)
{
	const struct fixture_pull *pull = fixture_pull(build->pull);
	char url[160];

	json_object(w, "pr");
	json_int(w, "number", pull->number);
	json_c(w, "title", pull->title);
	(void)snprintf(url, sizeof(url), FIXTURE_REPOSITORY "pulls/%d", pull->number);
	json_c(w, "url", url);
	json_c(w, "branch", pull->branch);
	json_c(w, "author", pull->author);
	json_object_end(w);
	json_c(w, "commit", build->commit);
	json_c(w, "base_commit", build->base_commit);
	json_int(w, "build", build->build);
	json_c(w, "ttl", build->ttl);
	json_object(w, "labels");
	json_c(w, "team", build->label);
	json_object_end(w);
}

static void put_version(struct registration *s, const struct place *place)
{
	struct json_writer w;
	struct strbuf body;
	char text[160];

	open_body(&w, &body);
	json_c(&w, "kind", place->build == NULL ? "stable" : "ephemeral");
	json_array(&w, "endpoints");
	(void)snprintf(text, sizeof(text), "127.0.0.1:%u", place->port);
	json_c(&w, NULL, text);
	json_array_end(&w);
	if (place->build != NULL)
		write_build(&w, place->build);
	else
		json_c(&w, "commit", place->service->commit);
	json_object_end(&w);
	(void)snprintf(text, sizeof(text), "/v1/services/%s/versions/%s", place->service->name,
		place->version);
	write_out(s, "PUT", text, &body);
}

static void put_versions(struct registration *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		put_version(s, &s->places[i]);
}

static void post_session(struct registration *s, const struct fixture_session *session)
{
	struct str pins = str_of(session->pins);
	struct str service;
	struct str version;
	struct json_writer w;
	struct strbuf body;
	char name[LIMIT_SERVICE_NAME + 1];

	open_body(&w, &body);
	json_c(&w, "key", session->key);
	json_c(&w, "name", session->key);
	json_c(&w, "owner", session->owner);
	json_c(&w, "policy", session->strict ? "strict" : "lenient");
	json_object(&w, "pins");
	while (pins.p != NULL) {
		if (!name_split_pin(str_cut(&pins, ' '), &service, &version))
			continue;
		(void)str_copy(name, sizeof(name), service);
		json_str(&w, name, version);
	}
	json_object_end(&w);
	json_object_end(&w);
	write_out(s, "POST", "/v1/sessions", &body);
}

static void post_sessions(struct registration *s)
{
	const struct fixture_session *session;

	for (session = fixture_sessions; session->key != NULL; session++)
		post_session(s, session);
}

/* ---- waiting ------------------------------------------------------------------------------------- */

static bool is_expected(const struct place *place)
{
	return place->build == NULL || (place->build->traits & TRAIT_ABSENT) == 0;
}

/* The first version that should be ready and is not; NULL when there is none. */
static const struct place *first_missing(
	const struct registration *s, const struct environment *env)
{
	const struct version *version;
	size_t i;

	for (i = 0; i < s->count; i++) {
		if (!is_expected(&s->places[i]))
			continue;
		version = environment_version(
			env, str_of(s->places[i].service->name), str_of(s->places[i].version));
		if (version == NULL || !version_is_ready(version))
			return &s->places[i];
	}
	return NULL;
}

static void on_changed(void *arg, const struct environment *env, const struct change *changes,
	size_t count, bool full)
{
	struct registration *s = arg;

	(void)changes;
	(void)count;
	(void)full;
	if (first_missing(s, env) == NULL)
		register_end(s, NULL);
}

static void on_late(evutil_socket_t fd, short what, void *arg)
{
	struct registration *s = arg;
	const struct environment *env = feed_environment(s->feed);
	const struct place *place = first_missing(s, env);
	const struct version *version = NULL;
	struct errbuf eb = {0};

	(void)fd;
	(void)what;
	if (place != NULL)
		version = environment_version(
			env, str_of(place->service->name), str_of(place->version));
	(void)err_set(&eb, ERR_TIMEOUT, "%s@%s is %s after %d s%s%s",
		place != NULL ? place->service->name : "", place != NULL ? place->version : "",
		version != NULL ? version_state_names[version->state] : "not there", READY_WITHIN_S,
		version != NULL && version->state_detail != NULL ? ": " : "",
		version != NULL && version->state_detail != NULL ? version->state_detail : "");
	register_end(s, &eb);
}

static void await_ready(struct registration *s)
{
	static const struct feed_ops ops = {.changed = on_changed};
	const struct timeval within = time_wait_ms(READY_WITHIN_S * 1000LL);

	(void)evtimer_add(s->late, &within);
	s->feed = client_feed(s->client, &ops, s);
}

/* ---- from outside -------------------------------------------------------------------------------- */

static void (*const waves[])(struct registration *s) = {
	put_services,
	put_versions,
	post_sessions,
	await_ready,
};

static void wave_start(struct registration *s)
{
	waves[s->wave](s);
}

size_t places_fill(struct place places[PLACES_MAX])
{
	const struct fixture_service *service;
	const struct fixture_version *build;
	size_t n = 0;

	for (service = fixture_services; service->name != NULL && n < PLACES_MAX; service++) {
		places[n] = (struct place){.service = service};
		(void)str_copy(
			places[n].version, sizeof(places[n].version), str_of(service->stable));
		n++;
	}
	for (build = fixture_versions; build->service != NULL && n < PLACES_MAX; build++) {
		places[n] = (struct place){
			.service = fixture_service(str_of(build->service)), .build = build};
		(void)snprintf(places[n].version, sizeof(places[n].version), "pr-%d", build->pull);
		n++;
	}
	return n;
}

struct registration *register_start(struct event_base *base, struct client *client,
	const struct place *places, size_t count, const struct register_ops *ops, void *arg)
{
	struct registration *s = xcalloc(1, sizeof(*s));

	s->base = base;
	s->client = client;
	s->places = places;
	s->count = count;
	s->ops = ops;
	s->arg = arg;
	s->late = evtimer_new(base, on_late, s);
	wave_start(s);
	return s;
}

void register_destroy(struct registration *setup)
{
	if (setup == NULL)
		return;
	if (setup->feed != NULL)
		feed_cancel(setup->feed);
	event_free(setup->late);
	free(setup);
}
