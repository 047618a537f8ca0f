package c2pa

import "anxin/provenance/c2pa/internal/media"

// Format is a file format that this package reads.
type Format = media.Format

// Formats, by their usual short names. MP4 stands for the whole ISO base media family that is not named apart, TIFF
// includes DNG, ZIP stands for EPUB, OOXML and OpenDocument, Sidecar for a manifest store without a file.
const (
	JPEG    = media.JPEG
	PNG     = media.PNG
	WebP    = media.WebP
	WAV     = media.WAV
	AVI     = media.AVI
	GIF     = media.GIF
	TIFF    = media.TIFF
	HEIF    = media.HEIF
	HEIC    = media.HEIC
	AVIF    = media.AVIF
	MP4     = media.MP4
	MOV     = media.MOV
	M4A     = media.M4A
	MP3     = media.MP3
	FLAC    = media.FLAC
	PDF     = media.PDF
	SVG     = media.SVG
	JXL     = media.JXL
	ZIP     = media.ZIP
	Sidecar = media.Sidecar
)

// Detect tells the format from the first bytes of a file (64 are enough but for SVG, which may begin with comments);
// "" when it is none of ours.
func Detect(head []byte) Format { return media.Detect(head) }
