/*
 * Pairing by method and route, in one pass over the hops with a table of routes. Called by the view that
 * shows two versions side by side whenever lines have come. Invariant: a pair that has a left side keeps it
 * when hops are appended.
 */
#include "tui/views/requests/pairing.h"

#include <stdlib.h>

#include "core/base/hashmap.h"
#include "core/base/xalloc.h"

enum { ROUTE_MAX = 1024, ID_MIN = 8 };

/* What the left version answered to a route. */
struct route {
	const struct request *first;
	const struct request *last; /* so far */
};

/* ---- routes ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_id(struct str segment)
{
	bool has_digit = false;

	for (size_t i = 0; i < segment.n; i++) {
		char c = segment.p[i];
		bool letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '-';

		if (!letter && !is_digit(c))
			return false;
		has_digit = has_digit || is_digit(c);
	}
	return has_digit && segment.n >= ID_MIN;
}

static void add_segment(struct strbuf *out, struct str segment)
{
	if (is_id(segment)) {
		strbuf_add_char(out, '#');
		return;
	}
	for (size_t i = 0; i < segment.n; i++) {
		if (!is_digit(segment.p[i]))
			strbuf_add_char(out, segment.p[i]);
		else if (i == 0 || !is_digit(segment.p[i - 1]))
			strbuf_add_char(out, '#');
	}
}

void pairing_add_route(struct strbuf *out, struct str path)
{
	struct str rest = path;
	size_t query = str_find_char(rest, '?');
	bool more = true;

	rest.n = query < rest.n ? query : rest.n;
	while (more) {
		size_t slash = str_find_char(rest, '/');

		more = slash < rest.n;
		add_segment(out, (struct str){rest.p, slash});
		if (!more)
			break;
		strbuf_add_char(out, '/');
		rest = (struct str){rest.p + slash + 1, rest.n - slash - 1};
	}
}

/* ---- pairs ---- */

static struct route *route_of(struct hashmap *routes, const struct request *hop, struct strbuf *key)
{
	struct route *route;

	strbuf_reset(key);
	strbuf_add_str(key, hop->method);
	strbuf_add_char(key, ' ');
	pairing_add_route(key, hop->path);
	route = hashmap_get(routes, strbuf_str(key));
	if (!route) {
		route = xcalloc(1, sizeof(*route));
		(void)hashmap_set(routes, strbuf_str(key), route);
	}
	return route;
}

static size_t count_of(const struct request *const *hops, size_t count, struct str version)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += str_eq(hops[i]->version, version);
	return found;
}

size_t pairing_pairs(const struct request *const *hops, size_t count, struct str left,
	struct str right, struct pairing_pair *ret_pairs, size_t max)
{
	struct hashmap *routes = hashmap_create();
	struct strbuf key;
	size_t total = count_of(hops, count, right);
	size_t skip = total > max ? total - max : 0;
	size_t made = 0;

	strbuf_init(&key, ROUTE_MAX);
	for (size_t i = 0; i < count; i++) {
		bool is_right = str_eq(hops[i]->version, right);
		struct route *route;

		if (!is_right && !str_eq(hops[i]->version, left))
			continue;
		route = route_of(routes, hops[i], &key);
		if (!is_right) {
			route->first = route->first ? route->first : hops[i];
			route->last = hops[i];
		} else if (skip > 0) {
			skip--;
		} else {
			ret_pairs[made++] = (struct pairing_pair){route->last, hops[i]};
		}
	}
	for (size_t i = 0; i < made; i++)
		if (!ret_pairs[i].left)
			ret_pairs[i].left = route_of(routes, ret_pairs[i].right, &key)->first;
	strbuf_finish(&key);
	hashmap_destroy(routes, free);
	return made;
}

enum pairing_verdict pairing_judge(const struct pairing_pair *pair)
{
	double more_ms;

	if (!pair->left)
		return PAIRING_ALONE;
	if (pair->left->status != pair->right->status)
		return PAIRING_STATUS;
	more_ms = pair->right->total_ms - pair->left->total_ms;
	if (more_ms > PAIRING_NOISE_MS && pair->right->total_ms >= 2 * pair->left->total_ms)
		return PAIRING_SLOWER;
	return PAIRING_ALIKE;
}
