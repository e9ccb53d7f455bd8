#!/bin/sh
# Runs test programs one after another and closes with one line of counts.
#
#   run.sh KIND PROGRAM...
#
# A program that ends with 0 passed. Its output is shown when it failed, or with V=1. ONLY=text runs
# those whose name has the text in it. cmocka's own counts are added up; a script counts as one.
set -u
kind=$1
shift
passed=0 failed=0 bad=""
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
	[ "$p" -eq 0 ] && [ "$f" -eq 0 ] && { [ $rc -eq 0 ] && p=1 || f=1; }
	[ $rc -ne 0 ] && [ "$f" -eq 0 ] && f=1
	passed=$((passed + p)) failed=$((failed + f))
	took=$(($(date +%s) - start))
	if [ $rc -ne 0 ]; then
		bad="$bad $name"
		cat "$out"
		printf '  %-7s %s  FAILED (exit %d, %d s)\n' "$kind" "$name" $rc $took
	else
		[ "${V:-0}" = 1 ] && cat "$out"
		printf '  %-7s %s  %d passed%s\n' "$kind" "$name" "$p" "$([ $took -gt 2 ] && echo " ($took s)")"
	fi
done
[ -n "$bad" ] && printf 'failed:%s\n' "$bad"
printf '%d passed, %d failed\n' $passed $failed
[ $failed -eq 0 ]
