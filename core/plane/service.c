/*
 * Services: put and delete. A version makes its service only where the write says so (version.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/name_rules.h"
#include "core/plane/internal.h"

enum { HEALTH_INTERVAL_MIN_MS = 200, HEALTH_INTERVAL_MAX_MS = 3600000 };

/* "x--cart" of "x--cart.env.localhost"; empty when the host is not directly below our domain. */
static struct str label_of(const struct plane *plane, struct str host)
{
	size_t dot = str_find_char(host, '.');
	struct str rest = {host.p + dot + 1, host.n > dot ? host.n - dot - 1 : 0};

	if (plane->domain[0] == '\0' || !str_eq_nocase(rest, str_of(plane->domain)))
		return (struct str){0};
	return (struct str){host.p, dot};
}

/* The links of sessions, and the names of other services, are not for giving away. */
static enum err check_domain(
	const struct plane *plane, const char *host, const char *name, struct outcome *out)
{
	struct str label = label_of(plane, str_of(host));
	size_t dashes = str_find(label, STR_LIT("--"));
	struct str service = {label.p + dashes + 2, label.n - dashes - 2};

	if (dashes < label.n && name_is_session((struct str){label.p, dashes}) &&
		name_is_service(service))
		return err_set_field(&out->eb, ERR_HOST_TAKEN, "hosts",
			"a host that is not SESSION--SERVICE below the domain",
			"%s is the link of a session \"%.*s\" to the service %.*s", host,
			(int)dashes, label.p, STR_ARG(service));
	if (label.n == 0 || str_eq_c(label, name) ||
		environment_service(&plane->pending, label) == NULL)
		return ERR_NONE;
	return err_set_field(&out->eb, ERR_HOST_TAKEN, "hosts", NULL,
		"%s belongs to the service %.*s", host, STR_ARG(label));
}

/* SERVICE.DOMAIN, which another service may have as a host since before. */
static enum err check_own_host(const struct plane *plane, const char *name, struct outcome *out)
{
	char host[LIMIT_SERVICE_NAME + 1 + LIMIT_HOST_NAME + 1];
	const struct service *holder;

	(void)snprintf(host, sizeof(host), "%s.%s", name, plane->domain);
	holder = environment_service_by_host(&plane->pending, str_of(host));
	if (plane->domain[0] == '\0' || holder == NULL || strcmp(holder->name, name) == 0)
		return ERR_NONE;
	return err_set_field(&out->eb, ERR_HOST_TAKEN, "name", NULL, "%s belongs to the service %s",
		host, holder->name);
}

static enum err check_hosts(
	struct plane *plane, const struct service *wanted, const char *name, struct outcome *out)
{
	for (size_t i = 0; i < wanted->hosts.count; i++) {
		struct str host = str_of(wanted->hosts.items[i]);
		const struct service *holder = environment_service_by_host(&plane->pending, host);

		if (holder != NULL && strcmp(holder->name, name) != 0)
			return err_set_field(&out->eb, ERR_HOST_TAKEN, "hosts", NULL,
				"%s belongs to the service %s", wanted->hosts.items[i],
				holder->name);
		enum err err = check_domain(plane, wanted->hosts.items[i], name, out);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static enum err check_service(
	struct plane *plane, const struct plane_write *write, struct outcome *out)
{
	const struct service *wanted = write->record;
	int64_t interval = wanted->health_interval_ms;
	enum err err = name_check_service(str_of(write->service), "name", &out->eb);

	if (err == ERR_NONE && interval != 0 &&
		(interval < HEALTH_INTERVAL_MIN_MS || interval > HEALTH_INTERVAL_MAX_MS))
		err = err_set_field(&out->eb, ERR_BAD_VALUE, "health.interval", "200ms to 1h",
			"health.interval is too short or too long");
	return err != ERR_NONE ? err : check_hosts(plane, wanted, write->service, out);
}

enum err check_new_service(const struct plane *plane, const char *name, struct outcome *out)
{
	if (plane->pending.node_count < LIMIT_SERVICES)
		return check_own_host(plane, name, out);
	return err_set(&out->eb, ERR_LIMIT, "there are %d services, as many as there may be",
		LIMIT_SERVICES);
}

void put_new_service(struct txn *txn, struct service *service)
{
	txn_event(txn, EVENT_SERVICE_CREATED, service->name, NULL,
		event_fields(OBJECT_SERVICE, service, NULL));
	txn_put(txn, OBJECT_SERVICE, service);
}

/* Only HTTP asks for a path. Which check it is follows from the path where it is not said. */
static enum err settle_health(
	const struct plane_write *write, struct service *made, struct outcome *out)
{
	bool said = (write->present & record_bit(&service_type, "health.type")) != 0 &&
		    made->health_type != HEALTH_TYPE_COUNT;

	if (!said)
		made->health_type = (int)service_health_default(made);
	if (made->health_type == HEALTH_HTTP && made->health_path == NULL)
		return err_set_field(&out->eb, ERR_MISSING_FIELD, "health.path",
			"what to ask for, like /healthz", "health.type http needs health.path");
	if (made->health_type != HEALTH_HTTP && made->health_path != NULL)
		return err_set_field(&out->eb, ERR_CONFLICTING_FIELDS, "health.path",
			"leave it out, or health.type http", "a check of type %s asks for no path",
			health_type_names[made->health_type]);
	return ERR_NONE;
}

enum err verb_put_service(struct plane *plane, const struct plane_write *write, struct outcome *out)
{
	struct service *old = environment_service(&plane->pending, str_of(write->service));
	struct service *made;
	struct txn *txn;
	enum err err = check_service(plane, write, out);

	if (err == ERR_NONE)
		err = check_if_match(write->if_match, old != NULL ? old->revision : 0, "service",
			write->service, out);
	if (err == ERR_NONE)
		err = check_new(write, old != NULL, "service", write->service, out);
	if (err == ERR_NONE && old == NULL)
		err = check_new_service(plane, write->service, out);
	if (err != ERR_NONE)
		return err;
	made = old != NULL ? record_clone(&service_type, old) : record_create(&service_type);
	record_merge(&service_type, made, write->record, record_mask(&service_type, FIELD_WRITABLE),
		false);
	text_set(&made->name, write->service);
	err = settle_health(write, made, out);
	if (err != ERR_NONE) {
		record_unref(&service_type, made);
		return err;
	}
	txn = out->txn = txn_begin(plane, write->actor);
	txn->created = old == NULL;
	if (old != NULL && record_equal(&service_type, old, made, 0)) {
		record_unref(&service_type, made);
		txn_answer(txn, OBJECT_SERVICE, old, NULL);
		return ERR_NONE;
	}
	txn_answer(txn, OBJECT_SERVICE, made, NULL);
	if (old == NULL) {
		put_new_service(txn, made);
		return ERR_NONE;
	}
	txn_event(txn, EVENT_SERVICE_CHANGED, write->service,
		event_fields(OBJECT_SERVICE, old, made), event_fields(OBJECT_SERVICE, made, old));
	txn_put(txn, OBJECT_SERVICE, made);
	return ERR_NONE;
}

enum err verb_delete_service(
	struct plane *plane, const struct plane_write *write, struct outcome *out)
{
	struct service_node *node = environment_node(&plane->pending, str_of(write->service));
	enum err err;

	if (node == NULL)
		return refuse_service(plane, ERR_NOT_FOUND, write->service, out);
	err = check_if_match(
		write->if_match, node->service->revision, "service", write->service, out);
	if (err != ERR_NONE)
		return err;
	out->txn = txn_begin(plane, write->actor);
	txn_event(out->txn, EVENT_SERVICE_REMOVED, write->service,
		event_fields(OBJECT_SERVICE, node->service, NULL), NULL);
	while (node->version_count > 0)
		retire_version(
			out->txn, node->versions[node->version_count - 1], WHY_SERVICE_REMOVED);
	txn_remove(out->txn, OBJECT_SERVICE, write->service);
	return ERR_NONE;
}
