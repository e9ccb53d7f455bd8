/*
 * QR codes over libqrencode, for `session link --qr`: a telephone reads the link off the terminal.
 */
#include <qrencode.h>

#include "core/cli/format.h"

enum { QR_QUIET = 4 }; /* light modules around it, section 5.3.8 */

static bool qr_dark(const QRcode *code, int x, int y)
{
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return false;
	return code->data[y * code->width + x] & 1;
}

/* Light modules are drawn, dark ones left out: most terminals are dark, and readers take the inverse badly. */
static void qr_row(struct strbuf *out, const struct text_style *style, const QRcode *code, int y)
{
	static const char *const halves[4] = {"█", "▀", "▄", " "}; /* by dark below, dark above */

	for (int x = -QR_QUIET; x < code->width + QR_QUIET; x++) {
		if (style->ascii)
			strbuf_add_c(out, qr_dark(code, x, y) ? "  " : "##");
		else
			strbuf_add_c(out, halves[(qr_dark(code, x, y) ? 2 : 0) +
						  (qr_dark(code, x, y + 1) ? 1 : 0)]);
	}
	strbuf_add_char(out, '\n');
}

bool text_write_qr(struct strbuf *out, const struct text_style *style, const char *text)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);

	if (!code)
		return false;
	for (int y = -QR_QUIET; y < code->width + QR_QUIET; y += style->ascii ? 1 : 2)
		qr_row(out, style, code, y);
	QRcode_free(code);
	return true;
}
