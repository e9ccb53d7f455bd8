#!/usr/bin/env bash
# The demo without a terminal: the tour in plain text; and what ends under a demo is started again.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_demo.sh"

# ---- the tour ----------------------------------------------------------------------------------------
timeout 120 "$UMBRA" demo >"$T/tour" 2>"$T/tour.err" </dev/null
status=$?
is "$status" 0 "the tour: $(tail -5 "$T/tour"; cat "$T/tour.err")"
for part in 'What is live: 8 services' 'booking@pr-482 (pinned)' 'the session is lost here: schedule@pr-540' version-unhealthy 'checks are as they must be'; do
	has "$(cat "$T/tour")" "$part" "the tour says it"
done
is "$(ls -d "$T"/umbra-demo-* 2>/dev/null)" "" "the tour leaves no directory"

# ---- the command line on it: a session, a request in it, and its hops --------------------------------
demo_start
export UMBRA_URL=http://$DEMO_API
"$UMBRA" session create checkout --pin booking=pr-482 -o json >"$T/session" 2>&1
key=$(json key <"$T/session")
has "$key" checkout- "umbra session create: $(cat "$T/session")"
shop() { # WHAT CURL'S OPTIONS...: booking comes from pr-482, all the rest from stable
	local what=$1 by
	shift
	by=$(curl -sS --max-time 10 "$@" | grep -o '"served_by":"[^"]*"' | cut -d'"' -f4 | sort | paste -sd' ')
	is "$by" "booking@pr-482 gateway@2026.11.20 pricing@2026.11.20 profile@2026.11.02 schedule@2026.11.12" "$what"
}
host="Host: gateway.$DOMAIN"
shop header -H "$host" -H "Routing-Session: $key" "http://$DEMO_PROXY/book"
shop baggage -H "$host" -H "baggage: routing-session=$key" "http://$DEMO_PROXY/book"
shop query -H "$host" "http://$DEMO_PROXY/book?routing-session=$key"
shop cookie -H "$host" -H "Cookie: routing-session=$key" "http://$DEMO_PROXY/book"
shop host -H "Host: $key--gateway.$DOMAIN" "http://$DEMO_PROXY/book"
out=$("$UMBRA" curl --session "$key" gateway/book -s)
has "$out" '"served_by":"booking@pr-482"' "umbra curl"
all_hops() { "$UMBRA" logs -n 100 "session:$key" >"$T/hops" 2>&1 && [ "$(wc -l <"$T/hops")" -eq 30 ]; }
wait_until 5 all_hops || fail "not six times five hops: $(cat "$T/hops")"
hop() { # SERVICE VERSION REASON CALLER
	is "$(awk -v s="$1" -v v="$2" -v r="$3" -v c="$4" '$2 == s && $3 == v && $4 == r && $NF == c' "$T/hops" | wc -l)" 6 \
		"six hops of $*"
}
hop gateway stable no-pin -
hop booking pr-482 pinned gateway@2026.11.20
hop schedule stable no-pin booking@pr-482
hop profile stable no-pin schedule@2026.11.12
hop pricing stable no-pin booking@pr-482

# ---- a child that ends is started again, and said ----------------------------------------------------
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
mapfile -t -O "${#ALL[@]}" ALL < <(echo "$HAPROXY"; pgrep -P "$HAPROXY")
kill -KILL "$SERVE" 2>/dev/null
kill -KILL "$DEMO"
nothing_left "KILL of the demo after a KILL of serve"
done_ok
