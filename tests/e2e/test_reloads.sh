#!/usr/bin/env bash
# A WebSocket stays open and its bytes come through over many reloads, the worker that holds it stays for it alone,
# and its request is recorded when it ends. RELOADS says how many; SOAK=1: 40, with one more left open at each of
# the first eight, which makes later reloads rarer.
. "$(dirname "$0")/lib.sh"

reloads=${RELOADS:-10}
extra=0
[ -n "${SOAK:-}" ] && reloads=${RELOADS:-40} extra=8

"$HELPERS/tunnel" serve chat >"$T/chat.out" 2>"$T/chat.err" &
pids+=($!)
wait_until 5 test -s "$T/chat.out" || die "no server for the tunnel"
read -r _ "PORT_of[chat]" <"$T/chat.out"
backends stable
serve_start
service chat
service cart
version chat 1 stable chat
version cart 1 stable stable
ready chat 1
ready cart 1

talk() { # NAME: a tunnel; its figures are in $T/NAME when it is stopped
	"$HELPERS/tunnel" "$PROXY" "chat.$DOMAIN" "/$1" >"$T/$1" 2>"$T/$1.err" &
	talkers+=("$1:$!")
	pids+=($!)
	wait_until 5 grep -q open "$T/$1" || fail "no tunnel: $(cat "$T/$1.err")"
}
talkers=()
talk first
"$HELPERS/load" --proxy "$PROXY" --host "cart.$DOMAIN" --rate 100 >"$T/load" 2>"$T/load.err" &
load=$!
pids+=("$load")

reloaded() { [ "$(status_of proxy.reloads)" -gt "$1" ]; }
for ((i = 1; i <= reloads; i++)); do
	before=$(status_of proxy.reloads)
	service "new-$i" '{}'
	wait_until 60 reloaded "$before" || fail "no reload for service $i: $BODY"
	[ "$i" -le "$extra" ] && talk "more-$i"
done
has "$(<"$T/data/proxy/haproxy.cfg")" "mworker-max-reloads 2147483647" "no number of reloads ends a worker"
old=$(status_of proxy.old_workers)
ok "the worker that holds it is told of: $old" [ "$old" -ge 1 ]
ok "so is its memory" [ "$(status_of proxy.old_workers_bytes)" -gt 0 ]
for talker in "${talkers[@]}"; do
	stop "${talker#*:}"
	figures=$(tail -1 "$T/${talker%%:*}")
	is "$(json open <<<"$figures") $(json cut <<<"$figures")" "1 0" "${talker%%:*} was not cut: $figures"
	is "$(json heard <<<"$figures")" "$(json said <<<"$figures")" "${talker%%:*}: what was said came back"
done
stop "$load"
is "$(json failed <"$T/load") $(json refused <"$T/load")" "0 0" "no request failed: $(head -3 "$T/load.err")"
recorded() { [ "$("$UMBRA" logs path:/first -o ndjson | json status)" = 101 ]; }
wait_until 10 recorded || fail "the tunnel is not recorded: $("$UMBRA" logs path:/first -o ndjson)"
none_left() { [ "$(status_of proxy.old_workers)" = 0 ]; }
wait_until 25 none_left || fail "old workers stay: $(status_of proxy.old_workers)"
done_ok
