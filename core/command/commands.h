/*
 * The rows of the command table, one file a noun; what the command line does itself stands in core/cli. A new command is
 * one struct, its name here and in command.c, and nothing else.
 */
#ifndef UMBRA_COMMAND_COMMANDS_H
#define UMBRA_COMMAND_COMMANDS_H

#include "core/command/command.h"

extern const struct command command_dashboard;
extern const struct command command_demo;
extern const struct command command_serve;

extern const struct command command_service_list;
extern const struct command command_service_show;
extern const struct command command_service_set;
extern const struct command command_service_remove;

extern const struct command command_version_list;
extern const struct command command_version_show;
extern const struct command command_version_register;
extern const struct command command_version_wait;
extern const struct command command_version_extend;
extern const struct command command_version_retire;
extern const struct command command_version_promote;

extern const struct command command_pr_list;
extern const struct command command_pr_show;

extern const struct command command_session_list;
extern const struct command command_session_show;
extern const struct command command_session_create;
extern const struct command command_session_pin;
extern const struct command command_session_unpin;
extern const struct command command_session_set;
extern const struct command command_session_use;
extern const struct command command_session_extend;
extern const struct command command_session_link;
extern const struct command command_session_map;
extern const struct command command_session_end;

extern const struct command command_curl;
extern const struct command command_logs;
extern const struct command command_events;
extern const struct command command_status;

extern const struct command command_theme_list;
extern const struct command command_theme_check;
extern const struct command command_config;
extern const struct command command_completion;
extern const struct command command_man;
extern const struct command command_help;

#endif
