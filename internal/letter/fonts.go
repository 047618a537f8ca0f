package letter

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"

	"golang.org/x/image/font/sfnt"
)

// The fonts are unchanged files of Debian packages, see fonts/README.md. Chinese and full-width characters come from Droid Sans Fallback, everything else from
// Open Sans, its Latin companion.
//
//go:embed fonts/*.gz
var fontFiles embed.FS

type fontName string

const (
	hanFont   fontName = "DroidSansFallbackFull"
	latinFont fontName = "OpenSans-Regular"
	boldFont  fontName = "OpenSans-Semibold"
)

// fontSums are the SHA-256 of the fonts as they are in the packages.
var fontSums = map[fontName]string{
	hanFont:   "acb6440a713d880a13a21b468ba7cd43f5a2b2934972e51be791c880730777b8",
	latinFont: "e64e508b2aa2880f907e470c4550980ec4c0694d103a43f36150ac3f93189bee",
	boldFont:  "aa3b0ef53db12e3d45094030cac0e69d384e44cc5978643dd4390041cad546e2",
}

// fonts are unpacked once, when the first letter is drawn; 4.5 MB.
var fonts = sync.OnceValues(func() (map[fontName][]byte, error) {
	out := map[fontName][]byte{}
	for name, want := range fontSums {
		packed, err := fontFiles.ReadFile("fonts/" + string(name) + ".ttf.gz")
		if err != nil {
			return nil, err
		}
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(io.LimitReader(z, 8<<20))
		if err != nil {
			return nil, err
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != want {
			return nil, fmt.Errorf("letter: the font %s is not the one that was released", name)
		}
		out[name] = data
	}
	if err := mainland(out[hanFont]); err != nil {
		return nil, err
	}
	return out, nil
})

// centred are marks that the Chinese font draws in the middle of their square, as in Taiwan and Hong Kong. On the mainland they stand beside the word they belong
// to. The numbers are how far they are moved, in thousandths of the square.
var centred = map[rune]int{'，': -270, '；': -270, '：': -270, '！': -270, '？': -270, '）': -200, '（': 200}

// mainland moves them, in memory: a TrueType glyph is drawn where its left side bearing says, so that number alone is changed. Text that is copied out of a letter is not
// affected, as it would be by drawing the marks one by one.
func mainland(ttf []byte) error {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		return fmt.Errorf("letter: font: %w", err)
	}
	hhea, hmtx := table(ttf, "hhea"), table(ttf, "hmtx")
	if len(hhea) < 36 {
		return errors.New("letter: the font has no metrics")
	}
	long := int(binary.BigEndian.Uint16(hhea[34:]))
	for r, by := range centred {
		i, err := f.GlyphIndex(nil, r)
		if err != nil || i == 0 {
			return fmt.Errorf("letter: the font has no %q", r)
		}
		at := int(i)*4 + 2 // advance and bearing of each of the first glyphs, then bearings alone
		if int(i) >= long {
			at = long*4 + (int(i)-long)*2
		}
		if at+2 > len(hmtx) {
			return errors.New("letter: the metrics of the font are cut off")
		}
		bearing := int(int16(binary.BigEndian.Uint16(hmtx[at:]))) + by*int(f.UnitsPerEm())/1000
		binary.BigEndian.PutUint16(hmtx[at:], uint16(int16(bearing)))
	}
	return nil
}

// table finds a table of a TrueType file; nil when there is none.
func table(ttf []byte, tag string) []byte {
	if len(ttf) < 12 {
		return nil
	}
	for i := range int(binary.BigEndian.Uint16(ttf[4:])) {
		at := 12 + i*16
		if at+16 > len(ttf) {
			return nil
		}
		if string(ttf[at:at+4]) == tag {
			from, n := int(binary.BigEndian.Uint32(ttf[at+8:])), int(binary.BigEndian.Uint32(ttf[at+12:]))
			if from+n > len(ttf) {
				return nil
			}
			return ttf[from : from+n]
		}
	}
	return nil
}
