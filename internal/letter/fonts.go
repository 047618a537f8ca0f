package letter

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"sync"
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
	return out, nil
})
