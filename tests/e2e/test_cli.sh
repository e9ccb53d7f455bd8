#!/usr/bin/env bash
# Every command once against the real control plane and proxy: what it prints, that JSON is JSON, and each
# exit code from 0 to 5.
. "$(dirname "$0")/lib.sh"
export XDG_CONFIG_HOME=$T/config LC_ALL=C.UTF-8

# umbra WORDS...: sets OUT, ERR and CODE.
umbra() {
	"$UMBRA" "$@" >"$T/out" 2>"$T/err" </dev/null
	CODE=$?
	OUT=$(cat "$T/out")
	ERR=$(cat "$T/err")
}

# does CODE PART WORDS...: the exit code, and PART in what is printed (stdout for 0, stderr otherwise).
does() {
	local code=$1 part=$2
	shift 2
	umbra "$@"
	is "$CODE" "$code" "umbra $*: $ERR"
	if [ "$code" -eq 0 ]; then
		has "$OUT" "$part" "umbra $*"
		is "$ERR" "" "umbra $*: says nothing on stderr"
	else
		has "$ERR" "$part" "umbra $*"
		is "$OUT" "" "umbra $*: says nothing on stdout"
	fi
}

# gives PATH VALUE WORDS...: with -o json, one JSON text that has VALUE at PATH.
gives() {
	local path=$1 value=$2
	shift 2
	umbra "$@" -o json
	is "$CODE" 0 "umbra $* -o json: $ERR"
	is "$(tr '\n' ' ' <<<"$OUT" | json "$path")" "$value" "umbra $* -o json: $path"
}

# lines PATH WORDS...: with -o ndjson, every line is JSON that has PATH.
lines() {
	local path=$1
	shift
	umbra "$@" -o ndjson
	is "$CODE" 0 "umbra $* -o ndjson: $ERR"
	ok "umbra $* -o ndjson: each line is JSON" json "$path" <<<"$OUT" >/dev/null
}

# ---- nobody there --------------------------------------------------------------------------------------
UMBRA_URL=http://127.0.0.1:1 does 3 "umbra serve" status
UMBRA_URL=http://127.0.0.1:1 does 3 "cannot be reached" logs -f
UMBRA_URL=http://127.0.0.1:1 does 3 "cannot be reached" curl cart/

# ---- what needs nobody ---------------------------------------------------------------------------------
does 0 "session pin" --help
does 0 "umbra session pin KEY SERVICE=VERSION..." session pin --help
does 0 "umbra session VERB" session --help
does 0 "umbra logs" help logs
does 0 "--headless" demo --help
hasnt "$OUT" "--url" "demo --help: it has its own control plane"
does 0 "umbra 0" --version
does 0 ".TH UMBRA 1" man
does 0 "http://127.0.0.1:7070" config
gives settings.1.origin default config
for shell in bash zsh fish; do does 0 __complete completion $shell; done
does 2 'did you mean "session"?' sesion
does 2 "unpin" session unpinn
does 2 "KEY is missing" session pin
does 2 "service=version" session pin k cart
does 2 "90s, 15m, 8h or 3d" session create --ttl soon
does 2 "one of the two" session use
does 0 dark theme list
does 4 "" theme check "$T/none.theme"
does 0 "AA" theme check nord
does 2 'there is no theme "nope"' --theme nope
does 2 'there is no theme "nope"' --once --theme nope
printf '[theme]\nground = dark\n[roles]\nquiet = #333333\n' >"$T/dim.theme"
ok "a theme that cannot be read ends with 1" \
	bash -c '"$0" theme check "$1" >/dev/null 2>&1; [ $? = 1 ]' "$UMBRA" "$T/dim.theme"

"$UMBRA" completion bash >"$T/completion.bash"
ok "the script of bash is one" bash -n "$T/completion.bash"
if has_tool zsh; then
	"$UMBRA" completion zsh >"$T/completion.zsh"
	ok "the script of zsh is one" zsh -n "$T/completion.zsh"
fi
if has_tool fish; then
	"$UMBRA" completion fish >"$T/completion.fish"
	ok "the script of fish is one" fish -n "$T/completion.fish"
fi
if has_tool man; then
	"$UMBRA" man >"$T/umbra.1"
	is "$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -l "$T/umbra.1" 2>&1 >/dev/null)" "" "the manual has no warnings"
fi

# ---- an environment --------------------------------------------------------------------------------------
backends stable pr other down
backend other "/_listen?on=0&name=down"
serve_start
at() { printf '127.0.0.1:%s' "${PORT_of[$1]}"; }

does 0 "service cart is set" service set cart --health-path /healthz --health-interval 200ms --owner payments
does 0 "service cart is set" service set cart --description "A cart"
gives owner payments service show cart
gives health.path /healthz service show cart
does 0 "payments" service list
does 0 "is set" service set search --health-path /healthz --health-interval 200ms

does 0 "cart@1 is registered as stable" version register cart@1 --endpoint "$(at stable)" --stable
does 0 "cart@pr-1 is registered as ephemeral" version register cart@pr-1 --endpoint "$(at pr)" \
	--pr 1 --author dev1 --title "One" --branch b --pr-url https://forge.example/1 --commit a1b2c3d \
	--build 7 --ttl 2h --label team=cart
does 0 "cart@1 is ready" version wait cart@1 --timeout 10s
does 0 "cart@pr-1 is ready" version wait cart@pr-1
does 0 "registered" version register search@pr-9 --endpoint "$(at down)"
does 1 "search@pr-9 is " version wait search@pr-9 --timeout 1s
gives pr.number 1 version show cart@pr-1
gives labels.team cart version show cart@pr-1
does 0 "dev1" version show cart@pr-1
gives versions.# 3 version list
gives versions.0.version pr-1 version list pr:1
does 0 "no versions" version list service:nobody
umbra version list status:5xx
is "$CODE" 0 "version list of a status"
has "$ERR" 'versions have no "status"' "version list of a status"
gives versions.0.version pr-1 version list '#1'
lines version version list
does 0 "lives for 5h" version extend cart@pr-1 --ttl 5h
does 0 "lives for 5h" version extend cart@pr-1
does 5 "" version register cart@pr-2 --endpoint "$(at pr)"
does 0 "registered" version register cart@pr-2 --endpoint "$(at other)"
does 5 "stable" version register cart@2 --endpoint 127.0.0.1:9 --stable
does 0 "there was no service kart" version register kart@1 --endpoint 127.0.0.1:9
does 0 "removed" service remove kart
does 5 "" version retire cart@1
does 4 "cart" service show card
does 4 "" version show cart@pr-99
does 4 "" version wait cart@pr-99
does 0 "cart@pr-1" version list pr:1 -o name
is "$OUT" cart@pr-1 "version list -o name: the name and nothing else"
does 0 "search" service list -o name
does 0 "1" pr list -o name
does 2 "has no name" logs -o name
umbra version register cart@pr-2 --endpoint "$(at other)" --wait --timeout 10s -o name
is "$CODE $OUT" "0 cart@pr-2" "register --wait"
umbra version register search@pr-9 --endpoint "$(at down)" --wait --timeout 1s
is "$CODE" 1 "register --wait of what does not start"
has "$ERR" "search@pr-9 is unhealthy after 1s" "register --wait: why"

# ---- sessions --------------------------------------------------------------------------------------------
umbra session create checkout --pin cart=pr-1 -o json
is "$CODE" 0 "session create: $ERR"
KEY=$(json key <<<"$OUT")
has "$KEY" checkout- "session create: the key"
does 0 "session hard: strict" session create --key hard --strict
does 0 '"backend":"stable"' curl --session hard cart/items -sS
does 0 "session hard has ended" session end hard
does 0 "session mine: lenient" session create --key mine --ttl 1h --owner dev2
does 5 "" session create --key mine
does 5 "pr-1" session create --pin cart=pr-11
gives pins.cart pr-1 session show "$KEY"
gives sessions.# 2 session list
gives sessions.0.key mine session list owner:dev2
lines key session list
umbra session list owner:dev2
has "$OUT" " 1h " "session list: what was given for 1h has 1h left"
# A list that stays: what is there, what changes, what goes.
"$UMBRA" session list --watch >"$T/watched" 2>/dev/null &
WATCH=$!
pids+=("$WATCH")
"$UMBRA" pr list -w -o ndjson >"$T/pulls" 2>/dev/null &
pids+=($!)
ok "watch: what is there" wait_until 5 grep -q '^mine ' "$T/watched"
ok "watch of pull requests" wait_until 5 grep -q '"number":1' "$T/pulls"
does 0 "pins cart=pr-2" session pin mine cart=pr-2
ok "watch: what changes" wait_until 5 grep -q '^mine .*cart=pr-2' "$T/watched"
does 0 "session set-me: lenient" session create --key set-me
does 0 "session set-me: strict, pins nothing, for 72h" session set set-me --policy strict --ttl 3d --owner dev3
gives owner dev3 session show set-me
does 2 "strict" session set set-me --policy never
ok "watch: what is new" wait_until 5 grep -q '^set-me .*strict' "$T/watched"
does 0 "has ended" session end set-me
ok "watch: what is gone" wait_until 5 grep -q 'gone: set-me' "$T/watched"
is "$(grep -c '^KEY' "$T/watched")" 1 "watch: one line of titles"
is "$(grep -c '^checkout' "$T/watched")" 1 "watch: what did not change is there once"
stop "$WATCH"
does 0 "pins nothing" session unpin mine cart
does 0 "lives for 1h" session extend mine
does 0 "Routing-Session: $KEY" session link "$KEY"
gives link "http://$KEY--cart.$DOMAIN:$PROXY_PORT/" session link "$KEY"
umbra session link "$KEY" --qr
is "$CODE" 0 "a QR code"
has "$OUT" "██" "a QR code"
has "$ERR" "A phone cannot open this link" "a QR code of a link to this machine"
does 4 "" session show nobody
does 4 "" session use nobody

does 0 "you use session $KEY" session use "$KEY"
does 0 "$KEY" config
ok "the config file has it" grep -qx "session = $KEY" "$T/config/umbra/config"

# ---- curl ------------------------------------------------------------------------------------------------
does 0 '"backend":"pr"' curl cart/items -sS
UMBRA_SESSION=mine does 0 '"backend":"stable"' curl cart/items -sS
does 0 '"backend":"stable"' curl --session mine cart/items -sS
does 0 "reason=pinned" curl cart -sS -D - -o /dev/null
does 0 '"method":"POST"' curl cart/items -sS -X POST -d x=1
umbra curl cart/_status?code=418 -sS -f
is "$CODE" 22 "curl's exit code is curl's"
does 4 "did you mean: cart" curl carr/items -sS
does 2 "umbra curl --session $KEY cart/items -sS" curl cart/items -sS --session "$KEY"
does 2 "umbra curl --url http://h cart/items" curl cart/items --url http://h
does 0 '"target":"/a[1-3]{x,y}"' curl 'cart/a[1-3]{x,y}' -sS
# A proxy of the environment variables is not asked for what is on this machine; NO_PROXY says what else.
http_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1 does 0 '"backend":"pr"' curl cart/items -sS
http_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1 does 0 "proxy url" status
http_proxy=http://$(at stable) does 1 "is it a control plane of Umbra?" status --url http://umbra.invalid
http_proxy=http://$(at stable) no_proxy=umbra.invalid does 3 "cannot be reached" status --url http://umbra.invalid
umbra curl --session mien cart/items -sS
is "$CODE" 0 "curl in an unknown session: $ERR"
has "$OUT" '"backend":"stable"' "curl in an unknown session"
has "$ERR" 'there is no session "mien": stable answers' "curl in an unknown session"
has "$ERR" "did you mean: mine" "curl in an unknown session"
does 0 "no session" session use --none
does 0 '"backend":"stable"' curl cart/items -sS

# ---- what happened ---------------------------------------------------------------------------------------
logged() { umbra logs "session:$KEY" path:/items && [ -n "$OUT" ]; }
ok "the request is logged" wait_until 5 logged
has "$OUT" "pinned" "logs: the reason"
has "$OUT" "pr-1" "logs: the version"
gives 0.path /items logs "session:$KEY" path:/items -n 1
lines seq logs -n 5
does 2 "" logs statu:5xx
umbra logs path:/nowhere
is "$CODE$OUT" 0 "logs: nothing matches"
has "$ERR" "no request matches" "logs: nothing matches"
has "$(umbra logs "session:$KEY" path:/items; printf '%s' "$OUT")" "$KEY" "logs: the session"
umbra logs -n 0 -o json
is "$OUT" "[]" "logs: nothing is an empty list"

"$UMBRA" logs -f -n 1 service:cart >"$T/tail" 2>"$T/tail.err" &
TAIL=$!
pids+=("$TAIL")
ok "the tail begins" wait_until 5 test -s "$T/tail"
"$UMBRA" curl cart/followed -sS >/dev/null
ok "the tail follows" wait_until 5 grep -q /followed "$T/tail"
is "$(grep -c /followed "$T/tail")" 1 "the tail has it once"
stop "$TAIL"
does 0 "session-created" events
does 0 "e2e" events --since 15m
has "$(grep 'version-unhealthy.*search@pr-9' <<<"$OUT")" refused "events: why a version is unhealthy"
lines seq events --since 15m
umbra events -n 2 -o ndjson
is "$(wc -l <<<"$OUT")" 2 "events -n 2"
umbra events -n 0
is "$OUT" "" "events -n 0"
"$UMBRA" events -f >"$T/events" 2>/dev/null &
EVENTS=$!
pids+=("$EVENTS")
ok "events begin" wait_until 5 test -s "$T/events"
does 0 "ended" session end mine
ok "events follow" wait_until 5 grep -q 'session-ended.*mine' "$T/events"
stop "$EVENTS"

does 0 "proxy url" status
does 0 "proxy url" status --url "${UMBRA_URL#http://}"
gives domain $DOMAIN status
gives entrance cart status
does 0 "cart" --once
gives services.# 2 --once

# ---- completion knows live names ----------------------------------------------------------------------
complete() { "$UMBRA" __complete -- "$@" | cut -f1 | tr '\n' ' '; }
is "$(complete session pin checkout-)" "$KEY " "completion: sessions"
is "$(complete session pin "$KEY" cart=pr-)" "cart=pr-1 cart=pr-2 " "completion: pins"
is "$(complete version show search@)" "search@pr-9 " "completion: versions"
is "$(complete logs service:s)" "service:search " "completion: filters"
is "$(complete curl c)" "cart/ " "completion: targets"
typed() { # LINE WORD...: what bash would put there
	bash -c '. "$1"; COMP_LINE=$2 COMP_POINT=${#2}; shift 2; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
		_umbra "$0"; echo "${COMPREPLY[*]}"' "$UMBRA" "$T/completion.bash" "$@"
}
is "$(typed "umbra version show search@" umbra version show search@)" "search@pr-9" "bash: a version"
is "$(typed "umbra version show search@" umbra version show search @)" "@pr-9" "bash: after @"
is "$(typed "umbra version show search@p" umbra version show search@ p)" "@pr-9" "bash: after @, more"
is "$(typed "umbra session pin $KEY cart=pr-1" umbra session pin "$KEY" cart = pr-1)" "pr-1" "bash: after ="

# ---- and away again --------------------------------------------------------------------------------------
does 0 "cart@pr-2 is stable now" version promote cart@pr-2 --force
gives stable pr-2 service show cart
does 0 "1 session still pins it: $KEY (lenient)" version retire cart@pr-1
does 0 "cart=pr-1 (gone)" session list
gives sessions.0.not_ready.cart gone session list
does 4 "" version show cart@pr-1
does 0 "removed" service remove search
does 0 "ended" session end "$KEY"
umbra session end "$KEY" -o json
is "$CODE" 0 "ending twice: it is done"
does 0 "ended" session end "$KEY"
does 4 "never" session end never-was

done_ok
