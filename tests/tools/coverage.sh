#!/bin/sh
# Reads gcov's report on standard input and prints covered and all lines per room, then in all.
set -u
awk '
/^File / { split($2, q, "\047"); file = q[2]; next }
/^Lines executed:/ && file ~ /^(core|tui)\// {
	split($0, part, /[:% ]+/)
	percent = part[3]; all = part[5]
	n = split(file, dir, "/")
	room = dir[1] == "core" ? "core/" dir[2] : dir[1]
	lines[room] += all; hit[room] += all * percent / 100
	lines["all"] += all; hit["all"] += all * percent / 100
	file = ""
}
END { for (room in lines) printf "%-14s %6d of %6d lines  %5.1f %%\n", room, hit[room], lines[room], 100 * hit[room] / lines[room] }
' | sort
