package imagefile

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"runtime"
	"testing"
)

// fourColours builds a CMYK JPEG: one baseline scan for each of four components, all with the same content.
func fourColours(t testing.TB, w, h int) []byte {
	t.Helper()
	grey := image.NewGray(image.Rect(0, 0, w, h))
	for i := range grey.Pix {
		grey.Pix[i] = uint8(i * 3)
	}
	var one bytes.Buffer
	if err := jpeg.Encode(&one, grey, nil); err != nil {
		t.Fatal(err)
	}
	b := one.Bytes()
	out := append([]byte{0xff, 0xd8}, "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"...)
	for at := 2; ; {
		marker, n := b[at+1], int(binary.BigEndian.Uint16(b[at+2:]))
		segment := b[at : at+2+n]
		at += 2 + n
		switch marker {
		case 0xc0:
			out = append(out, 0xff, 0xc0, 0, 20, 8, byte(h>>8), byte(h), byte(w>>8), byte(w), 4)
			for id := range byte(4) {
				out = append(out, id+1, 0x11, 0)
			}
		case 0xda:
			data := b[at : len(b)-2]
			for id := range byte(4) {
				out = append(out, 0xff, 0xda, 0, 8, 1, id+1, 0, 0, 63, 0)
				out = append(out, data...)
			}
			return append(out, 0xff, 0xd9)
		default:
			out = append(out, segment...)
		}
	}
}

func chunk(kind string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// zeros is a PNG that claims w×h pixels and has some lines of them, black.
func zeros(t testing.TB, w, h, lines int, depth byte) []byte {
	t.Helper()
	head := make([]byte, 13)
	binary.BigEndian.PutUint32(head, uint32(w))
	binary.BigEndian.PutUint32(head[4:], uint32(h))
	head[8], head[9] = depth, 6
	var z bytes.Buffer
	c := zlib.NewWriter(&z)
	line := make([]byte, 1+w*4*int(depth)/8)
	for range lines {
		if _, err := c.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	out := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", head)...)
	out = append(out, chunk("IDAT", z.Bytes())...)
	return append(out, chunk("IEND", nil)...)
}

// TestHostileFilesAreAnsweredInBoundedMemory: nothing is allocated for a size that only a header claims, and every refusal has its name.
func TestHostileFilesAreAnsweredInBoundedMemory(t *testing.T) {
	whole := asJPEG(t, sample(640, 480))
	frame := bytes.Index(whole, []byte{0xff, 0xc0})
	patched := func(at int, v ...byte) []byte {
		b := bytes.Clone(whole)
		copy(b[at:], v)
		return b
	}
	scans := patched(frame, 0xff, 0xc2)
	for range 600 {
		scans = append(scans, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0, 0)
	}
	var moving bytes.Buffer
	screen := image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.Black, color.White})
	if err := gif.EncodeAll(&moving, &gif.GIF{Image: []*image.Paletted{screen, screen}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	wideGIF := bytes.Clone(moving.Bytes())
	copy(wideGIF[6:], []byte{0xff, 0xff, 0xff, 0xff})
	box := func(kind string, content ...byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(8+len(content)))
		return append(append(b, kind...), content...)
	}
	size := []byte{0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff}
	wideHEIC := append(box("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")...), box("meta", append([]byte{0, 0, 0, 0}, box("iprp", box("ipco", box("ispe", size...)...)...)...)...)...)
	for name, c := range map[string]struct {
		b    []byte
		want Reason // "" is decoded
	}{
		"CMYK JPEG":                     {fourColours(t, 100, 60), ""},
		"truncated CMYK JPEG":           {fourColours(t, 100, 60)[:900], Truncated},
		"12-bit JPEG":                   {patched(frame+4, 12), Unsupported},
		"arithmetic-coded JPEG":         {patched(frame, 0xff, 0xc9), Unsupported},
		"65535×65535 JPEG":              {patched(frame+5, 0xff, 0xff, 0xff, 0xff), TooLarge},
		"JPEG of no height":             {patched(frame+5, 0, 0), Damaged},
		"JPEG larger than its data":     {patched(frame+5, 0x0f, 0xff, 0x0f, 0xff), Damaged},
		"600 scans":                     {scans, TooLarge},
		"65000×65000 PNG, 4 lines":      {zeros(t, 65000, 65000, 4, 8), TooLarge},
		"7000×7000 PNG, bomb of 16 bit": {zeros(t, 7000, 7000, 4, 16), TooLarge},
		"3000×3000 PNG, half its data":  {zeros(t, 2000, 2000, 1000, 8), Truncated},
		"16-bit PNG":                    {zeros(t, 300, 200, 200, 16), ""},
		"65535×65535 GIF":               {wideGIF, TooLarge},
		"moving GIF":                    {moving.Bytes(), ""},
		"65535×65535 HEIC":              {wideHEIC, TooLarge},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p, err := Decode(c.b, Limits{})
		runtime.ReadMemStats(&after)
		if got := reasonOf(err); got != c.want || (err == nil) != (p.Image != nil) {
			t.Errorf("%s: %q (%v), want %q", name, got, err, c.want)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 120<<20 {
			t.Errorf("%s: %d MB were allocated", name, used>>20)
		}
	}
}
