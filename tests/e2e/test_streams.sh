#!/usr/bin/env bash
# The parts of a stream arrive as they are sent: events and chunked uploads every 50 ms, on HTTP/1.1 both ways.
# Without it they wait for each other, up to 200 ms. On a loaded machine some are late; most are not.
. "$(dirname "$0")/lib.sh"

PARTS=${PARTS:-30}
SERVER=h2server backends stable pr-1
serve_start
service cart
version cart 1 stable stable
version cart pr-1 ephemeral pr-1 ',"ttl":"1h"'
ready cart 1
ready cart pr-1
must POST /v1/sessions '{"key":"one","pins":{"cart":"pr-1"}}'

events() { # OPTIONS...: "COUNT LATE"
	curl -sSN --max-time 20 -H "Host: cart.$DOMAIN" "$@" "http://$PROXY/events?$PARTS" | {
		local count=0 late=0 line now
		while IFS= read -r line; do
			now=${EPOCHREALTIME/[.,]/}
			case $line in
			data:*) count=$((count + 1)) && [ $((now - ${line#data: } / 1000)) -gt 40000 ] && late=$((late + 1)) ;;
			esac
		done
		echo "$count $late"
	}
}
uploads() { # OPTIONS...
	for ((i = 0; i < PARTS; i++)); do
		printf '%s000\n' "${EPOCHREALTIME/[.,]/}"
		sleep 0.05
	done | curl -sS --no-progress-meter -N --max-time 20 -T . -H 'Expect:' -H "Host: cart.$DOMAIN" "$@" "http://$PROXY/times" >"$T/times"
	echo "$(json lines <"$T/times") $(json late <"$T/times")"
}
in_time() { # WHAT "COUNT LATE"
	is "${2% *}" "$PARTS" "$1: all arrive"
	ok "$1: as they are sent, of $2 late" [ "${2#* }" -lt $((PARTS / 2)) ]
}
in_time "events" "$(events)"
in_time "events of a session" "$(events -H 'Routing-Session: one')"
in_time "events to a client of HTTP/2" "$(events --http2-prior-knowledge)"
in_time "a chunked upload" "$(uploads)"
in_time "a chunked upload of a session" "$(uploads -H 'Routing-Session: one')"

# ---- a stream is recorded when it ends, with its whole time -----------------------------------------------------
recorded() { api GET '/v1/requests?limit=10&filter=path:/events'; [ "$(json 'requests.#' <<<"$BODY")" = 3 ]; }
wait_until 5 recorded || fail "streams are recorded: $BODY"
is "$(json 'requests.*.session' <<<"$BODY" | paste -sd' ')" "null one null" "with their sessions"
is "$(json 'requests.*.error' <<<"$BODY" | paste -sd' ')" "null null null" "and nothing went wrong"
for ms in $(json 'requests.*.total_ms' <<<"$BODY"); do
	ok "with its whole time, $ms ms" [ "${ms%.*}" -ge $((PARTS * 50 - 100)) ]
done
for ms in $(json 'requests.*.upstream_ms' <<<"$BODY"); do
	ok "and when it began to answer, $ms ms" [ "${ms%.*}" -lt $((PARTS * 50 - 500)) ]
done
done_ok
