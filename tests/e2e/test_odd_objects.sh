#!/usr/bin/env bash
# Random objects of odd values: whatever the API accepts, every other service is routed after it, nothing stays
# behind, and serve starts with what it has stored; what HAProxy refuses is shown with its words.
#
#   test_odd_objects.sh [OBJECTS] [CHECK] [RESTART] [SEED]     how many, and after how many of them to look and to
#                                                               start serve again; 60 20 30 by default. The long form
#                                                               (`make soak`) is 500 1 1.
. "$(dirname "$0")/lib.sh"

objects=${1:-${SOAK:+500}}
objects=${objects:-60}
check=${2:-${SOAK:+1}}
check=${check:-20}
restart=${3:-${SOAK:+1}}
restart=${restart:-30}
seed=${4:-$((RANDOM * 32768 + RANDOM))}
note "seed $seed: $objects objects, looked at after $check, started again after $restart"

backends anchor anchor-pr other odd1 odd2 odd3
serve_start
service first-anchor
version first-anchor v1 stable anchor
version first-anchor pr-1 ephemeral anchor-pr
service second-anchor '{"protocol":"http1","health":{"interval":"200ms"}}'
version second-anchor v1 stable other
must POST /v1/sessions '{"key":"anchor-key","policy":"strict","pins":{"first-anchor":"pr-1"}}'
ready first-anchor v1
ready first-anchor pr-1
ready second-anchor v1

accepted=0 denied=0 refusals=0 restarts=0
caught_up() { api GET /v1/status; [ "$(json proxy.revisions_behind <<<"$BODY")" = 0 ] && [ "$(json proxy.state <<<"$BODY")" = running ]; }
# Every other service is routed, the proxy is not behind, and what is refused has a reason.
holds() { # WHEN
	local name
	wait_until 20 caught_up || die "$1: the proxy stays behind: $BODY (seed $seed)"
	get first-anchor
	is "$STATUS $BY" "200 anchor" "$1: stable (seed $seed)"
	get first-anchor -H 'Routing-Session: anchor-key'
	is "$STATUS $BY" "200 anchor-pr" "$1: the pinned version (seed $seed)"
	get second-anchor
	is "$STATUS $BY" "200 other" "$1: another service (seed $seed)"
	api GET /readyz
	is "$STATUS" 200 "$1: readiness (seed $seed): $BODY"
	api GET /v1/status
	for name in $(json 'proxy.refused.*.service' <<<"$BODY"); do
		refusals=$((refusals + 1))
		get "$name"
		is "$STATUS" 503 "$1: a request to $name, which is refused (seed $seed)"
		has "$BODY" '"code":"service-refused"' "$1: its answer (seed $seed)"
		has "$("$UMBRA" service show "$name")" "refused" "$1: service show $name (seed $seed)"
	done
}
# What can be seen of a service through the proxy is an answer to it, not to an unknown one.
known() { # SERVICE, unless it was removed meanwhile
	api GET "/v1/services/$1"
	[ "$STATUS" = 200 ] || return 0
	get "$1" --max-time 3
	case $STATUS in
	404) hasnt "$BODY" service-unknown "a request to $1 (seed $seed)" ;;
	esac
}
put() { # LINE
	local method path body
	read -r method path body <<<"$1"
	[ "$method" = DELETE ] && api DELETE "$path" || api "$method" "$path" "$body"
	case $STATUS in
	2??) accepted=$((accepted + 1)) ;;
	400 | 404 | 409 | 410 | 413) denied=$((denied + 1)) ;;
	*) fail "$1 answered $STATUS: $BODY (seed $seed)" ;;
	esac
	[ "$method" = PUT ] && case $STATUS in 2??) touched+=("$(cut -d/ -f4 <<<"$path")") ;; esac
}

n=0
touched=()
while IFS= read -r line; do
	put "$line"
	n=$((n + 1))
	[ $((n % check)) -eq 0 ] || [ "$n" -eq "$objects" ] || continue
	holds "after object $n"
	for name in $(printf '%s\n' "${touched[@]}" | sort -u | head -3); do known "$name"; done
	touched=()
	[ $((n % restart)) -eq 0 ] || [ "$n" -eq "$objects" ] || continue
	restarts=$((restarts + 1))
	before=$(curl -sS "http://$API/v1/environment" | json 'services.*.name' | cksum)
	if [ $((restarts % 2)) -eq 0 ]; then stop "$SERVE_PID" KILL; else stop "$SERVE_PID"; fi
	serve_start
	is "$(curl -sS "http://$API/v1/environment" | json 'services.*.name' | cksum)" "$before" "services after a restart (seed $seed)"
	ready first-anchor v1
	ready first-anchor pr-1
	ready second-anchor v1
	holds "started again after object $n"
	[ "$failures" -eq 0 ] || break
done < <("$HELPERS/odd_objects" "$seed" "$objects" "${PORT_of[odd1]}" "${PORT_of[odd2]}" "${PORT_of[odd3]}")
is "$n" "$objects" "objects made"
note "$accepted accepted, $denied denied by the API, $refusals times a service was refused by HAProxy, $restarts restarts"
done_ok
