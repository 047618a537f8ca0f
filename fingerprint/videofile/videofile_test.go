package videofile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anxin/fingerprint"
)

// fake writes a stand-in for ffmpeg that prints frames and records how it was called.
func fake(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ffmpeg")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// grey prints n frames of 64×36, as ffmpeg would.
func grey(n int) string {
	return fmt.Sprintf("i=0; while [ $i -lt %d ]; do printf 'P5\\n64 36\\n255\\n'; head -c 2304 /dev/zero; i=$((i+1)); done\n", n)
}

func TestFrames(t *testing.T) {
	calls := filepath.Join(t.TempDir(), "calls")
	program := fake(t, fmt.Sprintf("echo \"$@\" > %s; env > %s.env\n%sprintf 'P5\\n64 36\\n255\\ncut'\n", calls, calls, grey(3)))
	t.Setenv("ANXIN_SECRET", "x")
	prints, err := Frames(context.Background(), program, "-evil; name.mp4")
	if err != nil || len(prints) != 3 {
		t.Fatalf("%d frames, %v", len(prints), err)
	}
	b, err := os.ReadFile(calls)
	if err != nil || !strings.Contains(string(b), "-protocol_whitelist file -i file:-evil; name.mp4 ") {
		t.Errorf("called with %s", b)
	}
	if b, err = os.ReadFile(calls + ".env"); err != nil || strings.Contains(string(b), "ANXIN_SECRET") {
		t.Errorf("ffmpeg sees the caller's environment: %v %s", err, b)
	}
	if prints, err = Frames(context.Background(), fake(t, grey(MaxFrames+5)), "x"); err != nil || len(prints) != MaxFrames {
		t.Errorf("%d frames, %v", len(prints), err)
	}
	if _, err = Frames(context.Background(), fake(t, "echo 'moov atom not found' >&2; exit 1"), "x"); err == nil || !strings.Contains(err.Error(), "moov") {
		t.Errorf("the complaint is lost: %v", err)
	}
	if _, err = Frames(context.Background(), fake(t, "exit 0"), "x"); !errors.Is(err, ErrNoPictures) {
		t.Errorf("no frames: %v", err)
	}
	for _, head := range []string{`P5\n99999 99999\n255\n`, `P5\n-4 9\n255\n`, `P5\n8 8\n65535\n`, `P6\n8 8\n255\n`, "nonsense"} {
		if _, err = Frames(context.Background(), fake(t, "printf '"+head+"'; head -c 10000 /dev/zero"), "x"); err == nil || errors.Is(err, ErrNoPictures) {
			t.Errorf("%s: %v", head, err)
		}
	}
}

// What was seen before the time ran out stands.
func TestTimeRunsOut(t *testing.T) {
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	n := 0
	err := Each(ctx, Source{Path: "x", Program: fake(t, grey(2)+"exec sleep 60")}, func(int, *image.Gray) error {
		if n++; n == 2 {
			stop()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || n != 2 {
		t.Errorf("%d frames, %v", n, err)
	}
}

func TestWithoutTheProgram(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "ffmpeg")
	if Installed(nowhere) {
		t.Error("it is not there")
	}
	if _, err := Frames(context.Background(), nowhere, "x"); !errors.Is(err, ErrCannotInspect) {
		t.Error(err)
	}
	if _, err := Still(context.Background(), Source{Path: "x", Program: nowhere}, 1, 100, nil); !errors.Is(err, ErrCannotInspect) {
		t.Error(err)
	}
}

// With the real program: a film is printed a second at a time, from a file that has no name any more, and the frame nearest to a picture is found in it.
func TestARealVideo(t *testing.T) {
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	path := filepath.Join(t.TempDir(), "film.mp4")
	if out, err := exec.Command(ffmpeg, "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=640x360:d=4:r=10", "-f", "lavfi", "-i", "mandelbrot=s=640x360:r=10", "-filter_complex", "[0][1]blend=all_mode=average", "-t", "4",
		"-c:v", "mpeg4", "-q:v", "3", path).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	src := Source{File: f, Format: "mov"}
	var prints []fingerprint.Print
	if err := Each(context.Background(), src, func(second int, frame *image.Gray) error {
		if second != len(prints) || frame.Rect.Dx() != Side || frame.Rect.Dy() != Side*360/640 {
			t.Errorf("frame %d is %v", second, frame.Rect)
		}
		prints = append(prints, Print(frame))
		return nil
	}); err != nil || len(prints) < 4 || len(prints) > 5 {
		t.Fatalf("%d frames, %v", len(prints), err)
	}
	b, err := Still(context.Background(), src, 2, 1600, func(g *image.Gray) int { return fingerprint.Distance(Print(g).Hash, prints[2].Hash) })
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil || img.Bounds().Dx() != 640 {
		t.Fatalf("%v %v", img, err)
	}
	if p := fingerprint.OfImage(img); fingerprint.Distance(p.Hash, prints[2].Hash) > 12 || fingerprint.Distance(p.Hash, prints[0].Hash) <= 12 {
		t.Errorf("%d bits from the frame that was looked for, %d from another", fingerprint.Distance(p.Hash, prints[2].Hash), fingerprint.Distance(p.Hash, prints[0].Hash))
	}
	// A list of other files that calls itself a video is no video.
	list := filepath.Join(t.TempDir(), "list.mp4")
	if err := os.WriteFile(list, []byte("#EXTM3U\n#EXTINF:1,\n/etc/passwd\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Still(context.Background(), Source{Path: list, Format: "mov"}, 0, 100, nil); err == nil {
		t.Error("a play list was read")
	}
}
