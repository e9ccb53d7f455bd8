#!/usr/bin/env bash
# What HAProxy keeps of sessions that ended goes without a reload when it is much: no entry is there twice, and
# those that were replaced are gone. Sessions that live are routed all the while.
. "$(dirname "$0")/lib.sh"
sessions=${SESSIONS:-1200}

backends stable pr
serve_start
service cart
version cart 1 stable stable
version cart pr-1 ephemeral pr
ready cart 1
ready cart pr-1
must POST /v1/sessions '{"key":"kept","policy":"strict","pins":{"cart":"pr-1"}}'
reloads=$(status_of proxy.reloads)

{
	for i in $(seq "$sessions"); do
		printf 'request = POST\nurl = "http://%s/v1/sessions"\nheader = "Content-Type: application/json"\ndata = "{\\"key\\":\\"s%s\\",\\"pins\\":{\\"cart\\":\\"pr-1\\"}}"\noutput = /dev/null\nnext\n' "$API" "$i"
		printf 'request = DELETE\nurl = "http://%s/v1/sessions/s%s"\noutput = /dev/null\n' "$API" "$i"
		[ "$i" -eq "$sessions" ] || printf 'next\n'
	done
} >"$T/writes"
"$HELPERS/load" --proxy "$PROXY" --host "cart.$DOMAIN" --header 'Routing-Session: kept' --rate 100 \
	>"$T/load" 2>"$T/load.err" &
load=$!
pids+=("$load")
curl -sS -K "$T/writes" 2>"$T/curl.err" || fail "the writes: $(head -3 "$T/curl.err")"
entries() { "$HELPERS/logline" ask "$T/data/proxy/runtime.sock" "show map maps/$1" | grep -c '^0x'; }
few() { [ "$(entries changed)" -lt 1000 ]; }
wait_until 15 few || fail "entries that are replaced stay: $(entries changed)"
is "$(status_of proxy.reloads)" "$reloads" "without a reload"
ok "each session once: $(entries sessions)" [ "$(entries sessions)" -le $((sessions + 1)) ]
get cart -H 'Routing-Session: kept'
is "$STATUS $BY" "200 pr" "a session that lives"
get cart -H 'Routing-Session: s1'
is "$STATUS $REASON" "200 session-expired" "one that has ended is remembered"
get cart -H 'Routing-Session: never'
is "$STATUS $REASON" "200 session-unknown" "one that never was"
# Changes of what was written anew.
must POST /v1/sessions '{"key":"s1","pins":{"cart":"pr-1"}}'
get cart -H 'Routing-Session: s1'
is "$STATUS $REASON" "200 pinned" "a key that is used again"
must DELETE /v1/sessions/kept
get cart -H 'Routing-Session: kept'
is "$STATUS $REASON" "503 session-expired" "one that ends now"
stop "$load"
is "$(json failed <"$T/load")" 0 "no request failed"
done_ok
