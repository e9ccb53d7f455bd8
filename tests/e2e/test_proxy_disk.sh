#!/usr/bin/env bash
# A full disk for the proxy's files: HAProxy, killed, runs again with the configuration that is there, is told what
# that lacks, and status says why; with room again it has the newest by itself. Needs to be allowed to mount.
. "$(dirname "$0")/lib.sh"

mkdir -p "$T/data/proxy"
if ! mount -t tmpfs -o size=512k,mode=700 umbra-e2e "$T/data/proxy" 2>/dev/null; then
	note "skipped: a small file system cannot be mounted here" # also in CI's container
	exit 77
fi
at_end+=("umount '$T/data/proxy'")

backends stable pr late
serve_start
service cart
version cart 1 stable stable
version cart pr-1 ephemeral pr
ready cart 1
ready cart pr-1
cat /dev/zero >"$T/data/proxy/filler" 2>/dev/null
# What is made now is in no file of HAProxy's.
version cart pr-2 ephemeral late
ready cart pr-2
must POST /v1/sessions '{"key":"late","policy":"strict","pins":{"cart":"pr-2"}}'
must POST /v1/sessions '{"key":"kept","policy":"strict","pins":{"cart":"pr-1"}}'
late() { get cart -H 'Routing-Session: late' && [ "$STATUS $BY" = "200 late" ]; }
kept() { get cart -H 'Routing-Session: kept' && [ "$STATUS $BY" = "200 pr" ]; }
ok "routes" late
must DELETE /v1/sessions/kept/pins/cart
must PUT /v1/sessions/kept/pins/cart '{"version":"pr-1"}'

old=$(proxy_pid)
kill -KILL "$old"
wait_until 5 gone "$old"
wait_until 10 late || fail "the version that no file names is not routed: $STATUS $BODY"
wait_until 10 kept || fail "nor is the other: $STATUS $BODY"
get cart
is "$STATUS $BY" "200 stable" "and stable"
not_ready() { api GET /readyz && [ "$(json ready <<<"$BODY")" = false ]; }
wait_until 10 not_ready || fail "ready though its files cannot be written: $BODY"
has "$BODY" "No space left" "and why"
has "$(status_of proxy.error)" "configuration from before" "status says with what it runs"
service search
must POST /v1/sessions '{"key":"more","policy":"strict","pins":{"cart":"pr-1"}}'
get cart -H 'Routing-Session: more'
is "$STATUS $BY" "200 pr" "changes get through meanwhile"

# serve started again on the full disk takes it over.
kill -KILL "$SERVE_PID"
wait "$SERVE_PID" 2>/dev/null
serve_start
wait_until 10 late || fail "after a restart of serve: $STATUS $BODY"

rm "$T/data/proxy/filler"
is_ready() { api GET /readyz && [ "$(json ready <<<"$BODY")" = true ]; }
wait_until 10 is_ready || fail "not ready with room again: $BODY"
known() { get search && [ "$STATUS" = 503 ]; }
wait_until 10 known || fail "the service that was written meanwhile is not known: $STATUS"
wait_until 10 late || fail "with room again: $STATUS $BODY"
done_ok
