/*
 * The manual page from the tables: commands, filter terms, reasons, exit codes. `umbra man` prints it.
 * Everything that is text goes through write_text(), so that no word of a table can be a request to troff.
 */
#include "core/cli/man_page.h"

#include "core/base/executable.h"
#include "core/cli/config.h"
#include "core/cli/help.h"
#include "core/cli/topics.h"
#include "core/command/command.h"
#include "core/model/decision.h"
#include "core/model/filter.h"

/* groff_char(7): "-" would become a hyphen, "\" begins an escape; a leading "." or "'" is a request. */
static void write_text(struct strbuf *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		strbuf_add_c(out, "\\&");
	for (; *text; text++) {
		switch (*text) {
		case '\\':
			strbuf_add_c(out, "\\e");
			break;
		case '-':
			strbuf_add_c(out, "\\-");
			break;
		case '\'':
			strbuf_add_c(out, "\\(aq");
			break;
		case '`':
			strbuf_add_c(out, "\\(ga");
			break;
		case '~':
			strbuf_add_c(out, "\\(ti");
			break;
		case '^':
			strbuf_add_c(out, "\\(ha");
			break;
		default:
			strbuf_add_char(out, *text);
		}
	}
}

static void write_line(struct strbuf *out, const char *text)
{
	write_text(out, text);
	strbuf_add_char(out, '\n');
}

/* ".TP", a bold term, and what it is. */
static void write_item(struct strbuf *out, const char *term, const char *text)
{
	strbuf_add_c(out, ".TP\n\\fB");
	write_text(out, term);
	strbuf_add_c(out, "\\fR\n");
	write_line(out, text);
}

static void write_examples(struct strbuf *out, const char *const *lines)
{
	strbuf_add_c(out, ".PP\n.nf\n.RS 4\n");
	for (size_t i = 0; lines[i]; i++)
		write_line(out, lines[i]);
	strbuf_add_c(out, ".RE\n.fi\n");
}

static void write_arg(struct strbuf *out, const struct arg_spec *spec)
{
	strbuf_add_c(out, ".TP\n");
	if (arg_is_option(spec) && spec->letter)
		strbuf_addf(out, "\\fB\\-%c\\fR, ", spec->letter);
	strbuf_add_c(out, "\\fB");
	write_text(out, spec->name);
	strbuf_add_c(out, "\\fR");
	if (arg_is_option(spec) && spec->kind != ARG_FLAG) {
		strbuf_add_c(out, " \\fI");
		write_text(out, spec->value);
		strbuf_add_c(out, "\\fR");
	}
	strbuf_add_char(out, '\n');
	write_text(out, spec->help);
	for (size_t i = 0; spec->choices && spec->choices[i]; i++) {
		strbuf_add_c(out, i ? ", " : ": ");
		write_text(out, spec->choices[i]);
	}
	if (spec->repeated)
		strbuf_add_c(out, "; may be repeated");
	strbuf_add_char(out, '\n');
}

static void write_sentence(struct strbuf *out, const char *text)
{
	struct strbuf line;

	strbuf_init(&line, 512);
	strbuf_add_c(&line, text);
	strbuf_add_char(&line, '.');
	if (text[0] >= 'a' && text[0] <= 'z')
		line.data[0] = (char)(text[0] - 'a' + 'A');
	write_line(out, line.data);
	strbuf_finish(&line);
}

static void write_command(struct strbuf *out, const struct command *command)
{
	struct strbuf usage;

	strbuf_init(&usage, 4096);
	command_usage(&usage, command);
	strbuf_add_c(out, ".SS ");
	write_line(out, usage.data);
	strbuf_finish(&usage);
	write_sentence(out, command->summary);
	if (command->help)
		write_line(out, command->help);
	if (command->arg_count)
		strbuf_add_c(out, ".RS 4\n");
	for (size_t i = 0; i < command->arg_count; i++)
		write_arg(out, &command->args[i]);
	if (command->arg_count)
		strbuf_add_c(out, ".RE\n");
	write_examples(out, command->examples);
}

static void write_filter(struct strbuf *out)
{
	strbuf_add_c(out, ".SH FILTERS\n");
	write_line(out,
		"Dashboard, command line and API take the same filters. Terms are and-ed; !term "
		"negates; a,b inside a term is or; * at either end of a value is a wildcard.");
	for (size_t i = 0; i < filter_term_count; i++)
		write_item(out, filter_terms[i].example, filter_terms[i].help);
}

static void write_reasons(struct strbuf *out)
{
	strbuf_add_c(out, ".SH REASONS\n");
	write_line(out, "Why a request went where it went, in the column WHY of umbra logs and in "
			"the response header Routing-Decision.");
	for (int i = 0; i < REASON_COUNT; i++)
		write_item(out, reason_names[i], reason_sentences[i]);
}

static void write_environment(struct strbuf *out)
{
	strbuf_add_c(
		out, ".SH ENVIRONMENT\nOptions go before these, these before the config file.\n");
	for (int i = 0; i < SETTING_COUNT; i++)
		write_item(out, setting_infos[i].variable, setting_infos[i].help);
	write_item(out, "http_proxy, https_proxy, ALL_PROXY, NO_PROXY", help_proxies);
	write_item(out, "NO_COLOR", "No colours, whatever its value, when not empty.");
}

void man_page_write(struct strbuf *out)
{
	strbuf_add_c(out, ".TH UMBRA 1 \"\" \"umbra " UMBRA_VERSION "\" \"Umbra\"\n"
			  ".nh\n.ad l\n.SH NAME\numbra \\- one shared environment, many versions, "
			  "a session that chooses\n.SH SYNOPSIS\n\\fBumbra\\fR [\\fICOMMAND\\fR] "
			  "[\\fIARGUMENT\\fR...]\n"
			  ".SH DESCRIPTION\n");
	write_line(out, "Every service runs once as stable, and any number of ephemeral versions "
			"run beside it. Proxies send each hop of a request to the version its "
			"routing session pins, else to stable. Without a command umbra is the "
			"dashboard of such an environment.");
	strbuf_add_c(out, ".SH COMMANDS\n");
	write_line(out, "A version is written service@version, a pin service=version, a duration "
			"90s, 15m, 8h or 3d.");
	for (size_t i = 0; commands[i]; i++)
		write_command(out, commands[i]);
	strbuf_add_c(out, ".SH OPTIONS OF EVERY COMMAND\n");
	for (size_t i = 0; i < command_global_count; i++)
		write_arg(out, &command_globals[i]);
	write_filter(out);
	write_reasons(out);
	strbuf_add_c(out, ".SH EXIT STATUS\n");
	for (size_t i = 0; exit_codes[i][0]; i++)
		write_item(out, exit_codes[i][0], exit_codes[i][1]);
	write_environment(out);
	strbuf_add_c(out, ".SH FILES\n");
	for (size_t i = 0; config_files[i][0]; i++)
		write_item(out, config_files[i][0], config_files[i][1]);
}
