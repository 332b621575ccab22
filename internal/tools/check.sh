#!/bin/sh
# Checks for what Buildlens is built with, and says what to install.
set -eu

fail() {
  echo "buildlens: $1" >&2
  exit 1
}

command -v go >/dev/null 2>&1 || fail "Go is missing: install Go 1.26.8 or later (https://go.dev/dl), or a Go that can fetch it (GOTOOLCHAIN=auto)"
command -v git >/dev/null 2>&1 || fail "git is missing: install it (Debian: apt-get install git)"
version=$(go env GOVERSION) || fail "'go env GOVERSION' failed: the Go installation does not work, or it cannot fetch the toolchain that go.mod names"
case "$version" in
  go1.2[6-9]* | go1.[3-9][0-9]* | go[2-9]*) ;;
  *) fail "Go 1.26.8 or later is needed, this is $version" ;;
esac
