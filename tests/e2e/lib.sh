# shellcheck shell=bash disable=SC2034
# What the scripts of tests/e2e share. Sourced first: . "$(dirname "$0")/lib.sh"
#
# A script gets a temporary directory $T, starts what it needs with the functions below, and ends with
# `done_ok`. Whatever it started is stopped by its pid at the end, however that comes; a script that leaves
# a process or a file behind fails. Conditions are waited for (`wait_until`), never slept for.
#
# UMBRA is the program under test, TEST_BIN the directory of the test programs; both come from `make e2e`.

set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
UMBRA=${UMBRA:-$root/build/umbra}
TEST_BIN=${TEST_BIN:-$root/build/tests}
HELPERS=$TEST_BIN/e2e
DOMAIN=env.localhost
export XDG_CONFIG_HOME=/dev/null/nowhere UMBRA_USER=e2e
unset UMBRA_URL UMBRA_SESSION http_proxy HTTP_PROXY

T=$(mktemp -d "${TMPDIR:-/tmp}/umbra-e2e-XXXXXX")
pids=()      # what this script started
at_end=()    # commands to run when it ends, after the processes are stopped
checks=0
failures=0
STATUS="" BODY="" HEADERS=""

# ---- saying -----------------------------------------------------------------------------------------

note() { printf '%s\n' "$*"; }

# fail SENTENCE...: noted, the script goes on.
fail() {
	failures=$((failures + 1))
	printf 'FAILED: %s\n' "$*"
}

# die SENTENCE...: the rest makes no sense.
die() {
	fail "$@"
	exit 1
}

# is GOT WANTED WHAT
is() {
	checks=$((checks + 1))
	[ "$1" = "$2" ] || fail "$3: got '$1', wanted '$2'"
}

# has TEXT PART WHAT: TEXT contains PART.
has() {
	checks=$((checks + 1))
	case "$1" in
	*"$2"*) ;;
	*) fail "$3: '$2' is not in: ${1:0:600}" ;;
	esac
}

# hasnt TEXT PART WHAT
hasnt() {
	checks=$((checks + 1))
	case "$1" in
	*"$2"*) fail "$3: '$2' is in: ${1:0:600}" ;;
	esac
}

# ok WHAT COMMAND...: COMMAND must succeed.
ok() {
	local what=$1
	shift
	checks=$((checks + 1))
	"$@" || fail "$what"
}

# wait_until SECONDS COMMAND...: COMMAND is tried until it succeeds; false when it did not in time.
wait_until() {
	local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
	shift
	until "$@"; do
		[ "${EPOCHREALTIME/[.,]/}" -lt "$end" ] || return 1
		sleep 0.03
	done
}

# has_tool TOOL: a line "skipped: ..." and false where it is not installed; tests/tools/run.sh counts and names it. With
# CI set it is a failure: `make deps` has installed every tool. What needs it in all ends with 77:
# has_tool TOOL || exit 77.
has_tool() {
	command -v "$1" >/dev/null && return 0
	if [ -n "${CI:-}" ]; then fail "there is no $1, though CI is set"; else note "skipped: there is no $1"; fi
	return 1
}

done_ok() {
	[ "$checks" -gt 0 ] || fail "nothing was checked"
	[ "$failures" -eq 0 ] || exit 1
	note "$(basename "$0"): $checks checks"
	exit 0
}

# ---- processes --------------------------------------------------------------------------------------

alive() { kill -0 "$1" 2>/dev/null && [[ $(ps -o stat= -p "$1") != Z* ]]; }
gone() { ! alive "$1"; }

# stop PID [SIGNAL]: and waits until it is gone; KILL after 8 s, which is a failure.
stop() {
	alive "$1" || { wait "$1" 2>/dev/null; return 0; }
	kill "-${2:-TERM}" "$1" 2>/dev/null
	if ! wait_until 8 gone "$1"; then
		fail "process $1 does not end on ${2:-TERM}"
		kill -KILL "$1" 2>/dev/null
	fi
	wait "$1" 2>/dev/null
}

# Every process whose command line or working files name our directory.
ours() { pgrep -f -- "$T" 2>/dev/null | grep -vx "$$" | grep -vx "$BASHPID"; }

clean_up() {
	local status=$? pid i command
	trap - EXIT INT TERM
	for ((i = ${#pids[@]} - 1; i >= 0; i--)); do stop "${pids[i]}"; done
	# What is started without its stop being told of (an orphaned proxy after a KILL) is found by its files.
	for pid in $(ours); do kill -TERM "$pid" 2>/dev/null; done
	grep -hE 'AddressSanitizer|LeakSanitizer|runtime error' "$T"/*.err 2>/dev/null && failures=$((failures + 1))
	wait_until 3 nothing_of_ours || for pid in $(ours); do kill -KILL "$pid" 2>/dev/null; done
	if { [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; } || [ "$failures" -ne 0 ]; then
		[ -f "$T/serve.err" ] && { note "--- serve's stderr"; tail -20 "$T/serve.err"; }
		status=1
	fi
	for command in "${at_end[@]}"; do eval "$command"; done
	chmod -R u+rwx "$T" 2>/dev/null
	rm -rf "$T"
	exit "$status"
}
nothing_of_ours() { [ -z "$(ours)" ]; }
trap clean_up EXIT
trap 'exit 1' INT TERM

# ---- the control plane ------------------------------------------------------------------------------

ready_line() { grep -q '^ready ' "$T/serve.out" 2>/dev/null || ! alive "$SERVE_PID"; }

# serve_start [OPTIONS]: on free ports, or on the same ones again. Sets SERVE_PID, API, PROXY (A:P), PROXY_PORT.
API=127.0.0.1:0
PROXY=127.0.0.1:0
serve_start() {
	: >"$T/serve.out"
	"$UMBRA" serve --data "$T/data" --listen "$API" --proxy-listen "$PROXY" "$@" \
		>"$T/serve.out" 2>>"$T/serve.err" </dev/null &
	SERVE_PID=$!
	pids+=("$SERVE_PID")
	wait_until 10 ready_line
	local line
	line=$(grep '^ready ' "$T/serve.out") || die "serve is not ready: $(tail -3 "$T/serve.err")"
	API=$(sed -n 's,.* api=http://\([^ ]*\).*,\1,p' <<<"$line")
	PROXY=$(sed -n 's,.* proxy=http://\([^ ]*\).*,\1,p' <<<"$line")
	PROXY_PORT=${PROXY##*:}
	export UMBRA_URL=http://$API
}

# spoiling_haproxy: makes $T/haproxy for `serve_start --haproxy`. It is the real one; on the way to it a service whose
# health path is /spoilt gets a line that HAProxy does not know.
spoiling_haproxy() {
	cat >"$T/haproxy" <<-END
		#!/bin/sh
		for word; do
			case \$word in
			*/haproxy.*) sed -i "/check.path.*spoilt/s/\$/\\n\tno-such-word/" "\$word" ;;
			esac
		done
		exec $(PATH=$PATH:/usr/sbin command -v haproxy) "\$@"
	END
	chmod +x "$T/haproxy"
}

json() { "$HELPERS/json" "$@"; }

# read_answer [FILE FILE]: sets BODY and HEADERS. By the shell alone: on a loaded machine each process takes its time.
read_answer() {
	BODY=$(<"${1:-$T/body}")
	HEADERS=$(<"${2:-$T/headers}")
	HEADERS=${HEADERS//$'\r'/}
}

# api METHOD PATH [BODY]: sets STATUS and BODY; HEADERS holds the answer's headers.
api() {
	local args=(-sS -o "$T/body" -D "$T/headers" -w '%{http_code}' --max-time 20 -X "$1")
	[ $# -gt 2 ] && args+=(-H 'Content-Type: application/json' -d "$3")
	: >"$T/body"
	: >"$T/headers"
	STATUS=$(curl "${args[@]}" "http://$API$2" 2>"$T/curl.err")
	read_answer
}

# must METHOD PATH [BODY]: the same, and the answer must be 2xx.
must() {
	api "$@"
	case $STATUS in
	2??) ;;
	*) die "$1 $2 ${3:-} answered $STATUS: $BODY $(cat "$T/curl.err")" ;;
	esac
}

status_of() {
	api GET /v1/status
	json "$1" <<<"$BODY"
}

# The process that takes the traffic, as the control plane says.
proxy_pid() { status_of proxy.pid; }

# ---- services and requests --------------------------------------------------------------------------

# backends NAME...: one test server that listens for all; PORT_of[NAME] afterwards. SERVER=h2server for the other one.
declare -A PORT_of
backends() {
	local name port n=$#
	: >"$T/backends"
	"$HELPERS/${SERVER:-backend}" "$@" >>"$T/backends" 2>"$T/backends.err" &
	BACKEND_PID=$!
	pids+=("$BACKEND_PID")
	wait_until 5 backends_there "$n" || die "no backends: $(cat "$T/backends.err")"
	while read -r name port; do PORT_of[$name]=$port; done <"$T/backends"
}
backends_there() { [ "$(wc -l <"$T/backends")" -eq "$1" ]; }

# backend NAME PATH [METHOD]: speaks to a test server directly.
backend() { curl -sS -o /dev/null --max-time 5 -X "${3:-PUT}" "http://127.0.0.1:${PORT_of[$1]}$2"; }

version_state() {
	api GET "/v1/services/$1/versions/$2"
	json state <<<"$BODY"
}
version_is() { [ "$(version_state "$1" "$2")" = "$3" ]; }

# service NAME [JSON]
service() {
	local quick='{"health":{"path":"/healthz","interval":"200ms"}}'
	must PUT "/v1/services/$1" "${2:-$quick}"
}

# version SERVICE VERSION KIND BACKEND [MORE JSON, with a leading comma]
version() {
	must PUT "/v1/services/$1/versions/$2" \
		"{\"kind\":\"$3\",\"endpoints\":[\"127.0.0.1:${PORT_of[$4]}\"]${5:-}}"
}
ready() { wait_until 10 version_is "$1" "$2" ready || fail "$1@$2 is not ready: $BODY"; }
unhealthy() { wait_until 10 version_is "$1" "$2" unhealthy || fail "$1@$2 is not unhealthy: $BODY"; }

# get SERVICE|HOST [/TARGET] [CURL'S OPTIONS]: a request through the proxy. Sets STATUS, BODY, HEADERS, BY
# (the test server that answered), DECISION and REASON. A host has a dot.
get() {
	local host=$1 target=/
	shift
	case $host in
	*.*) ;;
	*) host=$host.$DOMAIN ;;
	esac
	case "${1:-}" in
	/*) target=$1 && shift ;;
	esac
	: >"$T/body"
	: >"$T/headers"
	STATUS=$(curl -sS -o "$T/body" -D "$T/headers" -w '%{http_code}' --max-time 10 \
		-H "Host: $host" "$@" "http://$PROXY$target" 2>"$T/curl.err")
	read_answer
	read_decision
}

# What BODY and HEADERS say of who answered, and why: sets BY, DECISION and REASON.
read_decision() {
	local header=$'\n''[Rr]outing-[Dd]ecision: ([^'$'\n'']*)'
	case $BODY in
	'{"backend":"'*) BY=${BODY#*:\"} && BY=${BY%%\"*} ;;
	*) BY=$(json backend <<<"$BODY") ;;
	esac
	DECISION='' REASON=''
	[[ $HEADERS =~ $header ]] && DECISION=${BASH_REMATCH[1]}
	[[ $DECISION =~ .*reason=([a-z-]*) ]] && REASON=${BASH_REMATCH[1]}
	return 0
}

# header NAME: of the last answer.
header() { sed -n "s/^$1: //Ip" <<<"$HEADERS"; }
# arrived NAME: the header's values as the test server got them, a line each.
arrived() { json 'headers.*' <<<"$BODY" | sed -n "s/^$1: //Ip"; }
