// Package videofile takes fingerprints of a video's frames, one per second, with the program ffmpeg where it is installed. Without it a video "cannot be
// inspected", which is not the same as "nothing was found".
package videofile

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"

	"anxin/fingerprint"
)

// MaxFrames is how many frames are taken, one per second: ten minutes.
const MaxFrames = 600

const side = 256 // of the frames, grey

// ErrCannotInspect is the error when ffmpeg is not installed.
var ErrCannotInspect = errors.New("无法检查视频：没有安装 ffmpeg / videos cannot be inspected: ffmpeg is not installed")

// Frames gives the prints of a video's frames. program is the path of ffmpeg, or "" to look for it. The file is named by path, not by what it claims to be;
// ffmpeg gets no network and reads nothing but files. Cancel ctx to bound the time.
func Frames(ctx context.Context, program, path string) ([]fingerprint.Print, error) {
	if program == "" {
		var err error
		if program, err = exec.LookPath("ffmpeg"); err != nil {
			return nil, ErrCannotInspect
		}
	}
	cmd := exec.CommandContext(ctx, program, "-nostdin", "-v", "error", "-protocol_whitelist", "file", "-i", "file:"+path,
		"-map", "0:v:0", "-vf", fmt.Sprintf("fps=1,scale=%d:%d:flags=area,format=gray", side, side), "-frames:v", fmt.Sprint(MaxFrames), "-f", "rawvideo", "-")
	var complaint bytes.Buffer
	cmd.Stderr = &limited{&complaint, 2000}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, ErrCannotInspect
		}
		return nil, err
	}
	prints, err := read(out)
	// What goes beyond MaxFrames is not wanted, but ffmpeg must not wait for a reader.
	_, _ = io.Copy(io.Discard, out)
	if wait := cmd.Wait(); wait != nil && err == nil {
		err = fmt.Errorf("ffmpeg: %w: %s", wait, bytes.TrimSpace(complaint.Bytes()))
	}
	if err == nil && len(prints) == 0 {
		err = errors.New("视频没有画面 / the video has no pictures")
	}
	return prints, err
}

func read(r io.Reader) (prints []fingerprint.Print, err error) {
	in, frame := bufio.NewReaderSize(r, 1<<16), make([]byte, side*side)
	for len(prints) < MaxFrames {
		if _, err := io.ReadFull(in, frame); err == io.EOF || err == io.ErrUnexpectedEOF {
			return prints, nil
		} else if err != nil {
			return prints, err
		}
		prints = append(prints, fingerprint.OfGray(frame, side, side))
	}
	return prints, nil
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
