#!/usr/bin/env bash
# Completion in the real shells: what others wrote (a PR's author, an owner) comes into the line as one word,
# whatever is in it, and as one value of the filter.
. "$(dirname "$0")/lib.sh"
export LC_ALL=C.UTF-8 XDG_CONFIG_HOME=$T/config

# By the letter they begin with.
authors=('a$(touch${IFS}pwned)' 'b c' "d'e\"f\\g" 'h;touch pwned' 'i`touch pwned`' 'j,k' 'l&touch pwned' 'm|n>o<p'
	'q*r?[s]{t,u}' 'v~w!x#y' '-z' 'plain')
# As each stands in a filter.
values=('"a$(touch${IFS}pwned)"' '"b c"' "\"d'e\\\"f\\\\g\"" '"h;touch pwned"' '"i`touch pwned`"' '"j,k"'
	'"l&touch pwned"' '"m|n>o<p"' '"q*r?[s]{t,u}"' '"v~w!x#y"' '-z' 'plain')

serve_start
must PUT /v1/services/cart '{"owner":"o $(touch pwned)"}'
escaped() { sed 's/[\\"]/\\&/g' <<<"$1"; }
for i in "${!authors[@]}"; do
	must PUT "/v1/services/cart/versions/pr-$i" "{\"kind\":\"ephemeral\",\"endpoints\":[\"127.0.0.1:$((i + 1))\"],
		\"pr\":{\"number\":$((i + 1)),\"author\":\"$(escaped "${authors[i]}")\"}}"
done
api PUT /v1/services/cart/versions/pr-x '{"kind":"ephemeral","endpoints":["127.0.0.1:99"],"pr":{"number":9,"author":"a\nb"}}'
is "$STATUS" 400 "an author of two lines is refused"

mkdir "$T/bin" "$T/cwd"
# The program for completion; otherwise what the shell made of the line.
cat >"$T/bin/umbra" <<-EOF
	#!/bin/sh
	[ "\$1" = __complete ] && exec "$UMBRA" "\$@"
	printf '%s\n' "\$#" "\$@" >>"$T/ran"
EOF
chmod +x "$T/bin/umbra"
for shell in bash zsh fish; do "$UMBRA" completion $shell >"$T/completion.$shell"; done

# typed SHELL LINE...: each typed into the shell in a terminal of its own. $T/ran has what was run.
typed() {
	local shell=$1 start line
	shift
	case $shell in
	bash) start="bash --norc --noprofile -i" ;;
	zsh) start="zsh -f -i" ;;
	fish) start="fish --no-config -i" ;;
	esac
	rm -f "$T/ran" "$T/cwd/done" "$T/keys"
	mkfifo "$T/keys"
	(cd "$T/cwd" && HOME=$T/cwd PATH=$T/bin:$PATH TERM=xterm exec script -qfec "$start" /dev/null) \
		<"$T/keys" >"$T/screen" 2>&1 &
	pids+=("$!")
	exec 7>"$T/keys"
	case $shell in
	zsh) printf 'autoload -U compinit; compinit -u -D\n' >&7 ;;
	esac
	printf '. %s/completion.%s; echo prepare""d\n' "$T" "$shell" >&7
	wait_until 10 grep -q prepared "$T/screen" || fail "$shell does not start: $(tail -5 "$T/screen")"
	for line in "$@"; do
		printf '%s\t\n' "$line" >&7
		wait_until 5 grew || fail "$shell: $line runs nothing: $(tail -c 300 "$T/screen")"
	done
	printf 'exit\n' >&7
	exec 7>&-
}
grew() { [ -s "$T/ran" ] && [ "$(tail -1 "$T/ran")" != "" ] && [ "$(grep -c '^2$' "$T/ran")" -gt "$seen" ] && seen=$((seen + 1)); }

lines=()
for author in "${authors[@]}"; do lines+=("umbra logs author:${author:0:1}"); done
want=$(for value in "${values[@]}"; do printf '2\nlogs\nauthor:%s\n' "$value"; done)
for shell in bash zsh fish; do
	has_tool $shell || continue
	seen=0
	typed $shell "${lines[@]}"
	is "$(cat "$T/ran")" "$want" "$shell: each author is one word"
	seen=0
	typed $shell "umbra logs owner:o"
	is "$(cat "$T/ran")" "$(printf '2\nlogs\nowner:"o $(touch pwned)"')" "$shell: an owner is one word"
	is "$(ls "$T/cwd" | grep -c pwned)" 0 "$shell: nothing that others wrote is run"
done
for value in "${values[@]}"; do
	ok "author:$value is a filter" "$UMBRA" logs "author:$value" 2>/dev/null
done
done_ok
