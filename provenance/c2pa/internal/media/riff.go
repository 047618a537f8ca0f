package media

import (
	"encoding/binary"
	"fmt"
)

// readRIFF finds the C2PA chunk of WebP, WAV and AVI.
func readRIFF(a *Asset, l Limits) error {
	head, err := a.Bytes(0, 12)
	if err != nil {
		return err
	}
	end := min(int64(binary.LittleEndian.Uint32(head[4:]))+8, a.Size)
	for pos, n := int64(12), 0; pos+8 <= end; n++ {
		if n > maxChunks {
			return fmt.Errorf("%w: more than %d RIFF chunks", ErrTooMany, maxChunks)
		}
		h, err := a.Bytes(pos, 8)
		if err != nil {
			return err
		}
		size := int64(binary.LittleEndian.Uint32(h[4:]))
		if size > a.Size-pos-8 {
			if string(h[:4]) == "C2PA" {
				return fmt.Errorf("%w: RIFF chunk of %d bytes at %d", ErrMalformedFile, size, pos)
			}
			return nil
		}
		switch string(h[:4]) {
		case "C2PA":
			if a.Store == nil {
				if err := a.appendStore(l, pos+8, size); err != nil {
					return err
				}
				a.StoreRange, a.HasRange = Span{pos, size + 8}, true
			}
		case "XMP ", "_PMX":
			if a.Store == nil && size <= 1<<20 {
				xmp, err := a.Bytes(pos+8, size)
				if err != nil {
					return err
				}
				a.Remote = provenanceURL(xmp)
			}
		}
		pos += 8 + size + size&1
	}
	return nil
}
