/*
 * The lines of the live tail: the API writes them, the client reads them, a line by itself each.
 */
#include "core/wire/tail.h"

#include "core/wire/record.h"
#include "core/wire/request_fast.h"

static void start_line(struct json_writer *w, struct strbuf *out)
{
	json_start(w, out);
	json_object(w, NULL);
}

static void end_line(struct json_writer *w)
{
	json_object_end(w);
	strbuf_add_char(w->out, '\n');
}

void wire_write_tail_record(struct strbuf *out, const struct request *request)
{
	struct json_writer w;

	json_start(&w, out);
	wire_write_request(&w, NULL, request);
	strbuf_add_char(out, '\n');
}

void wire_write_tail_lost(struct strbuf *out, int64_t count, const char *why)
{
	struct json_writer w;

	start_line(&w, out);
	if (count < 0)
		json_null(&w, "dropped");
	else
		json_int(&w, "dropped", count);
	json_c(&w, "why", why);
	end_line(&w);
}

void wire_write_tail_heartbeat(struct strbuf *out, int64_t now_ms, int64_t seq)
{
	struct json_writer w;

	start_line(&w, out);
	json_time(&w, "heartbeat", now_ms);
	json_int(&w, "seq", seq);
	end_line(&w);
}

static int64_t get_number(const cJSON *tree, const char *key)
{
	uint64_t value;

	return json_get_u64(tree, key, &value) ? (int64_t)value : -1;
}

/* The first member tells what a line is. */
static enum err read_line(const cJSON *tree, struct tail_line *line, struct errbuf *eb)
{
	struct str first = str_of(tree->child != NULL ? tree->child->string : NULL);

	if (str_eq_c(first, "heartbeat")) {
		line->kind = TAIL_HEARTBEAT;
		line->seq = get_number(tree, "seq");
		return ERR_NONE;
	}
	if (str_eq_c(first, "dropped")) {
		line->kind = TAIL_LOST;
		line->lost = get_number(tree, "dropped");
		line->why = STR_LIT("");
		json_get_str(tree, "why", &line->why);
		return ERR_NONE;
	}
	line->kind = TAIL_RECORD;
	enum err err = wire_read_request(tree, &line->request, eb);
	if (err != ERR_NONE)
		return err;
	line->seq = line->request.seq;
	if (line->seq > 0)
		return ERR_NONE;
	return err_set(eb, ERR_BAD_JSON, "A line of the tail has no seq");
}

enum err wire_read_tail_line(struct str text, struct tail_line *ret_line, struct errbuf *eb)
{
	struct tail_line line = {.kind = TAIL_RECORD};

	if (text.n > 0 && text.p[text.n - 1] == '\n')
		text.n--;
	if (wire_read_request_fast(text, &line.request) && line.request.seq > 0) {
		line.seq = line.request.seq;
		*ret_line = line;
		return ERR_NONE;
	}
	line.tree = json_parse(text, eb);
	if (line.tree == NULL)
		return ERR_BAD_JSON;
	enum err err = read_line(line.tree, &line, eb);
	if (err != ERR_NONE)
		cJSON_Delete(line.tree);
	else
		*ret_line = line;
	return err;
}
