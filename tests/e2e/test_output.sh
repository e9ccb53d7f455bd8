#!/usr/bin/env bash
# Where output goes: lost output is told and is no success, a stream ends with its reader, times have one form,
# and a terminal or a program that reads no UTF-8 gets none.
. "$(dirname "$0")/lib.sh"
export XDG_CONFIG_HOME=$T/config LC_ALL=C.UTF-8

backends one
serve_start
service cart
version cart 1 stable one
ready cart 1
must POST /v1/sessions '{"key":"mine","pins":{"cart":"1"}}'
KEY=mine
get cart /items -H "Routing-Session: mine"
logged() { [ -n "$("$UMBRA" logs session:mine 2>/dev/null)" ]; }
ok "the request is logged" wait_until 5 logged

# ---- output that is lost -------------------------------------------------------------------------------
# full WORDS...: into a device that takes nothing.
full() {
	"$UMBRA" "$@" >/dev/full 2>"$T/full.err" </dev/null
	is $? 1 "umbra $* >/dev/full"
	has "$(cat "$T/full.err")" "No space left on device" "umbra $* >/dev/full"
}
for words in --help "session --help" "help logs" man "completion bash" config status "service list" "logs -n 1" \
	"events" "session show $KEY" "session link $KEY" "session link $KEY --qr" "pr list" "theme list" \
	"--once" "version wait cart@1"; do
	# shellcheck disable=SC2086
	full $words
	# shellcheck disable=SC2086
	case $words in
	status | "service list" | "logs -n 1" | "session show"*) full $words -o json ;;
	esac
done
full --plain
full session create lost -o json
has "$(cat "$T/full.err")" "session lost-" "the key of a session whose answer is lost"
ok "and it is a session" "$UMBRA" session end "$(grep -o 'lost-[a-z0-9]*' "$T/full.err")" >/dev/null
closed() { # the reader is gone before the first byte
	exec 8> >(:)
	wait $!
	"$UMBRA" logs >&8
	printf '%s' $?
}
is "$(closed 2>"$T/pipe.err")$(cat "$T/pipe.err")" 141 "nobody reads: as of a program that SIGPIPE ended, quietly"
"$UMBRA" status >&- 2>"$T/full.err"
is $? 1 "no output at all"

# Nothing more is logged: that the reader is gone is seen all the same (124 where it is not).
followed() { timeout 60 "$UMBRA" logs -f -n 5 2>"$T/pipe.err" | grep -m1 cart >/dev/null; printf '%s' "${PIPESTATUS[0]}"; }
is "$(followed)$(cat "$T/pipe.err")" 141 "logs -f ends with its reader"
followed_events() { timeout 60 "$UMBRA" events -f 2>"$T/pipe.err" | grep -m1 cart >/dev/null; printf '%s' "${PIPESTATUS[0]}"; }
is "$(followed_events)$(cat "$T/pipe.err")" 141 "events -f ends with its reader"

# ---- times and characters --------------------------------------------------------------------------------
utc='^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z '
for words in "logs -n 1" "events"; do
	# shellcheck disable=SC2086
	ok "$words: times in UTC" grep -qE "$utc" <("$UMBRA" $words)
	ok "$words: on a terminal local, with the offset" grep -qE '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}[+]05:45 ' \
		<(TZ=Asia/Kathmandu script -qec "$UMBRA $words" /dev/null </dev/null)
	ok "$words: on a terminal with --utc" grep -qE '[0-9]{3}Z ' \
		<(TZ=Asia/Kathmandu script -qec "$UMBRA $words --utc" /dev/null </dev/null)
done
ok "a thing's times on a terminal" grep -qE '^created_at +[0-9-]{10}T[0-9:.]{12}[+]05:45 ' \
	<(TZ=Asia/Kathmandu script -qec "$UMBRA session show $KEY" /dev/null </dev/null)
must PUT /v1/services/cart '{"health":{"path":"/healthz","interval":"200ms"},"description":"Körbe ◐"}'
is "$(LC_ALL=C "$UMBRA" service show cart | sed -n 's/^description  */description: /p')" 'description: K\u{F6}rbe \u{25D0}' "LC_ALL=C: what others wrote"
is "$(LC_ALL=en_US.UTF-8 "$UMBRA" service show cart | sed -n 's/^description  */description: /p')" 'description: Körbe ◐' "UTF-8 that is not installed"
has "$(LC_ALL=C "$UMBRA" version list)" "* ready" "LC_ALL=C: our own marks"
has "$(LC_ALL=C "$UMBRA" session link "$KEY" --qr)" "####" "LC_ALL=C: a QR code"
for words in "version list" "service show cart" "session link $KEY --qr" "logs -n 5" events status "pr list" --help man; do
	# shellcheck disable=SC2086
	is "$(LC_ALL=C "$UMBRA" $words | LC_ALL=C tr -d '\0-\177' | wc -c)" 0 "LC_ALL=C: $words is ASCII"
done
is "$(LC_ALL=C "$UMBRA" service show cart -o json | json description)" "Körbe ◐" "LC_ALL=C: JSON is UTF-8"


done_ok
