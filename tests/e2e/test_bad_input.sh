#!/usr/bin/env bash
# What is wrong gets a clear answer that names the thing and what would be right, and changes nothing.
. "$(dirname "$0")/lib.sh"

backends stable pr
serve_start
service cart
version cart 1 stable stable
version cart pr-1 ephemeral pr
ready cart 1
ready cart pr-1
must POST /v1/sessions '{"key":"kept","pins":{"cart":"pr-1"}}'
revision() { status_of revision; }

# refused WHAT STATUS CODE PART METHOD PATH [BODY]: the answer is a problem with that code, its text has PART
# ("" for any), and the revision stays.
refused() {
	local what=$1 status=$2 code=$3 part=$4 before
	shift 4
	before=$(revision)
	api "$@"
	is "$STATUS $(json code <<<"$BODY")" "$status $code" "$what: $BODY"
	has "$(grep -i '^content-type' <<<"$HEADERS")" application/problem+json "$what"
	has "$BODY" "$part" "$what: says what"
	is "$(revision)" "$before" "$what: changes nothing"
}
V=/v1/services/cart/versions/pr-2
E="\"endpoints\":[\"127.0.0.1:9\"]"

refused "unknown field" 400 unknown-field endpoints PUT $V '{"endpoint":"127.0.0.1:9"}'
is "$(json field <<<"$BODY") $(json expected <<<"$BODY" | grep -o endpoints)" "endpoint endpoints" "unknown field: the field, and the one meant"
refused "missing field" 400 missing-field endpoints PUT $V '{}'
refused "wrong type" 400 wrong-type endpoints PUT $V '{"endpoints":"127.0.0.1:9"}'
refused "wrong type, inside" 400 wrong-type pr.number PUT $V "{$E,\"pr\":{\"number\":\"twelve\"}}"
refused "no JSON" 400 bad-json "" PUT $V '{"endpoints":['
refused "bad version name" 400 bad-name "" PUT /v1/services/cart/versions/-x "{$E}"
refused "bad service name" 400 bad-name "" PUT /v1/services/Cart '{}'
refused "bad session key" 400 bad-name "a--b" POST /v1/sessions '{"key":"a--b"}'
refused "bad endpoint" 400 bad-value "" PUT $V '{"endpoints":["127.0.0.1:99999"]}'
refused "nine endpoints" 400 bad-value 8 PUT $V '{"endpoints":["h:1","h:2","h:3","h:4","h:5","h:6","h:7","h:8","h:9"]}'
refused "endpoint of another version" 409 endpoint-taken pr-1 PUT $V "{\"endpoints\":[\"127.0.0.1:${PORT_of[pr]}\"]}"
refused "second stable" 409 stable-exists 1 PUT $V "{$E,\"kind\":\"stable\"}"
refused "retire the stable" 409 is-stable "" DELETE /v1/services/cart/versions/1
refused "ttl and expires_at" 400 conflicting-fields "" PUT $V "{$E,\"ttl\":\"1h\",\"expires_at\":\"2030-01-01T00:00:00Z\"}"
refused "bad ttl" 400 bad-value "" PUT $V "{$E,\"ttl\":\"soon\"}"
refused "unknown service" 404 not-found cart GET /v1/services/card
refused "version of an unknown service" 404 service-unknown card PUT /v1/services/card/versions/1 "{$E}"
refused "pin to no version" 409 version-unknown pr-1 PUT /v1/sessions/kept/pins/cart '{"version":"pr-11"}'
refused "unknown session" 404 not-found nobody GET /v1/sessions/nobody
refused "taken key" 409 key-taken kept POST /v1/sessions '{"key":"kept"}'
refused "read-only field" 400 read-only-field state PUT $V "{$E,\"state\":\"ready\"}"
refused "bad filter" 400 bad-filter "" GET '/v1/requests?filter=statu:5xx'
refused "bad parameter" 400 bad-parameter limit GET '/v1/requests?limit=many'
refused "unknown path" 404 not-found openapi GET /v1/carts
refused "method" 405 method-not-allowed "" PATCH /v1/environment '{}'

# ---- what curl must say otherwise --------------------------------------------------------------------
sized() { # BYTES
	head -c "$1" /dev/zero | tr '\0' x >"$T/big"
	: >"$T/body"
	STATUS=$(curl -sS -o "$T/body" -w '%{http_code}' --max-time 20 -X PUT -H 'Content-Type: application/json' \
		--data-binary "@$T/big" "http://$API$V" 2>/dev/null)
	BODY=$(cat "$T/body")
}
for mib in 2 10; do
	sized $((mib * 1024 * 1024))
	is "$STATUS $(json code <<<"$BODY")" "413 too-large" "a body of $mib MiB"
done
STATUS=$(curl -sS -o "$T/body" -w '%{http_code}' -H 'Host: evil.example' "http://$API/v1/environment")
is "$STATUS $(json code <"$T/body")" "421 foreign-host" "a foreign Host"
STATUS=$(curl -sS -o "$T/body" -w '%{http_code}' -X PUT -H 'Content-Type: text/plain' -d "{$E}" "http://$API$V")
is "$STATUS $(json code <"$T/body")" "415 unsupported-media-type" "another media type"

# ---- an endpoint that does not resolve is taken, and its state says why ------------------------------
version_json='{"endpoints":["no-such-host.invalid:80"]}'
must PUT /v1/services/cart/versions/pr-3 "$version_json"
unresolved() { api GET /v1/services/cart/versions/pr-3 && has_name "$(json state_detail <<<"$BODY")"; }
has_name() { case "$1" in *no-such-host.invalid*) ;; *) return 1 ;; esac; }
wait_until 10 unresolved || fail "an unresolvable endpoint: the state does not name it: $BODY"

# ---- the command line's exit codes -------------------------------------------------------------------
code() { # WANTED PART COMMAND...
	local wanted=$1 part=$2 got
	shift 2
	"$@" >"$T/out" 2>"$T/err" </dev/null
	got=$?
	is "$got" "$wanted" "$*: $(head -c 300 "$T/err")"
	has "$(cat "$T/err")" "$part" "$*: says what"
}
code 0 "" "$UMBRA" version show cart@pr-1
code 2 "" "$UMBRA" version show
code 2 "" "$UMBRA" sesion list
code 2 bad "$UMBRA" version register cart@bad!name --endpoint 127.0.0.1:9
code 4 nobody "$UMBRA" session show nobody
code 5 pr-1 "$UMBRA" session pin kept cart=pr-11
code 3 "127.0.0.1:9" "$UMBRA" --url http://127.0.0.1:9 status

# ---- serve that cannot start -------------------------------------------------------------------------
cannot() { # WHAT PART OPTIONS...
	local what=$1 part=$2 got
	shift 2
	timeout 10 "$UMBRA" serve "$@" >"$T/out" 2>"$T/err" </dev/null
	got=$?
	ok "$what: it ends, with $got" test "$got" -ne 0 -a "$got" -ne 124
	has "$(cat "$T/err")" "$part" "$what: says what"
	is "$(cat "$T/out")" "" "$what: is not ready"
}
free=(--listen 127.0.0.1:0 --proxy-listen 127.0.0.1:0)
cannot "a taken API port" "$API" --data "$T/d1" --listen "$API" --proxy-listen 127.0.0.1:0
cannot "a taken proxy port" "$PROXY" --data "$T/d2" --listen 127.0.0.1:0 --proxy-listen "$PROXY"
has "$(cat "$T/err")" "--proxy-listen" "a taken proxy port: what to do"
mkdir "$T/full"
if mount -t tmpfs -o size=64k,mode=700 umbra-e2e "$T/full" 2>/dev/null; then
	at_end+=("umount '$T/full'")
	head -c 100000 /dev/zero >"$T/full/filler" 2>/dev/null
	cannot "a full disk" "no space left on $T/full/d" --data "$T/full/d" "${free[@]}"
	has "$(cat "$T/err")" "--data" "a full disk: what to do"
	TMPDIR=$T/full timeout 20 "$UMBRA" demo --headless >"$T/out" 2>"$T/err" </dev/null
	is $? 1 "the demo on a full disk"
	has "$(cat "$T/err")" "no space left on $T/full" "the demo on a full disk"
	has "$(cat "$T/err")" "TMPDIR" "the demo on a full disk: what to do"
fi
TMPDIR=$T/nowhere timeout 20 "$UMBRA" demo --headless >"$T/out" 2>"$T/err" </dev/null
has "$(cat "$T/err")" "$T/nowhere" "the demo without a place: which"
cannot "the data directory of another" "$T/data" --data "$T/data" "${free[@]}"
cannot "no haproxy" /nowhere/haproxy --data "$T/d3" --haproxy /nowhere/haproxy "${free[@]}"
cannot "an address that is not loopback" 0.0.0.0 --data "$T/d4" --listen 0.0.0.0:0 --proxy-listen 127.0.0.1:0
: >"$T/file"
cannot "a file for a directory" "$T/file" --data "$T/file" "${free[@]}"
cannot "a directory in a file" "$T/file" --data "$T/file/in" "${free[@]}"
# HAProxy would expand or split these in the paths of its sockets.
for odd in '$HOME' '${X}' 'a,b' $'line\nfeed'; do
	cannot "a data directory with ${odd@Q}" "HAProxy" --data "$T/d5$odd" "${free[@]}"
	has "$(cat "$T/err")" "--data" "a data directory with ${odd@Q}: which option"
done
# These it takes as they are.
odd="$T/d6 it's \"a\" b\\n %s #;~&|(é"
UMBRA_URL='' "$UMBRA" serve --data "$odd" "${free[@]}" >"$T/out" 2>"$T/err" </dev/null &
taken=$!
pids+=("$taken")
wait_until 10 grep -q '^ready' "$T/out" || fail "a data directory with odd characters: $(cat "$T/err")"
stop "$taken"
ok "the state is in the directory with odd characters" test -f "$odd/state.db"
# A link under a name of ours is not written through.
for name in lock state.db state.commits history/ceiling; do
	mkdir -p "$T/d7/history"
	echo precious >"$T/precious"
	ln -sf "$T/precious" "$T/d7/$name"
	cannot "$name is a link" "$T/d7/$name" --data "$T/d7" "${free[@]}"
	has "$(cat "$T/err")" "symbolic link" "$name is a link: says so"
	is "$(cat "$T/precious")" precious "$name is a link: what it points to is untouched"
	rm -rf "$T/d7"
done
# A root user may write anywhere, so another one is to find it closed; who must be able to read us.
as_nobody=()
[ "$(id -u)" -eq 0 ] && as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
chmod 711 "$T"
if "${as_nobody[@]}" test -x "$UMBRA"; then
	mkdir -m 555 "$T/closed"
	"${as_nobody[@]}" timeout 10 "$UMBRA" serve --data "$T/closed" "${free[@]}" >"$T/out" 2>"$T/err" </dev/null
	is $? 1 "a read-only data directory: $(cat "$T/err")"
	has "$(cat "$T/err")" "$T/closed" "a read-only data directory"
	is "$(ls -A "$T/closed")" "" "a read-only data directory: nothing is left in it"
else
	note "not run: another user cannot read $UMBRA"
fi

# The schema's number is at byte 60 of the file (SQLite's file format, 1.3).
mkdir "$T/d5"
UMBRA_URL='' "$UMBRA" serve --data "$T/d5" "${free[@]}" >"$T/out" 2>"$T/err" </dev/null &
newer=$!
pids+=("$newer")
wait_until 10 grep -q '^ready' "$T/out" || fail "a new data directory: $(cat "$T/err")"
stop "$newer"
printf '\x00\x00\x03\xe7' | dd of="$T/d5/state.db" bs=1 seek=60 conv=notrunc 2>/dev/null
cannot "a data directory of a newer schema" 999 --data "$T/d5" "${free[@]}"
has "$(cat "$T/err")" "$T/d5" "a data directory of a newer schema: which"
is "$(pgrep -fc -- "$T/d[0-9]")" 0 "nothing half started is left"
get cart -H 'Routing-Session: kept'
is "$BY" pr "and the one that runs is untouched"

done_ok
