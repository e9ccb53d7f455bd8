#!/usr/bin/env bash
# A pull request over several services: found by its number, a session on all of it in one write, and a dry
# run whose word is held against where requests really go.
. "$(dirname "$0")/lib.sh"

backends stable one two other
serve_start --domain "$DOMAIN"
for name in cart pay ship; do
	service $name
	version $name 1 stable stable
done
pr='"pr":{"number":482,"title":"Holds","url":"https://forge.example/482","author":"dev1"}'
version cart pr-482 ephemeral one ",$pr"
version pay build-9 ephemeral two ",$pr"
version pay own ephemeral other
for v in cart:1 pay:1 ship:1 cart:pr-482 pay:build-9 pay:own; do ready "${v%:*}" "${v#*:}"; done

# ---- what there is -----------------------------------------------------------------------------------
must GET /v1/pulls/482
is "$(json state <<<"$BODY") $(json services <<<"$BODY") $(json ready <<<"$BODY")" "ready 2 2" "the whole of it"
has "$("$UMBRA" pr list)" "cart@pr-482, pay@build-9" "pr list"
is "$("$UMBRA" pr list author:nobody)" "no pulls" "pr list, filtered"
has "$("$UMBRA" pr show '#482')" "Holds" "pr show"
"$UMBRA" pr show 481 >"$T/out" 2>"$T/err"
is "$?" 4 "pr show of a number that is not there"
has "$(cat "$T/err")" 482 "pr show: the number that is"

# ---- a dry run, and what then is ---------------------------------------------------------------------
# tells SERVICE: the version that the dry run in $DRY says would serve.
tells() { sed -n "s/^  $1 goes from .* to \(.*\)\.$/\1/p" <<<"$DRY"; }
revision=$(status_of revision)
DRY=$("$UMBRA" session create all --pr 482 --dry-run)
is "$(tells cart) $(tells pay)" "pr-482 build-9" "the dry run: $DRY"
has "$DRY" "ship has no version of #482 and stays with stable 1." "the dry run says what stays"
api GET /v1/sessions
is "$BODY" '{"sessions":[]}' "nothing is made"
is "$(status_of revision)" "$revision" "nothing has changed"
ok "a session on all of it" "$UMBRA" session create all --key all --pr 482
get cart -H 'Routing-Session: all'
is "$BY $REASON" "one pinned" "cart is served by the pull request"
get pay -H 'Routing-Session: all'
is "$BY $REASON" "two pinned" "pay is served by the pull request"
get ship -H 'Routing-Session: all'
is "$BY $REASON" "stable no-pin" "ship has none and is stable"
ok "one pin of one's own" "$UMBRA" session create mine --key mine --pr 482 --pin pay=own
get pay -H 'Routing-Session: mine'
is "$BY $REASON" "other pinned" "a pin by name goes first"

# ---- a dry run over a version that is not well -------------------------------------------------------
backend one '/_health?status=500'
unhealthy cart pr-482
DRY=$("$UMBRA" session pin mine cart=pr-482 pay=1 --dry-run)
has "$DRY" "pay goes from own to stable 1." "a dry run of a pin"
must PATCH '/v1/sessions/mine?dry-run=1' '{"policy":"strict"}'
has "$BODY" "cart goes from stable 1 to 503, because pr-482 is unhealthy and the session is strict." "strict"
get cart -H 'Routing-Session: mine'
is "$BY $REASON" "stable version-unhealthy" "before"
must PATCH /v1/sessions/mine '{"policy":"strict"}'
get cart -H 'Routing-Session: mine'
is "$STATUS" 503 "after"

# ---- two who change one thing ------------------------------------------------------------------------
api GET /v1/services/ship
revision=$(json revision <<<"$BODY")
ok "the first" "$UMBRA" service set ship --owner ann --if-revision "$revision" >"$T/out"
"$UMBRA" service set ship --owner bob --if-revision "$revision" 2>"$T/err"
is "$?" 5 "the second is refused"
has "$(cat "$T/err")" "read it again" "and told why"
api GET /v1/services/ship
must PUT /v1/services/ship "${BODY/\"ann\"/\"cid\"}"
is "$(json owner <<<"$BODY")" cid "what was read is sent back, edited"

# ---- gone --------------------------------------------------------------------------------------------
ok "one is retired" "$UMBRA" version retire cart@pr-482
must DELETE /v1/services/pay/versions/build-9
api GET /v1/pulls/482
is "$STATUS $(json tombstone.pr.number <<<"$BODY")" "410 482" "what is remembered"
"$UMBRA" session create --pr 482 >"$T/out" 2>"$T/err"
is "$?" 5 "no session on what is gone"

# Who retired it and when: in the refusal, in a dry run, in the proxy's answer, and in the changes for who asks.
"$UMBRA" session pin mine cart=pr-482 >"$T/out" 2>"$T/err"
is "$?" 5 "no pin on what is gone"
has "$(cat "$T/err")" "cart@pr-482 was retired by e2e" "the refusal says by whom"
must PATCH '/v1/sessions/mine?dry-run=1' '{"policy":"lenient"}'
has "$BODY" "because pr-482 was retired by e2e" "the dry run says by whom"
get cart -H 'Routing-Session: mine'
is "$STATUS" 503 "a strict session's pin on what is gone"
has "$BODY" '"actor":"e2e"' "the proxy's answer says by whom"
must GET "/v1/changes?tombstones=1"
has "$BODY" '{"tombstone":{"kind":"version","id":"cart@pr-482","why":"retired","gone_at":"' "who asks for them gets tombstones"
has "$BODY" '"actor":"e2e","pr":{"number":482,"author":"dev1"}' "the changes say by whom"
must GET /v1/changes
hasnt "$BODY" tombstone "who does not ask gets none"
version cart pr-482 ephemeral one ",$pr"
must GET "/v1/changes?tombstones=1"
hasnt "$BODY" '"id":"cart@pr-482","why"' "there again, and not remembered as gone"
done_ok
