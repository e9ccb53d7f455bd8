#!/usr/bin/env bash
# A record for each request, true in every field: the odd forms of a first line, what the proxy refuses before
# it has read a head, and a connection that was refused.
. "$(dirname "$0")/lib.sh"

backends stable pr-1 pr-2
serve_start
service cart
version cart 1 stable stable
version cart pr-1 ephemeral pr-1 ',"ttl":"1h"'
ready cart 1
ready cart pr-1
must POST /v1/sessions '{"key":"one","pins":{"cart":"pr-1"}}'

# ask TEXT: sends it as it is ($ for CR LF, ~ for NUL, no head of its own), sets GOT to what came back.
ask() {
	exec 7<>"/dev/tcp/127.0.0.1/$PROXY_PORT"
	printf %s "$1" | sed 's/\$/\r\n/g' | tr '~' '\0' >&7
	GOT=$(timeout 15 cat <&7 | tr -d '\r')
	exec 7>&-
}
told() { # COUNT: so many records are there; the answer is in BODY
	api GET '/v1/requests?limit=200'
	[ "$(json 'requests.#' <<<"$BODY")" -ge "$1" ]
}
# record WHAT FIELD=VALUE...: of the newest request; null for what must not be there.
count=0
record() {
	local what=$1 pair got
	shift
	count=$((count + 1))
	wait_until 5 told $count || { fail "$what: not recorded"; count=$((count - 1)); return; }
	RECORD=$(json requests.0 <<<"$BODY")
	for pair in "$@"; do
		got=$(json "${pair%%=*}" <<<"$RECORD")
		is "${got:-null}" "${pair#*=}" "$what: ${pair%%=*}"
	done
}
host="Host: cart.$DOMAIN\$Connection: close\$"
by_stable=(service=cart version=1 answered_by=version status=200 error=null retries=0 "host=cart.$DOMAIN")

# ---- the forms of a request's first line (RFC 9112 section 3.2) -----------------------------------------
ask "OPTIONS * HTTP/1.1\$$host\$"
record "OPTIONS *" method=OPTIONS 'path=*' protocol=HTTP/1.1 service=cart version=1
ask "GET http://cart.$DOMAIN HTTP/1.1\$$host\$"
record "absolute, without a path" method=GET path=/ protocol=HTTP/1.1 "${by_stable[@]}"
ask "GET http://cart.$DOMAIN/a?b=1 HTTP/1.1\$$host\$"
record "absolute" method=GET path=/a protocol=HTTP/1.1 "${by_stable[@]}"
ask "GET /old HTTP/1.0\$Host: cart.$DOMAIN\$\$"
record "HTTP/1.0" path=/old protocol=HTTP/1.0 "${by_stable[@]}"
ask "CONNECT cart.$DOMAIN:443 HTTP/1.1\$Host: cart.$DOMAIN:443\$Connection: close\$\$"
record CONNECT method=CONNECT "path=cart.$DOMAIN:443" protocol=HTTP/1.1 status=501 answered_by=proxy version=null endpoint=null "host=cart.$DOMAIN"
ask "GET /a\"b%22|{} HTTP/1.1\$$host\$"
record "a quote" 'path=/a"b%22|{}' protocol=HTTP/1.1 "${by_stable[@]}"
get cart /two --http2-prior-knowledge
record "HTTP/2" path=/two protocol=HTTP/2.0 "${by_stable[@]}"
get cart "/long?$(head -c 3500 /dev/zero | tr '\0' q)"
record "a long query" path=/long protocol=HTTP/1.1 "${by_stable[@]}"
long=/$(head -c 3500 /dev/zero | tr '\0' p)
get cart "$long"
record "a long path" protocol=HTTP/1.1 "${by_stable[@]}"
has "$long" "$(json path <<<"$RECORD")" "a long path is bounded, not changed"
is "$(json path <<<"$RECORD" | wc -c)" 1025 "a long path is bounded"
get cart "/longer?$(head -c 12000 /dev/zero | tr '\0' q)"
record "longer than the proxy keeps" path=/longer protocol=null "${by_stable[@]}"

# ---- sizes and times ------------------------------------------------------------------------------------
get cart '/_wait?ms=300' -H 'Routing-Session: one' -H 'Content-Type: x' -d "$(head -c 5000 /dev/zero | tr '\0' d)"
answer=${#BODY}
record "a slow one" method=POST path=/_wait service=cart version=pr-1 "endpoint=127.0.0.1:${PORT_of[pr-1]}" session=one carrier=header reason=pinned
# The server's clock for its timers is some milliseconds old.
ok "upstream_ms is the wait: $RECORD" [ "$(json upstream_ms <<<"$RECORD" | cut -d. -f1)" -ge 280 ]
ok "total_ms is no less: $RECORD" [ "$(json total_ms <<<"$RECORD" | cut -d. -f1)" -ge 280 ]
ok "bytes_in are the request's: $RECORD" [ "$(json bytes_in <<<"$RECORD")" -gt 5000 -a "$(json bytes_in <<<"$RECORD")" -lt 6000 ]
ok "bytes_out are the response's: $RECORD" [ "$(json bytes_out <<<"$RECORD")" -ge "$answer" -a "$(json bytes_out <<<"$RECORD")" -lt 3000 ]

# ---- refused before a head was read: nothing is known of host and service --------------------------------
unread=(method=null path=null protocol=null host=null service=null version=null reason=null session=null answered_by=proxy)
ask "GET /x HTTP/1.1\$${host}no colon\$\$"
has "$GOT" "HTTP/1.1 400" "a head that is none"
record "a head that is none" status=400 "error=request is not valid HTTP" "${unread[@]}"
ask "GET /a b c HTTP/1.1\$$host\$"
record "blanks in a path" status=400 "${unread[@]}"
ask "GET http://one.$DOMAIN/ HTTP/1.1\$$host\$"
record "two hosts" status=400 "${unread[@]}"
# HAProxy lets a NUL through, and reads some copies of the header only up to it: what is pinned behind it would not count.
for header in "Routing-Pins: ~,cart=gone" "baggage: ~,routing-session=one" "Routing-Session: one~" "X-Other: a~b" "X~Y: 1"; do
	ask "GET /nul HTTP/1.1\$${host}Routing-Strict: 1\$$header\$\$"
	has "$GOT" "HTTP/1.1 400" "a NUL in ${header%%:*}"
	record "a NUL in ${header%%:*}" status=400 "error=request is not valid HTTP" service=null version=null answered_by=proxy
done
ask "GET /nul~ HTTP/1.1\$$host\$"
record "a NUL in the path" status=400 "${unread[@]}"
exec 7<>"/dev/tcp/127.0.0.1/$PROXY_PORT"
printf 'GET /half HTTP/1.1\r\nHost: ca' >&7
exec 7>&-
record "a client that leaves within its head" "error=client went away" "${unread[@]}"
# A connection on which nothing is asked is no request: browsers open some to have them.
for i in 1 2 3; do exec 7<>"/dev/tcp/127.0.0.1/$PROXY_PORT"; exec 7>&-; done
get nope /unknown
record "an unknown host" path=/unknown status=404 service=null version=null reason=null answered_by=proxy "host=nope.$DOMAIN"

# ---- bodies that break off after the head was sent on ------------------------------------------------------
# begin HEAD PART: connection 7. The part is sent once the version has the head: it answered 100.
begin() {
	local line
	exec 7<>"/dev/tcp/127.0.0.1/$PROXY_PORT"
	printf %s "$1" | sed 's/\$/\r\n/g' >&7
	read -r -t 10 line <&7
	has "$line" "HTTP/1.1 100" "the version waits for the body"
	read -r -t 10 line <&7
	printf %s "$2" | sed 's/\$/\r\n/g' >&7
}
body="POST /body HTTP/1.1\$Host: cart.$DOMAIN\$Expect: 100-continue\$Transfer-Encoding: chunked\$"
to_stable=(path=/body service=cart version=1 answered_by=proxy)
for accept in application/json text/html; do
	begin "${body}Accept: $accept\$\$" "5\$hello\$zz\$"
	GOT=$(timeout 15 cat <&7 | tr -d '\r')
	exec 7>&-
	has "$GOT" "HTTP/1.1 400" "a chunk that is none"
	has "$GOT" '"code":"bad-body"' "a chunk that is none: a problem"
	has "${GOT,,}" $'\n'"content-type: ${accept/json/problem+json}" "a chunk that is none: its type"
	has "${GOT,,}" $'\n''routing-decision: cart="1";reason=no-session' "a chunk that is none: Routing-Decision"
	has "${GOT,,}" 'route;desc="cart@1;reason=no-session"' "a chunk that is none: Server-Timing"
	has "$GOT" '"version":"1"' "a chunk that is none: the version"
	record "a chunk that is none" status=400 "error=request body is not valid HTTP" "${to_stable[@]}"
done
begin "$body\$" "5\$hello\$"
exec 7>&-
record "a client that leaves within its body" status=0 "error=client went away" "${to_stable[@]}"

no_room="a rule failed, most likely for want of room for headers"
# ---- headers that do not fit once ours are added: in the frontend, and in a backend -------------------------
pins=$(for i in $(seq 1100); do printf 'svc-%04d~a-quite-long-version-name-%04d~~' "$i" "$i"; done)
get cart /pins -H "baggage: routing-pins=${pins%~~}"
is "$STATUS $(header content-type) $(json code <<<"$BODY")" "500 application/problem+json proxy-failed" "pins that do not fit twice"
is "$(json service <<<"$BODY") $(json reason <<<"$BODY")" "cart proxy-failed" "pins that do not fit twice: the body"
has "$(json detail <<<"$BODY")" "80 kB: send fewer" "pins that do not fit twice: what to do"
has "$DECISION" 'cart="";reason=proxy-failed;revision=' "pins that do not fit twice: Routing-Decision"
record "pins that do not fit twice" path=/pins service=cart reason=null status=500 answered_by=proxy version=null pinned=null "error=$no_room"
get cart /pins -H "baggage: routing-pins=${pins%~~}" -H 'Accept: text/html' -H "Origin: http://cart.$DOMAIN"
is "$STATUS $(header content-type) $(header vary | paste -sd,)" "500 text/html; charset=utf-8 Accept,Origin" "pins that do not fit twice, as a page"
is "$(header access-control-allow-origin)" "http://cart.$DOMAIN" "pins that do not fit twice: a page of ours reads why"
record "pins that do not fit twice" path=/pins status=500
pins=$(for i in $(seq 650); do printf 'svc-%04d="a-quite-long-version-name-%04d-0123456789abcdef0123456789", ' "$i" "$i"; done)
get cart /lines -H "Routing-Pins: ${pins%, }"
is "$STATUS $(json code <<<"$BODY") $(json reason <<<"$BODY")" "500 proxy-failed proxy-failed" "pins in their header"
has "$DECISION" 'cart="";reason=proxy-failed;revision=' "pins in their header: Routing-Decision"
record "pins in their header" path=/lines service=cart reason=null status=500 answered_by=proxy version=null "error=$no_room"

# ---- a switch to another protocol that nobody asked for, or that was not passed on --------------------------
"$HELPERS/tunnel" serve chat >"$T/chat" 2>"$T/chat.err" &
pids+=("$!")
wait_until 5 test -s "$T/chat" || die "no server of tunnels: $(cat "$T/chat.err")"
read -r _ PORT_of[chat] <"$T/chat"
service chat
version chat 1 stable chat
ready chat 1
strange=(service=chat version=1 answered_by=proxy status=502 "error=changed to a protocol that was not asked for")
for upgrade in foo h2c; do
	get chat /_switch -H 'Connection: upgrade' -H "Upgrade: $upgrade"
	is "$STATUS $(json code <<<"$BODY") $(json version <<<"$BODY")" "502 bad-answer 1" "101 to an upgrade to $upgrade"
	has "$DECISION" 'chat="1";reason=no-session' "101 to an upgrade to $upgrade: Routing-Decision"
	record "101 to an upgrade to $upgrade" "${strange[@]}"
done
get chat /_switch -H 'Connection: upgrade' -H 'Upgrade: foo' -H 'Routing-Strict: 1' -H 'Routing-Pins: chat="1"' -H 'Accept: text/html'
is "$STATUS $(header content-type)" "502 text/html; charset=utf-8" "101 to a strict request, as a page"
record "101 to a strict request" "${strange[@]}" reason=direct-pin
get chat /_switch
is "$STATUS $(json code <<<"$BODY")" "502 bad-answer" "101 to no upgrade"
record "101 to no upgrade" "${strange[@]:0:4}"

# ---- a refused connection: stable answers, and the record says what happened ------------------------------
must PUT /v1/services/cart '{"health":{"path":"/healthz","interval":"1h"}}'
version cart pr-2 ephemeral pr-2 ',"ttl":"1h"'
ready cart pr-2
must POST /v1/sessions '{"key":"two","pins":{"cart":"pr-2"}}'
backend stable '/_listen?on=0&name=pr-2'
get cart /refused -H 'Routing-Session: two'
is "$STATUS $BY $REASON" "200 stable version-unhealthy" "a refused connection"
record "a refused connection" path=/refused "${by_stable[@]:0:5}" retries=1 reason=version-unhealthy session=two
done_ok
