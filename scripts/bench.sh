#!/bin/sh
# The measured bars of the foundation. Each prints a ratio or a rate beside a limit measured in the same run; nothing here passes or fails.
set -eu
cd "$(dirname "$0")/.."
go=${GO:-go}
echo "== durable accepts: 64 clients on SQLite, group commit against one transaction each, beside the disk's fsync rate"
$go test -tags nodynamic ./internal/e2e -run '^$' -bench DurableAccepts -benchtime 1x
echo "== timers: 10,000 due at once"
$go test -tags nodynamic ./internal/clock/... -run '^$' -bench . -benchtime 1x
echo "== vault: sealing photographs"
$go test -tags nodynamic ./internal/blob/... ./internal/evidence/... -run '^$' -bench . -benchtime 1x
echo "== provenance: a film's label with moov at its end (media-bytes/op must be 0), a photograph of 4 MB, both libraries"
$go test -tags nodynamic ./provenance/... -run '^$' -bench 'TailMoov|JPEG4MB' -benchtime 1s
echo "== kill -9 at ${ANXIN_KILLS:-300} random moments under load"
ANXIN_KILLS=${ANXIN_KILLS:-300} $go test -tags nodynamic ./internal/e2e -run Kill9 -count=1 -v -timeout 60m | grep -v '^=== '
