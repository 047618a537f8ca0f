package media

import (
	"bytes"
	"fmt"
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
	at := func(i int, s string) bool { return len(head) >= i+len(s) && string(head[i:i+len(s)]) == s }
	switch {
	case at(0, "\xff\xd8\xff"):
		return JPEG
	case at(0, "\x89PNG\r\n\x1a\n"):
		return PNG
	case at(0, "RIFF") && at(8, "WEBP"):
		return WebP
	case at(0, "RIFF") && at(8, "WAVE"):
		return WAV
	case at(0, "RIFF") && at(8, "AVI "):
		return AVI
	case at(0, "GIF87a"), at(0, "GIF89a"):
		return GIF
	case at(0, "II*\x00"), at(0, "MM\x00*"), at(0, "II+\x00"), at(0, "MM\x00+"):
		return TIFF
	case at(0, "\x00\x00\x00\x0cJXL \r\n\x87\n"):
		return JXL
	case at(4, "ftyp"):
		return brandFormat(head)
	case at(4, "moov"), at(4, "mdat"), at(4, "free"), at(4, "skip"), at(4, "wide"), at(4, "styp"), at(4, "moof"):
		return MP4
	case at(4, "jumb"):
		return Sidecar
	case at(0, "%PDF-"):
		return PDF
	case at(0, "PK\x03\x04"):
		return ZIP
	case at(0, "fLaC"):
		return FLAC
	case at(0, "ID3"):
		return MP3
	case len(head) > 1 && head[0] == 0xff && head[1]&0xe0 == 0xe0 && head[1]&0x18 != 0x08 && head[1]&6 != 0:
		return MP3
	case looksLikeSVG(head):
		return SVG
	}
	if i := bytes.Index(head[:min(len(head), 1024)], []byte("%PDF-")); i >= 0 {
		return PDF
	}
	return ""
}

func looksLikeSVG(head []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	return bytes.HasPrefix(text, []byte("<")) && bytes.Contains(head, []byte("<svg"))
}

func brandFormat(head []byte) Format {
	end := min(int(BE32(head)), len(head))
	for i := 8; i+4 <= end; i += 4 {
		if i == 12 {
			continue // minor version
		}
		switch string(head[i : i+4]) {
		case "avif", "avis":
			return AVIF
		case "heic", "heix", "hevc", "hevx":
			return HEIC
		case "mif1", "msf1", "heif":
			if i == 8 {
				continue // the compatible brands say more
			}
			return HEIF
		case "qt  ":
			return MOV
		case "M4A ", "M4B ":
			return M4A
		case "isom", "iso2", "mp41", "mp42", "avc1", "iso5", "iso6", "dash", "M4V ", "mmp4":
			if i == 8 {
				return MP4
			}
		}
	}
	if len(head) >= 12 && (string(head[8:12]) == "mif1" || string(head[8:12]) == "msf1") {
		return HEIF
	}
	return MP4
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
