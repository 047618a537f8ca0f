package picture

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"anxin/forensics"
	"anxin/forensics/signal"
)

// Tracing asks what the detectors of single pictures (package forensics) say about one file.
type Tracing struct {
	File []byte
	// Received is when the file came, Earliest when the thing can first have been pictured by its sender; zero when not known.
	Received, Earliest time.Time
}

// Trace is what one detector says.
type Trace struct {
	Detector      string        `json:"detector"`
	Version       string        `json:"version"`
	Applicability string        `json:"applicability"` // ok, partial, failed, n.a.
	Alarm         bool          `json:"alarm"`
	Band          string        `json:"band"` // weak or moderate, with an alarm
	LogNFA        float64       `json:"log_nfa"`
	Facts         []signal.Text `json:"facts"`
	Honest        signal.Text   `json:"honest"`
	Boxes         [][4]int      `json:"boxes"` // x, y, width, height in pixels of the upright picture
}

// Traced is the answer. Detectors that need pixels say for themselves that there are none when the file cannot be decoded.
type Traced struct {
	Decoded string  `json:"decoded"`
	Width   int     `json:"width"` // upright
	Height  int     `json:"height"`
	Traces  []Trace `json:"traces"`
}

// Tracer asks the detectors. Process does it in its own process, Direct here.
type Tracer interface {
	Trace(ctx context.Context, t Tracing) (Traced, error)
}

// maxBoxes bounds the places that one detector names.
const maxBoxes = 40

// maxTraced bounds the answer.
const maxTraced = 256 << 10

// traces runs the detectors. A file that cannot be decoded still has a structure.
func traces(t Tracing, l Limits) Traced {
	kind := Sniff(t.File[:min(len(t.File), SniffLen)])
	in := signal.Input{Bytes: t.File, Format: formats[kind], Received: t.Received, Earliest: t.Earliest}
	out := Traced{Decoded: "ok"}
	turn := 1
	err := func() (err error) {
		defer func() {
			if recover() != nil {
				err = ErrDamaged
			}
		}()
		if kind.Class != Image {
			return ErrUnsupported
		}
		if err := l.check(kind, t.File); err != nil {
			return err
		}
		turn = orientation(kind, t.File)
		in.Image, err = decode(kind, t.File)
		return err
	}()
	if out.Decoded = decodedAs(err); err != nil {
		in.Image = nil
	}
	if in.Image != nil {
		out.Width, out.Height = in.Image.Bounds().Dx(), in.Image.Bounds().Dy()
	}
	w, h := out.Width, out.Height
	if turn >= 5 && turn <= 8 {
		out.Width, out.Height = h, w
	}
	for _, r := range forensics.Run(in) {
		f := r.Finding
		x := Trace{Detector: r.Detector.ID, Version: r.Detector.Version, Applicability: string(f.Applicability), Alarm: f.Alarm, Band: f.Band, Facts: f.Facts, Honest: f.Honest}
		if finite([]float64{f.LogNFA}) {
			x.LogNFA = f.LogNFA
		}
		for _, b := range f.Boxes[:min(len(f.Boxes), maxBoxes)] {
			x.Boxes = append(x.Boxes, uprightBox(b, w, h, turn))
		}
		out.Traces = append(out.Traces, x)
	}
	return out
}

// formats are the names that detectors know kinds of files by.
var formats = map[Type]string{JPEG: "jpeg", PNG: "png", WebP: "webp", HEIC: "heic"}

// uprightBox is where a box of the stored picture of w × h pixels lies when it is turned upright.
func uprightBox(b [4]int, w, h, orientation int) [4]int {
	x, y, bw, bh := b[0], b[1], b[2], b[3]
	switch orientation {
	case 2:
		return [4]int{w - x - bw, y, bw, bh}
	case 3:
		return [4]int{w - x - bw, h - y - bh, bw, bh}
	case 4:
		return [4]int{x, h - y - bh, bw, bh}
	case 5:
		return [4]int{y, x, bh, bw}
	case 6:
		return [4]int{h - y - bh, x, bh, bw}
	case 7:
		return [4]int{h - y - bh, w - x - bw, bh, bw}
	case 8:
		return [4]int{y, w - x - bw, bh, bw}
	}
	return b
}

// Trace implements Tracer.
func (d *Direct) Trace(ctx context.Context, t Tracing) (Traced, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return Traced{}, err
	}
	if int64(len(t.File)) > d.Limits.Bytes {
		return Traced{}, ErrTooLarge
	}
	return traces(t, d.Limits), nil
}

// Trace implements Tracer.
func (p *Process) Trace(ctx context.Context, t Tracing) (out Traced, err error) {
	err = p.do(ctx, t.File, func(c *child) error {
		return p.timed(ctx, c, 1, func() error {
			w := bufio.NewWriterSize(c.in, 64<<10)
			writeHead(w, wantTraces, len(t.File))
			_, _ = w.Write(t.File)
			for _, at := range []time.Time{t.Received, t.Earliest} {
				us := int64(0)
				if !at.IsZero() {
					us = at.UnixMicro()
				}
				_, _ = w.Write(binary.BigEndian.AppendUint64(nil, uint64(us)))
			}
			if err := w.Flush(); err != nil {
				return err
			}
			return readJSON(c.out, maxTraced, &out)
		})
	})
	return out, err
}

// serveTraces is the other side of Process.Trace.
func serveTraces(in io.Reader, w *bufio.Writer, b []byte, l Limits) error {
	var times [16]byte
	if _, err := io.ReadFull(in, times[:]); err != nil {
		return err
	}
	t := Tracing{File: b}
	for i, to := range []*time.Time{&t.Received, &t.Earliest} {
		if us := int64(binary.BigEndian.Uint64(times[8*i:])); us != 0 {
			*to = time.UnixMicro(us).UTC()
		}
	}
	out := traces(t, l)
	if len(out.Traces) > 40 {
		return errors.New("more detectors than an answer has room for")
	}
	writeJSON(w, out)
	return nil
}
