/*
 * What the screen shows besides the model: the prompt, messages, your session. Handlers of views write here
 * requests (run a command, open a view); the app does it when they have returned, so that
 * no view ever does I/O.
 */
#ifndef UMBRA_TUI_UI_UI_STATE_H
#define UMBRA_TUI_UI_UI_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/limits.h"
#include "core/base/str.h"

#include "tui/term/canvas.h"
#include "tui/ui/keymap.h"
#include "tui/data/selection.h"
#include "tui/theme/theme.h"
#include "tui/widgets/columns.h"
#include "tui/widgets/line_edit.h"
#include "tui/widgets/picker.h"

struct view;
struct tour;

/* What a prompt asks. FILTER, FIND and SORT are answered through ops of the view, COPY by the app, the others by answer(). */
enum question {
	QUESTION_FILTER,
	QUESTION_FIND,
	QUESTION_SORT,
	QUESTION_COPY,
	QUESTION_SCOPE,
	QUESTION_SAVE,
	QUESTION_SIDE,
	QUESTION_CREATE,
	QUESTION_CREATE_ON_PULL,
	QUESTION_EXTEND,
	QUESTION_END,
	QUESTION_RETIRE,
	QUESTION_PIN_SESSION,
	QUESTION_PIN,
	QUESTION_VERSION,
	QUESTION_PULL,
	QUESTION_RULES,
	QUESTION_MAP_SESSION,
	QUESTION_RUN, /* yes: the command shown is run */
	QUESTION_QUIT, /* yes: what ends with the dashboard ends */
	QUESTION_COUNT
};

enum prompt_kind {
	PROMPT_NONE,
	PROMPT_LINE, /* text, ended with Enter */
	PROMPT_PICK, /* one of a few */
	PROMPT_CONFIRM, /* y, or Esc; also Enter where nothing is lost */
	PROMPT_LETTER, /* the next key is the answer */
	PROMPT_PALETTE, /* the `:` line */
};

/* A command that pins as many services as a session pins, all names at their longest, fits. */
enum {
	COMMAND_MAX = LIMIT_PINS * (LIMIT_SERVICE_NAME + LIMIT_VERSION_NAME + 16) + 256,
	MESSAGE_MAX = 512
};

struct prompt {
	enum prompt_kind kind;
	enum question question;
	bool fresh; /* nothing was typed since it is shown: what came in with the key that asked answers nothing */
	bool loses; /* a confirmation after which something is gone: only y confirms */
	char label[MESSAGE_MAX];
	char command[COMMAND_MAX]; /* what the answer would run; "" without one */
	struct line_edit input;
	struct picker picker;
	char mistake[MESSAGE_MAX]; /* what is wrong with what is typed, "" when nothing is */
	size_t column; /* the byte it is about; SIZE_MAX: none */
};

enum ui_request_kind {
	UI_REQUEST_RUN,
	UI_REQUEST_RUN_BATCH,
	UI_REQUEST_DRY_RUN,
	UI_REQUEST_OPEN,
	UI_REQUEST_BACK,
	UI_REQUEST_SAVE
};

struct ui_request {
	enum ui_request_kind kind;
	const struct view *view;
	char text[COMMAND_MAX];
};

enum { UI_REQUESTS_MAX = 20 };

/* Several commands that are one action. */
struct batch {
	int total, done, failed;
	char why[MESSAGE_MAX]; /* of the first that failed */
};

struct ui {
	bool read_only;
	bool mouse; /* it is ours; else the terminal's, for selecting text */
	char session[LIMIT_SESSION_KEY + 1]; /* yours; "" without; only your word changes it */
	char actor[LIMIT_WORD + 1]; /* who writes; "" nobody by name */
	struct prompt prompt;
	struct ui_request pending[UI_REQUESTS_MAX];
	size_t pending_count;
	char message[MESSAGE_MAX];
	enum role message_role;
	struct selection explained; /* what view_explain is opened for */
	char find[LIMIT_FILTER + 1]; /* what was looked for last */
	int running; /* commands under way */
	struct batch batch;
	const struct column_set *column_set; /* what ui_choose_columns() is about */
	struct column_choice *column_choice;
	struct tour *tour; /* of Learn; NULL: none */
};

void ui_finish(struct ui *ui);

/* Each puts up a prompt in place of the hints. For a pick, fill ui->prompt.picker after it. */
/* `text` is proposed: what is typed comes in its place. */
void ui_ask_line(struct ui *ui, enum question question, const char *label, const char *text);
/* The same with a text that was typed and has a mistake: to be mended, not typed over. */
void ui_ask_again(struct ui *ui, enum question question, const char *label, const char *text);
void ui_ask_letter(struct ui *ui, enum question question, const char *label);
void ui_ask_pick(struct ui *ui, enum question question, const char *label);
/* `command` is what a yes will run (shown); `loses`: something will be gone. */
void ui_ask_confirm(
	struct ui *ui, enum question question, bool loses, const char *label, const char *command);
/* The `:` line, which the app keeps. */
void ui_ask_palette(struct ui *ui);
void ui_ask_end(struct ui *ui);

/* Keys in it are named as keymap_text() has them: "{list.find} finds text". */
void ui_say(struct ui *ui, enum role role, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What an error says, and what would be accepted, in one line. */
void ui_refusal(char dst[MESSAGE_MAX], const struct errbuf *eb);

/* Requests to the app. */
void ui_run(struct ui *ui, const char *command_line);
/* One of several that are one action: when all have answered, it is said how many did what was asked. */
void ui_run_batch(struct ui *ui, const char *command_line);
void ui_batch_done(struct ui *ui, bool good, const char *text);
/*
 * A command that changes nothing, a dry run say; quietly: the view that is shown hears the answer through
 * dry_run_result(), and only a failure is said.
 */
void ui_dry_run(struct ui *ui, const char *command_line);
void ui_open(struct ui *ui, const struct view *view, const char *argument);
void ui_back(struct ui *ui);
/* What the tail shows goes to a file of this name; what comes of it is said. */
void ui_save(struct ui *ui, const char *path);
/* Opens the chooser. `choice` must live as long as the app does: for views with a tab. */
void ui_choose_columns(struct ui *ui, const struct column_set *set, struct column_choice *choice);
/* The command of a binding with its values, run at once. */
void ui_run_binding(struct ui *ui, const struct binding *binding, const struct command_vars *vars);
/* The same as text. */
void ui_command(char dst[COMMAND_MAX], const char *command, const struct command_vars *vars);

#endif
