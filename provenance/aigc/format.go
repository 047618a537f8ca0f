package aigc

import (
	"bytes"
	"unicode/utf8"
)

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
	at := func(i int, s string) bool { return len(head) >= i+len(s) && string(head[i:i+len(s)]) == s }
	switch {
	case at(0, "\xff\xd8\xff"):
		return JPEG
	case at(0, "\x89PNG\r\n\x1a\n"):
		return PNG
	case at(0, "RIFF") && at(8, "WEBP"):
		return WebP
	case at(0, "RIFF") && at(8, "WAVE"), at(0, "RF64") && at(8, "WAVE"):
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
		return brand(head)
	case at(4, "moov"), at(4, "mdat"), at(4, "free"), at(4, "skip"), at(4, "wide"), at(4, "styp"), at(4, "moof"):
		return MP4
	case at(0, "\x1a\x45\xdf\xa3"):
		return Matroska
	case at(0, "FLV\x01"):
		return FLV
	case at(0, "fLaC"):
		return FLAC
	case at(0, "OggS"):
		return Ogg
	case at(0, "PK\x03\x04"), at(0, "PK\x05\x06"):
		return ZIP
	case at(0, "ID3"):
		return MP3
	case len(head) > 1 && head[0] == 0xff && head[1]&0xe0 == 0xe0 && head[1]&0x18 != 0x08 && head[1]&6 != 0:
		return MP3
	case bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")):
		return PDF
	case bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<")) && bytes.Contains(head, []byte("<svg")):
		return SVG
	case isText(head):
		return Text
	}
	return ""
}

func isText(head []byte) bool {
	for n := 0; n < utf8.UTFMax && len(head) > 0 && !utf8.Valid(head); n++ {
		head = head[:len(head)-1] // the last character may be cut
	}
	return len(head) > 0 && utf8.Valid(head) && bytes.IndexByte(head, 0) < 0
}

func brand(head []byte) Format {
	end := min(int(be32(head)), len(head))
	for i := 8; i+4 <= end; i += 4 {
		if i == 12 {
			continue // minor version
		}
		switch string(head[i : i+4]) {
		case "avif", "avis":
			return AVIF
		case "heic", "heix", "hevc", "hevx", "heif":
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
