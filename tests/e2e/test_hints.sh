#!/usr/bin/env bash
# What an empty environment tells a newcomer to type works when it is typed.
. "$(dirname "$0")/lib.sh"

has_tool tmux || exit 77

serve_start
export TMUX_TMPDIR=$T
tmux_do() { tmux -L umbra -f /dev/null "$@"; }
screen() { tmux_do capture-pane -p 2>/dev/null; }
shows() { screen | grep -qF -- "$1"; }
await() { wait_until 10 shows "$1" || fail "$2: \"$1\" is not shown: $(screen)"; }
# The line behind "$ ", over as many rows as it takes.
hint() { screen | sed -n '/^ *\$ /,/^ *$/p' | sed 's/^ *\$ //' | tr -s ' \n' ' '; }

tmux_do new-session -d -x 80 -y 24 "env XDG_STATE_HOME=/dev/null LC_ALL=C.UTF-8 '$UMBRA' --url http://$API"
pids+=("$(tmux_do display -p '#{pid}')")
# follow KEY SAYS SHOWS: the empty view says it, its line runs, and then the view shows that
follow() {
	local line
	tmux_do send-keys "$1"
	await "$2" "view $1"
	line=$(hint)
	has "$line" "version register" "view $1 names a line"
	ok "$line" sh -c "$line" >"$T/typed" 2>&1
	await "$3" "view $1, after it"
}
follow 2 'No version names a pull request.' '#482'
must DELETE /v1/services/cart/versions/pr-482
must DELETE /v1/services/cart
follow 1 'No service is registered yet.' '1 version '
tmux_do kill-server
done_ok
