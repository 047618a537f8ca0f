#!/bin/sh
# Compares the library with independent writers and readers of labels: ffmpeg and ExifTool (Debian packages ffmpeg and
# libimage-exiftool-perl). They write every carrier that they can, and the library reads it; the library writes every format
# that it can, and they read it. usage: check.sh   Fails when one of them is missing, so that nobody takes a skip for a pass.
set -eu
cd "$(dirname "$0")/.."
for tool in ffmpeg ffprobe exiftool; do
    command -v "$tool" >/dev/null || { echo "$tool is not installed (apt-get install ffmpeg libimage-exiftool-perl)" >&2; exit 1; }
done
AIGC_ORACLE=1 "${GO:-go}" test -tags nodynamic -count=1 -run 'TestOracle' -v . | grep -v '^=== '
