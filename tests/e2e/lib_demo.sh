# shellcheck shell=bash disable=SC2034
# What the scripts about the demo share, beside lib.sh: a headless demo with its family, and whether it is gone.

export TMPDIR=$T

# All processes of a demo, by parentage from the one that was started.
family() { # PID
	local pid
	for pid in $(pgrep -P "$1"); do
		echo "$pid"
		family "$pid"
	done
}
all_gone() {
	local pid
	for pid in "$@"; do alive "$pid" && return 1; done
	return 0
}
no_dir() { [ -z "$(ls -d "$T"/umbra-demo-* 2>/dev/null)" ]; }
is_ready() { grep -q '^ready ' "$T/out" || ! alive "$DEMO"; }
demo_start() {
	: >"$T/out"
	"$UMBRA" demo --headless >"$T/out" 2>"$T/err" </dev/null &
	DEMO=$!
	pids+=("$DEMO")
	wait_until 20 is_ready
	grep -q '^ready ' "$T/out" || die "the demo is not ready: $(cat "$T/err")"
	DEMO_API=$(sed -n 's,.* api=http://\([^ ]*\).*,\1,p' "$T/out")
	DEMO_PROXY=$(sed -n 's,.* proxy=http://\([^ ]*\).*,\1,p' "$T/out")
	mapfile -t ALL < <(family "$DEMO")
	SERVE=$(json pid <<<"$(curl -sS "http://$DEMO_API/v1/status")")
	HAPROXY=$(json proxy.pid <<<"$(curl -sS "http://$DEMO_API/v1/status")")
	mapfile -t -O "${#ALL[@]}" ALL < <(echo "$HAPROXY"; pgrep -P "$HAPROXY")
	GUARDIAN=$(pgrep -P "$DEMO" | head -1)
	HOST=$(pgrep -P "$GUARDIAN" | head -1)
}
# nothing_left HOW
nothing_left() {
	wait_until 10 all_gone "${ALL[@]}" || fail "$1: still there: $(ps -o pid,args -p "$(tr ' ' , <<<"${ALL[*]}")")"
	wait_until 5 no_dir || fail "$1: left: $(ls -d "$T"/umbra-demo-*)"
	wait "$DEMO" 2>/dev/null
	checks=$((checks + 1))
}
