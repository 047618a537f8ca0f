package c2pa

import "fmt"

// readGIF finds the C2PA application extension, which must stand before the first picture. The store is cut into
// sub-blocks of up to 255 bytes.
func readGIF(a *asset, l limits) error {
	a.boxes = func() ([]fileBox, error) { return gifBlocks(&asset{source: a.source}, l, false) }
	_, err := gifBlocks(a, l, true)
	return err
}

// gifBlocks names all blocks, or only those before the first picture.
func gifBlocks(a *asset, l limits, headOnly bool) ([]fileBox, error) {
	head, err := a.bytes(0, 13)
	if err != nil {
		return nil, err
	}
	out := []fileBox{{name: "GIF89a", span: span{0, 6}}, {name: "LSD", span: span{6, 7}}}
	pos := int64(13)
	if head[10]&0x80 != 0 {
		table := int64(3) << (head[10]&7 + 1)
		out[1].span.size += table
		pos += table
	}
	for seenImage := false; pos < a.size; {
		if len(out) > maxChunks {
			return nil, fmt.Errorf("%w: more than %d GIF blocks", ErrTooMany, maxChunks)
		}
		h, err := a.head(pos, 16)
		if err != nil {
			return nil, err
		}
		b := fileBox{span: span{start: pos}}
		end := pos
		switch h[0] {
		case 0x3b:
			b.name, b.span.size = "3B", 1
			return append(out, b), nil
		case 0x2c:
			if len(h) < 11 {
				return nil, fmt.Errorf("%w: GIF cut short", ErrMalformedFile)
			}
			if seenImage = true; headOnly {
				return out, nil
			}
			b.name, b.span.size = "2C", 10
			if h[9]&0x80 != 0 {
				b.span.size += int64(3) << (h[9]&7 + 1)
			}
			out = append(out, b)
			pos = b.span.end()
			b = fileBox{name: "TBID", span: span{start: pos}}
			end, err = subBlocks(a, pos+1, nil)
		case 0x21:
			if len(h) < 3 {
				return nil, fmt.Errorf("%w: GIF cut short", ErrMalformedFile)
			}
			b.name = fmt.Sprintf("21%02X", h[1])
			b.metadata = h[1] == 0xfe
			if h[1] == 0xff && len(h) >= 14 && h[2] == 11 && string(h[3:14]) == "C2PA_GIF\x01\x00\x00" {
				b.name = c2paBoxName
				if a.store == nil && !seenImage {
					end, err = subBlocks(a, pos+14, func(data []byte) error {
						a.store = append(a.store, data...)
						return l.check(int64(len(a.store)))
					})
					a.storeRange, a.hasRange = span{pos, end - pos}, true
					break
				}
			} else if h[1] == 0xff && len(h) >= 14 && string(h[3:14]) == "XMP DataXMP" {
				b.metadata = true
				if xmp, e := a.head(pos+14, 64<<10); e == nil && a.store == nil {
					a.remote = provenanceURL(xmp)
				}
			}
			end, err = subBlocks(a, pos+2, nil)
		default:
			return nil, fmt.Errorf("%w: GIF block %#x at %d", ErrMalformedFile, h[0], pos)
		}
		if err != nil {
			return nil, err
		}
		b.span.size = end - pos
		out = append(out, b)
		pos = end
	}
	return out, nil
}

// subBlocks goes to the end of a chain of sub-blocks and hands out their data.
func subBlocks(a *asset, pos int64, each func([]byte) error) (int64, error) {
	buf := make([]byte, 64<<10)
	have, at := 0, pos // bytes in buf, and where they begin
	for {
		off := int(pos - at)
		if off+256 > have {
			n := min(int64(len(buf)), a.size-pos)
			if n <= 0 {
				return 0, fmt.Errorf("%w: GIF cut short", ErrMalformedFile)
			}
			if err := a.ctx.Err(); err != nil {
				return 0, err
			}
			if err := a.fill(buf[:n], pos); err != nil {
				return 0, err
			}
			have, at, off = int(n), pos, 0
		}
		n := int(buf[off])
		if n == 0 {
			return pos + 1, nil
		}
		if off+1+n > have {
			return 0, fmt.Errorf("%w: GIF cut short", ErrMalformedFile)
		}
		if each != nil {
			if err := each(buf[off+1 : off+1+n]); err != nil {
				return 0, err
			}
		}
		pos += int64(n) + 1
	}
}
