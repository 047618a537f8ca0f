"""Prepares the inputs of scripts/bench-region.sh and scores the answers.

    score.py inputs WILD.tsv SEED_GOLD.tsv FOLDER    writes FOLDER/{wild,seed}.in and .gold
    score.py table FOLDER                            reads FOLDER/SET.PROGRAM.out and .err and prints the table

An answer is scored at county level by its first choice: the code when the program gives one, otherwise the code of the
names it gives. "one" rows are right when the first choice is among the accepted codes; "set" rows when the program says
that it does not know and lists the places (a program without candidates is right when its choice is one of
them); "none" rows when it names no county. Silently wrong is a county that is not accepted, given without
saying so: a program that returns several candidates has said so.
"""
import collections
import json
import os
import re
import sys


def inputs(wild, seed, folder):
    rows = []
    for line in open(wild, encoding="utf-8"):
        f = line.rstrip("\n").split("\t")
        if not line.startswith("#") and len(f) == 5:
            rows.append((f[1], f[2], f[3], f[4]))
    write(folder, "wild", rows)
    rows = []
    if os.path.exists(seed):
        for line in open(seed, encoding="utf-8").read().split("\n")[1:]:
            f = line.split("\t")
            if len(f) < 6:
                continue
            also = [c for c in f[5].split(",") if c]
            split = f[0] == "杭州市江干区"  # divided in 2021: both successors are wanted
            codes = [f[1]] if f[2] == "town" else also + ([f[3]] if f[3] not in also else [])
            rows.append((f[2], "set" if split else "one", ",".join(also if split else codes), f[0]))
    write(folder, "seed", rows)


def write(folder, name, rows):
    with open(os.path.join(folder, name + ".gold"), "w", encoding="utf-8") as f:
        f.writelines("\t".join(r) + "\n" for r in rows)
    with open(os.path.join(folder, name + ".in"), "w", encoding="utf-8") as f:
        f.writelines(r[3] + "\n" for r in rows)


def fits(code, want, town):
    if town:  # the 34 names whose answer is a town: programs without towns are right with its county
        return code == want or len(code) == 6 and want[:6] == code
    if len(want) == 6 and want.endswith("00") and not want.endswith("0000"):
        return code[:6] == want
    return code[:6] == want[:6]


class Names:
    """Finds the code of names, with the resolver's own list of places (anxin-region resolve on the joined names)."""

    def __init__(self, folder):
        self.tool, self.known = os.path.join(folder, "anxin-region"), {}

    def codes(self, texts):
        import subprocess

        new = sorted({t for t in texts if t and t not in self.known})
        if new:
            out = subprocess.run([self.tool, "resolve", "--json"], input="\n".join(new) + "\n", capture_output=True, text=True, check=True).stdout
            for t, line in zip(new, out.strip().split("\n")):
                a = json.loads(line)
                self.known[t] = (a["best"] or {}).get("old_code") or (a["best"] or {}).get("code") or ""
        return [self.known.get(t, "") for t in texts]


def answers(path, program, names):
    """Returns (first code, says it does not know, all codes) per line."""
    out = []
    lines = [json.loads(x) for x in open(path, encoding="utf-8") if x.startswith("{")]
    if program == "anxin":
        for a in lines:
            codes = [c["code"] for c in a["candidates"]]
            first = a["best"]["code"] if a["best"] else (codes[0] if codes else "")
            out.append((first, a["outcome"] == "set", codes or [first]))
        return out
    texts = []
    for a in lines:
        n = [x for x in (a.get("names") or []) if x]
        texts.append("" if a.get("code") else "".join(dict.fromkeys(n[:3])))
    for a, code in zip(lines, names.codes(texts)):
        code = str(a.get("code") or code)[:6]
        out.append((code, a.get("many", 1) > 1, [code]))
    return out


def table(folder):
    names = Names(folder)
    for name, title in (("seed", "names of the brief"), ("wild", "hand-written addresses")):
        gold_path = os.path.join(folder, name + ".gold")
        gold = [x.rstrip("\n").split("\t") for x in open(gold_path, encoding="utf-8")] if os.path.exists(gold_path) else []
        if not gold:
            print(f"{title}: no test data, skipped")
            continue
        print(f"{title} ({len(gold)})")
        print(f"  {'':22s} {'first':>7s} {'silent':>7s} {'median µs':>10s} {'p99 µs':>9s} {'memory MB':>10s}")
        files = sorted(f for f in os.listdir(folder) if re.match(name + r"\..*\.out$", f))
        files.sort(key=lambda f: ".anxin." not in f)
        detail = {}
        for f in files:
            program = f[len(name) + 1 : -4]
            got = answers(os.path.join(folder, f), program, names)
            if len(got) != len(gold):
                print(f"  {program:22s} gave {len(got)} answers: skipped")
                continue
            first = silent = 0
            by = collections.defaultdict(lambda: [0, 0])
            for (cat, want, codes, text), (code, asked, every) in zip(gold, got):
                codes = [c for c in codes.split(",") if c]
                county = code and not code.endswith("00")
                hit = any(fits(code, c, cat == "town" and name == "seed") for c in codes) if code else False
                if want == "one":
                    right = hit
                    wrong = county and not hit and not asked
                elif want == "set":
                    if program == "anxin":
                        right = asked and (codes == ["*"] or all(any(fits(e, c, False) for e in every) for c in codes))
                    else:
                        right = asked or hit
                    wrong = county and not asked and not (hit and program != "anxin")
                else:
                    right = not code
                    wrong = county and not asked
                first += bool(right)
                silent += bool(wrong)
                by[cat][0] += bool(right)
                by[cat][1] += 1
            detail[program] = by
            t = {}
            err = os.path.join(folder, f[:-4] + ".err")
            for line in open(err, encoding="utf-8") if os.path.exists(err) else []:
                if line.startswith("{"):
                    t = json.loads(line)
            mem = t.get("heap_mb") or t.get("rss_mb") or 0
            print(f"  {program:22s} {100*first/len(gold):6.1f}% {silent:7d} {t.get('us', 0):10.1f} {t.get('p99', 0):9.1f} {mem:10.0f}")
        if name == "wild" and detail:
            print("\nright by category")
            programs = list(detail)
            print(f"  {'':22s} {'n':>4s} " + " ".join(f"{p[:12]:>12s}" for p in programs))
            for cat in detail[programs[0]]:
                n = detail[programs[0]][cat][1]
                print(f"  {cat:22s} {n:4d} " + " ".join(f"{100*detail[p][cat][0]/n:11.0f}%" for p in programs))
        print()


if __name__ == "__main__":
    if sys.argv[1] == "inputs":
        inputs(*sys.argv[2:5])
    else:
        table(sys.argv[2])
