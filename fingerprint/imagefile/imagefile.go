// Package imagefile decodes picture files that strangers sent: bounded before anything is decoded, turned upright, and with a named reason when it
// cannot be done. "Cannot inspect" is an answer; a crash, a swallowed error or a picture that is half grey is not.
package imagefile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"github.com/bep/imagemeta"
	"github.com/gen2brain/heic"
	"golang.org/x/image/webp"
)

// Reason says in one word why a file cannot be inspected.
type Reason string

// The reasons.
const (
	Empty       Reason = "empty"       // no bytes
	Unsupported Reason = "unsupported" // not a picture, or of a kind that is not decoded (AVIF, TIFF, SVG, 12-bit and arithmetic-coded JPEG)
	TooLarge    Reason = "too-large"   // more bytes, pixels or memory than the limits allow
	Truncated   Reason = "truncated"   // the file ends too early
	Animated    Reason = "animated"    // a moving picture of a kind whose frames cannot be taken apart here
	Damaged     Reason = "damaged"     // the decoder gave up
)

// Error is the error of Decode and ReadHeader.
type Error struct {
	Reason Reason
	Format string // "" when unknown
	Zh, En string // what to tell the person
	Err    error  // the decoder's own words, or nil
}

// Error gives the English words and the cause.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.En, e.Err)
	}
	return e.En
}

// Unwrap gives the decoder's error.
func (e *Error) Unwrap() error { return e.Err }

// Limits bound the work. Zero fields take the value of DefaultLimits.
type Limits struct {
	Bytes  int64 // of the file
	Pixels int64 // width × height
	Memory int64 // estimate of what the decoder needs, in bytes
}

// DefaultLimits hold any phone's photograph: 64 MB, 64 megapixels, 400 MB of memory.
var DefaultLimits = Limits{Bytes: 64 << 20, Pixels: 64 << 20, Memory: 400 << 20}

// maxScans bounds the passes over a progressive JPEG: each costs time for all its pixels however few bytes it has. Encoders use about ten.
const maxScans = 500

// Header is what can be told without decoding.
type Header struct {
	Format        string // jpeg, png, webp, heic or gif
	Width, Height int    // as stored, before turning
	Progressive   bool   // JPEG only
}

// Picture is a decoded file.
type Picture struct {
	Header
	Image       image.Image // upright; the first frame of a moving GIF
	Orientation int         // as the file said, 1 to 8
}

// Decode decodes a file and turns the picture upright. The error is an *Error.
func Decode(b []byte, l Limits) (p Picture, err error) {
	if p.Header, err = ReadHeader(b, l); err != nil {
		return p, err
	}
	// The decoders read hostile bytes; a panic of one is a damaged picture, not the end of the program.
	defer func() {
		if r := recover(); r != nil {
			p.Image, err = nil, damaged(p.Format, fmt.Errorf("%v", r))
		}
	}()
	img, err := decode(p.Format, b)
	if err != nil {
		return p, failed(p.Format, b, err)
	}
	if s := img.Bounds().Size(); int64(s.X)*int64(s.Y) > l.fill().Pixels {
		return p, tooLarge(p.Format, "像素比文件头声明的多", "it has more pixels than its header says")
	}
	p.Orientation = orientation(p.Format, b)
	p.Image = Upright(img, p.Orientation)
	return p, nil
}

func (l Limits) fill() Limits {
	if l.Bytes <= 0 {
		l.Bytes = DefaultLimits.Bytes
	}
	if l.Pixels <= 0 {
		l.Pixels = DefaultLimits.Pixels
	}
	if l.Memory <= 0 {
		l.Memory = DefaultLimits.Memory
	}
	return l
}

// ReadHeader tells kind and size and checks them against the limits. The error is an *Error.
func ReadHeader(b []byte, l Limits) (Header, error) {
	l = l.fill()
	h := Header{Format: sniff(b)}
	switch {
	case len(b) == 0:
		return h, &Error{Reason: Empty, Zh: "文件是空的，请重新选择", En: "the file is empty; choose it again"}
	case int64(len(b)) > l.Bytes:
		return h, tooLarge(h.Format, fmt.Sprintf("文件超过 %d MB", l.Bytes>>20), fmt.Sprintf("the file is larger than %d MB", l.Bytes>>20))
	case h.Format == "" || h.Format == "avif" || h.Format == "tiff":
		e := &Error{Reason: Unsupported, Format: h.Format, Zh: "无法检查这种文件，请改用 JPEG、PNG、WebP 或 HEIC", En: "this kind of file cannot be inspected; send JPEG, PNG, WebP or HEIC"}
		return h, e
	}
	var err error
	if h.Width, h.Height, err = size(h.Format, b); err != nil {
		return h, failed(h.Format, b, err)
	}
	if h.Width <= 0 || h.Height <= 0 {
		return h, damaged(h.Format, errors.New("no size"))
	}
	pixels := int64(h.Width) * int64(h.Height)
	if pixels > l.Pixels || h.Width > 1<<16 || h.Height > 1<<16 {
		return h, tooLarge(h.Format, fmt.Sprintf("图片 %d×%d，超过上限", h.Width, h.Height), fmt.Sprintf("the picture is %d×%d pixels, above the limit", h.Width, h.Height))
	}
	h.Progressive = h.Format == "jpeg" && progressive(b)
	if h.Progressive && bytes.Count(b, []byte{0xff, 0xda}) > maxScans {
		return h, tooLarge(h.Format, "渐进式 JPEG 的扫描次数过多", "the progressive JPEG has too many scans")
	}
	if need := memory(h, b); need > l.Memory {
		return h, tooLarge(h.Format, fmt.Sprintf("解码约需 %d MB 内存，超过上限", need>>20), fmt.Sprintf("decoding would need about %d MB, above the limit", need>>20))
	}
	return h, nil
}

func tooLarge(format, zh, en string) *Error {
	return &Error{Reason: TooLarge, Format: format, Zh: zh + "；请缩小后再传", En: en + "; send a smaller one"}
}

func damaged(format string, err error) *Error {
	return &Error{Reason: Damaged, Format: format, Zh: "图片已损坏，请传原图", En: "the picture is damaged; send the original", Err: err}
}

// failed names what a decoder's error means.
func failed(format string, b []byte, err error) *Error {
	var (
		jpegLacks jpeg.UnsupportedError
		pngLacks  png.UnsupportedError
	)
	switch {
	case errors.As(err, &jpegLacks) || errors.As(err, &pngLacks):
		return &Error{Reason: Unsupported, Format: format, Zh: "这种编码方式的图片无法检查，请改用普通的 JPEG 或 PNG", En: "a picture coded this way cannot be inspected; send a plain JPEG or PNG", Err: err}
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, png.FormatError("not enough pixel data")) || format == "jpeg" && !bytes.Contains(b[max(0, len(b)-1<<16):], []byte{0xff, 0xd9}):
		return &Error{Reason: Truncated, Format: format, Zh: "图片没有传完整，请重传", En: "the picture is cut off; send it again", Err: err}
	case format == "webp" && bytes.Contains(b[:min(len(b), 64)], []byte("ANIM")):
		return &Error{Reason: Animated, Format: format, Zh: "动态 WebP 无法检查，请传静态图片", En: "moving WebP cannot be inspected; send a still picture", Err: err}
	}
	return damaged(format, err)
}

func sniff(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return "jpeg"
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "png"
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "webp"
	case bytes.HasPrefix(b, []byte("GIF87a")) || bytes.HasPrefix(b, []byte("GIF89a")):
		return "gif"
	case bytes.HasPrefix(b, []byte("II*\x00")) || bytes.HasPrefix(b, []byte("MM\x00*")):
		return "tiff"
	case len(b) >= 16 && string(b[4:8]) == "ftyp":
		return sniffBrands(b)
	}
	return ""
}

func sniffBrands(b []byte) string {
	end := min(int(binary.BigEndian.Uint32(b)), len(b), 512)
	for at := 8; at+4 <= end; at += 4 {
		switch string(b[at : at+4]) {
		case "avif", "avis":
			return "avif"
		case "heic", "heix", "heim", "heis", "mif1":
			return "heic"
		}
	}
	return ""
}

func size(format string, b []byte) (w, h int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	var c image.Config
	switch r := bytes.NewReader(b); format {
	case "jpeg":
		c, err = jpeg.DecodeConfig(r)
	case "png":
		c, err = png.DecodeConfig(r)
	case "webp":
		c, err = webp.DecodeConfig(r)
	case "gif":
		c, err = gif.DecodeConfig(r)
	case "heic":
		c.Width, c.Height, err = heicSize(b)
	}
	return c.Width, c.Height, err
}

func decode(format string, b []byte) (image.Image, error) {
	switch r := bytes.NewReader(b); format {
	case "jpeg":
		return jpeg.Decode(r)
	case "png":
		return png.Decode(r)
	case "webp":
		return webp.Decode(r)
	case "gif":
		return gif.Decode(r)
	case "heic":
		return heic.Decode(r)
	}
	return nil, errors.New("unknown format")
}

// memory estimates the decoder's needs: the picture, and for a progressive JPEG all coefficients besides.
func memory(h Header, b []byte) int64 {
	pixels := int64(h.Width) * int64(h.Height)
	switch h.Format {
	case "jpeg":
		if h.Progressive {
			return pixels * (4 + 16)
		}
		return pixels * 4
	case "png":
		if len(b) > 25 && b[24] == 16 {
			return pixels * 9
		}
		return pixels * 5
	case "heic":
		return pixels * 8
	}
	return pixels * 5
}

// progressive looks for the frame header of a progressive JPEG.
func progressive(b []byte) bool {
	for at := 2; at+4 <= len(b) && b[at] == 0xff; {
		m := b[at+1]
		if m == 0xff {
			at++
			continue
		}
		if m == 0xc2 {
			return true
		}
		if m == 0xda || m >= 0xc0 && m <= 0xcf && m != 0xc4 && m != 0xc8 && m != 0xcc {
			return false
		}
		at += 2 + int(binary.BigEndian.Uint16(b[at+2:]))
	}
	return false
}

var errEnough = errors.New("enough")

// orientation is the EXIF orientation, 1 when there is none. The HEIC decoder turns pictures itself.
func orientation(format string, b []byte) int {
	f := map[string]imagemeta.ImageFormat{"jpeg": imagemeta.JPEG, "png": imagemeta.PNG, "webp": imagemeta.WebP}[format]
	if f == imagemeta.ImageFormatAuto {
		return 1
	}
	found := 1
	_, _ = imagemeta.Decode(imagemeta.Options{ // a file with broken metadata is shown as it lies
		R: bytes.NewReader(b), ImageFormat: f, Sources: imagemeta.EXIF, LimitNumTags: 500, LimitTagSize: 1000,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool { return t.Tag == "Orientation" && t.Namespace == "IFD0" },
		HandleTag: func(t imagemeta.TagInfo) error {
			if n, ok := t.Value.(uint16); ok && n >= 1 && n <= 8 {
				found = int(n)
			}
			return errEnough
		},
		Warnf: func(string, ...any) {},
	})
	return found
}
