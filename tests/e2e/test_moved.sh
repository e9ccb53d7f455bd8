#!/usr/bin/env bash
# A version that is registered at another endpoint gets the health of that endpoint: also where the check of the
# new one fails as the check of the old one did, and while an answer of the old one is still on its way.
. "$(dirname "$0")/lib.sh"

backends stable slow missing other gone
serve_start
service cart '{"health":{"path":"/healthz","interval":"500ms"}}'
version cart 1 stable stable
ready cart 1

at() { must PUT "/v1/services/cart/versions/$1" "{\"kind\":\"ephemeral\",\"endpoints\":[\"127.0.0.1:$2\"],\"ttl\":\"1h\"}"; }
detail_of() { api GET "/v1/services/$1/versions/$2" && json state_detail <<<"$BODY"; }
detail() { detail_of cart "$1"; }
for name in gone missing other; do backend stable "/_listen?on=0&name=$name"; done

# ---- from one that is dead to another --------------------------------------------------------------------
at pr-1 "${PORT_of[gone]}"
unhealthy cart pr-1
is "$(detail pr-1)" "connection refused" "nobody listens"
for name in missing other gone; do
	at pr-1 "${PORT_of[$name]}"
	is "$(json state <<<"$BODY")" starting "its check has not been asked yet"
	unhealthy cart pr-1
	is "$(detail pr-1)" "connection refused" "nobody listens at $name either"
done
at pr-1 "${PORT_of[slow]}"
ready cart pr-1
at pr-1 "${PORT_of[gone]}"
unhealthy cart pr-1
is "$(detail pr-1)" "connection refused" "nobody listens there any more"

# ---- ready, and then nobody listens ----------------------------------------------------------------------
at pr-2 "${PORT_of[slow]}"
ready cart pr-2
backend stable "/_listen?on=0&name=slow"
unhealthy cart pr-2
api GET '/v1/events?limit=200'
is "$(json 'events.0.object' <<<"$BODY") $(json 'events.0.after.state_detail' <<<"$BODY")" "cart@pr-2 connection refused" "why is told with the news"
is "$(detail pr-2)" "connection refused" "and it stays"
backend stable "/_listen?on=1&name=slow"

# ---- retired, and registered again elsewhere -------------------------------------------------------------
must DELETE /v1/services/cart/versions/pr-1
at pr-1 "${PORT_of[other]}"
unhealthy cart pr-1
is "$(detail pr-1)" "connection refused" "it came back at a port where nobody listens"

# ---- known to the proxy, not to a control plane that starts again ----------------------------------------
stop "$SERVE_PID" KILL
serve_start
unhealthy cart pr-1
is "$(detail pr-1)" "connection refused" "and why is known again"
ready cart 1

# ---- while the old one is asked --------------------------------------------------------------------------
service slow '{"health":{"path":"/_wait?ms=900","interval":"200ms"}}'
version slow 1 stable slow
ready slow 1
asked() { "$HELPERS/logline" ask "$T/data/proxy/runtime.sock" 'show stat slow 4 -1' | grep -q "^slow,pr-$1:0,.*,\* "; }
for i in 1 2 3; do
	must PUT "/v1/services/slow/versions/pr-$i" "{\"kind\":\"ephemeral\",\"endpoints\":[\"127.0.0.1:${PORT_of[stable]}\"]}"
	wait_until 5 asked "$i" || fail "no check of pr-$i is under way"
	must PUT "/v1/services/slow/versions/pr-$i" "{\"kind\":\"ephemeral\",\"endpoints\":[\"127.0.0.1:${PORT_of[gone]}\"]}"
	unhealthy slow "pr-$i"
	is "$(detail_of slow "pr-$i")" "connection refused" "nobody listens where it is now"
	must DELETE "/v1/services/slow/versions/pr-$i"
done
events() { api GET '/v1/events?limit=200' && json 'events.*.action' <<<"$BODY" >"$T/actions" && json 'events.*.object' <<<"$BODY" | paste -d' ' "$T/actions" -; }
hasnt "$(events)" "version-ready slow@pr-" "what the old one answered is not of the new one"
has "$(events)" "version-unhealthy slow@pr-3" "all of it is told"

done_ok
