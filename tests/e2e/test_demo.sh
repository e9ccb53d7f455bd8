#!/usr/bin/env bash
# Nothing is left of the demo when it is told to end, or loses its terminal.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_demo.sh"

for signal in TERM INT HUP; do
	demo_start
	[ "$signal" = TERM ] && ok "there is a demo: ${#ALL[@]} processes" test "${#ALL[@]}" -ge 18
	kill -$signal "$DEMO"
	wait_until 10 gone "$DEMO" || fail "$signal does not end it"
	ok "$signal: all is gone when it returns" all_gone "${ALL[@]}"
	ok "$signal: and the directory" no_dir
	nothing_left $signal
done

# With the dashboard, in a terminal: it is left by q, and by the terminal's end.
shown() { grep -q pr-482 "$T/screen" 2>/dev/null; }
in_terminal() {
	: >"$T/screen"
	mkfifo "$T/keys"
	TERM=xterm-256color script -qfc "stty rows 30 cols 120; '$UMBRA' demo" "$T/screen" <"$T/keys" >/dev/null 2>&1 &
	DEMO=$!
	pids+=("$DEMO")
	exec 9>"$T/keys"
	wait_until 20 shown || fail "the dashboard does not show the demo: $(tail -c 500 "$T/screen")"
	mapfile -t ALL < <(family "$DEMO")
}
in_terminal
seen() { grep -qaF "$1" "$T/screen"; }
printf ':vers' >&9
wait_until 10 seen 'register' || fail "the : line does not show what could be meant"
printf '\003?' >&9
wait_until 10 seen 'requests enter at' || fail "C-c in a line ends more than the line"
printf '\003\003' >&9
asked() { seen 'Leave?'; }
wait_until 10 asked || fail "C-c does not ask before the demo ends"
printf '\003' >&9
kill -0 "$DEMO" || fail "C-c ends the demo without a question"
printf 5 >&9
wait_until 10 seen 'REVISION' || fail "C-c in the question is no answer of no"
mapfile -t NOW < <(family "$DEMO")
ok "C-c: everything of the demo runs on" test "${#NOW[@]}" -ge 18
: >"$T/screen"
printf q >&9
wait_until 10 asked || fail "q does not ask before the demo ends"
kill -0 "$DEMO" || fail "q ends the demo without a question"
printf y >&9
wait_until 10 gone "$DEMO" || fail "q does not leave the dashboard"
nothing_left "q in the dashboard"
exec 9>&-
rm "$T/keys"
in_terminal
kill -KILL "$DEMO"
nothing_left "the terminal's end"
exec 9>&-
done_ok
