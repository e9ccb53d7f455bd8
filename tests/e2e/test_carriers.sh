#!/usr/bin/env bash
# The session key in each carrier, by plain curl: which one counts, what goes on upstream, what comes back,
# and how hosts are read.
. "$(dirname "$0")/lib.sh"

backends stable pr other
serve_start
service cart
service search
version cart 2026.1 stable stable
version cart pr-1 ephemeral pr ',"ttl":"1h"'
version search 2026.1 stable other
ready cart 2026.1
ready cart pr-1
ready search 2026.1
must POST /v1/sessions '{"key":"one","pins":{"cart":"pr-1"}}'
must POST /v1/sessions '{"key":"two","pins":{}}'

# ---- each carrier, and the command line's curl -------------------------------------------------------
get cart
is "$BY $REASON" "stable no-session" "no carrier"
is "$(header cache-control)" "" "no carrier: nothing forbids a cache"
carried() { # WHAT OPTIONS...
	local what=$1
	shift
	get "$@"
	is "$STATUS $BY $REASON" "200 pr pinned" "$what"
	has "$DECISION" 'cart="pr-1"' "$what: the decision names the version"
	has "$DECISION" 'session="one"' "$what: and the session"
	is "$(header cache-control)" no-store "$what: not to be cached"
	has "$(header server-timing)" "" "$what: Server-Timing"
	is "$(arrived routing-session)" one "$what: the header goes on"
	has "$(arrived baggage)" routing-session=one "$what: the baggage member goes on"
	has "$(arrived baggage)" routing-hop=cart%40pr-1 "$what: who serves is told to the next hop"
	is "$(arrived traceparent | grep -cE '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$')" 1 "$what: there is a trace"
}
carried header cart -H 'Routing-Session: one'
carried baggage cart -H 'baggage: routing-session=one'
carried query cart '/x?a=1&routing-session=one'
carried cookie cart -H 'Cookie: a=b; routing-session=one'
carried host one--cart
get search -H 'Routing-Session: one'
is "$BY $REASON" "other no-pin" "another service of the session"
out=$("$UMBRA" curl --session one cart/ -s)
is "$(json backend <<<"$out")" pr "umbra curl --session"

# ---- precedence: header, baggage, query, cookie, host ------------------------------------------------
first() { # WHAT REASON OPTIONS...
	local what=$1 reason=$2
	shift 2
	get "$@"
	is "$REASON" "$reason" "$what"
}
first "header before baggage" no-pin cart -H 'Routing-Session: two' -H 'baggage: routing-session=one'
first "baggage before query" pinned cart '/?routing-session=two' -H 'baggage: routing-session=one'
first "query before cookie" pinned cart '/?routing-session=one' -H 'Cookie: routing-session=two'
first "cookie before host" no-pin one--cart -H 'Cookie: routing-session=two'
first "first header line" pinned cart -H 'Routing-Session: one' -H 'Routing-Session: two'
first "first query pair" pinned cart '/?routing-session=one&routing-session=two'
first "empty is absent" pinned cart -H 'Routing-Session;' -H 'baggage: routing-session=one'
first "malformed is unknown, no further carrier" session-unknown cart -H 'Routing-Session: ONE' -H 'baggage: routing-session=one'
first "the query is not decoded" session-unknown cart '/?routing-session=o%6ee'
first "names are exact" no-session cart '/?xrouting-session=one' -H 'Cookie: xrouting-session=one'

# ---- baggage as W3C writes it ------------------------------------------------------------------------
first "blanks and properties" pinned cart -H $'baggage: a=1 ,\trouting-session = one ; prop=1;x'
first "several lines are one list" pinned cart -H 'baggage: a=1' -H 'baggage: b=2' -H 'baggage: c=3' -H 'baggage: routing-session=one'
first "a fifth line is not read" no-session cart -H 'baggage: a=1' -H 'baggage: b=2' -H 'baggage: c=3' -H 'baggage: d=4' -H 'baggage: routing-session=one'
first "first duplicate wins" pinned cart -H 'baggage: routing-session=one,routing-session=two'
get cart -H 'baggage: a=1;p, routing-session=one, z=%20' -H 'Routing-Session: one'
has "$(arrived baggage | paste -sd,)" 'a=1;p' "others keep their bytes"
has "$(arrived baggage | paste -sd,)" 'z=%20' "others keep their bytes"
is "$(arrived baggage | grep -o routing-session= | wc -l)" 1 "ours is not doubled"
is "$(arrived routing-session | wc -l)" 1 "one header line"

# ---- conflicts are logged ----------------------------------------------------------------------------
get cart /conflict -H 'Routing-Session: one' -H 'Cookie: routing-session=two'
record() { # FIELD FILTER: of the newest request with the filter
	api GET "/v1/requests?limit=1&filter=$2"
	json "requests.0.$1" <<<"$BODY"
}
recorded() { [ -n "$(record seq "$1")" ]; }
wait_until 5 recorded path:/conflict || fail "no record of the conflict"
is "$(record conflict path:/conflict)" true "two carriers differ"
is "$(record carrier path:/conflict)" header "the one that counted"
is "$(record carriers path:/conflict)" '["header","cookie"]' "those that were found"
is "$(record reason path:/conflict)" pinned "and the reason"

# ---- direct pins -------------------------------------------------------------------------------------
first "a direct pin" direct-pin cart -H 'Routing-Pins: cart="pr-1"'
is "$BY" pr "a direct pin"
is "$(arrived routing-pins)" 'cart="pr-1"' "it travels on"
first "for another service" no-pin cart -H 'Routing-Session: two' -H 'Routing-Pins: search="x"'
first "the last duplicate wins" direct-pin cart -H 'Routing-Pins: cart="nope", cart="pr-1"'
first "it wins over the session" direct-pin cart -H 'Routing-Session: one' -H 'Routing-Pins: cart="2026.1"'
is "$BY" stable "it wins over the session"
first "another form is ignored" no-session cart -H 'Routing-Pins: cart=pr-1'

# ---- hosts -------------------------------------------------------------------------------------------
by_host() { # WANTED HOST
	get "$2"
	is "$STATUS $BY" "200 $1" "Host: $2"
}
by_host stable "CART.$DOMAIN"
by_host stable "cart.$DOMAIN:$PROXY_PORT"
by_host stable "cart.$DOMAIN.:80"
by_host pr "one--cart.$DOMAIN."
must PUT /v1/services/shop '{"hosts":["shop.example"],"health":{"path":"/healthz","interval":"200ms"}}'
version shop 1 stable other ',"commit":"abc"'
ready shop 1
by_host other shop.example
by_host other "SHOP.example.:$PROXY_PORT"
get nope
is "$STATUS" 404 "an unknown service"
has "$(header content-type)" application/problem+json "an unknown service"
has "$BODY" '"cart"' "the known ones are named"
has "$BODY" "$API" "and where the API is"
get example.org
is "$STATUS" 404 "an unknown host"

done_ok
