/*
 * `umbra serve`: the control plane and its proxy as one process with one event loop.
 */
#ifndef UMBRA_CLI_SERVE_H
#define UMBRA_CLI_SERVE_H

#include <stdbool.h>

/* NULL members mean the default in brackets. Texts stay the caller's. */
struct serve_options {
	const char
		*listen; /* of the API [127.0.0.1:7070]; port 0 takes a free one; loopback only */
	const char *proxy_listen; /* of the proxy [127.0.0.1:8080] */
	const char *data; /* directory [$XDG_STATE_HOME/umbra, else ~/.local/state/umbra] */
	const char *domain; /* services are SERVICE.DOMAIN [env.localhost] */
	const char *name; /* of the environment [the domain] */
	const char *haproxy; /* the program [found in PATH and the sbin directories] */
	bool demo; /* say that it is no real environment [false] */
	const char *log_level; /* error, warning, [info], debug */
};

/*
 * Runs until TERM, INT or HUP, then stops in order, the proxy too. Prints one line to stdout once it takes
 * traffic: "ready api=http://127.0.0.1:7070 proxy=http://127.0.0.1:8080 pid=4711". What keeps it from
 * starting is told on stderr, naming the thing and what to do; nothing is left half started then.
 * Returns the exit code.
 */
int serve_run(const struct serve_options *options);

#endif
