/*
 * The theme the dashboard wears: taken at the start, changed by the palette, and read anew when its file is saved.
 * Called by the app. Invariant: what is worn is whole; a mistake leaves what was worn before, and is said.
 *
 * The directory is watched, not the file: editors write a new one and rename it. A theme the program carries
 * is watched, too, for the day its user makes a file of that name.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/str.h"

#include "tui/app/internal.h"
#include "tui/theme/ground.h"

/* A terminal that has not answered by then does not know the question; a later answer still counts. */
enum { UNANSWERED_US = 500000 };

static void wear(struct app *app, const struct theme *theme)
{
	app->theme = *theme;
	if (app->theme_follows && !app->ground_open)
		theme_follow(&app->theme, app->ground);
	if (app->colour.rgb >= 0)
		theme_set_environment(&app->theme, &app->colour);
	if (app->screen)
		terminal_set_theme(app->screen, &app->theme);
}

/* ---- its file ---- */

static void read_again(struct app *app)
{
	struct theme theme;
	struct errbuf eb;

	errbuf_clear(&eb);
	if (theme_load(app->theme_name, &theme, NULL, &eb) != ERR_NONE) {
		ui_say(&app->ui, ROLE_FAILED, "theme not taken: %s", eb.text);
	} else {
		wear(app, &theme);
		ui_say(&app->ui, ROLE_DONE, "theme %s, read anew", app->theme_name);
	}
	app_touch(app, REDRAW_ALL);
}

static void on_themes(evutil_socket_t fd, short what, void *arg)
{
	struct app *app = arg;
	_Alignas(struct inotify_event) char block[4096];
	const char *file = strrchr(app->theme_file, '/') + 1;
	bool ours = false;
	ssize_t n;

	(void)what;
	while ((n = read(fd, block, sizeof(block))) > 0) {
		for (ssize_t at = 0; at < n;) {
			struct inotify_event head;

			memcpy(&head, block + at, sizeof(head));
			ours |= head.len > 0 && strcmp(block + at + sizeof(head), file) == 0;
			at += (ssize_t)(sizeof(head) + head.len);
		}
	}
	if (ours)
		read_again(app);
}

static void unwatch(struct app *app)
{
	if (app->themes)
		event_free(app->themes);
	if (app->theme_fd >= 0)
		close(app->theme_fd);
	app->themes = NULL;
	app->theme_fd = -1;
}

static void watch(struct app *app)
{
	char directory[THEME_PATH_SIZE];
	char *slash;

	unwatch(app);
	theme_path(app->theme_name, app->theme_file);
	(void)str_copy(directory, sizeof(directory), str_of(app->theme_file));
	slash = strrchr(directory, '/');
	if (!slash)
		return;
	slash[slash == directory] = '\0';
	app->theme_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (app->theme_fd < 0 ||
		inotify_add_watch(app->theme_fd, directory, IN_CLOSE_WRITE | IN_MOVED_TO) < 0)
		return;
	app->themes = event_new(app->base, app->theme_fd, EV_READ | EV_PERSIST, on_themes, app);
	(void)event_add(app->themes, NULL);
}

/* ---- taking one ---- */

static bool take(struct app *app, const char *name, struct errbuf *eb)
{
	struct theme theme;

	if (theme_load(name, &theme, NULL, eb) != ERR_NONE)
		return false;
	if (name != app->theme_name)
		(void)str_copy(app->theme_name, sizeof(app->theme_name), str_of(name));
	wear(app, &theme);
	watch(app); /* it may be in another directory */
	return true;
}

bool theme_watch_take(struct app *app, const char *name, struct errbuf *eb)
{
	if (!take(app, name, eb))
		return false;
	app->theme_chosen = true;
	app->theme_follows = false;
	return true;
}

bool theme_watch_start(struct app *app, const struct dashboard_options *options, struct errbuf *eb)
{
	app->colour.rgb = -1;
	if (options->colour && colour_parse(str_of(options->colour), &app->colour, eb) != ERR_NONE)
		return false;
	/* One that was chosen in an earlier run may be gone meanwhile. */
	app->theme_chosen = app->theme_chosen && take(app, app->theme_name, NULL);
	if (app->theme_chosen)
		return true;
	app->theme_follows = !options->theme;
	app->ground = theme_ground_told();
	app->ground_open = app->ground == GROUND_ANY;
	return take(app, options->theme ? options->theme : theme_for(app->ground), eb);
}

/* ---- the terminal's ground ---- */

/* What is worn until it is known is for a dark one: there the answer changes nothing. */
static void settle_ground(struct app *app, enum theme_ground ground)
{
	bool dark_again = ground == GROUND_DARK && app->ground_open;

	app->ground = ground;
	app->ground_open = false;
	if (!app->theme_follows || dark_again)
		return;
	if (take(app, theme_for(ground), NULL))
		app_touch(app, REDRAW_ALL);
}

static void on_unanswered(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	settle_ground(arg, GROUND_ANY);
}

/* What cannot be asked is taken for either, but for Linux' console, which is dark. */
void theme_watch_see(struct app *app)
{
	const char *term = getenv("TERM");

	if (!app->theme_follows || !app->ground_open || terminal_can_ask(app->screen))
		return;
	settle_ground(
		app, term && str_starts(str_of(term), STR_LIT("linux")) ? GROUND_DARK : GROUND_ANY);
}

void theme_watch_ask(struct app *app)
{
	struct timeval wait = {.tv_usec = UNANSWERED_US};

	if (!app->theme_follows || !app->ground_open)
		return;
	terminal_ask_ground(app->screen);
	app->unanswered = evtimer_new(app->base, on_unanswered, app);
	(void)event_add(app->unanswered, &wait);
}

void theme_watch_answer(struct app *app, const char *answer)
{
	enum theme_ground ground = theme_ground_of(str_of(answer));

	if (ground == GROUND_ANY)
		return;
	(void)event_del(app->unanswered);
	settle_ground(app, ground);
}

void theme_watch_stop(struct app *app)
{
	unwatch(app);
	if (app->unanswered)
		event_free(app->unanswered);
}
