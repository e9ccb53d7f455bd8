#!/usr/bin/env bash
# The data directory removed, replaced and damaged under a control plane that runs: nothing is acknowledged that
# is not stored, readiness and status say what is wrong, requests are routed all the same, and a start says
# what is missing.
. "$(dirname "$0")/lib.sh"

backends stable
serve_start
service cart
version cart 1 stable stable
ready cart 1
must POST /v1/sessions '{"key":"before"}'

# ---- whose files -------------------------------------------------------------------------------------
open_to_others=$(find "$T/data" ! -type d -perm /077)
is "$open_to_others" "" "files and sockets that others may open"
for dir in data data/history data/proxy; do is "$(stat -c %a "$T/$dir")" 700 "the mode of $dir"; done

# ---- removed, and back -------------------------------------------------------------------------------
is_ready() { api GET /readyz && [ "$STATUS" = 200 ]; }
not_ready() { api GET /readyz && [ "$STATUS" = 503 ]; }
refused() { # WHAT
	api POST /v1/sessions '{"key":"lost"}'
	is "$STATUS $(json code <<<"$BODY")" "503 store-failed" "$1: a write: $BODY"
	has "$BODY" "$T/data" "$1: a write says which directory"
	wait_until 5 not_ready || fail "$1: it says that it is ready"
	has "$BODY" "$T/data" "$1: readiness says which directory"
	has "$(status_of store.missing)" "$T/data" "$1: status says it"
	get cart
	is "$STATUS $BY" "200 stable" "$1: requests are routed"
}
mv "$T/data/state.db" "$T/away"
refused "state.db moved away"
mv "$T/away" "$T/data/state.db"
wait_until 5 is_ready || fail "state.db is back, and it is not ready: $BODY"
must POST /v1/sessions '{"key":"after"}'
api GET /v1/sessions/lost
is "$STATUS" 404 "what was refused is not there"

# The proxy's socket cannot be reached meanwhile, so its configuration is written anew: not into a directory of that name.
mv "$T/data" "$T/away"
refused "the directory moved away"
proxy_failed() { status_of proxy.error | grep -q "$T/data/proxy"; }
wait_until 20 proxy_failed || fail "status does not say that the proxy's files are gone: $(status_of proxy)"
is "$(find "$T/data" 2>/dev/null)" "" "what is where the directory was"
mv "$T/away" "$T/data"
is "$(ls -d "$T/data/away" 2>/dev/null)" "" "the directory, put back, is within another"
wait_until 20 is_ready || fail "the directory is back, and it is not ready: $BODY"
must POST /v1/sessions '{"key":"back"}'
service late
known() { get late && [ "$STATUS" = 503 ]; }
wait_until 10 known || fail "a service that is new then is not known to the proxy: $STATUS"
must DELETE /v1/services/late

# ---- the history alone: made again, and no number is given twice -------------------------------------
newest() { api GET '/v1/requests?limit=1' && json requests.0.seq <<<"$BODY"; }
before=$(newest)
rm -rf "$T/data/history"
kept() { get cart && ls "$T"/data/history/*.db >/dev/null 2>&1; }
wait_until 10 kept || fail "requests are not kept after the history was removed: $(status_of traffic.history_error)"
ok "numbers go on" test "$(newest)" -gt "$before"
is "$(status_of traffic.history_error)" null "the history is written"

# ---- killed, and the last changes gone with the log --------------------------------------------------
kill -KILL "$SERVE_PID"
wait "$SERVE_PID" 2>/dev/null
: >"$T/data/state.db-wal"
serve_start
has "$(cat "$T/serve.err")" "changes were stored here before" "the log emptied: the log says it"
has "$(status_of store.damage)" "changes were stored here before" "the log emptied: status says it"
ok "numbers go on over the kill" test "$(get cart && newest)" -gt "$before"

# ---- a byte of a row ---------------------------------------------------------------------------------
service cart
must PUT /v1/services/cart/versions/1 "{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:${PORT_of[stable]}\"]}"
must POST /v1/sessions '{"key":"whole"}'
must POST /v1/sessions '{"key":"broken","name":"FLIPPED"}'
stop "$SERVE_PID"
at=$(grep -abo '"name":"FLIPPED"' "$T/data/state.db" | tail -1 | cut -d: -f1)
printf X | dd of="$T/data/state.db" bs=1 seek=$((at + 9)) conv=notrunc 2>/dev/null
serve_start
has "$(cat "$T/serve.err")" "lost: session broken" "a damaged row: the log names it"
is "$(status_of store.rows_lost) $(status_of store.lost.0)" "1 session broken" "a damaged row: status names it"
has "$("$UMBRA" status -o json)" "state.db.damaged-" "a damaged row: umbra status says where the damaged file is"
api GET /v1/sessions/whole
is "$STATUS" 200 "the other rows are there"
# ---- all of it removed: last, because the proxy's files go too ---------------------------------------
ready cart 1
rm -rf "$T/data"
refused "the directory removed"
done_ok
