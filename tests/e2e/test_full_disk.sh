#!/usr/bin/env bash
# A full disk for the history: requests are routed and seen all the same, status says what is wrong, and the
# state is still written. Needs to be allowed to mount.
. "$(dirname "$0")/lib.sh"

mkdir -p "$T/data/history"
if ! mount -t tmpfs -o size=256k,mode=700 umbra-e2e "$T/data/history" 2>/dev/null; then
	note "skipped: a small file system cannot be mounted here" # also in CI's container
	exit 77
fi
at_end+=("umount '$T/data/history'")

backends stable
serve_start
service cart
version cart 1 stable stable
ready cart 1
is_full() { why=$(status_of traffic.history_error) && [ "$why" != null ]; }
# How many requests a busy machine sends in a second is its own affair: until it is full.
for _ in {1..20}; do
	"$HELPERS/load" --proxy "$PROXY" --host "cart.$DOMAIN" --rate 1000 --seconds 2 >"$T/load" 2>"$T/load.err"
	is "$(json failed <"$T/load") $(json refused <"$T/load")" "0 0" "no request fails"
	is_full && break
done
wait_until 20 is_full || fail "status does not say that the history cannot be written: $why"
note "status: $why"
must POST /v1/sessions '{"key":"written"}'
get cart /seen
seen() { api GET '/v1/requests?limit=1&filter=path:/seen' && [ "$(json requests.0.path <<<"$BODY")" = /seen ]; }
wait_until 5 seen || fail "requests are not seen any more: $BODY"
ok "serve runs" alive "$SERVE_PID"
done_ok
