/*
 * The kinds of argument values: what each is called, what is accepted, and the check. The parser asks for
 * every value; what passes here is well-formed, so that commands build paths and bodies without looking again.
 */
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/time.h"
#include "core/command/parse.h"
#include "core/model/filter.h"
#include "core/model/names.h"
#include "core/model/pull.h"

enum { QUOTED_MAX = 200, CHOICES_MAX = 400 };

static bool check_int(const struct arg_spec *spec, struct str value)
{
	uint64_t number;

	return str_to_u64(value, &number) && number <= INT64_MAX &&
	       (!spec->max || number <= (uint64_t)spec->max);
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
	const char *what; /* after `is no` */
	const char *expected;
	bool (*check)(const struct arg_spec *spec, struct str value); /* NULL: anything */
} kinds[] = {
	[ARG_FLAG] = {"flag", NULL, NULL},
	[ARG_TEXT] = {"text", NULL, NULL},
	[ARG_INT] = {"number that it takes", "a whole number", check_int},
	[ARG_DURATION] = {"duration", "90s, 15m, 8h or 3d", check_duration},
	[ARG_SERVICE] = {"name of a service",
		"a lower-case letter, then at most 30 of a-z 0-9 and single -", check_service},
	[ARG_VERSION_ID] = {"version", "service@version, such as cart@pr-482", check_version_id},
	[ARG_VERSION] = {"name of a version",
		"at most 63 of A-Z a-z 0-9 . _ -, a letter or digit first", check_version},
	[ARG_SESSION] = {"session key", "at most 30 of a-z 0-9 and single -", check_session},
	[ARG_PIN] = {"pin", "service=version, such as cart=pr-482", check_pin},
	[ARG_PULL] = {"number of a pull request", "a number, such as 482", check_pull},
	[ARG_ENDPOINT] = {"endpoint", "host:port, such as 10.0.4.7:8080 or [::1]:8080",
		check_endpoint},
	[ARG_FILTER] = {"filter", NULL, NULL},
	[ARG_URL] = {"URL", "http://HOST:PORT or https://...", check_url},
	[ARG_FILE] = {"file", "a path", check_some},
	[ARG_COMMIT] = {"commit", "a hash, such as a1b2c3d", check_some},
	[ARG_CHOICE] = {"choice", NULL, check_choice},
	[ARG_TARGET] = {"service and path", "service/path, such as gateway/book", check_target},
	[ARG_LABEL] = {"label", "key=value", check_label},
	[ARG_REST] = {"word", NULL, NULL},
};
_Static_assert(ARRAY_LEN(kinds) == ARG_KIND_COUNT, "each kind has its row");

static void join_choices(const struct arg_spec *spec, struct strbuf *out)
{
	for (size_t i = 0; spec->choices[i]; i++)
		strbuf_addf(out, "%s%s", i ? ", " : "", spec->choices[i]);
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
	else if (spec->kind == ARG_INT && spec->max)
		strbuf_addf(&expected, "a whole number, at most %lld", (long long)spec->max);
	else
		strbuf_add_c(&expected, kinds[spec->kind].expected);
	err_set_field(eb, ERR_USAGE, spec->name, expected.data, "%s: \"%s\" is no %s", spec->name,
		strbuf_str(&quoted).n ? quoted.data : "", kinds[spec->kind].what);
	strbuf_finish(&quoted);
	strbuf_finish(&expected);
	return ERR_USAGE;
}

enum err parse_check(const struct arg_spec *spec, const char *value, struct errbuf *eb)
{
	struct str text = str_of(value);

	/* An option of text or URL may be cleared with "". */
	if (!text.n && arg_is_option(spec) && (spec->kind == ARG_TEXT || spec->kind == ARG_URL) &&
		strcmp(spec->name, "--url") != 0)
		return ERR_NONE;
	if (!kinds[spec->kind].check || kinds[spec->kind].check(spec, text))
		return ERR_NONE;
	return refuse(spec, text, eb);
}
