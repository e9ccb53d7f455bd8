/*
 * Rows of the command table for what main() runs itself: the dashboard, serve, demo, and the themes; and status, which
 * is one exchange. What core/cli runs stands there.
 */
#include "core/command/commands.h"
#include "core/command/command_run.h"

/* ---- dashboard ---- */

static const struct arg_spec dashboard_args[] = {
	ARG(SESSION, "--session", "KEY", "your session"),
	ARG(TEXT, "--theme", "THEME", "name or file of a theme"),
	ARG(FLAG, "--read-only", NULL, "change nothing in the environment"),
	ARG(FLAG, "--once", NULL, "print what it shows once, in the form of -o, and exit"),
	ARG(FLAG, "--plain", NULL,
		"lines of text, each event added below, for screen readers; no colours"),
};

static const struct column once_columns[] = {
	{.title = "SERVICE", .path = "service", .width = 8},
	{.title = "VERSION", .path = "version", .width = 10},
	{.title = "KIND", .path = "kind"},
	{.title = "STATE", .path = "state", .form = FORM_STATE},
	{.title = "PR", .path = "pr.number", .right = true, .form = FORM_NUMBER_SIGN},
	{.title = "AUTHOR", .path = "pr.author"},
	{.title = "AGE", .path = "deployed_at", .right = true, .form = FORM_AGE},
	{.title = "EXPIRES", .path = "expires_at", .right = true, .form = FORM_LEFT},
	{.title = "DETAIL", .path = "state_detail"},
};

/* With --once: the environment as it is now, all of it in JSON, its versions in text. */
static void once_start(struct command_run *run, const struct command_args *args)
{
	(void)args;
	run_path(run, "environment", NULL);
	run_send(run, "GET", "versions", 0);
}

const struct command command_dashboard = {
	.noun = "",
	.verb = "",
	.summary = "the dashboard",
	.examples = {"umbra --session checkout-4f2k", "umbra --read-only --theme light",
		"umbra --once -o json"},
	COMMAND_ARGS(dashboard_args),
	.shape = SHAPE_LIST,
	.list_path = "versions",
	COMMAND_COLUMNS(once_columns),
	.start = once_start,
};

/* ---- demo ---- */

static const struct arg_spec demo_args[] = {
	ARG(FLAG, "--headless", NULL, "run without the dashboard until stopped"),
	ARG(INT, "--rate", "N", "requests per second of the visitors (default 50)", .max = 100000),
	ARG(INT, "--seed", "N", "of their choices"),
	ARG(FILE, "--haproxy", "FILE", "the HAProxy to run"),
	ARG(TEXT, "--theme", "THEME", "name or file of a theme"),
};

const struct command command_demo = {
	.noun = "",
	.verb = "demo",
	.summary = "the whole system with a sample shop and real traffic, then the dashboard on it",
	.help = "Without a terminal it runs one pass of the tour in plain text and ends with 0 "
		"when all was as it must be. It leaves nothing behind, however it ends.",
	.examples = {"umbra demo", "umbra demo --headless --rate 200"},
	.alone = true,
	COMMAND_ARGS(demo_args),
	.shape = SHAPE_NONE,
};

/* ---- serve ---- */

static const char *const log_levels[] = {"error", "warning", "info", "debug", NULL};

static const struct arg_spec serve_args[] = {
	ARG(TEXT, "--listen", "ADDRESS:PORT",
		"address of the API (default 127.0.0.1:7070; port 0: a free one)"),
	ARG(TEXT, "--proxy-listen", "ADDRESS:PORT",
		"address of the proxy (default 127.0.0.1:8080; port 0: a free one)"),
	ARG(FILE, "--data", "DIRECTORY",
		"directory of state and history (default $XDG_STATE_HOME/umbra)"),
	ARG(TEXT, "--domain", "DOMAIN", "services are SERVICE.DOMAIN (default env.localhost)"),
	ARG(TEXT, "--name", "NAME", "of the environment"),
	ARG(FLAG, "--demo", NULL, "mark it as a demo in dashboards"),
	ARG(FILE, "--haproxy", "FILE", "the HAProxy to run"),
	ARG(CHOICE, "--log-level", "LEVEL", "how much is logged to stderr", .choices = log_levels),
};

const struct command command_serve = {
	.noun = "",
	.verb = "serve",
	.summary = "run the control plane and its proxy",
	.help = "Prints one line once it takes traffic: ready api=URL proxy=URL pid=N.",
	.examples = {"umbra serve --listen 127.0.0.1:7070 --proxy-listen 127.0.0.1:8080",
		"umbra serve --domain env.studio.example --data /var/lib/umbra"},
	COMMAND_ARGS(serve_args),
	.shape = SHAPE_NONE,
};

/* ---- status ---- */

static void status_start(struct command_run *run, const struct command_args *args)
{
	(void)args;
	run_path(run, "status", NULL);
	run_send(run, "GET", "domain", 0);
}

static const struct column status_columns[] = {
	{.title = "environment", .path = "name"},
	{.title = "revision", .path = "revision"},
	{.title = "domain", .path = "domain"},
	{.title = "program", .path = "program"},
	{.title = "address", .path = "address"},
	{.title = "up for", .path = "uptime_ms", .form = FORM_MS},
	{.title = "proxy", .path = "proxy.state"},
	{.title = "proxy url", .path = "proxy.url"},
	{.title = "proxy program", .path = "proxy.driver"},
	{.title = "proxy version", .path = "proxy.version"},
	{.title = "proxy error", .path = "proxy.error"},
	{.title = "proxy age", .path = "proxy.started_at", .form = FORM_AGE},
	{.title = "revisions behind", .path = "proxy.revisions_behind"},
	{.title = "lag", .path = "proxy.lag_ms", .form = FORM_MS},
	{.title = "restarts", .path = "proxy.restarts"},
	{.title = "reloads", .path = "proxy.reloads"},
	{.title = "old workers", .path = "proxy.old_workers"},
	{.title = "proxy waits", .path = "proxy.waiting"},
	{.title = "check interval", .path = "proxy.check_interval"},
	{.title = "requests", .path = "traffic.taken"},
	{.title = "requests lost", .path = "traffic.lost"},
	{.title = "history", .path = "traffic.history_bytes", .form = FORM_BYTES},
	{.title = "history error", .path = "traffic.history_error"},
	{.title = "store", .path = "store.driver"},
	{.title = "store file", .path = "store.file"},
	{.title = "store error", .path = "store.last_error"},
	{.title = "store missing", .path = "store.missing"},
	{.title = "store damage", .path = "store.damage"},
	{.title = "rows lost", .path = "store.rows_lost"},
	{.title = "services", .path = "limits.services.used"},
	{.title = "versions", .path = "limits.versions.used"},
	{.title = "sessions", .path = "limits.sessions.used"},
	{.title = "connections", .path = "limits.connections.used"},
};

const struct command command_status = {
	.noun = "",
	.verb = "status",
	.summary = "show the state of control plane, store and proxy",
	.help = "-o json has all of it, the limits too.",
	.examples = {"umbra status", "umbra status -o json"},
	.shape = SHAPE_OBJECT,
	COMMAND_COLUMNS(status_columns),
	.start = status_start,
};

/* ---- theme ---- */

static const struct column theme_columns[] = {
	{.title = "THEME", .path = "name"},
	{.title = "FROM", .path = "from"},
};

const struct command command_theme_list = {
	.noun = "theme",
	.verb = "list",
	.summary = "list the themes of the dashboard",
	.examples = {"umbra theme list"},
	.shape = SHAPE_LIST,
	.list_path = "themes",
	COMMAND_COLUMNS(theme_columns),
};

static const struct arg_spec theme_check_args[] = {
	ARG(FILE, "THEME", NULL, "name or file of a theme", .repeated = true),
};

static const struct column theme_check_columns[] = {
	{.title = "THEME", .path = "theme"},
	{.title = "ROLE", .path = "role"},
	{.title = "INK", .path = "ink"},
	{.title = "GROUND", .path = "ground"},
	{.title = "CONTRAST", .path = "contrast", .right = true},
	{.title = "IN 256", .path = "contrast_256", .right = true},
	{.title = "NEEDS", .path = "needs", .right = true},
	{.title = "RESULT", .path = "result"},
};

const struct command command_theme_check = {
	.noun = "theme",
	.verb = "check",
	.summary = "check that themes are readable: their contrast by WCAG 2.2, level AA",
	.help = "Every role of the themes named; without one, of every theme what fails, or what "
		"is nearest to it. Ends with 1 when something fails. Text needs 4.5, bars and "
		"lines 3; what is left to the terminal is counted for the ground the theme is for.",
	.examples = {"umbra theme check", "umbra theme check ~/.config/umbra/themes/mine.theme"},
	COMMAND_ARGS(theme_check_args),
	.shape = SHAPE_LIST,
	.list_path = "roles",
	COMMAND_COLUMNS(theme_check_columns),
};
