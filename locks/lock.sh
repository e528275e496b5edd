#!/usr/bin/env bash
# Writes the lock files: hashed, for every platform, without any registry address. bench > dev > run > core agree.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${1:-uv}
flags=(--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet)
pins() { grep -E "^($1)==" locks/bench.lock | sed 's/ .*//'; }
"$uv" pip compile pyproject.toml --group build --group dev --group bench "${flags[@]}" -o locks/bench.lock
"$uv" pip compile pyproject.toml --group build --group dev -c locks/bench.lock "${flags[@]}" -o locks/dev.lock
"$uv" pip compile pyproject.toml --group build -c locks/bench.lock "${flags[@]}" -o locks/run.lock
pins 'pytest|hypothesis|tzdata' | "$uv" pip compile - -c locks/bench.lock "${flags[@]}" -o locks/core.lock
echo 'uv==0.13.9' | "$uv" pip compile - "${flags[@]}" -o locks/bootstrap.lock
if grep -lE 'https?://|^--' locks/*.lock; then echo "a lock file names a registry" >&2; exit 1; fi
