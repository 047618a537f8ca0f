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
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/image/draw"

	"anxin/fingerprint"
	"anxin/fingerprint/imagefile"
	"anxin/imagematch"
	"anxin/internal/evidence/picture"
)

func main() {
	what := flag.String("what", "", "pdq, build, search, make, match or product")
	photos := flag.String("photos", "", "folder with photographs (pdq, make, match)")
	dir := flag.String("dir", "", "folder for large temporary files (build, search, make, match, product)")
	program := flag.String("program", "", "the anxin program (product)")
	n := flag.Int("n", 10_000_000, "hashes (search)")
	runs := flag.Int("runs", 60, "repetitions")
	flag.Parse()
	runtime.GOMAXPROCS(1)
	var err error
	switch *what {
	case "pdq":
		err = pdq(*photos, *runs)
	case "build":
		err = build(*dir, *n, *runs)
	case "search":
		err = search(*dir, *n)
	case "make":
		err = enlarge(*photos, *dir)
	case "match":
		err = match(*photos, *dir, *runs)
	case "product":
		err = product(*program, *dir, *runs)
	default:
		err = fmt.Errorf("-what must be pdq, build, search, make, match or product")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func say(v map[string]any) { _ = json.NewEncoder(os.Stdout).Encode(v) }

// reading is a moment or a duration on two clocks: on a busy machine the processor's own is the one to compare.
type reading struct{ wall, cpu time.Duration }

var begin = time.Now()

func now() reading {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return reading{time.Since(begin), time.Duration(u.Utime.Nano() + u.Stime.Nano())}
}

func since(r reading) reading {
	n := now()
	return reading{n.wall - r.wall, n.cpu - r.cpu}
}

// spread gives median and 99th percentile in milliseconds, of both clocks.
func spread(all []reading) map[string]float64 {
	out := map[string]float64{}
	for name, of := range map[string]func(reading) time.Duration{"wall": func(r reading) time.Duration { return r.wall }, "cpu": func(r reading) time.Duration { return r.cpu }} {
		var d []time.Duration
		for _, r := range all {
			d = append(d, of(r))
		}
		slices.Sort(d)
		ms := func(v time.Duration) float64 { return float64(v.Microseconds()) / 1000 }
		out[name+"_p50_ms"], out[name+"_p99_ms"] = ms(d[len(d)/2]), ms(d[min(len(d)-1, len(d)*99/100)])
	}
	return out
}

// peak is the largest resident memory of a process in megabytes; "self" is this one.
func peak(pid string) float64 {
	b, err := os.ReadFile("/proc/" + pid + "/status")
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

// enlarge writes the first 20 photographs as 12 MP files. It is a step of its own, so that its memory is not counted as the engines'.
func enlarge(photos, dir string) error {
	files := list(photos)
	for i, f := range files[:min(len(files), 20)] {
		b, err := twelve(f)
		if err != nil {
			return err
		}
		if err := os.WriteFile(large(dir, i), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func large(dir string, i int) string { return filepath.Join(dir, fmt.Sprintf("large-%02d.jpg", i)) }

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
	var hash, decode []reading
	for range runs {
		t := now()
		fingerprint.OfImage(p.Image)
		hash = append(hash, since(t))
	}
	for range min(runs, 10) {
		t := now()
		if _, err := imagefile.Decode(b, imagefile.Limits{}); err != nil {
			return err
		}
		decode = append(decode, since(t))
	}
	say(map[string]any{"what": "pdq 12 MP, eight hashes", "hash": spread(hash), "decode": spread(decode)})
	return nil
}

// build makes an index of random hashes, and writes them and near copies of some of them raw for the peer.
func build(dir string, n, runs int) error {
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
	return os.WriteFile(filepath.Join(dir, "queries.raw"), flat, 0o600)
}

// search opens the index and looks for the queries, all eight hashes of each and the first alone.
func search(dir string, n int) error {
	flat, err := os.ReadFile(filepath.Join(dir, "queries.raw"))
	if err != nil {
		return err
	}
	t := now()
	x, err := fingerprint.OpenIndex(filepath.Join(dir, "index.bin"))
	if err != nil {
		return err
	}
	opened := since(t)
	var one, eight []reading
	found := 0
	for ; len(flat) >= 256; flat = flat[256:] {
		var q []fingerprint.Hash
		for i := range 8 {
			q = append(q, fingerprint.Hash(flat[i*32:]))
		}
		t := now()
		hits, err := x.Search(fingerprint.Query{Hashes: q, Radius: fingerprint.NearRadius})
		if err != nil {
			return err
		}
		eight = append(eight, since(t))
		found += len(hits)
		t = now()
		if _, err := x.Search(fingerprint.Query{Hashes: q[:1], Radius: fingerprint.NearRadius}); err != nil {
			return err
		}
		one = append(one, since(t))
	}
	say(map[string]any{"what": "search", "entries": n, "open_cpu_ms": opened.cpu.Milliseconds(), "eight": spread(eight), "one": spread(one), "found": found, "peak_mb": peak("self")})
	return x.Close()
}

// match runs one 12 MP claim against 20 references whose features are kept, everything from the received bytes to the change map.
func match(photos, dir string, runs int) error {
	files := list(photos)
	if len(files) < 20 {
		return fmt.Errorf("%s has %d photographs; 20 are needed", photos, len(files))
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
	var all, features, pairs []reading
	same := 0
	for i := range runs {
		b, err := os.ReadFile(large(dir, i%20))
		if err != nil {
			return err
		}
		t := now()
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
		all = append(all, since(t))
	}
	memory := peak("self")
	for _, s := range small {
		t := now()
		f := imagematch.Extract(s, imagematch.Options{})
		features = append(features, since(t))
		for _, ref := range refs {
			t := now()
			if _, err := imagematch.CompareFeatures(context.Background(), ref, f); err != nil {
				return err
			}
			pairs = append(pairs, since(t))
		}
	}
	say(map[string]any{"what": "claim 12 MP against 20 references", "everything": spread(all), "peak_mb": memory, "same": same, "features_800": spread(features), "pair": spread(pairs)})
	return nil
}

// product asks the picture process of the program what the server asks it of one 12 MP claim: prints and metadata, the copies for display of 20 references of 12 MP to choose from and compare, and all
// detectors of single pictures. Its memory is that process's alone.
func product(program, dir string, runs int) error {
	p := &picture.Process{Command: []string{program, "picture"}, Limits: picture.DefaultLimits}
	defer p.Close()
	ctx := context.Background()
	var files, copies, sketches [][]byte
	for i := range 20 {
		b, err := os.ReadFile(large(dir, i))
		if err != nil {
			return err
		}
		seen, err := p.Inspect(ctx, b)
		if err != nil {
			return err
		}
		small, err := p.Render(ctx, b) // the copy for display, which is what references are compared by
		if err != nil {
			return err
		}
		files, copies, sketches = append(files, b), append(copies, small.Display.JPEG), append(sketches, seen.Sketch)
	}
	took := map[string][]reading{}
	same, most := 0, 0.0
	for i := range runs {
		claim := files[i%20]
		begun := now()
		for _, step := range []struct {
			name string
			run  func() error
		}{
			{"inspect", func() error { _, err := p.Inspect(ctx, claim); return err }},
			{"match", func() error {
				m, err := p.Match(ctx, picture.Matching{Claim: claim, Sketches: sketches, Compare: 6, Load: func(_ context.Context, i int) ([]byte, error) { return copies[i], nil }})
				for _, x := range m.Pairs {
					if x.Result.SamePhotograph {
						same++
					}
				}
				return err
			}},
			{"detectors", func() error { _, err := p.Trace(ctx, picture.Tracing{File: claim}); return err }},
		} {
			t := now()
			if err := step.run(); err != nil {
				return fmt.Errorf("%s: %w", step.name, err)
			}
			took[step.name] = append(took[step.name], since(t))
			most = max(most, peak(fmt.Sprint(p.Pid()))) // the process is replaced after some pictures
		}
		took["everything"] = append(took["everything"], since(begun))
	}
	out := map[string]any{"what": "the server's picture process: claim 12 MP, 20 references of 12 MP", "same": same, "peak_mb": most}
	for name, all := range took {
		s := spread(all)
		out[name] = map[string]float64{"wall_p50_ms": s["wall_p50_ms"], "wall_p99_ms": s["wall_p99_ms"]}
	}
	say(out)
	return nil
}
