#!/usr/bin/env bash
# A tail over a control plane that is stopped for a while, and over one that is killed: no line is doubled,
# and none is missing that is not told as lost.
. "$(dirname "$0")/lib.sh"

backends stable
serve_start
service cart
version cart 1 stable stable
ready cart 1

"$UMBRA" logs -f -o ndjson service:cart >"$T/tail" 2>"$T/tail.err" &
tail=$!
pids+=("$tail")
get cart /begin
tailed() { grep -q "\"path\":\"$1\"" "$T/tail"; }
# It is following once it has shown a request that came after it.
begun() { get cart /begin && tailed /begin; }
wait_until 10 begun || die "the tail shows nothing: $(cat "$T/tail.err")"

requests() { # FROM TO RATE: one connection, each with a path of its own
	curl -sS -o /dev/null --rate "$3/s" -H "Host: cart.$DOMAIN" "http://$PROXY/n[$1-$2]" 2>>"$T/curl.err"
}
judge() { # WHAT FROM TO
	local missing doubled told
	wait_until 20 tailed "/n$3" || fail "$1: the last request is not shown: $(tail -1 "$T/tail" | cut -c1-300)"
	sed -n 's/.*"path":"\/n\([0-9]*\)".*/\1/p' "$T/tail" | sort -n >"$T/shown"
	doubled=$(uniq -d "$T/shown" | wc -l)
	missing=$(comm -13 <(sort "$T/shown") <(seq "$2" "$3" | sort) | wc -l)
	told=$(json dropped <"$T/tail" | awk '$1 == "null" {some = 1} {s += $1} END {print some ? "some" : s + 0}')
	is "$doubled" 0 "$1: no line is doubled"
	note "$1: $missing missing, $told told as lost"
	[ "$told" = some ] || ok "$1: $missing lines are missing, $told are told" test "$missing" -le "$told"
	[ "$missing" -eq 0 ] || ok "$1: what is missing is told" test "$told" != 0
}

requests 1 400 200 &
load=$!
wait_until 10 tailed /n100
kill -STOP "$SERVE_PID"
sleep 1.5 # what is tested is time without a control plane
kill -CONT "$SERVE_PID"
wait "$load"
judge "stopped for a while" 1 400
is "$(json dropped <"$T/tail" | wc -l)" 0 "stopped for a while: nothing is lost"

requests 401 1000 200 &
load=$!
wait_until 10 tailed /n500
kill -KILL "$SERVE_PID"
wait "$SERVE_PID" 2>/dev/null
serve_start
wait "$load"
judge "killed" 401 1000
ok "the tail still follows" alive "$tail"

# Sequence numbers go up, over the restart too.
json seq <"$T/tail" >"$T/seqs"
is "$(sort -n "$T/seqs" | uniq -d)" "" "no sequence number twice"
ok "in order" sort -nc "$T/seqs"
done_ok
