#!/bin/sh
# fuzz.sh TIME: runs every fuzz target of the module for TIME each.
set -eu
time=$1
grep -rln --include='*_test.go' '^func Fuzz' . | while read -r file; do
  dir=$(dirname "$file")
  for name in $(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' "$file"); do
    echo "fuzzing $dir $name for $time"
    go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" "$dir"
  done
done
