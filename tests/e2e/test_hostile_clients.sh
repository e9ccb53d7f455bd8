#!/usr/bin/env bash
# Clients that make the control plane work for nothing: bodies that never end, tails whose filters cost time.
# Others are served all the same, and the memory is given back.
. "$(dirname "$0")/lib.sh"

backends stable
serve_start
service cart
version cart 1 stable stable
ready cart 1

# ---- 100 bodies that do not end ----------------------------------------------------------------------
rss() { awk '/VmRSS/ {print $2}' "/proc/$SERVE_PID/status"; } # kB
before=$(rss)
fds=()
for ((i = 0; i < 100; i++)); do
	exec {fd}<>"/dev/tcp/${API%:*}/${API##*:}" || die "connection $i"
	fds+=("$fd")
	printf 'PUT /v1/services/cart HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n' >&"$fd"
	head -c 999999 /dev/zero >&"$fd" 2>/dev/null
done
most=$(rss)
must POST /v1/sessions '{"key":"meanwhile"}'
ok "what is not read takes $((most - before)) kB at most" test $((most - before)) -lt 80000
ok "status counts it" test "$(status_of limits.unread_bytes.used)" -le "$(status_of limits.unread_bytes.max)"
for fd in "${fds[@]}"; do exec {fd}>&-; done
given_back() { [ $(($(rss) - before)) -lt 12000 ]; }
wait_until 20 given_back || fail "the memory is not given back: $before kB before, $(rss) kB now, $(status_of limits.unread_bytes.used) B unread, $(status_of limits.connections.used) connections"

# ---- 30 tails of an expression that branches ---------------------------------------------------------
writes() { # KEY: milliseconds that 30 writes take
	local begun i
	begun=$(date +%s%N)
	for ((i = 0; i < 30; i++)); do must POST /v1/sessions "{\"key\":\"$1$i\"}"; done
	echo $((($(date +%s%N) - begun) / 1000000))
}
path=/$(printf 'abcde%.0s' {1..180})
alone=$(writes alone)
"$HELPERS/load" --proxy "$PROXY" --host "cart.$DOMAIN" --target "$path" --rate 300 --seconds 20 >/dev/null 2>&1 &
pids+=($!)
nasty='/((a|b|c)*(b|c|d)*(c|d|e)*(d|e|a)*){1,9}(x|y|z){9}q$/'
for ((i = 0; i < 30; i++)); do
	curl -sSNG --max-time 30 "http://$API/v1/requests/tail" --data-urlencode "filter=$nasty" >"$T/tail$i" 2>/dev/null &
	pids+=($!)
done
told() { grep -qh '"why":"the filter takes more time' "$T"/tail*; }
wait_until 15 told || fail "no tail is told that it costs too much: $(cat "$T/tail0" | head -3)"
beside=$(writes beside)
note "30 writes: $alone ms alone, $beside ms beside the tails"
ok "writes go on beside them ($alone ms alone, $beside ms beside)" test "$beside" -lt $((alone * 4 + 1500))
done_ok
