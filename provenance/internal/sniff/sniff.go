// Package sniff tells formats by their first bytes, for both libraries of provenance.
package sniff

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// signature is what stands at a place of a file's head.
type signature struct {
	at     int
	bytes  string
	format string
}

// signatures are tried in order. RIFF files and the ISO base media family, which need a second look, follow in Detect.
var signatures = []signature{
	{0, "\xff\xd8\xff", "jpeg"}, {0, "\x89PNG\r\n\x1a\n", "png"}, {0, "GIF87a", "gif"}, {0, "GIF89a", "gif"},
	{0, "II*\x00", "tiff"}, {0, "MM\x00*", "tiff"}, {0, "II+\x00", "tiff"}, {0, "MM\x00+", "tiff"},
	{0, "\x00\x00\x00\x0cJXL \r\n\x87\n", "jxl"}, {0, "\x1a\x45\xdf\xa3", "matroska"}, {0, "FLV\x01", "flv"}, {0, "fLaC", "flac"}, {0, "OggS", "ogg"},
	{0, "PK\x03\x04", "zip"}, {0, "PK\x05\x06", "zip"}, {0, "ID3", "mp3"},
}

// Detect names the format of a file by its head, of which 4,096 bytes are enough: jpeg, png, webp, wav, rf64 (long WAV), avi, gif, tiff,
// jxl, heic, heif, avif, mp4, mov, m4a, c2pa (a manifest store alone), matroska, flv, flac, ogg, mp3, pdf, zip, svg, text; "" for others.
func Detect(head []byte) string {
	at := func(i int, s string) bool { return len(head) >= i+len(s) && string(head[i:i+len(s)]) == s }
	for _, s := range signatures {
		if at(s.at, s.bytes) {
			return s.format
		}
	}
	text := isText(head)
	switch {
	case at(0, "RIFF") && at(8, "WEBP"):
		return "webp"
	case at(0, "RIFF") && at(8, "WAVE"):
		return "wav"
	case at(0, "RF64") && at(8, "WAVE"):
		return "rf64"
	case at(0, "RIFF") && at(8, "AVI "):
		return "avi"
	case at(4, "ftyp"):
		return brand(head)
	case text: // words may stand where the name of a box would: "The free …"
	case at(4, "moov"), at(4, "mdat"), at(4, "free"), at(4, "skip"), at(4, "wide"), at(4, "styp"), at(4, "moof"):
		return "mp4"
	case at(4, "jumb"):
		return "c2pa"
	case len(head) > 1 && head[0] == 0xff && head[1]&0xe0 == 0xe0 && head[1]&0x18 != 0x08 && head[1]&6 != 0:
		return "mp3"
	}
	switch {
	case bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")):
		return "pdf"
	case bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<")) && bytes.Contains(head, []byte("<svg")):
		return "svg"
	case text:
		return "text"
	}
	return ""
}

func isText(head []byte) bool {
	for n := 0; n < utf8.UTFMax && len(head) > 0 && !utf8.Valid(head); n++ {
		head = head[:len(head)-1] // the last character may be cut
	}
	return len(head) > 0 && utf8.Valid(head) && bytes.IndexByte(head, 0) < 0
}

// brand looks at the brands of an ISO base media file, the major one first.
func brand(head []byte) string {
	end := min(int(binary.BigEndian.Uint32(head)), len(head))
	found := "mp4"
	for i := 8; i+4 <= end; i += 4 {
		if i == 12 {
			continue // minor version
		}
		switch string(head[i : i+4]) {
		case "avif", "avis":
			return "avif"
		case "heic", "heix", "hevc", "hevx":
			return "heic"
		case "heif":
			return "heif"
		case "mif1", "msf1":
			found = "heif" // the other brands say more
		case "qt  ":
			return "mov"
		case "M4A ", "M4B ":
			return "m4a"
		case "isom", "iso2", "mp41", "mp42", "avc1", "iso5", "iso6", "dash", "M4V ", "mmp4":
			if i == 8 {
				return "mp4"
			}
		}
	}
	return found
}
