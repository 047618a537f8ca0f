package sniff

import "testing"

func TestDetect(t *testing.T) {
	ftyp := func(brands string) string { return string([]byte{0, 0, 0, byte(8 + len(brands))}) + "ftyp" + brands }
	for head, want := range map[string]string{
		"\xff\xd8\xff\xe0": "jpeg", "RIFF....WEBPVP8 ": "webp", "RF64....WAVEds64": "rf64", "RIFF....AVI LIST": "avi", "RIFF....ACON": "text", "II*\x00\x08": "tiff",
		ftyp("heic\x00\x00\x00\x00mif1heic"): "heic", ftyp("mif1\x00\x00\x00\x00mif1avif"): "avif", ftyp("mif1\x00\x00\x00\x00mif1miaf"): "heif", ftyp("isom\x00\x00\x00\x00heic"): "mp4", ftyp("qt  "): "mov",
		ftyp("M4A \x00\x00\x00\x00"): "m4a", "\x00\x00\x00\x08free\x00\x00": "mp4", "Be free of boxes": "text", "The jumbled words": "text", "\x00\x00\x10\x00jumb\x00": "c2pa",
		"PK\x05\x06": "zip", "ID3\x03": "mp3", "\xff\xfb\x90\x00": "mp3", "\xff\xf8\xc9": "", "junk %PDF-1.7": "pdf", "\xef\xbb\xbf <?xml?><svg ": "svg", "---\nAIGC: {}\n": "text",
		"\x1a\x45\xdf\xa3": "matroska", "\x00\x01\x02": "", "": "", "\x00\x00\x00\x08ftyp": "mp4", "\xff\xff\xff\xffftypavif": "avif",
	} {
		if got := Detect([]byte(head)); got != want {
			t.Errorf("%q: %q, want %q", head, got, want)
		}
	}
}
