package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	_ "image/jpeg" // registers the header readers
	_ "image/png"

	_ "golang.org/x/image/webp"
)

// HeaderLen is how many bytes Size wants to see: the size of a JPEG stands behind its thumbnails and profiles.
const HeaderLen = 512 << 10

// Size tells width and height of a picture from its first bytes, as stored (before it is turned upright). ok is false when they cannot be told.
func Size(t Type, head []byte) (width, height int, ok bool) {
	switch t {
	case JPEG, PNG, WebP:
		c, _, err := image.DecodeConfig(bytes.NewReader(head))
		return c.Width, c.Height, err == nil && c.Width > 0 && c.Height > 0
	case HEIC, AVIF:
		return heifSize(head)
	}
	return 0, 0, false
}

var errBoxes = errors.New("not a chain of boxes")

// eachBox walks the boxes in b. visit gets the type and the content; a box that says it goes beyond b ends with b (the head of a file may be cut).
func eachBox(b []byte, visit func(typ string, content []byte) error) error {
	for len(b) >= 8 {
		n, head := uint64(binary.BigEndian.Uint32(b)), uint64(8)
		switch n {
		case 0:
			n = uint64(len(b))
		case 1:
			if len(b) < 16 {
				return errBoxes
			}
			n, head = binary.BigEndian.Uint64(b[8:]), 16
		}
		if n < head {
			return errBoxes
		}
		end := min(n, uint64(len(b)))
		if end < head {
			return errBoxes
		}
		if err := visit(string(b[4:8]), b[head:end]); err != nil {
			return err
		}
		b = b[end:]
	}
	return nil
}

// heifSize is the largest size among the image properties (ispe): a picture of tiles has one for the tile and one for the whole.
func heifSize(head []byte) (width, height int, ok bool) {
	err := eachBox(head, func(typ string, meta []byte) error {
		if typ != "meta" || len(meta) < 4 {
			return nil
		}
		return eachBox(meta[4:], func(typ string, iprp []byte) error {
			if typ != "iprp" {
				return nil
			}
			return eachBox(iprp, func(typ string, ipco []byte) error {
				if typ != "ipco" {
					return nil
				}
				return eachBox(ipco, func(typ string, ispe []byte) error {
					if typ != "ispe" || len(ispe) < 12 {
						return nil
					}
					w, h := binary.BigEndian.Uint32(ispe[4:]), binary.BigEndian.Uint32(ispe[8:])
					if w == 0 || h == 0 || w > 1<<20 || h > 1<<20 {
						return errBoxes
					}
					if uint64(w)*uint64(h) > uint64(width)*uint64(height) {
						width, height, ok = int(w), int(h), true
					}
					return nil
				})
			})
		})
	})
	return width, height, ok && err == nil
}
