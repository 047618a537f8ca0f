package picture_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anxin/fingerprint"
	"anxin/internal/evidence/picture"
)

// video makes a film of some seconds with ffmpeg.
func video(t *testing.T, args ...string) []byte {
	t.Helper()
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	path := filepath.Join(t.TempDir(), "film.mp4")
	if out, err := exec.Command(ffmpeg, append(append([]string{"-v", "error"}, args...), path)...).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// films are those of this program, once in its own process and once in another.
func films(t *testing.T, f func(t *testing.T, x *picture.Films)) {
	t.Run("here", func(t *testing.T) { f(t, &picture.Films{Folder: t.TempDir()}) })
	t.Run("in its process", func(t *testing.T) {
		f(t, &picture.Films{Folder: t.TempDir(), Command: []string{"env", "ANXIN_PICTURE_TEST=film", os.Args[0]}})
	})
}

func TestFilm(t *testing.T) {
	b := video(t, "-f", "lavfi", "-i", "mandelbrot=s=480x270:r=10:start_scale=2", "-t", "5", "-c:v", "mpeg4", "-q:v", "4")
	films(t, func(t *testing.T, x *picture.Films) {
		f, err := x.Film(context.Background(), bytes.NewReader(b), int64(len(b)), "video/mp4")
		if err != nil || f.State != "ok" || len(f.Prints) < 5 || len(f.Prints) > 6 || len(f.Kept) == 0 || len(f.Kept[0].Sketch) == 0 {
			t.Fatalf("%s, %d prints, %d kept, %v", f.State, len(f.Prints), len(f.Kept), err)
		}
		near := []fingerprint.Hash{f.Prints[3].Hash}
		still, err := x.Still(context.Background(), bytes.NewReader(b), int64(len(b)), "video/mp4", 3, near)
		if err != nil {
			t.Fatal(err)
		}
		if s := picture.Inspect(still, picture.DefaultLimits); s.Decoded != "ok" || fingerprint.Distance(s.Prints[0], near[0]) > 16 {
			t.Errorf("the frame is %s and %d bits away", s.Decoded, fingerprint.Distance(s.Prints[0], near[0]))
		}
		for name, bad := range map[string][]byte{"cut": b[:len(b)/3], "nothing": {}, "another thing": []byte("#EXTM3U\n#EXTINF:1,\n/etc/hostname\n")} {
			if f, err := x.Film(context.Background(), bytes.NewReader(bad), int64(len(bad)), "video/mp4"); err != nil || f.State != "damaged" && name != "cut" || f.State == "ok" {
				t.Errorf("%s: %s %v", name, f.State, err)
			}
			if s, err := x.Still(context.Background(), bytes.NewReader(bad), int64(len(bad)), "video/mp4", 1, nil); err != nil || s != nil {
				t.Errorf("%s: %d bytes of a frame, %v", name, len(s), err)
			}
		}
		// Nothing is left behind.
		if left, err := os.ReadDir(x.Folder); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
	})
}

// Without ffmpeg nothing was looked at, and that is what is said.
func TestFilmWithoutTheProgram(t *testing.T) {
	x := &picture.Films{Program: filepath.Join(t.TempDir(), "ffmpeg")}
	if f, err := x.Film(context.Background(), strings.NewReader("x"), 1, "video/mp4"); err != nil || f.State != "no_program" || x.Installed() {
		t.Errorf("%+v %v", f, err)
	}
	x = &picture.Films{}
	if f, err := x.Film(context.Background(), strings.NewReader("x"), picture.FilmBytes+1, "video/mp4"); err != nil || x.Installed() && f.State != "too_large" {
		t.Errorf("%+v %v", f, err)
	}
}

// A program that hangs is ended, and a process that dies is a damaged video.
func TestFilmThatHangs(t *testing.T) {
	slow := filepath.Join(t.TempDir(), "ffmpeg")
	if err := os.WriteFile(slow, []byte("#!/bin/sh\nprintf 'P5\\n64 36\\n255\\n'; head -c 2304 /dev/zero; exec sleep 60\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	x := &picture.Films{Program: slow, Folder: t.TempDir(), Time: 300 * time.Millisecond, Command: []string{"env", "ANXIN_PICTURE_TEST=film", os.Args[0]}}
	if f, err := x.Film(context.Background(), strings.NewReader("x"), 1, "video/mp4"); err != nil || f.State != "cut" || len(f.Prints) != 1 {
		t.Errorf("%s %d %v", f.State, len(f.Prints), err)
	}
	x.Command = []string{"env", "ANXIN_PICTURE_TEST=die", os.Args[0]}
	if f, err := x.Film(context.Background(), strings.NewReader("x"), 1, "video/mp4"); err != nil || f.State != "damaged" {
		t.Errorf("%s %v", f.State, err)
	}
}
