/*
 * Reading heads line by line. Called by conn.c with what has been added to a connection's input. Only the
 * beginning of a line is kept: what is looked at is never longer.
 */
#include "core/api/head.h"

#include <string.h>

#include "core/api/clip.h"
#include "core/base/limits.h"

struct asking {
	bool (*host_is_ours)(void *arg, struct str host);
	void *arg;
};

void head_start(struct head *head)
{
	*head = (struct head){.state = HEAD_REQUEST_LINE};
}

static enum err refuse(struct errbuf *eb, const char *field, const char *expected, const char *text)
{
	return err_set_field(eb, ERR_USAGE, field, expected, "%s", text);
}

static struct str kept_line(const struct head *head)
{
	return (struct str){
		head->line, head->line_len < HEAD_LINE_SIZE ? head->line_len : HEAD_LINE_SIZE};
}

/* ---- the first line ------------------------------------------------------------------------------ */

/* Of "http://host:port/path"; without text when the target names no host. */
static struct str target_host(struct str target)
{
	static const char *const schemes[] = {"http://", "https://"};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		struct str scheme = str_of(schemes[i]);

		if (target.n < scheme.n || !str_eq_nocase((struct str){target.p, scheme.n}, scheme))
			continue;
		target = (struct str){target.p + scheme.n, target.n - scheme.n};
		for (size_t n = 0; n < target.n; n++) {
			if (target.p[n] == '/' || target.p[n] == '?' || target.p[n] == '#')
				target.n = n;
		}
		return target;
	}
	return (struct str){0};
}

static enum err read_request_line(struct head *head, const struct asking *asking, struct errbuf *eb)
{
	static const char version[] = " HTTP/1.";
	struct str rest = kept_line(head);
	struct str target;
	struct str host;
	char minor = head->end[HEAD_END_SIZE - 1];

	if (head->line_len == 0)
		return ERR_NONE; /* one that is left of the body before; evhttp knows */
	head->state = HEAD_FIELDS;
	(void)str_cut(&rest, ' ');
	target = str_cut(&rest, ' ');
	if (memcmp(head->end + 1, version, sizeof(version) - 1) != 0 ||
		(minor != '0' && minor != '1') || target.n == 0)
		return refuse(eb, NULL, "METHOD TARGET HTTP/1.1",
			"the first line of the request is not of HTTP/1.1 or 1.0");
	if (rest.p != NULL && str_find_char(rest, ' ') < rest.n)
		return refuse(eb, NULL, "METHOD TARGET HTTP/1.1",
			"the first line of the request has a space too many");
	head->minor_0 = minor == '0';
	host = target_host(target);
	if (host.p != NULL && !asking->host_is_ours(asking->arg, host))
		return err_set_field(eb, ERR_FOREIGN_HOST, "Host",
			"localhost, or the address listened on",
			"this control plane does not answer for the host %.*s",
			STR_ARG(clip(host)));
	return ERR_NONE;
}

/* ---- the fields ---------------------------------------------------------------------------------- */

/* RFC 9110 section 5.6.2. */
static bool is_token(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    strchr("!#$%&'*+-.^_`|~", c) != NULL))
			return false;
	}
	return name.n > 0;
}

static enum err read_length(struct head *head, struct str value, struct errbuf *eb)
{
	uint64_t length;

	if (!str_to_u64(value, &length) || length > INT64_MAX)
		return refuse(eb, "Content-Length", "a number of bytes",
			"the length of the body is not a number");
	if (head->has_length && head->length != (int64_t)length)
		return refuse(eb, "Content-Length", "one number of bytes",
			"the request announces its body with two lengths");
	head->has_length = true;
	head->length = (int64_t)length;
	return ERR_NONE;
}

static enum err read_field(struct head *head, struct errbuf *eb)
{
	struct str value = kept_line(head);
	struct str name;

	if (value.p[0] == ' ' || value.p[0] == '\t')
		return refuse(eb, NULL, "each header field on a line of its own",
			"a header field of the request goes on in the next line");
	name = str_cut(&value, ':');
	if (value.p == NULL || !is_token(name))
		return refuse(eb, NULL, "Name: value", "a header line of the request has no name");
	value = str_trim(value);
	if (str_eq_nocase(name, STR_LIT("Content-Length")))
		return read_length(head, value, eb);
	if (str_eq_nocase(name, STR_LIT("Host"))) {
		if (head->has_host)
			return refuse(eb, "Host", "one Host", "the request has two Host headers");
		head->has_host = true;
	}
	if (str_eq_nocase(name, STR_LIT("Transfer-Encoding"))) {
		if (head->has_coding || head->minor_0 || !str_eq_nocase(value, STR_LIT("chunked")))
			return refuse(eb, "Transfer-Encoding", "chunked, without Content-Length",
				"it is not clear where the body of the request ends");
		head->has_coding = true;
	}
	return ERR_NONE;
}

static enum err end_of_head(struct head *head, struct errbuf *eb)
{
	head->state = head->has_coding ? HEAD_CHUNK_SIZE : HEAD_DONE;
	if (head->has_coding && head->has_length)
		return refuse(eb, "Transfer-Encoding", "chunked, without Content-Length",
			"it is not clear where the body of the request ends");
	if (head->length > LIMIT_BODY)
		return err_set_field(eb, ERR_TOO_LARGE, NULL, "at most 1 MiB",
			"the body of the request is larger than 1 MiB");
	return ERR_NONE;
}

/* ---- chunks -------------------------------------------------------------------------------------- */

static enum err read_chunk_size(struct head *head, struct errbuf *eb)
{
	struct str digits = str_trim(kept_line(head)); /* evhttp knows no extensions */
	int64_t size = 0;

	for (size_t i = 0; i < digits.n; i++) {
		static const char hex[] = "0123456789abcdef";
		const char *at = strchr(hex, digits.p[i] | ('a' - 'A'));

		if (digits.p[i] >= '0' && digits.p[i] <= '9')
			at = hex + (digits.p[i] - '0');
		if (at == NULL || *at == '\0' || i > 14)
			digits.n = 0;
		else
			size = size * 16 + (at - hex);
	}
	if (digits.n == 0)
		return refuse(eb, NULL, "hexadecimal digits",
			"the size of a chunk of the body cannot be read");
	/* Behind the last one there are trailers at most. Too many is what evhttp counts. */
	head->state = size == 0 ? HEAD_DONE : HEAD_CHUNK_DATA;
	head->chunk_left = size + 2;
	return ERR_NONE;
}

/* ---- bytes --------------------------------------------------------------------------------------- */

static enum err end_of_line(struct head *head, const struct asking *asking, struct errbuf *eb)
{
	enum err err = ERR_NONE;

	if (head->state == HEAD_REQUEST_LINE)
		err = read_request_line(head, asking, eb);
	else if (head->state == HEAD_CHUNK_SIZE)
		err = read_chunk_size(head, eb);
	else
		err = head->line_len > 0 ? read_field(head, eb) : end_of_head(head, eb);
	head->line_len = 0;
	head->carriage_return = false;
	return err;
}

static enum err refuse_control(const struct head *head, struct errbuf *eb)
{
	struct str rest = kept_line(head);
	struct str name = str_cut(&rest, ':');
	char field[CLIP_MAX + 1];

	(void)str_copy(field, sizeof(field), clip(name));
	return refuse(eb,
		head->state == HEAD_FIELDS && rest.p != NULL && is_token(name) ? field : NULL,
		"text", "the head of the request has a control character");
}

static enum err take_byte(struct head *head, char c, const struct asking *asking, struct errbuf *eb)
{
	if (c == '\n')
		return end_of_line(head, asking, eb);
	if (head->carriage_return || ((unsigned char)c < ' ' && c != '\r' && c != '\t') ||
		c == 0x7f)
		return refuse_control(head, eb);
	if (c == '\r') {
		head->carriage_return = true;
		return ERR_NONE;
	}
	if (head->line_len < HEAD_LINE_SIZE)
		head->line[head->line_len] = c;
	head->line_len++;
	memmove(head->end, head->end + 1, HEAD_END_SIZE - 1);
	head->end[HEAD_END_SIZE - 1] = c;
	return ERR_NONE;
}

enum err head_feed(struct head *head, struct str bytes,
	bool (*host_is_ours)(void *arg, struct str host), void *arg, struct errbuf *eb)
{
	const struct asking asking = {host_is_ours, arg};
	enum err err = ERR_NONE;

	for (size_t i = 0; i < bytes.n && head->state != HEAD_DONE && err == ERR_NONE; i++) {
		if (head->state == HEAD_CHUNK_DATA) {
			int64_t left = (int64_t)(bytes.n - i);
			int64_t skipped = left < head->chunk_left ? left : head->chunk_left;

			head->chunk_left -= skipped;
			i += (size_t)skipped - 1;
			if (head->chunk_left == 0)
				head->state = HEAD_CHUNK_SIZE;
		} else {
			err = take_byte(head, bytes.p[i], &asking, eb);
		}
	}
	return err;
}
