package aigc

import "anxin/provenance/internal/sniff"

// Format is a file format that this package reads.
type Format string

// Formats, by their usual short names. HEIF includes HEIC; MP4 stands for the ISO media files that are not named apart;
// Matroska includes WebM; ZIP stands for office documents; Text for Markdown and other plain text.
const (
	JPEG     Format = "jpeg"
	PNG      Format = "png"
	WebP     Format = "webp"
	GIF      Format = "gif"
	TIFF     Format = "tiff"
	HEIF     Format = "heif"
	AVIF     Format = "avif"
	JXL      Format = "jxl"
	SVG      Format = "svg"
	MP4      Format = "mp4"
	MOV      Format = "mov"
	M4A      Format = "m4a"
	Matroska Format = "matroska"
	AVI      Format = "avi"
	FLV      Format = "flv"
	WAV      Format = "wav"
	MP3      Format = "mp3"
	FLAC     Format = "flac"
	Ogg      Format = "ogg"
	PDF      Format = "pdf"
	ZIP      Format = "zip"
	Text     Format = "text"
)

// Detect tells the format from the first bytes of a file, up to 4,096; "" when it is none of ours.
func Detect(head []byte) Format {
	switch f := sniff.Detect(head); f {
	case "heic":
		return HEIF
	case "rf64":
		return WAV
	case "c2pa":
		return ""
	default:
		return Format(f)
	}
}
