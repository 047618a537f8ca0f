package imagecli

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"context"
)

// root stands for the binary, which mounts the commands.
type root struct {
	Fingerprint FingerprintCmd `cmd:""`
	Compare     CompareCmd     `cmd:""`
	Forge       ForgeCmd       `cmd:""`
}

func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var c root
	parser, err := kong.New(&c, kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c.Fingerprint.Stdout, c.Compare.Stdout, c.Forge.Stdout = &out, &out, &out
	k, err := parser.Parse(args)
	if err != nil {
		return "", err
	}
	k.BindTo(context.Background(), (*context.Context)(nil))
	err = k.Run()
	return out.String(), err
}

// scene writes a picture with structure.
func scene(t *testing.T, name string, seed uint64) string {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	img := image.NewRGBA(image.Rect(0, 0, 480, 360))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for range 400 {
		x, y, w, h := r.IntN(480), r.IntN(360), 5+r.IntN(60), 5+r.IntN(60)
		c := color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		for j := y; j < min(360, y+h); j++ {
			for i := x; i < min(480, x+w); i++ {
				img.SetRGBA(i, j, c)
			}
		}
	}
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if strings.HasSuffix(name, ".png") {
		err = png.Encode(f, img)
	} else {
		err = jpeg.Encode(f, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestForgeThenCompare(t *testing.T) {
	src := scene(t, "a.png", 1)
	dir := t.TempDir()
	forged, truth := filepath.Join(dir, "f.jpg"), filepath.Join(dir, "truth.png")
	if _, err := run(t, "forge", "--seed", "3", "--attack", "stain+chat", "--mask", truth, src, forged); err != nil {
		t.Fatal(err)
	}
	overlay, mask := filepath.Join(dir, "o.png"), filepath.Join(dir, "m.png")
	out, err := run(t, "compare", "--json", "--overlay", overlay, "--mask", mask, src, forged)
	if err != nil {
		t.Fatal(err)
	}
	var a struct {
		Related, Changed, Mirrored bool
		Same                       bool `json:"same_photograph"`
		Boxes                      [][4]int
		Band                       string
		Facts                      []struct{ ID, Zh, En string }
		Ms                         *int64
	}
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatal(err)
	}
	if !a.Related || !a.Same || !a.Changed || len(a.Boxes) == 0 || a.Band != "strong" || len(a.Facts) < 2 || a.Ms == nil {
		t.Errorf("%s", out)
	}
	for _, path := range []string{truth, overlay, mask} {
		if pic, err := load(path); err != nil || pic.Width < 400 {
			t.Errorf("%s: %v", path, err)
		}
	}
	if out, err = run(t, "compare", src, scene(t, "b.jpg", 2)); err != nil || !strings.Contains(out, "insufficient") || !strings.Contains(out, "没有发现") {
		t.Errorf("%v %s", err, out)
	}
}

func TestFingerprint(t *testing.T) {
	a, b := scene(t, "a.png", 1), scene(t, "b.jpg", 1)
	out, err := run(t, "fingerprint", "--dihedral", a, b)
	if err != nil || strings.Count(out, "\n") != 18 || strings.Count(out, "flip-y") != 2 {
		t.Fatalf("%v %s", err, out)
	}
	broken := filepath.Join(t.TempDir(), "broken.jpg")
	if err := os.WriteFile(broken, []byte("\xff\xd8\xff"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err = run(t, "fingerprint", "--json", broken, a)
	if err == nil || !strings.Contains(out, `"reason":"truncated"`) || !strings.Contains(out, `"quality":100`) {
		t.Errorf("the good file must be printed, the bad one explained and the command fail: %v %s", err, out)
	}
}

func TestForgeExplainsItself(t *testing.T) {
	if out, err := run(t, "forge", "--list"); err != nil || !strings.Contains(out, "regenerate") {
		t.Errorf("%v %s", err, out)
	}
	if _, err := run(t, "forge", "x.png"); err == nil || !strings.Contains(err.Error(), "--attack") {
		t.Errorf("%v", err)
	}
}

// TestCalibrateGoesOnWhereItStopped measures a part, then the rest, and reports both; a torn last line is measured again.
func TestCalibrateGoesOnWhereItStopped(t *testing.T) {
	dir := t.TempDir()
	for i := range uint64(5) {
		img, err := os.ReadFile(scene(t, "photo.png", 40+i))
		if err != nil {
			t.Fatal(err)
		}
		// Names chosen so that both halves have photographs.
		if err := os.WriteFile(filepath.Join(dir, string(rune('a'+i))+".png"), img, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	journal, out, plot := filepath.Join(t.TempDir(), "j.jsonl"), filepath.Join(t.TempDir(), "o.md"), filepath.Join(t.TempDir(), "o.svg")
	calibrated := func(c CalibrateCmd) {
		t.Helper()
		c.Photos, c.Journal, c.Out, c.Plot, c.Half, c.Every, c.Seed = dir, journal, out, plot, "both", 1, 7
		c.Classes, c.Ways = []string{"recompress"}, []string{"chat"}
		if err := c.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	lines := func() []string {
		b, err := os.ReadFile(journal)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(string(b)), "\n")
	}
	calibrated(CalibrateCmd{Parts: []string{"attacks"}})
	if len(lines()) != 5 {
		t.Fatalf("%d records", len(lines()))
	}
	f, err := os.OpenFile(journal, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"kind":"pairs","pho`); err != nil {
		t.Fatal(err)
	}
	f.Close()
	first := lines()[0]
	calibrated(CalibrateCmd{Parts: []string{"attacks", "pairs", "alarms"}})
	got := lines()
	if got[0] != first {
		t.Error("what was measured was measured again")
	}
	count := map[string]int{}
	for _, l := range got {
		var r struct{ Kind string }
		if err := json.Unmarshal([]byte(l), &r); err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		count[r.Kind]++
	}
	if count["attack"] != 5 || count["alarm"] != 5 || count["pairs"] < 1 {
		t.Errorf("%v", count)
	}
	text, err := os.ReadFile(out)
	if err != nil || !strings.Contains(string(text), "| recompress | ") || !strings.Contains(string(text), "unaltered: chat | 5 |") {
		t.Errorf("%v\n%s", err, text)
	}
	calibrated(CalibrateCmd{Report: true})
	if again, _ := os.ReadFile(out); !bytes.Equal(text, again) {
		t.Error("the report alone differs")
	}
}

// A video gives one line per second with ffmpeg; without it the command says that it cannot be inspected, and fails.
func TestFingerprintOfAVideo(t *testing.T) {
	film := filepath.Join(t.TempDir(), "film.mp4")
	c := FingerprintCmd{Files: []string{film}, JSON: true, ffmpeg: filepath.Join(t.TempDir(), "ffmpeg")}
	if err := os.WriteFile(film, []byte("\x00\x00\x00\x10ftypisom\x00\x00\x00\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c.Stdout = &out
	if err := c.Run(context.Background()); err == nil || !strings.Contains(out.String(), "cannot be inspected") || !strings.Contains(out.String(), `"reason":"unsupported"`) {
		t.Errorf("%v %s", err, out.String())
	}
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	if b, err := exec.Command(ffmpeg, "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=320x240:d=3:r=5", "-c:v", "mpeg4", film).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, b)
	}
	if got, err := run(t, "fingerprint", film); err != nil || !strings.Contains(got, "film.mp4#t=2") || strings.Count(got, "\n") < 3 {
		t.Errorf("%v %s", err, got)
	}
}

func TestFilesThatCannotBeReadAreNamedInBothLanguages(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{filepath.Join(dir, "none.jpg"): "找不到这个文件", dir: "这是文件夹"} {
		_, err := load(path)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), path) || !strings.Contains(err.Error(), " / ") {
			t.Errorf("%s: %v", path, err)
		}
	}
}
