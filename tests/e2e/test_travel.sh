#!/usr/bin/env bash
# What travels from hop to hop when services pass on less than all, or write it their own way: keys, direct
# pins, strictness, callers, traces, and the number of hops, which ends every loop.
. "$(dirname "$0")/lib.sh"

backends stable pr web sick
serve_start
service cart
service web
service ring
version cart 2026.1 stable stable
version cart pr-1 ephemeral pr
version cart pr-sick ephemeral sick
version web v1 stable web
backend sick '/_health?status=503'

# ---- services that send every request back to the proxy ---------------------------------------------------
: >"$T/relays"
"$HELPERS/relay" "$PROXY_PORT" plain all header:baggage baggage:Routing-Session,Routing-Hops >"$T/relays" 2>"$T/relays.err" &
pids+=("$!")
relays_there() { [ "$(wc -l <"$T/relays")" -eq 4 ]; }
wait_until 5 relays_there || die "no relays: $(cat "$T/relays.err")"
while read -r name port; do PORT_of[$name]=$port; done <"$T/relays"
version ring 1 stable plain
version ring pr-all ephemeral all
version ring pr-header ephemeral header
version ring pr-baggage ephemeral baggage
ready cart 2026.1
ready cart pr-1
unhealthy cart pr-sick
ready web v1
ready ring 1
ready ring pr-all
ready ring pr-header
ready ring pr-baggage
must POST /v1/sessions '{"key":"one","pins":{"cart":"pr-1"}}'
for kind in all header baggage; do
	must POST /v1/sessions "{\"key\":\"ring-$kind\",\"pins\":{\"ring\":\"pr-$kind\"}}"
done

# ---- many requests of one curl -----------------------------------------------------------------------------
# To start curl costs more than what it is started for. `ask` notes a request, then_is a check of its answer,
# then_recorded one of its record, and `answers` has them all sent, one after another, and checked.
curls=() checks_of=()
ask() { # SERVICE [/TARGET] [CURL'S OPTIONS]: as `get` has it
	local n=${#checks_of[@]} target=/ service=$1
	shift
	case "${1:-}" in
	/*) target=$1 && shift ;;
	esac
	curls+=(--next -sS -o "$T/answer.$n" -D "$T/heads.$n" -w '%{http_code}\n' --max-time 10 -H "Host: $service.$DOMAIN"
		"$@" "http://$PROXY$target")
	checks_of+=("")
	path=$target
}
# then_is EXPRESSION WANTED WHAT: the expression is of what `get` sets, and `arrived` and `member`.
then_is() { checks_of[-1]+=$(printf 'is "%s" %q %q' "$1" "$2" "$3")$'\n'; }
then_recorded() { checks_of[-1]+=$(printf 'recorded %q %q %q %q' "$path" "$1" "$2" "$3")$'\n'; } # FIELD WANTED WHAT

# The headers that came, of all answers, by one process.
headers_that_came() {
	local n
	for n in "${!checks_of[@]}"; do
		printf '{"headers":["== %d"]}\n%s\n' "$n" "$(<"$T/answer.$n")"
	done | json 'headers.*'
}
arrived() { sed -n "s/^$1: //Ip" <<<"${came[n]}"; }
member() { arrived baggage | tr , '\n' | sed -n "s/^$1=//p"; }
# Sets RECORDS, the newest that the filter takes, a line each; false before there are COUNT.
records() { # FILTER COUNT
	api GET "/v1/requests?limit=1000&filter=$1"
	mapfile -t RECORDS < <(json 'requests.*' <<<"$BODY")
	[ "${#RECORDS[@]}" -ge "$2" ]
}
recorded() { # PATH FIELD WANTED WHAT
	local record re="\"$2\":\"?([^\",}]*)"
	for record in "${RECORDS[@]}"; do
		[[ $record == *"\"path\":\"$1\""* && $record =~ $re ]] || continue
		is "${BASH_REMATCH[1]}" "$3" "$4"
		return
	done
	fail "no record of $1"
}
answers() {
	local codes line
	came=()
	mapfile -t codes < <(curl "${curls[@]:1}" 2>"$T/curl.err")
	while IFS= read -r line; do
		case $line in
		'== '*) n=${line#== } && came[n]= ;;
		*) came[n]+=$line$'\n' ;;
		esac
	done < <(headers_that_came)
	sent=$((sent + ${#checks_of[@]}))
	[[ ${checks_of[*]} != *recorded* ]] || wait_until 10 records '' $sent || fail "of $sent requests ${#RECORDS[@]} records"
	for n in "${!checks_of[@]}"; do
		read_answer "$T/answer.$n" "$T/heads.$n"
		read_decision
		STATUS=${codes[n]}
		eval "${checks_of[n]}"
	done
	curls=() checks_of=()
}
sent=0

# ---- callers as SDKs write them ---------------------------------------------------------------------------
n=0
for hop in web%40v1 web@v1 %77eb%40v1; do
	n=$((n + 1))
	ask cart "/caller/$n" -H "baggage: user=1,routing-hop=$hop"
	then_recorded caller web@v1 "the caller in routing-hop=$hop"
done
ask cart /long/caller -H 'baggage: routing-hop=web@v1' -H 'baggage: a=1'
then_recorded caller web@v1 "the caller in several lines"

# ---- direct pins and strictness by baggage alone ------------------------------------------------------------
ask web / -H 'Routing-Pins: cart="pr-1", search="pr-9"' -H 'Routing-Strict: 1'
then_is '$(member routing-pins)' 'cart~pr-1~~search~pr-9' "pins go on as a member"
then_is '$(member routing-strict)' 1 "and strictness"
then_is '$(arrived routing-pins)' 'cart="pr-1", search="pr-9"' "the header goes on as it came"
answers
sdk=$(arrived baggage | sed 's/~/%7E/g; s/%40/@/g')
ask cart / -H "baggage: $sdk"
then_is '$BY $REASON' "pr direct-pin" "pins that only baggage carries"
then_is '$(arrived routing-pins)' 'cart="pr-1", search="pr-9"' "become a header"
then_is '$(arrived routing-strict)' 1 "strictness that only baggage carries becomes a header"
then_is '$(arrived baggage | grep -o routing-pins= | wc -l)' 1 "ours is not doubled"
ask cart / -H 'baggage: routing-pins=cart~pr-sick,routing-strict=1'
then_is '$STATUS $REASON' "503 version-unhealthy" "a strict request by baggage alone never passes against stable"
ask cart / -H 'baggage: routing-pins=cart~pr-sick'
then_is '$BY $REASON' "stable version-unhealthy" "a lenient one does"
ask cart / -H 'baggage: routing-pins=cart~pr-1' -H 'Routing-Pins: cart="2026.1"'
then_is '$BY $REASON' "stable direct-pin" "the header wins"
ask cart / -H 'baggage: routing-strict=1,routing-pins=cart~pr-sick' -H 'Routing-Strict: 0'
then_is '$STATUS' 200 "the header of strictness wins"
must POST /v1/sessions '{"key":"firm","policy":"strict","pins":{}}'
ask web / -H 'Routing-Session: firm'
then_is '$(member routing-strict)' 1 "a strict session makes the member"

# ---- strictness of another form -----------------------------------------------------------------------------
for value in true '1, 1' 00 yes; do
	ask cart "/strict/${value//[ ,]/-}" -H "Routing-Strict: $value" -H 'Routing-Pins: cart="pr-sick"'
	then_is '$STATUS $REASON' "503 version-unhealthy" "Routing-Strict: $value is strict"
	then_recorded malformed true "and noted"
done
for value in 'Routing-Strict: 0' 'Routing-Strict;'; do
	ask cart / -H "$value" -H 'Routing-Pins: cart="pr-sick"'
	then_is '$STATUS' 200 "$value is lenient"
done

# ---- keys that are none ----------------------------------------------------------------------------------------
ask web /none -H 'Routing-Session: No Key' -H 'baggage: a=1,routing-session=No Key;p'
then_is '$REASON' session-unknown "a malformed key"
then_is '$(arrived routing-session)' "" "is not sent on"
then_is '$(member routing-session)' "" "nor as a member"
then_is '$(arrived baggage | grep -o ,a=1)' ,a=1 "and the others stay"
ask web /unknown -H 'Routing-Session: nobody'
then_is '$REASON $(arrived routing-session) $(member routing-session)' "session-unknown nobody nobody" "a valid one that is unknown is"
ask cart / -H 'Routing-Session: one, one'
then_is '$BY $REASON $(arrived routing-session)' "pr pinned one" "one key joined with itself"
ask cart / -H 'Routing-Session: one, two'
then_is '$REASON $(arrived routing-session)' "session-unknown " "two keys joined are none"
ask cart /d%65coded -H 'baggage: routing-session=o%6ee'
then_is '$REASON' session-unknown "an encoded key is no key"
ask cart /quote -H 'Cookie: a="b; routing-session=one'
then_is '$REASON' no-session "a quote that is not closed hides the cookie"
then_recorded malformed true "which is noted"

# ---- the list that leaves ----------------------------------------------------------------------------------------
ours='routing-hop=cart%402026.1,routing-hops=1'
list() { # WANTED OPTIONS...
	local wanted=$1
	shift
	ask cart / "$@"
	then_is '$(arrived baggage)' "$wanted" "baggage upstream of $*"
}
list "$ours" -H 'baggage;'
list "$ours" -H 'baggage: ,, ,'
list "$ours,a=1,b=2" -H 'baggage;' -H 'baggage: a=1' -H 'baggage;' -H 'baggage: b=2'
list "$ours,a=1;p=%20,b=2" -H 'baggage: routing-hops,a=1;p=%20,,routing-pins=,junk,=,b=2,'
list "$ours, a = \"x\" ;p,routing=1" -H 'baggage: routing-strict;x=1, a = "x" ;p,routing=1'

# ---- words of the map -----------------------------------------------------------------------------------------------
for word in '~stable' 'session:one' 'cart:strict' 'pr-1:0'; do
	ask cart / -H "Routing-Pins: cart=\"$word\""
	then_is '$STATUS $BY $REASON' "200 stable no-session" "a pin to $word"
	then_is '$(arrived routing-pins)$(member routing-pins)' "" "a pin to $word is not sent on"
	ask cart / -H "baggage: routing-pins=cart~$word"
	then_is '$STATUS $BY $REASON' "200 stable no-session" "a pin to $word in baggage"
done

# ---- traces ----------------------------------------------------------------------------------------------------------
id=4bf92f3577b34da6a3ce929d0e0e4736 span=00f067aa0ba902b7
ask cart
then_is '$(arrived traceparent)' "" "nothing is added to what carries no session"
ask cart / -H "traceparent: 00-$id-$span-00" -H 'tracestate: v=1'
then_is '$(arrived traceparent) $(arrived tracestate)' "00-$id-$span-00 v=1" "its sampling stays"
ask cart / -H 'tracestate: v=1'
then_is '$(arrived tracestate)' "" "a tracestate without its trace goes"
ask cart /later -H 'Routing-Session: one' -H "traceparent: cc-$id-$span-00-later" -H 'tracestate: v=1'
then_is '$(arrived traceparent) $(arrived tracestate)' "cc-$id-$span-00-later v=1" "a later version stays"
then_recorded trace $id "and its trace is read"
ask cart /plain -H "traceparent: 00-$id-$span-01"
then_recorded trace $id "so is that of a request without a session"
ask cart / -H 'Routing-Session: one' -H 'traceparent: nonsense' -H 'tracestate: v=1'
then_is '$(arrived traceparent | grep -cE "^00-[0-9a-f]{32}-[0-9a-f]{16}-01$")' 1 "one that is none is replaced"
then_is '$(arrived tracestate)' "" "and takes its tracestate along"
ask cart / -H 'Routing-Pins: search="x"'
then_is '$(arrived traceparent | grep -cE -- "-01$")' 1 "direct pins begin a trace"
answers

# ---- loops -------------------------------------------------------------------------------------------------------------
for kind in all header baggage; do
	ask ring "/loop/$kind" -H "Routing-Session: ring-$kind" -H 'Accept: application/json'
	then_is '$STATUS' 508 "a loop that passes on $kind"
	then_is '$(header content-type)' application/problem+json "a loop that passes on $kind: type"
	then_is '$(json hops <<<"$BODY")' 32 "a loop that passes on $kind: the count"
done
ask ring /loop/plain
then_is '$STATUS $REASON' "508 no-session" "a loop without a session"
answers
wait_until 10 records service:ring 128 || fail "of loops ${#RECORDS[@]} records"
of_loop() { printf '%s\n' "${RECORDS[@]}" | grep "/loop/$1\"" | json "$2"; } # KIND FIELD
for kind in all header plain; do
	is "$(of_loop $kind status | sort | uniq -c | tr -s ' ')" " 32 508" "a loop of $kind: records"
	is "$(of_loop $kind answered_by | sort | uniq -c | sort -n | tr -s ' ' | head -1)" " 1 proxy" \
		"a loop of $kind: the last hop is the proxy's own answer"
	has "$(of_loop $kind error)" "loop" "a loop of $kind: the word for it"
	is "$(of_loop $kind service | sort -u)" ring "a loop of $kind: the service"
done
is "$(of_loop all trace | sort -u | wc -l)" 1 "the chain is one trace"
is "$(of_loop plain trace | grep -cE '^[0-9a-f]{32}$')" 16 "also of the second half without a session"

done_ok
