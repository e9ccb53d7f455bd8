/*
 * What is selected on the screen, said by every view in one shape. Explaining (x), copying (y), the
 * arguments the palette offers first and the tour all start from it, so that none of them knows a view.
 */
#ifndef UMBRA_TUI_DATA_SELECTION_H
#define UMBRA_TUI_DATA_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/limits.h"

enum selected_kind {
	SELECTED_NONE,
	SELECTED_SERVICE, /* service */
	SELECTED_VERSION, /* service, version */
	SELECTED_SESSION, /* session */
	SELECTED_PIN, /* session, service; version when it pins one */
	/* number: the pull request's; build: one of its versions, for repositories have numbers in common */
	SELECTED_PULL,
	/* number: of the line (request_log_get); service, version, session, trace as logged */
	SELECTED_REQUEST,
	SELECTED_EVENT, /* number: the event's seq; what it is about in the fields it has */
	/*
	 * service, version: the callee; caller; number: how many of `total` calls lost their session there; trace: of
	 * the newest that did; session: whose calls, "" all.
	 */
	SELECTED_EDGE,
};

enum { SELECTED_TRACE = LIMIT_WORD };

/* Names are "" where there is none. */
struct selection {
	enum selected_kind kind;
	char service[LIMIT_SERVICE_NAME + 1];
	char version[LIMIT_VERSION_NAME + 1];
	char session[LIMIT_SESSION_KEY + 1];
	char caller[LIMIT_SERVICE_NAME + LIMIT_VERSION_NAME + 2]; /* "gateway@1.2" */
	char build[LIMIT_SERVICE_NAME + LIMIT_VERSION_NAME + 2]; /* "booking@pr-482" */
	int64_t number;
	int64_t total;
	char trace[SELECTED_TRACE + 1];
	size_t staged; /* of a session's pins: changes that are not sent yet */
	bool held; /* of a request: the reader has stopped there; else he follows what comes */
};

/* Its kind; of an event the kind of what the event is about. */
enum selected_kind selection_kind(const struct selection *what);

#endif
