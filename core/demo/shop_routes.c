/*
 * What the studio's services know and do: classes, prices, members, seats; and who asks whom for it.
 *
 * A row of routes[] is a path of a service with the calls it makes before it answers. State is only who
 * holds which seat, for seconds, in the process that holds it; so a shop that is started again is like new.
 */
#include "core/demo/shop.h"

#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/demo/fixtures.h"

enum { HOLD_MS = 20 * 1000, SOLD_MS = 60 * 1000 };

struct class_row {
	const char *name;
	const char *when;
	const char *room;
	unsigned teacher;
	unsigned seats;
	int64_t price; /* cents */
};

/* Class 1 is row 0. */
static const struct class_row classes[SHOP_CLASSES] = {
	{"Morning yoga", "Mon 07:00", "Garden", 1, 18, 1400},
	{"Spinning", "Mon 18:30", "Cellar", 2, 24, 1600},
	{"Pilates for beginners", "Tue 09:00", "Garden", 3, 14, 1500},
	{"Boxing", "Tue 19:00", "Hall", 4, 20, 1700},
	{"Slow yoga", "Wed 17:30", "Garden", 1, 18, 1400},
	{"Strength", "Wed 18:00", "Hall", 2, 16, 1600},
	{"Dance", "Thu 19:00", "Hall", 5, 24, 1300},
	{"Pilates", "Thu 10:00", "Garden", 3, 14, 1500},
	{"Spinning, long ride", "Fri 17:00", "Cellar", 2, 24, 2200},
	{"Family climbing", "Sat 10:00", "Wall", 4, 12, 2600},
	{"Acro yoga", "Sat 14:00", "Hall", 1, 12, 1900},
	{"Meditation", "Sun 20:00", "Garden", 5, 22, 900},
};

static const char *const teachers[] = {"Imani", "Jorge", "Katja", "Lee", "Mirela"};
static const char *const members[] = {
	"Ana", "Bao", "Chidi", "Dora", "Emil", "Farah", "Goran", "Hana"};

static const struct class_row *class_of(const struct shop_visit *v)
{
	return &classes[v->class_id - 1];
}

static unsigned seats_free(const struct shop_visit *v)
{
	const int64_t *until = v->holds->until_ms[v->class_id - 1];
	unsigned i;
	unsigned n = 0;

	for (i = 0; i < class_of(v)->seats; i++)
		n += until[i] <= v->now_ms;
	return n;
}

static bool seat_hold(const struct shop_visit *v, int64_t ms)
{
	int64_t *until = v->holds->until_ms[v->class_id - 1];
	unsigned i;

	for (i = 0; i < class_of(v)->seats; i++) {
		if (until[i] <= v->now_ms) {
			until[i] = v->now_ms + ms;
			return true;
		}
	}
	return false;
}

static void write_class(const struct shop_visit *v, struct json_writer *w)
{
	const struct class_row *row = class_of(v);

	json_uint(w, "class", v->class_id);
	json_c(w, "name", row->name);
	json_c(w, "when", row->when);
	json_c(w, "room", row->room);
	json_uint(w, "seats", row->seats);
}

/* ---- what is taken from the answers of others ---------------------------------------------------- */

static void take_classes(struct shop_visit *v, const cJSON *answer)
{
	v->listed = cJSON_GetObjectItemCaseSensitive(answer, "classes");
}

static void take_quote(struct shop_visit *v, const cJSON *answer)
{
	uint64_t price;

	if (json_get_u64(answer, "price", &price))
		v->price = (int64_t)price;
	(void)json_get_bool(answer, "held", &v->held);
}

/* ---- answers ------------------------------------------------------------------------------------- */

/* A page of the gateway is what the services called for it said; shop.c adds that to every answer. */
static int answer_page(struct shop_visit *v, struct json_writer *w)
{
	(void)v;
	json_c(w, "page", "studio");
	return 200;
}

static int answer_classes(struct shop_visit *v, struct json_writer *w)
{
	struct shop_visit each = *v;

	json_array(w, "classes");
	for (each.class_id = 1; each.class_id <= SHOP_CLASSES; each.class_id++) {
		json_object(w, NULL);
		write_class(&each, w);
		json_object_end(w);
	}
	json_array_end(w);
	return 200;
}

static int answer_class(struct shop_visit *v, struct json_writer *w)
{
	write_class(v, w);
	json_c(w, "teacher", teachers[class_of(v)->teacher - 1]);
	return 200;
}

static int answer_search(struct shop_visit *v, struct json_writer *w)
{
	const cJSON *item;
	struct str name;

	json_array(w, "found");
	cJSON_ArrayForEach(item, v->listed)
	{
		if (json_get_str(item, "name", &name) && strcasestr(name.p, v->word) != NULL)
			json_str(w, NULL, name);
	}
	json_array_end(w);
	json_int(w, "from", v->price);
	return 200;
}

static int answer_hold(struct shop_visit *v, struct json_writer *w)
{
	json_uint(w, "class", v->class_id);
	json_int(w, "price", v->price);
	if (!v->held && !seat_hold(v, HOLD_MS)) {
		json_c(w, "error", "class full");
		return 409;
	}
	json_c(w, "held_by", v->held ? "pricing" : "booking");
	json_uint(w, "free", v->held ? 0 : seats_free(v));
	return 200;
}

static int answer_confirm(struct shop_visit *v, struct json_writer *w)
{
	json_uint(w, "class", v->class_id);
	if (!seat_hold(v, SOLD_MS)) {
		json_c(w, "error", "class full");
		return 409;
	}
	json_bool(w, "confirmed", true);
	return 200;
}

static int answer_bookings(struct shop_visit *v, struct json_writer *w)
{
	json_c(w, "member", members[v->member_id - 1]);
	json_array(w, "bookings");
	json_c(w, NULL, classes[v->member_id % SHOP_CLASSES].name);
	json_array_end(w);
	return 200;
}

/* Dearer when few seats are left. Pull request 482 holds the seat together with the price. */
static int answer_quote(struct shop_visit *v, struct json_writer *w)
{
	const unsigned left = seats_free(v);

	json_uint(w, "class", v->class_id);
	json_int(w, "price", class_of(v)->price + (left < 4 ? 300 : 0));
	if (v->post && (v->traits & TRAIT_HOLDS_IN_PRICING) != 0)
		json_bool(w, "held", seat_hold(v, HOLD_MS));
	return 200;
}

static int answer_from(struct shop_visit *v, struct json_writer *w)
{
	int64_t least = classes[0].price;
	size_t i;

	(void)v;
	for (i = 1; i < ARRAY_LEN(classes); i++)
		if (classes[i].price < least)
			least = classes[i].price;
	json_int(w, "price", least);
	return 200;
}

static int answer_holds(struct shop_visit *v, struct json_writer *w)
{
	struct shop_visit each = *v;

	json_array(w, "free");
	for (each.class_id = 1; each.class_id <= SHOP_CLASSES; each.class_id++)
		json_uint(w, NULL, seats_free(&each));
	json_array_end(w);
	return 200;
}

static int answer_charge(struct shop_visit *v, struct json_writer *w)
{
	json_int(w, "charged", v->price);
	json_c(w, "currency", "EUR");
	json_c(w, "processor", (v->traits & TRAIT_FAILING) != 0 ? "second" : "first");
	return 200;
}

static int answer_me(struct shop_visit *v, struct json_writer *w)
{
	json_uint(w, "id", v->member_id);
	json_c(w, "member", members[v->member_id - 1]);
	return 200;
}

static int answer_teacher(struct shop_visit *v, struct json_writer *w)
{
	json_c(w, "teacher", teachers[class_of(v)->teacher - 1]);
	return 200;
}

static int answer_send(struct shop_visit *v, struct json_writer *w)
{
	json_c(w, "sent_to", members[v->member_id - 1]);
	return 202;
}

/* clang-format off */
static const struct shop_route routes[] = {
	{"gateway", "/", {
		{"schedule", "GET", "/classes", .take = NULL},
		{"profile", "GET", "/me", .optional = true},
	}, answer_page, 0},
	{"gateway", "/search", {{"search", "GET", "/search?q=$", .optional = false}}, answer_page, 0},
	{"gateway", "/class/", {{"schedule", "GET", "/class/#", .optional = false}}, answer_page, 0},
	{"gateway", "/book", {{"booking", "POST", "/seats/hold?class=#", .optional = false}}, answer_page, 0},
	{"gateway", "/pay", {{"payments", "POST", "/charge?class=#", .optional = false}}, answer_page, 0},
	{"gateway", "/me", {
		{"profile", "GET", "/me", .optional = false},
		{"booking", "GET", "/bookings", .optional = true},
	}, answer_page, 0},
	{"search", "/search", {
		{"schedule", "GET", "/classes", .take = take_classes},
		{"pricing", "GET", "/from", .optional = true, .take = take_quote},
		{"pricing", "GET", "/holds", .optional = true, .trait = TRAIT_HOLDS_IN_PRICING},
	}, answer_search, 0},
	{"schedule", "/classes", {{0}}, answer_classes, 0},
	{"schedule", "/class/", {{"profile", "GET", "/teacher/#", .optional = true}}, answer_class, 0},
	{"booking", "/seats/hold", {
		{"schedule", "GET", "/class/#", .take = NULL},
		{"pricing", "POST", "/quote?class=#", .take = take_quote},
	}, answer_hold, 0},
	{"booking", "/seats/confirm", {{0}}, answer_confirm, 0},
	{"booking", "/bookings", {{0}}, answer_bookings, 0},
	{"pricing", "/quote", {{0}}, answer_quote, 0},
	{"pricing", "/from", {{0}}, answer_from, 0},
	{"pricing", "/holds", {{0}}, answer_holds, TRAIT_HOLDS_IN_PRICING},
	{"payments", "/charge", {
		{"pricing", "GET", "/quote?class=#", .take = take_quote},
		{"profile", "GET", "/me", .optional = false},
		{"booking", "POST", "/seats/confirm?class=#", .optional = false},
		{"notify", "POST", "/send?class=#", .optional = true},
	}, answer_charge, 0},
	{"profile", "/me", {{0}}, answer_me, 0},
	{"profile", "/teacher/", {{0}}, answer_teacher, 0},
	{"notify", "/send", {{"profile", "GET", "/me", .optional = true}}, answer_send, 0},
};
/* clang-format on */

/* As it can be asked for: with a class where the route wants a number. */
static void write_path(struct json_writer *w, const char *path)
{
	const struct str pattern = str_of(path);
	char text[64];

	(void)snprintf(text, sizeof(text), "%s%s", path,
		pattern.n > 1 && pattern.p[pattern.n - 1] == '/' ? "1" : "");
	json_c(w, NULL, text);
}

/* What a link without a path comes to: where there is something to see. The gateway has a page of its own. */
static int answer_root(struct shop_visit *v, struct json_writer *w)
{
	json_array(w, "paths");
	for (size_t i = 0; i < ARRAY_LEN(routes); i++)
		if (str_eq_c(v->service, routes[i].service) &&
			(v->traits & routes[i].trait) == routes[i].trait)
			write_path(w, routes[i].path);
	json_array_end(w);
	return 200;
}

static const struct shop_route root = {"", "/", {{0}}, answer_root, 0};

/* Whether `path` is the route's; a number at its end goes to *ret_number. */
static bool route_matches(const char *pattern, struct str path, uint64_t *ret_number)
{
	const struct str want = str_of(pattern);

	if (want.n == 1 || want.p[want.n - 1] != '/')
		return str_eq(path, want);
	if (!str_starts(path, want))
		return false;
	path.p += want.n;
	path.n -= want.n;
	return str_to_u64(path, ret_number);
}

const struct shop_route *shop_route_find(struct shop_visit *visit, struct str path)
{
	uint64_t number = 0;
	bool known = false;
	size_t i;

	for (i = 0; i < ARRAY_LEN(routes); i++) {
		const struct shop_route *r = &routes[i];

		known |= str_eq_c(visit->service, r->service);
		if (!str_eq_c(visit->service, r->service) ||
			(visit->traits & r->trait) != r->trait ||
			!route_matches(r->path, path, &number))
			continue;
		if (number > SHOP_CLASSES)
			return NULL;
		if (number > 0)
			visit->class_id = (unsigned)number;
		return r;
	}
	return known && str_eq_c(path, "/") ? &root : NULL;
}
