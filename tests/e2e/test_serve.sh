#!/usr/bin/env bash
# `umbra serve` from its ready line to its orderly end: what it prints, that a write is routed by the time
# it is answered, that TERM ends held requests properly and leaves nothing, and that a start finds all again.
. "$(dirname "$0")/lib.sh"

backends stable pr
serve_start --name shop --domain "$DOMAIN"

# ---- the ready line ----------------------------------------------------------------------------------
is "$(wc -l <"$T/serve.out")" 1 "one line on stdout"
ok "the ready line: $(cat "$T/serve.out")" grep -qxE \
	"ready api=http://127\.0\.0\.1:[0-9]+ proxy=http://127\.0\.0\.1:[0-9]+ pid=$SERVE_PID" "$T/serve.out"
api GET /readyz
is "$STATUS $(json ready <<<"$BODY")" "200 true" "it is ready"
api GET /v1/status
is "$(json name <<<"$BODY") $(json domain <<<"$BODY") $(json pid <<<"$BODY")" "shop $DOMAIN $SERVE_PID" "status"
is "$(json proxy.url <<<"$BODY")" "http://$PROXY" "status: where requests enter"
is "$(json store.driver <<<"$BODY")" sqlite "status: the store"
epoch=$(json epoch <<<"$BODY")
proxy=$(json proxy.pid <<<"$BODY")
ok "the proxy runs" alive "$proxy"

# ---- read your writes --------------------------------------------------------------------------------
service cart
version cart 1 stable stable
version cart pr-1 ephemeral pr
ready cart 1
ready cart pr-1
must POST /v1/sessions '{"key":"dev"}'
for i in $(seq 1 25); do
	must PUT /v1/sessions/dev/pins/cart '{"version":"pr-1"}'
	revision=$(json revision <<<"$BODY")
	applied=$(header umbra-applied)
	ok "pin $i: applied $applied, written $revision" test "$applied" -ge "$revision"
	get cart -H 'Routing-Session: dev'
	is "$BY $REASON" "pr pinned" "pin $i is routed by when it is answered"
	must DELETE /v1/sessions/dev/pins/cart
	get cart -H 'Routing-Session: dev'
	is "$BY $REASON" "stable no-pin" "unpin $i is routed by when it is answered"
done
must PUT /v1/sessions/dev/pins/cart '{"version":"pr-1"}'

# ---- what is held is ended properly by TERM ----------------------------------------------------------
revision=$(status_of revision)
curl -sS -N --max-time 20 "http://$API/v1/changes?since=$revision&epoch=$epoch&wait=60s" >"$T/feed" 2>&1 &
feed=$!
curl -sS -N --max-time 20 "http://$API/v1/requests/tail" >"$T/tail" 2>&1 &
tail=$!
pids+=("$feed" "$tail")
ok "the feed begins at once" wait_until 5 grep -q '"full":false' "$T/feed"
held_are() { [ "$(status_of limits.held_requests.used)" = "$1" ]; }
ok "two requests are held" wait_until 5 held_are 2
kill -TERM "$SERVE_PID"
wait "$SERVE_PID"
is "$?" 0 "exit code after TERM"
wait "$feed"
is "$?" 0 "the held feed, of a minute, ended properly: $(cat "$T/feed")"
has "$(tail -1 "$T/feed")" '{"revision":' "the held feed has its last line"
wait "$tail"
is "$?" 0 "the tail ended properly"
ok "the proxy is gone" wait_until 2 gone "$proxy"
ok "nothing of it runs" wait_until 2 test -z "$(pgrep -f -- "$T/data")"
ok "the API's port is free" bash -c "! curl -sS --max-time 2 http://$API/healthz 2>/dev/null"

# ---- a start finds all again -------------------------------------------------------------------------
serve_start --name shop --log-level debug
is "$(status_of epoch)" "$epoch" "the same epoch"
ok "revisions go on" test "$(status_of revision)" -gt "$revision"
ready cart pr-1
get cart -H 'Routing-Session: dev'
is "$BY $REASON" "pr pinned" "the session is there"
stop "$SERVE_PID" INT

# ---- where the data goes without --data --------------------------------------------------------------
XDG_STATE_HOME=$T/state "$UMBRA" serve --listen 127.0.0.1:0 --proxy-listen 127.0.0.1:0 --log-level error \
	>"$T/serve.out" 2>"$T/quiet.err" </dev/null &
SERVE_PID=$!
pids+=("$SERVE_PID")
ok "it comes up" wait_until 10 grep -q '^ready ' "$T/serve.out"
ok "the state is in XDG_STATE_HOME" test -f "$T/state/umbra/state.db"
is "$(cat "$T/quiet.err")" "" "errors only, and there are none"
stop "$SERVE_PID"

done_ok
