package aigc

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// jpeg writes the label into the XMP segment, a new one behind EXIF when there was none.
func (w *writer) jpeg() error {
	start := []byte("\xff\xd8")
	var before, after []byte // segments up to where XMP belongs, and the rest of the header
	var xmp []byte
	credentials := map[string]bool{}       // box instances of APP11 that hold them
	mpf, mpfSize, mpfAt := -1, 0, int64(0) // the index of several pictures: where in after, its size, where in the source
	at := int64(2)
	for {
		h, err := w.need(at, 4)
		if err != nil {
			return err
		}
		if h[0] != 0xff {
			return fmt.Errorf("%w: no JPEG marker at %d", ErrMalformedFile, at)
		}
		if h[1] == 0xff {
			at++
			continue
		}
		if h[1] < 0xe0 || h[1] > 0xef && h[1] != 0xfe {
			break // the picture's own segments begin
		}
		n := int64(be16(h[2:])) + 2
		b, err := w.whole(at, n)
		if err != nil {
			return err
		}
		at += n
		body := b[4:]
		switch {
		case h[1] == 0xe1 && bytes.HasPrefix(body, xmpHeader) && xmp == nil:
			xmp = body[len(xmpHeader):]
		case h[1] == 0xe1 && bytes.HasPrefix(body, xmpHeader):
			clean := body // a second packet: only labels are taken out
			for _, prefix := range labelPrefixes(body) {
				clean = withoutProperties(clean, prefix)
			}
			after = append(append(after, 0xff, 0xe1, byte((len(clean)+2)>>8), byte(len(clean)+2)), clean...)
		case h[1] == 0xeb && len(body) > 8 && string(body[:2]) == "JP" && (credentials[string(body[2:4])] || bytes.Contains(body[:min(len(body), 80)], []byte("c2pa"))):
			if credentials[string(body[2:4])] = true; !w.opts.DropCredentials {
				return ErrSigned
			}
		case h[1] == 0xfe && holdsLabel(string(body)):
			// replaced by the new one
		case h[1] == 0xe0 || h[1] == 0xe1 && bytes.HasPrefix(body, exifHeader):
			before = append(before, b...)
		default:
			if h[1] == 0xe2 && bytes.HasPrefix(body, []byte("MPF\x00")) && mpf < 0 {
				mpf, mpfSize, mpfAt = len(after), len(b), at-n
			}
			after = append(after, b...)
		}
	}
	packet := w.newPacket()
	if xmp != nil {
		var err error
		if packet, err = w.packet(xmp); err != nil {
			return err
		}
	}
	n := len(xmpHeader) + len(packet) + 2
	if n > 0xffff {
		return fmt.Errorf("%w: XMP of %d bytes does not fit into a segment", ErrTooLarge, len(packet))
	}
	head := append([]byte{0xff, 0xe1, byte(n >> 8), byte(n)}, xmpHeader...)
	if mpf >= 0 {
		moved := int64(len(start)+len(before)+len(head)+len(packet)+mpf) - mpfAt
		grown := int64(len(start)+len(before)+len(head)+len(packet)+len(after)) - at
		if err := moveMPF(after[mpf+8:mpf+mpfSize], grown, moved); err != nil {
			return err
		}
	}
	if err := w.put(bytes.Join([][]byte{start, before, head, packet, after}, nil)); err != nil {
		return err
	}
	return w.copy(at, w.size)
}

// moveMPF keeps the index of a file with several pictures right (CIPA DC-007): the first one has grown, and the others lie
// at other distances from the index, which itself was moved.
func moveMPF(index []byte, grown, moved int64) error {
	read := func(at, n int64) ([]byte, error) {
		if at < 0 || n < 0 || at > int64(len(index)) || n > int64(len(index))-at {
			return nil, fmt.Errorf("%w: index of pictures", ErrMalformedFile)
		}
		return index[at : at+n], nil
	}
	t, first, err := openTIFF(index)
	if err != nil {
		return err
	}
	t.bytes, t.size = read, int64(len(index))
	tags, _, err := t.directory(first)
	if err != nil {
		return err
	}
	for _, tag := range tags {
		if tag.id != 0xb002 {
			continue
		}
		entries, err := read(tag.at, tag.size)
		if err != nil {
			return err
		}
		for i := 0; i+16 <= len(entries); i += 16 {
			field, by := entries[i+4:], grown // the size of the first picture
			if i > 0 {
				if field, by = entries[i+8:], grown-moved; t.order.Uint32(field) == 0 {
					continue
				}
			}
			to := int64(t.order.Uint32(field)) + by
			if to < 0 || to > 0xffffffff {
				return fmt.Errorf("%w: index of pictures", ErrMalformedFile)
			}
			t.order.PutUint32(field, uint32(to))
		}
	}
	return nil
}

// png writes the label into the XMP chunk, before the picture.
func (w *writer) png() error {
	type piece struct {
		at, n int64
		name  string
	}
	var pieces []piece
	var xmp []byte
	at := int64(8)
	for {
		h, err := w.need(at, 8)
		if err != nil {
			return err
		}
		p := piece{at, be32(h) + 12, string(h[4:8])}
		if p.n > w.size-at {
			return fmt.Errorf("%w: PNG chunk cut short at %d", ErrMalformedFile, at)
		}
		at += p.n
		keep := true
		switch p.name {
		case "caBX":
			if !w.opts.DropCredentials {
				return ErrSigned
			}
			keep = false
		case "iTXt", "tEXt", "zTXt":
			b, err := w.whole(p.at+8, p.n-12)
			if err != nil {
				return err
			}
			key, _, _ := bytes.Cut(b, []byte{0})
			if string(key) == "XML:com.adobe.xmp" && xmp == nil {
				if xmp, err = w.pngXMP(b); err != nil {
					return err
				}
				keep = false
				break
			}
			s := newScan(w.ctx, bytes.NewReader(nil), 0, Options{})
			s.format = PNG
			s.pngText(p.name, 0, b)
			keep = len(s.carriers) == 0
		}
		if keep {
			pieces = append(pieces, p)
		}
		if p.name == "IEND" {
			break
		}
	}
	packet := w.newPacket()
	if xmp != nil {
		var err error
		if packet, err = w.packet(xmp); err != nil {
			return err
		}
	}
	if len(pieces) == 0 || pieces[0].name != "IHDR" {
		return fmt.Errorf("%w: PNG without a header", ErrMalformedFile)
	}
	if err := w.copy(0, 8+pieces[0].n); err != nil {
		return err
	}
	if err := w.put(pngChunk("iTXt", append([]byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"), packet...))); err != nil {
		return err
	}
	for i := 1; i < len(pieces); {
		j := i + 1 // neighbours are copied in one go
		for j < len(pieces) && pieces[j].at == pieces[j-1].at+pieces[j-1].n {
			j++
		}
		if err := w.copy(pieces[i].at, pieces[j-1].at+pieces[j-1].n); err != nil {
			return err
		}
		i = j
	}
	return w.copy(at, w.size)
}

func (w *writer) pngXMP(b []byte) ([]byte, error) {
	parts := bytes.SplitN(b, []byte{0}, 2)
	if len(parts) < 2 || len(parts[1]) < 2 {
		return nil, fmt.Errorf("%w: PNG text chunk", ErrMalformedFile)
	}
	value := bytes.SplitN(parts[1][2:], []byte{0}, 3)
	text := value[len(value)-1]
	if parts[1][0] == 1 {
		s := newScan(w.ctx, bytes.NewReader(nil), 0, Options{})
		var cut bool
		if text, cut = s.inflate(text); cut {
			return nil, fmt.Errorf("%w: compressed XMP", ErrTooLarge)
		}
	}
	return text, nil
}

func pngChunk(name string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, len(body)+12), uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// webp writes the label into the XMP chunk, which needs the extended header (VP8X).
func (w *writer) webp() error {
	type piece struct {
		at, n int64
		id    string
	}
	var pieces []piece
	var extended, xmp []byte
	end, err := w.need(4, 4)
	if err != nil {
		return err
	}
	limit := min(w.size, 8+le32(end))
	total := int64(4)
	for at := int64(12); at+8 <= limit; {
		h, err := w.need(at, 8)
		if err != nil {
			return err
		}
		n := le32(h[4:])
		p := piece{at, 8 + n + n&1, string(h[:4])}
		if n > limit-at-8 {
			return fmt.Errorf("%w: WebP chunk cut short at %d", ErrMalformedFile, at)
		}
		at += p.n
		switch p.id {
		case "C2PA":
			if !w.opts.DropCredentials {
				return ErrSigned
			}
			continue
		case "XMP ":
			if xmp, err = w.whole(p.at+8, n); err != nil {
				return err
			}
			continue
		case "VP8X":
			if extended, err = w.whole(p.at+8, n); err != nil {
				return err
			}
			continue
		}
		p.n = min(p.n, limit-p.at)
		pieces = append(pieces, p)
		total += p.n + p.n&1
	}
	if extended == nil {
		if len(pieces) == 0 {
			return fmt.Errorf("%w: WebP without a picture", ErrMalformedFile)
		}
		if extended, err = w.extendedHeader(pieces[0].id, pieces[0].at+8); err != nil {
			return err
		}
	}
	if len(extended) < 10 {
		return fmt.Errorf("%w: VP8X of %d bytes", ErrMalformedFile, len(extended))
	}
	extended[0] |= 4
	packet := w.newPacket()
	if xmp != nil {
		if packet, err = w.packet(xmp); err != nil {
			return err
		}
	}
	head, tail := riffPiece("VP8X", extended), riffPiece("XMP ", packet)
	total += int64(len(head) + len(tail))
	riff := append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(total)), "WEBP"...)
	if err := w.put(append(riff, head...)); err != nil {
		return err
	}
	for _, p := range pieces {
		if err := w.copy(p.at, p.at+p.n); err != nil {
			return err
		}
		if p.n&1 == 1 {
			if err := w.put([]byte{0}); err != nil {
				return err
			}
		}
	}
	if err := w.put(tail); err != nil {
		return err
	}
	return w.copy(min(w.size, limit+limit&1), w.size)
}

func riffPiece(id string, body []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(id), uint32(len(body)))
	b = append(b, body...)
	return append(b, make([]byte, len(body)&1)...)
}

// extendedHeader makes a VP8X from the header of a simple picture.
func (w *writer) extendedHeader(id string, at int64) ([]byte, error) {
	h, err := w.need(at, 10)
	if err != nil {
		return nil, err
	}
	var width, height, flags int
	switch {
	case id == "VP8 " && bytes.Equal(h[3:6], []byte{0x9d, 0x01, 0x2a}):
		width, height = int(binary.LittleEndian.Uint16(h[6:]))&0x3fff, int(binary.LittleEndian.Uint16(h[8:]))&0x3fff
	case id == "VP8L" && h[0] == 0x2f:
		bits := int(binary.LittleEndian.Uint32(h[1:]))
		width, height = bits&0x3fff+1, bits>>14&0x3fff+1
		flags = bits >> 28 & 1 << 4 // alpha
	default:
		return nil, fmt.Errorf("%w: no picture header in %q", ErrMalformedFile, id)
	}
	if width == 0 || height == 0 {
		return nil, fmt.Errorf("%w: a WebP without size", ErrMalformedFile)
	}
	width, height = width-1, height-1
	return []byte{byte(flags), 0, 0, 0, byte(width), byte(width >> 8), byte(width >> 16), byte(height), byte(height >> 8), byte(height >> 16)}, nil
}
