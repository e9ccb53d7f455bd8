#!/bin/sh
# Runs every measurement, one after another, and prints each as a JSON line:
#   {"bench":"...","what":"...","value":N,"unit":"...","budget":N,"peer":"...","peer_value":N,"ok":true}
# ONLY=text runs those with the text in their name. Ends with 1 when a budget is missed or a program fails.
set -u
out=$(mktemp)
trap 'rm -f "$out"' EXIT
failed=""
# Who is not there is not measured, and that is said.
absent=""
for peer in htop btop tig hatop less lnav tail; do
	command -v "$peer" >/dev/null || absent="$absent $peer"
done
[ -z "$absent" ] || printf 'not installed, so not measured beside us:%s (sh .ci/deps bench installs them)\n' "$absent" >&2
for program in "$TEST_BIN"/bench/bench_*; do
	[ -x "$program" ] || continue
	name=$(basename "$program")
	case "$name" in *"${ONLY:-}"*) ;; *) continue ;; esac
	"$program" </dev/null >>"$out.one" || failed="$failed $name"
	cat "$out.one"
	cat "$out.one" >>"$out"
	rm -f "$out.one"
done
missed=$(grep -c '"ok":false' "$out")
printf '%d figures, %d outside their budget%s\n' "$(grep -c '"bench"' "$out")" "$missed" \
	"${failed:+; failed:$failed}" >&2
[ "$missed" -eq 0 ] && [ -z "$failed" ]
