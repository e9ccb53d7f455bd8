#!/usr/bin/env bash
# What travels from hop to hop when services pass on less than all, or write it their own way: keys, direct
# pins, strictness, callers, traces, and the number of hops, which ends every loop.
. "$(dirname "$0")/lib.sh"

backends stable pr web sick
serve_start
service cart
service web
service ring
version cart 2026.1 stable stable
version cart pr-1 ephemeral pr
version cart pr-sick ephemeral sick
version web v1 stable web
backend sick '/_health?status=503'

# ---- services that send every request back to the proxy ---------------------------------------------------
"$HELPERS/relay" "$PROXY_PORT" plain all header:baggage baggage:Routing-Session,Routing-Hops >"$T/relays" 2>"$T/relays.err" &
pids+=("$!")
relays_there() { [ "$(wc -l <"$T/relays")" -eq 4 ]; }
wait_until 5 relays_there || die "no relays: $(cat "$T/relays.err")"
while read -r name port; do PORT_of[$name]=$port; done <"$T/relays"
version ring 1 stable plain
version ring pr-all ephemeral all
version ring pr-header ephemeral header
version ring pr-baggage ephemeral baggage
ready cart 2026.1
ready cart pr-1
unhealthy cart pr-sick
ready web v1
ready ring 1
ready ring pr-all
ready ring pr-header
ready ring pr-baggage
must POST /v1/sessions '{"key":"one","pins":{"cart":"pr-1"}}'
for kind in all header baggage; do
	must POST /v1/sessions "{\"key\":\"ring-$kind\",\"pins\":{\"ring\":\"pr-$kind\"}}"
done

record() { # FIELD FILTER: of the newest request with the filter
	api GET "/v1/requests?limit=1&filter=$2"
	json "requests.0.$1" <<<"$BODY"
}
recorded() { [ -n "$(record seq "$1")" ]; }
seen() { wait_until 5 recorded "$1" || fail "no record of $1"; }
member() { arrived baggage | tr , '\n' | sed -n "s/^$1=//p"; }

# ---- callers as SDKs write them ---------------------------------------------------------------------------
n=0
for hop in web%40v1 web@v1 %77eb%40v1; do
	n=$((n + 1))
	get cart "/caller/$n" -H "baggage: user=1,routing-hop=$hop"
	seen "path:/caller/$n"
	is "$(record caller "path:/caller/$n")" web@v1 "the caller in routing-hop=$hop"
done
get cart /long/caller -H 'baggage: routing-hop=web@v1' -H 'baggage: a=1'
seen path:/long/caller
is "$(record caller path:/long/caller)" web@v1 "the caller in several lines"

# ---- direct pins and strictness by baggage alone ------------------------------------------------------------
get web / -H 'Routing-Pins: cart="pr-1", search="pr-9"' -H 'Routing-Strict: 1'
is "$(member routing-pins)" 'cart~pr-1~~search~pr-9' "pins go on as a member"
is "$(member routing-strict)" 1 "and strictness"
is "$(arrived routing-pins)" 'cart="pr-1", search="pr-9"' "the header goes on as it came"
sdk=$(arrived baggage | sed 's/~/%7E/g; s/%40/@/g')
get cart / -H "baggage: $sdk"
is "$BY $REASON" "pr direct-pin" "pins that only baggage carries"
is "$(arrived routing-pins)" 'cart="pr-1", search="pr-9"' "become a header"
is "$(arrived routing-strict)" 1 "strictness that only baggage carries becomes a header"
is "$(arrived baggage | grep -o routing-pins= | wc -l)" 1 "ours is not doubled"
get cart / -H 'baggage: routing-pins=cart~pr-sick,routing-strict=1'
is "$STATUS $REASON" "503 version-unhealthy" "a strict request by baggage alone never passes against stable"
get cart / -H 'baggage: routing-pins=cart~pr-sick'
is "$BY $REASON" "stable version-unhealthy" "a lenient one does"
get cart / -H 'baggage: routing-pins=cart~pr-1' -H 'Routing-Pins: cart="2026.1"'
is "$BY $REASON" "stable direct-pin" "the header wins"
get cart / -H 'baggage: routing-strict=1,routing-pins=cart~pr-sick' -H 'Routing-Strict: 0'
is "$STATUS" 200 "the header of strictness wins"
must POST /v1/sessions '{"key":"firm","policy":"strict","pins":{}}'
get web / -H 'Routing-Session: firm'
is "$(member routing-strict)" 1 "a strict session makes the member"

# ---- strictness of another form -----------------------------------------------------------------------------
for value in true '1, 1' 00 yes; do
	get cart "/strict/${value//[ ,]/-}" -H "Routing-Strict: $value" -H 'Routing-Pins: cart="pr-sick"'
	is "$STATUS $REASON" "503 version-unhealthy" "Routing-Strict: $value is strict"
	seen "path:/strict/${value//[ ,]/-}"
	is "$(record malformed "path:/strict/${value//[ ,]/-}")" true "and noted"
done
for value in 'Routing-Strict: 0' 'Routing-Strict;'; do
	get cart / -H "$value" -H 'Routing-Pins: cart="pr-sick"'
	is "$STATUS" 200 "$value is lenient"
done

# ---- keys that are none ----------------------------------------------------------------------------------------
get web /none -H 'Routing-Session: No Key' -H 'baggage: a=1,routing-session=No Key;p'
is "$REASON" session-unknown "a malformed key"
is "$(arrived routing-session)" "" "is not sent on"
is "$(member routing-session)" "" "nor as a member"
has "$(arrived baggage)" ,a=1 "and the others stay"
get web /unknown -H 'Routing-Session: nobody'
is "$REASON $(arrived routing-session) $(member routing-session)" "session-unknown nobody nobody" "a valid one that is unknown is"
get cart / -H 'Routing-Session: one, one'
is "$BY $REASON $(arrived routing-session)" "pr pinned one" "one key joined with itself"
get cart / -H 'Routing-Session: one, two'
is "$REASON $(arrived routing-session)" "session-unknown " "two keys joined are none"
get cart /d%65coded -H 'baggage: routing-session=o%6ee'
is "$REASON" session-unknown "an encoded key is no key"
get cart /quote -H 'Cookie: a="b; routing-session=one'
is "$REASON" no-session "a quote that is not closed hides the cookie"
seen path:/quote
is "$(record malformed path:/quote)" true "which is noted"

# ---- the list that leaves ----------------------------------------------------------------------------------------
ours='routing-hop=cart%402026.1,routing-hops=1'
list() { # WANTED OPTIONS...
	local wanted=$1
	shift
	get cart / "$@"
	is "$(arrived baggage)" "$wanted" "baggage upstream of $*"
}
list "$ours" -H 'baggage;'
list "$ours" -H 'baggage: ,, ,'
list "$ours,a=1,b=2" -H 'baggage;' -H 'baggage: a=1' -H 'baggage;' -H 'baggage: b=2'
list "$ours,a=1;p=%20,b=2" -H 'baggage: routing-hops,a=1;p=%20,,routing-pins=,junk,=,b=2,'
list "$ours, a = \"x\" ;p,routing=1" -H 'baggage: routing-strict;x=1, a = "x" ;p,routing=1'

# ---- words of the map -----------------------------------------------------------------------------------------------
for word in '~stable' 'session:one' 'cart:strict' 'pr-1:0'; do
	get cart / -H "Routing-Pins: cart=\"$word\""
	is "$STATUS $BY $REASON" "200 stable no-session" "a pin to $word"
	is "$(arrived routing-pins)$(member routing-pins)" "" "a pin to $word is not sent on"
	get cart / -H "baggage: routing-pins=cart~$word"
	is "$STATUS $BY $REASON" "200 stable no-session" "a pin to $word in baggage"
done

# ---- traces ----------------------------------------------------------------------------------------------------------
id=4bf92f3577b34da6a3ce929d0e0e4736 span=00f067aa0ba902b7
get cart
is "$(arrived traceparent)" "" "nothing is added to what carries no session"
get cart / -H "traceparent: 00-$id-$span-00" -H 'tracestate: v=1'
is "$(arrived traceparent) $(arrived tracestate)" "00-$id-$span-00 v=1" "its sampling stays"
get cart / -H 'tracestate: v=1'
is "$(arrived tracestate)" "" "a tracestate without its trace goes"
get cart /later -H 'Routing-Session: one' -H "traceparent: cc-$id-$span-00-later" -H 'tracestate: v=1'
is "$(arrived traceparent) $(arrived tracestate)" "cc-$id-$span-00-later v=1" "a later version stays"
seen path:/later
is "$(record trace path:/later)" $id "and its trace is read"
get cart /plain -H "traceparent: 00-$id-$span-01"
seen path:/plain
is "$(record trace path:/plain)" $id "so is that of a request without a session"
get cart / -H 'Routing-Session: one' -H 'traceparent: nonsense' -H 'tracestate: v=1'
is "$(arrived traceparent | grep -cE '^00-[0-9a-f]{32}-[0-9a-f]{16}-01$')" 1 "one that is none is replaced"
is "$(arrived tracestate)" "" "and takes its tracestate along"
get cart / -H 'Routing-Pins: search="x"'
is "$(arrived traceparent | grep -cE -- '-01$')" 1 "direct pins begin a trace"

# ---- loops -------------------------------------------------------------------------------------------------------------
for kind in all header baggage; do
	get ring "/loop/$kind" -H "Routing-Session: ring-$kind" -H 'Accept: application/json'
	is "$STATUS" 508 "a loop that passes on $kind"
	is "$(header content-type)" application/problem+json "a loop that passes on $kind: type"
	is "$(json hops <<<"$BODY")" 32 "a loop that passes on $kind: the count"
done
get ring /loop/plain
is "$STATUS $REASON" "508 no-session" "a loop without a session"
looped() {
	api GET "/v1/requests?limit=100&filter=path:/loop/$1"
	[ "$(json 'requests.*.status' <<<"$BODY" | wc -l)" -eq 32 ]
}
for kind in all header plain; do
	wait_until 5 looped $kind || fail "a loop of $kind: $(json 'requests.*.status' <<<"$BODY" | wc -l) records"
	is "$(json 'requests.*.status' <<<"$BODY" | sort | uniq -c | tr -s ' ')" " 32 508" "a loop of $kind: records"
	is "$(json 'requests.*.answered_by' <<<"$BODY" | sort | uniq -c | sort -n | tr -s ' ' | head -1)" " 1 proxy" \
		"a loop of $kind: the last hop is the proxy's own answer"
	has "$(json 'requests.*.error' <<<"$BODY")" "loop" "a loop of $kind: the word for it"
	is "$(json 'requests.*.service' <<<"$BODY" | sort -u)" ring "a loop of $kind: the service"
done
api GET "/v1/requests?limit=100&filter=path:/loop/all"
is "$(json 'requests.*.trace' <<<"$BODY" | sort -u | wc -l)" 1 "the chain is one trace"
api GET "/v1/requests?limit=100&filter=path:/loop/plain"
is "$(json 'requests.*.trace' <<<"$BODY" | grep -cE '^[0-9a-f]{32}$')" 16 "also of the second half without a session"

done_ok
