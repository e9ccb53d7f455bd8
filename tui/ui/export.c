/*
 * Writing the shown lines to a file. Called by the app when a person has said a name. Invariant: a file is
 * there either whole or not at all.
 */
#include "tui/ui/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/base/term_text.h"
#include "core/base/time.h"
#include "core/client/client.h"
#include "core/model/name_rules.h"

enum { CHUNK = 64 * 1024, CHUNK_MAX = 4 * CHUNK };

static const char hidden_why[] = "hidden by the filter";

struct export
{
	const struct model *model;
	int fd;
	int error; /* errno of what failed first */
	bool records; /* JSON, else text */
	size_t lines;
	struct strbuf out;
};

void export_default_name(int64_t now_ms, char dst[EXPORT_NAME_SIZE])
{
	char time[TIME_TEXT_SIZE];
	size_t len = 0;

	time_format(now_ms, time);
	len = (size_t)snprintf(dst, EXPORT_NAME_SIZE, "requests-");
	for (const char *p = time; *p && *p != '.'; p++)
		if (*p != '-' && *p != ':' && len + 8 < EXPORT_NAME_SIZE)
			dst[len++] = *p;
	(void)snprintf(dst + len, EXPORT_NAME_SIZE - len, "Z.txt");
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text);
	size_t m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

static void flush(struct export *save)
{
	const char *p = save->out.data;
	size_t left = save->out.len;

	if (!strbuf_ok(&save->out) && save->error == 0)
		save->error = EFBIG;
	while (left > 0 && save->error == 0) {
		ssize_t n = write(save->fd, p, left);

		if (n < 0 && errno != EINTR)
			save->error = errno;
		if (n > 0) {
			p += n;
			left -= (size_t)n;
		}
	}
	strbuf_reset(&save->out);
}

/* ---- as text ---- */

static void add_safe(struct strbuf *out, const char *before, struct str text)
{
	if (text.n == 0)
		return;
	strbuf_add_c(out, before);
	text_add_safe(out, text);
}

static void add_text(struct strbuf *out, const struct request *line)
{
	char time[TIME_TEXT_SIZE];

	time_format(line->time, time);
	strbuf_addf(out, "%s  %3lld  %9.1f ms  ", time, (long long)line->status, line->total_ms);
	text_add_safe(out, line->service.n > 0 ? line->service : line->host);
	add_safe(out, "@", line->version);
	strbuf_addf(out, "  %s  ", line->reason < REASON_COUNT ? reason_names[line->reason] : "-");
	text_add_safe(out, line->method);
	add_safe(out, " ", line->path);
	add_safe(out, "  session=", line->session);
	add_safe(out, "  caller=", line->caller);
	add_safe(out, "  trace=", line->trace);
	add_safe(out, "  error=", line->error);
	if (line->answered_by == ANSWERED_BY_PROXY)
		strbuf_add_c(out, "  answered by the proxy");
	strbuf_add_char(out, '\n');
}

/* What is missing here; -1: nobody knows how many. */
static void add_missing(struct export *save, int64_t count, const char *why)
{
	if (save->records) {
		client_write_missing(&save->out, count, why);
		return;
	}
	if (count >= 0)
		strbuf_addf(&save->out, "# %lld missing here: ", (long long)count);
	else
		strbuf_add_c(&save->out, "# some are missing here, nobody knows how many: ");
	text_add_safe(&save->out, str_of(why));
	strbuf_add_char(&save->out, '\n');
}

static void add_row(struct export *save, size_t row)
{
	int64_t number = request_log_number(save->model->lines, row);
	int64_t before = row > 0 ? request_log_number(save->model->lines, row - 1)
				 : request_log_first(save->model->lines) - 1;
	const struct request *line = request_log_get(save->model->lines, number);
	char said[LIMIT_WORD];
	int64_t count;
	struct str why;

	if (request_log_part(save->model->lines, row) == LINE_GAP || !line)
		return;
	if (row > 0 && request_log_part(save->model->lines, row - 1) == LINE_GAP)
		before = request_log_number(save->model->lines, row - 2);
	if (number - before > 1)
		add_missing(save, number - before - 1, hidden_why);
	if (line_is_loss(line, &count, &why)) {
		(void)str_copy(said, sizeof(said), why);
		add_missing(save, count, said);
		return;
	}
	save->lines++;
	if (save->records)
		client_write_request(&save->out, line);
	else
		add_text(&save->out, line);
}

static void write_all(struct export *save)
{
	const struct request_log *lines = save->model->lines;
	struct request_log_counts counts;
	int64_t last;

	request_log_count(lines, save->model->now_ms, &counts);
	if (!save->records) {
		strbuf_add_c(&save->out, "# requests of ");
		text_add_safe(&save->out, str_of(save->model->url));
		add_safe(&save->out, ", ", str_of(save->model->scope));
		strbuf_add_char(&save->out, '\n');
	}
	if (counts.trimmed > 0)
		add_missing(save, counts.trimmed, "older than what the tail keeps");
	for (size_t row = 0; row < request_log_shown(lines) && save->error == 0; row++) {
		add_row(save, row);
		if (save->out.len >= CHUNK)
			flush(save);
	}
	last = request_log_shown(lines) > 0
		       ? request_log_number(lines, request_log_shown(lines) - 1)
		       : request_log_first(lines) - 1;
	if (request_log_end(lines) - last > 1)
		add_missing(save, request_log_end(lines) - last - 1, hidden_why);
	flush(save);
}

static void say_saved(const struct export *save, const char *path, char dst[MESSAGE_MAX])
{
	struct request_log_counts counts;
	int used = snprintf(dst, MESSAGE_MAX, "%zu lines saved to %s", save->lines, path);

	request_log_count(save->model->lines, save->model->now_ms, &counts);
	if (used < 0 || used >= MESSAGE_MAX)
		return;
	if (counts.hidden == 0 && counts.trimmed == 0 && counts.lost == 0 && !counts.lost_unknown)
		return;
	(void)snprintf(dst + used, MESSAGE_MAX - (size_t)used,
		"; not in it: %lld lost%s, %lld older, %zu hidden by the filter",
		(long long)counts.lost, counts.lost_unknown ? " and more" : "",
		(long long)counts.trimmed, counts.hidden);
}

enum err export_lines(
	const struct model *model, const char *path, char ret_said[MESSAGE_MAX], struct errbuf *eb)
{
	struct export save = {
		.model = model, .records = ends_with(path, ".json") || ends_with(path, ".ndjson")};

	save.fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (save.fd < 0 && errno == EEXIST)
		return err_set(eb, ERR_CONFLICT, "%s is there already; nothing was written", path);
	if (save.fd < 0)
		return err_set(eb, ERR_FAILED, "%s: %s", path, strerror(errno));
	strbuf_init(&save.out, CHUNK_MAX);
	write_all(&save);
	strbuf_finish(&save.out);
	if (close(save.fd) != 0 && save.error == 0)
		save.error = errno;
	if (save.error != 0) {
		(void)unlink(path);
		return err_set(eb, ERR_FAILED, "%s: %s; nothing is left of it", path,
			strerror(save.error));
	}
	say_saved(&save, path, ret_said);
	return ERR_NONE;
}
