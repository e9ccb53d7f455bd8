#!/usr/bin/env bash
# Hostile text in requests and in log lines is shown escaped and bounded, and breaks nothing.
. "$(dirname "$0")/lib.sh"

backends stable
serve_start
service cart
version cart 1 stable stable
ready cart 1

esc=$'\x1b' bel=$'\x07' csi=$'\xc2\x9b' rlo=$'\xe2\x80\xae' zwsp=$'\xe2\x80\x8b' bad=$'\xff\xfe'
# Bytes that must never reach a terminal: C0 but line feed, DEL, C1, bidi overrides, zero-width.
hostile=$'[\x01-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xaf]|\xff'
safe() { # WHAT FILE
	checks=$((checks + 1))
	if LC_ALL=C grep -qaE "$hostile" "$2"; then
		fail "$1: hostile bytes: $(LC_ALL=C grep -aE "$hostile" "$2" | head -2 | od -c | head -8)"
	fi
	if LC_ALL=C awk 'length > 20000 {exit 1}' "$2"; then :; else fail "$1: a line is not bounded"; fi
}

# ---- in requests -------------------------------------------------------------------------------------
get cart /colour -H "Routing-Session: a${esc}[31mred${esc}]0;title${bel}"
get cart /bidi -H "Routing-Session: ${rlo}txt.exe${zwsp}${csi}31m"
get cart /bytes -H "Routing-Session: ${bad}x" -H "baggage: routing-hop=${esc}[2J%0d%0ax@1"
get cart /quotes -H 'Routing-Session: "\","x":"'
get cart '/escaped%1b%5b31m%0d%0aready'
get cart "/long/$(head -c 6000 /dev/zero | tr '\0' x)"
get cart "/raw-${rlo}${csi}"
is "$([ "$STATUS" = 200 ] || [ "$STATUS" = 400 ] && echo good)" good "raw bytes in a path are passed or refused: $STATUS"
get cart /last
seen() { "$UMBRA" logs -n 200 'service:cart' >"$T/logs" 2>"$T/logs.err" && grep -q /last "$T/logs"; }
wait_until 5 seen || fail "the last request is not in the log: $(cat "$T/logs.err")"
safe "umbra logs" "$T/logs"
for path in /colour /bidi /bytes /quotes /escaped /long; do
	has "$(cat "$T/logs")" $path "it is all there"
done
"$UMBRA" logs -n 200 -o json >"$T/logs.json"
LC_ALL=C sed 's/\xe2\x80[\x8b-\x8f\xaa-\xae]//g; s/\xc2[\x80-\x9f]//g' "$T/logs.json" >"$T/logs.ascii"
safe "umbra logs -o json, which escapes by its own rules" "$T/logs.ascii"
api GET '/v1/requests?limit=200&filter=path:/quotes'
is "$(json requests.0.path <<<"$BODY")" /quotes "a quote in a key breaks no record"

# ---- in names that people write ----------------------------------------------------------------------
api PUT /v1/services/cart/versions/pr-9 '{"endpoints":["127.0.0.1:9"],"pr":{"number":9,"title":"\u001b[31mred\u202e\u200b","author":"\u009b31m"}}'
is "$([ "$STATUS" = 201 ] || [ "$STATUS" = 400 ] && echo good)" good "a hostile title is taken or refused: $STATUS $BODY"
"$UMBRA" version list >"$T/versions" 2>&1
safe "umbra version list" "$T/versions"
"$UMBRA" events >"$T/events" 2>&1
safe "umbra events" "$T/events"
"$UMBRA" session show $'x\x1b[31m' >"$T/error" 2>&1
safe "an error that quotes" "$T/error"

# ---- lines no proxy would write, straight into its log -----------------------------------------------
# A line that says it is a request ("R ...") and is none is counted, and so is one of 100 kB. Anything else is the
# proxy's own talk and passed over. A program between serve and the proxy's socket puts them into what is read.
malformed() { status_of proxy.lines_malformed; }
mv "$T/data/proxy/runtime.sock" "$T/real.sock"
"$HELPERS/logline" between "$T/data/proxy/runtime.sock" "$T/real.sock" "$T/input.sock" 2>>"$T/between.err" &
pids+=($!)
wait_until 5 test -S "$T/data/proxy/runtime.sock" || fail "nobody is between serve and the proxy"
service another # a reload: the log is read through the new socket from now on
wait_until 10 test -S "$T/input.sock" || fail "the log is not read: $(cat "$T/between.err")"
inject() { "$HELPERS/logline" "$T/input.sock" "$@" || fail "the log does not take it"; }
before=$(malformed)
{ printf 'R '; head -c 20000 /dev/zero | tr '\0' 'x'; } | inject
printf 'R %s' "{\"${esc}[31m\":\"${rlo}${bad}" | inject
printf 'R %s%s 1 2 3' "$esc" "$csi" | inject
printf 'R ' | inject
{ printf 'R '; head -c 100000 /dev/zero | tr '\0' 'x'; } | inject
head -c 100000 /dev/urandom | inject raw
printf '%s' "${esc}]0;title${bel}" | inject
printf 'R 99999999999999999999 R\nR' | inject raw
printf ' 12' | inject
printf '<134>%s\n\n\n' "$esc" | inject
counted() { [ "$(malformed)" -ge $((before + 7)) ]; }
wait_until 5 counted || fail "malformed lines are not counted: $before, now $(malformed)"
get cart /after
after() { "$UMBRA" logs -n 5 path:/after 2>/dev/null | grep -q /after; }
wait_until 5 after || fail "requests after it are not logged"
# ---- lines that are requests, with everything hostile in the path --------------------------------------
bs=$'\b' cr=$'\r' del=$'\x7f'
evil="${esc}[2J${esc}[31mred${esc}]0;title${bel}${esc}]52;c;aGk=${bel}${cr}FAKE${bs}${bs}${del}${csi}31m${rlo}exe${zwsp}${bad}"
request() { # COUNTER PATH: as HAProxy's log-format writes it
	printf 'R %s 1 %s 200 1 1 0 -- HTTP/1.1 GET cart 1:0 [127.0.0.1]:9 no-session - 1 %s - - - - - - - %s {cart.env.localhost|||}' \
		"$1" "1795379064189045 1795379064202145 1795379064201045" 9514ad5d170e93090cac5f0772808e0e "$2" | inject
}
request 1 "/evil$evil"
request 2 "/vast$(head -c 30000 /dev/zero | tr '\0' v)"
request 3 "/huge$(head -c 100000 /dev/zero | tr '\0' h)" # no line of ours: it is counted and passed over
STATUS=$(curl -s -o "$T/vast" -w '%{http_code}' --max-time 10 -H 'Host: cart.env.localhost' -H "X-Vast: $(head -c 100000 /dev/zero | tr '\0' x)" "http://$PROXY/refused")
is "$STATUS" 400 "100 kB of one header are refused by the proxy"
get cart /marked
marked() { "$UMBRA" logs -n 50 >"$T/logs" 2>/dev/null && grep -q /marked "$T/logs"; }
wait_until 5 marked || fail "the requests behind them are not logged: $(cat "$T/logs")"
safe "umbra logs, of lines that are requests" "$T/logs"
has "$(cat "$T/logs")" '/evil\x1b[2J' "escapes are shown, not obeyed"
is "$(grep -ac '/huge' "$T/logs")" 0 "a line of 100 kB is none"
vast=$(LC_ALL=C awk '/\/vast/ {print length}' "$T/logs")
ok "a line of 30 kB is bounded: $vast" [ "${vast:-0}" -gt 100 -a "${vast:-0}" -lt 1500 ]

# The same in the dashboard.
mkfifo "$T/keys"
TERM=xterm-256color LC_ALL=C.UTF-8 script -qfc "stty rows 30 cols 120; '$UMBRA' --url 'http://$API'" "$T/screen" <"$T/keys" >/dev/null 2>&1 &
pids+=($!)
exec 9>"$T/keys"
on_screen() { grep -qa "$1" "$T/screen"; }
wait_until 10 on_screen Services || fail "the dashboard does not come up"
printf 4 >&9
wait_until 10 on_screen /marked || fail "the dashboard does not show the requests"
on_screen /evil || fail "the dashboard does not show the hostile one"
# What the dashboard asks of the terminal itself: its background (OSC 11).
sed -i "s/${esc}\]11;?${bel}//" "$T/screen"
for never in "${esc}]" "$bel" "$csi" "$rlo" "$zwsp" "$bad" "$del" "${esc}[31mred"; do
	LC_ALL=C grep -qaF "$never" "$T/screen" && fail "came through to the terminal: $(printf %s "$never" | od -c | head -1)"
done
printf q >&9
exec 9>&-
safe "serve's own log" "$T/serve.err"
done_ok
