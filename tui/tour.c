/*
 * The steps of the tour as one table, and how each is found done. Called by the app after each frame and by
 * Learn. Invariant: nothing is noted that was not on the screen or done by a key.
 */
#include "tui/tour.h"

#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/strbuf.h"
#include "core/model/event.h"
#include "core/model/names.h"

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

static bool found_pull(const struct tour_sight *sight)
{
	const struct version *version = selected_version(sight);

	return version && version->pr_number > 0 && is_view(sight, "services") &&
	       sight->filter[0] != '\0';
}

static bool opened_version(const struct tour_sight *sight)
{
	struct str service, name;
	const struct version *version;

	if (!is_view(sight, "detail") ||
		!name_split_version(str_of(sight->argument), &service, &name))
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

static bool has_session(const struct tour_sight *sight)
{
	const struct session *mine = my_session(sight);

	return mine && mine->pins.count > 0;
}

static bool pinned_more(const struct tour_sight *sight)
{
	const struct session *mine = my_session(sight);

	return mine && mine->pins.count > 1;
}

static bool saw_requests(const struct tour_sight *sight)
{
	return is_view(sight, "requests") && strncmp(sight->model->scope, "session:", 8) == 0 &&
	       lines_shown(sight->model->lines) > 0;
}

static bool asked_why(const struct tour_sight *sight)
{
	int64_t number;

	return (is_view(sight, "detail") && str_to_i64(str_of(sight->argument), &number)) ||
	       (is_view(sight, "explain") && sight->selected.kind == SELECTED_REQUEST);
}

static bool found_failing(const struct tour_sight *sight)
{
	const struct version *version = selected_version(sight);
	const struct figures *figures =
		version ? figures_version(sight->model->figures, str_of(version->service),
				  str_of(version->name))
			: NULL;

	return version &&
	       (version->state == STATE_UNHEALTHY || (figures && figures->share_5xx >= 0.01));
}

static bool saw_failures(const struct tour_sight *sight)
{
	bool asked = strstr(sight->filter, "status:5") != NULL ||
		     strstr(sight->model->scope, "status:5") != NULL;

	return is_view(sight, "requests") && asked && lines_shown(sight->model->lines) > 0;
}

/* The hop that came without the session its trace had before, on the screen as a request or as a call. */
static bool found_lost(const struct tour_sight *sight)
{
	size_t count = lines_shown(sight->model->lines);

	if (sight->selected.kind == SELECTED_EDGE && sight->selected.number > 0)
		return true;
	if (!is_view(sight, "requests") || strncmp(sight->model->scope, "trace:", 6) != 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (lines_lost_session(sight->model->lines, lines_number(sight->model->lines, i)))
			return true;
	return false;
}

static bool looked_back(const struct tour_sight *sight)
{
	const struct event *event =
		is_view(sight, "timeline") && sight->selected.kind == SELECTED_EVENT
			? events_find(sight->model->events, sight->selected.number)
			: NULL;

	return event && event->action == EVENT_VERSION_UNHEALTHY;
}

static bool looked_around(const struct tour_sight *sight)
{
	return is_view(sight, "map-service");
}

/* ---- the steps ---- */

static const struct step {
	const char *name, *title, *text, *lesson;
	bool writes;
	bool (*done)(const struct tour_sight *sight); /* NULL: noted by the app */
} steps[TOUR_STEPS] = {
	[TOUR_FIND_PULL] = {"find-pull", "Find the builds of a pull request",
		"Press 1, then / and type pr:{pr} and Enter.",
		"A pull request may have versions in several services; each row says whether it is "
		"ready.",
		false, found_pull},
	[TOUR_OPEN_VERSION] = {"open-version", "Open one of them",
		"Press Enter on a version beside stable, {build} say. Then Esc, and Esc again "
		"shows "
		"all services.",
		"A version is one build that runs beside stable; only requests that ask for it get "
		"there.",
		false, opened_version},
	[TOUR_GET_SESSION] = {"get-session", "Make a session that pins it",
		"In Services (1) select {build}, press p, choose + a new session, type a name, "
		"Enter.",
		"Requests that carry the session's key go to what it pins, and nobody else's do.",
		true, has_session},
	[TOUR_PIN_MORE] = {"pin-more", "Pin a second service",
		"On the session's screen select another service, Enter, choose a version, Enter; a "
		"sends it.",
		"What is staged is sent as one change, and what it would do is said before.", true,
		pinned_more},
	[TOUR_SEE_REQUESTS] = {"see-requests", "See the requests of one session",
		"Press 3, select {session}, press l.",
		"The tail shows every hop that carries the key, and which version served it.",
		false, saw_requests},
	[TOUR_ASK_WHY] = {"ask-why", "Ask why a request went there",
		"In Requests (4) press Enter on a line, or x: the reason says which rule decided.",
		"A pin that cannot be followed is never silent: WHY says what was done instead.",
		false, asked_why},
	[TOUR_FIND_FAILING] = {"find-failing", "Find the version that fails",
		"In Services (1; Esc drops a filter) press s, then e: the highest share of 5xx "
		"comes "
		"first. Select a version whose 5XX% or health is red.",
		"Figures are kept for each version, so a failing build beside a good stable is "
		"seen.",
		false, found_failing},
	[TOUR_SEE_FAILURES] = {"see-failures", "See its failures only",
		"Press l on it (or 4, then t and an empty line, for all requests), then / and type "
		"status:5xx and Enter.",
		"The same filter language works here, on the command line and in the API.", false,
		saw_failures},
	[TOUR_FIND_LOST] = {"find-lost", "Find who lost the session on the way",
		"Press 6: a warning sign marks a call that lost its session. Select that row; "
		"below it "
		"stands who lost it.",
		"A service must pass the header or baggage on; one that does not sends the rest to "
		"stable.",
		false, found_lost},
	[TOUR_LOOK_BACK] = {"look-back", "See what changed, and who did it",
		"Press 5, then f and type unhealthy and Enter. Enter again goes to the version.",
		"Every change has an actor and what was before; t narrows to the last 15 minutes.",
		false, looked_back},
	[TOUR_LOOK_AROUND] = {"look-around", "See who calls whom",
		"Press 6, select a service, press Enter.",
		"The map is drawn from real requests; l tails exactly those of a row.", false,
		looked_around},
	[TOUR_COPY] = {"copy", "Take a curl line with you",
		"Press 3, select a session, press y and choose curl.",
		"Whatever is selected has its link, header, cookie and command line under y.",
		false, NULL},
};

const char *tour_title(enum tour_step step)
{
	return step < TOUR_STEPS ? steps[step].title : "";
}

const char *tour_lesson(enum tour_step step)
{
	return step < TOUR_STEPS ? steps[step].lesson : "";
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

void tour_note(struct tour *tour, enum tour_step step)
{
	if (tour->on)
		tour->done |= 1U << step;
}

bool tour_watch(struct tour *tour, const struct tour_sight *sight)
{
	enum tour_step before = tour_next(tour);

	if (!tour->on || !sight->model->known)
		return false;
	for (int i = 0; i < TOUR_STEPS; i++) {
		if (steps[i].done && steps[i].done(sight))
			tour->done |= 1U << i;
		if (steps[i].writes && sight->read_only)
			tour->skipped |= 1U << i;
	}
	return tour_next(tour) != before;
}

void tour_skip(struct tour *tour)
{
	enum tour_step next = tour_next(tour);

	if (next < TOUR_STEPS)
		tour->skipped |= 1U << next;
}

void tour_begin(struct tour *tour)
{
	*tour = (struct tour){.on = true};
}

/* ---- names of the environment there is ---- */

struct hints {
	int64_t pull;
	const struct version *build; /* of it */
	const struct session *session; /* that pins it */
};

static size_t versions_of(const struct environment *env, int64_t pull, const struct version **first)
{
	size_t count = 0;

	for (size_t i = 0; i < env->node_count; i++)
		for (size_t j = 0; j < env->nodes[i].version_count; j++) {
			const struct version *version = env->nodes[i].versions[j];

			if (version->pr_number == pull && count++ == 0)
				*first = version;
		}
	return count;
}

/* The pull request with the most versions; looks at the first few hundred versions only. */
static void find_pull(const struct environment *env, struct hints *hints)
{
	size_t most = 0;
	size_t looked = 0;

	for (size_t i = 0; i < env->node_count && looked < 300; i++)
		for (size_t j = 0; j < env->nodes[i].version_count && looked < 300; j++, looked++) {
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
	struct strbuf out;
	struct str rest = str_of(step < TOUR_STEPS ? steps[step].text : "");

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
