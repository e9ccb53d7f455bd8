/*
 * Results as JSON. The body goes out as it came but for characters a terminal might obey: those are
 * escaped, which is the same JSON.
 */
#include "core/base/json.h"
#include "core/base/term_text.h"
#include "core/cli/format.h"
#include "core/wire/problem.h"

static void write_escape(struct strbuf *out, uint32_t code_point)
{
	if (code_point >= 0x10000) {
		code_point -= 0x10000;
		strbuf_addf(out, "\\u%04x", (unsigned)(0xd800 | (code_point >> 10)));
		code_point = 0xdc00 | (code_point & 0x3ff);
	}
	strbuf_addf(out, "\\u%04x", (unsigned)code_point);
}

/* Bytes that are ASCII are JSON's own here: a control character inside a string would not have parsed. */
void json_write_safe(struct strbuf *out, struct str json)
{
	while (json.n > 0) {
		struct str rest = json;
		struct text_glyph glyph;
		uint32_t code_point = 0;
		size_t len = utf8_decode(json, &code_point);
		size_t taken;

		if ((unsigned char)json.p[0] < 0x80) {
			strbuf_add_char(out, json.p[0]);
			json.p++;
			json.n--;
			continue;
		}
		text_next(&rest, false, &glyph);
		taken = json.n - rest.n;
		if (glyph.escaped && len) {
			write_escape(out, code_point);
			taken = len;
		} else if (glyph.escaped) {
			strbuf_add_c(out, "\\ufffd");
			taken = 1;
		} else {
			strbuf_add(out, json.p, taken);
		}
		json.p += taken;
		json.n -= taken;
	}
}

void json_write_items(struct strbuf *out, const char *list_path, const cJSON *body)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, list_path))
	{
		char *text = cJSON_PrintUnformatted(item);

		json_write_safe(out, str_of(text));
		strbuf_add_char(out, '\n');
		cJSON_free(text);
	}
}

static void finish_safe(struct strbuf *out, struct strbuf *raw)
{
	json_write_safe(out, strbuf_str(raw));
	strbuf_add_char(out, '\n');
	strbuf_finish(raw);
}

void json_write_message(struct strbuf *out, struct str message)
{
	struct json_writer w;
	struct strbuf raw;

	strbuf_init(&raw, 65536);
	json_start(&w, &raw);
	json_object(&w, NULL);
	json_str(&w, "message", message);
	json_object_end(&w);
	finish_safe(out, &raw);
}

void json_write_error(struct strbuf *out, const struct errbuf *eb)
{
	struct json_writer w;
	struct strbuf raw;

	strbuf_init(&raw, 65536);
	json_start(&w, &raw);
	json_object(&w, NULL);
	wire_write_problem(&w, eb);
	json_object_end(&w);
	finish_safe(out, &raw);
}
