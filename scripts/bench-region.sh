#!/bin/sh
# Measures package region beside its peers from npm and PyPI, on the same machine and the same addresses.
#
#   scripts/bench-region.sh            all peers (needs node, npm, python3, pip; installs into a temporary folder)
#   PEERS= scripts/bench-region.sh     without peers
#   KEEP=DIR scripts/bench-region.sh   keep the peers in DIR, so that a second run does not install them again
#
# Inputs: region/testdata/wild.tsv, and when the shared test data are there (ANXIN_SHARED, by default ../shared)
# the names of the brief. Peers are pinned; what each measures is explained in docs/design/region.md.
set -eu
cd "$(dirname "$0")/.."
top=$(pwd)
tool="$top/scripts/bench-region"
shared=${ANXIN_SHARED:-$top/../shared}
peers=${PEERS-"address-smart-parse@4.0.3 address-parse@1.2.19 zh-address-parse@1.3.16 cpca==0.5.5 jionlp==1.5.31"}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
store=${KEEP:-$work/peers}
mkdir -p "$store"
one=""
command -v taskset >/dev/null 2>&1 && one="taskset -c 0"

go build -o "$work/anxin-region" ./internal/cli/regioncli/anxin-region
python3 "$tool/score.py" inputs region/testdata/wild.tsv "$shared/data/region/seed_gold.tsv" "$work"

for set in seed wild; do
	[ -s "$work/$set.in" ] || continue
	GOMAXPROCS=1 $one "$work/anxin-region" resolve --json --timing "$work/$set.in" >"$work/$set.anxin.out" 2>"$work/$set.anxin.err"
done

for peer in $peers; do
	case $peer in
	*==*)
		name=${peer%%==*}
		[ -d "$store/py/$name" ] || python3 -m pip install --quiet --disable-pip-version-check --target "$store/py" "$peer" >&2 || { echo "$peer could not be installed; skipped" >&2; continue; }
		;;
	*)
		name=${peer%@*}
		[ -d "$store/node_modules/$name" ] || (cd "$store" && npm install --silent --no-save --no-audit --no-fund --prefix . "$peer" >&2) || { echo "$peer could not be installed; skipped" >&2; continue; }
		;;
	esac
	for set in seed wild; do
		[ -s "$work/$set.in" ] || continue
		case $peer in
		*==*) PYTHONPATH="$store/py" $one python3 "$tool/peer.py" "$name" "$work/$set.in" 3 >"$work/$set.$name.out" 2>"$work/$set.$name.err" || true ;;
		*) (cd "$store" && $one node "$tool/peer.mjs" "$name" "$work/$set.in" 5) >"$work/$set.$name.out" 2>"$work/$set.$name.err" || true ;;
		esac
	done
done

echo
python3 "$tool/score.py" table "$work"
echo
echo "In process, one core (go test -bench):"
GOMAXPROCS=1 $one go test -run '^$' -bench 'Plain|Wild|Build|Junk' -benchmem ./region | grep '^Benchmark'
ls -l region/data/region.bin | awk '{printf "embedded table: %.0f KB\n", $5/1024}'
