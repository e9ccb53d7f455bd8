#!/usr/bin/env bash
# Random objects of odd values, after those that once stopped every load: whatever the API accepts, every other
# service is routed after it, nothing stays behind, and serve starts with what it has stored; what HAProxy refuses,
# and only that, is shown as refused with its words. HAProxy is the real one, but for a service it shall refuse.
#
#   test_odd_objects.sh [OBJECTS] [CHECK] [RESTART] [SEED]     how many, and after how many of them to look and to
#                                                               start serve again; 60 15 30 by default. The long form
#                                                               (`make soak`) is 500 1 1.
. "$(dirname "$0")/lib.sh"

objects=${1:-${SOAK:+500}}
objects=${objects:-60}
check=${2:-${SOAK:+1}}
check=${check:-15}
restart=${3:-${SOAK:+1}}
restart=${restart:-30}
seed=${4:-$((RANDOM * 32768 + RANDOM))}
note "seed $seed: $objects objects, looked at after $check, started again after $restart"

spoiling_haproxy
backends anchor anchor-pr other odd1 odd2 odd3
serve_start --haproxy "$T/haproxy"
service first-anchor
version first-anchor v1 stable anchor
version first-anchor pr-1 ephemeral anchor-pr
service second-anchor '{"protocol":"http1","health":{"interval":"200ms"}}'
version second-anchor v1 stable other
must POST /v1/sessions '{"key":"anchor-key","policy":"strict","pins":{"first-anchor":"pr-1"}}'

accepted=0 denied=0 refusals=0 looks=0 restarts=0
declare -A wanted=() # services that HAProxy refuses
touched=()           # services written since the last look

# one URL OPTIONS...: another request of the one curl that `look` runs; its answer goes to $T/answer.N
ones=()
one() {
	ones+=(--next -sS -o "$T/answer.$((++asked))" -w '%{http_code}\n' --max-time "$patience" "${@:2}" "$1")
}
caught_up() {
	api GET /v1/status
	[[ $BODY == *'"revisions_behind":0,'* && $BODY == *'"state":"running"'* ]]
}
# The anchors' three versions have been checked since serve was started.
anchored() {
	local version
	for version in first-anchor/versions/v1 first-anchor/versions/pr-1 second-anchor/versions/v1; do
		api GET "/v1/services/$version"
		[[ $BODY == *'"state":"ready"'* ]] || return 1
	done
}
# Every other service is routed, the proxy is not behind, what is refused has a reason, and nothing that was written
# is unknown to the proxy.
look() { # WHEN
	local name names answers asked=0 patience=10 at="$1 (seed $seed)"
	wait_until 20 anchored || die "$at: $BODY"
	wait_until 20 caught_up || die "$at: the proxy stays behind: $BODY"
	names=$(json 'proxy.refused.*.service' <<<"$BODY" | sort | tr '\n' ' ')
	is "$names" "$(printf '%s\n' "${!wanted[@]}" | sort | tr '\n' ' ' | sed 's/^ $//')" "$at: what HAProxy refuses"
	looks=$((looks + 1))
	ones=()
	one "http://$PROXY" -H "Host: first-anchor.$DOMAIN"
	one "http://$PROXY" -H "Host: first-anchor.$DOMAIN" -H 'Routing-Session: anchor-key'
	one "http://$PROXY" -H "Host: second-anchor.$DOMAIN"
	one "http://$API/readyz"
	for name in $names; do
		one "http://$PROXY" -H "Host: $name.$DOMAIN"
		one "http://$API/v1/services/$name"
	done
	patience=3
	for name in "${touched[@]}"; do
		one "http://$API/v1/services/$name"
		one "http://$PROXY" -H "Host: $name.$DOMAIN"
	done
	mapfile -t answers < <(curl "${ones[@]:1}" 2>/dev/null)
	answered() { # N STATUS PART WHAT
		is "${answers[$1 - 1]}" "$2" "$at: $4"
		has "$(<"$T/answer.$1")" "$3" "$at: $4"
	}
	answered 1 200 '"backend":"anchor"' "stable"
	answered 2 200 '"backend":"anchor-pr"' "the pinned version"
	answered 3 200 '"backend":"other"' "another service"
	answered 4 200 '"ready":true' "readiness"
	asked=4
	for name in $names; do
		refusals=$((refusals + 1))
		answered $((asked + 1)) 503 '"code":"service-refused"' "a request to $name, which is refused"
		answered $((asked + 1)) 503 "'no-such-word'" "a request to $name, which is refused"
		answered $((asked + 2)) 200 "'no-such-word'" "service $name"
		asked=$((asked + 2))
	done
	for name in "${touched[@]}"; do
		[ "${answers[asked]} ${answers[asked + 1]}" != "200 404" ] ||
			hasnt "$(<"$T/answer.$((asked + 2))")" service-unknown "$at: a request to $name"
		asked=$((asked + 2))
	done
	touched=()
}
put() { # METHOD PATH BODY
	local name
	name=$(cut -d/ -f4 <<<"$2")
	[ "$1" = DELETE ] && api DELETE "$2" || api "$@"
	case $STATUS in
	2??) accepted=$((accepted + 1)) ;;
	400 | 404 | 409 | 410 | 413) denied=$((denied + 1)) && return ;;
	*) fail "$* answered $STATUS: $BODY (seed $seed)" ;;
	esac
	case "$1 $2" in
	POST*) ;;
	*/versions/*) touched+=("$name") ;;
	*) unset "wanted[$name]" && touched+=("$name") ;;
	esac
	[[ "$1 $2" == PUT*/versions/* || $3 != *'"path":"/spoilt"'* ]] || wanted[$name]=1
}

n=0
while read -r method path body; do
	put "$method" "$path" "$body"
	n=$((n + 1))
	[ $((n % check)) -eq 0 ] || [ "$n" -eq "$objects" ] || continue
	look "after object $n, $method $path"
	[ $((n % restart)) -eq 0 ] || [ "$n" -eq "$objects" ] || continue
	restarts=$((restarts + 1))
	before=$(curl -sS "http://$API/v1/environment" | json 'services.*.name' | cksum)
	if [ $((restarts % 2)) -eq 0 ]; then stop "$SERVE_PID" KILL; else stop "$SERVE_PID"; fi
	serve_start --haproxy "$T/haproxy"
	is "$(curl -sS "http://$API/v1/environment" | json 'services.*.name' | cksum)" "$before" \
		"services after a restart (seed $seed)"
	look "started again after object $n, $method $path"
	[ "$failures" -eq 0 ] || break
done < <("$HELPERS/odd_objects" "$seed" "$objects" "${PORT_of[odd1]}" "${PORT_of[odd2]}" "${PORT_of[odd3]}")
is "$n" "$objects" "objects made"
note "$accepted accepted, $denied denied by the API, looked $looks times, $refusals times at a service that HAProxy" \
	"refuses, $restarts restarts"
done_ok
