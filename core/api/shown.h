/* As much of a client's own text as an answer repeats. */
#ifndef UMBRA_API_SHOWN_H
#define UMBRA_API_SHOWN_H

#include "core/base/str.h"

enum { SHOWN = 80 };

static inline struct str shown(struct str s)
{
	return (struct str){s.p, s.n < SHOWN ? s.n : SHOWN};
}

#endif
