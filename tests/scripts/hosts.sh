#!/bin/sh
# Two hosts, made of namespaces, share a state folder; the owner of the lock is suspended, or killed. The other one may
# take the lock over only after a minute of standing still, so this takes two. Needs root, for the namespaces.
#
#   tests/scripts/hosts.sh
set -eu
cd "$(dirname "$0")/../.."
cargo test --locked --test integration -- --include-ignored hosts::
