#!/usr/bin/env bash
# Breaks plan, state, limiter and retry in one place at a time and looks whether a unit test notices:
#   tests/scripts/mutants.sh [-- MORE OPTIONS OF cargo mutants]     such as: --shard 0/10, -f 'src/plan/**'
# Needs `cargo install --locked cargo-mutants`. All of it takes hours; what came of it lies in mutants.out.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ "${1:-}" != -- ] || shift
files=(-f 'src/plan/**' -f 'src/state/**' -f 'src/api/limiter/**' -f src/api/retry.rs)
case " $* " in *" -f "*) files=() ;; esac
exec cargo mutants --config .ci/mutants.toml "${files[@]}" "$@" -- --lib
