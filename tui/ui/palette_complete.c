/*
 * The `:` line looked at: the words in it, what the one at the cursor could become, and what is wrong. Pure.
 * Called by palette.c after each key. Invariant: `shown` is what fits the word at the cursor as it is now, the
 * best first, and every command in it is one that the dashboard can run.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/command/command.h"
#include "core/command/parse.h"

#include "tui/ui/fuzzy.h"
#include "tui/ui/palette.h"
#include "tui/theme/theme.h"
#include "tui/ui/view.h"

enum { OF_SELECTION = 500, OF_SESSION = 250, OF_COMMAND = 100 };

/* `like` is the command whose arguments are completed the same way. */
static const struct own {
	const char *word;
	const char *like[2];
	const char *usage;
	const char *help;
} owns[OWN_COUNT] = {
	[OWN_QUIT] = {"q", {NULL}, "q", "Leave."},
	[OWN_THEME] = {"theme", {NULL}, "theme NAME", "Other colours, at once."},
	[OWN_HELP] = {"help", {NULL}, "help", "Every key and word."},
	[OWN_PINS] = {"pins", {"session", "show"}, "pins SESSION",
		"What a session pins, and change it."},
	[OWN_TOUR] = {"tour", {NULL}, "tour on|off",
		"Show the line of the tour at the bottom, or put it away."},
	[OWN_VIEW] = {NULL, {"logs"}, NULL, "Show this view."},
};

/* ---- words ---- */

void palette_split(struct str line, struct palette_words *ret_words)
{
	struct palette_words *w = ret_words;
	size_t out = 0;
	size_t in = 0;

	memset(w, 0, sizeof(*w));
	if (line.n > LIMIT_FILTER)
		line.n = LIMIT_FILTER;
	while (in < line.n && w->count < PALETTE_WORDS) {
		char quote = 0;

		if (line.p[in] == ' ') {
			in++;
			continue;
		}
		w->starts[w->count] = in;
		w->words[w->count++] = w->storage + out;
		for (; in < line.n && (quote || line.p[in] != ' '); in++) {
			char c = line.p[in];

			if (quote ? c == quote : c == '\'' || c == '"') {
				quote = quote ? 0 : c;
				continue;
			}
			if (c == '\\' && quote != '\'' && in + 1 < line.n)
				c = line.p[++in];
			w->storage[out++] = c;
		}
		w->storage[out++] = '\0';
		w->open = in == line.n;
	}
	if (!w->open || in < line.n)
		w->open = false;
}

/* The words without a leading "umbra": it may be pasted from elsewhere. */
static size_t skip_program(const struct palette_words *w)
{
	return w->count > 0 && strcmp(w->words[0], "umbra") == 0 ? 1 : 0;
}

static const struct view *view_of(const char *word)
{
	for (size_t i = 0; view_list[i]; i++)
		if (view_list[i]->key != '\0' && strcmp(view_list[i]->name, word) == 0)
			return view_list[i];
	return NULL;
}

static bool tails(const char *word)
{
	const struct view *view = view_of(word);

	return view && view->flags & VIEW_TAILS;
}

enum own_kind palette_own(const char *word, char *ret_key)
{
	const struct view *view = view_of(word);

	for (int i = 0; i < OWN_COUNT; i++)
		if (owns[i].word && strcmp(owns[i].word, word) == 0)
			return (enum own_kind)i;
	if (strcmp(word, "quit") == 0)
		return OWN_QUIT;
	if (view && ret_key)
		*ret_key = view->key;
	return view ? OWN_VIEW : OWN_COUNT;
}

/* ---- candidates ---- */

struct search {
	struct palette *palette;
	const struct palette_source *source;
	struct str typed; /* what they must fit */
	size_t before; /* bytes of a candidate that stand before what is typed: "service:" */
	const char *noun; /* whose verbs are asked for, "" when they are not */
	int bonus;
};

static void keep_best(struct search *search, const struct palette_candidate *candidate)
{
	struct palette *palette = search->palette;
	size_t at = palette->count;

	palette->total++;
	while (at > 0 && palette->shown[at - 1].score < candidate->score)
		at--;
	if (at == PALETTE_SHOWN)
		return;
	if (palette->count < PALETTE_SHOWN)
		palette->count++;
	memmove(palette->shown + at + 1, palette->shown + at,
		(palette->count - at - 1) * sizeof(*candidate));
	palette->shown[at] = *candidate;
}

static bool is_pair(struct str value, const char *a, char between, const char *b)
{
	struct str left = str_of(a);

	return value.n > left.n && str_starts(value, left) && value.p[left.n] == between &&
	       str_eq_c((struct str){value.p + left.n + 1, value.n - left.n - 1}, b);
}

static bool is_word(struct str value, const char *word)
{
	return word[0] != '\0' && str_eq_c(value, word);
}

/* How near it is to what one looks at. */
static int of_the_screen(const struct palette_source *source, struct str value)
{
	const struct selection *s = source->selected;
	char number[24] = "";

	if (s->kind == SELECTED_PULL)
		(void)snprintf(number, sizeof(number), "%lld", (long long)s->number);
	if (is_word(value, s->service) || is_word(value, s->version) ||
		is_word(value, s->session) || is_word(value, number) ||
		is_pair(value, s->service, '@', s->version) ||
		is_pair(value, s->service, '=', s->version))
		return OF_SELECTION;
	return is_word(value, source->session) ? OF_SESSION : 0;
}

static void consider(void *arg, const char *value, const char *help)
{
	struct search *search = arg;
	struct palette_candidate candidate;
	struct str whole = str_of(value);
	struct str rest;
	int score;

	if (whole.n < search->before || whole.n >= sizeof(candidate.value))
		return;
	rest = (struct str){whole.p + search->before, whole.n - search->before};
	score = fuzzy_score(rest, search->typed);
	if (score < 0)
		return;
	candidate.score = score + search->bonus + of_the_screen(search->source, rest);
	str_copy(candidate.value, sizeof(candidate.value), whole);
	str_copy(candidate.help, sizeof(candidate.help), str_of(help));
	keep_best(search, &candidate);
}

static bool runs_here(const struct command *command)
{
	return command->start != NULL && command->verb[0] != '\0';
}

static bool is_global(const char *option)
{
	for (size_t i = 0; i < command_global_count; i++)
		if (strcmp(command_globals[i].name, option) == 0)
			return true;
	return false;
}

/* What the command table offers, without what makes no sense here. */
static void consider_argument(void *arg, const char *value, const char *help)
{
	const struct search *search = arg;
	const struct command *command = command_find(search->noun, value);

	if (!is_global(value) && (!command || search->noun[0] == '\0' || runs_here(command)))
		consider(arg, value, help);
}

/* Whether the command is about such a thing as is selected. */
static bool is_about(const struct command *command, const struct selection *what)
{
	const struct arg_spec *spec = parse_positional(command, 0);

	if (!spec || spec->kind == ARG_FILTER)
		return false;
	return (spec->kind == ARG_VERSION_ID && what->version[0] != '\0') ||
	       (spec->kind == ARG_SESSION && what->session[0] != '\0') ||
	       (spec->kind == ARG_SERVICE && what->kind == SELECTED_SERVICE);
}

/* Whole names, so that a few letters of the verb find it. */
static void consider_commands(struct search *search)
{
	for (size_t i = 0; commands[i]; i++) {
		const struct command *command = commands[i];
		char name[64];

		if (!runs_here(command))
			continue;
		(void)snprintf(name, sizeof(name), "%s%s%s", command->noun,
			command->noun[0] != '\0' ? " " : "", command->verb);
		search->bonus = is_about(command, search->source->selected) ? OF_COMMAND : 0;
		consider(search, name, command->summary);
	}
	search->bonus = 0;
}

static void consider_own(struct search *search)
{
	for (int i = 0; i < OWN_COUNT; i++)
		if (owns[i].word)
			consider(search, owns[i].word, owns[i].help);
	for (size_t i = 0; view_list[i]; i++) {
		char help[64];

		if (view_list[i]->key == '\0')
			continue;
		(void)snprintf(
			help, sizeof(help), "view %c, %s", view_list[i]->key, view_list[i]->title);
		consider(search, view_list[i]->name, help);
	}
}

/*
 * The table completes what a word begins with; here, whatever fits is wanted: the word is cut to what
 * says which kind of candidates there are ("--", "--ttl=", "service:").
 */
static size_t kind_prefix(const char *word)
{
	const char *equals = strchr(word, '=');
	const char *colon = strchr(word, ':');

	if (word[0] == '-')
		return equals ? (size_t)(equals + 1 - word) : 1;
	return colon ? (size_t)(colon + 1 - word) : 0;
}

static void complete_like(
	struct search *search, const struct palette_words *w, size_t skip, const struct own *own)
{
	const char *words[PALETTE_WORDS + 4];
	char partial[LIMIT_FILTER + 1];
	const char *last = w->words[w->count - 1];
	size_t cut = kind_prefix(last);
	size_t count = 0;

	for (size_t i = 0; own && i < ARRAY_LEN(own->like) && own->like[i]; i++)
		words[count++] = own->like[i];
	for (size_t i = skip + (own ? 1 : 0); i + 1 < w->count; i++)
		words[count++] = w->words[i];
	str_copy(partial, sizeof(partial), (struct str){last, cut});
	words[count++] = partial;
	search->noun = count == 2 && !own ? words[0] : "";
	/* An option is shown with its dashes, and fits by what follows them. */
	search->before = cut > 1 ? cut : 0;
	search->typed = str_of(last + search->before);
	if (count > 1) {
		command_complete(search->source->env, words, count, consider_argument, search);
		return;
	}
	consider_commands(search);
	consider_own(search);
}

static void complete_theme(struct search *search, const struct palette_words *w)
{
	struct theme_names names;

	search->typed = str_of(w->words[w->count - 1]);
	theme_names_read(&names);
	for (size_t i = 0; i < names.count; i++)
		consider(search, names.names[i], NULL);
	theme_names_finish(&names);
}

static void complete_tour(struct search *search, const struct palette_words *w)
{
	search->typed = str_of(w->words[w->count - 1]);
	consider(search, "on", "the line of the tour at the bottom of every view");
	consider(search, "off", "without it; what is done stays done");
}

static void complete(struct palette *palette, const struct palette_source *source)
{
	struct search search = {.palette = palette, .source = source, .noun = ""};
	struct palette_words w;
	enum own_kind kind = OWN_COUNT;
	size_t skip;

	palette->count = palette->total = palette->chosen = 0;
	palette_split((struct str){palette->input.text, palette->input.cursor}, &w);
	if (!w.open) {
		w.starts[w.count] = palette->input.cursor;
		w.words[w.count++] = "";
	}
	palette->word = w.starts[w.count - 1];
	skip = skip_program(&w);
	if (skip == w.count)
		return;
	if (w.count > skip + 1)
		kind = palette_own(w.words[skip], NULL);
	if (kind == OWN_VIEW && !tails(w.words[skip]))
		return;
	if (kind == OWN_COUNT || kind == OWN_PINS || kind == OWN_VIEW)
		complete_like(&search, &w, skip, kind == OWN_COUNT ? NULL : &owns[kind]);
	else if (kind == OWN_THEME && w.count == skip + 2)
		complete_theme(&search, &w);
	else if (kind == OWN_TOUR && w.count == skip + 2)
		complete_tour(&search, &w);
}

/* ---- what is typed, and what is wrong with it ---- */

static void describe(struct palette *palette, const struct palette_words *w, size_t skip)
{
	struct command_words found;
	enum own_kind own = w->count > skip ? palette_own(w->words[skip], NULL) : OWN_COUNT;
	struct strbuf usage;

	palette->usage[0] = palette->help[0] = '\0';
	if (own != OWN_COUNT) {
		const char *word = w->words[skip];

		(void)snprintf(palette->usage, sizeof(palette->usage), "%s%s",
			owns[own].usage ? owns[own].usage : word, tails(word) ? " [FILTER]" : "");
		str_copy(palette->help, sizeof(palette->help), str_of(owns[own].help));
		return;
	}
	parse_find_words(w->words + skip, w->count - skip, &found);
	if (w->count == skip || !found.command)
		return;
	strbuf_init(&usage, sizeof(palette->usage) - 1);
	command_usage(&usage, found.command);
	str_copy(palette->usage, sizeof(palette->usage), strbuf_str(&usage));
	strbuf_finish(&usage);
	str_copy(palette->help, sizeof(palette->help), str_of(found.command->summary));
}

void palette_refuse(struct palette *palette, size_t column, const char *sentence)
{
	str_copy(palette->mistake, sizeof(palette->mistake), str_of(sentence));
	palette->column = column;
	palette->sent = false;
}

/* An option whose value is still to come is not wrong yet. */
static bool awaits_value(const struct palette_words *w, size_t skip, size_t count)
{
	const char *word = w->words[skip + count - 1];
	struct command_words found;
	const struct arg_spec *spec;
	const char *attached;

	parse_find_words(w->words + skip, count, &found);
	if (!parse_looks_like_option(word))
		return false;
	spec = parse_option(found.command, word, &attached);
	return spec && parse_wants_value(spec, attached);
}

/* A filter is looked at only by the whole parse, which wants nothing else of such commands. */
static bool takes_filter(const struct palette_words *w, size_t skip, size_t count)
{
	struct command_words found;

	parse_find_words(w->words + skip, count, &found);
	for (size_t i = 0; found.command && i < found.command->arg_count; i++)
		if (found.command->args[i].kind == ARG_FILTER)
			return true;
	return false;
}

/* The first of `count` words with which the line can no longer become right; --help wants nothing else. */
static bool find_mistake(
	struct palette *palette, struct palette_words *w, size_t skip, size_t count)
{
	for (size_t n = 1; n <= count; n++) {
		const char *after = w->words[skip + n];
		struct command_args args;
		struct errbuf eb;
		enum err err;

		errbuf_clear(&eb);
		if (awaits_value(w, skip, n))
			continue;
		w->words[skip + n] = "--help";
		err = command_parse(
			(int)n + (takes_filter(w, skip, n) ? 0 : 1), w->words + skip, &args, &eb);
		w->words[skip + n] = after;
		args_finish(&args);
		if (err == ERR_NONE)
			continue;
		palette_refuse(palette, w->starts[skip + n - 1], eb.text);
		return true;
	}
	return false;
}

void palette_complete(struct palette *palette, const struct palette_source *source)
{
	struct palette_words w;
	size_t skip;

	palette->mistake[0] = '\0';
	palette->column = SIZE_MAX;
	palette->sent = false;
	complete(palette, source);
	palette_split((struct str){palette->input.text, palette->input.len}, &w);
	skip = skip_program(&w);
	describe(palette, &w, skip);
	if (w.count > skip && palette_own(w.words[skip], NULL) == OWN_COUNT)
		(void)find_mistake(palette, &w, skip, w.count - skip - (w.open ? 1 : 0));
}

static bool check_command(struct palette *palette, struct palette_words *w, size_t skip,
	const struct palette_source *source, struct command_args **ret_command)
{
	struct command_args *args;
	struct errbuf eb;

	errbuf_clear(&eb);
	if (find_mistake(palette, w, skip, w->count - skip))
		return false;
	args = xcalloc(1, sizeof(*args));
	if (command_parse_line(palette->input.text, args, &eb) != ERR_NONE) {
		palette_refuse(palette, palette->input.len, eb.text);
	} else if (!args->command || !runs_here(args->command)) {
		palette_refuse(palette, w->starts[skip],
			"runs on the command line only, not in the dashboard");
	} else if (args_has(args, "--watch")) {
		palette_refuse(palette, w->starts[skip],
			"the dashboard is always up to date: leave out --watch");
	} else if (args_has(args, "--help")) {
		palette_refuse(palette, SIZE_MAX, args->command->summary);
	} else if (args->command->writes && source->read_only) {
		palette_refuse(palette, w->starts[skip], "READ-ONLY: nothing is sent from here");
	} else {
		*ret_command = args;
		return true;
	}
	args_destroy(args);
	return false;
}

bool palette_check(struct palette *palette, const struct palette_source *source,
	struct command_args **ret_command)
{
	static const char *const wants[OWN_COUNT] = {
		[OWN_THEME] = "needs the name of a theme",
		[OWN_PINS] = "needs the key of a session",
		[OWN_TOUR] = "needs on or off",
	};
	struct palette_words w;
	enum own_kind own;
	size_t skip;

	*ret_command = NULL;
	palette_split((struct str){palette->input.text, palette->input.len}, &w);
	skip = skip_program(&w);
	if (w.count == skip)
		return false;
	own = palette_own(w.words[skip], NULL);
	if (own == OWN_COUNT)
		return check_command(palette, &w, skip, source, ret_command);
	if (wants[own] && w.count != skip + 2) {
		palette_refuse(palette, palette->input.len, wants[own]);
		return false;
	}
	return true;
}
