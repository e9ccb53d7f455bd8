/*
 * Takes the theme, watches its file, and asks the terminal for its ground; see theme_watch.h. Called by app.c, the
 * `:` line, and input.c for the terminal's answer.
 *
 * The directory is watched, not the file: editors write a new file and rename it. The directory of a theme that the
 * program carries is watched, too: its user may make a file of that name.
 */
#include "tui/app/theme_watch.h"

#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/str.h"

#include "tui/app/app.h"
#include "tui/app/frames.h"
#include "tui/term/terminal.h"
#include "tui/ui/ui_state.h"

/* A terminal that has not answered by then does not know the question; a later answer still counts. */
enum { UNANSWERED_US = 500000 };

static void apply(struct theme_watch *watch, const struct theme *theme)
{
	watch->theme = *theme;
	if (watch->follows && !watch->ground_open)
		theme_follow(&watch->theme, watch->ground);
	if (watch->colour.rgb >= 0)
		theme_set_environment(&watch->theme, &watch->colour);
	if (watch->screen)
		terminal_set_theme(watch->screen, &watch->theme);
}

/* ---- its file ---- */

static void read_again(struct theme_watch *watch)
{
	struct theme theme;
	struct errbuf eb;

	errbuf_clear(&eb);
	if (theme_load(watch->name, &theme, NULL, &eb) != ERR_NONE) {
		ui_say(watch->ui, ROLE_FAILED, "theme not taken: %s", eb.text);
	} else {
		apply(watch, &theme);
		ui_say(watch->ui, ROLE_DONE, "theme %s, read anew", watch->name);
	}
	frames_touch(watch->frames, REDRAW_ALL);
}

static void on_themes(evutil_socket_t fd, short what, void *arg)
{
	struct theme_watch *watch = arg;
	_Alignas(struct inotify_event) char block[4096];
	const char *file = strrchr(watch->file, '/') + 1;
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
		read_again(watch);
}

static void unwatch(struct theme_watch *watch)
{
	if (watch->file_changed)
		event_free(watch->file_changed);
	if (watch->fd >= 0)
		close(watch->fd);
	watch->file_changed = NULL;
	watch->fd = -1;
}

static void watch_file(struct theme_watch *watch)
{
	char directory[THEME_PATH_SIZE];
	char *slash;

	unwatch(watch);
	theme_path(watch->name, watch->file);
	(void)str_copy(directory, sizeof(directory), str_of(watch->file));
	slash = strrchr(directory, '/');
	if (!slash)
		return;
	slash[slash == directory] = '\0';
	watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch->fd < 0 ||
		inotify_add_watch(watch->fd, directory, IN_CLOSE_WRITE | IN_MOVED_TO) < 0)
		return;
	watch->file_changed =
		event_new(watch->base, watch->fd, EV_READ | EV_PERSIST, on_themes, watch);
	(void)event_add(watch->file_changed, NULL);
}

/* ---- taking one ---- */

static bool take(struct theme_watch *watch, const char *name, struct errbuf *eb)
{
	struct theme theme;

	if (theme_load(name, &theme, NULL, eb) != ERR_NONE)
		return false;
	if (name != watch->name)
		(void)str_copy(watch->name, sizeof(watch->name), str_of(name));
	apply(watch, &theme);
	watch_file(watch); /* it may be in another directory */
	return true;
}

bool theme_watch_take(struct theme_watch *watch, const char *name, struct errbuf *eb)
{
	bool follows = watch->follows;

	watch->follows = false; /* before it is worn */
	if (!take(watch, name, eb)) {
		watch->follows = follows;
		return false;
	}
	watch->chosen = true;
	return true;
}

bool theme_watch_start(
	struct theme_watch *watch, const struct dashboard_options *options, struct errbuf *eb)
{
	watch->colour.rgb = -1;
	if (options->colour &&
		colour_parse(str_of(options->colour), &watch->colour, eb) != ERR_NONE)
		return false;
	/* One that was chosen in an earlier run may be gone meanwhile. */
	watch->chosen = watch->chosen && take(watch, watch->name, NULL);
	if (watch->chosen)
		return true;
	watch->follows = !options->theme;
	watch->ground = theme_ground_told();
	watch->ground_open = watch->ground == GROUND_ANY;
	return take(watch, options->theme ? options->theme : theme_for(watch->ground), eb);
}

/* ---- the terminal's ground ---- */

/* The theme until then is one for a dark ground: the answer "dark" changes nothing. */
static void settle_ground(struct theme_watch *watch, enum theme_ground ground)
{
	bool dark_again = ground == GROUND_DARK && watch->ground_open;

	watch->ground = ground;
	watch->ground_open = false;
	if (!watch->follows || dark_again)
		return;
	if (take(watch, theme_for(ground), NULL))
		frames_touch(watch->frames, REDRAW_ALL);
}

static void on_unanswered(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	settle_ground(arg, GROUND_ANY);
}

/* A terminal that cannot be asked may have either ground; the Linux console is dark. */
void theme_watch_see(struct theme_watch *watch)
{
	const char *term = getenv("TERM");

	if (!watch->follows || !watch->ground_open || terminal_can_ask(watch->screen))
		return;
	settle_ground(watch,
		term && str_starts(str_of(term), STR_LIT("linux")) ? GROUND_DARK : GROUND_ANY);
}

void theme_watch_ask(struct theme_watch *watch)
{
	struct timeval wait = {.tv_usec = UNANSWERED_US};

	if (!watch->follows || !watch->ground_open)
		return;
	terminal_ask_ground(watch->screen);
	watch->unanswered = evtimer_new(watch->base, on_unanswered, watch);
	(void)event_add(watch->unanswered, &wait);
}

void theme_watch_answer(struct theme_watch *watch, const char *answer)
{
	enum theme_ground ground = theme_ground_of(str_of(answer));

	if (ground == GROUND_ANY)
		return;
	(void)event_del(watch->unanswered);
	settle_ground(watch, ground);
}

void theme_watch_stop(struct theme_watch *watch)
{
	unwatch(watch);
	if (watch->unanswered)
		event_free(watch->unanswered);
}
