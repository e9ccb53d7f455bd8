#!/usr/bin/env bash
# Nothing becomes a tunnel but a WebSocket: behind an upgrade to h2c, or CONNECT, later requests on the
# connection would go where the first went, past the rules and without a record.
. "$(dirname "$0")/lib.sh"

SERVER=h2server backends stable pr-1 pr-2
serve_start
service cart
version cart 1 stable stable
version cart pr-1 ephemeral pr-1 ',"ttl":"1h"'
version cart pr-2 ephemeral pr-2 ',"ttl":"1h"'
ready cart 1
ready cart pr-1
ready cart pr-2
must POST /v1/sessions '{"key":"one","pins":{"cart":"pr-1"}}'
must POST /v1/sessions '{"key":"two","policy":"strict","pins":{"cart":"pr-2"}}'

# raw TEXT: sends it as it is ($ for CR LF), prints what comes back until the proxy closes.
raw() {
	exec 7<>"/dev/tcp/127.0.0.1/$PROXY_PORT"
	printf %s "$1" | sed 's/\$/\r\n/g' >&7
	timeout 5 cat <&7 | tr -d '\r\0'
	exec 7>&-
}
names() { grep -ao '"backend":"[^"]*"' <<<"$1" | cut -d'"' -f4 | paste -sd' '; }
records() { # PATH: how many there are, and their sessions in order
	api GET "/v1/requests?limit=50&filter=path:$1"
	json 'requests.*.session' <<<"$BODY" | sort | paste -sd' '
}
recorded() { [ "$(records "$1")" = "$2" ]; }

host="Host: cart.$DOMAIN\$"
last="GET /PATH HTTP/1.1\$${host}Connection: close\$Routing-Session: two\$\$"

# ---- every upgrade but one, and what follows on the same connection goes its own way -----------------
followed() { # PATH HEADERS
	local got
	got=$(raw "GET /$1 HTTP/1.1\$${host}Routing-Session: one\$$2\$$(sed "s,PATH,$1," <<<"$last")")
	is "$(names "$got")" "pr-1 pr-2" "$1: each request by its own headers"
	is "$(grep -ac '^HTTP/1.1 101' <<<"$got")" 0 "$1: nothing is switched"
	is "$(grep -aicE '"(upgrade|http2-settings): |"connection: .*(upgrade|settings)' <<<"$got")" 0 "$1: the version is not asked for it"
	wait_until 5 recorded "/$1" "one two" || fail "$1: both are recorded: $(records "/$1")"
}
settings='HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA$'
followed curl "User-Agent: curl/7.88.1\$Accept: */*\$Connection: Upgrade, HTTP2-Settings\$Upgrade: h2c\$$settings"
followed java "Connection: Upgrade, HTTP2-Settings\$Content-Length: 0\$HTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA\$Upgrade: h2c\$User-Agent: Java-http-client/17.0.15\$"
# HAProxy itself refuses what names a WebSocket without its key.
key='Sec-WebSocket-Version: 13$Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==$'
followed list "Connection: upgrade, http2-settings, x\$Upgrade: h2c, websocket\$$settings$key"
followed lines "Connection: Upgrade, HTTP2-Settings\$Upgrade: h2c\$Upgrade: websocket\$$settings$key"
followed swapped "Connection: Upgrade\$Connection: HTTP2-Settings\$Upgrade: websocket\$Upgrade: h2c\$$settings"
followed tls "Connection: Upgrade\$Upgrade: TLS/1.0\$"
followed case "CONNECTION: UPGRADE, HTTP2-SETTINGS\$UPGRADE: H2C\$$settings"
followed alone "Upgrade: h2c\$"
got=$(raw "GET /none HTTP/1.1\$${host}Connection: Upgrade, HTTP2-Settings\$Upgrade: h2c\$$settings\$$(sed 's,PATH,none,' <<<"$last")")
is "$(names "$got")" "stable pr-2" "without a session too"

# The programs themselves.
out=$(curl -sS --http2 --max-time 10 -H "Host: cart.$DOMAIN" -H 'Routing-Session: one' "http://$PROXY/a" --next \
	-sS --http2 --max-time 10 -H "Host: cart.$DOMAIN" -H 'Routing-Session: two' "http://$PROXY/b" 2>&1)
is "$(names "$out")" "pr-1 pr-2" "curl --http2, two requests"
got=$(raw "GET /tunnel HTTP/1.1\$${host}Routing-Session: one\$Connection: close\$\$")
is "$(grep -ac '^HTTP/1.1 101' <<<"$got")" 0 "a version that switches unasked does not get a tunnel"

# ---- strict: never stable, whatever is asked for -----------------------------------------------------
must PUT /v1/services/cart/versions/pr-2 '{"kind":"ephemeral","endpoints":["127.0.0.1:1"],"ttl":"1h"}'
unhealthy cart pr-2
got=$(raw "GET /strict HTTP/1.1\$${host}Routing-Session: two\$Connection: Upgrade, HTTP2-Settings\$Upgrade: h2c\$$settings\$$(sed 's,PATH,strict,' <<<"$last")")
is "$(grep -ao 'HTTP/1.1 503' <<<"$got" | wc -l) $(names "$got")" "2 " "strict, with an upgrade: 503 both times"

# ---- CONNECT -----------------------------------------------------------------------------------------
connect() { # WHAT GOT
	has "$2" "HTTP/1.1 501" "$1"
	has "$2" '"code":"tunnel-refused"' "$1: says why"
	has "$(tr 'A-Z' 'a-z' <<<"$2")" 'content-type: application/problem+json' "$1"
	has "$(tr 'A-Z' 'a-z' <<<"$2")" 'cache-control: no-store' "$1"
	has "$(tr 'A-Z' 'a-z' <<<"$2")" 'routing-decision: *="";reason=tunnel-refused' "$1"
}
connect CONNECT "$(raw "CONNECT cart.$DOMAIN:80 HTTP/1.1\$Host: cart.$DOMAIN:80\$Connection: close\$\$")"
connect "CONNECT of a session" "$(raw "CONNECT cart.$DOMAIN:80 HTTP/1.1\$Host: cart.$DOMAIN:80\$Routing-Session: one\$Connection: close\$\$")"
is "$(curl -sS -o /dev/null -w '%{http_connect}' --max-time 5 -p -x "http://$PROXY" "http://cart.$DOMAIN:81/" 2>/dev/null)" 501 "curl -p"
told() { # FILTER FIELD VALUE
	api GET "/v1/requests?limit=1&filter=$1"
	[ "$(json "requests.0.$2" <<<"$BODY")" = "$3" ]
}
wait_until 5 told status:501 path "cart.$DOMAIN:81" || fail "CONNECT is recorded: $BODY"
is "$(json requests.0.method <<<"$BODY") $(json requests.0.answered_by <<<"$BODY")" "CONNECT proxy" "CONNECT is recorded"

# Over HTTP/2 a tunnel to anything but a WebSocket is asked for by CONNECT with a protocol (RFC 8441).
for protocol in - h2c tcp connect-udp "h2c, websocket"; do
	out=$("$HELPERS/h2connect" "$PROXY_PORT" "cart.$DOMAIN" "$protocol" routing-session one 2>&1)
	case $out in
	*": 501"* | "reset "*) checks=$((checks + 1)) ;;
	*) fail "CONNECT of HTTP/2 with protocol '$protocol': $out" ;;
	esac
done
has "$("$HELPERS/h2connect" "$PROXY_PORT" "cart.$DOMAIN" websocket routing-session one sec-websocket-version 13)" \
	": 502" "a WebSocket of HTTP/2 gets to its version, which here knows only one key"

# ---- WebSocket goes through, to the version it was opened to ------------------------------------------
socket() { # WANTED HEADERS
	local got
	exec 7<>"/dev/tcp/127.0.0.1/$PROXY_PORT"
	printf %s "GET /socket HTTP/1.1\$${host}Connection: keep-alive, Upgrade\$Upgrade: WebSocket\$$key$2\$" | sed 's/\$/\r\n/g' >&7
	got=$(while IFS= read -r -t 5 line <&7 && [ "$line" != $'\r' ]; do echo "${line%$'\r'}"; done)
	has "$got" "HTTP/1.1 101" "a WebSocket is opened"
	has "$(tr 'A-Z' 'a-z' <<<"$got")" "backend: $1" "by the session's version"
	has "$got" "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" "with its answer"
	# "Hello", masked, from RFC 6455 section 5.7; and back without the mask.
	printf '\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58' >&7
	is "$(timeout 5 head -c 7 <&7 | od -An -tx1 | tr -d ' \n')" 810548656c6c6f "a frame goes there and back"
	exec 7>&-
}
socket pr-1 'Routing-Session: one$'
socket pr-1 'Cookie: a=b; routing-session=one$'
socket stable ''
websockets() { [ "$(records /socket)" = "null one one" ]; }
wait_until 5 websockets || fail "each WebSocket is recorded when it ends: $(records /socket)"
wait_until 5 told 'path:/socket%20session:one' status 101 || fail "with its status: $BODY"
is "$(json requests.0.answered_by <<<"$BODY") $(json requests.0.version <<<"$BODY")" "version pr-1" "and who answered"
done_ok
