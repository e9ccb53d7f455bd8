/*
 * Reads the history newest first, a page at a time on its thread, and keeps the ids. Called by the agent before
 * it adopts a proxy; what is being written meanwhile is of no interest.
 */
#include "core/agent/recall.h"

#include <stdlib.h>

#include "core/base/hashmap.h"
#include "core/base/xalloc.h"
#include "core/traffic/traffic.h"

/* 8 MiB of lines of 120 bytes, the shortest there are. */
enum { PAGE = 1000, REQUESTS_MAX = 70000 };

struct recall {
	struct traffic *traffic;
	struct search *search; /* NULL once all is read */
	struct hashmap *ids;
	void (*done)(void *arg);
	void *arg;
};

static void read_page(struct recall *recall, int64_t before);

static void on_page(void *arg, const struct search_result *result)
{
	struct recall *recall = arg;

	recall->search = NULL;
	for (size_t i = 0; i < result->count; i++)
		hashmap_set(recall->ids, result->requests[i]->id, recall);
	if (result->err == ERR_NONE && result->next > 0 &&
		hashmap_count(recall->ids) < REQUESTS_MAX)
		read_page(recall, result->next);
	else
		recall->done(recall->arg);
}

static void read_page(struct recall *recall, int64_t before)
{
	recall->search = traffic_search(recall->traffic, filter_parse((struct str){0}, NULL, NULL),
		before, PAGE, on_page, recall);
}

struct recall *recall_start(struct traffic *traffic, void (*done)(void *arg), void *arg)
{
	struct recall *recall = xcalloc(1, sizeof(*recall));

	*recall = (struct recall){traffic, NULL, hashmap_create(), done, arg};
	read_page(recall, 0);
	return recall;
}

bool recall_has(const struct recall *recall, struct str id)
{
	return hashmap_get(recall->ids, id) != NULL;
}

void recall_destroy(struct recall *recall)
{
	if (recall == NULL)
		return;
	if (recall->search != NULL)
		search_cancel(recall->search);
	hashmap_destroy(recall->ids, NULL);
	free(recall);
}
