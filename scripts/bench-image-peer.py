"""Peers of scripts/bench-image: pdqhash, faiss and OpenCV, each on one thread, on the same pictures and hashes."""
import glob
import json
import sys
import time

import numpy as np

what = sys.argv[1]


def say(**kw):
    print(json.dumps(kw))


def now():
    return time.perf_counter(), time.process_time()


def since(t):
    n = now()
    return n[0] - t[0], n[1] - t[1]


def spread(all):
    """Median and 99th percentile in milliseconds of wall clock and processor time: on a busy machine the latter is the one to compare."""
    out = {}
    for k, name in enumerate(("wall", "cpu")):
        v = sorted(x[k] for x in all)
        out[name + "_p50_ms"] = round(v[len(v) // 2] * 1e3, 2)
        out[name + "_p99_ms"] = round(v[min(len(v) - 1, len(v) * 99 // 100)] * 1e3, 2)
    return out


def pictures(folder):
    return sorted(glob.glob(folder + "/*.jpg") + glob.glob(folder + "/*.png"))


if what == "pdq":
    import cv2
    import pdqhash
    cv2.setNumThreads(1)
    img = cv2.cvtColor(cv2.resize(cv2.imread(pictures(sys.argv[2])[0]), (4000, 3000)), cv2.COLOR_BGR2RGB)
    full, small = [], []
    for _ in range(5):
        t = now()
        pdqhash.compute_dihedral(img)
        full.append(since(t))
    for _ in range(20):
        t = now()
        pdqhash.compute_dihedral(cv2.resize(img, (512, 512), interpolation=cv2.INTER_NEAREST))
        small.append(since(t))
    say(what="pdqhash 12 MP", as_given=spread(full), reduced_first=spread(small))
elif what == "search":
    import faiss
    faiss.omp_set_num_threads(1)
    data = np.fromfile(sys.argv[2] + "/hashes.raw", dtype=np.uint8).reshape(-1, 32)
    queries = np.fromfile(sys.argv[2] + "/queries.raw", dtype=np.uint8).reshape(-1, 32)
    index = faiss.IndexBinaryFlat(256)
    index.add(data)
    eight, one, found = [], [], 0
    for i in range(0, min(len(queries), 8 * int(sys.argv[3])), 8):
        t = now()
        lims, _, ids = index.range_search(queries[i:i + 8], 32)  # distances below 32
        eight.append(since(t))
        found += len(set(ids.tolist()))
        t = now()
        index.range_search(queries[i:i + 1], 32)
        one.append(since(t))
    say(what="faiss IndexBinaryFlat range_search", eight=spread(eight), one=spread(one), queries=len(eight), found=found)
elif what == "match":
    import cv2
    cv2.setNumThreads(1)
    sift, matcher = cv2.SIFT_create(1000), cv2.BFMatcher()
    imgs = [cv2.resize(cv2.imread(f, 0), (800, 600), interpolation=cv2.INTER_AREA) for f in pictures(sys.argv[2])[:20]]
    feats, times = [], []
    for m in imgs:
        t = now()
        feats.append(sift.detectAndCompute(m, None))
        times.append(since(t))
    pairs = []
    for k1, d1 in feats[:8]:
        for k2, d2 in feats:
            t = now()
            good = [a for a, b in matcher.knnMatch(d1, d2, k=2) if a.distance < 0.8 * b.distance]
            if len(good) >= 4:
                cv2.findHomography(np.float32([k1[g.queryIdx].pt for g in good]), np.float32([k2[g.trainIdx].pt for g in good]), cv2.RANSAC, 3.0)
            pairs.append(since(t))
    say(what="OpenCV SIFT + matcher + RANSAC, 800x600", features=spread(times), pair=spread(pairs))
