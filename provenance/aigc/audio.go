package aigc

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// mp3 reads an ID3v2 tag at the beginning, and one at the end.
func (s *scan) mp3() error {
	end, err := s.id3(0)
	if err != nil {
		return err
	}
	if h, err := s.head(end, 4); err == nil && string(h) == "fLaC" {
		return s.flacAt(end)
	}
	if foot, err := s.head(s.size-10, 10); err == nil && len(foot) == 10 && string(foot[:3]) == "3DI" {
		if at := s.size - 20 - syncsafe(foot[6:]); at > end {
			_, err = s.id3(at)
			return err
		}
	}
	return nil
}

func syncsafe(b []byte) int64 {
	return int64(b[0]&0x7f)<<21 | int64(b[1]&0x7f)<<14 | int64(b[2]&0x7f)<<7 | int64(b[3]&0x7f)
}

// id3 reads the user-defined texts (TXXX) and comments of a tag and gives the place behind it.
func (s *scan) id3(at int64) (int64, error) {
	h, err := s.head(at, 10)
	if err != nil || len(h) < 10 || string(h[:3]) != "ID3" {
		return at, err
	}
	size := syncsafe(h[6:])
	end := at + 10 + size
	version := h[3]
	if version < 2 || version > 4 {
		return end, nil
	}
	pos := at + 10
	if h[5]&0x40 != 0 && version > 2 { // extended header
		e, err := s.need(pos, 4)
		if err != nil {
			return end, err
		}
		if version == 4 {
			pos += syncsafe(e)
		} else {
			pos += 4 + be32(e)
		}
	}
	head := int64(10)
	if version == 2 {
		head = 6
	}
	for pos >= at && pos+head <= min(end, s.size) {
		f, err := s.need(pos, int(head))
		if err != nil {
			return end, err
		}
		id, n := string(f[:4]), int64(0)
		switch version {
		case 2:
			id, n = string(f[:3]), int64(f[3])<<16|int64(f[4])<<8|int64(f[5])
		case 3:
			n = be32(f[4:])
		case 4:
			n = syncsafe(f[4:])
		}
		if id[0] == 0 || n > end-pos-head {
			break
		}
		if id == "TXXX" || id == "TXX" || id == "COMM" || id == "COM" || id == "TSSE" || id == "TSS" {
			err := s.part("ID3 "+id, pos+head, n, func(place string, at int64, b []byte) {
				if h[5]&0x80 != 0 || version == 4 && f[9]&2 != 0 {
					b = bytes.ReplaceAll(b, []byte{0xff, 0x00}, []byte{0xff})
				}
				if version == 4 && f[9]&1 != 0 && len(b) > 4 {
					b = b[4:] // data length
				}
				s.id3Frame(place, at, id, b)
			})
			if err != nil {
				return end, err
			}
		}
		pos += head + n
	}
	return end, nil
}

func (s *scan) id3Frame(place string, at int64, id string, b []byte) {
	if len(b) < 2 {
		return
	}
	encoding := b[0]
	b = b[1:]
	if strings.HasPrefix(id, "COM") && len(b) > 3 {
		b = b[3:]
	}
	if strings.HasPrefix(id, "TSS") {
		s.key(place, at, false, "encoder", id3Text(encoding, b))
		return
	}
	key, value := b, []byte(nil)
	if encoding == 1 || encoding == 2 {
		for i := 0; i+1 < len(b); i += 2 {
			if b[i] == 0 && b[i+1] == 0 {
				key, value = b[:i], b[i+2:]
				break
			}
		}
	} else if i := bytes.IndexByte(b, 0); i >= 0 {
		key, value = b[:i], b[i+1:]
	}
	k := id3Text(encoding, key)
	s.key(place+" "+clip(k, 40), at, strings.HasPrefix(id, "TXX"), k, id3Text(encoding, value))
}

func id3Text(encoding byte, b []byte) string {
	switch encoding {
	case 1, 2:
		var order binary.ByteOrder = binary.BigEndian
		if len(b) >= 2 && b[0] == 0xff && b[1] == 0xfe {
			order, b = binary.LittleEndian, b[2:]
		} else if len(b) >= 2 && b[0] == 0xfe && b[1] == 0xff {
			b = b[2:]
		}
		return strings.TrimRight(decodeUTF16(b, order), "\x00")
	}
	return strings.TrimRight(string(b), "\x00")
}

func (s *scan) flac() error { return s.flacAt(0) }

func (s *scan) flacAt(start int64) error {
	for at := start + 4; ; {
		h, err := s.need(at, 4)
		if err != nil {
			return err
		}
		n := int64(h[1])<<16 | int64(h[2])<<8 | int64(h[3])
		if h[0]&0x7f == 4 {
			if err := s.part("FLAC VORBIS_COMMENT", at+4, n, s.vorbis); err != nil {
				return err
			}
		}
		if at += 4 + n; h[0]&0x80 != 0 || at >= s.size {
			return nil
		}
	}
}

// vorbis reads comments: a vendor, then NAME=value.
func (s *scan) vorbis(place string, at int64, b []byte) {
	next := func() ([]byte, bool) {
		if len(b) < 4 {
			return nil, false
		}
		n := le32(b)
		if n > int64(len(b)-4) {
			return nil, false
		}
		v := b[4 : 4+n]
		b = b[4+n:]
		return v, true
	}
	if vendor, ok := next(); ok {
		s.writer(place, string(vendor))
	}
	if len(b) < 4 {
		return
	}
	count := le32(b)
	b = b[4:]
	for i := int64(0); i < min(count, maxKeys); i++ {
		v, ok := next()
		if !ok {
			return
		}
		if key, value, ok := strings.Cut(string(v), "="); ok {
			if strings.EqualFold(key, "AIGC") {
				key = "AIGC" // names are not told apart by case
			}
			s.key(place+" "+clip(key, 40), at, true, key, value)
		}
	}
}

// ogg joins the second packet of the stream, which holds the comments, from its pages.
func (s *scan) ogg() error {
	var packet []byte
	packets := 0
	for at := int64(0); at < s.size && packets < 3; {
		h, err := s.need(at, 27)
		if err != nil {
			return err
		}
		if string(h[:4]) != "OggS" {
			return fmt.Errorf("%w: no Ogg page at %d", ErrMalformedFile, at)
		}
		lacing, err := s.need(at+27, int(h[26]))
		if err != nil {
			return err
		}
		at += 27 + int64(h[26])
		for _, n := range lacing {
			b, _, err := s.load(at, int64(n))
			if err != nil {
				return err
			}
			at += int64(n)
			if int64(len(packet)) < s.file.text {
				packet = append(packet, b...)
			}
			if n < 255 {
				if packets > 0 {
					s.oggComments(at-int64(len(packet)), packet)
				}
				packet = packet[:0]
				if packets++; packets >= 3 {
					break
				}
			}
		}
	}
	return nil
}

func (s *scan) oggComments(at int64, b []byte) {
	switch {
	case bytes.HasPrefix(b, []byte("\x03vorbis")):
		s.vorbis("Ogg comments", at, b[7:])
	case bytes.HasPrefix(b, []byte("OpusTags")):
		s.vorbis("Ogg comments", at, b[8:])
	case len(b) > 4 && b[0]&0x7f == 4: // FLAC in Ogg
		s.vorbis("Ogg comments", at, b[4:])
	}
}
