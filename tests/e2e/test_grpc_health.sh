#!/usr/bin/env bash
# Health checks: gRPC against servers that have nothing but grpc.health.v1.Health/Check, TCP and HTTP, and
# versions whose checks ask elsewhere than their service's.
. "$(dirname "$0")/lib.sh"

mkfifo "$T/say"
"$HELPERS/grpc_health" serving=SERVING not=NOT_SERVING none=UNIMPLEMENTED unknown=UNKNOWN late=SERVING \
	<"$T/say" >"$T/grpc" 2>"$T/grpc.err" &
pids+=($!)
exec 7>"$T/say"
backends one two metrics
grpc_there() { [ "$(wc -l <"$T/grpc")" -eq 5 ]; }
wait_until 5 grpc_there || die "no gRPC servers: $(cat "$T/grpc.err")"
while read -r name port; do PORT_of[$name]=$port; done <"$T/grpc"
detail() { # SERVICE VERSION
	api GET "/v1/services/$1/versions/$2"
	json state_detail <<<"$BODY"
}

# The four answers, of versions that HAProxy starts with and of versions that come later.
serve_start
service greeter '{"protocol":"h2c","health":{"type":"grpc","interval":"200ms"}}'
version greeter v1 stable serving
ready greeter v1
version greeter not ephemeral not
version greeter none ephemeral none
version greeter unknown ephemeral unknown
version greeter late ephemeral late
ready greeter late
detail_is() { [ "$(detail "$1" "$2")" = "$3" ]; }
for pass in added loaded; do
	for row in "not:gRPC health is not SERVING" "none:the server has no grpc.health.v1" \
		"unknown:the server has no grpc.health.v1"; do
		unhealthy greeter "${row%%:*}"
		is "$(detail greeter "${row%%:*}")" "${row#*:}" "why ${row%%:*} is unhealthy, $pass"
	done
	is "$(version_state greeter v1) $(version_state greeter late)" "ready ready" "those that serve, $pass"
	[ $pass = loaded ] && break
	service "other-$pass" # loads all of them anew
	applied() { [ "$(status_of proxy.revisions_behind)" = 0 ]; }
	wait_until 5 applied || fail "the load does not come about"
done
is "$(cat "$T/grpc.err")" "" "what the gRPC servers think of what they are sent"

# It changes its mind, both ways, and gets its requests.
echo "not SERVING" >&7
echo "late NOT_SERVING" >&7
ready greeter not
unhealthy greeter late
call() { curl -sS --max-time 5 --http2-prior-knowledge -D - -o "$T/out" -H "Host: greeter.$DOMAIN" \
	-H "Routing-Pins: greeter=\"$1\"" -H 'content-type: application/grpc' -H 'te: trailers' -d '' "http://$PROXY/g/M" | tr -d '\r'; }
has "$(call not)" "by: not" "a call to a version whose check has just passed"
has "$(call late)" "by: serving" "a call to a version that does not serve"

# What a path and a type stand for.
service web
api GET /v1/services/web
is "$(json health.type <<<"$BODY")" http "the type with a path"
service wire '{}'
api GET /v1/services/wire
is "$(json health.type <<<"$BODY")" tcp "the type without one"
for bad in '{"health":{"type":"http"}}' '{"health":{"type":"tcp","path":"/x"}}' '{"health":{"type":"grpc","path":"/x"}}' \
	'{"health":{"type":"ping"}}' '{"health":{"port":65536}}'; do
	api PUT /v1/services/wire "$bad"
	is "$STATUS" 400 "a service with $bad"
done

# A version's own path and port, from the start and by a change.
backend one '/_health?status=500'
backend two '/_health?status=500'
version web v1 stable one ',"health":{"path":"/ready;a=1?b=(2)"}'
ready web v1
version web pr-1 ephemeral two
unhealthy web pr-1
must PATCH /v1/services/web/versions/pr-1 "{\"health\":{\"port\":${PORT_of[metrics]}}}"
ready web pr-1
must PATCH /v1/services/web/versions/pr-1 '{"health":{"port":null}}'
unhealthy web pr-1
must PATCH /v1/services/web/versions/pr-1 '{"health":{"path":"/else"}}'
ready web pr-1
service web '{"health":{"path":"/healthz","interval":"300ms"}}' # loads it anew
wait_until 5 applied || fail "the load does not come about"
is "$(version_state web v1) $(version_state web pr-1)" "ready ready" "own paths after a load"
must PATCH /v1/services/web/versions/pr-1 '{"health":{"path":null}}'
unhealthy web pr-1
version wire v1 stable two
ready wire v1
api PATCH /v1/services/wire/versions/v1 '{"health":{"path":"/x"}}'
is "$STATUS" 400 "a path for a version whose checks ask for none"

# The command line says the same.
u() { "$UMBRA" "$@" >"$T/u.out" 2>&1 || fail "umbra $*: $(cat "$T/u.out")"; }
u service set cli --health-path /healthz --health-port 8099
u service set cli --health-type grpc --protocol h2c
api GET /v1/services/cli
is "$(json health.type <<<"$BODY") $(json health.path <<<"$BODY") $(json health.port <<<"$BODY")" "grpc  8099" "a path replaced by a type"
u service set cli --health-path /healthz --health-port 0
api GET /v1/services/cli
is "$(json health.type <<<"$BODY") $(json health.path <<<"$BODY") $(json health.port <<<"$BODY")" "http /healthz " "a type replaced by a path"
u version register cli@v1 --endpoint "127.0.0.1:${PORT_of[one]}" --health-path /own --health-port "${PORT_of[metrics]}"
api GET /v1/services/cli/versions/v1
is "$(json health.path <<<"$BODY") $(json health.port <<<"$BODY")" "/own ${PORT_of[metrics]}" "a version's own check"

# A check has 2 s, however often it is made.
service slow '{"health":{"path":"/_wait?ms=700","interval":"200ms"}}'
version slow 1 stable one
ready slow 1
done_ok
