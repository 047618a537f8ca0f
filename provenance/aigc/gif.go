package aigc

import (
	"bytes"
	"fmt"
)

// gif walks the blocks: comments and the XMP extension are read, pictures stepped over.
func (s *scan) gif() error {
	h, err := s.need(0, 13)
	if err != nil {
		return err
	}
	at := int64(13)
	if h[10]&0x80 != 0 {
		at += 3 << (h[10]&7 + 1)
	}
	for {
		if at == s.size {
			return nil // without its last byte, but whole
		}
		b, err := s.need(at, 1)
		if err != nil {
			return err
		}
		switch b[0] {
		case 0x3b:
			s.tail(at + 1)
			return nil
		case 0x2c:
			d, err := s.need(at, 10)
			if err != nil {
				return err
			}
			at += 11 // descriptor and the code size
			if d[9]&0x80 != 0 {
				at += 3 << (d[9]&7 + 1)
			}
			if at, _, err = s.subBlocks(at, 0); err != nil {
				return err
			}
		case 0x21:
			if at, err = s.gifExtension(at); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%w: GIF block %#x at %d", ErrMalformedFile, b[0], at)
		}
	}
}

func (s *scan) gifExtension(at int64) (int64, error) {
	h, err := s.need(at, 3)
	if err != nil {
		return at, err
	}
	switch h[1] {
	case 0xfe:
		next, text, err := s.subBlocks(at+2, s.file.text)
		if err != nil {
			return at, err
		}
		s.comment("GIF comment", at+3, string(text))
		return next, nil
	case 0xff:
		id, err := s.head(at+3, 11)
		if err != nil {
			return at, err
		}
		if h[2] == 11 && bytes.HasPrefix(id, []byte("XMP Data")) {
			return s.gifXMP(at + 14)
		}
	}
	next, _, err := s.subBlocks(at+2, 0)
	return next, err
}

// gifXMP: the packet stands there as it is, and a trailer of descending numbers makes readers of sub-blocks find the end.
func (s *scan) gifXMP(at int64) (int64, error) {
	end, err := s.gifTrailer(at)
	if err != nil {
		return at, err
	}
	if end >= 0 {
		if err := s.part("GIF XMP", at, end-at, s.xmp); err != nil {
			return at, err
		}
		if next, _, err := s.subBlocks(end+257, 0); err == nil {
			return next, nil
		}
	}
	next, b, err := s.subBlocks(at, s.file.text) // some write it in sub-blocks
	if err == nil && end < 0 {
		s.xmp("GIF XMP", at, b)
	}
	return next, err
}

// gifTrailer finds the trailer of the packet at a place, or gives -1. Many packets without one are not searched again and again.
func (s *scan) gifTrailer(at int64) (int64, error) {
	end, to := int64(-1), min(s.size, at+s.file.text+512)
	err := s.find(max(at, s.bare), to, [][]byte{{0x01, 0xff, 0xfe, 0xfd}}, func(_ int, i int64) (bool, error) {
		end = i
		return false, nil
	})
	if end < 0 {
		s.bare = max(s.bare, to-3)
	}
	return end, err
}

// subBlocks walks sub-blocks up to their end and keeps up to keep bytes of them.
func (s *scan) subBlocks(at, keep int64) (int64, []byte, error) {
	var out []byte
	for {
		b, err := s.ahead(at)
		if err != nil {
			return at, nil, err
		}
		if len(b) == 0 {
			return at, out, fmt.Errorf("%w: GIF cut short", ErrMalformedFile)
		}
		n := int64(b[0])
		if n == 0 {
			return at + 1, out, nil
		}
		if room := keep - int64(len(out)); room > 0 {
			b, _, err := s.load(at+1, min(n, room))
			if err != nil {
				return at, nil, err
			}
			out = append(out, b...)
		}
		at += n + 1
	}
}
