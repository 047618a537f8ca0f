package media

import (
	"bytes"
	"fmt"
)

// readID3 finds the general encapsulated object with the manifest store in the ID3 tag before MP3 or FLAC data.
func readID3(a *Asset, l Limits) error {
	head, err := a.Head(0, 10)
	if err != nil || len(head) < 10 || string(head[:3]) != "ID3" {
		return err
	}
	if head[3] < 2 || head[3] > 4 {
		return fmt.Errorf("%w: ID3 version %d", ErrUnsupportedFormat, head[3])
	}
	size := min(syncsafe(head[6:]), a.Size-10)
	if mark, _ := a.Head(10+size, 4); string(mark) == "fLaC" {
		a.Format = FLAC
	}
	id := id3{asset: a, limits: l, version: head[3], unsync: head[5]&0x80 != 0}
	pos, end := int64(10), 10+size
	if head[5]&0x40 != 0 && head[3] > 2 {
		ext, err := a.Head(pos, 4)
		if err != nil || len(ext) < 4 {
			return err
		}
		if head[3] == 4 {
			pos += syncsafe(ext)
		} else {
			pos += BE32(ext) + 4
		}
	}
	for n := 0; pos < end; n++ {
		if n > maxChunks {
			return fmt.Errorf("%w: more than %d ID3 frames", ErrTooMany, maxChunks)
		}
		next, err := id.frame(pos, end)
		if err != nil || next <= pos {
			return err
		}
		pos = next
	}
	return nil
}

func syncsafe(b []byte) int64 {
	return int64(b[0]&0x7f)<<21 | int64(b[1]&0x7f)<<14 | int64(b[2]&0x7f)<<7 | int64(b[3]&0x7f)
}

type id3 struct {
	asset   *Asset
	limits  Limits
	version byte
	unsync  bool
}

// frame looks at the frame at pos and gives the place of the next one, or pos at the end of the frames.
func (id *id3) frame(pos, end int64) (int64, error) {
	head, width := int64(10), 4
	if id.version == 2 {
		head, width = 6, 3
	}
	h, err := id.asset.Head(pos, int(head))
	if err != nil || int64(len(h)) < head || h[0] == 0 {
		return pos, err
	}
	var size int64
	switch id.version {
	case 2:
		size = int64(h[3])<<16 | int64(h[4])<<8 | int64(h[5])
	case 3:
		size = BE32(h[4:])
	default:
		size = syncsafe(h[4:])
	}
	if size > end-pos-head {
		return pos, nil
	}
	name := string(h[:width])
	if name != "GEOB" && name != "GEO" && name != "PRIV" {
		return pos + head + size, nil
	}
	if name == "PRIV" && size > 1<<20 {
		return pos + head + size, nil
	}
	if err := id.limits.Check(size); err != nil {
		return 0, err
	}
	body, err := id.asset.Bytes(pos+head, size)
	if err != nil {
		return 0, err
	}
	shift := pos + head
	plain := !id.unsync
	if id.version == 4 {
		if h[9]&0x0c != 0 {
			return pos + head + size, nil // compressed or encrypted
		}
		plain = plain && h[9]&0x02 == 0
		if h[9]&0x01 != 0 && len(body) >= 4 {
			body, shift = body[4:], shift+4
		}
	} else if id.version == 3 && h[9]&0xc0 != 0 {
		return pos + head + size, nil
	}
	if !plain {
		body = bytes.ReplaceAll(body, []byte{0xff, 0}, []byte{0xff})
	}
	if name == "PRIV" {
		if rest, ok := bytes.CutPrefix(body, []byte("XMP\x00")); ok {
			id.asset.Remote = provenanceURL(rest)
		}
		return pos + head + size, nil
	}
	return pos + head + size, id.object(body, shift, plain)
}

// object reads an encapsulated object: encoding, type, file name, description, data.
func (id *id3) object(body []byte, at int64, plain bool) error {
	if len(body) < 2 {
		return nil
	}
	wide := body[0] == 1 || body[0] == 2
	rest := body[1:]
	i := bytes.IndexByte(rest, 0)
	if i < 0 {
		return nil
	}
	mime := string(rest[:i])
	rest = rest[i+1:]
	if mime != "application/c2pa" && mime != "application/x-c2pa-manifest-store" {
		return nil
	}
	for range 2 {
		if rest = afterText(rest, wide); rest == nil {
			return nil
		}
	}
	if id.asset.Store != nil {
		return ErrManyStores
	}
	id.asset.Store = rest
	if plain {
		id.asset.StoreRange, id.asset.HasRange = Span{at + int64(len(body)-len(rest)), int64(len(rest))}, true
	}
	return nil
}

func afterText(b []byte, wide bool) []byte {
	if !wide {
		if i := bytes.IndexByte(b, 0); i >= 0 {
			return b[i+1:]
		}
		return nil
	}
	for i := 0; i+1 < len(b); i += 2 {
		if b[i] == 0 && b[i+1] == 0 {
			return b[i+2:]
		}
	}
	return nil
}
