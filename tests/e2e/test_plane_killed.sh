#!/usr/bin/env bash
# kill -9 of the control plane during writes: what was acknowledged is there after a restart, no revision
# and no sequence number is given twice, and HAProxy served all the while and is adopted.
. "$(dirname "$0")/lib.sh"

backends stable pr
serve_start
service cart
version cart 1 stable stable
version cart pr-1 ephemeral pr
ready cart 1
ready cart pr-1
must POST /v1/sessions '{"key":"kept","pins":{"cart":"pr-1"}}'
first_pid=$(proxy_pid)
ok "HAProxy runs" alive "$first_pid"

"$HELPERS/load" --proxy "$PROXY" --host "cart.$DOMAIN" --header 'Routing-Session: kept' --rate 200 \
	>"$T/load" 2>"$T/load.err" &
load=$!
pids+=("$load")

# Writes sessions one after another; each that is acknowledged is noted with its revision.
writer() {
	local n=0 answer code
	while :; do
		n=$((n + 1))
		answer=$(curl -sS --max-time 5 -w '\n%{http_code}' -X POST -H 'Content-Type: application/json' \
			-d "{\"key\":\"w$1-$n\",\"pins\":{\"cart\":\"pr-1\"}}" "http://$API/v1/sessions" 2>/dev/null) || return 0
		code=${answer##*$'\n'}
		[ "$code" = 201 ] || return 0
		printf 'w%s-%s %s\n' "$1" "$n" "$(json revision <<<"${answer%$'\n'*}")" >>"$T/acknowledged"
	done
}
at_least() { [ "$(wc -l <"$T/acknowledged")" -ge "$1" ]; }
newest_seq() { api GET "/v1/requests?limit=1" && json requests.0.seq <<<"$BODY"; }

: >"$T/acknowledged"
for round in 1 2 3; do
	before=$(wc -l <"$T/acknowledged")
	writer "$round-a" &
	a=$!
	writer "$round-b" &
	b=$!
	wait_until 20 at_least $((before + 30)) || fail "round $round: no 30 writes"
	seq_before=$(newest_seq)
	kill -KILL "$SERVE_PID"
	wait "$SERVE_PID" 2>/dev/null
	wait "$a" "$b"
	get cart -H 'Routing-Session: kept'
	is "$STATUS $BY" "200 pr" "round $round: routes without a control plane"
	serve_start
	is "$(proxy_pid)" "$first_pid" "round $round: the same HAProxy"
	api GET /v1/environment
	json sessions.* <<<"$BODY" >"$T/sessions.now"
	paste -d' ' <(json key <"$T/sessions.now") <(json revision <"$T/sessions.now") | sort >"$T/there"
	lost=$(sort "$T/acknowledged" | comm -23 - "$T/there")
	is "$lost" "" "round $round: every acknowledged write is there as it was"
	highest=$(cut -d' ' -f2 "$T/acknowledged" | sort -n | tail -1)
	must POST /v1/sessions "{\"key\":\"after-$round\"}"
	new=$(json revision <<<"$BODY")
	printf 'after-%s %s\n' "$round" "$new" >>"$T/acknowledged"
	ok "round $round: revision $new is above $highest" test "$new" -gt "$highest"
	newer() { local now; now=$(newest_seq) && [ -n "$now" ] && [ "$now" -gt "$seq_before" ]; }
	wait_until 5 newer || fail "round $round: sequence numbers do not go on above $seq_before: $(newest_seq)"
done
is "$(cut -d' ' -f2 "$T/acknowledged" | sort | uniq -d)" "" "no revision twice"

api GET "/v1/requests?limit=1000"
json requests.*.seq <<<"$BODY" >"$T/seqs"
is "$(sort "$T/seqs" | uniq -d)" "" "no sequence number twice"

ready cart pr-1
get cart -H 'Routing-Session: kept'
is "$BY $REASON" "pr pinned" "pins hold after three restarts"
stop "$load"
is "$(json failed <"$T/load") $(json refused <"$T/load")" "0 0" "no request failed: $(head -3 "$T/load.err")"
ok "the load was one" test "$(json sent <"$T/load")" -gt 400

haproxy=$first_pid
stop "$SERVE_PID"
ok "TERM stops HAProxy too" wait_until 5 gone "$haproxy"
stop "$BACKEND_PID"
is "$(ours)" "" "nothing is left running"
done_ok
