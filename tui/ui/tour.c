/*
 * The steps of the tour as one table, and how each is found done. Called by the app after each frame and by
 * Learn. Invariant: nothing is noted that was not on the screen or done by a key.
 */
#include "tui/ui/tour.h"

#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/model/event.h"
#include "core/model/name_rules.h"

#include "tui/ui/keymap.h"

static bool is_view(const struct tour_sight *sight, const char *name)
{
	return strcmp(sight->view, name) == 0;
}

static const struct version *selected_version(const struct tour_sight *sight)
{
	if (sight->selected.kind != SELECTED_VERSION)
		return NULL;
	return environment_version(sight->model->env, str_of(sight->selected.service),
		str_of(sight->selected.version));
}

/* ---- how each step is seen done ---- */

/* A version that is not stable, as `detail` shows it. */
static bool is_build(const struct tour_sight *sight)
{
	struct str service, name;
	const struct version *version;

	if (!name_split_version(str_of(sight->argument), &service, &name))
		return false;
	version = environment_version(sight->model->env, service, name);
	return version && version->kind == KIND_EPHEMERAL;
}

static const struct session *my_session(const struct tour_sight *sight)
{
	return sight->session[0] != '\0'
		       ? environment_session(sight->model->env, str_of(sight->session))
		       : NULL;
}

/* Another session, or one with more pins than when the step began. */
static bool has_pins(const struct tour *tour, const struct tour_sight *sight, size_t least)
{
	const struct session *mine = my_session(sight);

	return mine && mine->pins.count >= least &&
	       (strcmp(mine->key, tour->session) != 0 || mine->pins.count > tour->pins);
}

/* By its health, or its share of 5xx. */
static bool is_failing(const struct model *model, const struct version *version)
{
	const struct stats *stats = traffic_stats_version(
		model->stats, str_of(version->service), str_of(version->name));

	return version->state == STATE_UNHEALTHY || (stats && stats->share_5xx >= 0.01);
}

/* The hop that came without the session its trace had before. */
static bool shows_lost_session(const struct request_log *lines)
{
	for (size_t i = 0; i < request_log_shown(lines); i++)
		if (request_log_lost_session(lines, request_log_number(lines, i)))
			return true;
	return false;
}

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static bool is_done(const struct tour *tour, enum tour_step step, const struct tour_sight *sight)
{
	const struct model *model = sight->model;
	const struct selection *what = &sight->selected;
	const struct version *version = selected_version(sight);
	bool has_lines = is_view(sight, "requests") && request_log_shown(model->lines) > 0;
	const struct event *event;
	int64_t number;

	switch (step) {
	case TOUR_FIND_PULL:
		return version && version->pr_number > 0 && is_view(sight, "services") &&
		       sight->filter[0] != '\0';
	case TOUR_OPEN_VERSION:
		return is_view(sight, "detail") && is_build(sight);
	case TOUR_GET_SESSION:
		return has_pins(tour, sight, 1);
	case TOUR_PIN_MORE:
		return has_pins(tour, sight, 2);
	case TOUR_SEE_REQUESTS:
		return has_lines && starts_with(model->scope, "session:");
	case TOUR_ASK_WHY:
		return (is_view(sight, "detail") && str_to_i64(str_of(sight->argument), &number)) ||
		       (is_view(sight, "explain") && what->kind == SELECTED_REQUEST);
	case TOUR_FIND_FAILING:
		return version && is_failing(model, version);
	case TOUR_SEE_FAILURES:
		return has_lines &&
		       (strstr(sight->filter, "status:5") || strstr(model->scope, "status:5"));
	case TOUR_FIND_LOST: /* on the screen as a call or as a request */
		return (what->kind == SELECTED_EDGE && what->number > 0) ||
		       (has_lines && starts_with(model->scope, "trace:") &&
			       shows_lost_session(model->lines));
	case TOUR_LOOK_BACK:
		if (!is_view(sight, "timeline") || what->kind != SELECTED_EVENT)
			return false;
		event = event_log_find(model->events, what->number);
		return event && event->action == EVENT_VERSION_UNHEALTHY;
	case TOUR_LOOK_AROUND:
		return is_view(sight, "map-service");
	default:
		return false; /* TOUR_COPY is noted */
	}
}

/* ---- the steps ---- */

static const struct step {
	const char *name, *title, *text, *lesson;
	bool writes;
} steps[TOUR_STEPS] = {
	[TOUR_FIND_PULL] = {"find-pull", "Find the builds of a pull request",
		"Press {global.view-services}, then {list.filter}, type pr:{pr}, press Enter, and "
		"go to a version ({global.down}).",
		"A pull request may have versions in several services; each row says whether it is "
		"ready.",
		false},
	[TOUR_OPEN_VERSION] = {"open-version", "Open one of them",
		"Press {services.open} on a version that is not stable, for example {build}. Then "
		"{global.back} comes back, and {global.back} again shows all services.",
		"A version is one build that runs beside stable; only requests that ask for it get "
		"there.",
		false},
	[TOUR_GET_SESSION] = {"get-session", "Make a session that pins it",
		"In Services ({global.view-services}) go to {build}, press {version.pin}, choose "
		"+ a new session, type a name, press Enter.",
		"Requests that carry the session's key go to what it pins, and nobody else's do.",
		true},
	[TOUR_PIN_MORE] = {"pin-more", "Pin a second service",
		"On the session's screen go to another service, press {pins.open}, choose a "
		"version, press Enter; {pins.apply} sends it.",
		"What is staged is sent as one change, and what it would do is said before.", true},
	[TOUR_SEE_REQUESTS] = {"see-requests", "See the requests of one session",
		"Press {global.view-sessions}, go to {session}, press {session.logs}.",
		"Requests shows every hop that carries the key, and which version served it.",
		false},
	[TOUR_ASK_WHY] = {"ask-why", "Ask why a request went there",
		"In Requests ({global.view-requests}) go to a line and press {requests.open}, or "
		"{global.explain}: the reason says which rule decided.",
		"A pin that cannot be followed is never silent: WHY says what was done instead.",
		false},
	[TOUR_FIND_FAILING] = {"find-failing", "Find the version that fails",
		"In Services ({global.view-services}; {global.back} drops a filter) press "
		"{services.sort}, then e: the highest share of 5xx comes first. Go to a version "
		"whose 5XX% or health is red.",
		"Figures are kept for each version, so a failing build beside a good stable is "
		"seen.",
		false},
	[TOUR_SEE_FAILURES] = {"see-failures", "See its failures only",
		"Press {version.logs} on it (or {global.view-requests}, then {requests.all}, for "
		"all requests), then {list.filter}, type status:5xx, press Enter.",
		"The same filter language works here, on the command line and in the API.", false},
	[TOUR_FIND_LOST] = {"find-lost", "Find who lost the session on the way",
		"Press {global.view-map}: a warning sign marks a call that lost its session. Go to "
		"that row; below the list it says who lost it.",
		"A service must pass the header or baggage on; one that does not sends the rest to "
		"stable.",
		false},
	[TOUR_LOOK_BACK] = {"look-back", "See what changed, and who did it",
		"Press {global.view-timeline}, then {list.find}, type unhealthy, press Enter. "
		"Enter again goes to the version.",
		"Every change says who made it and what was before; {timeline.since} narrows to "
		"the last 15 minutes.",
		false},
	[TOUR_LOOK_AROUND] = {"look-around", "See who calls whom",
		"Press {global.view-map}, go to a service, press {map.open}.",
		"The map is drawn from real requests; {map.logs} shows exactly those of a row.",
		false},
	[TOUR_COPY] = {"copy", "Take a curl line with you",
		"Press {global.view-sessions}, go to a session, press {global.copy} and choose "
		"curl.",
		"Whatever is selected has its link, header, cookie and command line under "
		"{global.copy}.",
		false},
};

const char *tour_title(enum tour_step step)
{
	return step < TOUR_STEPS ? steps[step].title : "";
}

void tour_lesson(enum tour_step step, char dst[TOUR_TEXT_SIZE])
{
	keymap_text(dst, TOUR_TEXT_SIZE, step < TOUR_STEPS ? steps[step].lesson : "");
}

const char *tour_name(enum tour_step step)
{
	return step < TOUR_STEPS ? steps[step].name : "";
}

bool tour_writes(enum tour_step step)
{
	return step < TOUR_STEPS && steps[step].writes;
}

enum tour_step tour_next(const struct tour *tour)
{
	for (int i = 0; i < TOUR_STEPS; i++)
		if (!((tour->done | tour->skipped) & (1U << i)))
			return (enum tour_step)i;
	return TOUR_STEPS;
}

static void step_done(struct tour *tour, enum tour_step step, int64_t now_ms)
{
	tour->done |= 1U << step;
	tour->told = (int)step;
	tour->told_ms = now_ms;
}

void tour_note(struct tour *tour, enum tour_step step, int64_t now_ms)
{
	if (tour->on && tour_next(tour) == step)
		step_done(tour, step, now_ms);
}

bool tour_tells(const struct tour *tour, int64_t now_ms)
{
	return tour->told >= 0 && now_ms - tour->told_ms < TOUR_TOLD_MS;
}

/* A step begins: what is so already does not count. */
static void begin_step(struct tour *tour, enum tour_step step, const struct tour_sight *sight)
{
	const struct session *mine = my_session(sight);

	tour->watched = (int)step;
	tour->armed = false;
	str_copy(tour->session, sizeof(tour->session), str_of(mine ? mine->key : ""));
	tour->pins = mine ? mine->pins.count : 0;
}

bool tour_watch(struct tour *tour, const struct tour_sight *sight)
{
	enum tour_step before = tour_next(tour);
	enum tour_step next;

	if (!tour->on || !sight->model->known)
		return false;
	for (int i = 0; i < TOUR_STEPS; i++)
		if (steps[i].writes && sight->read_only)
			tour->skipped |= 1U << i;
	next = tour_next(tour);
	if (next == TOUR_STEPS)
		return next != before;
	if (tour->watched != (int)next)
		begin_step(tour, next, sight);
	if (!is_done(tour, next, sight))
		tour->armed = true;
	else if (tour->armed)
		step_done(tour, next, sight->model->now_ms);
	next = tour_next(tour);
	if (next == before)
		return false;
	/* It is shown now: what is done at once from here on counts. */
	if (next < TOUR_STEPS) {
		begin_step(tour, next, sight);
		tour->armed = !is_done(tour, next, sight);
	}
	return true;
}

void tour_skip(struct tour *tour)
{
	enum tour_step next = tour_next(tour);

	if (next < TOUR_STEPS)
		tour->skipped |= 1U << next;
	tour->told = -1;
}

void tour_begin(struct tour *tour)
{
	*tour = (struct tour){.on = true, .told = -1, .watched = -1};
}

/* ---- names of the environment there is ---- */

struct hints {
	int64_t pull;
	const struct version *build; /* of it */
	const struct session *session; /* that pins it */
};

/* Names are looked for among so many versions, for each frame: with very many, those of the first services. */
enum { HINT_VERSIONS = 400 };

static size_t versions_of(const struct environment *env, int64_t pull, const struct version **first)
{
	size_t count = 0;
	size_t looked = 0;

	for (size_t i = 0; i < env->node_count && looked < HINT_VERSIONS; i++)
		for (size_t j = 0; j < env->nodes[i].version_count; j++, looked++) {
			const struct version *version = env->nodes[i].versions[j];

			if (version->pr_number == pull && count++ == 0)
				*first = version;
		}
	return count;
}

/* The pull request with the most versions. */
static void find_pull(const struct environment *env, struct hints *hints)
{
	size_t most = 0;
	size_t looked = 0;

	for (size_t i = 0; i < env->node_count && looked < HINT_VERSIONS; i++)
		for (size_t j = 0; j < env->nodes[i].version_count; j++, looked++) {
			int64_t pull = env->nodes[i].versions[j]->pr_number;
			const struct version *first = NULL;
			size_t count;

			if (pull <= 0 || pull == hints->pull)
				continue;
			count = versions_of(env, pull, &first);
			if (count > most) {
				most = count;
				hints->pull = pull;
				hints->build = first;
			}
		}
}

static void find_sessions(const struct environment *env, struct hints *hints)
{
	for (size_t i = 0; i < env->session_count; i++) {
		const struct session *session = env->sessions[i];
		const char *pin =
			hints->build ? session_pin(session, str_of(hints->build->service)) : NULL;

		if (!pin || strcmp(pin, hints->build->name) != 0)
			continue;
		hints->session = session;
		return;
	}
}

static void add_word(struct strbuf *out, struct str word, const struct hints *hints)
{
	const struct version *build = hints->build;

	if (str_eq_c(word, "pr") && hints->pull > 0)
		strbuf_addf(out, "%lld", (long long)hints->pull);
	else if (str_eq_c(word, "pr"))
		strbuf_add_c(out, "NUMBER");
	else if (str_eq_c(word, "build") && build)
		strbuf_addf(out, "%s@%s", build->service, build->name);
	else if (str_eq_c(word, "build"))
		strbuf_add_c(out, "a version");
	else if (str_eq_c(word, "session"))
		strbuf_add_c(out, hints->session ? hints->session->key : "a session");
}

void tour_text(enum tour_step step, const struct model *model, char dst[TOUR_TEXT_SIZE])
{
	struct hints hints = {0};
	char keyed[TOUR_TEXT_SIZE];
	struct strbuf out;
	struct str rest;

	keymap_text(keyed, sizeof(keyed), step < TOUR_STEPS ? steps[step].text : "");
	rest = str_of(keyed);
	find_pull(model->env, &hints);
	find_sessions(model->env, &hints);
	strbuf_init(&out, TOUR_TEXT_SIZE - 1);
	while (rest.p != NULL) {
		strbuf_add_str(&out, str_cut(&rest, '{'));
		if (rest.p != NULL)
			add_word(&out, str_cut(&rest, '}'), &hints);
	}
	str_copy(dst, TOUR_TEXT_SIZE, strbuf_str(&out));
	strbuf_finish(&out);
}
