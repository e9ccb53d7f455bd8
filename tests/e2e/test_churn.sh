#!/usr/bin/env bash
# Registering, pinning, unpinning and retiring 1,000 times under 500 requests/s, and then promoting 500 times: no
# request fails, no reload happens, and HAProxy is the same process.
. "$(dirname "$0")/lib.sh"
lanes=4
rounds=${ROUNDS:-250}

backends stable lane1 lane2 lane3 lane4
serve_start
service cart
version cart 1 stable stable
ready cart 1
for lane in $(seq $lanes); do must POST /v1/sessions "{\"key\":\"lane$lane\"}"; done
pid=$(proxy_pid)
worker=$(pgrep -n -P "$pid")
reloads=$(status_of proxy.reloads)

load() { # NAME RATE OPTIONS...
	local name=$1 rate=$2
	shift 2
	"$HELPERS/load" --proxy "$PROXY" --host "cart.$DOMAIN" --rate "$rate" "$@" >"$T/$name" 2>"$T/$name.err" &
	pids+=("$!")
	loads+=("$name:$!")
}
loads=()
load others 400
load lane 100 --header 'Routing-Session: lane1'

# One curl a lane: four writes a round, over one connection.
lane_config() {
	local lane=$1 i v base=http://$API/v1
	for i in $(seq "$rounds"); do
		v=pr-$lane-$i
		[ "$i" -gt 1 ] && echo next
		cat <<-END
			request = PUT
			url = "$base/services/cart/versions/$v"
			header = "Content-Type: application/json"
			data = "{\"kind\":\"ephemeral\",\"endpoints\":[\"127.0.0.1:${PORT_of[lane$lane]}\"],\"pr\":{\"number\":$i}}"
			write-out = "%{http_code} register\n"
			output = /dev/null
			next
			request = PUT
			url = "$base/sessions/lane$lane/pins/cart"
			header = "Content-Type: application/json"
			data = "{\"version\":\"$v\"}"
			write-out = "%{http_code} pin\n"
			output = /dev/null
			next
			request = DELETE
			url = "$base/sessions/lane$lane/pins/cart"
			write-out = "%{http_code} unpin\n"
			output = /dev/null
			next
			request = DELETE
			url = "$base/services/cart/versions/$v"
			write-out = "%{http_code} retire\n"
			output = /dev/null
		END
	done
}
writers=()
start=$(date +%s%N)
for lane in $(seq $lanes); do
	lane_config "$lane" >"$T/lane$lane.curl"
	curl -sS -K "$T/lane$lane.curl" >"$T/lane$lane.codes" 2>"$T/lane$lane.err" &
	writers+=("$!")
done
wait "${writers[@]}"
took=$((($(date +%s%N) - start) / 1000000))

cat "$T"/lane?.codes >"$T/codes"
is "$(grep -c '^2' "$T/codes")" $((lanes * rounds * 4)) "every write is done: $(grep -v '^2' "$T/codes" | sort | uniq -c | head -5)"
for each in "${loads[@]}"; do
	stop "${each##*:}"
	name=${each%%:*}
	note "$name: $(cat "$T/$name")"
	is "$(json failed <"$T/$name") $(json refused <"$T/$name")" "0 0" "$name: no request fails: $(head -3 "$T/$name.err")"
done
note "$((lanes * rounds)) rounds of four writes in $took ms"

# ---- promoted, to and fro ----------------------------------------------------------------------------------
promotes=$((rounds * 2))
version cart 2 ephemeral lane1
ready cart 2
for i in $(seq "$promotes"); do
	[ "$i" -gt 1 ] && echo next
	cat <<-END
		request = POST
		url = "http://$API/v1/services/cart/stable"
		header = "Content-Type: application/json"
		data = "{\"version\":\"$((1 + i % 2))\"}"
		write-out = "%{http_code} promote\n"
		output = /dev/null
	END
done >"$T/promote.curl"
loads=()
load promoted 1000
curl -sS -K "$T/promote.curl" >"$T/codes" 2>"$T/promote.err"
is "$(grep -c '^2' "$T/codes")" "$promotes" "every promote is done: $(grep -v '^2' "$T/codes" | sort | uniq -c | head -5)"
stop "${loads[0]##*:}"
note "$promotes promotes: $(cat "$T/promoted")"
is "$(json failed <"$T/promoted") $(json refused <"$T/promoted")" "0 0" "no moment without a stable version: $(head -3 "$T/promoted.err")"
must DELETE "/v1/services/cart/versions/$((1 + (promotes + 1) % 2))"

is "$(status_of proxy.reloads)" "$reloads" "no reload"
is "$(proxy_pid)" "$pid" "the same HAProxy"
is "$(pgrep -n -P "$pid")" "$worker" "and the same worker"
behind() { [ "$(status_of proxy.revisions_behind)" = 0 ]; }
wait_until 5 behind || fail "the proxy stays behind"
api GET /v1/services/cart
get cart -H 'Routing-Session: lane1'
is "$BY $REASON" "stable no-pin" "nothing is left of the pins"
done_ok
