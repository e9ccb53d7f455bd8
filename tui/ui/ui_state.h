/*
 * What the screen shows besides the model: the prompt, messages, your session. Handlers of views write here
 * requests (run a command, open a view); the app does it when they have returned, so that
 * no view ever does I/O.
 *
 * A command is handed over as a value (struct command_args). The line that is shown for it is printed from the value,
 * and is not read back.
 */
#ifndef UMBRA_TUI_UI_UI_STATE_H
#define UMBRA_TUI_UI_UI_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/base/strbuf.h"
#include "core/command/command.h"

#include "tui/term/canvas.h"
#include "tui/ui/keymap.h"
#include "tui/data/chosen_versions.h"
#include "tui/data/selection.h"
#include "tui/theme/theme.h"
#include "tui/widgets/columns.h"
#include "tui/widgets/line_edit.h"
#include "tui/widgets/picker.h"

struct view;
struct tour;

/*
 * What a prompt asks. FILTER, FIND and SORT are answered through ops of the view, COPY by the app, what is asked about a
 * version or a session by object_answer(), and each then by the view's answer().
 */
enum question {
	QUESTION_FILTER,
	QUESTION_FIND,
	QUESTION_SORT,
	QUESTION_COPY,
	QUESTION_SCOPE,
	QUESTION_SAVE,
	QUESTION_SIDE,
	QUESTION_CREATE,
	QUESTION_CREATE_AND_PIN,
	QUESTION_CREATE_ON_PULL,
	QUESTION_SET,
	QUESTION_EXTEND,
	QUESTION_EXTEND_VERSION,
	QUESTION_END,
	QUESTION_RETIRE,
	QUESTION_PIN_SESSION,
	QUESTION_PIN,
	QUESTION_VERSION,
	QUESTION_PULL,
	QUESTION_RULES,
	QUESTION_MAP_SESSION,
	QUESTION_RUN, /* of a command of the `:` line */
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

enum { MESSAGE_MAX = 512 };

struct prompt {
	enum prompt_kind kind;
	enum question question;
	bool fresh; /* nothing was typed since it is shown: what came in with the key that asked answers nothing */
	bool loses; /* a confirmation after which something is gone: only y confirms */
	char label[MESSAGE_MAX];
	struct command_args **commands; /* of a confirmation: what a yes runs */
	size_t command_count, command_cap;
	struct strbuf command_line; /* all of them, as a shell would be told */
	struct line_edit input;
	struct picker picker;
	char mistake[MESSAGE_MAX]; /* what is wrong with what is typed, "" when nothing is */
	size_t column; /* the byte it is about; SIZE_MAX: none */
	char fitting
		[MESSAGE_MAX]; /* what the word at the cursor could become, after Tab; "" nothing to say */
};

/* What becomes of a command's answer. */
enum run_for {
	RUN_PLAIN, /* its sentence is a message */
	RUN_BATCH, /* one of several that are one action: how many did what was asked is the message */
	/*
	 * A command that changes nothing, a dry run say: the view that is shown gets the answer, by dry_run_result(), and
	 * only a failure is a message. The next such command ends one that is not answered yet.
	 */
	RUN_ANSWERS_VIEW,
	RUN_SHOWS_ANSWER, /* by the `:` line: the answer is shown whole */
};

enum ui_request_kind { UI_REQUEST_RUN, UI_REQUEST_OPEN, UI_REQUEST_BACK, UI_REQUEST_SAVE };

/* It owns what it points to, but for the view. */
struct ui_request {
	enum ui_request_kind kind;
	enum run_for run_for;
	struct command_args *command;
	const struct view *view;
	char *text;
};

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
	/* What was asked is about these, from the key to the answer. */
	struct chosen_versions asked;
	char asked_session[LIMIT_SESSION_KEY + 1];
	enum question
		answered_question; /* the last line that was answered, to be put again when it was wrong */
	char answered_label[MESSAGE_MAX];
	struct ui_request *pending;
	size_t pending_count, pending_cap;
	char message[MESSAGE_MAX];
	enum role message_role;
	struct selection explained; /* what view_explain is opened for */
	const struct command *answered; /* whose answer view_result is opened for */
	char find[LIMIT_FILTER + 1]; /* what was looked for last */
	int running; /* commands under way */
	struct batch batch;
	const struct column_set *column_set; /* what ui_choose_columns() is about */
	struct column_choice *column_choice;
	struct tour *tour; /* of Learn; NULL: none */
};

void ui_finish(struct ui *ui);
void ui_request_finish(struct ui_request *request);

/* Each puts up a prompt in place of the hints. For a pick, fill ui->prompt.picker after it. */
/* `text` is proposed: what is typed comes in its place. */
void ui_ask_line(struct ui *ui, enum question question, const char *label, const char *text);
/* The same with a text that was typed and has a mistake: to be mended, not typed over. */
void ui_ask_again(struct ui *ui, enum question question, const char *label, const char *text);
/* The line that was answered last, with what is wrong with its text. */
void ui_ask_mistaken(struct ui *ui, const struct errbuf *eb, const char *text);
void ui_ask_letter(struct ui *ui, enum question question, const char *label);
void ui_ask_pick(struct ui *ui, enum question question, const char *label);
/* `loses`: something will be gone. A yes runs the commands that ui_on_yes() adds; then the view gets its answer(). */
void ui_ask_confirm(struct ui *ui, enum question question, bool loses, const char *label);
void ui_on_yes(struct ui *ui, struct command_args *command);
/* The question that the command itself wants before it is run; false: it wants none, and is still the caller's. */
bool ui_ask_command(struct ui *ui, enum question question, const struct environment *env,
	struct command_args *command);
/* The `:` line, which the app keeps. */
void ui_ask_palette(struct ui *ui);
void ui_ask_end(struct ui *ui);
/* Yes: the commands of the confirmation are on their way. */
void ui_run_confirmed(struct ui *ui);

/* Keys in it are named as keymap_text() has them: "{list.find} finds text". */
void ui_say(struct ui *ui, enum role role, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What an error says, and what would be accepted, in one line. */
void ui_refusal(char dst[MESSAGE_MAX], const struct errbuf *eb);

/* Requests to the app. Each takes its command. */
void ui_run(struct ui *ui, struct command_args *command, enum run_for run_for);
void ui_batch_done(struct ui *ui, bool good, const char *text);
void ui_open(struct ui *ui, const struct view *view, const char *argument);
void ui_back(struct ui *ui);
/* What the tail shows goes to a file of this name; what comes of it is said. */
void ui_save(struct ui *ui, const char *path);
/* Opens the chooser. `choice` must live as long as the app does: for views with a tab. */
void ui_choose_columns(struct ui *ui, const struct column_set *set, struct column_choice *choice);
/*
 * Replaces the `$` line of a view, `*line`, with the text of the command. Takes the command; without one (NULL) there is
 * no line. The caller frees the line.
 */
void ui_print_command(char **line, struct command_args *command);

#endif
