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
# All of them at once: nobody is left to clean up, so the next demo does, HAProxy included.
demo_start
old=$(ls -d "$T"/umbra-demo-*)
kill -KILL "$DEMO" "$GUARDIAN" "$HOST" "$SERVE"
wait "$DEMO" 2>/dev/null
left=("${ALL[@]}")
ok "the directory is left" test -d "$old"
mkdir "$T/umbra-demo-others" # not of a demo: it has no lock
demo_start
ok "the next demo removes it" test ! -e "$old"
wait_until 10 all_gone "${left[@]}" || fail "the next demo leaves: $(ps -o pid,args -p "$(tr ' ' , <<<"${left[*]}")")"
ok "what is no demo's stays" test -d "$T/umbra-demo-others"
rmdir "$T/umbra-demo-others"
# One that lives is left alone.
first=$(ls -d "$T"/umbra-demo-*)
first_demo=$DEMO
first_all=("${ALL[@]}")
demo_start
ok "a living demo keeps its directory" test -d "$first"
ok "a living demo runs on" alive "$first_demo"
stop "$DEMO"
stop "$first_demo"
ALL+=("${first_all[@]}")
nothing_left "TERM"
done_ok
