#!/usr/bin/env bash
# HAProxy stopped for seconds, and its sockets or its whole directory removed, each with and without a service
# that is written meanwhile: readiness says so, and within ten seconds of the cause's end it routes as before, by
# what was written. Nobody has to do anything. SOAK=1: the whole table, up to 30 s; else a stop lasts until it is
# told of.
. "$(dirname "$0")/lib.sh"

backends stable pr
serve_start
service cart
version cart 1 stable stable
version cart pr-1 ephemeral pr
ready cart 1
ready cart pr-1
must POST /v1/sessions '{"key":"kept","policy":"strict","pins":{"cart":"pr-1"}}'

readiness_is() { api GET /readyz && [ "$(json ready <<<"$BODY")" = "$1" ]; }
is_ready() { readiness_is true; }
says() { readiness_is false && [[ $(json why <<<"$BODY") == *"$1"* ]]; }
routes() { get cart -H 'Routing-Session: kept' && [ "$STATUS $BY $REASON" = "200 pr pinned" ]; }
unpinned() { get cart -H 'Routing-Session: kept' && [ "$BY $REASON" = "stable no-pin" ]; }
is_routed() { get "$1" && [ "$STATUS $BY" = "200 stable" ]; }
now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }
count=0

# A service nobody knew, with a version: it takes a load of the configuration.
write_service() {
	count=$((count + 1))
	service "new-$count"
	version "new-$count" 1 stable stable
}

# recovered WHAT WRITTEN: within ten seconds all is as before, and what was written is routed.
recovered() {
	local from took pin=cart
	from=$(now_ms)
	wait_until 10 routes || fail "$1: no routing: $STATUS $BODY"
	[ "$2" = no ] || wait_until 10 is_routed "new-$count" || fail "$1: new-$count is not routed: $STATUS $BODY"
	wait_until 10 is_ready || fail "$1: not ready: $BODY"
	took=$(($(now_ms) - from))
	# Each of the three has ten seconds; all of them together only where the machine has nothing else to do.
	[ -z "${SOAK:-}" ] || ok "$1: recovered within 10 s, not after $took ms" [ "$took" -le 10000 ]
	# And changes get through.
	must DELETE /v1/sessions/kept/pins/$pin
	wait_until 2 unpinned || fail "$1: a pin that is taken back: $STATUS $BODY"
	must PUT /v1/sessions/kept/pins/$pin '{"version":"pr-1"}'
	wait_until 2 routes || fail "$1: a pin that is set: $STATUS $BODY"
	note "$1: recovered after $took ms"
}

each() { # SIGNAL PID...
	local signal=$1
	shift
	kill "-$signal" "$@" 2>/dev/null
}

# stopped WHO SECONDS WRITTEN: no; before: at the moment it stops; meanwhile.
stopped() {
	local what="$1 stopped for $2 s, written: $3" who over_at why= # not `end`, which wait_until has
	[ "$3" = before ] && write_service
	who=$(proxy_pid)
	[ "$1" = master ] || who=$(pgrep -P "$who" | tr '\n' ' ')
	# shellcheck disable=SC2086
	each STOP $who
	over_at=$(($(now_ms) + $2 * 1000))
	over() { [ "$(now_ms)" -ge "$over_at" ]; }
	told() { says "" && why=$(json why <<<"$BODY") && note "$what: $why"; }
	[ "$3" = meanwhile ] && write_service
	[ "$1" = workers ] || routes || fail "$what: no routing meanwhile: $STATUS $BODY"
	case $1-$3-$2 in
	# A master that nobody asks is not missed, and a load that has begun has ten seconds.
	*-1 | master-no-* | master-before-4 | master-before-10) ;;
	# The load may have been through before they were stopped: then nothing is behind.
	*) wait_until 15 told || { [ "$3" = before ] && is_routed "new-$count"; } || fail "$what: ready all the while" ;;
	esac
	[ "$1" = master ] || hasnt "$why" "is routed" "$what"
	[ -z "${SOAK:-}" ] || wait_until 60 over
	# shellcheck disable=SC2086
	each CONT $who
	recovered "$what" "$3"
}

# A reload while the workers are stopped: it fails, and has taken the name of the socket with it.
names_taken() {
	local master workers
	master=$(proxy_pid)
	workers=$(pgrep -P "$master" | tr '\n' ' ')
	# shellcheck disable=SC2086
	each STOP $workers
	each USR2 "$master"
	write_service
	failed() { "$HELPERS/logline" ask "$T/data/proxy/master.sock" "show proc" 2>&1 | grep -q 'failed: [1-9]'; }
	wait_until 10 failed || fail "the reload did not fail"
	# shellcheck disable=SC2086
	each CONT $workers
	recovered "a reload while the workers are stopped" before
}

# removed WHAT PATH...: below the proxy's directory; with a service, and with a restart of serve.
removed() {
	local what=$1 path written
	shift
	for written in no before; do
		for path in "$@"; do rm -rf "$T/data/proxy${path:+/$path}"; done
		[ "$written" = before ] && write_service
		recovered "$what, written: $written" "$written"
	done
	for path in "$@"; do rm -rf "$T/data/proxy${path:+/$path}"; done
	kill -KILL "$SERVE_PID"
	wait "$SERVE_PID" 2>/dev/null
	serve_start
	wait_until 10 version_is cart pr-1 ready || fail "$what: cart@pr-1 is not ready after a restart of serve"
	recovered "$what, serve restarted" no
}

seconds=4
[ -n "${SOAK:-}" ] && seconds="1 4 10 30"
for s in $seconds; do
	stopped workers "$s" meanwhile
	stopped master "$s" meanwhile
	[ -n "${SOAK:-}" ] || continue
	for written in no before; do
		stopped workers "$s" "$written"
		stopped master "$s" "$written"
	done
done
names_taken
master=$(proxy_pid)
[ -n "${SOAK:-}" ] && removed "runtime.sock removed" runtime.sock runtime2.sock
[ -n "${SOAK:-}" ] && removed "master.sock removed" master.sock
removed "the proxy's directory removed" ""
is "$(proxy_pid)" "$master" "all of it without another HAProxy"

# serve killed while its HAProxy does not answer.
workers=$(pgrep -P "$master" | tr '\n' ' ')
# shellcheck disable=SC2086
each STOP $workers
kill -KILL "$SERVE_PID"
wait "$SERVE_PID" 2>/dev/null
: >"$T/serve.out"
"$UMBRA" serve --data "$T/data" --listen "$API" --proxy-listen "$PROXY" >"$T/serve.out" 2>>"$T/serve.err" </dev/null &
SERVE_PID=$!
pids+=("$SERVE_PID")
wait_until 10 says "has not answered" || fail "serve does not say what it waits for: $BODY"
hasnt "$BODY" "is routed" "serve restarted while it was stopped"
# shellcheck disable=SC2086
each CONT $workers
wait_until 10 ready_line || fail "serve does not become ready"
wait_until 10 version_is cart pr-1 ready
recovered "serve restarted while it was stopped" no
done_ok
