/* Starts the real program as a dashboard, with an environment that leaves no room for chance. */
#include "tests/support/dash.h"

#include <stdlib.h>
#include <stdio.h>

#include "core/base/mem.h"

enum { ARGS_MAX = 16, ENV_MAX = 24 };

void dash_start(struct pty *pty, const struct stage *stage, const struct dash_options *options)
{
	const char *program = getenv("UMBRA");
	const char *argv[ARGS_MAX];
	const char *env[ENV_MAX];
	char term[64] = "TERM=xterm-256color";
	size_t args = 0, vars = 0;

	argv[args++] = program ? program : "build/umbra";
	if (!options->url || options->url[0] != '\0') {
		argv[args++] = "--url";
		argv[args++] = options->url ? options->url : stage->url;
	}
	if (options->theme) {
		argv[args++] = "--theme";
		argv[args++] = options->theme;
	}
	if (options->session) {
		argv[args++] = "--session";
		argv[args++] = options->session;
	}
	if (options->read_only)
		argv[args++] = "--read-only";
	argv[args] = NULL;
	if (options->term)
		(void)snprintf(term, sizeof(term), "TERM=%s", options->term);
	env[vars++] = term;
	env[vars++] = "LC_ALL=C.UTF-8";
	env[vars++] = "TZ=UTC";
	env[vars++] = "NO_COLOR=";
	env[vars++] = "UMBRA_SESSION=";
	env[vars++] = "UMBRA_URL=";
	env[vars++] = "UMBRA_USER=tester";
	env[vars++] = "XDG_CONFIG_HOME=/nonexistent";
	env[vars++] = "XDG_STATE_HOME=/dev/null";
	env[vars++] = options->moving_clock ? "UMBRA_NOW_MS=" : "UMBRA_NOW_MS=" STAGE_NOW_TEXT;
	for (size_t i = 0; options->env && options->env[i] && vars < ENV_MAX - 1; i++)
		env[vars++] = options->env[i];
	env[vars] = NULL;
	pty_start(pty, options->rows ? options->rows : 24, options->cols ? options->cols : 80, argv,
		env);
}

void dash_ready(struct pty *pty)
{
	pty_wait_text(pty, "studio-demo");
	pty_wait_text(pty, "req/s");
	pty_quiet(pty, 150);
}
