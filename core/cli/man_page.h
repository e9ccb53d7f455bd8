/* The manual page, umbra(1), made from the command table. */
#ifndef UMBRA_CLI_MAN_PAGE_H
#define UMBRA_CLI_MAN_PAGE_H

#include "core/base/strbuf.h"

/* Appends the page in troff with the man macros (man(7)). */
void man_page_write(struct strbuf *out);

#endif
