#!/usr/bin/env bash
# `y` in a real tmux with its defaults, 80x24: the text is in tmux's buffer, goes to the clipboard programs that are
# there, is shown whole, and what is said of it is true. The loop never waits for one of them.
. "$(dirname "$0")/lib.sh"

has_tool tmux || exit 77

backends stable pr
serve_start
service cart
version cart 2026.1 stable stable
version cart pr-1 ephemeral pr ',"ttl":"1h"'
ready cart 2026.1
ready cart pr-1
must POST /v1/sessions '{"key":"one","pins":{"cart":"pr-1"}}'

export TMUX_TMPDIR=$T
tmux_do() { tmux -L umbra -f /dev/null "$@"; }
mkdir "$T/bin"
tool() { # NAME [COMMAND]: a program that keeps what it gets, then runs COMMAND
	printf '#!/bin/sh\ncat >"%s/took.%s"\n%s\n' "$T" "$1" "${2:-}" >"$T/bin/$1"
	chmod +x "$T/bin/$1"
}
screen() { tmux_do capture-pane -p 2>/dev/null; }
shows() { screen | grep -qF -- "$1"; }
keys() { tmux_do send-keys "$@"; }
await() { wait_until 10 shows "$1" || fail "$2: \"$1\" is not shown: $(screen)"; }
# open_dashboard VARIABLE=VALUE...: in a tmux of its own
open_dashboard() {
	tmux_do kill-server 2>/dev/null
	rm -f "$T"/took.*
	tmux_do new-session -d -x 80 -y 24 "env -u DISPLAY -u WAYLAND_DISPLAY XDG_STATE_HOME=/dev/null LC_ALL=C.UTF-8 PATH='$T/bin:$PATH' $* '$UMBRA' --url http://$API --session one"
	pids+=("$(tmux_do display -p '#{pid}')")
	await '2026.1' "the dashboard"
}
copy_curl() {
	keys y
	await 'a-z filter' "y offers"
	keys Enter
	await 'The mouse selects text here' "the text has a page"
}
# The lines of the page as a shell would take them.
page() { screen | sed -n '4,$p' | sed '/^$/,$d' | sed -e :a -e '/\\$/N; s/ \\\n/ /; ta'; }

# ---- tmux alone ----
open_dashboard
copy_curl
await "copied to tmux's buffer" "tmux takes it"
TEXT=$(tmux_do show-buffer)
has "$TEXT" "curl " "the buffer holds a curl line"
has "$TEXT" "one" "of the session"
is "$(page)" "$TEXT" "the page shows the whole text"
ok "the line runs" bash -c "${TEXT/curl /curl -sS -o /dev/null }"
keys Escape
await 'SERVICE / VERSION' "Esc goes back"

# ---- clipboard programs ----
tool wl-copy
tool xclip
tool xsel
open_dashboard WAYLAND_DISPLAY=w DISPLAY=:9
copy_curl
await "copied to" "all that is there take it"
for taker in "tmux's buffer" "the Wayland clipboard" "the X clipboard"; do ok "$taker is named" shows "$taker"; done
is "$(cat "$T/took.wl-copy")" "$TEXT" "wl-copy has it"
is "$(cat "$T/took.xclip")" "$TEXT" "xclip has it"
ok "xsel is not asked beside xclip" test ! -e "$T/took.xsel"

# ---- one fails, one takes its place; and one is not there ----
tool xclip 'exit 1'
tool wl-copy 'exit 3'
open_dashboard WAYLAND_DISPLAY=w DISPLAY=:9
copy_curl
await "; wl-copy exited 3" "what fails is named"
ok "and what took it" shows "the X clipboard"
is "$(cat "$T/took.xsel")" "$TEXT" "xsel takes the place of xclip"

# ---- one hangs: the dashboard does not ----
rm "$T/bin/xsel"
tool xclip 'exec sleep 600'
tool wl-copy
open_dashboard DISPLAY=:9
copy_curl
keys Escape
await 'SERVICE / VERSION' "keys are taken meanwhile"
keys 3
await 'OWNER' "and act"
await "did not end in 3 s" "what hangs is ended and named"
ok "it is gone" test -z "$(pgrep -f "$T/bin/xclip")"

# ---- nothing but the terminal ----
rm "$T/bin"/*
open_dashboard TMUX= TERM=xterm-256color
copy_curl
await "it does not say if it took it" "the terminal alone: no more is claimed than is known"
is "$(page)" "$TEXT" "the page shows it"
open_dashboard TMUX= STY=1.tty
copy_curl
await "not copied" "inside what hands nothing on"
tmux_do kill-server
done_ok
