#!/bin/sh
# Files a claim with six photographs of 12 megapixels over a line of 1 Mbit/s that is cut twice, with the server killed (SIGKILL) and started again in between.
# It compares the vault's hashes with what was sent and prints the peak memory of the server and of its picture process. It takes about four minutes.
cd "$(dirname "$0")/.." && ANXIN_SLOW=1 exec go test ./internal/e2e -run 'FilingOverASlowLine' -count 1 -v -timeout 20m
