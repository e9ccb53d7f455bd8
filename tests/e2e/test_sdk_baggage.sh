#!/usr/bin/env bash
# A service whose tracing SDK forwards baggage and nothing else keeps its place in a session: what the proxy gave it
# is read again as each SDK writes it, and as W3C allows. Session, direct pins, strictness and caller all survive.
. "$(dirname "$0")/lib.sh"

backends stable web-1 cart-1 search-9
serve_start
for s in web cart search; do service $s; done
version web 1 stable stable
version web pr-1 ephemeral web-1 ',"ttl":"1h"'
version cart pr-1 ephemeral cart-1 ',"ttl":"1h"'
version search pr-9_x.y ephemeral search-9 ',"ttl":"1h"'
ready web pr-1
ready cart pr-1
ready search pr-9_x.y
must POST /v1/sessions '{"key":"one","pins":{"web":"pr-1","cart":"pr-1"}}'

# ---- what the first service gets ------------------------------------------------------------------------------
get web / -H 'Routing-Session: one' -H 'Routing-Pins: search="pr-9_x.y", other="v2"' -H 'Routing-Strict: 1' -H 'baggage: user=J%C3%BCrgen%20K;p=1, tenant=a%2Cb'
is "$BY $REASON" "web-1 pinned" "the first hop"
given=$(arrived baggage | paste -sd,)
for part in routing-session=one routing-hop=web%40pr-1 routing-strict=1 routing-pins= user=J%C3%BCrgen%20K tenant=a%2Cb; do
	has "$given" "$part" "what the first service is given"
done

# ---- as SDKs write it -----------------------------------------------------------------------------------------
decoded() { local s=${1//\\/\\\\}; printf %b "${s//%/\\x}"; }
# encoded TEXT PLAIN: percent-encoded byte by byte but for letters, digits and the PLAIN ones.
encoded() {
	local LC_ALL=C i c
	for ((i = 0; i < ${#1}; i++)); do
		c=${1:i:1}
		case $c in
		[A-Za-z0-9]) printf %s "$c" ;;
		*) [[ "$2" == *"$c"* ]] && printf %s "$c" || printf '%%%02X' "'$c" ;;
		esac
	done
}
# written PLAIN BETWEEN EQUALS ORDER: `given` as an SDK with these habits writes it.
written() {
	local IFS=, out="" member name value
	for member in $given; do
		member=${member# }
		name=${member%%=*}
		value=${member#*=}
		value=$(encoded "$(decoded "${value%%;*}")" "$1")
		if [ "$4" = reversed ]; then
			out="$name$3$value${out:+$2}$out"
		else
			out="$out${out:+$2}$name$3$value"
		fi
	done
	printf %s "$out"
}
records=0
onward() { # WHAT OPTIONS...: what the first service sends on, with nothing but its baggage
	local what=$1
	shift
	get cart "/sdk/$records" "$@"
	is "$STATUS $BY $REASON" "200 cart-1 pinned" "$what: the session's pin"
	has "$DECISION" 'session="one"' "$what: the session"
	is "$(arrived routing-strict) $(arrived baggage | paste -sd, | grep -o 'routing-[a-z]*=' | sort | uniq -d | wc -l)" "1 0" "$what: strict, and nothing doubled"
	get search "/sdk/$records" "$@"
	is "$STATUS $BY $REASON" "200 search-9 direct-pin" "$what: the direct pin"
	get web "/sdk/$records" "$@"
	is "$STATUS $BY $REASON" "200 web-1 pinned" "$what: back to the first"
	records=$((records + 1))
}
onward "Go, @ as it is, in any order" -H "baggage: $(written "-_.~@!\$&'()*+:" , = reversed)"
onward "Java, ~ encoded" -H "baggage: $(written '-_.*@' , = same)"
onward "JavaScript, encodeURIComponent" -H "baggage: $(written "-_.!~*'()" , = same)"
onward "Python, quote_plus" -H "baggage: $(written '-_.~' , = same)"
onward ".NET, UrlEncode" -H "baggage: $(written '-_.!*()' , = same)"
onward "everything encoded" -H "baggage: $(written '' , = reversed)"
onward "lower case of hex" -H "baggage: $(written '-_.' , = same | sed 's/%7E/%7e/g; s/%2E/%2e/g')"
onward "spaces around separators" -H "baggage: $(written '-_.~@' ' , ' ' = ' same)"
onward "tabs" -H "baggage: $(written '-_.' $'\t,\t' $'\t=\t' reversed)"
onward "properties" -H "baggage: $(written '-_.~' ';meta=1;x,' = same);y"
onward "empty lines and members" -H 'baggage;' -H "baggage: ,,$(written '-_.~@' ',,' = same)," -H 'baggage;'
onward "a line for each half" -H "baggage: tenant=1" -H "baggage: $(written '-_.~' , = reversed)" -H 'baggage: z=2'
onward "beside the headers, which say the same" -H "baggage: $(written '-_.~' , = same)" -H 'Routing-Session: one' -H 'Routing-Strict: 1'

# ---- each recorded truly --------------------------------------------------------------------------------------
all() { api GET '/v1/requests?limit=500&filter=path:/sdk/*'; [ "$(json 'requests.#' <<<"$BODY")" = $((3 * records)) ]; }
wait_until 5 all || fail "every request is recorded: $(json 'requests.#' <<<"$BODY") of $((3 * records))"
counted() { json "requests.*.$1" <<<"$BODY" | sort | uniq -c | awk '{print $1, $2}' | paste -sd,; }
is "$(counted session)" "$((3 * records)) one" "with the session"
is "$(counted caller)" "$((3 * records)) web@pr-1" "with the caller"
is "$(counted version)" "$((2 * records)) pr-1,$records pr-9_x.y" "with the version"
is "$(counted reason)" "$records direct-pin,$((2 * records)) pinned" "with the reason"
is "$(counted conflict)" "$((3 * records)) false" "without a conflict"
is "$(counted carrier)" "$((3 * (records - 1))) baggage,3 header" "with the carrier"
done_ok
