/*
 * A row of the table for each thing that is polled, see polling.h. Run when the view changes and once a second.
 * Invariant: one exchange of each at a time.
 *
 * A held exchange is answered when there is something new, and asked again at once; the others once a second.
 */
#include "tui/app/polling.h"

#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/client/client.h"

#include "tui/app/frames.h"
#include "tui/data/model.h"
#include "tui/ui/view.h"

enum { STATS_TIMEOUT_MS = 3000, HELD_TIMEOUT_MS = 40000 };

struct poll {
	enum view_flag flag;
	enum model_part part;
	const char *path; /* the session whose edges are wanted, and `since`, follow it */
	bool held;
	/* Takes an answer; false: it was none. */
	bool (*take)(struct model *model, struct str body, int64_t *ret_since, bool *ret_changed);
};

static bool take_edges(struct model *model, struct str body, int64_t *ret_since, bool *ret_changed)
{
	return call_graph_read(model->edges, body, ret_since, ret_changed, NULL);
}

/* All of them come each time: what is not among them is over. */
static bool take_session_edges(
	struct model *model, struct str body, int64_t *ret_since, bool *ret_changed)
{
	call_graph_clear(model->session_edges);
	if (!call_graph_read(model->session_edges, body, ret_since, ret_changed, NULL))
		return false;
	*ret_since = 0;
	*ret_changed = true;
	return true;
}

static bool take_events(struct model *model, struct str body, int64_t *ret_since, bool *ret_changed)
{
	return event_log_read(model->events, body, ret_since, ret_changed, NULL);
}

static const struct poll polls[POLLS] = {
	{VIEW_EDGES, MODEL_EDGES, "/v1/traffic?by=edge&window=60s", false, take_edges},
	{VIEW_SESSION_EDGES, MODEL_EDGES, "/v1/traffic?by=edge&window=60s", false,
		take_session_edges},
	{VIEW_EVENTS, MODEL_EVENTS, "/v1/events?limit=1000&wait=30s", true, take_events},
};

static void begin(struct polling *polling, size_t which);

static void done(void *arg, const struct client_response *response)
{
	struct poll_state *state = arg;
	struct polling *polling = state->polling;
	size_t which = (size_t)(state - polling->polls);
	const struct poll *poll = &polls[which];
	bool changed = false;
	bool good;

	state->call = NULL;
	good = response->err == ERR_NONE &&
	       poll->take(polling->model, response->body, &state->since, &changed);
	if (changed)
		frames_changed(polling->frames, poll->part);
	if (good && poll->held)
		begin(polling, which); /* after a failure, with the next second */
}

static void begin(struct polling *polling, size_t which)
{
	const struct poll *poll = &polls[which];
	struct poll_state *state = &polling->polls[which];
	struct strbuf path;

	state->polling = polling;
	strbuf_init(&path, 128);
	strbuf_add_c(&path, poll->path);
	if (poll->flag == VIEW_SESSION_EDGES)
		strbuf_addf(&path, "&session=%s", polling->model->edges_session);
	strbuf_addf(&path, "&since=%lld", (long long)state->since);
	state->call = client_request(polling->client, "GET", path.data, NULL,
		poll->held ? HELD_TIMEOUT_MS : STATS_TIMEOUT_MS, done, state);
	strbuf_finish(&path);
}

void polling_run(struct polling *polling, unsigned flags)
{
	for (size_t i = 0; i < POLLS; i++) {
		struct poll_state *state = &polling->polls[i];
		bool wanted = (flags & polls[i].flag) != 0;

		if (wanted && !state->call)
			begin(polling, i);
		if (!wanted && state->call) {
			client_cancel(state->call);
			state->call = NULL;
		}
	}
}

void polling_session(struct polling *polling, const char *session)
{
	if (strcmp(session, polling->model->edges_session) == 0)
		return;
	polling_run(polling, 0);
	str_copy(polling->model->edges_session, sizeof(polling->model->edges_session),
		str_of(session));
	call_graph_clear(polling->model->session_edges);
	frames_changed(polling->frames, MODEL_EDGES);
}

void polling_forget(struct polling *polling)
{
	call_graph_clear(polling->model->edges);
	call_graph_clear(polling->model->session_edges);
	for (size_t i = 0; i < POLLS; i++)
		if (!polls[i].held)
			polling->polls[i].since = 0;
}
