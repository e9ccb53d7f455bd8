#!/usr/bin/env bash
# What tests/tools/run.sh says of a test that cannot be run here: counted and named, never passed in silence. With CI
# set a tool that is missing fails.
. "$(dirname "$0")/lib.sh"

script() { # NAME LINE...
	printf '. "%s/tests/e2e/lib.sh"\n' "$root" >"$T/$1.sh"
	printf '%s\n' "${@:2}" >>"$T/$1.sh"
}
script passes 'is 1 1 one' done_ok
script fails 'is 1 2 one' done_ok
script lacks 'has_tool no-such-tool || exit 77' 'is 1 2 one' done_ok
script lacks-some 'has_tool no-such-tool' 'is 1 1 one' done_ok
script lacks-and-fails 'has_tool no-such-tool' 'is 1 2 one' done_ok
script silent 'exit 77'

# runs CI NAME...: the runner's last line and exit code; $T/out is all it says.
runs() {
	local status
	env -u ONLY -u V CI="$1" sh "$root/tests/tools/run.sh" kind "${@:2}" >"$T/out" 2>&1
	status=$?
	printf '%s, exit %d' "$(tail -1 "$T/out")" $status
}
cd "$T" || exit 1
is "$(runs '' passes.sh)" "1 passed, 0 failed, 0 skipped, exit 0" "one that passes"
is "$(runs '' passes.sh fails.sh)" "1 passed, 1 failed, 0 skipped, exit 1" "one that fails"
is "$(runs '' passes.sh lacks.sh)" "1 passed, 0 failed, 1 skipped, exit 0" "one that cannot be run"
has "$(cat "$T/out")" "lacks.sh  skipped: there is no no-such-tool" "and why"
is "$(runs '' lacks-some.sh)" "1 passed, 0 failed, 1 skipped, exit 0" "one that is run in part"
has "$(cat "$T/out")" "lacks-some.sh  skipped: there is no no-such-tool" "and why"
is "$(runs '' lacks-and-fails.sh)" "0 passed, 1 failed, 1 skipped, exit 1" "one whose other part fails"
is "$(runs '' silent.sh)" "0 passed, 0 failed, 1 skipped, exit 0" "one that does not say why"
is "$(runs true lacks.sh)" "0 passed, 1 failed, 0 skipped, exit 1" "with CI set"
is "$(runs true lacks-some.sh)" "0 passed, 1 failed, 0 skipped, exit 1" "with CI set, in part"
done_ok
