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
kill -TERM "$DEMO"
wait_until 10 gone "$DEMO" || fail "the demo does not end"
done_ok
