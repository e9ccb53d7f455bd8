#!/usr/bin/env bash
# A service that HAProxy refuses is left out and says why, in HAProxy's words; every other service goes on,
# and serve starts with what it stored. HAProxy is the real one: on the way to it a service whose health path is
# /spoilt gets a line that HAProxy does not know.
. "$(dirname "$0")/lib.sh"

spoiling_haproxy
# What the API takes, HAProxy runs: gRPC without an HTTP check.
backends shop other third fourth
serve_start --haproxy "$T/haproxy"
service shop
version shop v1 stable shop
service plain '{"protocol":"h2c","health":{"interval":"200ms"}}'
version plain v1 stable other
ready shop v1
ready plain v1
get shop
is "$STATUS $BY" "200 shop" "a service beside h2c without a path"

spoilt() { printf '{"health":{"path":"/%s","interval":"200ms"}}' "$1"; }
refused_of() {
	api GET "/v1/services/$1"
	json refused <<<"$BODY"
}
refused() { [ -n "$(refused_of "$1")" ]; }
taken() { [ -z "$(refused_of "$1")" ]; }

# One that HAProxy refuses, one that it has and then refuses.
service bad "$(spoilt spoilt)"
version bad v1 stable other
version bad pr-1 ephemeral third
service turned
version turned v1 stable other
ready turned v1
must POST /v1/sessions '{"key":"turned-pr","policy":"strict","pins":{"turned":"v1"}}'
service turned "$(spoilt spoilt)"
for name in bad turned; do
	wait_until 10 refused $name || fail "$name is not shown as refused: $BODY"
	has "$(refused_of $name)" "'no-such-word'" "HAProxy's words"
	for key in '' 'Routing-Session: turned-pr'; do
		get $name -H "$key"
		is "$STATUS $REASON" "503 stable-down" "a request to a refused service"
		is "$(header content-type)" application/problem+json "its form"
		has "$BODY" '"code":"service-refused"' "its code"
		has "$BODY" "'no-such-word'" "its words"
	done
done
unhealthy bad pr-1
api GET /v1/services/bad/versions/pr-1
has "$(json state_detail <<<"$BODY")" "HAProxy refuses the service: " "its detail"
has "$("$UMBRA" service show bad)" "'no-such-word'" "service show"
has "$("$UMBRA" service list)" "'no-such-word'" "service list"
has "$(status_of 'proxy.refused.*.why')" "'no-such-word'" "status"
has "$("$UMBRA" events -o json)" '"service-refused"' "events"
api GET '/v1/requests?filter=service:turned&limit=1'
is "$(json requests.0.status <<<"$BODY") $(json requests.0.answered_by <<<"$BODY") $(json requests.0.reason <<<"$BODY")" \
	"503 proxy stable-down" "the record"

# The others go on, also those that come later, and everything is applied.
service late
version late v1 stable other
ready late v1
for name in shop late; do
	get $name
	is "$STATUS" 200 "a request to $name beside refused ones"
done
caught_up() { [ "$(status_of proxy.revisions_behind)" = 0 ]; }
wait_until 5 caught_up || fail "the proxy stays behind: $BODY"
reloads=$(status_of proxy.reloads)
must PATCH /v1/services/bad/versions/pr-1 '{"labels":{"a":"b"}}'
must PUT /v1/services/shop/versions/pr-2 "{\"kind\":\"ephemeral\",\"endpoints\":[\"127.0.0.1:${PORT_of[fourth]}\"]}"
ready shop pr-2
is "$(status_of proxy.reloads)" "$reloads" "reloads for what does not change a refused service"

# Who writes is told: a write to a refused service, and any while the proxy does not follow.
"$UMBRA" version register bad@pr-1 --endpoint "127.0.0.1:${PORT_of[third]}" >"$T/u.out" 2>"$T/u.err"
is $? 1 "the exit code of a write to a refused service"
has "$(cat "$T/u.err")" "HAProxy refuses the service bad: " "why"
has "$(cat "$T/u.out")" "bad@pr-1 is registered" "what was done"
must PATCH /v1/services/bad/versions/pr-1 '{"labels":{"a":"c"}}'
has "$(header umbra-behind)" 'proxy;why="HAProxy refuses the service bad: ' "the header"
"$UMBRA" service set shop --owner me >"$T/u.out" 2>&1
is "$? $(cat "$T/u.out")" "0 service shop is set" "a write to another service"

# With refused things stored it starts, from nothing and beside the HAProxy that goes on.
for signal in TERM KILL; do
	stop "$SERVE_PID" $signal
	serve_start --haproxy "$T/haproxy"
	wait_until 10 refused bad || fail "bad is not refused after $signal"
	ready shop v1
	ready late v1
	get shop
	is "$STATUS" 200 "shop after $signal"
	get bad
	has "$STATUS $BODY" "'no-such-word'" "bad after $signal"
done

# Mended, it is taken again.
for name in bad turned; do
	hasnt "$(curl -s -D - -o /dev/null "http://$API/v1/services/$name" -X PUT -H 'Content-Type: application/json' \
		-d '{"health":{"path":"/healthz","interval":"200ms"}}')" \
		Umbra-Behind "what was said before is no answer to this write"
	wait_until 10 taken $name || fail "$name is still refused: $BODY"
	ready $name v1
	get $name
	is "$STATUS $BY" "200 other" "$name after it was mended"
done
has "$("$UMBRA" events -o json)" '"service-accepted"' "events"
is "$(status_of 'proxy.refused.*.service')" "" "status"
done_ok
