/*
 * Every bound of the system in one place. A number that an outsider can reach stands here, with the
 * reason where it is not obvious.
 */
#ifndef UMBRA_BASE_LIMITS_H
#define UMBRA_BASE_LIMITS_H

enum {
	/* Names: 31 + "--" + 30 = 63, one DNS label for <session>--<service>. */
	LIMIT_SERVICE_NAME = 31,
	LIMIT_SESSION_KEY = 30,
	/* Random characters at the end of a key that is made from a name. */
	LIMIT_KEY_LENGTH_MIN = 4,
	LIMIT_KEY_LENGTH_MAX = 24,
	LIMIT_VERSION_NAME = 63,
	LIMIT_HOST_NAME = 253,
	LIMIT_ENDPOINT = LIMIT_HOST_NAME + 6,

	LIMIT_ENDPOINTS = 8, /* per version */
	LIMIT_HOSTS = 16, /* per service */
	LIMIT_PINS = 256, /* per session */
	LIMIT_HOPS = 32, /* of a request: where it is answered 508 */
	LIMIT_LABELS = 32, /* per version */
	LIMIT_LABEL_KEY = 63,
	LIMIT_LABEL_VALUE = 255,
	LIMIT_WORD = 128, /* owner, author, branch-like short text */
	LIMIT_TITLE = 256,
	LIMIT_URL = 512,
	LIMIT_DESCRIPTION = 1024,
	LIMIT_PATH = 256,
	LIMIT_PULL_NUMBER = 1000000000,
	LIMIT_ACTOR = 128,
	LIMIT_DETAIL = 256,

	LIMIT_SERVICES = 4000,
	LIMIT_VERSIONS = 100000,
	LIMIT_VERSIONS_PER_SERVICE = 1000,
	LIMIT_SESSIONS = 50000,
	LIMIT_TOMBSTONES = 100000, /* beyond it the oldest is forgotten before its time */
	LIMIT_TOMBSTONES_TOLD = 2000, /* the newest, in a full answer of the changes feed */

	LIMIT_BODY = 1 << 20, /* of an API request, bytes */
	LIMIT_UNREAD = 32 << 20, /* of requests that are not complete, all connections together */
	LIMIT_JSON_DEPTH = 16,
	LIMIT_HELD_REQUESTS = 4096,
	LIMIT_CONNECTIONS = 8192,
	LIMIT_INI_FILE = 256 * 1024, /* a theme or the configuration */
	LIMIT_FILTER = 1024,
	LIMIT_REGEX = 200,
	LIMIT_FILTER_TERMS = 32,
	LIMIT_LOG_LINE = 16384, /* one record of the proxy's log, bytes */
	LIMIT_LOG_VALUE = 1024, /* a path, host or user value inside it */
	LIMIT_CHANGES_KEPT =
		65536, /* changes a feed client may be behind before it gets everything */
	LIMIT_EVENTS_KEPT = 10000,
};

/* Up to here JSON's numbers, which are doubles, tell whole numbers apart (RFC 8259 section 6). */
#define LIMIT_INTEGER ((1LL << 53) - 1)

/* Lifetimes, milliseconds. */
#define LIMIT_TTL_MIN_MS (1000LL)
#define LIMIT_TTL_MAX_MS (366LL * 24 * 3600 * 1000)
#define DEFAULT_VERSION_TTL_MS (72LL * 3600 * 1000)
#define DEFAULT_SESSION_TTL_MS (8LL * 3600 * 1000)
#define TOMBSTONE_KEPT_MS (24LL * 3600 * 1000)
/*
 * What the proxy bears. A silence is long because a stream may have nothing to say for hours and a person may sit
 * in a debugger; a peer that is gone without a word is found by keepalives of the connection.
 */
#define LIMIT_CONNECT_TIMEOUT_MS (60LL * 1000)
#define LIMIT_SILENCE_MS (24LL * 3600 * 1000)
#define DEFAULT_CONNECT_TIMEOUT_MS (2000LL)

#endif
