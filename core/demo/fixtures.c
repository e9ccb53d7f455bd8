/*
 * The tables of fixtures.h and the look-ups in them.
 *
 * Names and people are made up. A pull request's versions are named pr-<number>, as CI would name them.
 */
#include "core/demo/fixtures.h"

#include <stdio.h>

const struct fixture_service fixture_services[] = {
	{"gateway", "edge", "Where requests enter; puts pages together", "2026.11.20", "5b1f0aa",
		2},
	{"search", "discovery", "Finds classes by word, with their prices", "2026.11.18", "c07d9e4",
		6},
	{"schedule", "classes", "Which class is when, where and with whom", "2026.11.12", "1d44e8b",
		4},
	{"booking", "seats", "Holds seats and confirms them once they are paid", "2026.11.20",
		"9c1e0d2", 7},
	{"pricing", "money", "What a seat costs today", "2026.11.20", "77a1c53", 3},
	{"payments", "money", "Charges cards", "2026.11.18", "0b7c9aa", 15},
	{"profile", "accounts", "Members and teachers", "2026.11.02", "bc44a10", 3},
	{"notify", "accounts", "Sends confirmations", "2026.10.29", "41e6b7f", 5},
	{0},
};

const struct fixture_pull fixture_pulls[] = {
	{482, "Move seat holds to pricing", "holds-in-pricing", "dev1"},
	{517, "Rank classes by what members booked before", "rank-by-history", "dev3"},
	{533, "Retry declined cards with the second processor", "second-processor", "dev2"},
	{540, "Replace the HTTP client library", "new-http-client", "dev5"},
	{551, "Read profile pictures from the image store", "image-store", "dev3"},
	{560, "Waiting list for full classes", "waiting-list", "dev4"},
	{0},
};

const struct fixture_version fixture_versions[] = {
	{"booking", 482, "a1b2c3d", "7f00d1c", 7, TRAIT_HOLDS_IN_PRICING, "24h", "seats"},
	{"pricing", 482, "a1b2c3d", "77a1c53", 7, TRAIT_HOLDS_IN_PRICING, "24h", "seats"},
	{"search", 482, "a1b2c3d", "c07d9e4", 7, TRAIT_HOLDS_IN_PRICING, "24h", "seats"},
	{"search", 517, "e8c2f10", "c07d9e4", 3, TRAIT_SLOW, "72h", "discovery"},
	{"payments", 533, "4dd81f0", "0b7c9aa", 12, TRAIT_FAILING, "48h", "money"},
	{"schedule", 540, "93b7aa5", "1d44e8b", 2, TRAIT_FORGETFUL, "72h", "platform"},
	{"profile", 551, "e0e0e0e", "bc44a10", 1, TRAIT_ABSENT, "24h", "accounts"},
	{"booking", 560, "77fe012", "9c1e0d2", 5, TRAIT_LEAVING, "5m", "seats"},
	{0},
};

const struct fixture_session fixture_sessions[] = {
	{"checkout", "dev1", false, "booking=pr-482 pricing=pr-482 search=pr-482", CARRIER_HEADER,
		.03, NULL},
	{"qa-seats", "dev5", false, "booking=pr-482 schedule=pr-540", CARRIER_BAGGAGE, .03, NULL},
	{"cards", "dev2", false, "payments=pr-533", CARRIER_COOKIE, .05, NULL},
	{"ranking", "dev3", false, "search=pr-517", CARRIER_QUERY, .02, NULL},
	{"waiting-list", "dev4", false, "booking=pr-560", CARRIER_HOST, .01, NULL},
	{"pictures", "dev3", true, "profile=pr-551", CARRIER_HEADER, .01, "mine"},
	{0},
};

const struct fixture_service *fixture_service(struct str name)
{
	const struct fixture_service *s;

	for (s = fixture_services; s->name != NULL; s++)
		if (str_eq_c(name, s->name))
			return s;
	return NULL;
}

const struct fixture_pull *fixture_pull(int number)
{
	const struct fixture_pull *p;

	for (p = fixture_pulls; p->title != NULL; p++)
		if (p->number == number)
			return p;
	return NULL;
}

unsigned fixture_traits(struct str service, struct str version)
{
	const struct fixture_version *v;
	char name[24];

	for (v = fixture_versions; v->service != NULL; v++) {
		(void)snprintf(name, sizeof(name), "pr-%d", v->pull);
		if (str_eq_c(service, v->service) && str_eq_c(version, name))
			return v->traits;
	}
	return 0;
}
