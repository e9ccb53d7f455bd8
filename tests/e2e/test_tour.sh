#!/usr/bin/env bash
# The demo without a terminal: the tour in plain text; and what ends under a demo is started again.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_demo.sh"

# ---- the tour ----------------------------------------------------------------------------------------
start=$(date +%s)
"$UMBRA" demo >"$T/tour" 2>"$T/tour.err" </dev/null
status=$?
took=$(($(date +%s) - start))
is "$status" 0 "the tour: $(tail -5 "$T/tour"; cat "$T/tour.err")"
ok "the tour takes less than 20 s, not $took" test "$took" -lt 20
for part in 'What is live: 8 services' 'booking@pr-482 (pinned)' 'the session is lost here: schedule@pr-540' version-unhealthy 'checks are as they must be'; do
	has "$(cat "$T/tour")" "$part" "the tour says it"
done
is "$(ls -d "$T"/umbra-demo-* 2>/dev/null)" "" "the tour leaves no directory"

# ---- a child that ends is started again, and said ----------------------------------------------------
demo_start
booking=$(pgrep -P "$HOST" -f '__shop serve booking pr-482')
kill -KILL "$booking"
again() { [ -n "$(pgrep -P "$HOST" -f '__shop serve booking pr-482')" ]; }
wait_until 5 again || fail "a shop process is not started again"
said() { grep -q "$1" "$T/err"; }
wait_until 5 said 'booking@pr-482 ended by signal 9' || fail "it is not said: $(cat "$T/err")"
kill -KILL "$SERVE"
answers() { curl -sf -o /dev/null --max-time 2 "http://$DEMO_API/v1/status"; }
wait_until 5 said 'serve ended by signal 9' || fail "it is not said: $(cat "$T/err")"
wait_until 10 answers || fail "serve is not started again"
is "$(json proxy.pid <<<"$(curl -sS "http://$DEMO_API/v1/status")")" "$HAPROXY" "it adopts the HAProxy that runs"
is "$(curl -sS -o /dev/null -w '%{http_code}' -H "Host: gateway.$DOMAIN" "http://$DEMO_PROXY/")" 200 "the shop is open"
mapfile -t ALL < <(family "$DEMO")
ALL+=("$HAPROXY" $(pgrep -P "$HAPROXY"))
kill -KILL "$SERVE" 2>/dev/null
kill -KILL "$DEMO"
nothing_left "KILL of the demo after a KILL of serve"
done_ok
