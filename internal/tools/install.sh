#!/bin/sh
# install.sh PREFIX OUT: copies the programs to PREFIX/bin and the extension
# into every editor of the VS Code family that is on PATH.
set -eu
prefix=$1
out=$2

mkdir -p "$prefix/bin"
for program in buildlens buildkitd runc rootlesskit; do
  [ -f "$out/$program" ] || continue
  case $program in
    # The embedded builder looks next to the binary; others on PATH must not
    # pick up these copies, so they live in a folder of their own.
    buildlens) dest="$prefix/bin/buildlens" ;;
    *) mkdir -p "$prefix/libexec/buildlens"; dest="$prefix/libexec/buildlens/$program" ;;
  esac
  cp "$out/$program" "$dest.new"
  mv "$dest.new" "$dest"
  echo "installed $dest"
done
case ":$PATH:" in
  *":$prefix/bin:"*) ;;
  *) echo "note: $prefix/bin is not on PATH" ;;
esac

vsix=$(ls extension/*.vsix 2>/dev/null | head -n 1)
found=
for editor in code codium code-server; do
  command -v "$editor" >/dev/null 2>&1 || continue
  found=yes
  echo "installing the extension into $editor"
  "$editor" --install-extension "$vsix" --force || echo "note: $editor refused the extension; install $vsix by hand" >&2
done
[ -n "$found" ] || echo "no code, codium or code-server on PATH: install $vsix in your editor by hand"
