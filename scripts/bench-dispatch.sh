#!/bin/sh
# Measures package dispatch beside VROOM, OR-Tools and PyVRP from PyPI: same machine, same instances, same time, same threads, one after the other.
#
#   scripts/bench-dispatch.sh [--suite NAME]... [--solver NAME]...   measure what is still missing, then write the table (all of it: about eight hours)
#   scripts/bench-dispatch.sh --list                                 the suites, with how long each takes at most; measures nothing
#   scripts/bench-dispatch.sh --table                                write the table from what was measured so far
#   scripts/bench-dispatch.sh --install                              install the peers and print their versions; measures nothing
#   PEERS= scripts/bench-dispatch.sh ...                             without peers: installs nothing
#
# Environment: ANXIN_SHARED (folder with data/vrptw; default ../shared), ANXIN (program to measure; default: built here), BENCH_HOME (where the
# peers and the program go; default tmp/bench-dispatch). Needs go, python3 with venv and, for the first run with peers, a package index.
# Every row is written to docs/benchmarks/dispatch.csv as it is made: an interrupted run goes on where it stopped; a row
# is measured again only after it was deleted. docs/design/dispatch.md explains.
set -eu
cd "$(dirname "$0")/.."
tool=scripts/bench-dispatch
shared=${ANXIN_SHARED:-../shared}
home=${BENCH_HOME:-tmp/bench-dispatch}
data=$shared/data/vrptw
rows=docs/benchmarks/dispatch.csv
page=docs/benchmarks/dispatch-table.md
peers=${PEERS-"pyvrp==0.13.4 ortools==9.15.6755 pyvroom==1.15.2"}

table() {
	[ -s "$rows" ] || { echo "还没有测量结果 / nothing was measured yet: $rows is missing" >&2; exit 2; }
	python3 "$tool/measure.py" table --out "$rows" >"$page.new"
	mv "$page.new" "$page"
}

# The stamp is written last: an installation that broke off is begun again.
install() {
	[ "$(cat "$home/peers/installed" 2>/dev/null || true)" != "$peers" ] || return 0
	rm -rf "$home/peers"
	mkdir -p "$home"
	python3 -m venv "$home/peers"
	# shellcheck disable=SC2086 # one word per package
	"$python" -m pip install --quiet --disable-pip-version-check $peers
	"$python" "$tool/peer.py" versions >&2
	echo "$peers" >"$home/peers/installed"
}

python=$home/peers/bin/python
case ${1-} in
-h | --help | help)
	sed -n '2,/^set /{/^#/s/^# \{0,1\}//p;}' "$0"
	echo
	python3 "$tool/measure.py" --help
	exit 0
	;;
--list)
	exec python3 "$tool/measure.py" list --data "$data"
	;;
--table)
	table
	exit 0
	;;
--install)
	[ -z "$peers" ] || install
	exit 0
	;;
esac

if [ ! -d "$data" ]; then
	echo "没有找到算例 / no instances in $data; set ANXIN_SHARED" >&2
	exit 2
fi
mkdir -p "$home"
if [ -n "$peers" ]; then
	install
else
	set -- --solver anxin "$@"
fi
anxin=${ANXIN:-$home/anxin}
[ -n "${ANXIN-}" ] || ${GO:-go} build -tags nodynamic -trimpath -o "$anxin" ./cmd/anxin
python3 "$tool/measure.py" run --data "$data" --anxin "$anxin" --peers "$python" --out "$rows" "$@"
table
