package inspectcli

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"
)

// hostileFolder fills a folder with what a careless or hostile person can put into one. good are the files that can be judged.
func hostileFolder(t *testing.T) (paths []string, good map[string]bool) {
	t.Helper()
	dir, signed := files(t, "v2.jpg", "v1.png", "v2.mp4", "v2.webp", "v2.heic", "v2.svg", "v2.epub", "v2.tiff", "v2.mp3", "merkle0p0.mp4", "family2-two.jpg", "compressed-bomb.png")
	good = map[string]bool{}
	put := func(name string, data []byte, judged bool) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		paths, good[path] = append(paths, path), judged
	}
	for _, path := range signed {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		paths, good[path] = append(paths, path), true
		for i := range 6 { // one that is cut in the middle of something may or may not be judged, but is answered
			put(filepath.Base(path)+".cut"+string(rune('0'+i))+filepath.Ext(path), data[:len(data)*(2*i+1)/12], false)
			delete(good, paths[len(paths)-1])
		}
	}
	rng := rand.NewChaCha8([32]byte{20})
	noise := make([]byte, 1<<20)
	rng.Read(noise)
	put("random.bin", noise, false)
	put("random.jpg", append([]byte("\xff\xd8\xff\xe0"), noise...), false)
	delete(good, paths[len(paths)-1])
	put("empty", nil, false)
	put("empty.jpg", nil, false)
	put("zeros.mp4", make([]byte, 1<<20), false)
	put("bomb.png", bombPNG(), true)
	put(strings.Repeat("长", 80)+".jpg", plainJPEG(t), true)
	put("line\nbreak \x1b[31m\u202e\xff.jpg", plainJPEG(t), true)
	put("-at.jpg", plainJPEG(t), true)
	other := func(path string) { paths, good[path] = append(paths, path), false }
	other(dir)
	other(filepath.Join(dir, "is not there.jpg"))
	other(filepath.Join(dir, strings.Repeat("x", 5000)))
	other("nul\x00name")
	other("")
	other("/dev/zero")
	for name, target := range map[string]string{"loop": "loop", "to nowhere": "gone", "to itself's folder": dir} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		other(filepath.Join(dir, name))
	}
	if pipe := filepath.Join(dir, "pipe"); syscall.Mkfifo(pipe, 0o600) == nil {
		other(pipe)
	}
	if closed := filepath.Join(dir, "closed.jpg"); os.Geteuid() != 0 {
		put("closed.jpg", plainJPEG(t), false)
		if err := os.Chmod(closed, 0); err != nil {
			t.Fatal(err)
		}
	}
	if runtime.GOOS == "linux" {
		other("/proc/self/mem") // a regular file that cannot be read
	}
	return paths, good
}

func plainJPEG(t *testing.T) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bombPNG has texts that unpack to very much, and says that it is 65,535 by 65,535.
func bombPNG() []byte {
	out := []byte("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
		from := len(out)
		out = append(append(out, kind...), data...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[from:]))
	}
	chunk("IHDR", []byte{0, 0, 255, 255, 0, 0, 255, 255, 16, 6, 0, 0, 0})
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	zeros := make([]byte, 1<<20)
	for range 64 {
		_, _ = w.Write(zeros)
	}
	_ = w.Close()
	for range 40 {
		chunk("iTXt", append([]byte("XML:com.adobe.xmp\x00\x01\x00\x00\x00"), z.Bytes()...))
	}
	chunk("IEND", nil)
	return out
}

// TestHostileFolder: one line for each argument, in order, always JSON; an error where a file cannot be judged and none where it can.
func TestHostileFolder(t *testing.T) {
	paths, good := hostileFolder(t)
	runtime.GC()
	peak := watchHeap(t)
	var out bytes.Buffer
	c := Cmd{Files: paths, JSON: true, At: "2026-12-01", Stdout: &out}
	if err := c.Run(t.Context()); !errors.Is(err, errSome) {
		t.Errorf("want the word that some could not be judged, got %v", err)
	}
	if p := peak(); p > 256<<20 {
		t.Errorf("%d MB of heap", p>>20)
	}
	lines := bufio.NewScanner(&out)
	lines.Buffer(nil, 64<<20)
	n := 0
	for ; lines.Scan(); n++ {
		var r Result
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		if err := d.Decode(&r); err != nil || d.More() || !utf8.Valid(lines.Bytes()) {
			t.Fatalf("line %d is no JSON: %v", n, err)
		}
		if n >= len(paths) {
			break
		}
		if r.File != strings.ToValidUTF8(paths[n], "\ufffd") {
			t.Errorf("line %d is about %q, want %q", n, r.File, paths[n])
		}
		if want, known := good[paths[n]]; known && want != (r.Error == "") {
			t.Errorf("%q: judged: %v, error %q", paths[n], want, r.Error)
		}
		if r.Facts == nil || r.Error == "" && (r.C2PA == nil && r.AIGC == nil || len(r.SHA256) != 64) {
			t.Errorf("%q: %s", paths[n], lines.Bytes())
		}
	}
	if n != len(paths) {
		t.Errorf("%d lines for %d files", n, len(paths))
	}
	var judged []string
	for _, p := range paths {
		if good[p] {
			judged = append(judged, p)
		}
	}
	c = Cmd{Files: judged, At: "2026-12-01", Stdout: &out}
	out.Reset()
	if err := c.Run(t.Context()); err != nil {
		t.Errorf("files that can be judged: %v", err)
	}
	if strings.ContainsAny(out.String(), "\x1b\u202e") || !utf8.ValidString(out.String()) {
		t.Error("a name writes on the screen what it likes")
	}
}

// watchHeap measures the most heap that is in use from now until the call of what it gives.
func watchHeap(t *testing.T) func() uint64 {
	t.Helper()
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		var peak uint64
		for {
			metrics.Read(sample)
			peak = max(peak, sample[0].Value.Uint64())
			select {
			case <-stop:
				most <- peak
				return
			case <-tick.C:
			}
		}
	}()
	return func() uint64 { close(stop); return <-most }
}

// Somebody who presses Ctrl-C gets the shell back, however large the file.
func TestInterrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large.mp4")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(1 << 36); err != nil { // sparse
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	c := Cmd{Files: []string{path, path}, JSON: true, At: "2026-12-01", Stdout: &bytes.Buffer{}}
	if err := c.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// A picture that would take too much memory is not decoded for a thumbnail's sake.
func TestPictureMemory(t *testing.T) {
	if _, err := decode(bytes.NewReader(bombPNG())); !errors.Is(err, errTooLarge) {
		t.Errorf("got %v", err)
	}
	small := plainJPEG(t)
	if _, err := decode(bytes.NewReader(small)); err != nil {
		t.Error(err)
	}
	large := bytes.Clone(small)
	i := bytes.Index(large, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(large[i+5:], 5000)
	binary.BigEndian.PutUint16(large[i+7:], 5000)
	if _, err := decode(bytes.NewReader(large)); errors.Is(err, errTooLarge) {
		t.Error("25 megapixels are too many")
	}
	large[i+1] = 0xc2
	if _, err := decode(bytes.NewReader(large)); !errors.Is(err, errTooLarge) {
		t.Errorf("25 megapixels in several scans: %v", err)
	}
}
