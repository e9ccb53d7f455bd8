#!/usr/bin/env bash
# The dashboard as lines that are only added: what there is, what changes, a session's requests, a control
# plane that goes and comes back; nothing that moves a cursor.
. "$(dirname "$0")/lib.sh"

says() { grep -q -- "$1" "$T/plain"; }
heard() { # PATTERN WHAT
	checks=$((checks + 1))
	wait_until 10 says "$1" || fail "$2: '$1' is not in: $(tail -5 "$T/plain")"
}

serve_start
api PUT /v1/services/cart '{"owner":"payments"}'
api PUT /v1/services/cart/versions/1.0 '{"kind":"stable","endpoints":["127.0.0.1:9"]}'
api POST /v1/sessions '{"name":"plain","key":"plain"}'
"$UMBRA" --plain --session plain >"$T/plain" 2>"$T/plain.err" </dev/null &
plain=$!
pids+=("$plain")

heard '1 services, 1 versions, 1 sessions' 'what there is'
heard 'stable version 1.0 of cart is' 'its versions'
heard 'session plain of anonymous pins nothing' 'its sessions'
heard 'from here on, what changes' 'where the changes begin'
api PUT /v1/services/cart/versions/pr-6 '{"endpoints":["127.0.0.1:29"]}'
heard 'cart@pr-6 became unhealthy: connection refused' 'health'
api PUT /v1/services/cart/versions/pr-7 '{"endpoints":["127.0.0.1:19"],"pr":{"number":7,"author":"dev1"}}'
heard 'registered cart@pr-7.*pull request 7' 'a version'
api PUT /v1/sessions/plain/pins/cart '{"version":"pr-7"}'
heard 'pinned in session plain.*pr-7' 'a pin'
curl -s -o /dev/null -H "Host: cart.$DOMAIN" -H 'Routing-Session: plain' "http://$PROXY/said"
heard 'GET /said to cart was served by nobody, stable-down, status 503' 'a request of the session'

stop "$SERVE_PID" KILL
heard 'not connected, and trying: ' 'the loss of the connection'
serve_start
heard 'connected$' 'that it is back'
api DELETE /v1/services/cart/versions/pr-7
heard 'retired cart@pr-7' 'what happens afterwards'
is "$(grep -c 'registered cart@pr-7' "$T/plain")" 1 'each thing once'
is "$(tr -d '\n\t -~' <"$T/plain" | LC_ALL=C tr -d '\200-\377' | wc -c)" 0 'control characters'

kill -TERM "$plain"
wait "$plain"
is $? 143 'TERM'
is "$(cat "$T/plain.err")" '' 'stderr'
"$UMBRA" --plain </dev/null 2>"$T/pipe.err" | head -1 >"$T/first"
is "$(wc -l <"$T/first")" 1 'a reader that goes away'
done_ok
