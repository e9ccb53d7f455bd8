/*
 * What the demo is about: "studio", a shop that books classes. Its services, the versions of them with
 * the pull requests they come from, and the routing sessions people have open. Tables only; the host
 * registers them, the shop's processes look themselves up, the visitors travel by the sessions.
 */
#ifndef UMBRA_DEMO_FIXTURES_H
#define UMBRA_DEMO_FIXTURES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"
#include "core/model/decision.h"

struct fixture_service {
	const char *name;
	const char *owner;
	const char *description;
	const char *stable; /* its version's name */
	const char *commit;
	int work_ms; /* what one request takes here, on average */
};

struct fixture_pull {
	int number;
	const char *title;
	const char *branch;
	const char *author;
};

/* What is the matter with a version. Bits. */
enum fixture_trait {
	TRAIT_HOLDS_IN_PRICING = 1 << 0, /* seats are held by pricing */
	TRAIT_SLOW = 1 << 1, /* some 600 ms for each request */
	TRAIT_FAILING = 1 << 2, /* one of ten requests ends with 500 */
	TRAIT_FORGETFUL = 1 << 3, /* drops the routing context on its own calls */
	TRAIT_ABSENT = 1 << 4, /* registered, but nothing listens */
	TRAIT_LEAVING = 1 << 5, /* expires within minutes */
};

/* An ephemeral version: one service of a pull request. */
struct fixture_version {
	const char *service;
	int pull;
	const char *commit;
	const char *base_commit;
	int build;
	unsigned traits;
	const char *ttl;
	const char *label; /* value of the label "team" */
};

struct fixture_session {
	const char *key;
	const char *owner;
	bool strict;
	const char *pins; /* "booking=pr-482 search=pr-482" */
	enum carrier carrier; /* what its visitors use */
	double share; /* of all visitors */
	const char *journey; /* the only one its visitors make; NULL: any */
};

/* Each ends with a row of zeros. */
extern const struct fixture_service fixture_services[];
extern const struct fixture_pull fixture_pulls[];
extern const struct fixture_version fixture_versions[];
extern const struct fixture_session fixture_sessions[];

/* One repository for the whole studio, so that a pull request can be over several services. */
#define FIXTURE_REPOSITORY "https://git.studio.example/studio/"

/* NULL when there is none. */
const struct fixture_service *fixture_service(struct str name);
const struct fixture_pull *fixture_pull(int number);
/* 0 for stable versions and those that are not in the catalogue. */
unsigned fixture_traits(struct str service, struct str version);

#endif
