/*
 * Starts the real program as a dashboard, with an environment that leaves no room for chance, and keeps the
 * one dashboard and the one stage most screen tests are about (dashboard_fixture.h).
 */
#include "tests/support/dashboard_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"

enum { ARGS_MAX = 16, ENV_MAX = 24 };

void dashboard_start(struct pty *terminal, const struct control_plane *plane,
	const struct dashboard_options *options)
{
	const char *program = getenv("UMBRA");
	const char *argv[ARGS_MAX];
	const char *env[ENV_MAX];
	char term[64] = "TERM=xterm-256color";
	size_t args = 0, vars = 0;

	argv[args++] = program ? program : "build/umbra";
	if (!options->url || options->url[0] != '\0') {
		argv[args++] = "--url";
		argv[args++] = options->url ? options->url : plane->url;
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
	env[vars++] = "COLORFGBG=";
	env[vars++] = "TMUX=";
	env[vars++] = "STY=";
	env[vars++] = "UMBRA_SESSION=";
	env[vars++] = "UMBRA_URL=";
	env[vars++] = "UMBRA_USER=tester";
	env[vars++] = "XDG_CONFIG_HOME=/dev/null/nowhere";
	env[vars++] = "XDG_STATE_HOME=/dev/null";
	env[vars++] =
		options->moving_clock ? "UMBRA_NOW_MS=" : "UMBRA_NOW_MS=" CONTROL_PLANE_NOW_TEXT;
	for (size_t i = 0; options->env && options->env[i] && vars < ENV_MAX - 1; i++)
		env[vars++] = options->env[i];
	env[vars] = NULL;
	pty_start(terminal, options->rows ? options->rows : 40, options->cols ? options->cols : 120,
		argv, env);
	terminal->ground = !options->ground   ? "rgb:1e1e/1e1e/1e1e"
			   : *options->ground ? options->ground
					      : NULL;
}

void dashboard_ready(struct pty *terminal)
{
	pty_wait_text(terminal, "studio-demo");
	pty_wait_text(terminal, "req/s");
	pty_quiet(terminal, 150);
}

/* ---- the fixture ---- */

struct control_plane stage;
struct pty pty;

int dashboard_setup(void **state)
{
	(void)state;
	control_plane_start(&stage, &stage_shop_script, 0);
	return 0;
}

void dashboard_close(void)
{
	if (pty.vterm)
		pty_finish(&pty);
	memset(&pty, 0, sizeof(pty));
}

int dashboard_teardown(void **state)
{
	(void)state;
	dashboard_close();
	control_plane_stop(&stage);
	return 0;
}

void dashboard_open(struct dashboard_options options)
{
	dashboard_close();
	dashboard_start(&pty, &stage, &options);
	dashboard_ready(&pty);
}

void dashboard_press(const char *keys)
{
	char key[2] = "";

	for (; *keys; keys++) {
		key[0] = *keys;
		pty_keys(&pty, key);
		pty_quiet(&pty, 100);
	}
}

void dashboard_quit(void)
{
	pty_keys(&pty, "q");
	assert_int_equal(pty_wait_end(&pty), 0);
	pty_check_restored(&pty);
}
