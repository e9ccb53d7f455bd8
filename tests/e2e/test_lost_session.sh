#!/usr/bin/env bash
# Who drops the session: schedule's pr-540 does, in the demo, on its calls to profile. The figures by edge
# say so, and nobody else is blamed.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_demo.sh"

# "CALLER SERVICE LOST COUNT" of each edge that lost a session.
edges() {
	local body
	body=$(curl -sS "http://$DEMO_API/v1/traffic?by=edge")
	paste -d' ' <(json 'edges.*.caller' <<<"$body") <(json 'edges.*.service' <<<"$body") \
		<(json 'edges.*.lost' <<<"$body") <(json 'edges.*.count' <<<"$body") | grep -v ' 0 [0-9]*$'
}
is_found() { edges | grep -q '^schedule@pr-540 profile '; }

demo_start
SESSION=$(curl -sS "http://$DEMO_API/v1/sessions" | json 'sessions.*.key' | grep '^qa-seats')
for _ in 1 2 3 4 5; do
	curl -sS -o "$T/page" -H "Routing-Session: $SESSION" -H "Host: gateway.$DOMAIN" "http://$DEMO_PROXY/"
done
wait_until 20 is_found || fail "the edge from schedule@pr-540 to profile has lost nothing: $(edges)"
lost=$(edges)
is "$(cut -d' ' -f1 <<<"$lost" | sort -u)" schedule@pr-540 "who loses sessions"
is "$(awk '{print ($3 > 0 && $3 == $4)}' <<<"$lost" | sort -u)" 1 "all that pr-540 sends is lost: $lost"

# The same for one session alone: its hops and no other's, which of them were pinned, and where it was lost.
calls() { # "CALLER SERVICE VERSION COUNT PINNED WITHOUT LOST" of each edge of $OWN
	local body
	body=$(curl -sS "http://$DEMO_API/v1/traffic?by=edge&session=$OWN")
	paste -d' ' <(json 'edges.*.caller' <<<"$body" | sed 's/^$/-/') <(json 'edges.*.service' <<<"$body") \
		<(json 'edges.*.version' <<<"$body") <(json 'edges.*.count' <<<"$body") \
		<(json 'edges.*.pinned' <<<"$body") <(json 'edges.*.without' <<<"$body") \
		<(json 'edges.*.lost' <<<"$body") | sort
}
has_lost_all() { calls | grep -q '^schedule@pr-540 profile [^ ]* 3 0 3 3$'; }
OWN=$("$UMBRA" session create own --pin schedule=pr-540 --url "http://$DEMO_API" -o json | json key)
for _ in 1 2 3; do
	curl -sS -o "$T/page" -H "Routing-Session: $OWN" -H "Host: gateway.$DOMAIN" \
		"http://$DEMO_PROXY/class/3"
done
wait_until 20 has_lost_all || fail "the session's own edges: $(calls)"
is "$(calls | sed 's/@2026[^ ]*/@stable/; s/ 2026[^ ]*/ stable/')" "- gateway stable 3 0 0 0
gateway@stable schedule pr-540 3 3 0 0
schedule@pr-540 profile stable 3 0 3 3" "the map of one session"
body=$(curl -sS "http://$DEMO_API/v1/traffic?by=edge&session=$OWN")
is "$(json requests <<<"$body") $(json complete <<<"$body")" "9 true" "how many hops, and whether all"
trace=$(json 'edges.*.lost_trace' <<<"$body" | grep -v null | grep .)
is "$(curl -sS "http://$DEMO_API/v1/requests?filter=trace:$trace+service:gateway" | json 'requests.*.session')" "$OWN" \
	"the trace that is named"
has "$("$UMBRA" session map "$OWN" --url "http://$DEMO_API")" schedule@pr-540 "umbra session map"
is "$(curl -sS "http://$DEMO_API/v1/traffic?by=edge&session=nobody-0000" | json requests)" 0 "of a session without requests"
kill -TERM "$DEMO"
wait_until 10 gone "$DEMO" || fail "the demo does not end"
done_ok
