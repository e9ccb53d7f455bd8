/*
 * The kinds of argument values: what each is called, what is accepted, and the check. The parser asks for
 * every value; what passes here is well-formed, so that commands build paths and bodies without looking again.
 */
#include <string.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/base/time.h"
#include "core/command/parse.h"
#include "core/model/name_rules.h"
#include "core/model/pull.h"

enum { QUOTED_MAX = 200, CHOICES_MAX = 400 };

static bool check_int(const struct arg_spec *spec, struct str value)
{
	uint64_t number;

	return str_to_u64(value, &number) &&
	       number <= (uint64_t)(spec->max ? spec->max : LIMIT_INTEGER);
}

static bool check_duration(const struct arg_spec *spec, struct str value)
{
	int64_t duration_ms;

	(void)spec;
	return duration_parse(value, &duration_ms) && duration_ms > 0;
}

static bool check_service(const struct arg_spec *spec, struct str value)
{
	(void)spec;
	return name_is_service(value);
}

static bool check_version(const struct arg_spec *spec, struct str value)
{
	(void)spec;
	return name_is_version(value);
}

static bool check_version_id(const struct arg_spec *spec, struct str value)
{
	struct str service;
	struct str version;

	(void)spec;
	return name_split_version(value, &service, &version);
}

static bool check_pin(const struct arg_spec *spec, struct str value)
{
	struct str service;
	struct str version;

	(void)spec;
	return name_split_pin(value, &service, &version);
}

static bool check_session(const struct arg_spec *spec, struct str value)
{
	(void)spec;
	return name_is_session(value);
}

static bool check_pull(const struct arg_spec *spec, struct str value)
{
	int64_t number;

	(void)spec;
	return pull_parse_number(value, &number);
}

static bool check_endpoint(const struct arg_spec *spec, struct str value)
{
	struct endpoint_parts parts;

	(void)spec;
	return endpoint_parse(value, &parts);
}

static bool check_url(const struct arg_spec *spec, struct str value)
{
	struct str http = STR_LIT("http://");
	struct str https = STR_LIT("https://");

	struct endpoint_parts parts;

	if (strcmp(spec->name, "--url") == 0 && endpoint_parse(value, &parts))
		return true; /* HOST:PORT, which is http:// to it */
	if (strcmp(spec->name, "--url") != 0)
		return name_check_link(value, spec->name, NULL) == ERR_NONE;
	return (str_starts(value, http) && value.n > http.n) ||
	       (str_starts(value, https) && value.n > https.n);
}

static bool check_some(const struct arg_spec *spec, struct str value)
{
	(void)spec;
	return value.n > 0;
}

static bool check_choice(const struct arg_spec *spec, struct str value)
{
	for (size_t i = 0; spec->choices[i]; i++)
		if (str_eq_c(value, spec->choices[i]))
			return true;
	return false;
}

static bool check_target(const struct arg_spec *spec, struct str value)
{
	struct str rest = value;

	(void)spec;
	return name_is_service(str_cut(&rest, '/'));
}

static bool check_label(const struct arg_spec *spec, struct str value)
{
	size_t at = str_find_char(value, '=');

	(void)spec;
	return at > 0 && at < value.n;
}

static const struct {
	const char *what; /* after `is not` */
	const char *expected;
	bool (*check)(const struct arg_spec *spec, struct str value); /* NULL: anything */
} kinds[] = {
	[ARG_FLAG] = {"a flag", NULL, NULL},
	[ARG_TEXT] = {"text", NULL, NULL},
	[ARG_INT] = {"a number that it takes", "a whole number", check_int},
	[ARG_DURATION] = {"a duration", "90s, 15m, 8h or 3d", check_duration},
	[ARG_SERVICE] = {"the name of a service", NAME_RULE_SERVICE, check_service},
	[ARG_VERSION_ID] = {"a version", "service@version, such as cart@pr-482", check_version_id},
	[ARG_VERSION] = {"the name of a version", NAME_RULE_VERSION, check_version},
	[ARG_SESSION] = {"a session key", NAME_RULE_SESSION, check_session},
	[ARG_PIN] = {"a pin", "service=version, such as cart=pr-482", check_pin},
	[ARG_PULL] = {"the number of a pull request", "a number, such as 482", check_pull},
	[ARG_ENDPOINT] = {"an endpoint", "host:port, such as 10.0.4.7:8080 or [::1]:8080",
		check_endpoint},
	[ARG_FILTER] = {"a filter", NULL, NULL},
	[ARG_URL] = {"a URL", "http://HOST:PORT or https://...", check_url},
	[ARG_FILE] = {"a file", "a path", check_some},
	[ARG_COMMIT] = {"a commit", "a hash, such as a1b2c3d", check_some},
	[ARG_CHOICE] = {"a choice", NULL, check_choice},
	[ARG_TARGET] = {"a service and path", "service/path, such as gateway/book", check_target},
	[ARG_LABEL] = {"a label", "key=value", check_label},
	[ARG_REST] = {"a word", NULL, NULL},
};
_Static_assert(ARRAY_LEN(kinds) == ARG_KIND_COUNT, "each kind has its row");

static void join_choices(const struct arg_spec *spec, struct strbuf *out)
{
	for (size_t i = 0; spec->choices[i]; i++)
		strbuf_addf(out, "%s%s", i ? ", " : "", spec->choices[i]);
}

/* One name, or two with a character between, as they could be. */
static void add_mended(struct strbuf *out, const struct arg_spec *spec, struct str value)
{
	static const struct {
		enum arg_kind kind;
		char between; /* 0: it is one name */
		enum name_kind first;
	} rows[] = {{ARG_SERVICE, 0, NAME_SERVICE}, {ARG_VERSION, 0, NAME_VERSION},
		{ARG_SESSION, 0, NAME_SESSION}, {ARG_VERSION_ID, '@', NAME_SERVICE},
		{ARG_PIN, '=', NAME_SERVICE}};
	char first[LIMIT_VERSION_NAME + 1];
	char second[LIMIT_VERSION_NAME + 1];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str rest = value;
		struct str name = rows[i].between ? str_cut(&rest, rows[i].between) : value;

		if (rows[i].kind != spec->kind || !name_mend(name, rows[i].first, first))
			continue;
		bool lower = rows[i].first == NAME_SERVICE && !str_eq_c(name, first) &&
			     str_eq_nocase(name, str_of(first));
		if (!rows[i].between)
			strbuf_addf(out, "%s: \"%s\" would be one",
				lower ? "; names of services are lower case" : "", first);
		else if (rest.p && name_mend(rest, NAME_VERSION, second))
			strbuf_addf(out, "%s: \"%s%c%s\" would be one",
				lower                   ? "; names of services are lower case"
				: name_is_service(name) ? ", where a version is " NAME_RULE_VERSION
							: ", where a service is " NAME_RULE_SERVICE,
				first, rows[i].between, second);
	}
}

static enum err refuse(const struct arg_spec *spec, struct str value, struct errbuf *eb)
{
	struct strbuf quoted;
	struct strbuf expected;

	strbuf_init(&quoted, QUOTED_MAX);
	strbuf_init(&expected, CHOICES_MAX);
	text_add_safe(
		&quoted, value.n < QUOTED_MAX / 2 ? value : (struct str){value.p, QUOTED_MAX / 4});
	if (spec->kind == ARG_CHOICE)
		join_choices(spec, &expected);
	else if (spec->kind == ARG_INT)
		strbuf_addf(&expected, "a whole number, at most %lld",
			spec->max ? (long long)spec->max : LIMIT_INTEGER);
	else
		strbuf_add_c(&expected, kinds[spec->kind].expected);
	add_mended(&expected, spec, value);
	const char *why = spec->kind == ARG_ENDPOINT ? endpoint_fault(value)
			  : strcmp(spec->name, "--protocol") == 0 && str_eq_c(value, "grpc")
				  ? "gRPC is h2c"
				  : "";
	err_set_field(eb, ERR_USAGE, spec->name, expected.data, "%s: \"%s\" is not %s%s%s",
		spec->name, strbuf_str(&quoted).n ? quoted.data : "", kinds[spec->kind].what,
		*why ? ": " : "", why);
	strbuf_finish(&quoted);
	strbuf_finish(&expected);
	return ERR_USAGE;
}

enum err parse_check(const struct arg_spec *spec, const char *value, struct errbuf *eb)
{
	struct str text = str_of(value);

	/* An option of text may be cleared with "", or a job does not have it. */
	if (!text.n && arg_is_option(spec) &&
		(spec->may_be_empty || spec->kind == ARG_TEXT || spec->kind == ARG_COMMIT ||
			(spec->kind == ARG_URL && strcmp(spec->name, "--url") != 0)))
		return ERR_NONE;
	if (!kinds[spec->kind].check || kinds[spec->kind].check(spec, text))
		return ERR_NONE;
	return refuse(spec, text, eb);
}
