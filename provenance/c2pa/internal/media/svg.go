package media

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
)

const maxSVG = 24 << 20

// readSVG finds svg/metadata/c2pa:manifest, whose text is the manifest store in base64.
func readSVG(a *Asset, l Limits) error {
	if a.Size > maxSVG {
		return fmt.Errorf("%w: SVG of %d bytes, %d allowed", ErrTooLarge, a.Size, maxSVG)
	}
	d := xml.NewDecoder(io.NewSectionReader(a.R, 0, a.Size))
	d.Strict, d.Entity = false, map[string]string{}
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	var path []string
	for depth := 0; ; {
		if err := a.Ctx.Err(); err != nil {
			return err
		}
		tok, err := d.RawToken()
		if err != nil {
			return nil // the end, or XML that breaks off: what was found so far counts
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if depth++; depth <= 3 {
				path = append(path[:depth-1], t.Name.Local)
			}
			if depth > 10000 {
				return fmt.Errorf("%w: SVG elements", ErrTooDeep)
			}
			if depth == 3 && path[0] == "svg" && path[1] == "metadata" && path[2] == "manifest" {
				if err := readSVGManifest(a, l, d); err != nil {
					return err
				}
				depth--
			}
		case xml.EndElement:
			depth--
			if depth < 0 {
				return nil
			}
		}
	}
}

// readSVGManifest takes the text up to the end of the element.
func readSVGManifest(a *Asset, l Limits, d *xml.Decoder) error {
	start := d.InputOffset()
	var text []byte
	for {
		tok, err := d.RawToken()
		if err != nil {
			return fmt.Errorf("%w: the manifest element does not end", ErrMalformedFile)
		}
		switch t := tok.(type) {
		case xml.CharData:
			text = append(text, t...)
		case xml.EndElement:
			clean := bytes.Join(bytes.Fields(text), nil)
			data := make([]byte, base64.StdEncoding.DecodedLen(len(clean)))
			n, err := base64.StdEncoding.Decode(data, clean)
			if err != nil {
				return fmt.Errorf("%w: the manifest is not base64", ErrMalformedFile)
			}
			if n == 0 {
				return nil
			}
			if a.Store != nil {
				return ErrManyStores
			}
			a.Store = data[:n]
			a.StoreRange = Span{start, int64(base64.StdEncoding.EncodedLen(n))}
			a.HasRange = true
			return l.Check(int64(n))
		}
	}
}
