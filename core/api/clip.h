/* As much of a client's own text as an answer repeats. */
#ifndef UMBRA_API_CLIP_H
#define UMBRA_API_CLIP_H

#include "core/base/str.h"

enum { CLIP_MAX = 80 };

static inline struct str clip(struct str s)
{
	return (struct str){s.p, s.n < CLIP_MAX ? s.n : CLIP_MAX};
}

#endif
