/*
 * Names of the states a proxy can be in, for status and logs. The drivers are in files of their own.
 */
#include "core/proxy/proxy.h"

const char *const proxy_state_names[PROXY_STATE_COUNT + 1] = {
	[PROXY_STOPPED] = "stopped",
	[PROXY_STARTING] = "starting",
	[PROXY_RUNNING] = "running",
	[PROXY_RELOADING] = "reloading",
	[PROXY_LOST] = "lost",
};
