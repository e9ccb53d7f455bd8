#!/usr/bin/env bash
# A limit on file sizes that the state runs into: writes are refused, readiness, status and the log say so while it
# lasts, and its end is found without a write from outside. A full disk and a broken one come the same way.
. "$(dirname "$0")/lib.sh"
has_tool prlimit || exit 77

backends stable
serve_start
service cart
version cart 1 stable stable
ready cart 1

is_ready() { api GET /readyz && [ "$STATUS" = 200 ]; }
not_ready() { api GET /readyz && [ "$STATUS" = 503 ]; }
said() { grep -c "$1" "$T/serve.err"; }
said_once() { [ "$(said "$1")" = 1 ]; }
is_ready || fail "it is not ready before: $BODY"

limit=$(($(stat -c %s "$T/data/state.db-wal") + 65536))
prlimit --pid "$SERVE_PID" --fsize="$limit:" || die "there is no limit on file sizes"
is_refused() { api POST /v1/sessions '{"name":"filler"}' && [ "$STATUS" = 503 ]; }
wait_until 20 is_refused || die "writes go on over the limit: $STATUS $BODY"
is "$(json code <<<"$BODY")" store-failed "a write over the limit: $BODY"
not_ready || fail "it says that it is ready: $BODY"
has "$(json why <<<"$BODY")" "$T/data/state.db" "readiness says which file"
has "$(json why <<<"$BODY")" "may not grow beyond" "readiness says why"
has "$("$UMBRA" status)" "may not grow beyond" "umbra status says why"
wait_until 5 said_once "nothing can be stored" || fail "the log has no line, or several"
has "$(grep "nothing can be stored" "$T/serve.err")" "may not grow beyond" "the log says why"
get cart
is "$STATUS $BY" "200 stable" "requests are routed"
not_ready || fail "it is ready, and nothing has changed: $BODY"

prlimit --pid "$SERVE_PID" --fsize=unlimited: || die "the limit cannot be lifted"
wait_until 10 is_ready || fail "there is room again, and it is not ready: $BODY"
is "$(status_of store.last_error)" null "status: the last write was stored"
wait_until 5 said_once "can be stored again" || fail "the log does not say that it is over"
is "$(said "nothing can be stored")" 1 "lines of the beginning"
must POST /v1/sessions '{"key":"after"}'

# What was tried is no part of the state.
stop "$SERVE_PID"
serve_start
is "$(status_of store.rows_lost)" 0 "rows lost after a restart"
api GET /v1/sessions/after
is "$STATUS" 200 "the session is there"
done_ok
