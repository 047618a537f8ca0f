"""Runs one PyPI peer over the lines of a file and prints one JSON object per line: {"names": [...], "code": "..."}.

Usage: python3 peer.py PACKAGE FILE ROUNDS. The last line on standard error is {"us": median, "p99": ..., "rss_mb": ...}.
"""
import json
import resource
import sys
import time

package, path, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1
lines = [line for line in open(path, encoding="utf-8").read().split("\n") if line]

if package == "cpca":
    import cpca

    def parse(text):
        row = cpca.transform([text]).iloc[0]
        code = row["adcode"] or ""
        return {"names": [row["省"] or "", row["市"] or "", row["区"] or ""], "code": code if row["区"] else ""}
else:
    import contextlib

    with contextlib.redirect_stdout(sys.stderr):  # it greets on standard output
        import jionlp

    def parse(text):
        r = jionlp.parse_location(text, town_village=False)
        return {"names": [r.get("province") or "", r.get("city") or "", r.get("county") or ""], "code": ""}

times = []
for k in range(rounds):
    for line in lines:
        start = time.perf_counter()
        try:
            r = parse(line)
        except Exception:  # a peer that fails gives no answer
            r = {"names": [], "code": ""}
        times.append((time.perf_counter() - start) * 1e6)
        if k == 0:
            print(json.dumps(r, ensure_ascii=False))
times.sort()
print(json.dumps({"us": times[len(times) // 2], "p99": times[int(len(times) * 0.99)],
                  "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), file=sys.stderr)
