// Package videofile takes frames of a video, one per second, and their fingerprints, with the program ffmpeg where it is installed. Without it a video "cannot be
// inspected", which is not the same as "nothing was found".
package videofile

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"strings"

	"anxin/fingerprint"
)

// MaxFrames is how many frames are taken, one per second: ten minutes.
const MaxFrames = 600

// Side is the longest side of the frames.
const Side = 512

// ErrCannotInspect is the error when ffmpeg is not installed.
var ErrCannotInspect = errors.New("无法检查视频：没有安装 ffmpeg / videos cannot be inspected: ffmpeg is not installed")

// ErrNoPictures is the error of a file in which ffmpeg finds no frame.
var ErrNoPictures = errors.New("视频没有画面 / the video has no pictures")

// Source is a video file. ffmpeg gets no network and reads nothing but this file: the format is not guessed where it is known, so that a list of other files
// that calls itself a video is refused.
type Source struct {
	Path string
	// File is read instead of Path when it is set; it may have no name any more. It is not closed.
	File *os.File
	// Format is ffmpeg's name of the container, "mov" for MP4 and MOV; empty lets it guess.
	Format string
	// Program is the path of ffmpeg, or "" to look for it.
	Program string
}

// Installed reports whether ffmpeg can be found.
func Installed(program string) bool {
	if program == "" {
		program = "ffmpeg"
	}
	_, err := exec.LookPath(program)
	return err == nil
}

// Each calls f with one grey frame per second, at most MaxFrames, each at most Side wide and high, upright, in order. The frame is f's to keep. When ctx ends in the
// middle, what was seen so far stands and Each answers the error of ctx. Cancel ctx to bound the time.
func Each(ctx context.Context, s Source, f func(second int, frame *image.Gray) error) error {
	scale := fmt.Sprintf("fps=1,scale=w='min(%d,iw)':h='min(%d,ih)':force_original_aspect_ratio=decrease:flags=area,format=gray", Side, Side)
	n := 0
	err := s.run(ctx, nil, []string{"-vf", scale, "-frames:v", fmt.Sprint(MaxFrames), "-c:v", "pgm", "-f", "image2pipe"}, func(r *bufio.Reader) error {
		for ; n < MaxFrames; n++ {
			frame, err := readPGM(r, 2*Side)
			if err == io.EOF {
				return nil
			}
			if err == nil {
				err = f(n, frame)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && n == 0 {
		err = ErrNoPictures
	}
	return err
}

// Frames gives the prints of a video's frames. program is the path of ffmpeg, or "" to look for it.
func Frames(ctx context.Context, program, path string) (prints []fingerprint.Print, err error) {
	err = Each(ctx, Source{Path: path, Program: program}, func(_ int, frame *image.Gray) error {
		prints = append(prints, Print(frame))
		return nil
	})
	return prints, err
}

// Print is the fingerprint of a frame.
func Print(frame *image.Gray) fingerprint.Print {
	return fingerprint.OfGray(frame.Pix, frame.Rect.Dx(), frame.Rect.Dy())
}

// Around is how many frames before and behind the wanted second Still looks at, at ten frames a second.
const Around = 10

// Still takes one frame in colour, as a PNG at most side wide and high: of those within a second of the wanted one that which choose likes best. choose gets each
// frame small and grey and answers how far it is from what is looked for; nil takes the frame of the second itself.
func Still(ctx context.Context, s Source, second, side int, choose func(frame *image.Gray) int) ([]byte, error) {
	at := []string{"-ss", fmt.Sprintf("%.1f", max(0, float64(second)-1))}
	fit := func(n int, more string) string {
		return fmt.Sprintf("fps=10,scale=w='min(%d,iw)':h='min(%d,ih)':force_original_aspect_ratio=decrease:flags=area%s", n, n, more)
	}
	best, nearest, n := min(second*Around, Around), -1, 0
	if choose != nil {
		err := s.run(ctx, at, []string{"-vf", fit(Side, ",format=gray"), "-frames:v", fmt.Sprint(2*Around + 1), "-c:v", "pgm", "-f", "image2pipe"}, func(r *bufio.Reader) error {
			for ; n <= 2*Around; n++ {
				frame, err := readPGM(r, 2*Side)
				if err == io.EOF {
					return nil
				}
				if err != nil {
					return err
				}
				if d := choose(frame); nearest < 0 || d < nearest {
					best, nearest = n, d
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return nil, ErrNoPictures
		}
	}
	var out []byte
	err := s.run(ctx, at, []string{"-vf", fit(side, fmt.Sprintf(",select=gte(n\\,%d),format=rgb24", best)), "-frames:v", "1", "-c:v", "png", "-f", "image2pipe"}, func(r *bufio.Reader) (err error) {
		out, err = io.ReadAll(io.LimitReader(r, maxStill+1))
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case len(out) == 0:
		return nil, ErrNoPictures
	case len(out) > maxStill:
		return nil, errors.New("a frame that is too large")
	}
	return out, nil
}

// maxStill bounds a frame as a PNG.
const maxStill = 32 << 20

// run starts ffmpeg and gives its output to read.
func (s Source) run(ctx context.Context, before, after []string, read func(*bufio.Reader) error) error {
	program := s.Program
	if program == "" {
		program = "ffmpeg"
	}
	program, err := exec.LookPath(program)
	if err != nil {
		return ErrCannotInspect
	}
	path := s.Path
	if s.File != nil {
		path = "/dev/fd/3"
	}
	args := append([]string{"-nostdin", "-v", "error", "-threads", "1", "-filter_threads", "1", "-protocol_whitelist", "file"}, before...)
	if s.Format != "" {
		args = append(args, "-f", s.Format)
	}
	args = append(args, "-i", "file:"+path, "-map", "0:v:0", "-an", "-sn", "-dn")
	cmd := exec.CommandContext(ctx, program, append(append(args, after...), "-")...)
	cmd.Env = []string{"LC_ALL=C"} // nothing of the caller's settings and secrets
	if s.File != nil {
		cmd.ExtraFiles = []*os.File{s.File}
	}
	var complaint bytes.Buffer
	cmd.Stderr = &limited{&complaint, 2000}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	err = read(bufio.NewReaderSize(out, 1<<16))
	if err != nil {
		_ = cmd.Process.Kill()
	}
	// What goes beyond what is wanted is thrown away; ffmpeg must not wait for a reader.
	_, _ = io.Copy(io.Discard, out)
	wait := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return err
	case wait != nil:
		return fmt.Errorf("ffmpeg: %w: %s", wait, strings.TrimSpace(complaint.String()))
	}
	return nil
}

// readPGM reads one binary grey picture of at most limit pixels on a side. io.EOF: there is none left.
func readPGM(r *bufio.Reader, limit int) (*image.Gray, error) {
	if _, err := r.Peek(1); err != nil {
		return nil, io.EOF
	}
	var w, h, most int
	if _, err := fmt.Fscanf(r, "P5\n%d %d\n%d\n", &w, &h, &most); err != nil {
		return nil, fmt.Errorf("a frame that cannot be read: %w", err)
	}
	if w < 1 || h < 1 || w > limit || h > limit || most != 255 {
		return nil, fmt.Errorf("a frame of %d × %d with %d levels", w, h, most)
	}
	img := image.NewGray(image.Rect(0, 0, w, h))
	if _, err := io.ReadFull(r, img.Pix); err != nil {
		return nil, io.EOF // cut in the middle of the last frame
	}
	return img, nil
}

// limited keeps the beginning of what is written.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(b []byte) (int, error) {
	n := min(len(b), l.left)
	l.left -= n
	if _, err := l.w.Write(b[:n]); err != nil {
		return 0, err
	}
	return len(b), nil
}
