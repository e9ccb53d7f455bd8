/*
 * Services that the proxy refuses, as the agent reports it: the words stand in the service's record, and an
 * event tells when they come and go. Like health this is not stored, and visible at once.
 *
 * Invariant: `refused` has what the proxy said last, and a service that is visible and not being written has
 * the same, or its name is among the reports.
 */
#include <event2/event.h>
#include <stdlib.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/plane/internal.h"

static void note(struct plane *plane, const char *name, const char *words)
{
	struct txn *txn = txn_begin(plane, "umbra");
	struct strbuf text;
	struct json_writer w;

	strbuf_init(&text, 4096);
	if (words != NULL) {
		json_start(&w, &text);
		json_object(&w, NULL);
		json_c(&w, "refused", words);
		json_object_end(&w);
	}
	txn_event(txn, words != NULL ? EVENT_SERVICE_REFUSED : EVENT_SERVICE_ACCEPTED, name, NULL,
		words != NULL ? strbuf_detach(&text) : NULL);
	strbuf_finish(&text);
	txn_commit(txn);
}

/* Brings the record to what the proxy said. False while a write of it is in txn. */
static bool settle(struct plane *plane, struct str name)
{
	struct service *visible = environment_service(&plane->committed, name);
	const char *words = hashmap_get(plane->refused, name);
	struct txn *txn;
	struct service *new;

	if (visible != environment_service(&plane->pending, name))
		return false;
	if (visible == NULL || str_eq(str_of(visible->refused), str_of(words)))
		return true;
	new = record_clone(&service_type, visible);
	text_set(&new->refused, words);
	txn = txn_begin(plane, "umbra");
	txn_put_volatile(txn, OBJECT_SERVICE, new);
	txn_commit(txn);
	note(plane, new->name, words);
	return true;
}

static void on_refused(evutil_socket_t fd, short what, void *arg)
{
	struct plane *plane = arg;
	struct hashmap *names = reports_take(plane, REPORT_REFUSED);
	size_t cursor = 0;
	struct str name;
	void *value;

	(void)fd;
	(void)what;
	while (hashmap_next(names, &cursor, &name, &value))
		if (!settle(plane, name))
			reports_defer(plane, REPORT_REFUSED, name);
	hashmap_destroy(names, NULL);
}

void plane_report_refused(struct plane *plane, struct str service, const char *words)
{
	free(words != NULL ? hashmap_set(plane->refused, service, xstrdup(words))
			   : hashmap_remove(plane->refused, service));
	reports_add(plane, REPORT_REFUSED, service);
}

/* Whether the record (NULL: there is none) has other words than the proxy said. */
static bool is_behind(struct plane *plane, const struct service *service)
{
	return service != NULL &&
	       !str_eq(str_of(service->refused),
		       str_of(hashmap_get(plane->refused, str_of(service->name))));
}

static void refused_committed(struct plane *plane, const struct change *change)
{
	if (change->kind == OBJECT_SERVICE && is_behind(plane, change->record))
		reports_add(plane, REPORT_REFUSED, str_of(change->id));
}

static bool refused_aborted(struct plane *plane, const struct change *change)
{
	struct str name = str_of(change->id);

	if (change->kind != OBJECT_SERVICE ||
		!is_behind(plane, environment_service(&plane->committed, name)))
		return false;
	reports_defer(plane, REPORT_REFUSED, name);
	return true;
}

const struct txn_hook refused_hook = {.committed = refused_committed, .aborted = refused_aborted};

bool refused_init(struct plane *plane)
{
	plane->refused = hashmap_create();
	return reports_init(plane, REPORT_REFUSED, on_refused);
}

void refused_finish(struct plane *plane)
{
	reports_finish(plane, REPORT_REFUSED);
	hashmap_destroy(plane->refused, free);
}
