/*
 * `.confirm` of the commands that take something away: true sentences about what is lost, looked up in the environment
 * at that moment. Each writes the question; false when it does not know what the command is about.
 */
#ifndef UMBRA_COMMAND_CONFIRM_H
#define UMBRA_COMMAND_CONFIRM_H

#include <stdbool.h>

#include "core/command/command.h"

bool confirm_session_end(
	const struct environment *env, const struct command_args *args, struct strbuf *out);
bool confirm_version_retire(
	const struct environment *env, const struct command_args *args, struct strbuf *out);
bool confirm_version_promote(
	const struct environment *env, const struct command_args *args, struct strbuf *out);
bool confirm_service_remove(
	const struct environment *env, const struct command_args *args, struct strbuf *out);

#endif
