#!/bin/sh
# Feeds every fuzz target so many made-up inputs, a million or as many as said, beginning with the corpus; or only the
# targets that are named. Stops at the first that panics, hangs for 10 s or takes more than 2 GiB, and keeps its input
# in target/fuzz/found. Needs a nightly toolchain and `cargo install --locked cargo-fuzz`.
#
#   tests/scripts/fuzz.sh [RUNS [TARGET…]]
set -eu
cd "$(dirname "$0")/../.."
fuzz=tests/fuzz
runs="${1:-1000000}"
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- $(ls "$fuzz/bin" | sed 's/\.rs$//')

# There is no unsafe code in the tool for a sanitizer to watch: without one twice as much is tried in the same time.
common="--fuzz-dir $fuzz --target-dir target/fuzz --sanitizer none --codegen-units 16"
mkdir -p target/fuzz/found
for target in "$@"; do
    work="target/fuzz/corpus/$target"
    mkdir -p "$work"
    echo "== $target: $runs runs"
    # shellcheck disable=SC2086
    cargo +nightly fuzz run $common "$target" "$work" "$fuzz/corpus/$target" -- -runs="$runs" \
        -dict="$fuzz/dictionaries/$target.dict" -artifact_prefix="target/fuzz/found/$target-" \
        -timeout=10 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 -verbosity=0 -close_fd_mask=1
done
