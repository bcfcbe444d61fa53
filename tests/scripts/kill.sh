#!/bin/sh
# Kills an apply of 60 mixed changes at random moments, 200 times or as often as said, on the release binary; after
# each kill the next apply must converge. At the end every write has one outcome in the audit and a backup before it.
#
#   tests/scripts/kill.sh [KILLS]
set -eu
cd "$(dirname "$0")/../.."
DESCOPE_MGMT_TEST_KILLS="${1:-200}" cargo test --locked --release --test integration -- \
    --exact kill::however_often_an_apply_is_killed_the_next_one_converges_and_nothing_is_lost
