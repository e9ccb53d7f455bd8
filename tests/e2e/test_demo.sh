#!/usr/bin/env bash
# The demo: the tour in plain text, and that nothing is left of it however it ends.
. "$(dirname "$0")/lib.sh"
export TMPDIR=$T

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

# ---- the ends ----------------------------------------------------------------------------------------
# All processes of a demo, by parentage from the one that was started.
family() { # PID
	local pid
	for pid in $(pgrep -P "$1"); do
		echo "$pid"
		family "$pid"
	done
}
all_gone() {
	local pid
	for pid in "$@"; do alive "$pid" && return 1; done
	return 0
}
no_dir() { [ -z "$(ls -d "$T"/umbra-demo-* 2>/dev/null)" ]; }
is_ready() { grep -q '^ready ' "$T/out" || ! alive "$DEMO"; }
demo_start() {
	: >"$T/out"
	"$UMBRA" demo --headless >"$T/out" 2>"$T/err" </dev/null &
	DEMO=$!
	pids+=("$DEMO")
	wait_until 20 is_ready
	grep -q '^ready ' "$T/out" || die "the demo is not ready: $(cat "$T/err")"
	DEMO_API=$(sed -n 's,.* api=http://\([^ ]*\).*,\1,p' "$T/out")
	DEMO_PROXY=$(sed -n 's,.* proxy=http://\([^ ]*\).*,\1,p' "$T/out")
	mapfile -t ALL < <(family "$DEMO")
	SERVE=$(json pid <<<"$(curl -sS "http://$DEMO_API/v1/status")")
	HAPROXY=$(json proxy.pid <<<"$(curl -sS "http://$DEMO_API/v1/status")")
	ALL+=("$HAPROXY" $(pgrep -P "$HAPROXY"))
	GUARDIAN=$(pgrep -P "$DEMO" | head -1)
	HOST=$(pgrep -P "$GUARDIAN" | head -1)
}
# nothing_left HOW
nothing_left() {
	wait_until 10 all_gone "${ALL[@]}" || fail "$1: still there: $(ps -o pid,args -p "$(tr ' ' , <<<"${ALL[*]}")")"
	wait_until 5 no_dir || fail "$1: left: $(ls -d "$T"/umbra-demo-*)"
	wait "$DEMO" 2>/dev/null
	checks=$((checks + 1))
}

for signal in TERM INT HUP; do
	demo_start
	[ "$signal" = TERM ] && ok "there is a demo: ${#ALL[@]} processes" test "${#ALL[@]}" -ge 18
	kill -$signal "$DEMO"
	wait_until 10 gone "$DEMO" || fail "$signal does not end it"
	ok "$signal: all is gone when it returns" all_gone "${ALL[@]}"
	ok "$signal: and the directory" no_dir
	nothing_left $signal
done
demo_start
kill -KILL "$DEMO"
nothing_left "KILL of the demo"
demo_start
kill -KILL "$GUARDIAN"
nothing_left "KILL of the guardian"
demo_start
kill -KILL "$HOST"
nothing_left "KILL of the host"

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
