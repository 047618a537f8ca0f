package imagefile

import (
	"encoding/binary"
	"errors"
)

var errBoxes = errors.New("the boxes of the file do not fit into one another")

// heicSize is the largest size among the image properties: a picture of tiles has one for the tile and one for the whole.
func heicSize(b []byte) (w, h int, err error) {
	err = boxes(b, func(kind string, meta []byte) error {
		if kind != "meta" || len(meta) < 4 {
			return nil
		}
		return inside(meta[4:], "iprp", func(iprp []byte) error {
			return inside(iprp, "ipco", func(ipco []byte) error {
				return inside(ipco, "ispe", func(ispe []byte) error {
					if len(ispe) < 12 {
						return nil
					}
					x, y := binary.BigEndian.Uint32(ispe[4:]), binary.BigEndian.Uint32(ispe[8:])
					if x > 1<<20 || y > 1<<20 {
						return errBoxes
					}
					if uint64(x)*uint64(y) > uint64(w)*uint64(h) {
						w, h = int(x), int(y)
					}
					return nil
				})
			})
		})
	})
	return w, h, err
}

func inside(b []byte, want string, visit func(content []byte) error) error {
	return boxes(b, func(kind string, content []byte) error {
		if kind != want {
			return nil
		}
		return visit(content)
	})
}

// boxes walks the ISO base media boxes in b.
func boxes(b []byte, visit func(kind string, content []byte) error) error {
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
		if n < head || n > uint64(len(b)) {
			return errBoxes
		}
		if err := visit(string(b[4:8]), b[head:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}
