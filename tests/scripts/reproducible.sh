#!/usr/bin/env bash
# Builds a release twice, from two copies of the commit in two folders, with nothing in common but the compiler and the
# crates as they were downloaded, and compares the bytes:
#   tests/scripts/reproducible.sh [TARGET]
set -euo pipefail
cd "$(dirname "$0")/../.."
target="${1:-$(rustc -vV | sed -n 's/^host: //p')}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

build() { # NAME
  local home="$work/$1" source="$work/$1/sources-of-$1"
  mkdir -p "$source" "$home/cargo"
  git clone --quiet --no-hardlinks . "$source/clone"
  # Only the archives of the crates are shared; they are unpacked anew, each time into another folder.
  if [ -d "${CARGO_HOME:-$HOME/.cargo}/registry/cache" ]; then
    mkdir -p "$home/cargo/registry"
    cp -r "${CARGO_HOME:-$HOME/.cargo}/registry/cache" "${CARGO_HOME:-$HOME/.cargo}/registry/index" "$home/cargo/registry/"
  fi
  (
    cd "$source/clone"
    env -u RUSTFLAGS CARGO_HOME="$home/cargo" CARGO_TARGET_DIR="$home/target-$1" bash .ci/release "$target" "$home/dist"
  )
  sha256sum "$home/dist/descope-mgmt-$target" | cut -d' ' -f1 > "$work/$1.sha256"
  echo "$1: $(cat "$work/$1.sha256"), $(stat -c %s "$home/dist/descope-mgmt-$target") bytes"
}

build one
build another
cmp "$work/one.sha256" "$work/another.sha256"
cmp "$work/one/dist/descope-mgmt-$target" "$work/another/dist/descope-mgmt-$target"
echo "the same bytes"
