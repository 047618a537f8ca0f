// Command imagebench measures the picture engines for scripts/bench-image. It prints one JSON object per measurement.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"golang.org/x/image/draw"

	"anxin/fingerprint"
	"anxin/fingerprint/imagefile"
	"anxin/imagematch"
)

func main() {
	what := flag.String("what", "", "pdq, search or match")
	photos := flag.String("photos", "", "folder with photographs (pdq, match)")
	dir := flag.String("dir", "", "folder for large temporary files (search)")
	n := flag.Int("n", 10_000_000, "hashes (search)")
	runs := flag.Int("runs", 60, "repetitions")
	flag.Parse()
	runtime.GOMAXPROCS(1)
	var err error
	switch *what {
	case "pdq":
		err = pdq(*photos, *runs)
	case "search":
		err = search(*dir, *n, *runs)
	case "match":
		err = match(*photos, *runs)
	default:
		err = fmt.Errorf("-what must be pdq, search or match")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func say(v map[string]any) { _ = json.NewEncoder(os.Stdout).Encode(v) }

// spread gives median and 99th percentile in milliseconds.
func spread(d []time.Duration) (p50, p99 float64) {
	slices.Sort(d)
	ms := func(v time.Duration) float64 { return float64(v.Microseconds()) / 1000 }
	return ms(d[len(d)/2]), ms(d[min(len(d)-1, len(d)*99/100)])
}

// peak is the largest resident memory in megabytes.
func peak() float64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		var kb float64
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kb); err == nil {
			return kb / 1024
		}
	}
	return 0
}

// twelve is a photograph enlarged to 4000×3000 and compressed: the size of a phone's.
func twelve(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p, err := imagefile.Decode(b, imagefile.Limits{})
	if err != nil {
		return nil, err
	}
	big := image.NewRGBA(image.Rect(0, 0, 4000, 3000))
	draw.ApproxBiLinear.Scale(big, big.Rect, p.Image, p.Image.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	err = jpeg.Encode(&out, big, &jpeg.Options{Quality: 90})
	return out.Bytes(), err
}

func list(dir string) []string {
	var all []string
	for _, ext := range []string{"*.jpg", "*.png"} {
		f, _ := filepath.Glob(filepath.Join(dir, ext))
		all = append(all, f...)
	}
	slices.Sort(all)
	return all
}

func pdq(dir string, runs int) error {
	files := list(dir)
	if len(files) == 0 {
		return fmt.Errorf("no photographs in %s", dir)
	}
	b, err := twelve(files[0])
	if err != nil {
		return err
	}
	p, err := imagefile.Decode(b, imagefile.Limits{})
	if err != nil {
		return err
	}
	var hash, decode []time.Duration
	for range runs {
		t := time.Now()
		fingerprint.OfImage(p.Image)
		hash = append(hash, time.Since(t))
	}
	for range min(runs, 10) {
		t := time.Now()
		if _, err := imagefile.Decode(b, imagefile.Limits{}); err != nil {
			return err
		}
		decode = append(decode, time.Since(t))
	}
	p50, p99 := spread(hash)
	d50, _ := spread(decode)
	say(map[string]any{"what": "pdq 12 MP, eight hashes", "p50_ms": p50, "p99_ms": p99, "decode_p50_ms": d50})
	return nil
}

// search builds an index of random hashes, writes them raw for the peer, and looks for near copies of some of them.
func search(dir string, n, runs int) error {
	name := filepath.Join(dir, "index.bin")
	raw, err := os.Create(filepath.Join(dir, "hashes.raw"))
	if err != nil {
		return err
	}
	x, err := fingerprint.OpenIndex(name)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(1, 2))
	hashes := func(k int) []fingerprint.Entry {
		out := make([]fingerprint.Entry, k)
		for i := range out {
			for j := 0; j < 32; j += 8 {
				binary.LittleEndian.PutUint64(out[i].Hash[j:], r.Uint64())
			}
		}
		return out
	}
	var queries [][]fingerprint.Hash
	for at := 0; at < n; at += 20_000 {
		entries := hashes(min(20_000, n-at))
		if len(queries) < runs && at%(max(1, n/20_000/runs)*20_000) == 0 {
			q := make([]fingerprint.Hash, 8)
			for i := range q {
				q[i] = entries[i].Hash
				for range r.IntN(40) {
					bit := r.IntN(256)
					q[i][bit/8] ^= 1 << (bit % 8)
				}
			}
			queries = append(queries, q)
		}
		for i := range entries {
			if _, err := raw.Write(entries[i].Hash[:]); err != nil {
				return err
			}
		}
		if err := x.Append(entries...); err != nil {
			return err
		}
	}
	if err := raw.Close(); err != nil {
		return err
	}
	if err := x.Close(); err != nil {
		return err
	}
	var flat []byte
	for _, q := range queries {
		for _, h := range q {
			flat = append(flat, h[:]...)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "queries.raw"), flat, 0o600); err != nil {
		return err
	}
	debug.FreeOSMemory()
	t := time.Now()
	if x, err = fingerprint.OpenIndex(name); err != nil {
		return err
	}
	opened := time.Since(t)
	var one, eight []time.Duration
	found := 0
	for _, q := range queries {
		t := time.Now()
		hits, err := x.Search(fingerprint.Query{Hashes: q, Radius: fingerprint.NearRadius})
		if err != nil {
			return err
		}
		eight = append(eight, time.Since(t))
		found += len(hits)
		t = time.Now()
		if _, err := x.Search(fingerprint.Query{Hashes: q[:1], Radius: fingerprint.NearRadius}); err != nil {
			return err
		}
		one = append(one, time.Since(t))
	}
	p50, p99 := spread(eight)
	o50, o99 := spread(one)
	say(map[string]any{"what": "search", "entries": n, "open_ms": opened.Milliseconds(), "eight_p50_ms": p50, "eight_p99_ms": p99, "one_p50_ms": o50, "one_p99_ms": o99, "found": found, "peak_mb": peak()})
	return x.Close()
}

// match runs one 12 MP claim against 20 references whose features are kept, everything from the received bytes to the change map.
func match(dir string, runs int) error {
	files := list(dir)
	if len(files) < 21 {
		return fmt.Errorf("%s has %d photographs; 21 are needed", dir, len(files))
	}
	var refs []*imagematch.Features
	var small []image.Image
	for _, f := range files[:20] {
		b, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		p, err := imagefile.Decode(b, imagefile.Limits{})
		if err != nil {
			return err
		}
		refs = append(refs, imagematch.Extract(p.Image, imagematch.Options{}))
		s := image.NewGray(image.Rect(0, 0, 800, 600))
		draw.BiLinear.Scale(s, s.Rect, p.Image, p.Image.Bounds(), draw.Src, nil)
		small = append(small, s)
	}
	var all, features, pairs []time.Duration
	same := 0
	for i := range runs {
		b, err := twelve(files[i%20])
		if err != nil {
			return err
		}
		t := time.Now()
		p, err := imagefile.Decode(b, imagefile.Limits{})
		if err != nil {
			return err
		}
		fingerprint.OfImage(p.Image)
		claim := imagematch.Extract(p.Image, imagematch.Options{})
		for _, ref := range refs {
			res, err := imagematch.CompareFeatures(context.Background(), ref, claim)
			if err != nil {
				return err
			}
			if res.SamePhotograph {
				same++
			}
		}
		all = append(all, time.Since(t))
	}
	memory := peak()
	for _, s := range small {
		t := time.Now()
		f := imagematch.Extract(s, imagematch.Options{})
		features = append(features, time.Since(t))
		for _, ref := range refs {
			t := time.Now()
			if _, err := imagematch.CompareFeatures(context.Background(), ref, f); err != nil {
				return err
			}
			pairs = append(pairs, time.Since(t))
		}
	}
	p50, p99 := spread(all)
	f50, _ := spread(features)
	c50, c99 := spread(pairs)
	say(map[string]any{"what": "claim 12 MP against 20 references", "p50_ms": p50, "p99_ms": p99, "peak_mb": memory, "same": same, "features_800_p50_ms": f50, "pair_p50_ms": c50, "pair_p99_ms": c99})
	return nil
}
