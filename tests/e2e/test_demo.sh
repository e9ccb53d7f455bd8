#!/usr/bin/env bash
# Nothing is left of the demo, however it ends.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_demo.sh"

for signal in TERM INT HUP; do
	demo_start
	[ "$signal" = TERM ] && ok "there is a demo: ${#ALL[@]} processes" test "${#ALL[@]}" -ge 18
	kill -$signal "$DEMO"
	wait_until 10 gone "$DEMO" || fail "$signal does not end it"
	ok "$signal: all is gone when it returns" all_gone "${ALL[@]}"
	ok "$signal: and the directory" no_dir
	nothing_left $signal
done
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
