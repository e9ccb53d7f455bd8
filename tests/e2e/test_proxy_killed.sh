#!/usr/bin/env bash
# kill -9 of HAProxy, of its master and of its worker: it routes again by itself, with the same table.
# TERM to serve: nothing is left.
. "$(dirname "$0")/lib.sh"

backends stable pr
serve_start
service cart
version cart 1 stable stable
version cart pr-1 ephemeral pr
ready cart 1
ready cart pr-1
must POST /v1/sessions '{"key":"kept","policy":"strict","pins":{"cart":"pr-1"}}'

routes() { get cart -H 'Routing-Session: kept' && [ "$STATUS $BY $REASON" = "200 pr pinned" ]; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }
ok "routes" wait_until 5 routes

killed() { # WHAT PID
	local from
	from=$(now_ms)
	kill -KILL "$2"
	wait_until 5 gone "$2" || fail "$1 survives KILL"
	wait_until 10 routes || fail "$1: no routing after ten seconds: $STATUS $BODY"
	note "$1 killed: routes again after $(($(now_ms) - from)) ms"
}
master=$(proxy_pid)
killed worker "$(pgrep -P "$master" | head -1)"
wait_until 5 test -n "$(proxy_pid)"
master=$(proxy_pid)
worker=$(pgrep -P "$master" | head -1)
killed master "$master"
up() { local pid; pid=$(proxy_pid) && [ -n "$pid" ] && [ "$pid" != null ] && [ "$pid" -gt 0 ] && [ "$pid" != "$master" ]; }
wait_until 5 up || fail "status tells no new process"
wait_until 5 gone "$worker" || fail "the worker of the killed master still runs"
ok "one master" test "$(ours | xargs -r ps -o ppid=,comm= -p | grep -c haproxy)" -le 2

# The table is the current one, not the one of the start.
must DELETE /v1/sessions/kept/pins/cart
get cart -H 'Routing-Session: kept'
is "$BY $REASON" "stable no-pin" "changes go on being applied"

haproxy=$(proxy_pid)
stop "$SERVE_PID"
ok "TERM to serve stops HAProxy" wait_until 5 gone "$haproxy"
stop "$BACKEND_PID"
is "$(ours)" "" "nothing is left running"
get cart
is "$STATUS" 000 "and the port is closed"
done_ok
