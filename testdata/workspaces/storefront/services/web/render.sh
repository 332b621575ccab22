#!/bin/sh
# Puts the version into every page of the current folder.
set -eu
for page in *.html; do
  sed -i "s/@VERSION@/$1/" "$page"
  echo "rendered $page"
done
