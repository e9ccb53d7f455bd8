#!/usr/bin/env bash
# Nothing is left of the demo when one of its processes is killed: the one that was started, the guardian, the host.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_demo.sh"

demo_start
kill -KILL "$DEMO"
nothing_left "KILL of the demo"
demo_start
kill -KILL "$GUARDIAN"
nothing_left "KILL of the guardian"
demo_start
kill -KILL "$HOST"
nothing_left "KILL of the host"
done_ok
