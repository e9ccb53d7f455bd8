#!/usr/bin/env bash
# What people and jobs get wrong, and what a job does twice: what is done already is done, what comes late
# changes nothing, and what is refused says the rule and what would be right.
. "$(dirname "$0")/lib.sh"

backends one two
serve_start

# umbra STATUS PART COMMAND...: the exit code, and what it says (either way) has PART.
umbra() {
	local wanted=$1 part=$2
	shift 2
	SAID=$("$UMBRA" "$@" 2>&1)
	is "$?" "$wanted" "umbra $*: $SAID"
	has "$SAID" "$part" "umbra $*"
}
get_by() { get "$1" && [ "$BY" = "$2" ]; }
build() { api GET "/v1/services/$1/versions/$2" && json build <<<"$BODY"; }

# ---- words that are no command --------------------------------------------------------------------------
umbra 0 "grpc.health.v1.Health/Check" help grpc
umbra 0 "pin: For requests of the session" help pin
umbra 0 "never by another version" help Strict
umbra 0 "an address, not a secret" help session key
umbra 0 "umbra session VERB --help" help session
umbra 2 '"frobnicate" is not a command' help frobnicate

# ---- a first version makes its service -----------------------------------------------------------------
umbra 0 "there was no service cart" version register cart@1 --endpoint "127.0.0.1:${PORT_of[one]}" --stable
ready cart 1
wait_until 5 get_by cart one || fail "cart is not routed: $STATUS $BODY"
umbra 0 service-created events
umbra 0 '"service_created":true' version register shop@1 --endpoint 127.0.0.1:9 --stable -o json
umbra 4 "did you mean: cart" version register crat@1 --endpoint 127.0.0.1:9 --no-create
umbra 4 "no service" service show crat
umbra 0 "did you mean cart?" version register crat@1 --endpoint 127.0.0.1:9
umbra 0 "removed" service remove crat
umbra 0 registered version register cart@2 --endpoint 127.0.0.1:9 --no-create
api PUT /v1/services/other/versions/1 '{"endpoints":["127.0.0.1:9"]}'
is "$STATUS $(json code <<<"$BODY")" "404 service-unknown" "the API makes a service only when asked"

# ---- jobs that come twice, and late --------------------------------------------------------------------
register() { umbra "$1" "$2" version register cart@pr-1 --endpoint "127.0.0.1:${PORT_of[two]}" "${@:3}"; }
register 0 registered --build 8 --pr '#12' --commit '' --branch '' --ttl ''
is "$(api GET /v1/services/cart/versions/pr-1 && json pr.number <<<"$BODY")" 12 "--pr '#12'"
register 0 registered --build 8
register 5 "is of build 8, and this is build 7" --build 7
register 5 "a build that is not older, or --force" --build 7
is "$(build cart pr-1)" 8 "an older build changes nothing"
register 0 "was there already: build 8 -> 7; pull request 12 kept" --build 7 --force
register 0 "build 7 -> 8" --build 8
umbra 0 "is retired" version retire cart@pr-1
umbra 0 "already done" version retire cart@pr-1
umbra 4 "has no version" version retire cart@pr-2
umbra 0 "already done" version retire cart@pr-2 --if-there
umbra 4 "was retired" version retire cart@pr-1 --if-revision 3
register 5 "build 8 does not bring it back" --build 8
umbra 4 "was retired" version show cart@pr-1
register 0 "it is back" --build 9
umbra 0 "" session create dev --key dev
umbra 0 "has ended" session end dev
key=$("$UMBRA" session create dev --key-length 24 -o json | json key)
is "$key" "$(grep -oE '^dev-[a-z2-9]{24}$' <<<"$key")" "a key past guessing"
umbra 2 "at most 24" session create dev --key-length 25
umbra 2 "4" session create dev --key-length 3
umbra 0 "already done" session end dev
umbra 4 "no session" session end dove
umbra 0 "already done" session end dove --if-there
umbra 0 "removed" service remove shop
umbra 4 "no service" service remove shop
umbra 0 "already done" service remove shop --if-there

# ---- a version that does not become ready ---------------------------------------------------------------
service sick '{"health":{"path":"/_status?code=404","interval":"200ms"}}'
umbra 0 "" version register sick@pr-1 --endpoint "127.0.0.1:${PORT_of[two]}"
wait_until 10 version_is sick pr-1 unhealthy
umbra 1 "asked for GET http://127.0.0.1:${PORT_of[two]}/_status?code=404: answered 404; it has no such path; umbra version register sick@pr-1 --endpoint 127.0.0.1:${PORT_of[two]} --health-path /" \
	version wait sick@pr-1 --timeout 1s
umbra 0 "" version register sick@pr-2 --endpoint 127.0.0.1:9
wait_until 10 version_is sick pr-2 unhealthy
umbra 1 "127.0.0.1:9/_status?code=404: connection refused; nothing listens there" version wait sick@pr-2 --timeout 1s
umbra 0 "" service remove sick

# ---- an endpoint that is the proxy itself --------------------------------------------------------------
for self in "127.0.0.1:$PROXY_PORT" "localhost:$PROXY_PORT" "LOCALHOST:0$PROXY_PORT" "0.0.0.0:$PROXY_PORT" \
	"[::ffff:127.0.0.1]:$PROXY_PORT" "cart.$DOMAIN:$PROXY_PORT"; do
	umbra 2 "the port that the service itself listens on" version register cart@loop --endpoint "$self"
done
umbra 2 "is not an endpoint" version register cart@loop --endpoint "127.1:$PROXY_PORT"
umbra 2 "is not an endpoint" version register cart@loop --endpoint "0x7f000001:$PROXY_PORT"
umbra 0 "" version register "cart@pr-1" --endpoint "127.0.0.1:${PORT_of[two]}" --build 9
api PATCH /v1/services/cart/versions/pr-1 "{\"endpoints\":[\"127.0.0.1:$PROXY_PORT\"]}"
is "$STATUS $(json field <<<"$BODY")" "400 endpoints" "PATCH to the proxy itself"
# ---- what is refused says what would be right ----------------------------------------------------------
umbra 2 '"cart@feature-login" would be one' version register cart@feature/login --endpoint 127.0.0.1:9
umbra 2 "at most 9007199254740991" version register cart@pr-3 --endpoint 127.0.0.1:9 --build 9007199254740993
umbra 5 'the link of a session "x" to the service cart' service set shop --host x--cart.$DOMAIN
umbra 5 "cart.$DOMAIN belongs to the service cart" service set shop --host cart.$DOMAIN
api PUT /v1/services/cart/versions/feature%2Flogin '{"endpoints":["127.0.0.1:9"]}'
has "$BODY" '\"feature-login\" would be one' "the API says the near name too"
STATUS=$(curl -s -o "$T/body" -w '%{http_code}' -X PUT -H 'If-None-Match: *' -H 'Content-Type: application/json' \
	-d '{}' "$UMBRA_URL/v1/services/cart")
is "$STATUS $(json code <"$T/body")" "412 exists" "If-None-Match: *"
for method in GET PATCH DELETE; do
	api $method /v1/services/cart/versions/pr-8 '{}'
	is "$STATUS $(json detail <<<"$BODY") $(json near <<<"$BODY")" \
		'404 cart has no version "pr-8" ["pr-1"]' "$method of a version that is not there"
done 2>/dev/null

# ---- an endpoint that becomes the proxy's, or turns out to be after looking its name up ----------------
backends three
stop "$BACKEND_PID"
umbra 0 "" version register cart@later --endpoint "127.0.0.1:${PORT_of[three]}"
stop "$SERVE_PID"
PROXY=127.0.0.1:${PORT_of[three]}
serve_start
looping() { api GET "/v1/services/cart/versions/$1" && [[ $BODY == *"is the proxy's own address"* ]]; }
wait_until 10 looping later || fail "an endpoint that has become the proxy's: $BODY"
is "$(json state <<<"$BODY")" unhealthy "it is not ready"
get cart / -H 'Routing-Pins: cart="later"'
is "$STATUS $BY $REASON" "200 one version-unhealthy" "and gets no request"
if [ "$(getent ahostsv4 "$(hostname)" | awk 'NR == 1 { print $1 }')" = 127.0.0.1 ]; then
	umbra 0 "" version register cart@named --endpoint "$(hostname):$PROXY_PORT"
	wait_until 10 looping named || fail "a name that is the proxy: $BODY"
	umbra 0 "" version register cart@named --endpoint "127.0.0.1:${PORT_of[two]}" --take
	ready cart named
fi

done_ok
