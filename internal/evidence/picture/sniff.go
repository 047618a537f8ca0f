// Package picture looks at received bytes without trusting them: it says what they are, how large the picture is before anything is decoded, and makes the
// copies that people see. A copy is always decoded, turned upright, scaled and encoded anew, so it carries no metadata, no location and nothing that was
// hidden in the file.
//
// Decoding is bounded three times: by pixels and by an estimate of memory before it starts (Limits), and by a process of its own with
// a memory limit and a time limit (Process), because the HEIC decoder's own memory use cannot be bounded from outside.
package picture

import (
	"bytes"
	"encoding/binary"
)

// Class sorts types by what may be done with them.
type Class string

// The classes.
const (
	Image    Class = "image"    // may be decoded and shown as a copy
	Opaque   Class = "opaque"   // a picture that this version cannot decode (AVIF, TIFF): kept, never shown
	Video    Class = "video"    // kept, never shown inline
	Document Class = "document" // PDF: kept, never rendered
	Archive  Class = "archive"  // refused: nobody can say what is inside
	Markup   Class = "markup"   // HTML, SVG, XML: refused, it is a program as much as a picture
	Unknown  Class = "unknown"  // refused
)

// Type is what bytes are, by their signature.
type Type struct {
	Media     string // media type, e.g. "image/jpeg"
	Extension string // without the dot
	Class     Class
}

// SniffLen is how many bytes Sniff wants to see; fewer are fine when the file is shorter.
const SniffLen = 4096

// The types.
var (
	JPEG = Type{"image/jpeg", "jpg", Image}
	PNG  = Type{"image/png", "png", Image}
	WebP = Type{"image/webp", "webp", Image}
	HEIC = Type{"image/heic", "heic", Image}
	AVIF = Type{"image/avif", "avif", Opaque}
	TIFF = Type{"image/tiff", "tif", Opaque}
	GIF  = Type{"image/gif", "gif", Opaque}
	BMP  = Type{"image/bmp", "bmp", Opaque}
	MP4  = Type{"video/mp4", "mp4", Video}
	MOV  = Type{"video/quicktime", "mov", Video}
	PDF  = Type{"application/pdf", "pdf", Document}

	archive = Type{"application/octet-stream", "bin", Archive}
	markup  = Type{"application/octet-stream", "bin", Markup}
	unknown = Type{"application/octet-stream", "bin", Unknown}
)

// ByMedia answers the type of a media type that Sniff gave.
func ByMedia(media string) Type {
	for _, t := range []Type{JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF, BMP, MP4, MOV, PDF} {
		if t.Media == media {
			return t
		}
	}
	return unknown
}

// signatures are fixed bytes at fixed places, most specific first.
var signatures = []struct {
	at    int
	bytes string
	is    Type
}{
	{0, "\xff\xd8\xff", JPEG},
	{0, "\x89PNG\r\n\x1a\n", PNG},
	{0, "GIF87a", GIF},
	{0, "GIF89a", GIF},
	{0, "II*\x00", TIFF},
	{0, "MM\x00*", TIFF},
	{0, "BM", BMP},
	{0, "%PDF-", PDF},
	{0, "PK\x03\x04", archive}, // zip, and with it docx, xlsx, apk, jar
	{0, "PK\x05\x06", archive},
	{0, "Rar!\x1a\x07", archive},
	{0, "7z\xbc\xaf\x27\x1c", archive},
	{0, "\x1f\x8b", archive},
	{0, "BZh", archive},
	{0, "\xfd7zXZ\x00", archive},
	{0, "\x28\xb5\x2f\xfd", archive},
	{0, "\x04\x22\x4d\x18", archive},
	{0, "MSCF", archive},
	{257, "ustar", archive},
}

// Sniff tells what bytes are by their first SniffLen bytes. Names and declared types play no part.
func Sniff(head []byte) Type {
	for _, s := range signatures {
		if len(head) >= s.at+len(s.bytes) && string(head[s.at:s.at+len(s.bytes)]) == s.bytes {
			return s.is
		}
	}
	if len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP" {
		return WebP
	}
	if t, ok := sniffBoxes(head); ok {
		return t
	}
	if looksLikeMarkup(head) {
		return markup
	}
	return unknown
}

// sniffBoxes reads the brands of an ISO base media file.
func sniffBoxes(head []byte) (Type, bool) {
	if len(head) < 16 || string(head[4:8]) != "ftyp" {
		return unknown, false
	}
	n := int(binary.BigEndian.Uint32(head))
	if n < 16 || n > len(head) {
		n = len(head)
	}
	brands := [][]byte{head[8:12]}
	for at := 16; at+4 <= n && len(brands) < 64; at += 4 {
		brands = append(brands, head[at:at+4])
	}
	byBrand := func(names ...string) bool {
		for _, b := range brands {
			for _, name := range names {
				if string(b) == name {
					return true
				}
			}
		}
		return false
	}
	switch major := string(brands[0]); {
	case major == "avif" || major == "avis":
		return AVIF, true
	case major == "heic" || major == "heix" || major == "heim" || major == "heis":
		return HEIC, true
	case major == "mif1" || major == "msf1":
		if byBrand("avif", "avis") {
			return AVIF, true
		}
		return HEIC, byBrand("heic", "heix", "heim", "heis", "mif1")
	case major == "qt  ":
		return MOV, true
	case byBrand("isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "hvc1", "3gp4", "3gp5", "3gp6", "M4V ", "MSNV"):
		return MP4, true
	}
	return unknown, false
}

// looksLikeMarkup finds a tag at the start, behind white space and a byte order mark, in one-byte and two-byte encodings.
func looksLikeMarkup(head []byte) bool {
	s := bytes.ReplaceAll(head, []byte{0}, nil) // UTF-16 of ASCII
	s = bytes.TrimPrefix(bytes.TrimPrefix(bytes.TrimPrefix(s, []byte("\xef\xbb\xbf")), []byte("\xff\xfe")), []byte("\xfe\xff"))
	s = bytes.TrimLeft(s, " \t\r\n\f")
	return len(s) > 1 && s[0] == '<' && (s[1] == '!' || s[1] == '?' || s[1] >= 'a' && s[1] <= 'z' || s[1] >= 'A' && s[1] <= 'Z')
}
