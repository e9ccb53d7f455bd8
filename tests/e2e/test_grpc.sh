#!/usr/bin/env bash
# gRPC over h2c with prior knowledge: unary calls, streams, deadlines, cancellation and trailers, and 1,000 calls
# of four sessions on one connection. The clients are curl and nghttp.
. "$(dirname "$0")/lib.sh"

CALLS=${CALLS:-1000}
names=(stable a b c d)
SERVER=h2server backends "${names[@]}"
serve_start
# Without a path its health is a connection.
service cart '{"protocol":"h2c","health":{"interval":"200ms"}}'
version cart 1 stable stable
for v in a b c d; do version cart $v ephemeral $v ',"ttl":"1h"'; done
ready cart 1
for v in a b c d; do ready cart $v; done
for v in a b c; do must POST /v1/sessions "{\"key\":\"s-$v\",\"pins\":{\"cart\":\"$v\"}}"; done
must POST /v1/sessions '{"key":"s-d","policy":"strict","pins":{"cart":"d"}}'

printf '\0\0\0\0\5hello' >"$T/message"
grpc=(--http2-prior-knowledge -H 'Content-Type: application/grpc' -H 'TE: trailers' --data-binary "@$T/message")
# call METHOD OPTIONS...: sets HEADERS (with the trailers) and BY; the answer is in $T/body.
call() {
	local method=$1
	shift
	: >"$T/body"
	: >"$T/headers"
	TIMES=$(curl -sS -o "$T/body" -D "$T/headers" -w '%{time_starttransfer} %{time_total}' --max-time 10 "${grpc[@]}" \
		-H "Host: cart.$DOMAIN" "$@" "http://$PROXY/echo.Echo/$method" 2>"$T/curl.err")
	CODE=$?
	HEADERS=$(tr -d '\r' <"$T/headers")
	BY=$(header backend)
}
record() { # PATH FIELD=VALUE...: of the newest with the path
	local path=$1 pair
	shift
	wait_until 5 recorded "$path" || fail "$path: not recorded"
	for pair in "$@"; do is "$(json "requests.0.${pair%%=*}" <<<"$BODY")" "${pair#*=}" "$path: ${pair%%=*}"; done
}
recorded() { api GET "/v1/requests?limit=1&filter=path:$1"; [ "$(json 'requests.#' <<<"$BODY")" = 1 ]; }

# ---- unary: the message, the trailers, and the version of each carrier ---------------------------------------
unary() { # WANTED OPTIONS...
	local by=$1
	shift
	call Unary "$@"
	is "$BY $(header grpc-status) $(header said-by)" "$by 0 $by" "unary $*: by whom, and the trailers"
	ok "unary $*: the message comes back" cmp -s "$T/message" "$T/body"
}
unary stable
unary a -H 'Routing-Session: s-a'
unary b -H 'baggage: x=1,routing-session=s-b'
unary c -H 'Cookie: routing-session=s-c'
unary d -H 'Routing-Session: s-d'
unary d -H 'Routing-Pins: cart="d"'
has "$(header routing-decision)" 'cart="d";reason=direct-pin' "the decision is a header of the call"
record /echo.Echo/Unary status=200 protocol=HTTP/2.0 method=POST version=d answered_by=version error=null

# ---- a stream of the server: each message when it is sent ----------------------------------------------------
call Stream -N -H 'Routing-Session: s-a'
is "$BY $(header grpc-status) $(wc -c <"$T/body")" "a 0 50" "a stream of five messages"
ok "the first comes before the last is sent: $TIMES" awk "BEGIN {split(\"$TIMES\", t); exit !(t[2] - t[1] > 0.15)}"
record /echo.Echo/Stream status=200 version=a
ok "its record lasts as long as it did" [ "$(json requests.0.total_ms <<<"$BODY" | cut -d. -f1)" -ge 200 ]

# ---- deadlines -------------------------------------------------------------------------------------------------
call Slow -H 'Routing-Session: s-b' -H 'grpc-timeout: 100m'
is "$CODE $BY $(header grpc-status)" "0 b 4" "the deadline is the server's to keep: it arrives there"
call Slow -H 'Routing-Session: s-c' -H 'grpc-timeout: 9000m' --max-time 0.5
is "$CODE $BY" "28 c" "a caller whose own deadline is over leaves"
left() { recorded /echo.Echo/Slow && [ "$(json requests.0.session <<<"$BODY")" = s-c ]; }
wait_until 5 left || fail "a call that was left is not recorded: $BODY"
is "$(json requests.0.version <<<"$BODY") $(json requests.0.error <<<"$BODY")" "c client went away or broke HTTP/2" "a call that was left"

# ---- many calls of four sessions on one connection, by a client that is none of ours ---------------------------
targets=()
for v in a b c d; do targets+=("http://$PROXY/echo.Echo/Many?routing-session=s-$v"); done
nghttp -nv -m $((CALLS / 4)) -d "$T/message" -H ":authority: cart.$DOMAIN" -H 'content-type: application/grpc' -H 'te: trailers' \
	"${targets[@]}" >"$T/calls" 2>&1
is "$(grep -c '] Connected' "$T/calls")" 1 "one connection"
# Of each stream: the session it was sent for, the version that answered, and the trailers.
awk '/send HEADERS frame/ {split($0, at, "stream_id="); sub(/>.*/, "", at[2]); id = at[2]}
	/:path: .*routing-session=/ {sub(/.*routing-session=s-/, ""); sent[id] = $0}
	/recv \(stream_id=[0-9]+\) (backend|said-by|grpc-status):/ {match($0, /stream_id=[0-9]+/); id = substr($0, RSTART + 10, RLENGTH - 10); got[id] = got[id] " " $NF}
	END {for (id in sent) print sent[id] got[id]}' "$T/calls" | sort | uniq -c | awk '{$1 = $1} 1' >"$T/answers"
is "$(paste -sd, "$T/answers")" "$(for v in a b c d; do echo "$((CALLS / 4)) $v $v 0 $v"; done | paste -sd,)" "each by the version of its session, with trailers"
counts() { "$UMBRA" logs -n $((CALLS + 10)) -o ndjson path:/echo.Echo/Many 2>/dev/null >"$T/log"; [ "$(wc -l <"$T/log")" -ge "$CALLS" ]; }
wait_until 10 counts || fail "every call is recorded: $(wc -l <"$T/log")"
is "$(sed 's/.*"version":"\([^"]*\)".*"session":"s-\([^"]*\)".*/\1 \2/' "$T/log" | sort | uniq -c | awk '{print $1, $2, $3}' | paste -sd,)" \
	"$((CALLS / 4)) a a,$((CALLS / 4)) b b,$((CALLS / 4)) c c,$((CALLS / 4)) d d" "and truly"
done_ok
