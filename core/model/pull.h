/*
 * Pull requests as the environment sees them: for each the versions that were built from it, over all
 * services.
 *
 * A pull request is a number and a link. Repositories count their own, so #482 of one and #482 of
 * another are two, told apart by the link. A version that says a number and no link belongs to the
 * pull request of that number when there is but one, else to one of its own without a link.
 *
 * A service may have several versions of a pull request, a build each. The one deployed last is the
 * service's newest: it counts for `services`, `ready`, `state` and `expires_at`, and it is what a
 * session on the pull request pins. Times, revision, sessions and stats are over all versions.
 * Title, link, branch and author are what the version deployed last says, of those that say it.
 */
#ifndef UMBRA_MODEL_PULL_H
#define UMBRA_MODEL_PULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/model/environment.h"
#include "core/model/schema.h"
#include "core/model/sliding_window.h"

struct pull_version {
	const struct version *version;
	bool newest; /* of its service */
};

struct pull {
	int64_t number;
	struct str title; /* these four borrow from a version; p == NULL: none says it */
	struct str url;
	struct str branch;
	struct str author;
	int state; /* enum version_state, the worst of the newest */
	int64_t services; /* that have a version of it */
	int64_t ready; /* of these, those whose newest version is ready */
	int64_t created_at; /* the first */
	int64_t deployed_at; /* the last */
	int64_t expires_at; /* the first of the newest to end; 0: none does */
	double rate; /* pull_add_stats() */
	double share_5xx;
	uint64_t count; /* requests the share is of */
	int64_t revision; /* the highest */
	struct pull_version *versions; /* by service, within a service the newest first */
	size_t version_count;
	const struct session *
		*sessions; /* pulls_add_sessions(): that pin one of its versions, by key */
	size_t session_count;
	size_t session_cap;
};

/* The plain fields; versions and sessions stand beside them. */
extern const struct record_type pull_type;

/* By number, the highest first; of one number by link, the one without last. Borrows from the environment. */
struct pull_list {
	struct pull *items;
	size_t count;
	struct pull_version *versions; /* of all, one behind the other */
};

/* Those with this number, 0: all. Free with pulls_finish(). */
void pulls_collect(const struct environment *env, int64_t number, struct pull_list *ret_list);
void pulls_add_sessions(struct pull_list *list, const struct environment *env);
void pulls_finish(struct pull_list *list);

/* Adds the stats of one of its versions. */
void pull_add_stats(struct pull *pull, const struct stats *stats);

/*
 * The pull request of this number and link (p == NULL: any, empty: the one without). NULL when there is
 * none; ret_count (may be NULL) says how many there are, so that whoever gave no link can be asked.
 */
struct pull *pulls_find(
	const struct pull_list *list, int64_t number, struct str url, size_t *ret_count);

/* A number as people write it: "482" or "#482"; 1 to LIMIT_PULL_NUMBER. */
bool pull_parse_number(struct str s, int64_t *ret_number);
enum err pull_check_number(struct str s, const char *field, struct errbuf *eb);

enum { PULL_NEAR_MAX = 5, PULL_NUMBER_SIZE = 24 };
/* The numbers there are that look like this one; without such the highest. Returns how many. */
size_t pulls_near(const struct environment *env, int64_t number,
	char ret_near[PULL_NEAR_MAX][PULL_NUMBER_SIZE]);

#endif
