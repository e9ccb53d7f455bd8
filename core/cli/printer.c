/*
 * Puts results out. The one place that decides between text, JSON and NDJSON for each shape, and that
 * writes to stdout; cli.c hands it what a command answers.
 */
#include "core/cli/printer.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"

enum { PRINT_MAX = 1 << 30 };

static enum output_form form_of(const struct command_args *args)
{
	const char *name = args_get(args, "--output");
	int form = OUTPUT_TEXT;

	while (name && command_outputs[form] && strcmp(command_outputs[form], name) != 0)
		form++;
	return (enum output_form)form;
}

/* https://no-color.org: present and not empty. */
static bool wants_color(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (no_color && *no_color)
		return false;
	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
}

/* What the locale says; where it is not installed, what its name says. */
static bool is_utf8(void)
{
	static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *name = NULL;

	if (setlocale(LC_CTYPE, ""))
		return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	for (size_t i = 0; i < ARRAY_LEN(variables) && (!name || !*name); i++)
		name = getenv(variables[i]);
	return name && (strcasestr(name, "UTF-8") || strcasestr(name, "utf8"));
}

void printer_init(struct printer *printer, const struct command_args *args)
{
	*printer = (struct printer){
		.command = args->command,
		.form = form_of(args),
		.follow = args_has(args, "--follow") || args_has(args, "--watch"),
		.style =
			{
				.color = wants_color(),
				.links = wants_color(),
				.ascii = !is_utf8(),
				.local = isatty(STDOUT_FILENO) && !args_has(args, "--utc"),
				.now_ms = time_now_ms(),
			},
	};
}

void printer_text(struct printer *printer, struct str text)
{
	if (printer->closed)
		return;
	if (fwrite(text.p, 1, text.n, stdout) == text.n && fflush(stdout) == 0)
		return;
	printer->closed = true;
	printer->error = errno;
}

int printer_lost(int error)
{
	if (error == EPIPE)
		return 128 + SIGPIPE;
	fprintf(stderr, "umbra: the output is lost, it cannot be written: %s\n", strerror(error));
	return err_exit_code(ERR_IO);
}

int printer_end(const struct printer *printer, int code)
{
	int lost = printer->closed ? printer_lost(printer->error) : 0;

	return code ? code : lost;
}

/* ---- a whole result ---- */

/* What most people copy; `session link` has all of it. */
static void write_how_to(struct strbuf *out, const struct text_style *style, const cJSON *body)
{
	static const char *const forms[] = {"curl", "link", "header"};
	const cJSON *how_to = cJSON_GetObjectItemCaseSensitive(body, "how_to");
	cJSON *some = cJSON_CreateObject();

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		const cJSON *form = cJSON_GetObjectItemCaseSensitive(how_to, forms[i]);

		if (cJSON_IsString(form))
			cJSON_AddStringToObject(some, forms[i], form->valuestring);
	}
	text_write_object(out, style, some);
	cJSON_Delete(some);
}

/* Of a dry run: what each service would come to. */
static void write_sentences(
	struct strbuf *out, const struct text_style *style, const cJSON *body, const char *list)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, list))
	{
		const cJSON *sentence = cJSON_GetObjectItemCaseSensitive(item, "sentence");

		if (!cJSON_IsString(sentence))
			continue;
		strbuf_add_c(out, "  ");
		text_write_message(out, style, str_of(sentence->valuestring));
	}
}

static void write_dry_run(struct strbuf *out, const struct text_style *style, const cJSON *body)
{
	const cJSON *unchanged = cJSON_GetObjectItemCaseSensitive(body, "unchanged");
	double total =
		cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(body, "unchanged_total"));
	int told = cJSON_GetArraySize(unchanged);

	write_sentences(out, style, body, "changes");
	write_sentences(out, style, body, "unchanged");
	if (total > told)
		strbuf_addf(out, "  %.0f more have none, either.\n", total - told);
}

static void print_text(struct printer *printer, const struct command_result *result,
	const cJSON *body, struct strbuf *out)
{
	if (result->message.n) {
		text_write_message(out, &printer->style, result->message);
		if (printer->command->how_to)
			write_how_to(out, &printer->style, body);
		if (cJSON_HasObjectItem(body, "dry_run"))
			write_dry_run(out, &printer->style, body);
	} else if (printer->command->shape == SHAPE_LIST) {
		text_write_list(
			out, &printer->style, printer->command, body, printer->widths, true);
	} else if (printer->command->column_count) {
		text_write_facts(out, &printer->style, printer->command, body);
	} else {
		text_write_object(out, &printer->style, body);
	}
}

static void print_json(struct printer *printer, const struct command_result *result,
	const cJSON *body, struct strbuf *out)
{
	if (!body)
		json_write_message(out, result->message);
	else if (printer->form == OUTPUT_NDJSON && printer->command->shape == SHAPE_LIST)
		json_write_items(out, printer->command->list_path, body);
	else
		json_write_safe(out, str_trim(result->body));
	if (out->len && out->data[out->len - 1] != '\n')
		strbuf_add_char(out, '\n');
}

/* Of a dry run the name is that of what it would become. */
static void print_names(struct printer *printer, const cJSON *body, struct strbuf *out)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(body, printer->command->list_path);
	const cJSON *session = cJSON_GetObjectItemCaseSensitive(body, "session");
	const cJSON *item;

	if (cJSON_IsArray(list))
		cJSON_ArrayForEach(item, list)
			text_write_name(out, &printer->style, printer->command, item);
	else
		text_write_name(out, &printer->style, printer->command,
			cJSON_IsObject(session) ? session : body);
}

/* ---- a stream ---- */

static void print_note(struct printer *printer, struct str message)
{
	struct strbuf out;

	strbuf_init(&out, PRINT_MAX);
	strbuf_add_c(&out, "umbra: ");
	text_write_message(&out, &printer->style, message);
	fwrite(out.data, 1, out.len, stderr);
	strbuf_finish(&out);
}

static void print_piece_json(
	struct printer *printer, const struct command_result *result, struct strbuf *out)
{
	bool array = printer->form == OUTPUT_JSON && !printer->follow;

	if (array)
		strbuf_add_c(out, printer->begun ? ",\n" : "[\n");
	json_write_safe(out, str_trim(result->body));
	if (!array)
		strbuf_add_char(out, '\n');
}

static void print_end(struct printer *printer, struct strbuf *out)
{
	if (printer->form == OUTPUT_JSON && !printer->follow)
		strbuf_add_c(out, printer->begun ? "\n]\n" : "[]\n");
}

/* Of a list that is watched: the rows that are new or other now, or the name of one that is gone. */
static void print_watched(struct printer *printer, const struct command_result *result,
	const cJSON *body, struct strbuf *out)
{
	const char *gone = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(body, "gone"));

	if (gone && printer->form == OUTPUT_TEXT) {
		strbuf_add_c(out, "--- gone: ");
		text_write_message(out, &printer->style, str_of(gone));
	} else if (gone && printer->form != OUTPUT_NAME) {
		json_write_safe(out, str_trim(result->body));
		strbuf_add_char(out, '\n');
	} else if (!gone && printer->form == OUTPUT_NAME) {
		print_names(printer, body, out);
	} else if (!gone && printer->form == OUTPUT_TEXT) {
		text_write_list(out, &printer->style, printer->command, body, printer->widths,
			!printer->begun);
	} else if (!gone) {
		json_write_items(out, printer->command->list_path, body);
	}
	/* The titles come with the first row. */
	printer->begun |= printer->form != OUTPUT_TEXT || printer->widths[0] > 0;
}

static void print_piece(struct printer *printer, const struct command_result *result,
	const cJSON *body, struct strbuf *out)
{
	if (printer->form != OUTPUT_TEXT) {
		print_piece_json(printer, result, out);
	} else {
		if (!printer->begun && isatty(STDOUT_FILENO))
			text_write_header(out, &printer->style, printer->command);
		text_write_line(out, &printer->style, printer->command, body);
	}
	printer->begun = true;
}

bool printer_result(struct printer *printer, const struct command_result *result, struct errbuf *eb)
{
	bool stream = printer->command->shape == SHAPE_LINES;
	cJSON *body = result->body.n ? json_parse(result->body, NULL) : NULL;
	struct strbuf out;

	if (result->body.n && !body) {
		err_set(eb, ERR_FAILED, "the answer is not JSON; is it a control plane of Umbra?");
		return false;
	}
	strbuf_init(&out, PRINT_MAX);
	if (stream && body)
		print_piece(printer, result, body, &out);
	else if (printer->follow && body)
		print_watched(printer, result, body, &out);
	else if (result->more)
		print_note(printer, result->message);
	else if (stream)
		print_end(printer, &out);
	else if (printer->form == OUTPUT_TEXT)
		print_text(printer, result, body, &out);
	else if (printer->form == OUTPUT_NAME)
		print_names(printer, body, &out);
	else
		print_json(printer, result, body, &out);
	printer_text(printer, strbuf_str(&out));
	/* What was done is done; the key of a session is not lost with the output. */
	if (printer->closed && printer->command->writes && result->message.n)
		print_note(printer, result->message);
	strbuf_finish(&out);
	cJSON_Delete(body);
	return true;
}

/* ---- errors ---- */

/* Names like the one that is not there, when the control plane knows some. */
static bool write_near(struct strbuf *out, const struct text_style *style, const cJSON *problem)
{
	bool any;
	const cJSON *near = cJSON_GetObjectItemCaseSensitive(problem, "near");
	const cJSON *name;
	struct strbuf names;

	strbuf_init(&names, PRINT_MAX);
	cJSON_ArrayForEach(name, near)
	{
		if (cJSON_IsString(name))
			strbuf_addf(&names, "%s%s", names.len ? ", " : "", name->valuestring);
	}
	if (names.len) {
		strbuf_add_c(out, "did you mean: ");
		text_write_message(out, style, strbuf_str(&names));
	}
	any = names.len > 0;
	strbuf_finish(&names);
	return any;
}

void printer_error(
	struct printer *printer, const struct errbuf *eb, struct str body, const char *hint)
{
	cJSON *problem = body.n ? json_parse(body, NULL) : NULL;
	struct strbuf out;

	strbuf_init(&out, PRINT_MAX);
	if (printer->form == OUTPUT_TEXT || printer->form == OUTPUT_NAME) {
		text_write_error(&out, &printer->style, eb);
		if (!write_near(&out, &printer->style, problem) && *eb->expected)
			text_write_accepted(&out, &printer->style, eb);
		if (hint)
			strbuf_addf(&out, "%s\n", hint);
	} else if (problem) {
		json_write_safe(&out, str_trim(body));
		strbuf_add_char(&out, '\n');
	} else {
		json_write_error(&out, eb);
	}
	fwrite(out.data, 1, out.len, stderr);
	strbuf_finish(&out);
	cJSON_Delete(problem);
}
