package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Limits bound what is decoded.
type Limits struct {
	Bytes  int64 // of the file
	Pixels int64 // width × height
	Memory int64 // bytes that decoding may need, by estimate
	Scans  int   // of a progressive JPEG: each costs a pass over the whole picture
}

// DefaultLimits fit a server with 1 GB: photographs of 64 megapixels.
var DefaultLimits = Limits{Bytes: 64 << 20, Pixels: 64 << 20, Memory: 640 << 20, Scans: 100}

// The errors of Render. All mean: keep the original, show no copy.
var (
	ErrTooLarge    = errors.New("the picture is larger than what is decoded here")
	ErrUnsupported = errors.New("this kind of picture is not decoded here")
	ErrDamaged     = errors.New("the picture is damaged")
)

// check estimates what decoding would cost, from the header alone, and refuses what costs too much.
func (l Limits) check(t Type, b []byte) error {
	if int64(len(b)) > l.Bytes {
		return fmt.Errorf("%w: %d bytes", ErrTooLarge, len(b))
	}
	w, h, ok := Size(t, b)
	if !ok {
		return fmt.Errorf("%w: no readable size", ErrDamaged)
	}
	px := int64(w) * int64(h)
	if px > l.Pixels || w > 1<<16 || h > 1<<16 {
		return fmt.Errorf("%w: %d × %d pixels", ErrTooLarge, w, h)
	}
	perPixel := int64(4)
	switch t {
	case JPEG:
		f, err := readFrame(b)
		if err != nil {
			return err
		}
		if f.scans > l.Scans {
			return fmt.Errorf("%w: %d scans", ErrTooLarge, f.scans)
		}
		perPixel = int64(f.components)
		if f.progressive {
			perPixel *= 5 // a byte and a 32-bit coefficient for every sample
		}
	case PNG:
		perPixel = 8 // 16 bits by four
	case HEIC:
		perPixel = 12 // decoder's own planes, the converted ones and the copy
	}
	if px*perPixel > l.Memory {
		return fmt.Errorf("%w: %d × %d pixels would need about %d MB", ErrTooLarge, w, h, px*perPixel>>20)
	}
	return nil
}

// frame is what the markers of a JPEG say.
type frame struct {
	progressive bool
	components  int
	scans       int
}

// readFrame walks all markers. It reads no picture data, it only skips over them, so it is fast.
func readFrame(b []byte) (frame, error) {
	var f frame
	for at := 2; ; {
		i := bytes.IndexByte(b[min(at, len(b)):], 0xff)
		if i < 0 {
			break
		}
		at += i + 1
		for at < len(b) && b[at] == 0xff {
			at++
		}
		if at >= len(b) {
			break
		}
		m := b[at]
		at++
		if m == 0 || m >= 0xd0 && m <= 0xd9 || m == 0x01 { // stuffing, restarts, start and end
			continue
		}
		if at+2 > len(b) {
			break
		}
		n := int(binary.BigEndian.Uint16(b[at:]))
		if n < 2 {
			return f, fmt.Errorf("%w: a marker of no length", ErrDamaged)
		}
		switch {
		case m == 0xda:
			f.scans++
		case m >= 0xc0 && m <= 0xcf && m != 0xc4 && m != 0xc8 && m != 0xcc:
			if n < 8 || at+n > len(b) {
				return f, fmt.Errorf("%w: the frame header", ErrDamaged)
			}
			f.progressive, f.components = m == 0xc2, max(f.components, int(b[at+7]))
		}
		at += n
	}
	if f.components < 1 || f.components > 4 {
		return f, fmt.Errorf("%w: no frame header", ErrDamaged)
	}
	return f, nil
}
