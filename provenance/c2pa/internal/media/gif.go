package media

import "fmt"

// readGIF finds the C2PA application extension, which must stand before the first picture. The store is cut into
// sub-blocks of up to 255 bytes.
func readGIF(a *Asset, l Limits) error {
	a.Boxes = func() ([]FileBox, error) { return gifBlocks(&Asset{Source: a.Source}, l, false) }
	_, err := gifBlocks(a, l, true)
	return err
}

// maxPackets is how many XMP packets of a GIF are looked at.
const maxPackets = 16

// gifBlocks names all blocks, or only those before the first picture.
func gifBlocks(a *Asset, l Limits, headOnly bool) ([]FileBox, error) {
	head, err := a.Bytes(0, 13)
	if err != nil {
		return nil, err
	}
	out := []FileBox{{Name: "GIF89a", Span: Span{0, 6}}, {Name: "LSD", Span: Span{6, 7}}}
	pos := int64(13)
	if head[10]&0x80 != 0 {
		table := int64(3) << (head[10]&7 + 1)
		out[1].Span.Size += table
		pos += table
	}
	packets := 0
	for seenImage := false; pos < a.Size; {
		if len(out) > maxChunks {
			return nil, fmt.Errorf("%w: more than %d GIF blocks", ErrTooMany, maxChunks)
		}
		h, err := a.Head(pos, 16)
		if err != nil {
			return nil, err
		}
		b := FileBox{Span: Span{Start: pos}}
		end := pos
		switch h[0] {
		case 0x3b:
			b.Name, b.Span.Size = "3B", 1
			return append(out, b), nil
		case 0x2c:
			if len(h) < 11 {
				return nil, fmt.Errorf("%w: GIF cut short", ErrMalformedFile)
			}
			if seenImage = true; headOnly {
				return out, nil
			}
			b.Name, b.Span.Size = "2C", 10
			if h[9]&0x80 != 0 {
				b.Span.Size += int64(3) << (h[9]&7 + 1)
			}
			out = append(out, b)
			pos = b.Span.End()
			b = FileBox{Name: "TBID", Span: Span{Start: pos}}
			end, err = subBlocks(a, pos+1, nil)
		case 0x21:
			if len(h) < 3 {
				return nil, fmt.Errorf("%w: GIF cut short", ErrMalformedFile)
			}
			b.Name = fmt.Sprintf("21%02X", h[1])
			b.Metadata = h[1] == 0xfe
			if h[1] == 0xff && len(h) >= 14 && h[2] == 11 && string(h[3:14]) == "C2PA_GIF\x01\x00\x00" {
				b.Name = StoreBox
				if a.Store == nil && !seenImage {
					end, err = subBlocks(a, pos+14, func(data []byte) error {
						a.Store = append(a.Store, data...)
						return l.Check(int64(len(a.Store)))
					})
					a.StoreRange, a.HasRange = Span{pos, end - pos}, true
					break
				}
			} else if h[1] == 0xff && len(h) >= 14 && string(h[3:14]) == "XMP DataXMP" {
				b.Metadata = true
				if packets++; packets <= maxPackets && a.Store == nil {
					if xmp, e := a.Head(pos+14, 64<<10); e == nil {
						a.Remote = provenanceURL(xmp)
					}
				}
			}
			end, err = subBlocks(a, pos+2, nil)
		default:
			if a.Store != nil { // broken behind the store: what follows is hashed like everything else
				end = a.Size
				break
			}
			return nil, fmt.Errorf("%w: GIF block %#x at %d", ErrMalformedFile, h[0], pos)
		}
		if err != nil {
			return nil, err
		}
		b.Span.Size = end - pos
		out = append(out, b)
		pos = end
	}
	return out, nil
}

// subBlocks goes to the end of a chain of sub-blocks and hands out their data.
func subBlocks(a *Asset, pos int64, each func([]byte) error) (int64, error) {
	var piece [255]byte
	for {
		b, err := a.ahead(pos)
		if err != nil {
			return 0, err
		}
		if len(b) == 0 {
			return 0, fmt.Errorf("%w: GIF cut short", ErrMalformedFile)
		}
		n := int(b[0])
		if n == 0 {
			return pos + 1, nil
		}
		if int64(n) >= a.Size-pos {
			return 0, fmt.Errorf("%w: GIF cut short", ErrMalformedFile)
		}
		if each != nil {
			data := b[1:]
			if len(data) < n {
				data = piece[:n]
				if err := a.fill(data, pos+1); err != nil {
					return 0, err
				}
			}
			if err := each(data[:n]); err != nil {
				return 0, err
			}
		}
		pos += int64(n) + 1
	}
}
