package media

import (
	"fmt"

	"anxin/provenance/internal/sniff"
)

// Format is a file format that this package reads.
type Format string

// Formats, by their usual short names. MP4 stands for the whole ISO base media family that is not named apart.
const (
	JPEG    Format = "jpeg"
	PNG     Format = "png"
	WebP    Format = "webp"
	WAV     Format = "wav"
	AVI     Format = "avi"
	GIF     Format = "gif"
	TIFF    Format = "tiff" // DNG and other raw formats of that family included
	HEIF    Format = "heif"
	HEIC    Format = "heic"
	AVIF    Format = "avif"
	MP4     Format = "mp4"
	MOV     Format = "mov"
	M4A     Format = "m4a"
	MP3     Format = "mp3"
	FLAC    Format = "flac"
	PDF     Format = "pdf"
	SVG     Format = "svg"
	JXL     Format = "jxl"
	ZIP     Format = "zip"  // EPUB, OOXML, OpenDocument
	Sidecar Format = "c2pa" // a manifest store without a file
)

// container reads one family of formats: it finds the manifest store and the ranges that matter.
type container func(*Asset, Limits) error

// Limits bound what a container reader may load.
type Limits struct{ Store int64 }

// Check refuses a manifest store that is too large.
func (l Limits) Check(size int64) error {
	if size > l.Store {
		return fmt.Errorf("%w: %d bytes, %d allowed", ErrTooLarge, size, l.Store)
	}
	return nil
}

// containers lists the readers. A new format is one line here, one in Detect and one file.
var containers = map[Format]container{
	JPEG: readJPEG, PNG: readPNG, WebP: readRIFF, WAV: readRIFF, AVI: readRIFF, GIF: readGIF, TIFF: readTIFF,
	HEIF: readBMFF, HEIC: readBMFF, AVIF: readBMFF, MP4: readBMFF, MOV: readBMFF, M4A: readBMFF,
	MP3: readID3, FLAC: readID3, PDF: readPDF, SVG: readSVG, JXL: readJXL, ZIP: readZIP, Sidecar: readSidecar,
}

// Known says whether a format can be read.
func Known(f Format) bool { return containers[f] != nil }

// Walk goes through the container of a.Format: it fills in the manifest store, its place, and what bindings need. The
// error is for containers that break their own rules, more than one store, or one above the limit.
func Walk(a *Asset, l Limits) error { return containers[a.Format](a, l) }

// Detect tells the format from the first bytes of a file (64 are enough but for SVG, which may begin with comments);
// "" when it is none of ours.
func Detect(head []byte) Format {
	if f := Format(sniff.Detect(head)); Known(f) {
		return f
	}
	return ""
}

// readSidecar: the file is the manifest store.
func readSidecar(a *Asset, l Limits) (err error) {
	if err = l.Check(a.Size); err != nil {
		return err
	}
	a.Store, err = a.Bytes(0, a.Size)
	a.Detached = true
	return err
}
