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
fds=()
for ((i = 0; i < 100; i++)); do
	exec {fd}<>"/dev/tcp/${API%:*}/${API##*:}" || die "connection $i"
	fds+=("$fd")
	printf 'PUT /v1/services/cart HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n' >&"$fd"
	head -c 999999 /dev/zero >&"$fd" 2>/dev/null
done
must POST /v1/sessions '{"key":"meanwhile"}'
# So much is kept of them as status says; who came first is told to come again.
unread_is() { api GET /v1/status && [ "$(json limits.unread_bytes.used <<<"$BODY")" "$@" ]; }
most=$(status_of limits.unread_bytes.max)
[ -n "$most" ] || die "status knows no bound of what is unread: $BODY"
ok "unread are $most bytes at most" unread_is -le "$most"
ok "and nearly as many are kept" unread_is -gt $((most - 2000000))
# A connection that is closed while its client still sends is reset, and then the words may not arrive.
refused=0 words=0
for fd in "${fds[@]}"; do
	IFS= read -r -t 0.01 line <&"$fd" 2>/dev/null
	rc=$?
	[[ $rc -eq 0 && $line == 'HTTP/1.1 503 '* ]] && words=$((words + 1))
	[ $rc -le 128 ] && refused=$((refused + 1))
	exec {fd}>&-
done
ok "$refused of 100 are refused" test "$refused" -ge $((100 - most / 1000000 - 1)) -a "$refused" -lt 100
ok "$words of them are told why" test "$words" -ge $((refused / 2))
wait_until 20 unread_is -eq 0 || fail "what came of them is kept when they are gone: $BODY"

# ---- 30 tails of an expression that branches ---------------------------------------------------------
# Hundredths of a second that the loop has been at work, of those that have passed.
worked() { awk '{print $14 + $15}' "/proc/$SERVE_PID/task/$SERVE_PID/stat"; }
passed() { awk '{print int($1 * 100)}' /proc/uptime; }
path=/$(printf 'abcde%.0s' {1..180})
"$HELPERS/load" --proxy "$PROXY" --host "cart.$DOMAIN" --target "$path" --rate 300 --seconds 20 >/dev/null 2>&1 &
pids+=($!)
nasty='/((a|b|c)*(b|c|d)*(c|d|e)*(d|e|a)*){1,9}(x|y|z){9}q$/'
for ((i = 0; i < 30; i++)); do
	curl -sSNG --max-time 30 "http://$API/v1/requests/tail" --data-urlencode "filter=$nasty" >"$T/tail$i" 2>/dev/null &
	pids+=($!)
done
held_are() { [ "$(status_of limits.held_requests.used)" = "$1" ]; }
wait_until 10 held_are 30 || fail "30 tails: $BODY"
from=$(worked) begun=$(passed)
told() { grep -qh '"why":"the filter takes more time' "$T"/tail*; }
wait_until 15 told || fail "no tail is told that it costs too much: $(cat "$T/tail0" | head -3)"
for ((i = 0; i < 30; i++)); do must POST /v1/sessions "{\"key\":\"beside$i\"}"; done
from=$(($(worked) - from)) begun=$(($(passed) - begun))
ok "the loop has time for others: at work for $from of $begun hundredths of a second" test "$from" -lt $((begun * 6 / 10))
done_ok
