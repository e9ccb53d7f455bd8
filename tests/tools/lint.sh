#!/bin/sh
# The house's own rules, read from the files: who may include whom, calls that are banned, sizes, the
# guard and the opening comment. Prints each breach as file:line: what, and ends with 1 when there is one.
set -u
cd "$(dirname "$0")/../.." || exit 2
bad=$(mktemp)
trap 'rm -f "$bad"' EXIT

# room: rooms it may include besides itself
awk_law='
BEGIN {
	law["base"] = ""
	law["model"] = "base"
	law["wire"] = "base model"
	law["store"] = law["proxy"] = law["traffic"] = law["client"] = "base model wire"
	law["agent"] = "base model wire store proxy traffic plane"
	law["plane"] = "base model wire store proxy traffic"
	law["api"] = "base model wire store proxy traffic agent plane"
	law["command"] = "base model wire client"
	law["cli"] = "base model wire store proxy traffic client agent plane api command"
	law["demo"] = "base model wire client command"
	law["tui"] = "base model client command"
	# Inside tui each floor includes only what stands before it.
	count = split("theme term widgets data ui views app", floors, " ")
	for (i = 1; i <= count; i++)
		height[floors[i]] = i
}
function room(path,   part, n) {
	n = split(path, part, "/")
	return part[1] == "core" ? part[2] : part[1]
}
/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
	match($0, /[<"][^>"]*[>"]/)
	target = substr($0, RSTART + 1, RLENGTH - 2)
	from = room(FILENAME)
	if (target ~ /^(n?curses|ncursesw|term)/ && from != "tui")
		print FILENAME ":" FNR ": only tui/ may know curses"
	if (target !~ /^(core|tui)\//) {
		if ($0 ~ /"/)
			print FILENAME ":" FNR ": write the whole path: " target
		next
	}
	to = room(target)
	if (from == "tui" && to == "tui" && FILENAME != "tui/main.c") {
		split(FILENAME, mine, "/")
		split(target, other, "/")
		if (!(mine[2] in height) || !(other[2] in height))
			print FILENAME ":" FNR ": no floor of tui: " (mine[2] in height ? target : FILENAME)
		else if (height[other[2]] > height[mine[2]])
			print FILENAME ":" FNR ": " mine[2] " stands below " other[2] " and may not include it (" target ")"
	}
	if (FILENAME == "tui/main.c" || from == to)
		next
	if (!index(" " law[from] " ", " " to " "))
		print FILENAME ":" FNR ": " from " may not include " to " (" target ")"
}
'
files=$(find core tui -name '*.[ch]' | sort)
# shellcheck disable=SC2086
[ -n "$files" ] && awk "$awk_law" $files >>"$bad"

# shellcheck disable=SC2086
grep -nE '(^|[^A-Za-z0-9_])(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|strtok|atoi|atol|atof|gets|system|popen|alloca)[ ]*\(' \
	$files $(find tests -name '*.[ch]') /dev/null | grep -vE ':[0-9]+:[[:space:]]*\*|//' |
	sed 's/$/   <- banned call/' >>"$bad"

# A file without a header of its own shares one: internal.h of its folder, the header that its name begins with
# (haproxy.h for haproxy_watch.c, filter_internal.h for filter_parse.c), or view.h and command tables, whose rows
# are declared in one place.
has_family() {
	folder=${1%/*}
	stem=${1##*/}
	stem=${stem%.c}
	[ "$1" = tui/main.c ] || [ -f "$folder/internal.h" ] && return 0
	while [ "$stem" != "${stem%_*}" ]; do
		stem=${stem%_*}
		[ -f "$folder/$stem.h" ] || [ -f "$folder/${stem}_internal.h" ] && return 0
	done
	grep -q '^const struct view \|view_list\[\]' "$1"
}

# A file that a comment names is there: in the same folder, or where its path ends so ("base/limits.h").
paths=$(git ls-files)
# shellcheck disable=SC2086
grep -noE '(^|[ (])[a-z0-9_/]+\.[ch]\b' $files /dev/null | tr -d ' (' | grep -v ':#include' | awk -F: -v paths="$paths" '
BEGIN {
	count = split(paths, path, "\n")
	for (i = 1; i <= count; i++)
		for (rest = path[i]; rest != ""; rest = index(rest, "/") ? substr(rest, index(rest, "/") + 1) : "")
			known[rest] = 1
}
{
	folder = $1
	sub(/[^\/]*$/, "", folder)
	if (!((folder $3) in known) && !($3 ~ /\// && $3 in known))
		print $1 ":" $2 ": names the file " $3 ", which is not there"
}' >>"$bad"

for f in $files; do
	lines=$(wc -l <"$f")
	[ "$lines" -gt 1000 ] && echo "$f:1: $lines lines; 1,000 is the limit" >>"$bad"
	case "$f" in
	*.h)
		guard=UMBRA_$(printf '%s' "${f#core/}" | tr 'a-z/.-' 'A-Z___')
		grep -q "^#ifndef $guard$" "$f" || echo "$f:1: the include guard is not $guard" >>"$bad"
		;;
	*.c)
		head -1 "$f" | grep -q '^/\*' || echo "$f:1: no opening comment" >>"$bad"
		header="${f%.c}.h"
		if [ -f "$header" ]; then
			first=$(sed -n 's/^#include "\(.*\)"/\1/p' "$f" | head -1)
			[ "$first" = "$header" ] || echo "$f:1: the first include of our own must be $header" >>"$bad"
		else
			has_family "$f" ||
				echo "$f:1: has no header $header, and is of no family that shares one" >>"$bad"
		fi
		;;
	esac
done

if command -v ctags >/dev/null 2>&1; then
	# shellcheck disable=SC2086
	[ -n "$files" ] && ctags --languages=C --kinds-C=f --fields=ne -f - $files 2>/dev/null | awk -F'\t' '
	{ l = e = 0
	  for (i = 4; i <= NF; i++) { if ($i ~ /^line:/) l = substr($i, 6); if ($i ~ /^end:/) e = substr($i, 5) }
	  if (e - l >= 100) print $2 ":" l ": " $1 " has " e - l + 1 " lines; 100 is the limit" }' >>"$bad"
fi

git ls-files 2>/dev/null | cut -d/ -f1 | sort -u |
	grep -vxE 'tui|core|themes|tests|Makefile|README\.md|LICENSE|\..*' |
	sed 's/$/:1: not one of the entries of the top level/' >>"$bad"

if [ -s "$bad" ]; then
	cat "$bad"
	printf 'lint: %d to mend\n' "$(wc -l <"$bad")"
	exit 1
fi
echo "lint: clean"
