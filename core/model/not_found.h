/*
 * What is said of a thing that is not there: that it never was, with the names nearest to the one asked for,
 * or what became of it. Reading and writing say the same, since both ask here.
 *
 * Each function returns the error it has put into `eb`, with a sentence, the field and, in `expected`, the near
 * names. A name that cannot be one is ERR_BAD_NAME.
 */
#ifndef UMBRA_MODEL_NOT_FOUND_H
#define UMBRA_MODEL_NOT_FOUND_H

#include "core/base/err.h"
#include "core/model/environment.h"
#include "core/model/pull.h"

enum { NOT_FOUND_NEAR_MAX = 5 };

struct not_found {
	const char *near[NOT_FOUND_NEAR_MAX]; /* borrowed from the environment, or from `numbers` */
	size_t near_count;
	const struct tombstone *gone; /* borrowed; NULL: it never was, or that is forgotten */
	char numbers[PULL_NEAR_MAX][PULL_NUMBER_SIZE];
};

/* `err` is the error to give: ERR_NOT_FOUND where the path names the service, else ERR_SERVICE_UNKNOWN. */
enum err not_found_service(const struct environment *env, enum err err, const char *name,
	struct not_found *ret_not_found, struct errbuf *eb);

/* What a version is looked for by, and when. */
struct not_found_version {
	const char *service, *version;
	int64_t now_ms;
	/*
	 * ERR_NOT_FOUND where it was asked for: then a gone one is ERR_GONE, and one of a service that is not
	 * there ERR_SERVICE_UNKNOWN. ERR_VERSION_UNKNOWN where something names it, gone or not.
	 */
	enum err err;
};
enum err not_found_version(const struct environment *env, const struct not_found_version *wanted,
	struct not_found *ret_not_found, struct errbuf *eb);
enum err not_found_session(const struct environment *env, const char *key, int64_t now_ms,
	struct not_found *ret_not_found, struct errbuf *eb);

struct not_found_pull {
	int64_t number;
	const char *url; /* the link that was given with it, or NULL */
	int64_t now_ms;
	/* As in not_found_version. Several with the number and no link are ERR_CONFLICT, with their links as near. */
	enum err err;
};
/* `list` has those with the number. The fields are "pr" and "pr_url". */
enum err not_found_pull(const struct environment *env, const struct pull_list *list,
	const struct not_found_pull *wanted, struct not_found *ret_not_found, struct errbuf *eb);

#endif
