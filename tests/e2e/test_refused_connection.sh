#!/usr/bin/env bash
# A lenient request to a version that has just died is answered by stable at once, whatever became stable how;
# and the twins that make it so are seen nowhere.
. "$(dirname "$0")/lib.sh"

backends stable next extra a1 a2 b1 b2 c1 c2 d1
serve_start
# No check is to notice: the request does.
service cart '{"health":{"path":"/healthz","interval":"1h"}}'
version cart 1 stable stable
ready cart 1
for v in a1 a2 b1 b2 c1 c2 d1; do version cart $v ephemeral $v ',"ttl":"1h"'; done
for v in a1 a2 b1 b2 c1 c2 d1; do ready cart $v; done

# Of two that die, the quicker, by the proxy's own clock: a loaded machine is not a proxy that waits.
at_once() { # NAME STABLE VERSION...
	local name=$1 by=$2 v
	shift 2
	for v in "$@"; do
		backend stable "/_listen?on=0&name=$v"
		get cart "/died/$name" -H "Routing-Pins: cart=\"$v\""
		is "$STATUS $BY $REASON" "200 $by version-unhealthy" "$name: $v died"
	done
	wait_until 5 recorded "$name" || fail "$name: not recorded: $BODY"
	v=$(json 'requests.*.total_ms' <<<"$BODY" | sort -n | head -1)
	ok "$name: at once, not after $v ms" [ "${v%.*}" -lt 700 ]
	get cart /gone -H "Routing-Pins: cart=\"$1\""
	is "$STATUS $BY $REASON" "200 $by version-unhealthy" "$name: and it counts as unhealthy"
}
recorded() { api GET "/v1/requests?limit=200&filter=path:/died/$1"; [ "$(json 'requests.#' <<<"$BODY")" = 2 ]; }
at_once loaded stable a1 a2
must PUT '/v1/services/cart/versions/2' "{\"kind\":\"ephemeral\",\"endpoints\":[\"127.0.0.1:${PORT_of[next]}\",\"127.0.0.1:${PORT_of[extra]}\"]}"
ready cart 2
must POST /v1/services/cart/stable '{"version":"2"}'
by_next() { get cart; [ "$BY" != stable ]; }
wait_until 5 by_next || fail "the promoted one does not serve"
backend next '/_listen?on=0&name=extra'
one_down() { for _ in 1 2 3 4; do get cart; [ "$BY" = next ] || return 1; done; }
wait_until 5 one_down || fail "the endpoint that is left does not serve alone"
at_once promoted-one-left next b1 b2
# A connection that stays open keeps the worker that the reload replaces.
ask_old() { # TARGET [HEADER]
	printf 'GET %s HTTP/1.1\r\nHost: cart.%s\r\n%b\r\n' "$1" "$DOMAIN" "${2:-}" >&8
	IFS= read -r -t 5 answer <&8
}
exec 8<>"/dev/tcp/127.0.0.1/$PROXY_PORT"
ask_old /
has "$answer" " 200 " "the connection that stays open"
reloads=$(status_of proxy.reloads)
must PUT /v1/services/other '{"health":{"path":"/healthz","interval":"200ms"}}'
reloaded() { [ "$(status_of proxy.reloads)" -gt "$reloads" ]; }
wait_until 10 reloaded || fail "no reload: $BODY"
at_once reloaded next c1 c2
# A worker that was replaced does not say for the new one who is down: that one has not seen it, and checks seldom.
long_ago() { [ "$(date +%s%N)" -gt "$long_ago" ]; }
long_ago=$(($(date +%s%N) + 3000000000))
wait_until 10 long_ago
while IFS= read -r -t 0.05 _ <&8; do :; done
backend stable '/_listen?on=0&name=d1'
ask_old /by-the-old-one 'Routing-Pins: cart="d1"\r\n'
has "$answer" " 200 " "what the old worker answers"
old_recorded() { api GET "/v1/requests?filter=path:/by-the-old-one"; [ "$(json 'requests.0.reason' <<<"$BODY")" = version-unhealthy ]; }
wait_until 5 old_recorded || fail "the old worker's request is not recorded: $BODY"
state_in_proxy() { "$HELPERS/logline" ask "$T/data/proxy/runtime.sock" 'show servers state cart' | awk '$4 == "d1:0" {print $6}'; }
is "$(version_state cart d1) $(state_in_proxy)" "ready 2" "what is known of it"
get cart /gone -H 'Routing-Pins: cart="d1"'
is "$STATUS $BY $REASON" "200 next version-unhealthy" "the new worker finds out"
unhealthy cart d1
is "$(state_in_proxy)" 0 "what the proxy knows of it then"
backend stable '/_listen?on=1&name=d1'
ready cart d1
exec 8<&-

# ---- nothing but the servers themselves is ever named ----------------------------------------------------
have() { api GET '/v1/requests?limit=200&filter=path:/died/*'; [ "$(json 'requests.#' <<<"$BODY")" = 6 ]; }
wait_until 5 have || fail "each is recorded: $BODY"
is "$(json 'requests.*.endpoint' <<<"$BODY" | sort | uniq -c | awk '{print $1, $2}' | paste -sd' ')" \
	"$(printf '%s\n' "2 127.0.0.1:${PORT_of[stable]}" "4 127.0.0.1:${PORT_of[next]}" | sort -k2 | paste -sd' ')" "the endpoint that served"
is "$(json 'requests.*.version' <<<"$BODY" | sort -u | paste -sd' ')" "1 2" "the version that served"
is "$(json 'requests.*.retries' <<<"$BODY" | grep -c '^0$')" 0 "tried again, and told"
hasnt "$BODY" '0t' "no twin in a record"
api GET /v1/services/cart/versions/2
hasnt "$BODY" '0t' "no twin in a version"
hasnt "$(cat "$T/data/proxy/state")" '0t' "no twin in what a start begins with"
stable_down() { get cart; [ "$STATUS $REASON" = "503 stable-down" ]; }
backend stable '/_listen?on=0&name=next'
wait_until 5 stable_down || fail "stable with no endpoint left is down: $STATUS $REASON"

done_ok
