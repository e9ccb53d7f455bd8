#!/bin/sh
# Runs test programs one after another and closes with one line of counts.
#
#   run.sh KIND PROGRAM...
#
# A program that ends with 0 passed, one that ends with 77 was skipped. What is skipped inside one, a line
# "skipped: WHY" or cmocka's skip(), is counted and named too. Output is shown when a program failed, or with
# V=1. ONLY=text runs those whose name has the text in it. cmocka's own counts are added up; a script counts
# as one.
set -u
kind=$1
shift
passed=0 failed=0 skipped=0 bad=""
out=$(mktemp)
trap 'rm -f "$out"' EXIT
for program in "$@"; do
	name=$(basename "$program")
	case "$name" in *"${ONLY:-}"*) ;; *) continue ;; esac
	start=$(date +%s)
	case "$program" in
	*.sh) bash "$program" >"$out" 2>&1 </dev/null ;;
	*) "$program" >"$out" 2>&1 </dev/null ;;
	esac
	rc=$?
	p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$out" | awk '{s += $1} END {print s + 0}')
	f=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' "$out" | awk '{s += $1} END {print s + 0}')
	why=$(sed -n 's,^skipped: ,,p; s,^\[  SKIPPED \] \([a-z].*\),\1,p' "$out" | sort -u)
	s=$(printf '%s' "$why" | grep -c '')
	[ $rc -eq 77 ] && [ "$s" -eq 0 ] && s=1 why="it says not why"
	[ "$p" -eq 0 ] && [ "$f" -eq 0 ] && case $rc in 0) p=1 ;; 77) ;; *) f=1 ;; esac
	[ $rc -ne 0 ] && [ $rc -ne 77 ] && [ "$f" -eq 0 ] && f=1
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	took=$(($(date +%s) - start))
	if [ "$f" -ne 0 ]; then
		bad="$bad $name"
		cat "$out"
		printf '  %-7s %s  FAILED (exit %d, %d s)\n' "$kind" "$name" $rc $took
	else
		[ "${V:-0}" = 1 ] && cat "$out"
		printf '  %-7s %s  %d passed%s\n' "$kind" "$name" "$p" "$([ $took -gt 2 ] && echo " ($took s)")"
	fi
	[ -n "$why" ] && printf '%s\n' "$why" | sed "s/^/  $kind   $name  skipped: /"
done
[ -n "$bad" ] && printf 'failed:%s\n' "$bad"
printf '%d passed, %d failed, %d skipped\n' $passed $failed $skipped
[ $failed -eq 0 ]
