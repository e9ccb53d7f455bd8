#!/usr/bin/env bash
# A service that passes neither session nor trace on: the map of the session names it as the likely loser where
# nothing else explains the call, and says how many calls other traffic may have caused as well.
. "$(dirname "$0")/lib.sh"
export LC_ALL=C.UTF-8

backends gateway profile
serve_start
service gateway
service profile
version gateway 1 stable gateway
version profile 2 stable profile
ready gateway 1
ready profile 2
must POST /v1/sessions '{"key":"mine","pins":{"gateway":"1"}}'
# At another time gateway passes its name on: so it is known to call profile.
get profile /known -H "baggage: routing-hop=gateway%401"

# under_way SESSION: a request to gateway that takes its time; it has been sent when this returns.
under_way() {
	local said=$T/said.$((++asked))
	curl -svo /dev/null -H "Host: gateway.$DOMAIN" ${1:+-H "Routing-Session: $1"} \
		"http://$PROXY/_wait?ms=1500" 2>"$said" &
	pids+=("$!")
	slow+=("$!")
	wait_until 5 grep -q '^> GET' "$said" || fail "no request is sent"
}
asked=0
slow=()
all_answered() {
	wait "${slow[@]}"
	slow=()
}
figure() {
	api GET "/v1/traffic?by=edge&session=mine"
	json "$1" <<<"$BODY"
}
# edge: "CALLER SERVICE COUNT LOST LIKELY USUAL" of what is called without the session
edge() {
	api GET "/v1/traffic?by=edge&session=mine"
	paste -d' ' <(json 'edges.*.caller' <<<"$BODY") <(json 'edges.*.service' <<<"$BODY") \
		<(json 'edges.*.count' <<<"$BODY") <(json 'edges.*.lost' <<<"$BODY") \
		<(json 'edges.*.likely' <<<"$BODY") <(json 'edges.*.likely_usual' <<<"$BODY") | grep '^gateway@1 '
}
edge_is() { [ "$(edge)" = "$1" ]; }

under_way mine
get profile /silent
all_answered
wait_until 10 edge_is "gateway@1 profile 1 0 1 1" || fail "the likely loser: $(edge) $BODY"
is "$(figure likely) $(figure unclear)" "1 0" "how many are likely"
"$UMBRA" session map mine >"$T/map" 2>"$T/map.err"
has "$(cat "$T/map")" "LIKELY" "session map: a column of its own"
has "$(grep '^gateway@1 ' "$T/map")" "profile" "session map: who probably lost it"
has "$(cat "$T/map.err")" "1 request counted under LIKELY" "session map says that it is a likelihood"

# Somebody else's request is under way as well: nobody is named.
under_way mine
under_way ""
get profile /whose
all_answered
unclear_is() { [ "$(figure unclear)" = "$1" ]; }
wait_until 10 unclear_is 1 || fail "what other traffic may have caused: $BODY"
is "$(edge)" "gateway@1 profile 1 0 1 1" "nobody is named for it"
"$UMBRA" session map mine >"$T/map" 2>"$T/map.err"
has "$(cat "$T/map.err")" "other traffic may have caused" "session map says what it cannot know"
done_ok
