#!/bin/sh
# Prints a C file with the bytes of $1: data_<name>[] and data_<name>_size, name from the file's own.
set -eu
name=$(basename "$1" | tr -c 'A-Za-z0-9\n' '_')
printf '#include <stddef.h>\nextern const char data_%s[];\nextern const size_t data_%s_size;\n' "$name" "$name"
printf 'const char data_%s[] = {' "$name"
od -An -v -tu1 "$1" | sed -E 's/ +([0-9]+)/(char)\1,/g'
printf '0};\nconst size_t data_%s_size = sizeof(data_%s) - 1;\n' "$name" "$name"
