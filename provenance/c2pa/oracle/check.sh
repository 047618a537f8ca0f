#!/bin/sh
# Compares the library with an independent judge: fetches the c2pa WebAssembly package with npm, lets it sign and judge
# vectors, and runs the Go test over them. usage: check.sh [WORK_DIR]  (needs node 20, npm, openssl, go)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${1:-$(mktemp -d)}
mkdir -p "$work"
cd "$work"
[ -d node_modules/@contentauth/c2pa-wasm ] || npm install --silent --no-save --ignore-scripts @contentauth/c2pa-wasm@0.13.3
node "$here/generate.mjs" "$work/vectors"
node "$here/damage.mjs" "$work/vectors" "$work/damaged" 500 "${SEED:-1}"
cd "$here/.."
C2PA_VECTORS="$work/vectors" go test -count=1 -run TestVectors -v . | tail -4
echo "damaged copies, where the two may name different codes (states must not be more lenient):"
C2PA_VECTORS="$work/damaged" C2PA_VECTORS_STATES=1 go test -count=1 -run TestVectors -v . | tail -4
