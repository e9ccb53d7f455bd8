#!/usr/bin/env bash
# Every row of the decision table, lenient and strict, by curl against the running system; and that the
# log says the same as the answer.
. "$(dirname "$0")/lib.sh"

backends stable good sick late gone other
serve_start
service cart
service search
service empty
version cart 2026.1 stable stable
version cart pr-good ephemeral good
version cart pr-sick ephemeral sick
version cart pr-gone ephemeral gone
backend late '/_health?status=503'
version cart pr-late ephemeral late
version search 2026.1 stable other
ready cart 2026.1
ready cart pr-good
ready cart pr-sick
ready cart pr-gone
ready search 2026.1

session() { must POST /v1/sessions "{\"key\":\"$1-lenient\",\"pins\":$2${3:-}}" && must POST /v1/sessions "{\"key\":\"$1-strict\",\"policy\":\"strict\",\"pins\":$2${3:-}}"; }
session other '{"search":"2026.1"}'
session good '{"cart":"pr-good"}'
session sick '{"cart":"pr-sick"}'
session late '{"cart":"pr-late"}'
session gone '{"cart":"pr-gone"}'
session short '{"cart":"pr-good"}' ',"ttl":"1s"'
session ended '{"cart":"pr-good"}'
must DELETE /v1/sessions/ended-lenient
must DELETE /v1/sessions/ended-strict
must DELETE /v1/services/cart/versions/pr-gone
backend stable '/_listen?name=sick&on=0'
unhealthy cart pr-sick
over() { api GET "/v1/sessions/short-strict"; [ "$STATUS" = 410 ]; }
wait_until 5 over || fail "a session of one second is there after five"

case_no=0
record() { # FIELD: of the request made last
	json "requests.0.$1" <<<"$RECORD"
}
recorded() {
	api GET "/v1/requests?limit=1&filter=path:/case$case_no"
	RECORD=$BODY
	[ -n "$(record seq)" ]
}
# row WHAT "STATUS BY REASON [INTENDED]" SERVICE OPTIONS...: BY is - when the proxy answers itself.
row() {
	local what=$1 service=$3 status by reason intended type control
	read -r status by reason intended <<<"$2"
	shift 3
	case_no=$((case_no + 1))
	get "$service" "/case$case_no" "$@"
	type=$(header content-type)
	control=$(header cache-control)
	ANSWER=$BODY
	is "$STATUS ${BY:--} $REASON" "$status $by $reason" "$what"
	if [ "$status" = 503 ]; then
		has "$type" application/problem+json "$what: a problem document"
		is "$control" no-store "$what: not to be cached"
		has "$ANSWER" "$reason" "$what: it says the reason"
	fi
	wait_until 5 recorded || fail "$what: there is no record"
	is "$(record reason)" "$reason" "$what: the record's reason"
	is "$(record status)" "$status" "$what: the record's status"
	is "$(record intended)" "${intended:-null}" "$what: what was intended"
	is "$(record answered_by)" "$([ "$by" = - ] && echo proxy || echo version)" "$what: who answered"
}
strict=(-H 'Routing-Strict: 1')
s() { printf 'Routing-Session: %s' "$1"; }


# ---- stable is up ------------------------------------------------------------------------------------
row "no-session, lenient" "200 stable no-session" cart
row "no-session, strict" "200 stable no-session" cart "${strict[@]}"
row "no-pin, lenient" "200 stable no-pin" cart -H "$(s other-lenient)"
row "no-pin, strict session" "200 stable no-pin" cart -H "$(s other-strict)"
row "pinned, lenient" "200 good pinned" cart -H "$(s good-lenient)"
row "pinned, strict session" "200 good pinned" cart -H "$(s good-strict)"
row "direct-pin, lenient" "200 good direct-pin" cart -H 'Routing-Pins: cart="pr-good"'
row "direct-pin, strict" "200 good direct-pin" cart -H 'Routing-Pins: cart="pr-good"' "${strict[@]}"
six=(-H 'Routing-Pins: a="1"' -H 'Routing-Pins: b="1"' -H 'Routing-Pins: c="1"' -H 'Routing-Pins: d="1"' -H 'Routing-Pins: e="1"' -H 'Routing-Pins: search="pr-9", cart="pr-good"')
row "direct-pin, in the last of six lines" "200 good direct-pin" cart "${six[@]}"
get cart "${six[@]}"
is "$(arrived baggage)" 'routing-pins=a~1~~b~1~~c~1~~d~1~~e~1~~search~pr-9~~cart~pr-good,routing-hop=cart%40pr-good,routing-hops=1' "all of them go on as baggage"
row "direct-pin, gone, in the last of seven lines, strict" "503 - version-gone" cart "${six[@]}" -H 'Routing-Pins: cart="pr-gone"' "${strict[@]}"
many=$(seq -f 's%04.0f="v"' -s ', ' 1 1999)
row "direct-pin, the last of 2,000" "200 good direct-pin" cart -H "Routing-Pins: $many, cart=\"pr-good\""
row "direct-pin, gone, the last of 2,000, strict" "503 - version-gone" cart -H "Routing-Pins: $many, cart=\"pr-gone\"" "${strict[@]}"
many=$(seq -f 's%04.0f~v~~' -s '' 1 1999)
row "direct-pin, gone, the last of 2,000 in the baggage, strict" "503 - version-gone" cart -H "baggage: routing-pins=${many}cart~pr-gone,routing-strict=1"
row "session-unknown, lenient" "200 stable session-unknown" cart -H "$(s never-there)"
row "session-unknown, strict" "503 - session-unknown" cart -H "$(s never-there)" "${strict[@]}"
row "session-unknown, malformed, strict" "503 - session-unknown" cart -H "$(s Not--A--Key)" "${strict[@]}"
row "session-expired, lenient" "200 stable session-expired" cart -H "$(s short-lenient)"
row "session-expired, strict session" "503 - session-expired" cart -H "$(s short-strict)"
row "session-expired, ended, lenient" "200 stable session-expired" cart -H "$(s ended-lenient)"
row "session-expired, ended, strict session" "503 - session-expired" cart -H "$(s ended-strict)"
row "version-gone, lenient" "200 stable version-gone" cart -H "$(s gone-lenient)"
row "version-gone, strict session" "503 - version-gone" cart -H "$(s gone-strict)"
has "$ANSWER" pr-gone "the tombstone's facts"
row "version-gone, direct, lenient" "200 stable version-gone" cart -H 'Routing-Pins: cart="pr-gone"'
row "version-gone, direct, strict" "503 - version-gone" cart -H 'Routing-Pins: cart="pr-gone"' "${strict[@]}"
row "version-unhealthy, lenient" "200 stable version-unhealthy" cart -H "$(s sick-lenient)"
row "version-unhealthy, strict session" "503 - version-unhealthy" cart -H "$(s sick-strict)"
is "$(record version) $(record pinned)" "null pr-sick" "whose failure it is, where nothing served"
row "version-unhealthy, lenient session, strict request" "503 - version-unhealthy" cart -H "$(s sick-lenient)" "${strict[@]}"
is "$(record pinned)" "pr-sick" "that of the session"
row "version-unhealthy, a direct pin" "200 stable version-unhealthy" cart -H 'Routing-Pins: cart="pr-sick"'
is "$(record version) $(record pinned)" "2026.1 pr-sick" "whose failure it is, where stable served"
row "pinned" "200 good pinned" cart -H "$(s good-strict)"
is "$(record version) $(record pinned)" "pr-good " "none where the version served"
api GET '/v1/requests?limit=9&filter=service:cart+version:pr-sick'
is "$(json 'requests.#' <<<"$BODY")" 4 "found by the version's name"
row "version-unhealthy, starting, lenient" "200 stable version-unhealthy" cart -H "$(s late-lenient)"
row "version-unhealthy, starting, strict session" "503 - version-unhealthy" cart -H "$(s late-strict)"
row "strict: what is not pinned is stable" "200 other no-pin" search -H "$(s good-strict)"
get cart -H "$(s good-strict)"
is "$(arrived routing-strict)" 1 "a strict session is strict upstream"
get cart -H "$(s good-lenient)"
is "$(arrived routing-strict)" "" "a lenient one is not"

# ---- stable is down ----------------------------------------------------------------------------------
backend good '/_listen?name=stable&on=0'
unhealthy cart 2026.1
row "stable-down, no-session" "503 - stable-down no-session" cart
row "stable-down, no-session, strict" "503 - stable-down no-session" cart "${strict[@]}"
row "stable-down, no-pin" "503 - stable-down no-pin" cart -H "$(s other-lenient)"
row "stable-down, no-pin, strict" "503 - stable-down no-pin" cart -H "$(s other-strict)"
row "stable-down, pinned all the same" "200 good pinned" cart -H "$(s good-lenient)"
row "stable-down, pinned all the same, strict" "200 good pinned" cart -H "$(s good-strict)"
row "stable-down, direct pin all the same" "200 good direct-pin" cart -H 'Routing-Pins: cart="pr-good"'
row "stable-down, session-unknown" "503 - stable-down session-unknown" cart -H "$(s never-there)"
row "stable-down, session-expired" "503 - stable-down session-expired" cart -H "$(s short-lenient)"
row "stable-down, version-gone" "503 - stable-down version-gone" cart -H "$(s gone-lenient)"
row "stable-down, version-unhealthy" "503 - stable-down version-unhealthy" cart -H "$(s sick-lenient)"
row "strict keeps its reason" "503 - version-gone" cart -H "$(s gone-strict)"
row "strict keeps its reason" "503 - version-unhealthy" cart -H "$(s sick-strict)"
row "no version at all" "503 - stable-down no-session" empty
backend good '/_listen?name=stable&on=1'
ready cart 2026.1
row "stable again" "200 stable no-session" cart

done_ok
