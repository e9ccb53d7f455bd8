#!/usr/bin/env bash
# Reloads under load: no request fails, and each is in the log or counted as lost, also those that a worker
# answers after it was replaced.
. "$(dirname "$0")/lib.sh"

backends stable
serve_start
service cart
version cart 1 stable stable
ready cart 1
before=$(status_of traffic.taken)
"$HELPERS/load" --proxy "$PROXY" --host "cart.$DOMAIN" --rate 300 --seconds 9 >"$T/load" 2>"$T/load.err" &
load=$!
reloaded() { [ "$(status_of proxy.reloads)" -gt "$1" ]; }
for i in 1 2 3 4 5; do
	reloads=$(status_of proxy.reloads)
	service "new-$i"
	wait_until 8 reloaded "$reloads" || fail "no reload for service $i"
done
wait "$load"
sent=$(json sent <"$T/load")
is "$(json failed <"$T/load") $(json refused <"$T/load")" "0 0" "no request failed: $(head -3 "$T/load.err")"
missing() { echo $((sent - $(status_of traffic.taken) + before - $(status_of traffic.lost))); }
# One that was answered just before may be the last its worker had to say: there is no gap to see then.
accounted() { [ "$(missing)" -le 2 ]; }
wait_until 5 accounted || fail "of $sent records $(missing) are neither there nor counted as lost"
lost=$(status_of traffic.lost)
ok "few of $sent are lost: $lost" [ "$lost" -lt $((sent / 50)) ]
done_ok
