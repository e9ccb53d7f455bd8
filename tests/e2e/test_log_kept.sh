#!/usr/bin/env bash
# kill -9 of the control plane under load: the proxy's log waits for the next one, which records each request
# once, those of the time between included; and nothing is called lost.
. "$(dirname "$0")/lib.sh"

backends stable
serve_start
service cart
version cart 1 stable stable
ready cart 1
"$HELPERS/load" --proxy "$PROXY" --host "cart.$DOMAIN" --target /counted --rate 300 --seconds 7 \
	>"$T/load" 2>"$T/load.err" &
load=$!
taken() { [ "$(status_of traffic.taken)" -ge "$1" ]; }
settled() { [ "$(status_of proxy.old_workers)" = 0 ]; }
for round in 1 2; do
	wait_until 10 taken 100 || fail "round $round: no requests are recorded"
	# A worker that was just replaced ends with its last request, and what it logged with it if nobody reads.
	wait_until 10 settled || fail "round $round: old workers stay: $(status_of proxy.old_workers)"
	kill -KILL "$SERVE_PID"
	wait "$SERVE_PID" 2>/dev/null
	# Some come while nobody reads.
	for n in 1 2 3 4 5 6 7 8 9 10; do get cart /counted; done
	is "$STATUS" 200 "round $round: routes without a control plane"
	serve_start
	wait_until 10 version_is cart 1 ready || fail "round $round: cart is not ready"
done
wait "$load"
is "$(json failed <"$T/load") $(json refused <"$T/load")" "0 0" "no request failed: $(head -3 "$T/load.err")"
sent=$(($(json sent <"$T/load") + 20))
records() { "$UMBRA" logs path:/counted -n 100000 -o ndjson >"$T/records" && wc -l <"$T/records"; }
all_there() { [ "$(records)" -ge "$sent" ]; }
wait_until 10 all_there || fail "of $sent requests $(records) are recorded"
is "$(records)" "$sent" "each request is recorded once"
is "$(json id <"$T/records" | sort | uniq -d | head -3)" "" "no record twice"
is "$(status_of traffic.lost)" 0 "and none is called lost"
done_ok
