#!/usr/bin/env bash
# What the proxy answers itself: a problem with the reason, or a page for a browser; which pages of other origins
# may read what; and heads as large as clients send.
. "$(dirname "$0")/lib.sh"

backends stable pr-1 shop
SERVER=h2server backends odd
serve_start
service cart
service shop
service slow '{"health":{"path":"/healthz","interval":"200ms"},"timeouts":{"response":"1s"}}'
version cart 1 stable stable
version slow 1 stable stable
version shop 1 stable shop
version cart pr-1 ephemeral pr-1 ',"ttl":"1h"'
version cart pr-2 ephemeral odd ',"ttl":"1h"'
ready cart 1
ready shop 1
ready slow 1
ready cart pr-1
ready cart pr-2
must PUT /v1/services/empty '{}'
must POST /v1/sessions '{"key":"odd","pins":{"cart":"pr-2"}}'
must POST /v1/sessions '{"key":"strict","policy":"strict","pins":{"cart":"pr-1"}}'
must PUT /v1/services/cart/versions/pr-1 '{"kind":"ephemeral","endpoints":["127.0.0.1:1"],"ttl":"1h"}'
unhealthy cart pr-1

# ---- each is a problem with the reason, and a page where a page is wanted ---------------------------------
own() { # STATUS CODE DECISION SERVICE OPTIONS...
	local status=$1 code=$2 decision=$3
	shift 3
	get "$@"
	is "$STATUS $(header content-type) $(header cache-control)" "$status application/problem+json no-store" "$code"
	is "$(json code <<<"$BODY") $(json status <<<"$BODY")" "$code $status" "$code: its body is JSON: $BODY"
	ok "$code: with a reason" [ -n "$(json reason <<<"$BODY")" ]
	has "$DECISION" "$decision" "$code: Routing-Decision"
	get "$@" -H 'Accept: text/html,application/xhtml+xml,*/*;q=0.8'
	is "$STATUS $(header content-type) $(header cache-control)" "$status text/html; charset=utf-8 no-store" "$code, as a page"
	has "$BODY" "<!doctype html>" "$code, as a page"
	has "$BODY" "\"code\":\"$code\"" "$code, as a page: the facts"
	is "${BODY: -6}" "</pre>" "$code, as a page: it ends"
	get "$@" -H 'Accept: application/json, text/html'
	is "$(header content-type)" application/problem+json "$code: JSON comes first"
}
own 404 service-unknown '*="";reason=service-unknown' nope
own 404 service-unknown '*="";reason=service-unknown' example.org
own 502 bad-answer 'cart="pr-2";reason=pinned;session="odd"' cart /broken -H 'Routing-Session: odd'
is "$(json version <<<"$BODY") $(json session <<<"$BODY") $(json reason <<<"$BODY")" "pr-2 odd pinned" "502: who was asked"
own 504 no-answer 'slow="1";reason=no-session' slow '/_wait?ms=20000'
own 508 loop 'cart="";reason=no-session' cart -H 'Routing-Hops: 31'
own 503 stable-down 'empty="";reason=stable-down' empty
own 503 version-unhealthy 'cart="";reason=version-unhealthy;session="strict"' cart -H 'Routing-Session: strict'
own 503 version-gone 'cart="";reason=version-gone' cart -H 'Routing-Pins: cart="never"' -H 'Routing-Strict: 1'
own 503 session-unknown 'cart="";reason=session-unknown' cart -H 'Routing-Session: never' -H 'Routing-Strict: 1'
evil='<script>alert(1)</script>'
get cart -H "Routing-Pins: cart=\"$evil\"" -H 'Routing-Strict: 1' -H 'Accept: text/html'
hasnt "$BODY" "<script" "no tag of a client in a page"
get "x$evil.$DOMAIN" -H 'Accept: text/html'
hasnt "$BODY" "<script" "no tag of a client in a page"
api PUT /v1/services/cart/versions/pr-3 "{\"kind\":\"ephemeral\",\"endpoints\":[\"127.0.0.1:2\"],\"pr\":{\"number\":3,\"author\":\"$evil\"}}"
api DELETE /v1/services/cart/versions/pr-3
version_gone() { get cart -H 'Routing-Pins: cart="pr-3"' -H 'Routing-Strict: 1' -H 'Accept: text/html' && [ "$REASON" = version-gone ]; }
wait_until 5 version_gone || fail "pr-3 is not gone: $BODY"
hasnt "$BODY" "<script" "no tag of an author in a page"
get cart / -I -H 'Routing-Session: strict'
is "$STATUS" 503 "HEAD"

# ---- who may read it: pages of the environment's own hosts --------------------------------------------------
reads() { # ORIGIN, of a 503
	get cart -H 'Routing-Session: strict' -H "Origin: $1"
	echo "$(header access-control-allow-origin) $(header access-control-allow-credentials) $(header access-control-expose-headers)"
}
for origin in "http://shop.$DOMAIN:$PROXY_PORT" "https://shop.$DOMAIN" "http://odd--shop.$DOMAIN:$PROXY_PORT" "http://cart.$DOMAIN"; do
	is "$(reads "$origin")" "$origin true Routing-Decision, Server-Timing" "a page of $origin reads why"
done
for origin in "http://nope.$DOMAIN" http://example.org null "http://shop.$DOMAIN.example.org" "http://example.org#shop.$DOMAIN" "ftp://shop.$DOMAIN"; do
	is "$(reads "$origin")" "  " "a page of $origin does not"
done
get nope -H "Origin: http://shop.$DOMAIN"
is "$(header access-control-allow-origin)" "http://shop.$DOMAIN" "a 404 can be read too"
# The preflight of a request that will be refused passes, or no page would get to the reason.
get empty -X OPTIONS -H "Origin: http://shop.$DOMAIN" -H 'Access-Control-Request-Method: POST' -H 'Access-Control-Request-Headers: content-type,routing-session'
is "$STATUS $(header access-control-allow-headers)" "200 content-type,routing-session" "a preflight of a service that is down"
has "$(header access-control-allow-methods)" POST "a preflight of a service that is down"
get empty -X OPTIONS -H "Origin: http://example.org" -H 'Access-Control-Request-Method: POST' -H 'Access-Control-Request-Headers: content-type'
is "$STATUS" 503 "but not of a foreign page"

# ---- what versions allow -------------------------------------------------------------------------------------
preflight() { # ALLOWED ASKED: what is allowed in the end
	get cart "/_allow?origin=$1&headers=x-own" -X OPTIONS -H "Origin: http://page.example" -H 'Access-Control-Request-Method: GET' -H "Access-Control-Request-Headers: $2"
	header access-control-allow-headers | paste -sd'|'
}
is "$(preflight http://page.example 'authorization,baggage,routing-pins,routing-session,x-own')" "x-own|baggage,routing-pins,routing-session" "ours that were asked for are added"
is "$(preflight '*' 'routing-strict, traceparent')" "x-own|routing-strict, traceparent" "for any origin"
is "$(preflight '*' 'Routing-Session')" "x-own|routing-session" "in any case of letters"
is "$(preflight '*' 'x-own,my-routing-session,baggages')" "x-own" "nothing else"
is "$(preflight http://other.example 'routing-session')" "x-own" "not where the version allows another origin"
is "$(preflight '' 'routing-session')" "x-own" "nor where it allows none"
get cart '/_allow?origin=*' -H 'Origin: http://page.example'
is "$(header access-control-expose-headers)" "Routing-Decision, Server-Timing" "a page that may read an answer may read where it came from"
get cart '/_allow?origin=' -H 'Origin: http://page.example'
is "$(header access-control-expose-headers)" "" "a page that may not, may not"

# ---- heads ---------------------------------------------------------------------------------------------------
fields() { # COUNT BYTES: as a file of curl's, so many fields and so many bytes in all, the first line counted
	local n=$1 left
	printf 'X-%03d: 0\n' $(seq "$((n - 1))")
	left=$(($2 - (n - 1) * 10 - 200))
	[ "$left" -gt 0 ] && printf 'X-Long: %s\n' "$(head -c "$left" /dev/zero | tr '\0' x)"
}
for form in --http1.1 --http2-prior-knowledge; do
	fields 180 100 >"$T/many"
	get cart /many $form -H 'Routing-Session: one' -H @"$T/many"
	is "$STATUS $(arrived x-179 | wc -l)" "200 1" "200 fields, $form"
	fields 2 65300 >"$T/large"
	get cart /large $form -H 'Routing-Session: one' -H 'baggage: a=1' -H @"$T/large"
	is "$STATUS $(arrived routing-session)" "200 one" "64 kB of head, $form"
done
done_ok
