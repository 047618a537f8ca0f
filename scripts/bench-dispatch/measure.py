#!/usr/bin/env python3
"""Measure the dispatch engine against its peers on published instances, one run after the other on this machine.

usage: measure.py run   --data DIR --anxin BIN --peers PYTHON --out FILE.csv [--suite NAME ...] [--solver NAME ...]
       measure.py table --out FILE.csv > docs/benchmarks/dispatch-table.md
       measure.py list  --data DIR

`run` can be stopped at any time: rows are written as they are made, and rows that exist are not made again. Every answer is verified here from
the instance file, with arithmetic of its own. The load of the machine is written into every row: figures made while others used the processors
are worth less, and `table` says so.
"""
import argparse
import csv
import datetime
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time

THREADS = 2

# name: (folders of instances, seconds, seeds)
SUITES = {
    "solomon-1s": (["solomon"], 1, 3),
    "solomon-5s": (["solomon"], 5, 3),
    "gh200-10s": (["homberger_200"], 10, 3),
    "gh400-30s": (["homberger_400"], 30, 1),
    "gh1000-60s": (["homberger_1000"], 60, 1),
    "gh1000-600s": (["homberger_1000"], 600, 1),  # one instance per class, see instances()
}
SOLVERS = ["anxin", "pyvrp", "ortools", "vroom"]
FIELDS = ["date", "suite", "instance", "solver", "version", "threads", "seconds", "seed", "distance_x10", "vehicles", "best_known_x10",
          "gap_percent", "wall", "load_before", "load_after", "fault"]


def instances(data, suite):
    out = []
    for folder in SUITES[suite][0]:
        for name in sorted(os.listdir(os.path.join(data, folder))):
            if name.endswith(".txt") and (suite != "gh1000-600s" or name.endswith("_4.txt")):
                out.append(os.path.join(data, folder, name))
    return out


def best_known(data):
    out = {}
    with open(os.path.join(data, "bks_dimacs_distance.csv"), encoding="utf-8") as f:
        for row in csv.DictReader(f):
            out[row["instance"].lower()] = int(row["distance_x10"])
    return out


def read(path):
    vehicles = capacity = 0
    rows, section = [], ""
    with open(path, encoding="utf-8") as f:
        for line in f:
            words = line.split()
            if not words:
                continue
            if words[0] in ("VEHICLE", "CUSTOMER"):
                section = words[0]
            elif section == "VEHICLE" and words[0].isdigit():
                vehicles, capacity = int(words[0]), int(words[1])
            elif section == "CUSTOMER" and words[0].isdigit():
                rows.append([float(w) for w in words])
    return vehicles, capacity, rows


def verify(path, routes):
    """Return (distance x10, vehicles, fault)."""
    vehicles, capacity, rows = read(path)
    seen, total = set(), 0
    for route in routes:
        t, at, load = int(rows[0][4] * 10), 0, 0
        for c in list(route) + [0]:
            if not 0 <= c < len(rows):
                return total, len(routes), f"no customer {c}"
            d = int(10 * math.hypot(rows[at][1] - rows[c][1], rows[at][2] - rows[c][2]) + 1e-9)
            total += d
            t += d
            if t > int(rows[c][5] * 10):
                return total, len(routes), f"late at {c}"
            t = max(t, int(rows[c][4] * 10)) + int(rows[c][6] * 10)
            load += rows[c][3]
            if c and c in seen:
                return total, len(routes), f"{c} twice"
            if c:
                seen.add(c)
            at = c
        if load > capacity:
            return total, len(routes), "overloaded"
    if len(seen) != len(rows) - 1:
        return total, len(routes), f"{len(rows) - 1 - len(seen)} not served"
    if len(routes) > vehicles:
        return total, len(routes), "too many vehicles"
    return total, len(routes), ""


def last_line(text):
    """What a program said last, for the column of faults; paths are left out."""
    lines = [line for line in (text or "").splitlines() if line.strip()]
    words = [w for w in lines[-1].split() if "/" not in w] if lines else []
    return "no answer: " + " ".join(words)[:80] if words else "no answer"


def run_anxin(args, path, seconds, seed):
    cmd = [args.anxin, "dispatch", "solve", "--format", "vrptw", "--objective", "distance", "--rounding", "dimacs", "--time", f"{seconds}s",
           "--threads", str(THREADS), "--seed", str(seed), path]
    done = subprocess.run(cmd, capture_output=True, text=True)
    if done.returncode != 0:
        return [], last_line(done.stderr)
    version = subprocess.run([args.anxin, "version"], capture_output=True, text=True).stdout.split() or ["(devel)"]
    return [(json.loads(done.stdout)["routes"], version[-1])], ""


def run_peer(args, name, path, seconds, seed):
    """Peers with one thread run once per thread at the same time."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer.py")
    copies = 1 if name == "vroom" else THREADS
    procs = []
    for k in range(copies):
        cmd = [args.peers, script, name, path, str(seconds), str(seed * 100 + k), str(THREADS)]
        procs.append(subprocess.Popen(cmd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    answers, fault = [], ""
    for p in procs:
        text, errors = p.communicate()
        try:
            out = json.loads(text[text.index("{"):])
            answers.append((out["routes"], out["version"]))
        except ValueError:
            fault = last_line(errors)
    return answers, fault


def run(args):
    bks = best_known(args.data)
    done = set()
    if os.path.exists(args.out):
        with open(args.out, encoding="utf-8") as f:
            done = {(r["suite"], r["instance"], r["solver"], r["seed"]) for r in csv.DictReader(f)}
    new = not os.path.exists(args.out)
    with open(args.out, "a", encoding="utf-8", newline="") as f:
        writer = csv.DictWriter(f, FIELDS)
        if new:
            writer.writeheader()
        for suite in args.suite or SUITES:
            _, seconds, seeds = SUITES[suite]
            for path in instances(args.data, suite):
                name = os.path.basename(path)[:-4].lower()
                if args.instance and name not in args.instance:
                    continue
                for solver in args.solver or SOLVERS:
                    for seed in range(1, min(seeds, args.seeds or seeds) + 1):
                        if (suite, name, solver, str(seed)) not in done:
                            row = measure(args, suite, name, path, solver, seconds, seed, bks)
                            writer.writerow(row)
                            f.flush()
                            print(row["suite"], name, solver, seed, row["gap_percent"], row["fault"], file=sys.stderr)


def measure(args, suite, name, path, solver, seconds, seed, bks):
    before, begin = os.getloadavg()[0], time.time()
    answers, silent = run_anxin(args, path, seconds, seed) if solver == "anxin" else run_peer(args, solver, path, seconds, seed)
    wall = time.time() - begin
    best = None
    for routes, version in answers:
        routes = [r for r in routes if r]
        distance, vehicles, fault = verify(path, routes)
        if best is None or (fault == "", -distance) > (best[2] == "", -best[0]):
            best = (distance, vehicles, fault, version, routes)
    distance, vehicles, fault, version, routes = best or (0, 0, silent or "no answer", "", [])
    known = bks.get(name, 0)
    gap = round(100 * (distance / known - 1), 4) if known and not fault else ""
    if not fault and distance < known:
        prove(args, f"{name}-{solver}-{distance}", routes)
    return dict(date=datetime.date.today().isoformat(), suite=suite, instance=name, solver=solver, version=version, threads=THREADS,
                seconds=seconds, seed=seed, distance_x10=distance, vehicles=vehicles, best_known_x10=known, gap_percent=gap,
                wall=round(wall, 2), load_before=round(before, 2), load_after=round(os.getloadavg()[0], 2), fault=fault)


def prove(args, name, routes):
    """Nobody need believe a better value than the best known: keep its routes, in the form in which such solutions are published."""
    folder = os.path.join(os.path.dirname(args.out), "proofs")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name + ".sol"), "w", encoding="utf-8") as f:
        for i, route in enumerate(routes, 1):
            print(f"Route #{i}:", *route, file=f)


def listing(args):
    """Print the suites and their longest possible duration; measures nothing."""
    for suite, (_, seconds, seeds) in SUITES.items():
        n = len(instances(args.data, suite))
        hours = n * seconds * seeds * len(SOLVERS) / 3600
        print(f"{suite}: {n} instances x {seeds} seeds x {seconds} s, {len(SOLVERS)} solvers: {hours:.1f} h")


def klass(instance):
    name = instance.split("_")[0] if "_" in instance else instance[:-2]
    return name.upper()


def table(args):
    with open(args.out, encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    classes = ["C1", "C2", "R1", "R2", "RC1", "RC2"]
    days = sorted({r["date"] for r in rows}) or ["never"]
    print("<!-- made by scripts/bench-dispatch.sh --table; do not edit by hand -->\n")
    print("# Dispatch beside its peers on published instances\n")
    print(f"Repeat it with `make bench-dispatch`. Measured from {days[0]} to {days[-1]}, every run in [dispatch.csv](dispatch.csv).\n")
    print("Mean gap to the best known value in percent (DIMACS convention, distance only). Machine: "
          f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors; {THREADS} threads for every solver: peers with one thread "
          "run once per thread with different seeds and the better answer counts. *Load* is the machine's load average before a run, "
          f"to which the run before contributes up to {THREADS}: clearly more means that others used the processors and that every gap is "
          "larger than it would be alone.\n")
    for suite in SUITES:
        mine = [r for r in rows if r["suite"] == suite]
        if not mine:
            continue
        seconds = SUITES[suite][1]
        print(f"### {suite}: {seconds} s\n")
        print("| solver | version | instances | runs | " + " | ".join(classes) + " | all | faults | load |")
        print("|---|---|---|---|" + "---|" * (len(classes) + 3))
        for solver in SOLVERS:
            own = [r for r in mine if r["solver"] == solver]
            good = [r for r in own if r["gap_percent"] != ""]
            if not own:
                continue
            cells = []
            for c in classes:
                gaps = [float(r["gap_percent"]) for r in good if klass(r["instance"]) == c]
                cells.append(f"{statistics.mean(gaps):.3f}" if gaps else "-")
            every = f"{statistics.mean(float(r['gap_percent']) for r in good):.3f}" if good else "-"
            load = statistics.mean(float(r["load_before"]) for r in own)
            print(f"| {solver} | {own[-1]['version']} | {len({r['instance'] for r in own})} | {len(own)} | " + " | ".join(cells) +
                  f" | {every} | {len(own) - len(good)} | {load:.1f} |")
        print()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("command", choices=["run", "table", "list"])
    p.add_argument("--data", help="folder with solomon/, homberger_*/ and the tables of best known values")
    p.add_argument("--anxin", default="anxin")
    p.add_argument("--peers", default="python3", help="Python in which pyvrp, ortools and pyvroom are installed")
    p.add_argument("--out", default="docs/benchmarks/dispatch.csv")
    p.add_argument("--suite", action="append", choices=list(SUITES))
    p.add_argument("--solver", action="append", choices=SOLVERS)
    p.add_argument("--instance", action="append", help="only this instance, by its name in small letters")
    p.add_argument("--seeds", type=int, default=0, help="at most so many seeds")
    args = p.parse_args()
    if args.command != "table" and not args.data:
        p.error("--data is needed")
    {"table": table, "list": listing, "run": run}[args.command](args)


main()
